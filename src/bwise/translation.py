"""`bwise language`: everything that has to be said in a language in one workbook, and the translations back into the sheets of `params/`.

What is translated stands in sheets with a column per language: the questionnaires (XLSForm: `label::Suomi (fi)`), the sentences partners
read in feedback, the phrases of public pages. A sheet that gains a language keeps its rows, their order and every other cell.
"""

from __future__ import annotations

import csv
import io
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

import xlsxwriter
from babel import Locale

from bwise import phrases, sent_back
from bwise.feedback import wording
from bwise.feedback.sheet import add_sheet, row_height
from bwise.locks import held
from bwise.paths import json_of
from bwise.problems import Problem, ProblemsFound, stop
from bwise.publication import NO_FIXED_TIME
from bwise.questionnaire import load_questionnaire
from bwise.sent_back import digest, filled, key_of, key_parts, rows_below, sheets_of
from bwise.settings import CONSOLIDATION, MANIFEST, Project
from bwise.sheets import rows_of, workbook_sheets
from bwise.storage import write_bytes, write_whole
from bwise.text import counted, tidy

OF_XLSFORM = re.compile(r"^(?P<what>label|hint|constraint_message|required_message)(?:::.*\((?P<language>[a-z]{2})\))?$")
OF_A_LIST = re.compile(r"^(?P<language>[a-z]{2})$")  # a sheet with a column per language, named by its code
LISTS = {wording.FILE: "feedback to a partner", phrases.FILE: "public pages"}
XLSFORM_SHEETS = ("survey", "choices")
PLACEHOLDER = re.compile(r"\$?\{[^{}]*\}")
SHEET, ABOUT, KEY_HEADING = "translate", "how to", "bwise key"
HEADING = "The workbook of translations cannot be used. Nothing was written."
SHOWN = 3  # places of a text, and changes of a sheet, that are named
LISTED = 20  # rows that are told one by one for the same fault
STEPS = (
    "On the sheet “{sheet}”, write into the yellow column what the text is in {name}. The other languages stand beside it.",
    "What stands in braces, such as {{n}}, stays as it is: something is put in its place.",
    "Where English shall stay, copy the English text. What is left empty is refused, unless you say --english when it is applied.",
    "Rows may be sorted, columns hidden; the last column has to stay as it is.",
    "A translation is a draft until a native speaker has read it: say so in params/README.md.",
    "Save, then: bwise language {language} --apply {file} (first look: add --dry-run).",
)


@dataclass
class Sheet:
    """One sheet of `params/` with a column per language.

    Attributes:
        path: of the file; `name`: of the sheet, where the file is a workbook. rows: as they stand, headings first.
        columns: what (label, hint, …; "" in a list) -> language -> column.
        sign: between cells; ending: of lines.
    """

    path: Path
    rows: list[list[str]]
    columns: dict[str, dict[str, int]]
    name: str = ""
    sign: str = ","
    ending: str = "\n"

    @property
    def target(self) -> Path:
        """Where it is written to: the sheets of a workbook become files of their own."""
        return self.path.with_name(f"{self.name}.csv") if self.path.suffix == ".xlsx" else self.path

    def heading(self, what: str, language: str) -> str:
        return f"{what}::{own_name(language)} ({language})" if what else language

    def cell(self, row: int, column: int | None) -> str:
        return self.rows[row][column] if column is not None and column < len(self.rows[row]) else ""

    def content(self) -> bytes:
        out = io.StringIO(newline="")
        csv.writer(out, delimiter=self.sign, lineterminator=self.ending).writerows(self.rows)
        return out.getvalue().encode("utf-8-sig")

    def put(self, what: str, language: str, texts: dict[int, str]) -> None:
        """Write texts (row -> text) into the column of the language, which is made beside its last neighbour where there is none."""
        columns = self.columns[what]
        if language not in columns:
            new = max(columns.values()) + 1
            width = len(self.rows[0])
            self.rows = [[*(row + [""] * (width - len(row)))[:new], "", *row[new:]] if any(row) else row for row in self.rows]
            self.columns = {w: {k: at + (at >= new) for k, at in found.items()} for w, found in self.columns.items()}
            self.columns[what][language] = new
            self.rows[0][new] = self.heading(what, language)
        for row, text in texts.items():
            self.rows[row][self.columns[what][language]] = text


