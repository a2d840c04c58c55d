"""The workbook a partner answers in: what to do, and one row per question. Only the cells for answers can be written into."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from bwise.feedback.asks import DATE, NUMBER, SEVERAL, Ask, Dossier
from bwise.lineage import DEMONSTRATION
from bwise.publication import NO_FIXED_TIME
from bwise.sent_back import LISTS
from bwise.settings import EXCLUSION_RULES, ROW_RULES, Project
from bwise.storage import write_whole
from bwise.text import tidy

COLUMNS = {"number": 6, "who": 18, "question": 42, "received": 34, "why": 34, "answer": 34, "write": 18, "remark": 30, "key": 10}
ANSWER, WRITE, REMARK, KEY = (list(COLUMNS).index(name) for name in ("answer", "write", "remark", "key"))
KEY_HEADING = "bwise key, {language}"  # tells the workbook's language to whoever reads it back
STEPS = 5
WHO_SHOWN = 8  # respondents named in a cell
MESSAGE = 255  # letters Excel shows beside a cell
ROW_HEIGHT, LINE = 18, 15.5  # points
PLACE = re.compile(r"^(row|column) (\d+)$")  # a respondent without an id of one's own, a column
INDENT = 5  # letters, with some room for bold ones


def feedback_folder(project: Project, dossier: Dossier) -> Path:
    settings = dossier.country.settings
    return project.processed(settings.country, settings.part) / "feedback"


def file_name(dossier: Dossier, kind: str) -> str:
    """The delivery's name with an ending; signs that no file name may hold become `_`."""
    return re.sub(r"[^\w. -]", "_", dossier.name) + "." + kind


def write_workbook(project: Project, dossier: Dossier) -> Path:
    """`processed/<CC>/feedback/<delivery>.xlsx`, the same bytes for the same delivery."""
    path = feedback_folder(project, dossier) / file_name(dossier, "xlsx")
    write_whole(path, lambda p: _workbook(dossier, p))
    return path


def summary(dossier: Dossier) -> dict[str, str]:
    """What was received, in the partner's words: file, tool, records, kept, left out by rule, columns."""
    say, read, found = dossier.say, dossier.read, dossier.read.recognised
    excluded = dossier.excluded
    left_out = "; ".join(
        f"{say(f'rule_{rule}' if rule in (*EXCLUSION_RULES, *ROW_RULES) else 'rule_agreed')}: {n}" for rule, n in excluded.items()
    )
    return {
        say("file"): read.delivery.file.name,
        say("tool"): read.raw.tool if read.raw.tool != "plain table" else say("plain_table"),
        say("records"): str(len(read.raw.cells)),
        say("kept"): str(len(read.raw.cells) - sum(excluded.values())),
        say("excluded"): f"{sum(excluded.values())} ({left_out})" if left_out else "0",
        say("columns"): f"{found.columns} / {found.of_columns}",
        say("sheet_asks"): str(len(dossier.asks)),
    }


def demonstration(dossier: Dossier) -> str:
    """That the data is synthetic, in the partner's language and in English; empty where it is not."""
    if not dossier.demonstration:
        return ""
    return DEMONSTRATION if dossier.say.language == "en" else f"{dossier.say('demonstration')} ({DEMONSTRATION})"


def named(ask: Ask, dossier: Dossier) -> str:
    """Whom or what a question is about, in the partner's words: an id goes with the heading it has in the partner's file."""
    words = {"row": "row_n", "column": "column_n"}
    shown = [PLACE.sub(lambda m: dossier.say(words[m[1]], n=m[2]), one) for one in ask.who[:WHO_SHOWN]]
    more = [dossier.say("more", n=len(ask.who) - WHO_SHOWN)] if len(ask.who) > WHO_SHOWN else []
    heading = next((tidy(c.heading) for c in dossier.read.raw.columns if c.about == "respondent_id"), "")
    placed = PLACE.fullmatch(ask.who[0])
    return (f"{heading} " if heading and not placed else "") + ", ".join([*shown, *more])


