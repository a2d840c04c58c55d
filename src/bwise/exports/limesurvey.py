"""LimeSurvey results as CSV or XLSX: headings as codes, full or cut text, or code and text; its R data file and its VV file.

Source of the layout: LimeSurvey's own export code (`application/helpers/admin/export`, `viewHelper.php`), and real exports.
Answers may be codes or full answers in any language; that is for `bwise.matching`.
"""

from __future__ import annotations

import re
from dataclasses import replace

import pandas as pd

from bwise.exports import limesurvey_vv
from bwise.exports.table import CLOCK, DAY, NOT_SHOWN, Column, Grid, RawTable, headings, is_personal, raw_table
from bwise.text import heading_key, tidy

NAME = "LimeSurvey"

CODE = r"[A-Za-z][A-Za-z0-9_]*(?:\[[^\]]*\]){0,2}"
QUESTION_CODE = r"[A-Za-z][A-Za-z0-9]*(?:\[[^\]]*\]){0,2}"  # LimeSurvey allows letters and digits only
ONLY_CODE = re.compile(rf"^{CODE}$")
# The separator is free text in LimeSurvey; its default is ". ", real surveys use others ("._.").
CODE_AND_TEXT = re.compile(rf"^(?P<code>{CODE})(?:\._\.|[.:;|]\s+|\s+[-–|]\s+|\.(?=\[))(?P<text>.+)$", re.DOTALL)

OWN = {
    "id": "respondent_id",
    "submitdate": "submitted",
    "lastpage": "progress",
    "startlanguage": "language",
    "seed": "tool",
    "token": "person",
    "startdate": "started",
    "datestamp": "tool",
    "ipaddr": "person",
    "refurl": "person",
    "interviewtime": "tool",
}
"""LimeSurvey's own columns by their codes, in the order in which it writes them."""
# The same as full text, in the interface languages whose wording was seen in scripts that read such exports: English, German,
# French, Italian, Spanish, Polish. The order of the columns tells them in any other language (`_by_their_cells`).
OWN_TEXTS = {
    "respondent_id": "Response ID|Antwort ID|Antwort-ID|ID réponse|ID de la réponse|ID risposta|ID de respuesta|ID odpowiedzi",
    "submitted": "Date submitted|Datum Abgeschickt|Date de soumission|Data invio|Data zakończenia",
    "progress": "Last page|Letzte Seite|Dernière page|Ultima pagina|Última página|Ostatnia strona",
    "language": "Start language|Start-Sprache|Langue de départ|Langue|Lingua iniziale|Lenguaje inicial|Język początkowy",
    "started": "Date started|Datum gestartet|Date de lancement|Data di inizio",
    "person": "Weiterleitungs-URL",
    "tool": "Zufallsstartwert|Zufallsgeneratorstartwert|Tête de série|Seme|Semilla|Date last action|Datum letzte Aktivität|"
    "Date de la dernière action|Data dell'ultima azione|Fecha de la última acción",
}
TOTAL_TIME = {heading_key(h) for h in ("interviewtime", "Total time", "Gesamtzeit", "Temps total", "Tempo totale")}
OWN_KEYS = {heading_key(t): about for about, texts in OWN_TEXTS.items() for t in texts.split("|")}
OWN_KEYS |= {heading_key(code): about for code, about in OWN.items()} | dict.fromkeys(TOTAL_TIME, "tool")
TIMING = re.compile(r"^([A-Za-z0-9_]+Time\d*|[^:]+: .*)$")  # `groupTime308`, `Q1Time`, or `Group time: First page`
SECONDS = re.compile(r"^\d*([.,]\d+)?$")
AFTER_OWN_CODE = re.compile(rf"^({'|'.join(OWN)})(?P<sign>[\W_]+)(?=\w)")
COMMENT = re.compile(r"\[([^\]]*comment)\]$")
UPLOADS = re.compile(r"[\[_]filecount\]?$")
TWO_SCALES = re.compile(r"^(?P<row>[A-Za-z][A-Za-z0-9]*_[A-Za-z0-9]+)_[01]$")