@dataclass
class Text:
    """One text to translate: language -> as it is there; the places where it stands: sheet, what, row; translations that are there."""

    languages: dict[str, str]
    places: list[tuple[Sheet, str, int]] = field(default_factory=list)
    there: Counter[str] = field(default_factory=Counter)

    @property
    def source(self) -> str:
        return self.languages.get("en") or next(iter(self.languages.values()))

    @property
    def translation(self) -> str:
        """The one that is there; "" where there is none, or where places differ."""
        return next(iter(self.there)) if len(self.there) == 1 else ""

    def key(self, language: str) -> str:
        return key_of([language, digest("\n".join(f"{k} {v}" for k, v in self.languages.items())), "", "", "", "", ""])

    @property
    def where(self) -> str:
        names = list(dict.fromkeys(_place(*place) for place in self.places))
        return "; ".join(names[:SHOWN]) + (f"; and {len(names) - SHOWN} more" if len(names) > SHOWN else "")


def own_name(language: str) -> str:
    """The language in itself, as Unicode's CLDR names it: `fi` -> Suomi."""
    name = Locale.parse(language).languages.get(language, language)
    return name[0].upper() + name[1:]


def check_language(language: str) -> None:
    """Refuse what is no code of a language (ISO 639-1, as far as Unicode's CLDR knows its words).

    Raises:
        ProblemsFound: the code is none, or no language that a sheet can have.
    """
    known = {code for code in Locale("en").languages if re.fullmatch("[a-z]{2}", code)}
    if language not in known:
        near = next((c for c, name in Locale("en").languages.items() if name.casefold() == language.casefold() and c in known), "")
        remedy = f"did you mean `{near}`?" if near else "give its two letters, such as fi, pt or hu (ISO 639-1)"
        stop("There is no such language.", Problem(f"`{language}` is not the code of a language", remedy=remedy))


# ------------------------------------------------------------------ what is to be translated


def sheets(project: Project) -> Iterator[Sheet]:
    """Every sheet of params that has a column per language.

    Raises:
        ProblemsFound: one of them cannot be read.
    """
    for folder in sorted(path for path in (project.params / "questionnaires").iterdir() if path.is_dir()):
        load_questionnaire(folder)
        for path in sorted(folder.glob("*.xlsx")):
            for name, table in workbook_sheets(path.read_bytes(), path).items():
                rows = [list(table.columns), *table.to_numpy().tolist()]
                yield Sheet(path, rows, _columns(rows[0], OF_XLSFORM) if name in XLSFORM_SHEETS else {}, name)
        for name in XLSFORM_SHEETS:
            if (path := folder / f"{name}.csv").is_file():
                yield _of_csv(path, OF_XLSFORM)
    wording.sentences(project)
    for name in LISTS:
        path = project.params / name
        if name == wording.FILE:
            path = wording.file_of(project)
        if path.is_file():
            found = _of_csv(path, OF_A_LIST)
            found.path = project.params / name
            yield found


def _of_csv(path: Path, pattern: re.Pattern) -> Sheet:
    content = path.read_bytes()
    rows, sign = rows_of(content, path)
    return Sheet(path, rows, _columns(rows[0], pattern), sign=sign, ending="\r\n" if b"\r\n" in content else "\n")


def _columns(headings: list[str], pattern: re.Pattern) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for column, heading in enumerate(headings):
        if told := pattern.match(tidy(heading)):
            found.setdefault(told.groupdict().get("what", ""), {})[told["language"] or "en"] = column
    return found


