"""What a table says, in one computed sentence: the base, the largest figures, and how groups compare. No interpretation."""

from __future__ import annotations

import pandas as pd

from bwise.disclosure import MEAN_OF_COUNTRIES, POOLED
from bwise.tables.cells import ALL, SELF, Table
from bwise.text import rounded

LEADS = ("share", "active in the sector", "mean", "today", "critical gap", "gap")
"""The statistic that a sentence is about, the first of these that the table has."""
APART = ("subject", "measure", "worker_group")
"""Dimensions whose parts have sentences of their own."""


def headline(table: Table) -> str:
    """One sentence (one per part where the table has parts side by side), or "" where no figure may be said.

    Pooled figures of all respondents lead; the mean of countries and the widest difference between groups follow.
    """
    data = table.data[table.data["value"].notna()]
    lead = next((s for s in LEADS if data["statistic"].eq(s).any()), "")
    data = data[data["statistic"].eq(lead)]
    if "answered_by" in data:
        data = data[data["answered_by"].eq(SELF)]
    item = (
        "skill" if "skill" in data else next((d for d in ("instrument", *table.rows, *table.columns) if d in data and d != "country"), "")
    )
    if table.id == "skills_by_country":
        data = data[data["worker_group"].eq(ALL)]
    if "extent" in data:
        data = data[data["extent"].eq("fully")]
    apart = next((d for d in APART if d in data and set(data[d]) != {ALL}), "")
    parts = [p for p in dict.fromkeys(data[apart]) if p != ALL] if apart else [""]
    said = [_sentence(table, data[data[apart].eq(p)] if apart else data, item, table.codes.get(apart, {}).get(p, p)) for p in parts]
    return " ".join(s for s in said if s)


def _sentence(table: Table, data: pd.DataFrame, item: str, part: str) -> str:
    whole = data[_is_pooled(data, item)].sort_values("value", ascending=False, kind="stable")
    if whole.empty:
        return ""
    names = table.codes.get(item, {})
    first = whole.iloc[0]
    ties = whole[whole["value"].eq(first["value"])]
    tops = [f"“{names.get(k, k)}”" for k in ties[item]]
    figure = _figure(table, first)
    lowest, base = whole.iloc[-1], f"(n = {first['n']}, {first['wises']} WISEs, pooled)"
    lead, what = f"{part}: " if part else "", "" if first["statistic"] == "share" else f"{first['statistic']} "
    text = f"{lead}{_list(tops)} {'is' if len(tops) == 1 else 'are'} highest with {what}{figure} {base}"
    if len(whole) > len(ties):
        text += f", “{names.get(lowest[item], lowest[item])}” lowest with {_figure(table, lowest)}"
    return text + _mean(table, data, item, first) + _groups(table, data, item, first) + "."


def _is_pooled(data: pd.DataFrame, item: str) -> pd.Series:
    found = pd.Series(True, index=data.index)
    for column, value in (("average", POOLED), ("country", POOLED), ("breakdown", "all"), ("model", ALL)):
        if column in data and column != item:
            found &= data[column].eq(value)
    return found


def _mean(table: Table, data: pd.DataFrame, item: str, first: pd.Series) -> str:
    column = "average" if "average" in data else "country" if "country" in data else ""
    if not column:
        return ""
    found = data[data[column].eq(MEAN_OF_COUNTRIES) & data[item].eq(first[item])]
    return f"; mean of {found.iloc[0]['countries']} countries {_figure(table, found.iloc[0])}" if len(found) else ""


def _groups(table: Table, data: pd.DataFrame, item: str, first: pd.Series) -> str:
    """The highest and the lowest WISE model, where at least two may be shown."""
    if "breakdown" in data:
        rows, column = data[data["breakdown"].eq("model") & data[item].eq(first[item])], "group"
    elif "model" in data and item != "model":
        rows, column = data[data["model"].ne(ALL) & data[item].eq(first[item])], "model"
    else:
        return ""
    if len(rows) < 2:
        return ""
    names = table.codes.get(column, {})
    low, high = rows.loc[rows["value"].idxmin()], rows.loc[rows["value"].idxmax()]
    ends = [f"{_figure(table, r)} ({names.get(r[column], r[column])}{', few persons' if r['obs_status'] else ''})" for r in (low, high)]
    return f"; by model from {ends[0]} to {ends[1]}"


def _figure(table: Table, row: pd.Series) -> str:
    unit = " %" if table.unit.startswith("%") or row["statistic"] == "critical gap" else " points" if "points" in table.unit else ""
    return rounded(row["value"], table.decimals_of.get(row["statistic"], table.decimals)) + unit


def _list(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
