"""Figures that others published, beside ours: `params/references.csv`, a list that users edit. A project may do without it.

Each line names one of our figures by its table, by its item (the code that `reports/tables/<id>.csv` has in the dimension which the
table's `item` names) and, in a further column named as it is, by any other dimension; and says what others found, in which unit, and
where that stands. They are shown beside our figure, named as theirs, and are in no sentence.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd

from bwise.ledger import ALL, POOLED
from bwise.problems import Problem, did_you_mean, stop
from bwise.settings import Project
from bwise.sheets import read_sheet
from bwise.tables import Table, load_tables

FILE = "references.csv"
WHERE = f"params/{FILE}"
NEEDED = ("table", "item", "value", "unit", "source")
PERCENT = "%"


@dataclass(frozen=True, eq=False)
class Reference:
    """What others found, and the figure of ours that it stands beside.

    `named`: dimension -> code, as the line names our figure; `ours`: its row in the data of our table, of all respondents where the line
    says no more; `value`, in the same `unit`, and `source`: theirs.
    """

    named: dict[str, str]
    ours: dict
    value: float
    unit: str
    source: str

    def is_beside(self, other: Reference, table: Table) -> bool:
        """Whether both stand beside the same figure of ours."""
        return all(self.ours[d] == other.ours[d] for d in table.dimensions)

    def label(self, table: Table) -> str:
        """What is compared, in the words of its table."""
        return ", ".join(str(table.codes.get(d, {}).get(code, code)) for d, code in self.named.items())


def with_references(tables: Mapping[str, Table], project: Project) -> dict[str, Table]:
    """The tables, with what others published beside their figures.

    Raises:
        ProblemsFound: as `load_references`.
    """
    found = load_references(project, tables)
    return {id_: replace(table, references=tuple(found[id_])) if id_ in found else table for id_, table in tables.items()}


def load_references(project: Project, tables: Mapping[str, Table]) -> dict[str, list[Reference]]:
    """The lines of `params/references.csv` by their tables; none without that file. Lines on figures that could be ours, but that these
    answers do not give, are left out and named.

    Raises:
        ProblemsFound: with every line that names no figure of ours, or says nothing that could stand beside it.
    """
    path = project.params / FILE
    if not path.is_file():
        return {}
    sheet = read_sheet(path)
    missing = [Problem(f"the column `{name}` is missing", WHERE, remedy=f"the columns are {', '.join(NEEDED)}") for name in NEEDED]
    stop(f"{WHERE} cannot be used.", *[problem for name, problem in zip(NEEDED, missing, strict=True) if name not in sheet])
    described, dimensions = load_tables(project), list(dict.fromkeys(d for table in tables.values() for d in table.dimensions))
    elsewhere = sheet["table"].isin(set(described) - set(tables))  # tables that these answers do not give, with dimensions of their own
    absent, sheet = list(sheet.index[elsewhere]), sheet[~elsewhere]
    further = [column for column in sheet if column not in NEEDED]
    problems = [
        Problem(f"no table has a dimension `{column}`", WHERE, remedy=did_you_mean(column, dimensions))
        for column in further
        if column not in dimensions and (not absent or sheet[column].str.strip().any())
    ]
    found: dict[str, list[Reference]] = {}
    for number, row in zip(sheet.index, sheet.to_dict("records"), strict=True):
        line = {name: text.strip() for name, text in row.items() if name in NEEDED or name in dimensions}
        reference, faults = _reference(line, tables, f"{WHERE}, row {number}")
        problems += faults
        absent += [] if reference or faults else [number]
        if reference:
            table, before = tables[line["table"]], found.setdefault(line["table"], [])
            if any(each.source == reference.source and each.is_beside(reference, table) for each in before):
                what = "an earlier row has a figure of the same source for the same figure of ours"
                problems.append(Problem(what, f"{WHERE}, row {number}", remedy="take one of the two out"))
            before.append(reference)
    stop(f"{WHERE} cannot be used.", *problems)
    if absent:
        print(f"{WHERE}: no figures of ours stand beside row {', '.join(map(str, sorted(absent)))}; left out")
    return found


def _reference(line: dict[str, str], tables: Mapping[str, Table], where: str) -> tuple[Reference | None, list[Problem]]:
    """The reference of one line, or why it cannot be used."""
    table = tables.get(line["table"])
    if table is None:
        return None, [Problem(f"there is no table `{line['table']}`", where, remedy=did_you_mean(line["table"], tables))]
    item = table.about.item if table.about else ""
    if not item:
        return None, [Problem(f"the table `{table.id}` has no items that figures of others could stand beside", where)]
    named = {item: line["item"]} | {d: code for d, code in line.items() if d not in NEEDED and code}
    ours, problems = _ours(table, named, where)
    value, faults = _value(line["value"], where)
    problems += faults
    if not line["source"]:
        problems.append(Problem("the source is missing", where, "nobody could look it up", "say who published it, where, and when"))
    if ours is not None:
        unit = table.units[ours["statistic"]]
        if line["unit"] != unit:
            what, why = f"the unit is `{line['unit']}`, that of the table is `{unit}`", "figures in two units cannot stand side by side"
            problems.append(Problem(what, where, why, f"convert the figure, and write {unit}"))
        elif unit == PERCENT and not 0 <= value <= 100:
            problems.append(Problem(f"{line['value']} is no percentage", where, remedy="write a number from 0 to 100"))
    if problems or ours is None:
        return None, problems
    return Reference(named, ours, value, line["unit"], line["source"]), []


def _ours(table: Table, named: dict[str, str], where: str) -> tuple[dict | None, list[Problem]]:
    """The row of our data that a line names; where it leaves a dimension open, the one that leads the table, or is of all."""
    data, problems = table.data, []
    for dimension, code in named.items():
        if dimension not in table.dimensions:
            what = f"the table `{table.id}` has no dimension `{dimension}`"
            problems.append(Problem(what, where, remedy=f"leave the cell empty; it has {', '.join(table.dimensions)}"))
            continue
        codes = list(dict.fromkeys([*table.data[dimension].astype(str), *table.codes.get(dimension, ())]))
        if code not in codes:
            what = f"`{code}` is not in the table `{table.id}`" if code else f"the {dimension} is missing"
            problems.append(Problem(what, where, remedy=did_you_mean(code, codes) if code else f"use one of {', '.join(codes)}"))
            continue
        data = data[data[dimension].astype(str).eq(code)]
    if problems or data.empty:
        return None, problems
    for dimension in [d for d in table.dimensions if d not in named]:
        data, fault = _of_all(data, table, dimension, where)
        problems += fault
    return (None if problems else data.iloc[0].to_dict()), problems


def _of_all(data: pd.DataFrame, table: Table, dimension: str, where: str) -> tuple[pd.DataFrame, list[Problem]]:
    """The rows without those of single groups; a problem where that leaves it open which is meant."""
    codes = list(dict.fromkeys(data[dimension].astype(str)))
    led = table.about.lead.get(dimension, []) if table.about else []
    chosen = next((code for code in (*led, POOLED, ALL) if code in codes), codes[0] if len(codes) == 1 else None)
    if chosen is None and codes:
        what = f"the table `{table.id}` has several such figures, apart by `{dimension}`"
        return data, [Problem(what, where, remedy=f"add a column `{dimension}`, with one of {', '.join(codes)}")]
    return data[data[dimension].astype(str).eq(chosen)], []


def _value(text: str, where: str) -> tuple[float, list[Problem]]:
    """The number, with a point or a comma."""
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        value = math.nan
    if math.isfinite(value):
        return value, []
    return value, [Problem(f"`{text}` is no number", where, remedy="write it as 51.7 or 51,7, without a sign for the unit")]
