"""What all tables are made of: the table as data, and means of answers with the persons and WISEs behind them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import pandas as pd

from bwise.disclosure import EVIDENCE, MEAN_OF_COUNTRIES, POOLED, add_mean_of_countries, protect
from bwise.pooling import Pool
from bwise.questionnaire import Question

SELF, ALL = "self", "all"
UNKNOWN = "not known"  # whose group nobody told: a part of the total, which could be told from the groups; never shown
AVERAGES = {POOLED: "Pooled", MEAN_OF_COUNTRIES: "Mean of countries"}


@dataclass(frozen=True, eq=False)
class Evidence:
    """What stands behind one figure: whose answers, to which questions.

    `values()` gives what each respondent adds to the figure (1 for an answer given, 0 for one not given, a rating, a gap), by her row
    in `pool.answers`. `questions`: those whose answers make the value. `groups`: those that say which group she belongs to, as she
    answered herself; `of_wise`: as it was answered for her WISE. `countries`: those whose settings or record the figure rests on,
    where it rests on no answers. `excluded`: rules of the exclusions that the figure counts.
    """

    pool: Pool
    questions: tuple[str, ...]
    values: Callable[[], pd.Series]
    groups: tuple[str, ...] = ()
    of_wise: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()


Asked = tuple[str, ...] | dict[object, tuple[str, ...]]
"""The questions whose answers make the items of a table: the same for all items, or by item."""


@dataclass(frozen=True)
class Table:
    """A table ready to publish.

    `data` is long and tidy: one row per figure, columns for its dimensions, then statistic, value, n (persons), wises, countries,
    obs_status, conf_status. `rows` and `columns` say how it is read by people: dimensions down and across.
    `codes`: dimension -> {code: label}. A qualitative figure has no value but a `code`; `symbols` says how it is shown: code ->
    (symbol, words). `decimals_of`: statistic -> decimals, where it is shown with others than `decimals`. `evidence`: what stands behind
    each row of `data`, also behind a hidden one (tuples of `Evidence`): for the coordinator's own computer, never published.
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
    symbols: dict[str, tuple[str, str]] = field(default_factory=dict)
    decimals_of: dict[str, int] = field(default_factory=dict)
    evidence: pd.Series | None = field(default=None, repr=False)

    def __post_init__(self):
        if EVIDENCE in self.data:
            object.__setattr__(self, "evidence", self.data[EVIDENCE])
            object.__setattr__(self, "data", self.data.drop(columns=EVIDENCE))

    @property
    def cells(self) -> pd.DataFrame:
        """The data, with what stands behind each figure."""
        return self.data.assign(**{EVIDENCE: self.evidence})


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
    pool: Pool,
    items: pd.DataFrame,
    asked: Asked,
    keys: pd.DataFrame | None,
    scale: float,
    countries: list[str],
    by_country: bool = True,
    how: str = "mean",
    groups: tuple[str, ...] = (),
    of_wise: tuple[str, ...] = (),
) -> pd.DataFrame:
    """Mean (or median) of each item, times `scale`, persons and WISEs behind it, by the keys: pooled, and by country.

    `asked`, `groups` and `of_wise` name the questions behind items and keys (see `Evidence`).

    Returns:
        Columns: the keys, country (or `pooled`), item, value, n, wises, evidence.
    """
    names = [] if keys is None else list(keys.columns)
    inside = pool.answers["country"].isin(countries)
    if keys is not None:
        inside &= keys.notna().all(axis=1)
    by = pd.concat([pool.answers["country"].astype("str"), *([] if keys is None else [keys])], axis=1)[inside]
    levels = [by[names].assign(country=POOLED), *([by] if by_country else [])]
    found = []
    for level in levels:
        cells = _group(items[inside], level[[*names, "country"]], wises_of(pool)[inside], scale, how)
        behind = partial(_behind, pool, items[inside], asked, level[[*names, "country"]], groups, of_wise)
        found.append(cells.assign(**{EVIDENCE: [behind(key) for key in cells[cells.columns[:-3]].itertuples(index=False, name=None)]}))
    order = {c: i for i, c in enumerate([*pool.countries, POOLED])}  # countries in the order of params, the average last
    return pd.concat(found, ignore_index=True).sort_values("country", key=lambda s: s.map(order), kind="stable").reset_index(drop=True)


