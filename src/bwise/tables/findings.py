"""What stands on top of the report: of each table that `params/tables.yaml` names under `glance` the figures that lead it, and whether they
do so clearly. By rule, never by hand.

A figure is clearly above another if it passes everything that `CHECKS` names; the sentence names the highest and all that are not clearly
below it. What is drawn anew is never published, only whether an order is clear.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from bwise.ledger import MEAN_OF_COUNTRIES, Items, Ledger
from bwise.settings import Organisation
from bwise.tables.cells import Table
from bwise.tables.headlines import parts_of, said_of, whole_of
from bwise.tables.stability import DISCOVERIES, DRAWS, FALSE_TABLES, Sums, clearly_above, draws, ranks, tiers

LEAST = {"per cent": 10.0, "points": 0.25}
PERSONS, WISES, COUNTRIES = 30, 10, 3  # behind each side of a clear difference: persons or enterprises, and countries
SEED = 2022  # the same draws for every table
CHECKS = (
    f"at least {LEAST['per cent']:.0f} percentage points or {LEAST['points']} scale points apart",
    f"stays when {{many}} are drawn anew within countries ({DRAWS:,} times, all comparisons of a table together at a rate of "
    f"{100 * DISCOVERIES:.0f} %)",
    f"its table differs more than all but {100 * FALSE_TABLES:.0f} in 100 tables would if nothing differed",
    "same sign leaving out each country, and all flagged respondents",
    "same sign in the means of countries, where both are shown",
    f"{PERSONS} persons or {WISES} {{many}}, from {COUNTRIES} countries, on each side",
)
"""What holds for a clear difference; `checks` puts in what the survey calls its organisations."""


def checks(organisation: Organisation) -> list[str]:
    """All that has to hold for a difference to be called clear, as readers of this survey are told."""
    return [check.format(many=organisation.many) for check in CHECKS]


@dataclass(frozen=True)
class Finding:
    """One sentence of the top of the report.

    `figures`: those of the first tier, as they stand in the table, each with the ranks that it may have (`ranks`); `comparisons`: how many
    differences of the table were looked at, and how many are clear.
    """

    table: Table
    part: str
    sentence: str
    figures: tuple[dict, ...]
    clear: int
    comparisons: int

    @property
    def id(self) -> str:
        return f"{self.table.id}{f'-{self.part}' if self.part else ''}".replace(" ", "_").lower()

    def record(self) -> dict:
        """The finding for machines."""
        counts = {"clear": self.clear, "comparisons": self.comparisons}
        return {
            "id": self.id,
            "table": self.table.id,
            "part": self.part,
            "sentence": self.sentence,
            "figures": list(self.figures),
            **counts,
        }


def findings(tables: dict[str, Table], glance: Iterable[str], ledger: Ledger) -> list[Finding]:
    """The findings of these tables, in their order; none of parts whose first figure rests on too few."""
    found = []
    for table in (tables[id_] for id_ in glance if id_ in tables):
        item, parts = parts_of(table)
        found += [_finding(table, item, part, data, ledger) for part, data in parts.items()]
    return [finding for finding in found if finding]


def within(table: Table, rows: pd.DataFrame, ledger: Ledger) -> Finding | None:
    """What may be said of some figures of a table that are of one group (rows of its data); None where the first rests on too few."""
    rows = rows[rows["value"].notna()].sort_values("value", ascending=False, kind="stable")
    return _ordered(table, table.about.item, "", rows, rows, ledger)


def _finding(table: Table, item: str, part: str, data: pd.DataFrame, ledger: Ledger) -> Finding | None:
    return _ordered(table, item, part, data, whole_of(data, item), ledger)


def _ordered(table: Table, item: str, part: str, data: pd.DataFrame, rows: pd.DataFrame, ledger: Ledger) -> Finding | None:
    """`rows`: the figures that are put in order, the highest first; `data`: those beside them that may contradict it."""
    if rows.empty or not _enough(rows)[0]:
        return None
    kept = ~ledger.pool.answers["respondent"].isin(ledger.pool.flagged).to_numpy()
    behind = [table.evidence.loc[position][0] for position in rows.index]
    shares = table.unit.startswith("%") or rows["statistic"].iloc[0] in getattr(table.about, "critical", ())
    least = LEAST["per cent" if shares else "points"]
    sums, unflagged = (_sums(ledger, behind, who) for who in (np.ones(len(kept), dtype=bool), kept))
    drawn = ledger.once("enterprises drawn anew", lambda: draws(sums.country, SEED))
    above = clearly_above(sums, unflagged, drawn, least)
    enough = _enough(rows)
    above &= enough[:, None] & enough[None, :] & ~_contradicted(data, rows, item)
    first = tiers(rows["value"].to_numpy(dtype="float64"), above)[0]
    tier = rows.iloc[first]
    known = ranks(above)
    figures = tuple(
        {"item": row[item], "value": row["value"], **{k: int(row[k]) for k in ("n", "wises", "countries")}, "ranks": list(known[n])}
        for n, (_, row) in zip(first, tier.iterrows(), strict=True)
    )
    sentence = said_of(table, item, part, data, tier, len(rows))
    return Finding(table, part, sentence, figures, int(above.sum()), len(rows) * (len(rows) - 1) // 2)


def _enough(rows: pd.DataFrame) -> np.ndarray:
    return ((rows["n"].ge(PERSONS) | rows["wises"].ge(WISES)) & rows["countries"].ge(COUNTRIES)).to_numpy(dtype=bool)


def _contradicted(data: pd.DataFrame, rows: pd.DataFrame, item: str) -> np.ndarray:
    """Rows x rows: whether the means of countries that are published have one not above the other."""
    column = next((c for c in ("average", "country") if c in data), "")
    means = (
        data[data[column].eq(MEAN_OF_COUNTRIES)].drop_duplicates(item).set_index(item)["value"] if column else pd.Series(dtype="float64")
    )
    values = means.reindex(rows[item]).to_numpy(dtype="float64")
    return values[:, None] <= values[None, :]


def _sums(ledger: Ledger, behind: list, kept: np.ndarray) -> Sums:
    """Of each figure, what the respondents who are kept add, enterprise by enterprise."""
    wises = ledger.wise.max(initial=-1) + 1
    country = np.full(wises, -1)
    country[ledger.wise[ledger.wise >= 0]] = ledger.country[ledger.wise >= 0]
    added, persons = np.zeros((wises, len(behind))), np.zeros((wises, len(behind)))
    for n, told in enumerate(behind):
        items: Items = told.items
        rows = np.flatnonzero(items.base.who & told.by.rows(told.group) & kept & (ledger.wise >= 0))
        added[:, n] = np.bincount(ledger.wise[rows], items.values[rows, told.item] * items.scale, wises)
        persons[:, n] = np.bincount(ledger.wise[rows], minlength=wises)
    return Sums(added, persons, country)
