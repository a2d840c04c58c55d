"""Headline figures with and without flagged respondents.

Population, base and unit: those of each table. Formula: the figure each table leads with, computed again without every respondent who has
any quality flag. Where those left out are few, the second figure would tell what they answered: both are left out. Source: flags.csv.
None where nobody has a flag.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from bwise.ledger import CONFIDENTIAL, EVIDENCE, MEAN, POOLED, QUANTILES, Evidence, Items, Ledger
from bwise.tables.cells import Part, Plan, Sources, Table, described, tidy
from bwise.tables.descriptions import Description as Common
from bwise.tables.headlines import leading

NO_PARTS = "–"
EVERYBODY, UNFLAGGED = "all respondents", "without flagged"
AFTER_ALL = True
"""It is made of the tables that are made before."""


class Description(Common):
    """`robustness: true` in other tables says which of them are in this one."""


def enter(ledger: Ledger, parts: Iterable[Part]) -> dict[Items, Items]:
    """Enter the pooled figures of all respondents once more without flagged ones, as a part of their bases."""
    kept = ~ledger.pool.answers["respondent"].isin(ledger.pool.flagged).to_numpy()
    if kept.all():
        return {}
    found: dict[Items, Items] = {}
    for part in parts:
        if part.average == POOLED and not part.by.of_countries and part.known.get("breakdown", "all") == "all":
            for items in part.items:
                if items not in found:
                    base = ledger.part_of(items.base, kept)
                    values = np.where(base.who[:, None], items.values, 0).astype(items.values.dtype)
                    found[items] = Items(base, values, items.dimensions, items.labels, items.asked, items.scale, items.spans)
                ledger.enter([found[items]], part.by)
    return found


def made(sources: Sources, about: Description) -> Table | None:
    pool = sources.pool
    if not sources.unflagged:
        return None
    tables = {id_: t for id_, t in sources.tables.items() if t.about.robustness}
    rows, missing = [], 0
    for table in tables.values():
        for part, (item, position) in leading(table).items():
            cell = table.cells.loc[position]
            code = cell[item]
            known = {"of_table": table.id, "part": part or NO_PARTS, "item": str(table.codes.get(item, {}).get(code, code))}
            again = _again(sources, cell)
            if again["conf_status"] == CONFIDENTIAL:  # it lies close to the one beside it, and says no more
                missing += 1
                continue
            rows.append(known | {"respondents": EVERYBODY} | {k: cell[k] for k in (*TAKEN, EVIDENCE)})
            rows.append(known | {"respondents": UNFLAGGED, "statistic": cell["statistic"]} | again)
    if not rows:
        return None
    flagged = pool.answers["respondent"].isin(pool.flagged).sum()
    words = {"flagged": f"{flagged} of {len(pool.answers)}"}
    codes = {"of_table": {t.id: t.title for t in sources.tables.values()}}
    notes = (f"Left out, since too few of its respondents are flagged or not: {missing} figures.",) if missing else ()
    plan = Plan((), ("of_table", "part", "item"), ("respondents",), codes, tuple(pool.countries), words, notes)
    return described(about, tidy(pd.DataFrame(rows)), plan)


TAKEN = ("statistic", "value", "n", "wises", "countries", "obs_status", "conf_status")


def _again(sources: Sources, cell: pd.Series) -> dict:
    """The figure without flagged respondents: the same item of the same group, on the part of the base that has no flag."""
    (behind,) = cell[EVIDENCE]
    items = sources.unflagged[behind.items]
    how = cell["statistic"] if cell["statistic"] in QUANTILES else MEAN
    found = sources.ledger.figure(Evidence(items, behind.by, behind.group, behind.item), how)
    return {k: found[k] for k in (*TAKEN[1:], EVIDENCE)}
