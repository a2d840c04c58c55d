"""Changes of a delivery that keep its meaning, and changes that destroy it.

Meaning is destroyed only in ways that an attentive person could see in the file alone: a text that contradicts the code beside it,
values that do not belong under their heading, rows that are no records, words that say the opposite. What nobody could see (two rows
of a battery exchanged where headings are codes) is not tried. A mutation gives None where it cannot be made of a delivery.
"""

from __future__ import annotations

import csv
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import combinations, pairwise

from tests.judge.files import CODE_IN_TEXT, ORDER_COUNTS, OTHER_IN_CELL, WHOLE_ANSWER_BESIDE, Sheet, shuffled, write


@dataclass(frozen=True)
class Mutant:
    """A changed delivery. `touched`: the columns whose meaning was destroyed, empty for the file as a whole. `content`: its bytes, where
    they are not simply those of the sheet."""

    sheet: Sheet
    touched: frozenset[int] = frozenset()
    content: bytes | None = None

    @property
    def bytes(self) -> bytes:
        return write(self.sheet) if self.content is None else self.content

    @property
    def name(self) -> str:
        """Of the file; readers go by what is in it."""
        return {"workbook": "answers.xlsx", "sav": "answers.sav", "xml": "answers.xml", "zip": "answers.zip"}.get(
            self.sheet.format.container, "answers.csv"
        )


Mutation = Callable[[Sheet, random.Random], Mutant | None]
KEEP: dict[str, Mutation] = {}
DESTROY: dict[str, Mutation] = {}


def keeps(mutation: Mutation) -> Mutation:
    KEEP[mutation.__name__] = mutation
    return mutation


def destroys(mutation: Mutation) -> Mutation:
    DESTROY[mutation.__name__] = mutation
    return mutation


OTHER_PAGES = {
    "de": "cp1252",
    "es": "cp1252",
    "nl": "cp1252",
    "fr": "cp1252",
    "bg": "cp1251",
    "hr": "cp1250",
    "el": "cp1253",
    "it": "cp1252",
}
OTHER_PAGES |= {"pl": "cp1250", "sl": "cp1250", "lv": "utf-16", "ro": "utf-16"}
NOT = {"de": "nicht", "nl": "niet", "fr": "pas", "bg": "не", "hr": "ne", "el": "δεν", "it": "non", "lv": "ne", "pl": "nie", "ro": "nu"}
NOT |= {"sl": "ne", "es": "no"}
# In "sales to private customers", the word for private and its opposite.
PRIVATE = {
    "nl": ("particuliere", "publieke"),
    "fr": ("privés", "publics"),
    "bg": ("частни", "публични"),
    "hr": ("privatnim", "javnim"),
    "el": ("ιδιώτες", "δημόσιους"),
    "it": ("privati", "pubblici"),
    "pl": ("prywatnym", "publicznym"),
    "ro": ("privați", "publici"),
    "sl": ("zasebnim", "javnim"),
    "es": ("privados", "públicos"),
}
# TRUE and FALSE as Excel writes them.
BOOLEANS = {"de": ("WAHR", "FALSCH"), "fr": ("VRAI", "FAUX"), "nl": ("WAAR", "ONWAAR"), "ro": ("ADEVĂRAT", "FALS")}
BOOLEANS |= {"es": ("VERDADERO", "FALSO"), "it": ("VERO", "FALSO"), "pl": ("PRAWDA", "FAŁSZ")}
DATE = re.compile(r"\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d)?)?")
NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?")


def is_table(sheet: Sheet) -> bool:
    return sheet.format.container in ("text", "zip", "workbook")


def is_text(sheet: Sheet) -> bool:
    return sheet.format.container in ("text", "zip")


def columns(sheet: Sheet, *kinds: str, options: bool = False) -> list[int]:
    """Columns of questions of these kinds; those of single options only where asked for."""
    return [c for c in sheet.answered if sheet.question(c).kind in kinds and ("/" in sheet.targets[c]) == options]