def texts(found: Iterable[Sheet], language: str) -> list[Text]:
    """The distinct texts of the sheets: one that is the same in every other language is translated once."""
    texts_: dict[tuple, Text] = {}
    for sheet in found:
        for what, columns in sheet.columns.items():
            for row in range(1, len(sheet.rows)):
                said = {k: text for k, at in columns.items() if k != language and (text := tidy(sheet.cell(row, at)))}
                if said:
                    text = texts_.setdefault(tuple(said.items()), Text(said))
                    text.places.append((sheet, what, row))
                    if there := tidy(sheet.cell(row, columns.get(language))):
                        text.there[there] += 1
    return list(texts_.values())


def _place(sheet: Sheet, what: str, row: int) -> str:
    head = [tidy(heading) for heading in sheet.rows[0]]
    told = {name: tidy(sheet.cell(row, head.index(name))) for name in ("list_name", "name", "key") if name in head}
    if not what:
        return f"{LISTS[sheet.path.name]}: {told.get('key') or next(iter(told.values()), f'row {row + 1}')}"
    kind = (
        f"answer {told.get('name')} of {told['list_name']}" if "list_name" in told else f"{what} of {told.get('name') or f'row {row + 1}'}"
    )
    return f"{sheet.path.parent.name}: {kind}"


def in_english(project: Project, languages: Iterable[str]) -> list[str]:
    """What partners and readers in these languages get in English for want of anything else, a line for each language."""
    lines = []
    for language in dict.fromkeys(language for language in languages if language):
        said, pages = wording.lacking(project, language), phrases.lacking(project, language)
        lacking = [f"{counted(said, 'sentence')} of the feedback to partners"] * (said > 0)
        lacking += [f"{counted(pages, 'phrase')} of the public pages"] * (pages > 0)
        if lacking:
            what = f"{' and '.join(lacking)} {'is' if said + pages == 1 else 'are'} in English"
            name = Locale("en").languages.get(language, language)
            lines.append(f"{name}: {what}, for want of a translation; to translate: bwise language {language}")
    return lines


def languages_of(project: Project, countries: Iterable[str]) -> list[str]:
    """The languages that the exports of these countries were read in when they were run last, each once."""
    records = [json_of(project.processed(country) / MANIFEST) for country in countries]
    return list(dict.fromkeys(delivery["language"] for record in records for delivery in record.get("deliveries", [])))


# ------------------------------------------------------------------ the workbook


def workbook_path(project: Project, language: str) -> Path:
    return project.root / "work" / f"language-{language}.xlsx"


def write_workbook(project: Project, language: str) -> tuple[Path, int, int]:
    """Write `work/language-<code>.xlsx`; translations that stand in it already are kept.

    Returns:
        The file, how many texts it has, and of how many a translation is there.

    Raises:
        ProblemsFound: no language has this code; a sheet, or the workbook that is there, cannot be read.
    """
    check_language(language)
    path, found = workbook_path(project, language), texts(sheets(project), language)
    before = {row.key: row.text for row in _rows(path) if row.text} if path.is_file() else {}
    said = {text.key(language): before.get(text.key(language)) or text.translation for text in found}
    path.parent.mkdir(exist_ok=True)
    write_whole(path, lambda p: _write(found, said, language, p))
    return path, len(found), sum(map(bool, said.values()))


