"""What a table says, in one computed sentence: the base, the largest figures, and how groups compare. No interpretation.

Which statistic leads, which dimension is ranked and which parts have sentences of their own, `params/tables.yaml` says.
"""

from __future__ import annotations

import pandas as pd

from bwise.ledger import ALL, MEAN_OF_COUNTRIES, POOLED, UNRELIABLE
from bwise.tables.cells import Table
from bwise.text import rounded

LISTED = 4  # figures of one tier that a sentence names; of more the first and the last


def headline(table: Table) -> str:
    """One sentence (one per part where the table has parts side by side), or "" where no figure may be said.

    Pooled figures of all respondents lead; the mean of countries and the widest difference between groups follow.
    """
    item, parts = parts_of(table)
    said = [_sentence(table, data, item, part) for part, data in parts.items()]
    return " ".join(s for s in said if s)


def leading(table: Table) -> dict[str, tuple[str, int]]:
    """Part of the table ("" where it has none) -> the dimension its sentence is about, and where the figure it leads with stands in
    `table.data`."""
    item, parts = parts_of(table)
    whole = {part: whole_of(data, item) for part, data in parts.items()}
    return {part: (item, rows.index[0]) for part, rows in whole.items() if len(rows)}


def parts_of(table: Table) -> tuple[str, dict[str, pd.DataFrame]]:
    """The dimension that sentences are about, and the figures of each part of the table that has a sentence of its own."""
    about = table.about
    if about is None or not about.lead:
        return "", {}
    data = led_by(table, table.data[table.data["value"].notna()])
    apart = about.parts if about.parts and set(data[about.parts]) != {ALL} else ""
    parts = [p for p in dict.fromkeys(data[apart]) if p != ALL] if apart else [""]
    return about.item, {table.codes.get(apart, {}).get(p, p): data[data[apart].eq(p)] if apart else data for p in parts}


def led_by(table: Table, data: pd.DataFrame) -> pd.DataFrame:
    """The figures that have what the table leads with: of several values of a dimension the first there is; all where there is none."""
    for dimension, values in table.about.lead.items():
        there = next((v for v in values if data[dimension].eq(v).any()), None)
        data = data if there is None else data[data[dimension].eq(there)]
    return data


def whole_of(data: pd.DataFrame, item: str) -> pd.DataFrame:
    """Pooled figures of all respondents, the highest first."""
    return data[_is_pooled(data, item)].sort_values("value", ascending=False, kind="stable")


def _sentence(table: Table, data: pd.DataFrame, item: str, part: str) -> str:
    whole = whole_of(data, item)
    if whole.empty:
        return ""
    names = table.codes.get(item, {})
    first = whole.iloc[0]
    ties = whole[whole["value"].eq(first["value"])]
    tops = _named(ties, item, names)
    figure = _figure(table, first)
    lowest, base = whole[whole["value"].eq(whole["value"].min())], f"(n = {first['n']}, {first['wises']} {table.organisation.many}, pooled)"
    lead, what = f"{part}: " if part else "", "" if first["statistic"] == "share" else f"{first['statistic']} "
    what = "fully: " if "extent" in data else what
    verb = "has" if len(whole) == 1 else "is highest with" if len(tops) == 1 else "are highest with"
    text = f"{lead}{_list(tops)} {verb} {what}{figure} {base}"
    if len(whole) > len(ties):
        text += f", {_list(_named(lowest, item, names))} lowest with {_figure(table, lowest.iloc[0])}"
    return text + _mean(table, data, item, first) + _groups(table, data, item, first) + "."


def said_of(table: Table, item: str, part: str, data: pd.DataFrame, tier: pd.DataFrame, of: int) -> str:
    """What may be said of the highest figures of a part of the table (`item`, `part` and `data` are as `parts_of` gives them):
    `tier` (the first and all not clearly below it) `of` so many.

    Each with its base; the mean of countries beside the first, where there is one.
    """
    first, last = tier.iloc[0], tier.iloc[-1]
    figures = [_figure(table, row) for _, row in tier.iterrows()]
    if "extent" in tier:
        figures[0] += " to the full extent"
    elif first["statistic"] != "share":
        figures[0] = f"{first['statistic']} {figures[0]}"
    names = [f"{name} ({figure})" for name, figure in zip(_named(tier, item, table.codes.get(item, {})), figures, strict=True)]
    low, high = tier["n"].min(), tier["n"].max()
    persons = f"n = {low}" if low == high else f"n = {low} to {high}"
    base = f"{persons}; {tier['wises'].min()} {table.organisation.many} in {tier['countries'].min()} countries, pooled"
    if of == 1:
        text = names[0]
    elif len(tier) == 1:
        text = f"clearly highest: {names[0]}"
    elif len(tier) == of:
        text = f"no clear difference between all {of}: from {names[0]} to {names[-1]}"
    elif len(tier) > LISTED:
        text = f"no clear order among the {len(tier)} highest of {of}: from {names[0]} to {names[-1]}"
    else:
        text = f"highest, in no clear order: {_list(names)}"
    mean = _mean(table, data, item, first) if len(tier) == 1 else ""
    few = "; few persons" if {first["obs_status"], last["obs_status"]} & {UNRELIABLE} else ""
    text = f"{part}: {text}" if part else text[0].upper() + text[1:]
    return f"{text}; {base}{mean}{few}."


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
    if found.empty:
        return ""
    count = found.iloc[0]["countries"]
    return f"; mean of {count} {'country' if count == 1 else 'countries'} {_figure(table, found.iloc[0])}"


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
    ends = [_end(table, rows[rows["value"].eq(v)], column, names) for v in dict.fromkeys((rows["value"].min(), rows["value"].max()))]
    return f"; by model from {ends[0]} to {ends[1]}" if len(ends) == 2 else f"; by model alike, {ends[0]}"


def _end(table: Table, rows: pd.DataFrame, column: str, names: dict[str, str]) -> str:
    """One end of a range, with every group that stands there."""
    few = ", few persons" if rows["obs_status"].ne("").any() else ""
    return f"{_figure(table, rows.iloc[0])} ({_list([names.get(k, k) for k in rows[column]])}{few})"


def _named(rows: pd.DataFrame, item: str, names: dict[str, str]) -> list[str]:
    return [f"“{names.get(k, k)}”" for k in rows[item]]


def _figure(table: Table, row: pd.Series) -> str:
    unit = " %" if table.unit.startswith("%") or row["statistic"] == "critical gap" else " points" if "points" in table.unit else ""
    return rounded(row["value"], table.decimals_of.get(row["statistic"], table.decimals)) + unit


def _list(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
