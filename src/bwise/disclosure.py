"""Small groups stay unseen: primary and complementary suppression, and the averages that may then be shown.

Method (SDC handbook of the European statistical system, sdctools.github.io/HandbookSDC): minimum frequency, counted in persons
and in distinct WISEs (respondents of one WISE count as one holding); complementary suppression wherever a published total
would give a suppressed part away. Eurostat's `conf_status` C marks both alike, so that nobody sees which is which.
"""

from __future__ import annotations

import pandas as pd

from bwise.settings import ConsolidationSettings

POOLED = "pooled"
MEAN_OF_COUNTRIES = "mean of countries"
FIGURE = ["value", "n", "wises"]
EVIDENCE = "evidence"  # a column with what stands behind each figure, also a hidden one; it is never published
CONFIDENTIAL = "C"
UNRELIABLE = "u"


def protect(cells: pd.DataFrame, settings: ConsolidationSettings, along: str, total: str) -> pd.DataFrame:
    """Suppress what small groups could be recognised by.

    Args:
        cells: one row per figure, with `value`, `n` (persons) and `wises`; all other columns say what the figure is.
        along: the column whose parts add up to a total that is published, here or in another table (country, model, …).
        total: the value of `along` that stands for the total.

    Returns:
        The same rows; suppressed ones have no value, n and wises, and conf_status C. obs_status u marks few persons.
    """
    cells = cells.reset_index(drop=True)
    hidden = is_small(cells["n"], cells["wises"], settings) & cells["n"].gt(0)
    others = [c for c in cells.columns if c not in (along, *FIGURE, EVIDENCE)]
    for _, block in cells.groupby(others, sort=False, dropna=False, observed=True):
        hidden |= _complement(block[block[along] != total], hidden, cells.index, settings)
    cells[FIGURE] = cells[FIGURE].astype("float64").where(~hidden)
    few = cells["n"].lt(settings.low_reliability) & cells["n"].gt(0)
    cells["obs_status"] = few.map({True: UNRELIABLE, False: ""})
    cells["conf_status"] = hidden.map({True: CONFIDENTIAL, False: ""})
    return cells


def is_small(persons, wises, settings: ConsolidationSettings):
    """Whether so many persons, of so many WISEs, are too few to be shown; numbers, or columns of numbers."""
    return (persons < settings.minimum_persons) | (wises < settings.minimum_wises)


def _complement(parts: pd.DataFrame, hidden: pd.Series, index: pd.Index, settings: ConsolidationSettings) -> pd.Series:
    """Hide further parts, smallest first, until what is hidden cannot be told apart from the total: two parts at least, and
    together not a small group again. Ties are settled by the order of the rows."""
    extra = pd.Series(False, index=index)
    out = parts[hidden[parts.index]]
    if out.empty:
        return extra
    left = parts[~hidden[parts.index] & parts["n"].gt(0)].sort_values(["n", "wises"], kind="stable")
    for position in left.index:
        if len(out) >= 2 and not is_small(out["n"].sum(), out["wises"].sum(), settings):
            break
        extra[position] = True
        out = parts[hidden[parts.index] | extra[parts.index]]
    return extra


def add_mean_of_countries(cells: pd.DataFrame) -> pd.DataFrame:
    """One more row per figure: the unweighted mean of the country figures that are shown, so that it gives none away.

    `countries` counts them; for the pooled figure it counts the countries with respondents in it.
    """
    keys = [c for c in cells.columns if c not in ("country", *FIGURE, "obs_status", "conf_status", EVIDENCE)]
    single = cells[cells["country"] != POOLED]
    shown = single[single["value"].notna()]
    behind = {EVIDENCE: (EVIDENCE, "sum")} if EVIDENCE in cells else {}  # of tuples: one after the other
    mean = shown.groupby(keys, sort=False, dropna=False, observed=True).agg(
        value=("value", "mean"), n=("n", "sum"), wises=("wises", "sum"), countries=("country", "nunique"), **behind
    )
    mean = mean.reset_index().assign(country=MEAN_OF_COUNTRIES, conf_status="")
    mean["obs_status"] = ""
    asked = (
        single[single["n"].ne(0)]
        .groupby(keys, sort=False, dropna=False, observed=True)["country"]
        .nunique()
        .rename("countries")
        .reset_index()
    )
    pooled = cells[cells["country"] == POOLED].merge(asked, on=keys, how="left")
    return pd.concat([single.assign(countries=1), pooled, mean], ignore_index=True)
