"""How much is lost to protection: figures marked confidential, where only what is small itself is withheld, and in all.

python -m tests.benchmarks.loss [PROJECT]
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from unittest.mock import patch

import pandas as pd

from bwise import protection
from bwise.pooling import Pool, load_focus_groups, load_pool
from bwise.protection.cells import PRIMARY
from bwise.settings import find_project
from bwise.tables import european_tables, load_tables

PROTECT = protection.protect


@contextmanager
def without_secondary() -> Iterator[None]:
    """Withheld is only what is small itself; it is what the other groups leave of the total."""

    def primary_only(cells, people, rules, decided=None):
        verdict = PROTECT(cells, people, rules, decided)
        return replace(verdict, hidden=(verdict.reason == PRIMARY) | ~cells.published)

    with patch.object(protection, "protect", primary_only):
        yield


def withheld(pool: Pool, groups: Pool | None) -> pd.DataFrame:
    """Per table: figures, and how many of them are withheld with primary suppression only and with secondary, too.

    The figures are those that stand in the tables in both cases: groups across of which most would be withheld are left out.
    """
    all_ = _marked(pool, groups)
    with without_secondary():
        small = _marked(pool, groups)
    both = {id_: pd.concat([small[id_], all_[id_]], axis=1, join="inner") for id_ in all_}
    counts = {id_: (len(marked), *marked.sum()) for id_, marked in both.items()}
    return pd.DataFrame.from_dict(counts, orient="index", columns=["figures", "primary", "all"]).astype(int)


def _marked(pool: Pool, groups: Pool | None) -> dict[str, pd.Series]:
    """Per table whether each figure is withheld, by what names it."""
    described = load_tables(pool.project)  # told, so that no verdict of another run is remembered, nor one of this
    found = {}
    for id_, table in european_tables(pool, groups, described).items():
        if "conf_status" in table.data and len(table.data):
            names = list(table.data.columns[: table.data.columns.get_loc("value")])
            found[id_] = table.data.set_index(names)["conf_status"].eq("C")
    return found


def main() -> None:
    project = find_project(sys.argv[1] if len(sys.argv) > 1 else ".")
    counts = withheld(load_pool(project), load_focus_groups(project))
    counts.loc["all tables"] = counts.sum()
    shares = counts[["primary", "all"]].div(counts["figures"], axis=0).mul(100).round(1).add_suffix(" %")
    print("Withheld figures: small themselves (primary), and all (with those that would give them away)")
    print(pd.concat([counts, shares], axis=1).to_string())


if __name__ == "__main__":
    main()
