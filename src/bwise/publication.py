"""What is published: tables as CSV, a workbook, an accessible page. Rounding for readers happens here."""

from __future__ import annotations

import re
import textwrap
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from types import MappingProxyType

import pandas as pd
import xlsxwriter
from markupsafe import Markup, escape
from xlsxwriter.worksheet import Worksheet

from bwise.country_pages import write_country_pages
from bwise.data_package import NO_MICRODATA, codebook, period, write_data
from bwise.drawn import Drawn
from bwise.factsheets import Factsheet, factsheets, write_factsheets
from bwise.hashes import program, sha256
from bwise.ledger import CONFIDENTIAL, MEAN_OF_COUNTRIES, POOLED, UNRELIABLE
from bwise.lineage import DEMONSTRATION, nameless
from bwise.locks import writing
from bwise.pages import page_template
from bwise.phrases import ENGLISH, Phrases
from bwise.pooling import Pool, left_out
from bwise.references import with_references
from bwise.released_texts import published_texts
from bwise.settings import CONSOLIDATION, PUBLISHED, Organisation, Project
from bwise.storage import PART, remove, write_csv, write_json, write_text, write_whole, written_together
from bwise.tables import AVERAGES, Finding, Published, Table, by_question, checks, headline
from bwise.text import CSV_RULE, counted, rounded

NOT_AVAILABLE = ":"
FLAGS = {
    UNRELIABLE: "low reliability: few persons behind the figure",
    CONFIDENTIAL: "confidential: too few persons or {many} in the base, or needed to hide such a figure (value replaced by “:”)",
}
SHORTHAND = {
    "[c]": FLAGS[CONFIDENTIAL].replace("“:”", "“[c]”"),
    "[u]": FLAGS[UNRELIABLE],
    "[x]": "not available, or does not apply",
}  # in the workbook: letters in brackets, which are read aloud
EXPLAINED = {
    "n": "persons behind the figure",
    "{many}": "distinct {meaning} behind the figure",
    "countries": "countries that these persons are from; fewer where not all were asked, or offered the answer",
    AVERAGES[POOLED]: "every respondent counts the same",
    AVERAGES[MEAN_OF_COUNTRIES]: "every country counts the same: the unweighted mean of the country figures that may be shown",
}
NOT_STATED = "not stated"
ELSEWHERE = "Published elsewhere"
ABOUT_OTHERS = "Figures that others published, beside ours: of other samples and by other questions, no results of this survey"
CODEBOOK_SHOWN = {
    "part": "Part",
    "question": "Question",
    "wording": "Wording",
    "type": "Type",
    "answers": "Answers",
    "asked_in": "Asked in",
    "not_asked_in": "Not asked in",
    "differences": "Differences of national forms",
    "answered": "Answered",
    "answered_in_table": "As shown in table",
}  # column of the codebook -> its heading in the workbook
LINE = 17.0  # points of a row of the workbook: letters of fonts that stand in for Excel's own are higher
A4 = 9  # as Excel counts paper
ABOUT = 120  # characters of a line of what is said of a table
WIDEST_TEXT = 80.0  # of a column of the workbook, in letters
WIDEST = 14  # columns of figures that a sheet has side by side; more could not be read in print
BEHIND = {"n": "n", "wises": "{many}", "countries": "countries"}  # what is counted of the base of a figure -> its name for readers
FOLDED_FROM = 40  # lines beyond which a table on the page is folded: its figure and its sentence come first
NO_FIXED_TIME = pd.Timestamp("2022-01-01")  # workbooks carry a creation time; a fixed one keeps the same input giving the same bytes


def _said(words: dict[str, str], organisation: Organisation) -> dict[str, str]:
    """Signs and what they mean, of what respondents answer for as this survey calls it."""
    names = {"many": organisation.many, "meaning": organisation.in_full}
    return {sign.format(**names): meaning.format(**names) for sign, meaning in words.items()}


# ------------------------------------------------------------------ layout for readers


@dataclass(frozen=True)
class Layout:
    """A table as people read it: one row per combination of `table.rows`, one column per combination of `table.columns`.

    `figures[r][c]` is a row of the tidy data or None. `base` says where n stands: row, column or cell, whichever is exact. `behind`: what
    is counted there, column of the data -> its name; a table of single countries does not count them.
    """

    table: Table
    row_labels: list[tuple[str, ...]]
    column_labels: list[tuple[str, ...]]
    figures: list[list[dict | None]]
    base: str
    behind: dict[str, str]

    def counts(self, figures: Iterable[dict | None]) -> list[str]:
        """Persons, organisations and countries behind figures that share a base."""
        known = next((f for f in figures if f and not pd.isna(f["n"])), None)
        return [NOT_AVAILABLE if known is None else str(known[count]) for count in self.behind]