def _group(items: pd.DataFrame, by: pd.DataFrame, wise: pd.Series, scale: float, how: str) -> pd.DataFrame:
    """One level of grouping; a respondent counts for an item where she answered it."""
    keys = [by[c] for c in by.columns]
    grouped = items.groupby(keys, sort=False, observed=True)
    answered = items.notna().groupby([*keys, wise.rename("_wise")], sort=False, observed=True).any()
    wises = answered.groupby(level=list(by.columns), sort=False, observed=True).sum()
    figures = {"value": grouped.agg(how) * scale, "n": grouped.count(), "wises": wises}
    return _long({name: figure.reindex(figures["value"].index) for name, figure in figures.items()}).fillna({"wises": 0})


def _long(figures: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Tables of groups x items, alike in both, as one row per group and item; much faster than stacking them."""
    groups, items = next((f.index, f.columns) for f in figures.values())
    names = list(items.names) if items.nlevels > 1 else ["item"]
    of_group = groups.to_frame(index=False).iloc[np.repeat(np.arange(len(groups)), len(items))].reset_index(drop=True)
    of_item = items.to_frame(index=False).set_axis(names, axis=1).iloc[np.tile(np.arange(len(items)), len(groups))].reset_index(drop=True)
    return pd.concat([of_group, of_item, pd.DataFrame({name: f.to_numpy().ravel() for name, f in figures.items()})], axis=1)


def _behind(
    pool: Pool, items: pd.DataFrame, asked: Asked, by: pd.DataFrame, groups: tuple[str, ...], of_wise: tuple[str, ...], key: tuple
) -> tuple[Evidence]:
    """The evidence of the figure with this key: values of the columns of `by`, then the item."""
    group, item = key[: by.shape[1]], key[by.shape[1] :]
    item = item if items.columns.nlevels > 1 else item[0]

    def values() -> pd.Series:
        inside = np.logical_and.reduce([by.iloc[:, n].eq(part) for n, part in enumerate(group)])
        return items.loc[inside, item].dropna()

    return (Evidence(pool, asked[item] if isinstance(asked, dict) else asked, values, groups, of_wise),)


def people(pool: Pool, who: pd.Series, *questions: str, **more) -> tuple[Evidence]:
    """Evidence of a figure that counts respondents; `who` is true for each of them. `more`: as in `Evidence`."""
    return (Evidence(pool, questions, lambda: pd.Series(1.0, index=who.index[who]), **more),)


def with_countries(cells: pd.DataFrame, pool: Pool, items: pd.DataFrame, keys: pd.DataFrame | None, countries: list[str]) -> pd.DataFrame:
    """The cells that `means` made, and in `countries` how many of the countries compared have respondents behind each figure."""
    names = [] if keys is None else list(keys.columns)
    by = pd.concat([pool.answers["country"].astype("str"), *([] if keys is None else [keys])], axis=1)
    by = by[pool.answers["country"].isin(countries) & by.notna().all(axis=1)]
    answered = items.loc[by.index].notna().groupby([by[c] for c in by], sort=False, observed=True).any()
    levels = list(items.columns.names) if items.columns.nlevels > 1 else ["item"]
    counted = _long({"countries": answered}).groupby([*names, *levels], sort=False, as_index=False)["countries"].sum()
    return cells.merge(counted, on=[*names, *levels], how="left", validate="m:1")


def wises_of(pool: Pool) -> pd.Series:
    """The WISE of each respondent; where the questionnaire does not ask for it, each respondent counts as one."""
    if pool.questionnaire.one("wise") is None:
        return pool.answers["respondent"]
    return pool.answers["wise"].replace("", np.nan)


def of_wise(pool: Pool, question: Question) -> pd.Series:
    """What was answered for the WISE of each respondent; missing where nobody of it answered, or those who did disagree."""
    known = pd.DataFrame({"wise": wises_of(pool), "answer": pool.answers[question.name].astype("object")}).dropna().drop_duplicates()
    alone = known[~known["wise"].duplicated(keep=False)].set_index("wise")["answer"]
    return wises_of(pool).map(alone)


BREAKDOWNS = {
    "all": "All",
    "model": "By WISE model",
    "size": "By size of the WISE",
    "age": "By age of the WISE",
    "country_group": "By group of countries",
}


GROUPED_BY = {"model": "model", "size": "staff", "age": "founded"}
"""Breakdown -> role of the question it is made from."""


def breakdown(pool: Pool, name: str) -> tuple[pd.Series, dict[str, str]] | None:
    """Group of each respondent in a breakdown of `BREAKDOWNS`, and the groups' labels; None where the questionnaire has no question for it.

    Size: persons employed, classes of the Commission's Recommendation 2003/361/EC by default. Age: years since the WISE was founded.
    """
    if name == "country_group":
        groups = {c: group for group, countries in pool.settings.country_groups.items() for c in countries}
        return (pool.answers["country"].astype("str").map(groups), {g: g for g in pool.settings.country_groups}) if groups else None
    question = pool.questionnaire.one(GROUPED_BY[name])
    if question is None:
        return None
    alike = pool.answers["country"].isin(pool.comparable(question.name))
    known = of_wise(pool, question).where(alike)
    if name == "model":
        return known, labels(pool, question)
    if name == "age":
        return _classes(pool.settings.reference_year - known.astype("float64"), pool.settings.age_classes, "years")
    return _classes(known.astype("float64"), pool.settings.size_classes, "persons")


def _classes(numbers: pd.Series, bounds: list[int], unit: str) -> tuple[pd.Series, dict[str, str]]:
    """Classes from each bound up to the next, the first from 0."""
    names = [f"{low}-{high - 1}" for low, high in zip([0, *bounds], bounds, strict=False)] + [f"{bounds[-1]}+"]
    found = pd.cut(numbers, [0, *bounds, np.inf], right=False, labels=names)
    shown = {n: f"{n.replace('-', '–').replace('+', ' or more')} {unit}" for n in names}
    return found.astype("object"), shown


def across(pool: Pool, items: pd.DataFrame, asked: Asked, by: tuple[str, ...], scale: float = 100.0, how: str = "mean") -> pd.DataFrame:
    """Figures for all respondents, pooled and as the mean of countries, and pooled for each group of the breakdowns; protected.

    Returns:
        Columns: item (or the levels of `items`), breakdown, group, average, value, n, wises, countries, obs_status, conf_status, evidence.
    """
    comparable = pool.comparable(*named(asked))
    whole = pd.DataFrame({"group": ALL}, index=items.index)
    countries = protect(means(pool, items, asked, whole, scale, comparable, how=how), pool.settings, along="country", total=POOLED)
    mean = add_mean_of_countries(countries).query("country == @MEAN_OF_COUNTRIES")
    pooled = protect(means(pool, items, asked, whole, scale, comparable, False, how), pool.settings, along="group", total=ALL)
    pooled = with_countries(pooled, pool, items, whole, comparable)
    frames = [f.assign(breakdown="all", average=a) for f, a in ((pooled, POOLED), (mean, MEAN_OF_COUNTRIES))]
    for name in by:
        if (found := breakdown(pool, name)) is None:
            continue
        each = pd.DataFrame({"group": found[0].astype("object").where(found[0].notna(), UNKNOWN)})
        told = (pool.questionnaire.one(GROUPED_BY[name]).name,) if name in GROUPED_BY else ()
        levels = ((whole, ()), (each, told))
        parts = pd.concat(
            [means(pool, items, asked, keys, scale, comparable, False, how, of_wise=of) for keys, of in levels], ignore_index=True
        )
        protected = protect(parts, pool.settings, along="group", total=ALL)
        shown = protected[~protected["group"].isin([ALL, UNKNOWN])]
        frames.append(with_countries(shown, pool, items, each, comparable).assign(breakdown=name, average=POOLED))
    return pd.concat(frames, ignore_index=True).drop(columns="country")


def named(asked: Asked) -> list[str]:
    """All questions behind the items, each once."""
    parts = asked.values() if isinstance(asked, dict) else (asked,)
    return list(dict.fromkeys(name for names in parts for name in names))


def across_codes(pool: Pool, by: tuple[str, ...]) -> dict[str, dict[str, str]]:
    """Labels of the dimensions that `across` makes."""
    groups = {ALL: "All"}
    for name in by:
        groups |= found[1] if (found := breakdown(pool, name)) else {}
    return {"breakdown": BREAKDOWNS, "group": groups, "average": AVERAGES}


def shares(pool: Pool, role: str, id_: str, title: str, by: tuple[str, ...] = ("model",)) -> Table | None:
    """How often each answer to the question with this role was given, by the breakdowns. Several answers: the base is respondents."""
    question = pool.questionnaire.one(role)
    if question is None:
        return None
    cells = across(pool, given(pool, question), (question.name,), by).rename(columns={"item": "answer"})
    several = question.kind == "select_multiple"
    return Table(
        id_,
        title,
        "WISEs in the sample, as the respondents see them",
        f"respondents who answered “{question.label()}”",
        "%",
        "respondents naming the answer / respondents naming any answer",
        tidy(cells.assign(statistic="share")),
        ("answer",),
        ("breakdown", "group", "average"),
        {**across_codes(pool, by), "answer": labels(pool, question)},
        tuple(pool.comparable(question.name)),
        1,
        ("Several answers were possible: shares add to more than 100.",) if several else (),
    )


def numeric(pool: Pool, question: Question) -> pd.Series:
    """A rating as points of its scale; answers such as "don't know" have none."""
    return pool.answers[question.name].astype("str").map(pool.questionnaire.scale(question.name)).astype("float64")


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


def qualities(rows: pd.DataFrame) -> pd.DataFrame:
    """Cells with a code instead of a value; of persons and WISEs they tell nothing."""
    empty = {"value": np.nan, "n": np.nan, "wises": np.nan, "countries": np.nan, "obs_status": "", "conf_status": ""}
    rows = rows.assign(**{k: v for k, v in empty.items() if k not in rows})
    if EVIDENCE in rows:
        rows[EVIDENCE] = rows[EVIDENCE].map(lambda behind: behind if isinstance(behind, tuple) else ())  # nobody said anything
    return tidy(rows.fillna({"obs_status": "", "conf_status": ""}))


def tidy(cells: pd.DataFrame) -> pd.DataFrame:
    """Dimensions first, then the figure; persons and WISEs as whole numbers."""
    dimensions = [c for c in cells.columns if c not in (*TAIL, "code", EVIDENCE)]
    cells = cells.fillna({"code": ""}) if "code" in cells else cells
    behind = [EVIDENCE] if EVIDENCE in cells else []
    ordered = cells[[*dimensions, *(["code"] if "code" in cells else []), *TAIL, *behind]].reset_index(drop=True)
    return ordered.astype({"n": "Int64", "wises": "Int64", "countries": "Int64"})


def labels(pool: Pool, question: Question | None) -> dict[str, str]:
    """Code -> English label; descriptions in brackets are left away."""
    if question is None:
        return {}
    return {c.name: c.labels.get("en", c.name).split(" (")[0] for c in pool.questionnaire.choices(question.name).values()}


def sector_labels(pool: Pool, question: Question) -> dict[str, str]:
    """Section -> letter, title and version of the classification: in another version the letter may mean another section."""
    version = pool.questionnaire.classification(question.name)
    return {code: f"{code} {label} ({version})" if version else label for code, label in labels(pool, question).items()}


def sector_notes(pool: Pool, question: Question) -> tuple[str, ...]:
    """Which classification, in which version, the sectors are sections of."""
    version = pool.questionnaire.classification(question.name)
    return (f"Sectors are sections of {version}.",) if version else ()


def codes_of(pool: Pool) -> dict[str, dict[str, str]]:
    concepts = pool.questionnaire.concepts.values()
    return {"skill": {c.name: c.label for c in concepts}, "domain": domain_labels(pool), "country": AVERAGES}


def domain_of(pool: Pool, question: Question) -> str:
    concept = pool.questionnaire.concepts.get(question.concept)
    return concept.domain if concept else question.battery


def domain_labels(pool: Pool) -> dict[str, str]:
    return {c.domain: c.domain_label for c in pool.questionnaire.concepts.values()}