LANGUAGE = re.compile(r"^(?!no$)[a-z]{2}(-[A-Za-z-]+)?$")  # "no" is an answer far more often than Norwegian
MOMENT = re.compile(rf"^{DAY},? {CLOCK}$")
MIDNIGHT = re.compile(r"\s0?0[:.]00(?:[:.]00)?$")
NUMBER = re.compile(r"^\d+$")
PAGE = re.compile(r"^-?\d{1,3}$")
TOKEN = re.compile(r"^[A-Za-z0-9_~-]{5,40}$")
IP_ADDRESS = re.compile(r"^(\d{1,3}(\.\d{1,3}){3}|[0-9A-Fa-f]*:[0-9A-Fa-f:]+)$")
LINK = re.compile(r"^https?://\S+$")


def heading_rows(grid: Grid) -> range:
    """One row; texts and codes in a VV file."""
    return range(1, limesurvey_vv.CODES + 1) if limesurvey_vv.is_vv(grid) else range(1, 2)


def read(grid: Grid) -> RawTable | None:
    """Say what each column is, or decline when nothing of LimeSurvey is seen."""
    if limesurvey_vv.is_vv(grid):
        return _vv(grid)
    named = headings(grid)
    texts = [tidy(text) for _, text in named]
    parting = _parting(texts)
    style = "code" if _most(texts, ONLY_CODE) else "code and text" if parting else "text"
    columns = [_column(position, text, style, parting) for position, text in named]
    columns = [replace(c, about=_about(c, grid)) for c in columns]
    if style == "text":
        columns = _by_their_cells(columns, grid)
    if not _is_limesurvey(columns, style, grid):
        return None
    columns = _finished(columns, grid, bare=style == "code")
    return _with_not_shown(raw_table(NAME, grid, columns, first_data_row=2, headings=style))


def _is_limesurvey(columns: list[Column], style: str, grid: Grid) -> bool:
    """Codes and texts are LimeSurvey's way; codes or texts alone are only where its own columns are beside them."""
    told = {c.about for c in columns}
    if style != "text":
        return style == "code and text" or bool(told & {"respondent_id", "submitted"})
    known = any(heading_key(c.heading) in OWN_KEYS for c in columns)
    return "language" in told and (known or _numbers_people(_filled(grid, columns[0].position)))


def _vv(grid: Grid) -> RawTable:
    columns = [
        Column(position, code, code="" if limesurvey_vv.NUMBERS.match(code) else code, text=text, about=OWN.get(code, ""))
        for position, code, text in limesurvey_vv.headings(grid)
    ]
    columns = _finished(columns, grid, bare=False)
    raw = raw_table(NAME, grid, columns, first_data_row=limesurvey_vv.CODES + 1, headings="code and text")
    own = [c.position for c in raw.columns if c.about and c.position in raw.cells]
    cells = limesurvey_vv.decoded(raw.cells)
    cells[own] = cells[own].replace(NOT_SHOWN, "")  # an answer that was never submitted has no date
    return replace(raw, cells=cells)


# ------------------------------------------------------------------ headings


def _most(texts: list[str], pattern: re.Pattern) -> bool:
    """Whether most headings are of this form, not counting those of LimeSurvey's own columns."""
    asked = [t for t in texts if heading_key(t) not in OWN_KEYS]
    return sum(bool(pattern.match(t)) for t in asked) > 0.8 * len(asked)


def _parting(texts: list[str]) -> re.Pattern | None:
    """The pattern that parts code and text, or None where the headings are not both.

    An unusual separator is learned from LimeSurvey's own columns, whose codes are known: what follows `id`, `submitdate`, …
    An underscore is believed only beside codes with brackets: in `Q_SQ001_How old` it would cut the code.
    """
    if _most(texts, CODE_AND_TEXT):
        return CODE_AND_TEXT
    signs = [found["sign"] for text in texts if (found := AFTER_OWN_CODE.match(text))]
    sign = _common_start(signs) if len(signs) > 1 else ""
    if not sign or (sign.startswith("_") and not any(f"]{sign}" in text for text in texts)):
        return None
    code = QUESTION_CODE if sign.startswith("_") else CODE
    pattern = re.compile(rf"^(?P<code>{code}){re.escape(sign)}(?P<text>.*)$", re.DOTALL)
    return pattern if _most(texts, pattern) else None