@lru_cache(maxsize=128)  # notebook, page and workbook show the same tables
def layout(table: Table) -> Layout:
    """Arrange the tidy data for reading, in the order in which it stands."""
    data = table.data
    dimensions = [*table.rows, *table.columns]
    records = {tuple(r[d] for d in dimensions): r for r in data.to_dict("records")}
    cut = len(table.rows)
    rows = list(dict.fromkeys(k[:cut] for k in _sorted(table, records, table.rows, 0)))
    columns = list(dict.fromkeys(k[cut:] for k in _sorted(table, records, table.columns, cut)))
    figures = [[records.get((*r, *c)) for c in columns] for r in rows]
    behind = {count: name for count, name in _said(BEHIND, table.organisation).items() if count != "countries" or "country" not in data}

    def constant(lines) -> bool:
        return all(len({tuple(f[b] for b in behind) for f in line if f and not pd.isna(f["n"])}) <= 1 for line in lines)

    base = (
        "none" if data["n"].isna().all() else "row" if constant(figures) else "column" if constant(zip(*figures, strict=True)) else "cell"
    )
    row_labels, column_labels = [_named(table, table.rows, r) for r in rows], [_named(table, table.columns, c) for c in columns]
    return Layout(table, row_labels, column_labels, figures, base, behind)


def _sorted(table: Table, records, dimensions, start: int):
    """Keys in the order of each dimension's code list, or of the data where it has none."""
    orders = []
    for d in dimensions:
        found = list(dict.fromkeys(table.data[d]))
        listed = list(table.codes.get(d, ()))
        order = listed if d not in ("country", "skill", "domain") and set(found) <= set(listed) else found
        orders.append({code: i for i, code in enumerate(order)})
    return sorted(records, key=lambda key: [order[key[start + i]] for i, order in enumerate(orders)])


def _named(table: Table, dimensions, codes) -> tuple[str, ...]:
    return tuple(str(table.codes.get(d, {}).get(c, c)) for d, c in zip(dimensions, codes, strict=True))


def shown(figure: dict | None, table: Table, say: Phrases = ENGLISH) -> str:
    """A figure as text: rounded here, a symbol with its words where it is a quality, a count where it is a share of few, `:` where there
    is none."""
    if figure is not None and (code := figure.get("code")):
        return " ".join(table.symbols[code]).strip()
    if figure is None or pd.isna(figure["value"]):
        return NOT_AVAILABLE
    if table.is_count(figure):
        return say("{count} of {n}", count=f"{figure['value'] * figure['n'] / 100:.0f}", n=figure["n"])
    return say.number(rounded(figure["value"], _decimals(figure, table)))


def _decimals(figure: dict, table: Table) -> int:
    return table.decimals_of.get(figure["statistic"], table.decimals)


# ------------------------------------------------------------------ files


def write_tables(tables: list[Table], project: Project) -> None:
    """`reports/tables/<id>.csv`: tidy, as the tables have them, codes with their labels beside them, flags in their own columns."""
    folder = project.reports / "tables"
    for old in folder.glob("*.csv"):
        remove(old)
    for table in tables:
        data = table.data.copy()
        for dimension, labels in table.codes.items():
            if dimension in data and dimension not in ("country", "average"):
                data.insert(data.columns.get_loc(dimension) + 1, f"{dimension}_label", data[dimension].map(labels).fillna(data[dimension]))
        data.insert(0, "table", table.id)
        write_csv(folder / f"{table.id}.csv", data)


def write_figures(drawings: list[Drawn], project: Project) -> None:
    """`reports/figures/<id>.svg`, `.narrow.svg` for small screens and `.png`: the same bytes for the same figures."""
    for old in (project.reports / "figures").glob("*.*"):
        remove(old)
    for drawing in drawings:
        for kind, picture in drawing.pictures.items():
            write_whole(project.reports / "figures" / f"{drawing.id}.{kind}", lambda p, picture=picture: p.write_bytes(picture))


def write_workbook(tables: list[Table], pool: Pool, book: pd.DataFrame | None = None) -> None:
    """`reports/european_tables.xlsx`: cover, contents, notes, then one table per sheet, as the guidance for accessible spreadsheets of the
    UK's Analysis Function has it: each an Excel table with one header row, headings that are unique, nothing merged, nothing below it.

    Args:
        book: the codebook (`bwise.data_package`), the last sheet.
    """
    write_whole(pool.project.reports / "european_tables.xlsx", lambda p: _workbook(tables, pool, p, book))


