"""What all tables are made of: the table as data, and means of answers with the persons and WISEs behind them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from bwise.disclosure import MEAN_OF_COUNTRIES, POOLED, add_mean_of_countries, protect
from bwise.pooling import Pool
from bwise.questionnaire import Question

SELF, ALL = "self", "all"
AVERAGES = {POOLED: "Pooled", MEAN_OF_COUNTRIES: "Mean of countries"}


@dataclass(frozen=True)
class Table:
    """A table ready to publish.

    `data` is long and tidy: one row per figure, columns for its dimensions, then statistic, value, n (persons), wises, countries,
    obs_status, conf_status. `rows` and `columns` say how it is read by people: dimensions down and across.
    `codes`: dimension -> {code: label}.
    """

    id: str
    title: str
    population: str
    base: str
    unit: str
    formula: str
    data: pd.DataFrame
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    countries: tuple[str, ...] = ()
    decimals: int = 1
    notes: tuple[str, ...] = ()


def given(pool: Pool, question: Question) -> pd.DataFrame:
    """Respondent x answer: 1 given, 0 not given, missing where the respondent did not answer."""
    if question.kind == "select_multiple":
        choices = [c.name for c in pool.questionnaire.choices(question.name).values() if not c.missing]
        return pool.answers[[f"{question.name}/{c}" for c in choices]].astype("float64").set_axis(choices, axis=1)
    column = pool.answers[question.name]
    if question.is_number:
        column = column.map(lambda v: f"{v:g}", na_action="ignore")
        order = sorted(column.dropna().unique(), key=float)
    else:
        order = list(column.cat.categories) if isinstance(column.dtype, pd.CategoricalDtype) else sorted(column.dropna().unique())
    missing = {c.name for c in pool.questionnaire.choices(question.name).values() if c.missing}
    frame = pd.DataFrame({code: column.eq(code).astype("float64") for code in order if code not in missing}, index=column.index)
    return frame.where(column.notna(), np.nan)


def means(
    pool: Pool, items: pd.DataFrame, keys: pd.DataFrame | None, scale: float, countries: list[str], by_country: bool = True
) -> pd.DataFrame:
    """Mean of each item (times `scale`), persons and WISEs behind it, by the keys: pooled, and by country.

    Returns:
        Columns: the keys, country (or `pooled`), item, value, n, wises.
    """
    names = [] if keys is None else list(keys.columns)
    inside = pool.answers["country"].isin(countries)
    if keys is not None:
        inside &= keys.notna().all(axis=1)
    by = pd.concat([pool.answers["country"].astype("str"), *([] if keys is None else [keys])], axis=1)[inside]
    levels = [by[names].assign(country=POOLED), *([by] if by_country else [])]
    found = [_group(items[inside], level[[*names, "country"]], wises_of(pool)[inside], scale) for level in levels]
    order = {c: i for i, c in enumerate([*pool.countries, POOLED])}  # countries in the order of params, the average last
    return pd.concat(found, ignore_index=True).sort_values("country", key=lambda s: s.map(order), kind="stable").reset_index(drop=True)


def _group(items: pd.DataFrame, by: pd.DataFrame, wise: pd.Series, scale: float) -> pd.DataFrame:
    """One level of grouping; a respondent counts for an item where she answered it."""
    keys = [by[c] for c in by.columns]
    grouped = items.groupby(keys, sort=False, observed=True)
    answered = items.notna().groupby([*keys, wise.rename("_wise")], sort=False, observed=True).any()
    wises = answered.groupby(level=list(by.columns), sort=False, observed=True).sum()
    figures = {"value": grouped.mean() * scale, "n": grouped.count(), "wises": wises}
    items_level = items.columns.names if items.columns.nlevels > 1 else ["item"]
    long = pd.concat({k: v.rename_axis(columns=items_level).stack(items_level, future_stack=True) for k, v in figures.items()}, axis=1)
    return long.fillna({"wises": 0}).reset_index()


def wises_of(pool: Pool) -> pd.Series:
    """The WISE of each respondent; where the questionnaire does not ask for it, each respondent counts as one."""
    if pool.questionnaire.one("wise") is None:
        return pool.answers["respondent"]
    return pool.answers["wise"].replace("", np.nan)


def country_table(pool, cells, id_, title, population, base, unit, formula, rows, columns, codes, questions, decimals=1, notes=()) -> Table:
    """Protect the cells by country, add the mean of countries, and say which countries are in it."""
    cells = add_mean_of_countries(protect(cells, pool.settings, along="country", total=POOLED))
    countries = tuple(pool.comparable(*questions))
    return Table(
        id_,
        title,
        population,
        base,
        unit,
        formula,
        tidy(cells),
        rows,
        columns,
        {**codes_of(pool), **codes},
        countries,
        decimals,
        tuple(notes),
    )


TAIL = ["statistic", "value", "n", "wises", "countries", "obs_status", "conf_status"]


def tidy(cells: pd.DataFrame) -> pd.DataFrame:
    """Dimensions first, then the figure; persons and WISEs as whole numbers."""
    dimensions = [c for c in cells.columns if c not in TAIL]
    tidy = cells[[*dimensions, *TAIL]].reset_index(drop=True)
    return tidy.astype({"n": "Int64", "wises": "Int64", "countries": "Int64"})


def labels(pool: Pool, question: Question | None) -> dict[str, str]:
    """Code -> English label; descriptions in brackets are left away."""
    if question is None:
        return {}
    return {c.name: c.labels.get("en", c.name).split(" (")[0] for c in pool.questionnaire.choices(question.name).values()}


def codes_of(pool: Pool) -> dict[str, dict[str, str]]:
    concepts = pool.questionnaire.concepts.values()
    return {"skill": {c.name: c.label for c in concepts}, "domain": domain_labels(pool), "country": AVERAGES}


def domain_of(pool: Pool, question: Question) -> str:
    concept = pool.questionnaire.concepts.get(question.concept)
    return concept.domain if concept else question.battery


def domain_labels(pool: Pool) -> dict[str, str]:
    return {c.domain: c.domain_label for c in pool.questionnaire.concepts.values()}