def changed(sheet: Sheet, column: int, change: Callable[[str], str]) -> Sheet:
    return sheet.with_column(column, [change(cell) if cell not in ("", None) else cell for cell in sheet.cells(column)])


def code(cell: object) -> str:
    return f"{cell:g}" if isinstance(cell, float) else str(cell).strip()


# ------------------------------------------------------------------ meaning kept


@keeps
def rows_in_another_order(sheet: Sheet, rng: random.Random) -> Mutant:
    order = shuffled(rng, range(len(sheet.records)))
    return Mutant(sheet.with_records([sheet.records[r] for r in order], order))


@keeps
def columns_in_another_order(sheet: Sheet, rng: random.Random) -> Mutant | None:
    if sheet.partner.layout in ORDER_COUNTS or sheet.format.container == "xml":
        return None
    order = list(range(len(sheet.targets)))
    for place, column in zip(sheet.answered, shuffled(rng, sheet.answered), strict=True):
        order[place] = column
    rows = [[row[c] if c < len(row) else "" for c in order] for row in sheet.rows]
    return Mutant(replace(sheet, rows=rows, targets=[sheet.targets[c] for c in order]))


@keeps
def in_another_encoding(sheet: Sheet, rng: random.Random) -> Mutant | None:
    if not is_text(sheet) or sheet.format.encoding.startswith("cp"):
        return None
    letters = "".join(cell for row in sheet.rows for cell in row)
    pages = ["utf-16", "utf-8", "utf-8-sig", OTHER_PAGES[sheet.partner.language]]
    encoding = rng.choice([page for page in pages if page.startswith("utf") or letters.encode(page, "replace").decode(page) == letters])
    if sheet.in_codes and encoding.startswith("cp"):  # a code page shows in few letters: told by the alphabet, or refused
        encoding = "utf-16"
    return Mutant(replace(sheet, format=replace(sheet.format, encoding=encoding)))


@keeps
def with_other_quotes_and_delimiter(sheet: Sheet, rng: random.Random) -> Mutant | None:
    if not is_text(sheet):
        return None
    delimiter = rng.choice([sign for sign in ",;\t" if sign != sheet.format.delimiter])
    return Mutant(replace(sheet, format=replace(sheet.format, delimiter=delimiter, quoting=rng.choice([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]))))


def _as_number(cell: object) -> object:
    return float(cell.replace(",", ".")) if isinstance(cell, str) and NUMBER.fullmatch(cell) else cell


def as_workbook(sheet: Sheet) -> Sheet:
    """Numbers become numbers, as where Excel opens the file; open answers stay what was typed."""
    typed = set(columns(sheet, "text"))
    records = [[cell if c in typed else _as_number(cell) for c, cell in enumerate(row)] for row in sheet.records]
    return replace(sheet.with_records(records), format=replace(sheet.format, container="workbook", member="Sheet1"))


@keeps
def saved_as_workbook(sheet: Sheet, rng: random.Random) -> Mutant | None:
    return Mutant(as_workbook(sheet)) if is_text(sheet) else None


@keeps
def saved_by_libreoffice(sheet: Sheet, rng: random.Random) -> Mutant | None:
    """As a workbook in which dates and times are dates and times, too."""
    if not is_text(sheet):
        return None
    book = as_workbook(sheet)
    typed = set(columns(sheet, "text"))
    return Mutant(book.with_records([[cell if c in typed else _as_date(cell) for c, cell in enumerate(row)] for row in book.records]))


def _as_date(cell: object) -> object:
    return datetime.fromisoformat(cell) if isinstance(cell, str) and DATE.fullmatch(cell) else cell