def _workbook(tables: list[Table], pool: Pool, path: Path, codes: pd.DataFrame | None) -> None:
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties(
            {
                "title": pool.questionnaire.title,
                "created": NO_FIXED_TIME.to_pydatetime(),
                "comments": DEMONSTRATION if pool.demonstration else "",
            }
        )
        book.set_custom_property("Language", "en")
        head = {"bold": True, "text_wrap": True, "valign": "bottom", "bottom": 1, "bg_color": "#eef2f5"}
        style = {
            "title": book.add_format({"bold": True, "font_size": 15}),
            "head": book.add_format(head),
            "head right": book.add_format(head | {"align": "right"}),
            "head flag": book.add_format(head | {"align": "left", "indent": 1}),  # without a side, the indent is none
            "wrap": book.add_format({"text_wrap": True, "valign": "vcenter"}),
            "words": book.add_format({"text_wrap": True, "valign": "vcenter", "align": "left", "indent": 1}),
            "flag": book.add_format({"indent": 1, "valign": "vcenter"}),
            "link": book.add_format({"font_color": "#0b57a4", "underline": 1, "valign": "vcenter"}),
            "warning": book.add_format({"bold": True, "font_color": "#a33333"}),
            "right": book.add_format({"align": "right", "valign": "vcenter"}),
            "numbers": {d: book.add_format({"num_format": "0" + ("." + "0" * d if d else ""), "valign": "vcenter"}) for d in range(4)},
        }
        told = {"Tables": f"{len(tables)}, listed on the sheet Contents; signs and shorthand are explained on the sheet Notes"}
        compared = [table for table in tables if table.references]
        further = ({ELSEWHERE: ABOUT_OTHERS} if compared else {}) | ({"Codebook": "Questions, answers, where and how they were asked"})
        further = {name: title for name, title in further.items() if name != "Codebook" or codes is not None}
        _list_sheet(book, "Cover", pool.questionnaire.title, ("About", "Fact"), facts(pool) | told, pool, style)
        sheets = {t.id[:31]: t.title for t in tables} | further
        _list_sheet(book, "Contents", "Contents", ("Sheet", "Table"), sheets, pool, style, linked=True)
        signs = _said(SHORTHAND | EXPLAINED, pool.settings.organisation)
        _list_sheet(book, "Notes", "Notes", ("Sign", "Meaning"), signs, pool, style)
        for table in tables:
            _table_sheet(book, layout(table), pool, style)
        if compared:
            _rows_sheet(book, ELSEWHERE, ABOUT_OTHERS, _of_others(compared), pool, style)
        if codes is not None:
            _rows_sheet(book, "Codebook", further["Codebook"], codes[list(CODEBOOK_SHOWN)].rename(columns=CODEBOOK_SHOWN), pool, style)


def _new_sheet(book, name: str, title: str, said: list[str], pool: Pool, style: dict) -> tuple[Worksheet, int]:
    """A sheet with its title and what is said of it; and the row where its table begins."""
    page = book.add_worksheet(name)
    page.hide_gridlines(2)
    page.set_default_row(LINE)
    page.set_landscape()
    page.set_paper(A4)
    page.fit_to_pages(1, 0)
    page.set_footer("&L&A&RPage &P of &N")
    page.write_string(0, 0, title, style["title"])
    page.set_row(0, 1.5 * LINE)
    lines = [line for text in said for line in textwrap.wrap(text, ABOUT)]  # a long one would make the page that is printed wider
    lines = [DEMONSTRATION, *lines] if pool.demonstration else lines
    for row, text in enumerate(lines, 1):
        page.write_string(row, 0, text, style["warning"] if text == DEMONSTRATION else None)
    top = len(lines) + 2
    page.repeat_rows(top)
    return page, top


def _list_sheet(
    book, name: str, title: str, head: tuple[str, str], rows: dict[str, str], pool: Pool, style: dict, linked: bool = False
) -> None:
    """A sheet of names and what they stand for; `linked`: the names lead to their sheets."""
    page, top = _new_sheet(book, name, title, [], pool, style)
    page.set_column(0, 0, 32)
    page.set_column(1, 1, 90)
    for at, (key, text) in enumerate(rows.items(), top + 1):
        _set_height(page, at, [key, text], [32.0, 90.0])
        if linked:
            page.write_url(at, 0, f"internal:'{key}'!A1", style["link"], key)
        else:
            page.write_string(at, 0, key, style["wrap"])
        page.write_string(at, 1, text, style["wrap"])
    _mark_up(page, top, top + len(rows), list(head), ["head"] * 2, name, style)


def _rows_sheet(book, name: str, title: str, frame: pd.DataFrame, pool: Pool, style: dict) -> None:
    """A sheet with the rows of a frame below its headings; numbers as numbers, what is missing as [x]. A column `decimals` says how
    those that are not whole are shown."""
    page, top = _new_sheet(book, name, title, [], pool, style)
    page.write_url(top - 1, 0, "internal:'Contents'!A1", style["link"], "Back to the contents")
    decimals = frame["decimals"].tolist() if "decimals" in frame else [0] * len(frame)
    frame = frame.drop(columns="decimals", errors="ignore")
    head, rows = list(frame), frame.astype(object).where(frame.notna(), "[x]").to_numpy().tolist()
    texts = [[cell if isinstance(cell, str) else "" for cell in row] for row in rows]
    widths = [min(WIDEST_TEXT, max(6.0 + len(h), *(2.0 + len(row[at]) for row in texts))) for at, h in enumerate(head)]
    numbers = [any(not isinstance(row[at], str) for row in rows) for at in range(len(head))]
    beside = [False, *numbers]  # texts keep away from the numbers on their left
    for at, (row, places) in enumerate(zip(rows, decimals, strict=True), top + 1):
        _set_height(page, at, texts[at - top - 1], [width - 2.0 for width in widths])
        for column, cell in enumerate(row):
            if isinstance(cell, str):
                page.write_string(at, column, cell, style["right" if numbers[column] else "words" if beside[column] else "wrap"])
            else:
                whole = isinstance(cell, int)
                page.write_number(at, column, cell, style["numbers"][0 if whole else places])
    for column, width in enumerate(widths):
        page.set_column(column, column, width)
    sides = ["head right" if number else "head flag" if left else "head" for number, left in zip(numbers, beside, strict=False)]
    _mark_up(page, top, top + len(rows), head, sides, name, style, filtered=True)
    page.freeze_panes(top + 1, 0)