def _common_start(texts: list[str]) -> str:
    shortest = min(texts, key=len)
    return next(start for n in range(len(shortest), -1, -1) if all(t.startswith(start := shortest[:n]) for t in texts))


def _column(position: int, heading: str, style: str, parting: re.Pattern | None) -> Column:
    shown = tidy(heading)
    if style == "code and text" and (parts := parting.match(shown)):
        return Column(position, heading, code=parts["code"], text=_without_empty_item(parts["text"]))
    if style == "code" and ONLY_CODE.match(shown):
        return Column(position, heading, code=shown, text=shown if "_" in shown else "")  # or a text, its spaces written as `_`
    return Column(position, heading, text=_without_empty_item(shown))


def _without_empty_item(text: str) -> str:
    return text.removesuffix("[]").rstrip()


def _finished(columns: list[Column], grid: Grid, bare: bool) -> list[Column]:
    """The columns with timings and uploaded files set apart, and codes in one form."""
    columns = _without_files(_without_timings(columns, grid))
    forms = _one_form({c.code for c in columns if c.code and not c.about}, bare)
    return [replace(c, code=forms.get(c.code, c.code)) for c in columns]


def _one_form(codes: set[str], bare: bool) -> dict[str, str]:
    """Code -> the code in the form `Q[SQ001]`, whether written so or as in expressions, `Q_SQ001`.

    Codes without a text beside them (`bare`) keep their underscores, which may not be LimeSurvey's. A comment is no row of its
    question: `Q[comment]` becomes `Q_comment`.
    """
    in_expressions = not any("[" in code for code in codes)
    forms = {code: COMMENT.sub(r"_\1", code) for code in codes}
    if in_expressions and not bare:
        forms = {code: COMMENT.sub(r"_\1", re.sub(r"^([^_]+)_(.+)$", r"\1[\2]", code)) for code in codes}
    return forms | dict.fromkeys(_of_two_scales(codes) if in_expressions else (), "")


def _of_two_scales(codes: set[str]) -> list[str]:
    """`Q_SQ001_0` and `Q_SQ001_1` are the scales called `Q[SQ001][1]` and `Q[SQ001][2]` else, or the columns 0 and 1 of a table:
    such codes tell no question."""
    rows = {found["row"] for code in codes if (found := TWO_SCALES.match(code))}
    return [f"{row}_{scale}" for row in rows for scale in "01" if {f"{row}_0", f"{row}_1"} <= codes]


# ------------------------------------------------------------------ the tool's own columns


def _about(column: Column, grid: Grid) -> str:
    known = OWN_KEYS.get(heading_key(column.code or column.heading))
    if known:
        return known
    if 0 < column.position < 6:  # in any interface language: the start language is among the first columns, a code in every row
        return "language" if _are(_filled(grid, column.position), LANGUAGE) else ""
    return ""


def _filled(grid: Grid, position: int) -> pd.Series:
    cells = grid.cells.loc[2:, position].map(tidy)
    return cells[cells != ""]


def _without_timings(columns: list[Column], grid: Grid) -> list[Column]:
    """LimeSurvey writes the total time after the questions, then the times of groups and questions."""
    total = next((c.position for c in columns if heading_key(c.code or c.heading) in TOTAL_TIME), None)
    times = [c for c in columns if total is not None and c.position > total and TIMING.match(c.code or c.heading)]
    seconds = {c.position for c in times if _filled(grid, c.position).str.match(SECONDS).all()}
    return [replace(c, about="tool") if c.position in seconds else c for c in columns]


def _without_files(columns: list[Column]) -> list[Column]:
    """`Q[filecount]` counts uploaded files, whose names and comments are in `Q`: they may tell who sent them."""
    counted = {UPLOADS.sub("", c.code) for c in columns if UPLOADS.search(c.code)}
    return [replace(c, about="person") if c.code in counted else replace(c, about="tool") if UPLOADS.search(c.code) else c for c in columns]


