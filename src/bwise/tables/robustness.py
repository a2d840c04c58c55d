"""Whether the headline figures hang on respondents whose answers carry a quality flag."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pandas as pd

from bwise.disclosure import CONFIDENTIAL, EVIDENCE, is_small
from bwise.pooling import Pool
from bwise.tables.cells import Evidence, Table, tidy, wises_of
from bwise.tables.headlines import leading

NO_PARTS = "–"
EVERYBODY, UNFLAGGED = "all respondents", "without flagged"
ELSEWHERE = ("fieldwork", "comparability", "skills_by_country", "priorities")
"""Tables of counts and qualities, and tables whose figures stand in `skills`, too."""


def robustness(pool: Pool, tables: dict[str, Table], make: Callable[[Pool], dict[str, Table]]) -> Table | None:
    """Headline figures with and without flagged respondents. Population and base: those of each table. Unit: that of each table.
    Formula: the figure each table leads with, computed again without every respondent who has any quality flag; `make` makes the tables
    of a pool. Where those left out are few, the second figure would tell what they answered, and is confidential. Source: flags.csv.
    None where nobody has a flag."""
    kept = ~pool.answers["respondent"].isin(pool.flagged)
    if kept.all():
        return None
    calm = replace(pool, answers=pool.answers[kept], missing=pool.missing[kept])
    again = make(calm)
    rows = []
    for table in tables.values():
        for part, (item, position) in leading(table).items() if table.id not in ELSEWHERE else ():
            cell = table.cells.loc[position]
            other = _same_figure(again.get(table.id), cell, [*table.rows, *table.columns, "statistic"])
            known = {"of_table": table.id, "part": part or NO_PARTS, "item": str(table.codes.get(item, {}).get(cell[item], cell[item]))}
            figures = dict.fromkeys([*TAKEN, EVIDENCE])
            rows.append(known | {"respondents": EVERYBODY} | {k: cell[k] for k in figures})
            rows.append(known | {"respondents": UNFLAGGED} | _unless_few(pool, cell, other))
    if not rows:
        return None
    data = tidy(pd.DataFrame(rows))
    return Table(
        "robustness",
        "Headline figures with and without flagged respondents",
        "as in each table",
        "as in each table; “without flagged” leaves out everybody with any quality flag",
        "as in each table",
        "the figure that the table leads with, pooled",
        data,
        ("of_table", "part", "item"),
        ("respondents",),
        {"of_table": {t.id: t.title for t in tables.values()}},
        tuple(pool.countries),
        1,
        (f"{(~kept).sum()} of {len(pool.answers)} respondents have at least one quality flag. A flag is a remark, not an error.",),
    )


TAKEN = ("statistic", "value", "n", "wises", "countries", "obs_status", "conf_status")


def _same_figure(table: Table | None, cell: pd.Series, dimensions: list[str]) -> dict:
    """The figure of another run of the table that stands in the same place; nothing where there is none."""
    if table is None:
        return {}
    same = table.cells
    for dimension in dict.fromkeys(dimensions):
        same = same[same[dimension].eq(cell[dimension])]
    return same.iloc[0].to_dict() if len(same) else {}


def _unless_few(pool: Pool, cell: pd.Series, other: dict) -> dict:
    """The second figure, hidden where the difference to the first would tell about few."""
    behind = {row for evidence in cell[EVIDENCE] for row in _rows(evidence)}
    left_out = pool.answers.loc[sorted(behind)]
    left_out = left_out[left_out["respondent"].isin(pool.flagged)]
    persons, wises = len(left_out), wises_of(pool)[left_out.index].nunique()
    found = {k: other.get(k, cell[k] if k == "statistic" else None) for k in TAKEN} | {EVIDENCE: other.get(EVIDENCE, ())}
    if persons and is_small(persons, wises, pool.settings):
        return found | {"value": None, "n": None, "wises": None, "obs_status": "", "conf_status": CONFIDENTIAL}
    return found | {k: "" for k in ("obs_status", "conf_status") if found[k] is None}


def _rows(evidence: Evidence) -> pd.Index:
    return evidence.values().index