def _of_others(tables: list[Table]) -> pd.DataFrame:
    """What others published beside our figures, a row each."""
    rows = [
        {
            "Table": table.title,
            "What is compared": each.label(table),
            "This survey": each.ours["value"],
            "n": each.ours["n"],
            "Published elsewhere": each.value,
            "Unit": each.unit,
            "Source": each.source,
            "decimals": table.decimals,
        }
        for table in tables
        for each in table.references
    ]
    return pd.DataFrame(rows)


def _mark_up(page, top: int, last: int, head: list[str], sides: list[str], name: str, style: dict, filtered: bool = False) -> None:
    """Make an Excel table of the rows `top` (its headings) to `last`; programs that read aloud then know what is a heading."""
    columns = [{"header": text, "header_format": style[side]} for text, side in zip(head, sides, strict=True)]
    how = {"name": "table_" + re.sub(r"\W", "_", name), "columns": columns, "style": None, "autofilter": filtered}
    page.add_table(top, 0, last, len(head) - 1, how)


def _table_sheet(book, plan: Layout, pool: Pool, style: dict) -> None:
    table = plan.table
    about = [
        f"Population: {table.population}. Base: {table.base}. Unit: {table.unit}. Formula: {table.formula}.",
        f"Countries compared: {', '.join(table.countries)}.",
        *table.notes,
        "Shorthand in brackets, such as [c], is explained on the sheet Notes.",
    ]
    page, top = _new_sheet(book, table.id[:31], table.title, about, pool, style)
    page.write_url(top - 1, 0, "internal:'Contents'!A1", style["link"], "Back to the contents")
    wide = plan.base in ("row", "none") and len(plan.column_labels) <= WIDEST
    widths = (_wide_sheet if wide else _long_sheet)(page, top, plan, style)
    for column, width in enumerate(widths):
        page.set_column(column, column, width)
    page.freeze_panes(top + 1, len(table.rows) if wide else 0)


def _wide_sheet(page, top: int, plan: Layout, style: dict) -> list[float]:
    """One row per line of the readable table; a column of flags beside each column that has any. Gives the column widths."""
    table = plan.table
    columns = list(zip(*plan.figures, strict=True))
    flagged = [any(map(_shorthand, line)) for line in columns]
    words = [any(f and f.get("code") for f in line) for line in columns]  # qualities are written out; numbers need less
    head, widths = [d.replace("_", " ") for d in table.rows], [_width(plan.row_labels, i) for i in range(len(table.rows))]
    sides, places = ["head"] * len(head), []
    for label, flag, wordy, line in zip(plan.column_labels, flagged, words, columns, strict=True):
        places.append(len(head))
        name = ", ".join(label)
        head += [name, *([f"{name}: flag"] if flag else [])]
        widths += [min(34.0, 1.0 + max(12, *(len(shown(f, table)) for f in line))) if wordy else 13.0, *([13.0] if flag else [])]
        sides += ["head flag" if wordy else "head right", *(["head flag"] if flag else [])]
    base = len(head)
    if plan.base == "row":
        head, widths = [*head, *plan.behind.values()], [*widths, *map(_base_width, plan.behind.values())]
        sides += ["head right"] * len(plan.behind)
    _set_height(page, top, head, [0.85 * width for width in widths])  # bold
    for at, (labels, figures) in enumerate(zip(plan.row_labels, plan.figures, strict=True), top + 1):
        texts = [*labels, *(shown(f, table) for f in figures)]
        _set_height(page, at, texts, [*widths[: len(labels)], *(widths[column] - 2.0 for column in places)])  # words are indented
        page.write_row(at, 0, labels, style["wrap"])
        for column, flag, wordy, figure in zip(places, flagged, words, figures, strict=True):
            _write_value(page, at, column, figure, table, style, wordy)
            if flag:
                page.write_string(at, column + 1, _shorthand(figure), style["flag"])
        if plan.base == "row":
            _write_base(page, at, base, plan.counts(figures), style["right"])
    _mark_up(page, top, top + len(plan.row_labels), head, sides, table.id, style)
    return widths


def _shorthand(figure: dict | None) -> str:
    """The flags of a figure as the workbook has them: `[u]`, `[c]`; "" without any."""
    return "".join(f"[{flag.lower()}]" for flag in figure["obs_status"] + figure["conf_status"]) if figure else ""