def possible(ask: Ask, dossier: Dossier) -> list[str]:
    """What may be answered, in the partner's words."""
    words = {NUMBER: "a_number", DATE: "a_day"}
    low, high = ask.bounds
    within = "" if low is None or high is None else f" ({low:g}–{high:g})"
    return [*([dossier.say(words[ask.write]) + within] if ask.write in words else []), *ask.options]


def _workbook(dossier: Dossier, path: Path) -> None:
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties(
            {"title": dossier.say("title"), "created": NO_FIXED_TIME.to_pydatetime(), "comments": demonstration(dossier)},
        )
        wrap = {"text_wrap": True, "valign": "top"}
        box = {**wrap, "border": 1, "border_color": "#d6dbe1", "align": "left", "indent": 1}
        style = {
            "title": book.add_format({"bold": True, "font_size": 18, "font_color": "#1d2433"}),
            "about": book.add_format({"font_color": "#5b6472"}),
            "warning": book.add_format({**wrap, "bold": True, "font_color": "#8a1f1f", "bg_color": "#fff3f0"}),
            "sign": book.add_format({"bold": True, "font_color": "#8a1f1f"}),
            "step": book.add_format({**wrap, "bold": True, "font_size": 14, "font_color": "#0b57a4", "align": "right", "indent": 1}),
            "wrap": book.add_format(wrap),
            "name": book.add_format({**wrap, "bold": True, "bottom": 1, "border_color": "#d6dbe1"}),
            "value": book.add_format({**wrap, "bottom": 1, "border_color": "#d6dbe1"}),
            "head": book.add_format(
                {**wrap, "bold": True, "font_color": "#ffffff", "bg_color": "#1d2433", "valign": "vcenter", "indent": 1}
            ),
            "cell": book.add_format(box),
            "faint": book.add_format({**box, "font_color": "#5b6472"}),
            "text": book.add_format({**box, "bold": True}),
            "closed": book.add_format({"border": 1, "border_color": "#d6dbe1", "bg_color": "#eef2f5"}),
            "answer": book.add_format({**wrap, "border": 1, "border_color": "#e0c878", "bg_color": "#fff7d6", "locked": False}),
            "key": book.add_format({"font_color": "#ffffff"}),
        }
        _start_sheet(book, dossier, style)
        if dossier.asks:
            _asks_sheet(book, dossier, style)


def _start_sheet(book, dossier: Dossier, style: dict) -> None:
    say = dossier.say
    page = add_sheet(book, say("sheet_start"))
    page.set_column(0, 0, 30)
    page.set_column(1, 1, 92)
    settings = dossier.country.settings
    page.write_string(0, 0, say("title"), style["title"])
    page.write_string(1, 0, f"{dossier.country.questionnaire.title} · {settings.country} · {dossier.name}", style["about"])
    at = 3
    if warning := demonstration(dossier):
        page.merge_range(at, 0, at, 1, warning, style["warning"])
        at += 2
    page.write_string(at, 0, say("to_do") if dossier.asks else say("nothing_open"), style["name"])
    if dossier.asks:
        for number in range(1, STEPS + 1):
            text = say(f"step_{number}", sheet=say("sheet_asks"), keep=say("keep"))
            page.write_string(at + number, 0, str(number), style["step"])
            page.write_string(at + number, 1, text, style["wrap"])
            page.set_row(at + number, row_height([(text, 105)]))
        at += STEPS
    at += 2
    page.write_string(at, 0, say("received"), style["name"])
    for name, value in summary(dossier).items():
        at += 1
        page.write_row(at, 0, [name, value], style["value"])
    page.write_string(at + 2, 1, say("masked"), style["about"])
    page.protect()
    page.activate()


