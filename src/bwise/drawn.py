"""Figures that need not be drawn again: what they show is as it was, and their pictures still stand in `reports/figures/`.

Light to import: what draws is imported where a figure has to be drawn.
"""

from __future__ import annotations

import hashlib
import json
import platform
from dataclasses import dataclass, fields
from importlib.metadata import version
from typing import Any

from bwise.hashes import program
from bwise.pages import picture
from bwise.records import sealed, unsealed
from bwise.settings import DRAWN, Project
from bwise.storage import write_json
from bwise.tables import Table

DRAWN_BY = ("matplotlib", "numpy", "pandas", "pillow", "seaborn")


@dataclass(frozen=True, eq=False)
class Drawn:
    """A figure as it is published. `pictures`: kind of file -> its bytes."""

    id: str
    table: str
    title: str
    alternative: str
    pictures: dict[str, bytes]

    def _repr_html_(self) -> str:
        """The picture as notebooks show it, with its words."""
        return picture(self.pictures["png"], self.alternative)


def draw(tables: dict[str, Table], demonstration: bool, project: Project) -> dict[str, Drawn]:
    """The figures of the report by id, as far as the tables for them exist: drawn, or as the last run published them.

    What was published is taken only where the table, the program and its libraries are the same and each picture is what was drawn.
    `processed/figures.json` knows of each table the hash of what its figures show, of each figure its words and the hashes of its pictures.
    """
    memory = project.processed(DRAWN)
    before = unsealed(project, memory)
    now, figures = {}, {}
    for table in tables.values():
        if table.about.figure is None:
            continue
        shows = _hash_of(table, demonstration)
        known = before.get(table.id, {})
        drawn = _published(project, known) if known.get("shows") == shows else None
        if drawn is None:
            known, drawn = _drawn(table, demonstration)
        now[table.id] = known | {"shows": shows}
        figures[table.id] = drawn
    if now != {name: known for name, known in before.items() if name != "seal"}:
        write_json(memory, sealed(project, now))
    in_order = sorted(now, key=lambda id_: now[id_]["place"])
    return {figure.id: figure for id_ in in_order for figure in figures[id_]}


def _hash_of(table: Table, demonstration: bool) -> str:
    """Of all that a figure of the table is made from. What stands behind its figures (`evidence`) is not drawn."""
    said = {f.name: getattr(table, f.name) for f in fields(table) if f.name not in ("data", "evidence", "about")}
    made_by = [program(), platform.python_version(), *map(version, DRAWN_BY)]
    everything = [made_by, demonstration, said, table.about.model_dump(mode="json"), list(map(str, table.data.dtypes))]
    content = table.data.to_csv(index=False, na_rep="<NA>")  # with every digit
    return hashlib.sha256(f"{json.dumps(everything)}\n{content}".encode()).hexdigest()


def _published(project: Project, known: dict[str, Any]) -> list[Drawn] | None:
    """The figures as they stand in `reports/`; None where a picture is not there or not what was drawn."""
    found = []
    for figure in known["figures"]:
        pictures = {}
        for kind, digest in figure["pictures"].items():
            path = project.reports / "figures" / f"{figure['id']}.{kind}"
            pictures[kind] = path.read_bytes() if path.is_file() else b""
            if hashlib.sha256(pictures[kind]).hexdigest() != digest:
                return None
        found.append(Drawn(**figure | {"pictures": pictures}))
    return found


def _drawn(table: Table, demonstration: bool) -> tuple[dict[str, Any], list[Drawn]]:
    """The figures of one table drawn anew, and what to remember of them."""
    from bwise import figures

    drawn = [Drawn(d.id, d.table, d.title, d.alternative, d.pictures) for d in figures.draw({table.id: table}, demonstration).values()]
    known = [
        {"id": d.id, "table": d.table, "title": d.title, "alternative": d.alternative}
        | {"pictures": {kind: hashlib.sha256(picture).hexdigest() for kind, picture in d.pictures.items()}}
        for d in drawn
    ]
    return {"place": list(figures.KINDS).index(table.about.figure.kind), "figures": known}, drawn