def _set_height(page, row: int, texts: list[str], widths: list[float]) -> None:
    """High enough for every text as it is wrapped: not every program sees to that by itself."""
    lines = max((len(textwrap.wrap(text, int(width))) for text, width in zip(texts, widths, strict=True)), default=1)
    if lines > 1:
        page.set_row(row, LINE * lines)


def _long_sheet(page, top: int, plan: Layout, style: dict) -> list[float]:
    """One row per figure with what is behind it, to be filtered. Gives the column widths."""
    table = plan.table
    dimensions, numbers = [d.replace("_", " ") for d in (*table.rows, *table.columns)], ["value", *plan.behind.values()]
    first, last, at = len(dimensions), len(dimensions) + len(numbers), top
    labels = [(*across, *down) for across in plan.row_labels for down in plan.column_labels]
    figures = [figure for line in plan.figures for figure in line]
    values = 1.0 + max([9, *(len(shown(f, table)) for f in figures)])
    widths = [*(_width(labels, i) for i in range(first)), min(values, 40.0), *map(_base_width, plan.behind.values()), 8.0]
    for names, figure in zip(labels, figures, strict=True):
        if figure is None:
            continue
        at += 1
        _set_height(page, at, [*names, shown(figure, table)], widths[: first + 1])
        page.write_row(at, 0, names, style["wrap"])
        _write_value(page, at, first, figure, table, style, wordy=bool(figure.get("code")))
        _write_base(page, at, first + 1, plan.counts([figure]), style["right"])
        page.write_string(at, last, _shorthand(figure), style["flag"])
    sides = ["head"] * first + ["head right"] * len(numbers) + ["head flag"]
    _mark_up(page, top, at, [*dimensions, *numbers, "flag"], sides, table.id, style, filtered=True)
    return widths


def _base_width(name: str) -> float:
    return max(8.0, 4.0 + len(name))


def _width(labels: list[tuple[str, ...]], dimension: int) -> float:
    return min(WIDEST_TEXT, max(12.0, 2.0 + max(len(label[dimension]) for label in labels)))


def _write_value(page, row: int, column: int, figure: dict | None, table: Table, style: dict, wordy: bool = False) -> None:
    if figure is None or pd.isna(figure["value"]):
        text = shown(figure, table)
        if not any(map(str.isalnum, text)):  # a colon or a dash, which are not read aloud
            text = "[c]" if figure and figure["conf_status"] else "[x]"
        page.write_string(row, column, text, style["words" if wordy else "right"])
    else:
        page.write_number(row, column, figure["value"], style["numbers"][_decimals(figure, table)])


def _write_base(page, row: int, first: int, texts: list[str], right) -> None:
    for column, text in enumerate(texts, first):
        if text.isdigit():
            page.write_number(row, column, int(text), right)
        else:
            page.write_string(row, column, "[x]", right)


def facts(pool: Pool) -> dict[str, str]:
    """What is told of the release, on the cover of the workbook and on the page."""
    settings, title = pool.settings, pool.questionnaire.title
    dated = f"released {settings.released}" if settings.released else "not released"
    cite = f"{settings.title or title}: European tables of {title}, {len(pool.countries)} countries, {dated}, version {program()}."
    return {
        "Countries": ", ".join(pool.countries),
        "Fieldwork": period(pool).replace("/", " to ") or NOT_STATED,
        "Released": str(settings.released or NOT_STATED),
        "Version": f"bwise {program()}",
        "Licence": settings.licence or NOT_STATED,
        "Contact": settings.contact or NOT_STATED,
        "How to cite": f"{cite} {DEMONSTRATION}." if pool.demonstration else cite,
    }


def write_page(
    tables: list[Table],
    drawings: list[Drawn],
    pool: Pool,
    groups: Pool | None = None,
    findings: Iterable[Finding] = (),
    said: Mapping[str, list[Finding]] = MappingProxyType({}),
    sheets: Iterable[Factsheet] = (),
) -> None:
    """`reports/index.html`: every table and figure on one page, readable by screen readers and without scripts; figures stand beside it.

    Args:
        findings: those on top of it.
        said: table -> what may be said of it, in its section.
        sheets: further pages that it leads to.
    """
    page = page_template("report.html.j2").render(
        pool=pool,
        left_out=left_out(pool, groups),
        demonstration=DEMONSTRATION if pool.demonstration else "",
        flags=_said(FLAGS, pool.settings.organisation),
        questions=by_question({t.id: t for t in tables}),
        findings=[(table, [f.sentence for f in said]) for table, said in groupby(findings, key=lambda f: f.table)],
        checks=checks(pool.settings.organisation),
        sentences=lambda table: _sentences(table, said),
        html_table=html_table,
        lines_of=lambda table: len(layout(table).row_labels),
        many=FOLDED_FROM,
        drawings=drawings,
        elsewhere=elsewhere,
        about_others=ABOUT_OTHERS,
        facts=facts(pool),
        ids={table.id for table in tables},
        explained=_said(EXPLAINED, pool.settings.organisation),
        no_microdata=NO_MICRODATA,
        rated_by_two=any(table.about.kind == "paired_ratings" for table in tables),
        country_pages=pool.countries,
        sheets=groupby(sheets, key=lambda sheet: sheet.folder),
        deliveries=[(c, number, d) for c, m in pool.manifests.items() for number, d in enumerate(m["deliveries"], 1)],
    )
    write_text(pool.project.reports / "index.html", page)