def _asks_sheet(book, dossier: Dossier, style: dict) -> None:
    say = dossier.say
    page = add_sheet(book, say("sheet_asks"))
    lists = DropDowns(book)
    top = 0
    if warning := demonstration(dossier):
        page.write_string(0, 0, warning, style["sign"])
        top = 1
    for column, (name, width) in enumerate(COLUMNS.items()):
        page.set_column(column, column, width, None, {"hidden": name == "key"})
        page.write_string(top, column, KEY_HEADING.format(language=say.language) if name == "key" else say(f"head_{name}"), style["head"])
    page.set_row(top, 34)
    for row, ask in enumerate(dossier.asks, top + 1):
        texts = [str(row - top), named(ask, dossier), ask.asked, ask.received, ask.why]
        for column, (text, name) in enumerate(zip(texts, ("faint", "faint", "cell", "text", "faint"), strict=True)):
            page.write_string(row, column, text, style[name])
        page.write_blank(row, ANSWER, None, style["answer"])
        page.data_validation(row, ANSWER, row, ANSWER, _choice(ask, say, lists))
        page.write_blank(row, WRITE, None, style["answer" if ask.write not in ("", SEVERAL) else "closed"])
        if ask.write not in ("", SEVERAL):
            page.data_validation(row, WRITE, row, WRITE, _typed(ask, say))
        page.write_blank(row, REMARK, None, style["answer"])
        page.write_string(row, KEY, dossier.key(ask), style["key"])
        page.set_row(row, row_height(list(zip(texts, COLUMNS.values(), strict=False))))
    page.freeze_panes(top + 1, 2)
    page.autofilter(top, 0, top + len(dossier.asks), KEY)
    page.repeat_rows(0, top)
    page.protect("", {"autofilter": True, "sort": True, "format_columns": True, "format_rows": True})


def add_sheet(book, name: str):
    page = book.add_worksheet(name)
    page.hide_gridlines(2)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    return page


def _choice(ask: Ask, say, lists: DropDowns) -> dict:
    """A drop-down; where several answers can be given, other texts are let through and read when the workbook is back."""
    several = ask.write == SEVERAL
    return {
        "validate": "list",
        "source": lists.place(tuple(ask.options)),
        "input_title": say("head_answer")[:32],
        "input_message": say("hint_several" if several else "hint_or_write" if ask.write else "hint_choice")[:MESSAGE],
        "error_title": say("head_answer")[:32],
        "error_message": say("hint_choice")[:MESSAGE],
        "show_error": not several,
    }


def _typed(ask: Ask, say) -> dict:
    """A number, within its bounds where they are known; or a day."""
    low, high = ask.bounds
    message = say("hint_number" if ask.write == NUMBER else "hint_date")
    texts = {"input_title": say("head_write")[:32], "input_message": message[:MESSAGE], "error_message": message[:MESSAGE]}
    if ask.write != NUMBER:
        return {**texts, "validate": "date", "criteria": ">", "value": NO_FIXED_TIME.replace(year=1900).to_pydatetime()}
    if low is not None and high is not None:
        message = f"{message} ({low:g}–{high:g})"
        return {
            **texts,
            "input_message": message[:MESSAGE],
            "error_message": message[:MESSAGE],
            "validate": "decimal",
            "criteria": "between",
            "minimum": low,
            "maximum": high,
        }
    return {**texts, "validate": "decimal", "criteria": ">=", "value": -1e15 if low is None else low}


class DropDowns:
    """The drop-downs, each once, in columns of a hidden sheet: Excel takes no more than 255 letters beside a cell."""

    def __init__(self, book):
        self.page = book.add_worksheet(LISTS)
        self.page.hide()
        self.page.protect()
        self.places: dict[tuple[str, ...], str] = {}

    def place(self, texts: tuple[str, ...]) -> str:
        if texts not in self.places:
            column = len(self.places)
            for row, text in enumerate(texts):
                self.page.write_string(row, column, text)
            letters = xl_col_to_name(column, col_abs=True)
            self.places[texts] = f"={LISTS}!{letters}$1:{letters}${len(texts)}"
        return self.places[texts]


def row_height(texts: list[tuple[str, float]]) -> float:
    """Enough for the longest wrapped text: neither Excel nor LibreOffice finds that out for a sheet that is protected."""
    lines = max(len(textwrap.wrap(text, int(width) - INDENT)) for text, width in texts)
    return max(ROW_HEIGHT, lines * LINE + 3)