@keeps
def saved_by_pandas(sheet: Sheet, rng: random.Random) -> Mutant | None:
    """An index column, and whole numbers with `.0` in columns that have blanks."""
    if not is_text(sheet):
        return None
    result = sheet
    for c in sheet.answered if sheet.first == 1 else ():
        filled = [cell for cell in sheet.cells(c) if cell != ""]
        if filled and len(filled) < len(sheet.records) and all(cell.isdigit() for cell in filled):
            result = changed(result, c, lambda cell: f"{cell}.0")
    rows = [["", *result.rows[0]], *([str(n), *row] for n, row in enumerate(result.rows[1:]))]
    form = replace(sheet.format, delimiter=",", encoding="utf-8", quoting=csv.QUOTE_MINIMAL)
    return Mutant(replace(result, rows=rows, targets=["", *sheet.targets], format=form))


@keeps
def saved_by_r(sheet: Sheet, rng: random.Random) -> Mutant | None:
    """Every blank is NA."""
    return Mutant(sheet.with_records([[cell if cell != "" else "NA" for cell in row] for row in sheet.records])) if is_text(sheet) else None


@keeps
def with_booleans_of_a_spreadsheet(sheet: Sheet, rng: random.Random) -> Mutant | None:
    """Ticks as TRUE and FALSE in the language of the spreadsheet."""
    words = BOOLEANS.get(sheet.partner.language)
    options = columns(sheet, "select_multiple", options=True)
    if not words or not options or not is_table(sheet):
        return None
    result = sheet
    for c in options:
        result = result.with_column(c, [_boolean(sheet, r, sheet.targets[c], words) for r in sheet.order])
    return Mutant(result)


def _boolean(sheet: Sheet, record: int, target: str, words: tuple[str, str]) -> str:
    """Whether this record ticked the option, also one that stands for no answer; nothing where it answered no option."""
    person, (question, _, choice) = sheet.people[record], target.partition("/")
    missing = sheet.questionnaire.choices(question)[choice].missing
    if missing and person.reasons.get(target) == missing:
        return words[0]
    ticked = person.sent(target)
    return "" if ticked is None else words[not ticked]


@keeps
def with_labels_for_codes(sheet: Sheet, rng: random.Random) -> Mutant | None:
    if not sheet.in_codes:
        return None
    sent, result = sheet.people, sheet
    for c in columns(sheet, "select_one"):
        choices = sheet.questionnaire.choices(sheet.targets[c])
        given = [sent[r].sent(sheet.targets[c]) for r in sheet.order]
        cells = [choices[code].labels[sheet.partner.language] if code else cell for code, cell in zip(given, sheet.cells(c), strict=True)]
        result = result.with_column(c, cells)
    return Mutant(result)


@keeps
def with_invisible_signs(sheet: Sheet, rng: random.Random) -> Mutant | None:
    """No-break spaces everywhere; marks of direction and of no width where the encoding has them."""
    if not is_table(sheet):
        return None
    many = not sheet.format.encoding.startswith("cp")
    heads = [[_disguised(cell, rng, many) for cell in row] for row in sheet.rows[: sheet.first]]
    typed = {c for c, target in enumerate(sheet.targets) if not target or sheet.question_of(target).kind == "text"}
    records = [
        [cell if c in typed or rng.random() > 0.2 else _disguised(cell, rng, many) for c, cell in enumerate(row)] for row in sheet.records
    ]
    return Mutant(replace(sheet, rows=heads + records))


def _disguised(cell: object, rng: random.Random, many: bool) -> object:
    if not isinstance(cell, str) or cell.startswith(("{", "<")) or not cell:
        return cell
    ways = [lambda t: t.replace(" ", "\u00a0", 1), lambda t: t + " "]
    ways += [lambda t: t + "\u200e", lambda t: f"\u202a{t}\u202c", lambda t: "\ufeff" + t, lambda t: t + "\u200b"] if many else []
    return rng.choice(ways)(cell)


@keeps
def with_headings_in_capitals(sheet: Sheet, rng: random.Random) -> Mutant | None:
    if sheet.format.container == "xml":
        return None
    result = sheet
    for c in sheet.answered:
        if (row := sheet.text_row(c)) is not None:
            result = result.with_heading(c, str(sheet.rows[row][c]).upper())
    return Mutant(result) if result is not sheet else None