def elsewhere(table: Table) -> Markup:
    """What others published beside figures of a table, a table for each source."""
    made = []
    for source, found in groupby(table.references, key=lambda each: each.source):
        rows = []
        for each in found:
            ours = escape(shown(each.ours, table)) + Markup("").join(
                Markup('<abbr title="{}">{}</abbr>').format(_said(FLAGS, table.organisation)[flag], flag)
                for flag in (each.ours["obs_status"], each.ours["conf_status"])
                if flag
            )
            n = NOT_AVAILABLE if pd.isna(each.ours["n"]) else each.ours["n"]
            cells = Markup("<td>{}</td><td>{}</td><td>{}</td>").format(ours, n, rounded(each.value, table.decimals))
            rows.append(Markup('<tr><th scope="row">{}</th>').format(each.label(table)) + cells + Markup("</tr>"))
        head = Markup("").join(
            Markup('<th scope="col">{}</th>').format(name) for name in ("compared", "this survey", "n", "published elsewhere")
        )
        caption = Markup("<caption>{}: {}</caption>").format(ELSEWHERE, source)
        body = Markup("").join(rows)
        made.append(Markup("<table>") + caption + Markup("<thead><tr>{}</tr></thead><tbody>{}</tbody></table>").format(head, body))
    return Markup("").join(made)


@lru_cache(maxsize=128)
def html_table(table: Table, say: Phrases | None = None) -> Markup:
    """The table as accessible HTML: caption, scoped headers, flags explained, n where it is exact.

    `say`: on pages for readers who are no statisticians, in their language: what is withheld is "not shown", without flags of its own.
    """
    words = say or ENGLISH
    plan = layout(table)
    depth = len(table.columns)
    head = []
    for level in range(depth):
        cells = [f'<th scope="col" rowspan="{depth}">{escape(words(d.replace("_", " ")))}</th>' for d in table.rows] if level == 0 else []
        cells += _spans([label[: level + 1] for label in plan.column_labels], last=level == depth - 1)
        cells += (
            [f'<th scope="col" class="base" rowspan="{depth}">{words(name)}</th>' for name in plan.behind.values()]
            if level == 0 and plan.base == "row"
            else []
        )
        head.append("<tr>" + "".join(cells) + "</tr>")
    body = []
    spans = _row_spans(plan.row_labels)
    for at, (labels, figures) in enumerate(zip(plan.row_labels, plan.figures, strict=True)):
        names = [_row_head(label, spans[at][i], table.rows[i]) for i, label in enumerate(labels) if spans[at][i]]
        cells = [_html_cell(f, plan, say) for f in figures]
        cells += [f'<td class="base">{text}</td>' for text in plan.counts(figures)] if plan.base == "row" else []
        kinds = ["first"] if at and len(labels) > 1 and spans[at][0] else []
        kinds += ["average"] if set(labels) & set(map(words, AVERAGES.values())) else []
        body.append(f'<tr class="{" ".join(kinds)}">' + "".join(names + cells) + "</tr>")
    if plan.base == "column":
        for name, texts in zip(plan.behind.values(), zip(*map(plan.counts, zip(*plan.figures, strict=True)), strict=True), strict=True):
            cells = [f'<td class="base">{text}</td>' for text in texts]
            body.append(f'<tr class="base"><th scope="row" colspan="{len(table.rows)}">{words(name)}</th>' + "".join(cells) + "</tr>")
    in_words = all(f.get("code") for line in plan.figures for f in line if f)  # read from the left, unlike numbers
    start = '<table class="words">' if in_words else "<table>"
    return Markup(f"{start}<caption>{escape(table.title)}</caption><thead>{''.join(head)}</thead><tbody>{''.join(body)}</tbody></table>")


def _spans(labels: list[tuple[str, ...]], last: bool) -> list[str]:
    """Header cells of one level; above the last level, equal neighbours share one cell."""
    runs = [[label] for label in labels] if last else [list(run) for _, run in groupby(labels)]
    scope = "col" if last else "colgroup"
    return [f'<th scope="{scope}"' + (f' colspan="{len(run)}"' if len(run) > 1 else "") + f">{escape(run[0][-1])}</th>" for run in runs]


def _row_spans(labels: list[tuple[str, ...]]) -> list[list[int]]:
    """For each row and dimension: over how many rows its header reaches, 0 where a header above already does."""
    spans = [[1] * len(row) for row in labels]
    for i in range(len(labels[0]) - 1 if labels else 0):
        for _, run in groupby(range(len(labels)), key=lambda at, i=i: labels[at][: i + 1]):
            first, *rest = run
            spans[first][i] = 1 + len(rest)
            for at in rest:
                spans[at][i] = 0
    return spans