def _write(found: list[Text], said: dict[str, str], language: str, path: Path) -> None:
    others = [k for k in dict.fromkeys(k for text in found for k in text.languages) if k != "en"]
    name = Locale("en").languages[language]
    widths = {"number": 7, "where": 34, "en": 44, language: 44, **dict.fromkeys(others, 34), KEY_HEADING: 10}
    heads = {"number": "number", "where": "where", KEY_HEADING: KEY_HEADING}
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"title": f"Texts in {name}", "created": NO_FIXED_TIME.to_pydatetime()})
        wrap = {"text_wrap": True, "valign": "top"}
        box = {**wrap, "border": 1, "border_color": "#d6dbe1"}
        head, cell = book.add_format({**wrap, "bold": True, "font_color": "#ffffff", "bg_color": "#1d2433"}), book.add_format(box)
        write = book.add_format({**box, "bg_color": "#fff7d6"})
        about = add_sheet(book, ABOUT)
        about.set_column(0, 0, 110)
        about.write_string(0, 0, f"Texts in {name}", book.add_format({"bold": True, "font_size": 18}))
        for number, step in enumerate(STEPS, 1):
            text = f"{number}. " + step.format(sheet=SHEET, name=name, language=language, file=path.name)
            about.write_string(number + 1, 0, text, book.add_format(wrap))
        page = add_sheet(book, SHEET)
        for column, (what, width) in enumerate(widths.items()):
            page.set_column(column, column, width, None, {"hidden": what == KEY_HEADING})
            page.write_string(0, column, heads.get(what) or f"{own_name(what)} ({what})", head)
        for row, text in enumerate(found, 1):
            key = text.key(language)
            cells = [str(row), text.where, text.languages.get("en", ""), said[key], *(text.languages.get(k, "") for k in others), key]
            for column, told in enumerate(cells):
                page.write_string(row, column, told, write if column == 3 else cell)
            page.set_row(row, row_height(list(zip(cells[1:4], list(widths.values())[1:4], strict=True))))
        page.freeze_panes(1, 4)
        page.repeat_rows(0)
        page.print_area(0, 0, len(found), 3)  # with the other languages beside it, nobody could read a page
        page.autofilter(0, 0, len(found), len(widths) - 1)
        page.activate()


@dataclass(frozen=True)
class Row(sent_back.Row):
    """A translation that came back."""

    text: str

    @property
    def where(self) -> str:
        return f"sheet “{self.sheet}”, row {self.number + 1} (cell {self.place('text')})"


def _rows(path: Path) -> list[Row]:
    """The rows of a workbook that came back.

    Raises:
        ProblemsFound: it is not there, no workbook, or none of these.
    """
    for name, cells in sheets_of(path, HEADING).items():
        for number, line in enumerate(cells):
            if KEY_HEADING in line and "where" in line:
                wanted = str(line[line.index("where") + 2])
                found = rows_below(name, cells, number, {"text": wanted, KEY_HEADING: KEY_HEADING}, HEADING)
                return [Row(name, n, columns, str(cell[KEY_HEADING]), _text(cell["text"])) for n, columns, cell in found]
    remedy = "give the workbook that `bwise language` wrote"
    raise ProblemsFound(HEADING, [Problem("no sheet of it has the column with the keys", path.name, remedy=remedy)])


def _text(cell: object) -> str:
    return tidy(f"{cell:.15g}" if isinstance(cell, float) else str(cell)) if filled(cell) else ""


# ------------------------------------------------------------------ and back


@dataclass
class Applied:
    """What translations change: file -> what becomes of it; `left`: how many texts stay in English."""

    language: str
    files: dict[str, list[str]]
    left: int = 0

    def __str__(self) -> str:
        lines = [line for name, told in self.files.items() for line in (name, *(f"   {each}" for each in told))]
        return "\n".join([*(lines or ["Nothing changes: all of it is there already."]), f"{counted(self.left, 'text')} in English"])