@keeps
def with_empty_rows_and_columns(sheet: Sheet, rng: random.Random) -> Mutant | None:
    if not is_table(sheet):
        return None
    width = len(sheet.targets) + 3
    rows = [[*row, *[""] * (width - len(row))] for row in sheet.rows] + [[""] * width] * 5
    return Mutant(replace(sheet, rows=rows, targets=[*sheet.targets, "", "", ""]))


@keeps
def with_percentages_as_a_workbook_formats_them(sheet: Sheet, rng: random.Random) -> Mutant | None:
    """Shares typed as 45 %: the cell holds 0.45 and the number format `0.0%`."""
    if not is_table(sheet):
        return None
    result, formats = as_workbook(sheet), {}
    for c in [c for c in sheet.answered if sheet.question(c).unit == "%"]:
        result = changed(result, c, lambda cell: float(cell) / 100 if isinstance(cell, float | int) else cell)
        formats |= {(r, c): "0.0%" for r in range(sheet.first, len(sheet.rows))}
    return Mutant(replace(result, formats=formats))


# ------------------------------------------------------------------ meaning destroyed


def _fits(cell: object, column: int, sheet: Sheet) -> bool:
    """Whether a cell could be an answer to what this column asks."""
    question, text = sheet.question(column), code(cell).casefold()
    if question.is_number:
        return bool(NUMBER.fullmatch(text))
    choices = sheet.questionnaire.choices(question.name).values()
    known = {label.casefold() for c in choices for label in c.labels.values()} | {c.name.casefold() for c in choices}
    return text in known or text in {name[:5] for name in known}


@destroys
def headings_of_two_questions_exchanged(sheet: Sheet, rng: random.Random) -> Mutant | None:
    """Where a code stands beside the text, any two; else two of which no answer could be one of the other question."""
    if sheet.format.container == "xml":
        return None
    asked = columns(sheet, "select_one", "integer", "decimal")
    for a, b in shuffled(rng, list(combinations(asked, 2))):
        row, other = _named_in(sheet, a), _named_in(sheet, b)
        beside_codes = sheet.code_row is not None and sheet.code_row != row
        if row == other and sheet.rows[row][a] != sheet.rows[row][b] and (beside_codes or _strangers(sheet, a, b)):
            rows = [list(cells) for cells in sheet.rows]
            rows[row][a], rows[row][b] = rows[row][b], rows[row][a]
            return Mutant(replace(sheet, rows=rows), frozenset((a, b)))
    return None


def _named_in(sheet: Sheet, column: int) -> int:
    """The heading row that names a column: of texts, or of codes where there are no texts."""
    row = sheet.text_row(column)
    return sheet.code_row if row is None else row


def _strangers(sheet: Sheet, a: int, b: int) -> bool:
    """Whether both columns have some answers, and none that could be one of the other question."""
    answers = {c: [cell for cell in sheet.cells(c) if cell not in ("", None)] for c in (a, b)}
    return all(len(given) > 3 for given in answers.values()) and not any(
        _fits(cell, other, sheet) for column, other in ((a, b), (b, a)) for cell in answers[column]
    )


def _scale_columns(sheet: Sheet, needed: set[str]) -> list[int]:
    """Columns of codes of a scale of five points that hold at least one of these."""
    found = []
    for c in columns(sheet, "select_one") if sheet.in_codes else ():
        points = sheet.questionnaire.scale(sheet.targets[c])
        cells = set(map(code, sheet.cells(c)))
        if list(points) == ["1", "2", "3", "4", "5"] and needed & cells:
            found.append(c)
    return found


@destroys
def scale_shifted_by_one(sheet: Sheet, rng: random.Random) -> Mutant | None:
    if not (found := _scale_columns(sheet, {"1"})):
        return None
    c = rng.choice(found)
    return Mutant(changed(sheet, c, lambda cell: str(int(cell) - 1) if cell in "12345" else cell), frozenset((c,)))


