"""Published extents as points: an index of each type of instrument, and the points of each instrument.

Population and base: those of the table it is made of, from published figures alone: bases of its own, which differ from those by few, would
give these away. Unit: points, 0 to 100. Formula: of an instrument sum(points of an extent x its share) / 100; of a type the unweighted mean
over all of its instruments, of which the smallest n stands beside it; none where one of them is not shown.
"""

from __future__ import annotations

import pandas as pd

from bwise.ledger import ALL, CONFIDENTIAL, EVIDENCE, POOLED, UNRELIABLE
from bwise.tables.cells import Plan, Sources, Table, described, tidy
from bwise.tables.descriptions import Description as Common


class Description(Common):
    """
    Attributes:
        of: the table of extents.
        points: extent -> its points.
    """

    of: str
    points: dict[str, float]


def made(sources: Sources, about: Description) -> Table | None:
    table = sources.tables.get(about.of)
    if table is None:
        return None
    cells = table.cells[table.data["average"].eq(POOLED)]
    keys = ["breakdown", "group", "domain", "instrument"]
    instruments = pd.DataFrame(
        [_points(part, about.points, dict(zip(keys, key, strict=True))) for key, part in cells.groupby(keys, sort=False)]
    )
    number = instruments.groupby("domain")["instrument"].nunique()
    rows = []
    for key, part in instruments.groupby(keys[:3], sort=False):
        known = dict(zip(keys, key, strict=False)) | {"instrument": ALL}
        rows += [_type(part, known, number[key[2]]), *part.to_dict("records")]
    data = pd.DataFrame(rows).assign(average=POOLED, statistic="index")
    codes = {**table.codes, "instrument": {ALL: "All instruments of the type", **table.codes["instrument"]}}
    plan = Plan((), ("domain", "instrument"), ("breakdown", "group", "average"), codes, table.countries)
    return described(about, tidy(data[["domain", "instrument", "breakdown", "group", "average", *TOLD, EVIDENCE]]), plan)


TOLD = ["statistic", "value", "n", "wises", "countries", "obs_status", "conf_status"]


def _points(extents: pd.DataFrame, points: dict[str, float], known: dict) -> dict:
    """An instrument in one group: all its extents have one base, and are shown or hidden together."""
    first = extents.iloc[0]
    shares = extents.set_index("extent")["value"].reindex(list(points))
    value = float((shares * pd.Series(points)).sum(min_count=len(points)) / 100)
    behind = tuple(dict.fromkeys(e for told in extents[EVIDENCE] for e in told))
    return known | {k: first[k] for k in TOLD[2:]} | {"value": value, EVIDENCE: behind}


def _type(instruments: pd.DataFrame, known: dict, number: int) -> dict:
    behind = {EVIDENCE: tuple(e for told in instruments[EVIDENCE] for e in told)}
    if len(instruments) < number or instruments["value"].isna().any():
        none = {"value": float("nan"), "n": pd.NA, "wises": pd.NA, "countries": pd.NA, "obs_status": "", "conf_status": CONFIDENTIAL}
        return known | none | behind
    few = instruments["obs_status"].eq(UNRELIABLE).any()
    smallest = {k: instruments[k].min() for k in ("n", "wises", "countries")}
    told = {"value": instruments["value"].mean(), "obs_status": UNRELIABLE if few else "", "conf_status": ""}
    return known | smallest | told | behind
