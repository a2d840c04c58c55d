"""Items in the order of a figure that another table publishes; equal figures share a rank, and the next one is left out.

Population, base and unit: those of that table. A figure that is withheld has no rank and takes none.
"""

from __future__ import annotations

from pydantic import Field

from bwise.ledger import EVIDENCE, POOLED
from bwise.tables.cells import SELF, TAIL, Plan, Sources, Table, described, tidy
from bwise.tables.descriptions import Description as Common
from bwise.tables.descriptions import Names


class Description(Common):
    """
    Attributes:
        of: the table whose figures are ranked, by `by`; `beside`: its statistics that are shown, too.
        within: the dimension whose parts have ranks of their own.
    """

    of: str
    by: str
    beside: Names = Field(default=[])
    within: str


def made(sources: Sources, about: Description) -> Table | None:
    table = sources.tables.get(about.of)
    if table is None:
        return None
    data = table.cells
    for dimension, value in (("average", POOLED), ("answered_by", SELF)):
        data = data[data[dimension].eq(value)] if dimension in data else data
    data = data[data["statistic"].isin([*about.beside, about.by])]
    ranked = data[data["statistic"].eq(about.by) & data["value"].notna()]
    rank = ranked.groupby(about.within)["value"].rank(method="min", ascending=False)
    tied = ranked.assign(rank=rank).duplicated([about.within, "rank"], keep=False)
    names = rank.astype(int).astype(str) + tied.map({True: " =", False: ""})
    places = ranked[[about.within, about.item]].assign(order=rank, rank=names)
    part = data[about.within].map({code: n for n, code in enumerate(table.codes.get(about.within, ()))})
    data = data.assign(part=part).merge(places, on=[about.within, about.item]).sort_values(["part", "order"], kind="stable")
    of_item = ("domain", about.item) if "domain" in data else (about.item,)
    rows = (about.within, "rank", *of_item)
    plan = Plan((), rows, ("statistic",), table.codes, table.countries)
    return described(about, tidy(data[[*rows, *TAIL, EVIDENCE]]), plan)