def apply(project: Project, language: str, path: Path, english: bool = False, dry: bool = False) -> Applied:
    """Write the translations of a workbook into the sheets of params, all of them or none.

    Args:
        english: what is empty stays so, and is shown in English; else it is refused. dry: say what would be written, and write nothing.

    Raises:
        ProblemsFound: with everything that does not fit, each with its sheet, row and cell; a run is going on.
    """
    check_language(language)
    rows = _rows(path)
    found = list(sheets(project))
    known = {text.key(language): text for text in texts(found, language)}
    said = _translations(rows, known, language, english)
    before = {sheet.target: sheet.content() for sheet in found}
    told = Applied(language, {}, sum(said[key] in ("", text.source) for key, text in known.items()))
    for sheet, places in groupby(sorted(_places(known, said), key=lambda p: str(p[0].target)), key=lambda p: p[0]):
        changes = _put(sheet, list(places), language)
        if changes:
            told.files[project.shown(sheet.target)] = changes
    _both_sheets(found, language)
    contents = {sheet.target: sheet.content() for sheet in found}
    _check_all(project, contents)
    if not dry:
        written = {target: content for target, content in contents.items() if content != before[target] or not target.is_file()}
        with held(project, [CONSOLIDATION, *project.countries()]):
            _write_all(written, [sheet.path for sheet in found if sheet.path != sheet.target] if told.files else [])
    return told


def _translations(rows: list[Row], known: dict[str, Text], language: str, english: bool) -> dict[str, str]:
    """Key -> translation, of every text.

    Raises:
        ProblemsFound: with all that is wrong with the rows.
    """
    problems: list[Problem] = []
    first: dict[str, Row] = {}
    for row in rows:
        parts = key_parts(row.key)
        if parts is None:
            problems.append(
                Problem("the hidden key was changed, or is missing", row.where, remedy=f"write it anew: bwise language {language}")
            )
        elif parts[0] != language:
            remedy = f"bwise language {parts[0]} --apply …"
            stop(HEADING, Problem(f"it was written for `{parts[0]}`, not for `{language}`", row.where, remedy=remedy))
        elif row.key not in known:
            why, remedy = "the sheets of params have changed since", f"`bwise language {language}` writes it anew and keeps what still fits"
            problems.append(Problem("this text stands in no sheet any more", row.where, why, remedy))
        elif first.setdefault(row.key, row).text != row.text:
            problems.append(
                Problem(f"the same text is translated otherwise in {first[row.key].where}", row.where, remedy="empty one of the two")
            )
        else:
            problems += _faults(row, known[row.key])
    empty = [key for key in known if not (key in first and first[key].text)]
    if empty and not english:
        places = [f"{first[key].number + 1}" if key in first else f"(no row: “{known[key].source[:60]}”)" for key in empty]
        more = f", and {len(places) - LISTED} more" if len(places) > LISTED else ""
        remedy = "translate them; where English shall stay, copy it, or add --english for all of them"
        problems.append(
            Problem(
                f"{counted(len(empty), 'text')} without a translation",
                f"sheet “{SHEET}”, rows {', '.join(places[:LISTED])}{more}",
                remedy=remedy,
            )
        )
    problems += _alike(known, first)
    stop(HEADING, *problems)
    return {key: first[key].text if key in first else "" for key in known}


def _faults(row: Row, text: Text) -> Iterator[Problem]:
    if not row.text:
        return
    wanted, given = (Counter(PLACEHOLDER.findall(t)) for t in (text.source, row.text))
    if wanted != given:
        lost, more = " ".join(wanted - given), " ".join(given - wanted)
        what = "; ".join(filter(None, (f"{lost} is missing" if lost else "", f"{more} is too much" if more else "")))
        yield Problem(
            what, row.where, "something is put in its place when the text is read", f"write the braces as they stand in: {text.source}"
        )
    for sheet, _, line in text.places:
        if sheet.path.name == wording.FILE and (fault := wording.too_long(sheet.cell(line, 0), row.text)):
            yield Problem(fault, row.where, "Excel takes no more there", "say it in fewer letters")