def _row_head(label: str, span: int, dimension: str) -> str:
    scope = f'scope="rowgroup" rowspan="{span}"' if span > 1 else 'scope="row"'
    return f'<th {scope} class="{dimension}">{escape(label)}</th>'


def _html_cell(figure: dict | None, plan: Layout, say: Phrases | None) -> str:
    words = say or ENGLISH
    text = _symbol(figure, plan.table) if figure and figure.get("code") else escape(shown(figure, plan.table, words))
    if figure is None:
        return f"<td>{text}</td>"
    if say and figure["conf_status"]:
        return f'<td class="withheld">{escape(say("not shown"))}</td>'
    for flag in (figure["obs_status"], figure["conf_status"]):
        if flag:
            text += Markup('<abbr title="{}">{}</abbr>').format(words(_said(FLAGS, plan.table.organisation)[flag]), flag)
    if plan.base == "cell" and not pd.isna(figure["n"]):
        told = "{n} persons of {wises} {many} in {countries} countries" if "countries" in plan.behind else "{n} persons of {wises} {many}"
        counts = {count: figure[count] for count in BEHIND}
        text += Markup(' <small title="{}">{}</small>').format(words(told, many=words(plan.table.organisation.many), **counts), figure["n"])
    return f"<td>{text}</td>"


def _symbol(figure: dict, table: Table) -> Markup:
    """A symbol whose words are read out and shown on pointing at it; never a symbol alone."""
    symbol, words = table.symbols[figure["code"]]
    return Markup('<span class="symbol" title="{}"><span aria-hidden="true">{}</span> <span class="words">{}</span></span>').format(
        words, symbol, words
    )


@dataclass(frozen=True)
class Shown:
    """A table as a notebook shows it: the same HTML as in the report, or aligned text."""

    table: Table

    def _repr_html_(self) -> str:
        about = f"Base: {self.table.base}. Unit: {self.table.unit}. Countries compared: {', '.join(self.table.countries)}."
        return f"{html_table(self.table)}<p><small>{escape(about)}</small></p>"

    def __repr__(self) -> str:
        plan = layout(self.table)
        rows = [
            [*labels, *(shown(f, self.table) + _flags(f) for f in figures)]
            for labels, figures in zip(plan.row_labels, plan.figures, strict=True)
        ]
        frame = pd.DataFrame(rows, columns=[*self.table.rows, *(", ".join(c) for c in plan.column_labels)])
        if plan.base == "row":
            frame[list(plan.behind.values())] = [plan.counts(figures) for figures in plan.figures]
        return f"{self.table.title}\n{frame.to_string(index=False)}"


def _flags(figure: dict | None) -> str:
    return (
        ""
        if figure is None
        else " " + (figure["obs_status"] + figure["conf_status"])
        if figure["obs_status"] + figure["conf_status"]
        else ""
    )


def _sentences(table: Table, said: Mapping[str, list[Finding]]) -> list[str]:
    """What is said of a table: what stays when enterprises are drawn anew, or where nobody can tell, the figures that lead it."""
    return [finding.sentence for finding in said.get(table.id, [])] or [s for s in [headline(table)] if s]


@dataclass(frozen=True)
class Part:
    """A table with its computed sentence and its figure, as a notebook shows them one below the other."""

    table: Table
    drawing: Drawn | None
    sentences: list[str]

    def _repr_html_(self) -> str:
        picture = self.drawing._repr_html_() if self.drawing else ""
        return f"<p>{escape(' '.join(self.sentences))}</p>{picture}{Shown(self.table)._repr_html_()}"

    def __repr__(self) -> str:
        return " ".join(self.sentences) or self.table.title


@dataclass(frozen=True)
class Glance:
    """The findings, as a notebook shows them on top."""

    findings: list[Finding]

    def _repr_html_(self) -> str:
        lines = [f"<li><b>{escape(f.table.about.question)}.</b> {escape(f.sentence)}</li>" for f in self.findings]
        return f"<ul>{''.join(lines)}</ul>"

    def __repr__(self) -> str:
        return "\n".join(f"{f.table.about.question}. {f.sentence}" for f in self.findings)


def at_a_glance(tables: Published) -> Glance:
    """What the report begins with: the findings on the matters that `params/tables.yaml` names under `glance`."""
    return Glance(tables.findings)


def write_findings(findings: list[Finding], project: Project, organisation: Organisation) -> None:
    """`reports/data/findings.json`: the findings, the figures behind them, and what had to hold for a difference to be called clear."""
    write_json(project.reports / "data" / "findings.json", {"clear if": checks(organisation), "findings": [f.record() for f in findings]})


def present(tables: Published, figures: dict[str, Drawn], id_: str) -> Part | str:
    """Sentence, figure and table on one matter, or a plain word where the questionnaires do not ask for it."""
    if id_ not in tables:
        return "The questionnaires do not ask for it."
    return Part(tables[id_], next((d for d in figures.values() if d.table == id_), None), _sentences(tables[id_], tables.said))