def _by_their_cells(columns: list[Column], grid: Grid) -> list[Column]:
    """LimeSurvey's own columns under headings in a language that nobody saw, or cut off: they come first, in one order (`OWN`).

    Before the start language stand the number, the moment of submission and the last page; after it the seed, the token, the
    moments of the first and the last action, the address and the page the person came from.
    """
    at = next((i for i, c in enumerate(columns) if c.about == "language"), None)
    if at is None:
        return columns
    cells = [_filled(grid, c.position) for c in columns[: at + len(OWN)]]
    told = {i: c.about or ("person" if is_personal(c.heading) else "") for i, c in enumerate(columns)}
    told |= {i: told[i] or _before_language(cells[i], i) for i in range(at)}
    for i in range(at + 1, len(cells)):
        told[i] = told[i] or _after_language(cells, i, at)
        if not told[i]:
            break
    return [replace(c, about=told[i]) for i, c in enumerate(columns)]


def _before_language(cells: pd.Series, at: int) -> str:
    if at == 0 and _numbers_people(cells):
        return "respondent_id"
    if _are_moments(cells):
        return "submitted"
    return "progress" if _are(cells, PAGE) else ""


def _after_language(cells: list[pd.Series], at: int, language: int) -> str:
    """What the column is, if all between it and the language are the tool's own; "" where the questions begin."""
    following = cells[at + 1] if at + 1 < len(cells) else cells[at].iloc[:0]
    moments = sum(_are_moments(c) for c in cells[language + 1 : at])
    if _are_moments(cells[at]):
        return ("started" if _are_moments(following) else "") if not moments else "tool" if moments == 1 else ""
    if at == language + 1 and _are_seeds(cells[at]):
        return "tool"
    if _are(cells[at], IP_ADDRESS) or _are(cells[at], LINK):
        return "person"
    goes_on = _are(following, IP_ADDRESS) or (_are_moments(following) and at + 2 < len(cells) and _are_moments(cells[at + 2]))
    return "person" if goes_on and _are_tokens(cells[at]) else ""


def _are(cells: pd.Series, pattern: re.Pattern) -> bool:
    return len(cells) > 0 and bool(cells.str.match(pattern).all())


def _numbers_people(cells: pd.Series) -> bool:
    return _are(cells, NUMBER) and cells.is_unique


def _are_moments(cells: pd.Series) -> bool:
    """Days with a time; a date that somebody answers has none, or midnight."""
    return _are(cells, MOMENT) and not cells.str.contains(MIDNIGHT).all()


def _are_seeds(cells: pd.Series) -> bool:
    """Random numbers of up to ten digits, no two alike."""
    return _numbers_people(cells) and bool((cells.str.len() > 6).mean() > 0.5)


def _are_tokens(cells: pd.Series) -> bool:
    """Random words of one length, no two alike."""
    return len(cells) > 1 and _are(cells, TOKEN) and cells.is_unique and cells.str.len().nunique() == 1


# ------------------------------------------------------------------ never asked


def _with_not_shown(raw: RawTable) -> RawTable:
    """Cells without even quotes are NULL in newer exports: the question was never asked. Empty answers are `""`.

    In full answers some kinds of question are empty without quotes whenever there is no answer (`SurveyObj::getFullAnswer`).
    So NULL is believed in answer codes, which a multiple answer of nothing but `Y` and `""` proves, and else in columns that
    have cells of both kinds.
    """
    if raw.grid.unquoted is None:
        return raw
    null = raw.grid.unquoted.loc[raw.cells.index, raw.cells.columns]
    empty = raw.cells.eq("") & ~null
    answers = [c.position for c in raw.answer_columns]
    codes = any(empty[p].any() and set(raw.cells[p].unique()) == {"Y", ""} for p in answers)
    told = [p for p in answers if codes or (empty[p].any() and null[p].any())]
    cells = raw.cells.copy()
    cells[told] = cells[told].mask(null[told], NOT_SHOWN)
    return replace(raw, cells=cells)