def _alike(known: dict[str, Text], first: dict[str, Row]) -> Iterator[Problem]:
    """Answers of one list that would be the same text: exports that hold texts could not be read."""
    answers: dict[tuple, dict[str, str]] = {}
    for key, text in known.items():
        for sheet, _, line in text.places:
            if sheet.name == "choices" or sheet.path.name == "choices.csv":
                head = [tidy(heading) for heading in sheet.rows[0]]
                list_name, said = sheet.cell(line, head.index("list_name")), first[key].text if key in first else ""
                other = answers.setdefault((sheet.path, list_name), {}).setdefault(said.casefold(), key) if said else key
                if other != key:
                    what = f"two answers of the list `{list_name}` would be the same: “{said}”"
                    yield Problem(
                        what, f"{first[other].where}; {first[key].where}", "nobody could tell which was given", "word one otherwise"
                    )


def _places(known: dict[str, Text], said: dict[str, str]) -> Iterator[tuple[Sheet, str, int, str]]:
    for key, text in known.items():
        for sheet, what, row in text.places:
            yield sheet, what, row, said[key]


def _put(sheet: Sheet, places: list[tuple[Sheet, str, int, str]], language: str) -> list[str]:
    """Write the translations into the sheet; what changes, in words."""
    told = []
    for what, found in groupby(sorted(places, key=lambda p: (p[1], p[2])), key=lambda p: p[1]):
        new = {row: text for _, _, row, text in found}
        there = sheet.columns[what].get(language)
        changed = {row: text for row, text in new.items() if tidy(sheet.cell(row, there)) != text}
        new = {row: text for row, text in new.items() if text}
        if not changed:
            continue
        if there is None:
            told.append(f"new column {sheet.heading(what, language)}: {counted(len(new), 'text')}")
        else:
            told.append(f"column {sheet.rows[0][there]}: {counted(len(changed), 'text')}")
            rows = list(changed.items())[:SHOWN]
            told += [f"   row {row + 1}: {tidy(sheet.cell(row, there)) or '(empty)'} → {text or '(empty)'}" for row, text in rows]
            told += [f"   and {len(changed) - SHOWN} more"] if len(changed) > SHOWN else []
        sheet.put(what, language, changed)
    return told


def _both_sheets(found: list[Sheet], language: str) -> None:
    """A language of a questionnaire has a column for labels in each of its sheets, as XLSForm wants it, even where one has no text yet."""
    of_forms = [sheet for sheet in found if "label" in sheet.columns]
    gained = {sheet.path.parent for sheet in of_forms if language in sheet.columns["label"]}
    for sheet in of_forms:
        if sheet.path.parent in gained:
            sheet.put("label", language, {})


def _check_all(project: Project, contents: dict[Path, bytes]) -> None:
    """Refuse translations with which a sheet could not be read any more: it is tried on a copy.

    Raises:
        ProblemsFound: as `bwise.questionnaire.load_questionnaire` and `bwise.feedback.wording.sentences`.
    """
    with tempfile.TemporaryDirectory() as folder:
        copy = Project(Path(folder))
        shutil.copytree(project.params / "questionnaires", copy.params / "questionnaires")
        for path, content in contents.items():
            target = copy.root / path.relative_to(project.root)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
            for book in target.parent.glob("*.xlsx"):
                book.unlink()
        for path in (copy.params / "questionnaires").iterdir():
            load_questionnaire(path)
        wording.sentences(copy)


def _write_all(contents: dict[Path, bytes], books: list[Path]) -> None:
    """Write the files, and put the workbooks they replace aside (`.old`): all of it, or nothing."""
    before = {path: path.read_bytes() if path.is_file() else None for path in contents}
    aside = {book: book.with_name(f"{book.name}.old") for book in dict.fromkeys(books)}
    try:
        for path, content in contents.items():
            write_bytes(path, content)
        for book, old in aside.items():
            book.replace(old)
    except (OSError, ProblemsFound):
        for path, content in before.items():
            path.unlink(missing_ok=True) if content is None else path.write_bytes(content)
        for book, old in aside.items():
            if old.is_file() and not book.is_file():
                old.replace(book)
        raise