@destroys
def scale_stretched(sheet: Sheet, rng: random.Random) -> Mutant | None:
    if not (found := _scale_columns(sheet, {"3", "4", "5"})):
        return None
    c = rng.choice(found)
    return Mutant(changed(sheet, c, lambda cell: str(int(cell) * 2) if cell in "12345" else cell), frozenset((c,)))


def _headed_by_text(sheet: Sheet) -> list[int]:
    return [c for c in sheet.answered if (row := sheet.text_row(c)) is not None and sheet.rows[row][c]]


def _heading(sheet: Sheet, column: int) -> str:
    return sheet.rows[sheet.text_row(column)][column]


@destroys
def heading_of_a_sibling(sheet: Sheet, rng: random.Random) -> Mutant | None:
    """The code of one row or option, the text of another."""
    if not sheet.code_beside_text or not _headed_by_text(sheet):
        return None
    headed = _headed_by_text(sheet)
    pairs = [(c, d) for c in headed for d in headed if _heading(sheet, c) != _heading(sheet, d) and _siblings(sheet, c, d)]
    c, d = rng.choice(pairs)
    return Mutant(
        sheet.with_heading(c, _code_before(sheet, c) + _heading(sheet, d).removeprefix(_code_before(sheet, d))), frozenset((c, d))
    )


def _code_before(sheet: Sheet, column: int) -> str:
    """The code that stands in the same cell before the text: `NL4. `."""
    return _heading(sheet, column).partition(" ")[0] + " " if sheet.partner.layout == CODE_IN_TEXT else ""


def _siblings(sheet: Sheet, one: int, two: int) -> bool:
    """Rows of one battery, or options of one question."""
    first, second = sheet.question(one), sheet.question(two)
    return ("/" in sheet.targets[one] and first.name == second.name) or (bool(first.battery) and first.battery == second.battery)


@destroys
def negation_added_to_a_heading(sheet: Sheet, rng: random.Random) -> Mutant | None:
    found = [c for c in _headed_by_text(sheet) if _heading(sheet, c).count(" ") > 2]
    if not found:
        return None
    c = rng.choice(found)
    words = _heading(sheet, c).split(" ")
    words.insert(rng.randint(2, len(words) - 1), NOT[sheet.partner.language])
    return Mutant(sheet.with_heading(c, " ".join(words)), frozenset((c,)))


@destroys
def number_in_a_heading_changed(sheet: Sheet, rng: random.Random) -> Mutant | None:
    spoken = {c: _heading(sheet, c).removeprefix(_code_before(sheet, c)) for c in _headed_by_text(sheet)}
    found = [c for c, text in spoken.items() if re.search(r"\d", text)]
    if not found:
        return None
    c = rng.choice(found)
    other = re.sub(r"\d+", lambda number: str(int(number[0]) + 1), spoken[c], count=1)
    return Mutant(sheet.with_heading(c, _code_before(sheet, c) + other), frozenset((c,)))


@destroys
def heading_that_says_the_opposite(sheet: Sheet, rng: random.Random) -> Mutant | None:
    private, public = PRIVATE.get(sheet.partner.language, ("-", "-"))
    found = [c for c in _headed_by_text(sheet) if private in _heading(sheet, c).split() or private in _heading(sheet, c).casefold().split()]
    if not found:
        return None
    return Mutant(sheet.with_heading(found[0], _heading(sheet, found[0]).replace(private, public)), frozenset(found))


@destroys
def one_heading_on_two_columns(sheet: Sheet, rng: random.Random) -> Mutant | None:
    rows = {c: sheet.question(c).battery for c in columns(sheet, "select_one")}
    pairs = [(a, b) for a, b in pairwise(rows) if rows[a] and rows[a] == rows[b]]
    if not pairs or sheet.format.container in ("sav", "xml"):
        return None
    a, b = rng.choice(pairs)
    cells = [list(row) for row in sheet.rows]
    for row in cells[: sheet.first]:
        row[b] = row[a]
    return Mutant(replace(sheet, rows=cells), frozenset((a, b)))