def show(tables: dict[str, Table], id_: str) -> Shown | str:
    """One table for a notebook, or a plain word where the questionnaire does not ask for it."""
    return Shown(tables[id_]) if id_ in tables else "This questionnaire does not ask for it."


def write_record(tables: list[Table], pool: Pool, groups: Pool | None = None) -> None:
    """`reports/consolidation.json`: what the tables were made of and by what, so that `bwise diff` can say why a figure moved.

    No moment is in it: the same input gives the same bytes.
    """
    project = pool.project
    parts = {"survey": pool} | ({"focus group": groups} if groups else {})
    lists = [p for p in sorted(project.params.glob("*.csv")) if not p.name.endswith(".corrections.csv")]
    record = {
        "program": program(),
        "settings": pool.settings.model_dump(mode="json"),
        "lists": {project.shown(path): sha256(path) for path in lists},
        "countries": {
            name: {c: {"program": m["program"], "inputs": nameless(m["inputs"])} for c, m in part.manifests.items()}
            for name, part in parts.items()
        },
        "csv": CSV_RULE,
        "left_out": {name: part.left_out for name, part in parts.items()},
        "tables": {t.id: sha256(project.reports / "tables" / f"{t.id}.csv") for t in tables},
    }
    write_json(project.reports / PUBLISHED, record)


def write_texts(pools: list[Pool], project: Project) -> list[str]:
    """`reports/texts.csv`: texts of respondents and focus groups that somebody has read and released by name in params; away with the
    file where there are none."""
    texts = pd.concat([published_texts(pool.texts) for pool in pools], ignore_index=True)
    path = project.reports / "texts.csv"
    if texts.empty:
        remove(path)
        return []
    write_csv(path, texts)
    return ["reports/texts.csv"]


def write_audit(tables: dict[str, Table], project: Project) -> None:
    """`reports/audit.csv`: how many figures each rule hides, and how many of each table are withheld; no values, no thresholds."""
    rules = getattr(tables, "audit", {})
    rows = [{"table": "all", "what": rule, "number": number} for rule, number in rules.items()]
    for table in tables.values():
        withheld = int(table.data["conf_status"].eq(CONFIDENTIAL).sum())
        rows += [{"table": table.id, "what": what, "number": n} for what, n in (("figures", len(table.data)), ("withheld", withheld))]
    write_csv(project.reports / "audit.csv", pd.DataFrame(rows, columns=["table", "what", "number"]))


OWN = (
    "tables/*.csv",
    "figures/*",
    "data/*",
    "[a-z]*/*.html",
    "texts.csv",
)  # in reports/: what an earlier run made there, and this one did not, goes


class _Beside(Project):
    """The project whose reports are written beside those that are published."""

    @property
    def reports(self) -> Path:
        return super().reports / PART


class Written(list[str]):
    """Names of files, counted by folder where a notebook shows them."""

    def _repr_html_(self) -> str:
        return f"<p>{escape(repr(self))}</p>"

    def __repr__(self) -> str:
        folders = Counter(name.rpartition("/")[0] for name in self)
        return f"{counted(len(self), 'file')}: " + ", ".join(f"{count} in {folder}/" for folder, count in folders.items())


def publish(tables: Published, drawings: dict[str, Drawn], pool: Pool, groups: Pool | None = None) -> Written:
    """Write tables, figures, workbook, page and the record of what they were made of, all of them beside what is published; then they
    take its place, the record as the last, so that a run that is stopped leaves nothing mixed that passes for whole.

    Returns:
        Their names, relative to the project.

    Raises:
        ProblemsFound: a run is going on that this is no part of, or the disk refuses: what is published stays as it was.
    """
    drawn = list(drawings.values())
    listed = list(with_references(tables, pool.project).values())
    book = codebook(pool, listed, groups)
    project = _Beside(pool.project.root)
    pool = replace(pool, project=project)
    with writing(project, CONSOLIDATION), written_together(pool.project.root / "reports", PUBLISHED, OWN):
        write_tables(listed, project)
        write_figures(drawn, project)
        write_workbook(listed, pool, book)
        data = write_data(listed, pool, book)
        sheets = factsheets(tables, pool)
        write_page(listed, drawn, pool, groups, tables.findings, tables.said, sheets)
        pages = [*write_country_pages(tables, pool, groups, html_table), *write_factsheets(sheets, pool, groups, html_table)]
        write_findings(tables.findings, project, pool.settings.organisation)
        write_audit(tables, project)
        write_record(listed, pool, groups)
        texts = write_texts([pool, groups] if groups else [pool], project)
    names = [
        *(f"reports/tables/{t.id}.csv" for t in listed),
        *(f"reports/figures/{d.id}.svg" for d in drawn),
        *texts,
        "reports/european_tables.xlsx",
        "reports/index.html",
        *(f"reports/{name}" for name in pages),
        "reports/audit.csv",
        "reports/data/findings.json",
        *(f"reports/data/{name}" for name in data),
        "reports/consolidation.json",
    ]
    return Written(names)
