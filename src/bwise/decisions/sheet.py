"""The workbook of what is open: one row for each decision, with a drop-down. What was decided in it already is kept."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import xlsxwriter

from bwise import sent_back
from bwise.decisions.items import BETWEEN, BY_HAND, Item, Open
from bwise.feedback.sheet import DropDowns, add_sheet, row_height
from bwise.lineage import DEMONSTRATION, is_demonstration
from bwise.problems import Problem, ProblemsFound
from bwise.publication import NO_FIXED_TIME
from bwise.sent_back import digest, filled, key_parts, rows_below, sheets_of
from bwise.settings import Project
from bwise.storage import write_whole

FILE = "decisions.xlsx"
SHEET, ABOUT = "decide", "how to"
KEY_HEADING = "bwise key"
COLUMNS = {
    "number": 6,
    "what": 14,
    "where": 34,
    "it says": 44,
    "count": 8,
    "examples": 30,
    "proposal": 34,
    "why": 34,
    "decision": 34,
    "by": 10,
    "reason": 30,
    KEY_HEADING: 10,
}
DECISION, BY, REASON, KEY = (list(COLUMNS).index(name) for name in ("decision", "by", "reason", KEY_HEADING))
STEPS = (
    "On the sheet “{sheet}”, choose in the yellow column “decision”; the code before the dash may also be typed. A number may be written "
    "where the answer is a number.",
    "Where a proposal is right, copy it from the column “proposal” into “decision”. Nothing is decided by a proposal alone.",
    "Rows that say “if column … becomes …” count only where that column is decided so.",
    "What is left empty stays open. Rows may be sorted or deleted, columns hidden; the last column has to stay as it is.",
    "“by” and “reason” are needed only where the answer tells who gave it: such an answer is corrected, not written into params.",
    "Save, then: bwise resolve {country} --apply (first look: bwise resolve {country} --apply --dry-run).",
)
HEADING = "The workbook of decisions cannot be used. Nothing was written."


@dataclass(frozen=True)
class Row(sent_back.Row):
    """What somebody put into the cells of a row."""

    decision: object
    by: str
    reason: str

    @property
    def cell(self) -> str:
        return self.where("decision")

    def where(self, name: str) -> str:
        return f"sheet “{self.sheet}”, row {self.number + 1}, column “{name}” (cell {self.place(name)})"


def workbook_path(project: Project, country: str) -> Path:
    return project.processed(country) / FILE


def write_workbook(project: Project, found: Open) -> tuple[Path, int]:
    """Write `processed/<CC>/decisions.xlsx`; decisions that stand in it already are kept where their row is still open.

    Returns:
        The file, and how many decisions were kept.

    Raises:
        ProblemsFound: the workbook that is there cannot be read; its decisions would be lost.
    """
    path = workbook_path(project, found.country)
    before = _decided(path)
    write_whole(path, lambda p: _workbook(project, found, before, p))
    return path, sum(_same_row(key) in before for key in found.by_key())


def _decided(path: Path) -> dict[str, Row]:
    """Rows of the workbook in which somebody decided something, by what tells a row whatever export it was made from."""
    if not path.is_file():
        return {}
    try:
        rows = read_rows(path)
    except ProblemsFound as problems:
        remedy = "close it in Excel; or give it another name, and write the workbook anew"
        why = "what was decided in it would be lost"
        told = [Problem(p.what, p.where, why, remedy) for p in problems.problems]
        raise ProblemsFound("The workbook of decisions is there already.", told) from None
    return {_same_row(row.key): row for row in rows if filled(row.decision) and key_parts(row.key)}


def _same_row(key: str) -> str:
    """A key without the hash of the export."""
    return digest("\n".join((key_parts(key) or [key])[:-1]))


def read_rows(path: Path) -> list[Row]:
    """The rows of a workbook that came back, wherever its table stands now.

    Raises:
        ProblemsFound: it is not there, no workbook, or none of these.
    """
    found = sheets_of(path, HEADING)
    for name, cells in found.items():
        for number, line in enumerate(cells):
            if KEY_HEADING in line:
                return _below(name, cells, number)
    what, remedy = "no sheet of it has the column with the keys", "give the workbook that `bwise resolve` wrote"
    raise ProblemsFound(HEADING, [Problem(what, path.name, remedy=remedy)])


def _below(sheet: str, cells: list[list], head: int) -> list[Row]:
    needed = ("it says", "decision", "by", "reason", KEY_HEADING)
    return [
        Row(sheet, number, columns, str(cell[KEY_HEADING]), cell["decision"], str(cell["by"]), str(cell["reason"]))
        for number, columns, cell in rows_below(sheet, cells, head, dict(zip(needed, needed, strict=True)), HEADING)
    ]


def _workbook(project: Project, found: Open, before: dict[str, Row], path: Path) -> None:
    demonstration = DEMONSTRATION if is_demonstration([state.delivery.file for state in found.states]) else ""
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        title = f"What is open in {found.country}"
        book.set_properties({"title": title, "created": NO_FIXED_TIME.to_pydatetime(), "comments": demonstration})
        wrap = {"text_wrap": True, "valign": "top"}
        box = {**wrap, "border": 1, "border_color": "#d6dbe1"}
        style = {
            "title": book.add_format({"bold": True, "font_size": 18}),
            "wrap": book.add_format(wrap),
            "head": book.add_format({**wrap, "bold": True, "font_color": "#ffffff", "bg_color": "#1d2433"}),
            "cell": book.add_format(box),
            "decide": book.add_format({**box, "bg_color": "#fff7d6", "locked": False}),
            "closed": book.add_format({**box, "bg_color": "#eef2f5"}),
            "key": book.add_format({"font_color": "#ffffff"}),
        }
        page = add_sheet(book, ABOUT)
        page.set_column(0, 0, 110)
        page.write_string(0, 0, title, style["title"])
        lines = [demonstration, *(f"{n}. {step}" for n, step in enumerate(STEPS, 1))]
        for number, text in enumerate((line for line in lines if line), 2):
            text = text.format(sheet=SHEET, country=found.country)
            page.write_string(number, 0, text, style["wrap"])
            page.set_row(number, row_height([(text, 110)]))
        _decide_sheet(book, found, before, style)


def _decide_sheet(book, found: Open, before: dict[str, Row], style: dict) -> None:
    page = add_sheet(book, SHEET)
    lists = DropDowns(book)
    for column, (name, width) in enumerate(COLUMNS.items()):
        page.set_column(column, column, width, None, {"hidden": name == KEY_HEADING})
        page.write_string(0, column, name, style["head"])
    for row, (key, item) in enumerate(found.by_key().items(), 1):
        texts = [str(row), item.what, _where(item), item.asked, str(item.count or ""), item.examples, _proposal(item), item.why]
        for column, text in enumerate(texts):
            if text.isdigit() and column in (0, 4):
                page.write_number(row, column, int(text), style["cell"])
            else:
                page.write_string(row, column, text, style["cell"])
        decided = before.get(_same_row(key))
        for column, text in ((DECISION, decided and decided.decision), (BY, decided and decided.by), (REASON, decided and decided.reason)):
            shade = style["closed" if item.what == BY_HAND else "decide"]
            page.write(row, column, text or None, shade)
        if item.options:
            page.data_validation(row, DECISION, row, DECISION, _choice(item, lists))
        page.write_string(row, KEY, key, style["key"])
        page.set_row(row, row_height(list(zip(texts, COLUMNS.values(), strict=False))))
    page.freeze_panes(1, 4)
    page.autofilter(0, 0, len(found.items), KEY)
    page.repeat_rows(0)
    page.activate()


def _where(item: Item) -> str:
    part = f"{item.part.replace('_', ' ')}, " if item.part else ""
    depends = f"; if {item.of_column} becomes {item.if_target}" if item.of_column else ""
    return f"{part}{item.delivery}: {item.where}{depends}"


def _proposal(item: Item) -> str:
    return " or ".join(item.shown.get(code, code) for code in item.proposal.split(" or ")) if item.proposal else ""


def _choice(item: Item, lists: DropDowns) -> dict:
    """A drop-down; a code alone, or a number, is let through after a question."""
    message = f"Choose from the list, or write the code before “{BETWEEN.strip()}”"
    return {
        "validate": "list",
        "source": lists.place(tuple(item.shown.values())),
        "error_type": "warning",
        "error_title": "not in the list",
        "error_message": message + (", or a number." if item.numbers else "."),
    }
