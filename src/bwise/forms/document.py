"""The questionnaire on paper, in one language: Word, to be changed and commented, or PDF, to be printed.

What is asked of some only stands under a line that names the question and the answer by number and text, in signs rather than words:
the same in every language.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from lark import Token, Tree

from bwise.forms.form import Form, Part
from bwise.logic import parse
from bwise.questionnaire import Question, in_language

SINGLE, SEVERAL, ASKED_OF = "○", "☐", "▸"
BLANK = "_" * 24
SIGNS = {"!=": "≠", "<=": "≤", ">=": "≥"}
HEAD, ROW, HALF_A_PAGE = 20, 6, 90  # millimetres: a question with what belongs to it stays on one page where it can
FIRST = 0.4  # of the width of a battery, for the texts of its rows
NAVY, GREY = (18, 63, 115), (90, 96, 105)


@dataclass(frozen=True)
class Item:
    """One numbered question, or a note (number 0). `code`: its name in the data.

    `lines`: what is ticked or filled in, one line each. `rows`: those of a battery, ticked under `columns` or, where there are none,
    filled in: one of `lines` for each.
    """

    number: int
    code: str
    text: str
    only: str = ""
    lines: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()

    def table(self) -> list[list[str]]:
        """The battery, its head first where it has one."""
        head = [["", *self.columns]] if self.columns else []
        marks = [[SINGLE] * len(self.columns)] * len(self.rows) if self.columns else [[line] for line in self.lines]
        return head + [[row, *cells] for row, cells in zip(self.rows, marks, strict=True)]

    def small_print(self) -> str:
        """Its name in the data, and of whom it is asked."""
        return f"[{self.code}]" + (f"  {ASKED_OF} {self.only}" if self.only else "")


def items(form: Form) -> Iterator[Item]:
    """Notes and questions in the base language of the form."""
    language = form.languages[0]
    asked = [part for part in form.parts if part.questions]
    numbers = {q.name: number for number, part in enumerate(asked, 1) for q in part.questions}
    for part in form.parts:
        if not part.questions:
            yield Item(0, "", in_language(part.labels, language))
            continue
        first = part.questions[0]
        only = " + ".join(_words(parse(c), form, numbers, language) for c in first.relevant)
        if part.is_battery:
            yield _battery(part, form, numbers[first.name], only)
        else:
            yield Item(numbers[first.name], first.name, first.label(language), only, _to_fill_in(first, form))


def _battery(part: Part, form: Form, number: int, only: str) -> Item:
    language, first = form.languages[0], part.questions[0]
    alike = len({q.list_name for q in part.questions}) == 1
    columns = _choices(first, form) if alike else ()
    rows = tuple(q.label(language) for q in part.questions)
    lines = () if columns else tuple(" ".join(_to_fill_in(q, form)) for q in part.questions)
    return Item(number, part.name, in_language(part.labels, language), only, lines, columns, rows)


def _to_fill_in(question: Question, form: Form) -> tuple[str, ...]:
    if question.kind.startswith("select"):
        sign = SEVERAL if question.kind == "select_multiple" else SINGLE
        return tuple(f"{sign} {text}" for text in _choices(question, form))
    return (f"{BLANK} {question.unit if question.unit == '%' else ''}".rstrip(),)


def _choices(question: Question, form: Form) -> tuple[str, ...]:
    return tuple(in_language(choice.labels, form.languages[0]) for choice in form.questionnaire.choices(question.name).values())


def _words(node: Tree | Token, form: Form, numbers: dict[str, int], language: str, of: str = "") -> str:
    """A condition as a reader of the paper takes it: `3 = “Enabler”`; several of them joined by + (all) or / (one)."""
    if isinstance(node, Token):
        return SIGNS.get(str(node), str(node))
    children = node.children
    match node.data:
        case "disjunction" | "conjunction":
            sign = " / " if node.data == "disjunction" else " + "
            return sign.join(_words(child, form, numbers, language) for child in children)
        case "negate":
            return f"≠ ({_words(children[0], form, numbers, language)})"
        case "comparison":
            named = next((str(c.children[0]) for c in children if isinstance(c, Tree) and c.data == "answer"), "")
            return " ".join(_words(child, form, numbers, language, named) for child in children)
        case "answer" | "count":
            return str(numbers[str(children[0])])
        case "string":
            return _answer(of, str(children[0])[1:-1], form, language)
        case "selected":
            name = str(children[0])
            return f"{numbers[name]} = {_answer(name, str(children[1])[1:-1], form, language)}"
    return str(children[0]) if children else ""


def _answer(name: str, code: str, form: Form, language: str) -> str:
    choice = form.questionnaire.choices(name).get(code) if name else None
    return f"“{in_language(choice.labels, language) if choice else code}”"


def word(form: Form) -> bytes:
    """A Word document: headings, lists to tick, batteries as tables whose head is repeated on every page."""
    from docx import Document
    from docx.enum.section import WD_ORIENT
    from docx.oxml import OxmlElement
    from docx.shared import Mm, Pt, RGBColor

    from bwise.publication import NO_FIXED_TIME

    document = Document()
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = section.page_height, section.page_width
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(15)
    width = section.page_width - section.left_margin - section.right_margin
    properties = document.core_properties
    properties.title, properties.language, properties.author = form.questionnaire.title, form.languages[0], ""
    properties.created = properties.modified = NO_FIXED_TIME.to_pydatetime()
    document.styles["Normal"].font.size = Pt(10)
    document.add_heading(form.questionnaire.title, 0)
    for item in items(form):
        if not item.number:
            document.add_paragraph(item.text).runs[0].italic = True
            continue
        document.add_heading(f"{item.number}. {item.text}", 2)
        line = document.add_paragraph()
        line.paragraph_format.keep_with_next = True
        small = line.add_run(item.small_print())
        small.font.size, small.font.color.rgb = Pt(8), RGBColor(*GREY)
        if item.rows:
            cells = item.table()
            table = document.add_table(rows=len(cells), cols=len(cells[0]), style="Table Grid")
            table.autofit = False
            columns = len(cells[0]) - 1
            for place, column in enumerate(table.columns):
                column.width = int(width * FIRST) if place == 0 else int(width * (1 - FIRST) / columns)
            for row in table.rows:
                row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
            if item.columns:
                table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
            for cell, text in zip(table._cells, chain.from_iterable(cells), strict=True):
                cell.text = text
                cell.paragraphs[0].paragraph_format.space_after = Pt(1)
            document.add_paragraph()
            continue
        for line in item.lines:
            document.add_paragraph(line).paragraph_format.space_after = Pt(2)
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def pdf(form: Form) -> bytes:
    """A PDF on A4, landscape, with letters of all the languages (DejaVu Sans, which comes with matplotlib)."""
    from fpdf import FPDF
    from fpdf.fonts import FontFace
    from matplotlib import get_data_path

    from bwise.publication import NO_FIXED_TIME

    class Paper(FPDF):
        def footer(self) -> None:
            self.set_y(-12)
            self.set_font("DejaVu", size=7)
            self.cell(0, 5, f"{form.questionnaire.title}   {self.page_no()} / {{nb}}", align="C")

    paper = Paper(orientation="landscape", format="A4")
    fonts = Path(get_data_path()) / "fonts/ttf"
    paper.add_font("DejaVu", fname=fonts / "DejaVuSans.ttf")
    paper.add_font("DejaVu", style="B", fname=fonts / "DejaVuSans-Bold.ttf")
    paper.set_creation_date(NO_FIXED_TIME.to_pydatetime())
    paper.set_title(form.questionnaire.title)
    paper.set_lang(form.languages[0])
    paper.add_page()

    def write(text: str, size: float, style: str = "", colour: tuple[int, int, int] = (0, 0, 0), indent: float = 0) -> None:
        paper.set_font("DejaVu", style, size)
        paper.set_text_color(*colour)
        paper.set_x(paper.l_margin + indent)
        paper.multi_cell(0, size * 0.5, text, align="L", new_x="LMARGIN", new_y="NEXT")

    write(form.questionnaire.title, 18, "B", NAVY)
    for item in items(form):
        paper.ln(3)
        if not item.number:
            write(item.text, 9, colour=GREY)
            continue
        if paper.will_page_break(min(HALF_A_PAGE, HEAD + ROW * len(item.rows or item.lines))):
            paper.add_page()
        write(f"{item.number}. {item.text}", 10.5, "B", NAVY)
        write(item.small_print(), 7, colour=GREY)
        if item.rows:
            paper.set_font("DejaVu", size=8)
            paper.set_text_color(0, 0, 0)
            cells = item.table()
            columns = len(cells[0]) - 1
            with paper.table(
                cells,
                headings_style=FontFace(emphasis=""),
                first_row_as_headings=bool(item.columns),
                col_widths=(FIRST, *[(1 - FIRST) / columns] * columns),
                text_align=("LEFT", *["CENTER"] * columns),
                line_height=4.4,
            ):
                pass
            continue
        for line in item.lines:
            write(line, 9, indent=4)
    return bytes(paper.output())
