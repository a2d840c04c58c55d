"""EUSurvey's workbooks: `CommonExcelExportCreator` of its source, and real exports."""

from __future__ import annotations

from bwise.demo.layouts.files import xlsx_bytes
from bwise.demo.layouts.writer import Table, Writer, joined_cell, names_of, rows_of, when
from bwise.demo.simulation import CANARIES, Respondent


def eusurvey(writer: Writer) -> Table:
    columns: Table = []
    for q in writer.questions():
        heading = f"{writer.battery(q)}: {writer.label(q)}" if q.battery else writer.label(q)
        columns.append((heading, joined_cell(writer, q, "; ")))
    columns += [
        ("Invitation number", lambda n, p: CANARIES["token"]),
        ("Contribution ID", lambda n, p: f"{n + 1:08x}-0000-4000-8000-{abs(hash_text(p.partner.name)):012x}"),
        ("User name", lambda n, p: CANARIES["mail"]),
        ("Creation date", lambda n, p: when(n)),
        ("Last update", lambda n, p: when(n, 24)),
        ("Languages", lambda n, p: writer.language.upper()),
    ]
    return columns


def hash_text(text: str) -> int:
    return sum(ord(c) * 257**i for i, c in enumerate(text)) % 16**12


def _workbook(writer: Writer, people: list[Respondent]) -> bytes:
    table = eusurvey(writer)
    return xlsx_bytes(names_of(table), rows_of(table, people), "Content", preface=True)


LAYOUTS = {"eusurvey": _workbook}