def _full_records(sheet: Sheet) -> list[int]:
    filled = [sum(cell not in ("", None) for cell in row) for row in sheet.records]
    return [r for r, n in enumerate(filled) if n > 0.6 * max(filled)]


@destroys
def row_shifted_by_one_cell(sheet: Sheet, rng: random.Random) -> Mutant | None:
    """From some column on, one record stands one column further right; the row is as long as the others."""
    if not is_table(sheet):
        return None
    r = rng.choice(_full_records(sheet))
    at = rng.choice(sheet.answered[3 : len(sheet.answered) // 2])
    records = [list(row) for row in sheet.records]
    records[r] = [*records[r][:at], "", *records[r][at:-1]]
    return Mutant(sheet.with_records(records))


@destroys
def rows_one_cell_short(sheet: Sheet, rng: random.Random) -> Mutant | None:
    if not is_text(sheet):
        return None
    at, half = rng.choice(sheet.answered[2:-2]), len(sheet.records) // 2
    return Mutant(sheet.with_records([[*row[:at], *row[at + 1 :]] if r >= half else row for r, row in enumerate(sheet.records)]))


@destroys
def delimiter_typed_without_quotes(sheet: Sheet, rng: random.Random) -> Mutant | None:
    """In an open answer, which then takes two cells."""
    open_answers = [(r, c) for c in columns(sheet, "text") for r, cell in enumerate(sheet.cells(c)) if " " in str(cell)]
    if not is_text(sheet) or not open_answers:
        return None
    r, c = rng.choice(open_answers)
    records = [list(row) for row in sheet.records]
    records[r] = [*records[r][:c], *records[r][c].split(" ", 1), *records[r][c + 1 :]]
    return Mutant(sheet.with_records(records))


@destroys
def headings_again_in_the_middle(sheet: Sheet, rng: random.Random) -> Mutant | None:
    if not is_table(sheet):
        return None
    half = len(sheet.records) // 2
    return Mutant(sheet.with_records([*sheet.records[:half], *sheet.rows[: sheet.first], *sheet.records[half:]]))


@destroys
def means_in_a_last_row(sheet: Sheet, rng: random.Random) -> Mutant | None:
    """Under every column of numbers its mean, as a spreadsheet makes it."""
    if not is_table(sheet):
        return None
    last: list = [""] * len(sheet.targets)
    for c in sheet.answered:
        numbers = [n for cell in sheet.cells(c) if isinstance(n := _as_number(cell), float | int)]
        if numbers:
            mean = sum(numbers) / len(numbers)
            last[c] = mean if sheet.format.container == "workbook" else f"{mean:.4f}"
    last[0] = rng.choice(["Mean", "Total", "Average"])
    return Mutant(sheet.with_records([*sheet.records, last]))


INVENTED = "Xylophon 7"


@destroys
def option_renamed(sheet: Sheet, rng: random.Random) -> Mutant | None:
    """An option of a question with several answers that somebody ticked has a name nobody knows, in heading and cells."""
    found = [
        (c, label)
        for c in columns(sheet, "select_multiple", options=True)
        if (label := _label(sheet, sheet.targets[c])) in str(sheet.text_row(c) is not None and _heading(sheet, c))
        and any(sheet.people[r].sent(sheet.targets[c]) for r in sheet.order)
    ]
    if not found:
        return None
    c, label = rng.choice(found)
    renamed = sheet.with_heading(c, _heading(sheet, c).replace(label, INVENTED))
    return Mutant(changed(renamed, c, lambda cell: cell.replace(label, INVENTED) if isinstance(cell, str) else cell), frozenset((c,)))


@destroys
def part_of_a_joined_answer_renamed(sheet: Sheet, rng: random.Random) -> Mutant | None:
    found = []
    for c in columns(sheet, "select_multiple") if is_table(sheet) and not sheet.in_codes else ():
        labels = [_label(sheet, f"{sheet.targets[c]}/{choice}") for choice in sheet.questionnaire.choices(sheet.targets[c])]
        found += [
            (c, label)
            for label in labels
            if any(label in cell for cell in sheet.cells(c)) and not any(label in other for other in labels if other != label)
        ]
    if sheet.partner.layout in OTHER_IN_CELL:  # given now and then, it may be what somebody typed
        found = [(c, label) for c, label in found if sum(label in cell for cell in sheet.cells(c)) >= 3]
    if not found:
        return None
    c, label = rng.choice(found)
    return Mutant(changed(sheet, c, lambda cell: cell.replace(label, INVENTED)), frozenset((c,)))


def _label(sheet: Sheet, target: str) -> str:
    """The words of an option in the language of the delivery."""
    question, _, choice = target.partition("/")
    return sheet.questionnaire.choices(question)[choice].labels[sheet.partner.language]


@destroys
def option_column_dropped(sheet: Sheet, rng: random.Random) -> Mutant | None:
    options = columns(sheet, "select_multiple", options=True)
    if not options or sheet.partner.layout in (*ORDER_COUNTS, *WHOLE_ANSWER_BESIDE) or not is_table(sheet):
        return None
    c = rng.choice([c for c in options if not sheet.targets[c].endswith(("/other", "/refused"))])
    rows = [[*row[:c], *row[c + 1 :]] for row in sheet.rows]
    targets = [*sheet.targets[:c], *sheet.targets[c + 1 :]]
    kin = frozenset(d for d, target in enumerate(targets) if target.startswith(sheet.targets[c].partition("/")[0] + "/"))
    return Mutant(replace(sheet, rows=rows, targets=targets), kin)


@destroys
def digit_among_labels(sheet: Sheet, rng: random.Random) -> Mutant | None:
    """One answer of a column of labels is a bare digit."""
    if sheet.in_codes or not is_table(sheet):
        return None
    found = [c for c in columns(sheet, "select_one") if sum(cell != "" for cell in sheet.cells(c)) > 1]
    if not found:
        return None
    c = rng.choice(found)
    cells = sheet.cells(c)
    cells[rng.choice([r for r, cell in enumerate(cells) if cell != ""])] = "2"
    return Mutant(sheet.with_column(c, cells), frozenset((c,)))


@destroys
def negation_added_to_an_answer(sheet: Sheet, rng: random.Random) -> Mutant | None:
    if sheet.in_codes or not is_table(sheet):
        return None
    for c in shuffled(rng, columns(sheet, "select_one")):
        known = {label.casefold() for choice in sheet.questionnaire.choices(sheet.targets[c]).values() for label in choice.labels.values()}
        for label in shuffled(rng, sorted({cell.strip() for cell in sheet.cells(c)} - {""})):
            negated = f"{NOT[sheet.partner.language]} {label[0].lower()}{label[1:]}"
            if negated.casefold() not in known:
                cells = [negated if cell.strip() == label else cell for cell in sheet.cells(c)]
                return Mutant(sheet.with_column(c, cells), frozenset((c,)))
    return None


@destroys
def enterprise_codes_in_scientific_notation(sheet: Sheet, rng: random.Random) -> Mutant | None:
    found = [c for c in columns(sheet, "text") if sheet.targets[c] == "wise_code"]
    if not is_table(sheet) or not found:
        return None
    return Mutant(changed(sheet, found[0], lambda cell: "3,52E+11"), frozenset(found))


@destroys
def file_cut_in_the_middle(sheet: Sheet, rng: random.Random) -> Mutant:
    content = write(sheet)
    at = int(len(content) * rng.uniform(0.5, 0.9))
    if is_text(sheet) and sheet.format.container == "text":
        while content[at - 1 : at] in b"\r\n" or content[at : at + 1] in b"\r\n":
            at -= 1
    return Mutant(sheet, content=content[:at])


EVERY = KEEP | DESTROY


def mutant(kind: str, sheet: Sheet, seed: int) -> Mutant | None:
    """The delivery changed in this way; the same seed gives the same file."""
    return EVERY[kind](sheet, random.Random(f"{seed} {kind} {sheet.partner.name}"))
