"""LimeSurvey results as CSV or XLSX: headings as codes, full text, or code and text.

Source of the layout: LimeSurvey's own export code (`application/helpers/admin/export`), and real exports.
Answers may be codes or full answers in any language; that is for `bwise.matching`.
"""

from __future__ import annotations

import re

from bwise.exports.table import Column, Grid, RawTable, headings, raw_table
from bwise.text import heading_key

NAME = "LimeSurvey"

CODE = r"[A-Za-z][A-Za-z0-9_]*(?:\[[^\]]*\]){0,2}"
ONLY_CODE = re.compile(rf"^{CODE}$")
# The separator is free text in LimeSurvey; its default is ". ", real surveys use others ("._.").
CODE_AND_TEXT = re.compile(rf"^(?P<code>{CODE})(?:\._\.|[.:;|]\s+|\s+[-–|]\s+|\.(?=\[))(?P<text>.+)$", re.DOTALL)

META = {
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
    # the same as full text, in the interface languages whose wording was seen
    "Response ID": "respondent_id",
    "Antwort ID": "respondent_id",
    "Antwort-ID": "respondent_id",
    "ID réponse": "respondent_id",
    "ID de la réponse": "respondent_id",
    "Date submitted": "submitted",
    "Datum Abgeschickt": "submitted",
    "Date de soumission": "submitted",
    "Last page": "progress",
    "Letzte Seite": "progress",
    "Dernière page": "progress",
    "Start language": "language",
    "Start-Sprache": "language",
    "Langue de départ": "language",
    "Langue": "language",
    "Zufallsstartwert": "tool",
    "Tête de série": "tool",
    "Date started": "started",
    "Datum gestartet": "started",
    "Date de lancement": "started",
    "Date last action": "tool",
    "Datum letzte Aktivität": "tool",
    "Date de la dernière action": "tool",
    "Total time": "tool",
    "Gesamtzeit": "tool",
    "Temps total": "tool",
}
META_KEYS = {heading_key(k): v for k, v in META.items()}
TIMING = re.compile(r"^([A-Za-z0-9_]+Time\d*|(Group|Question) time: .*)$")
LANGUAGE = re.compile(r"^(?!no$)[a-z]{2}(-[A-Za-z-]+)?$")  # "no" is an answer far more often than Norwegian


def read(grid: Grid) -> RawTable | None:
    """Say what each column is, or decline when nothing of LimeSurvey is seen."""
    named = headings(grid)
    style = _style([text for _, text in named])
    meta = {position: _meta(text, position, grid) for position, text in named}
    timings = next((p for p, text in named if text == "interviewtime"), None)
    meta |= {p: "tool" for p, text in named if timings is not None and p > timings and TIMING.match(text)}
    told = {about for about in meta.values() if about}
    if not (style == "code and text" or (style == "code" and told & {"respondent_id", "submitted"}) or "language" in told):
        return None
    columns = [_column(position, text, meta[position], style) for position, text in named]
    return raw_table(NAME, grid, columns, first_data_row=2, headings=style)


def _style(texts: list[str]) -> str:
    """How the headings are written: most of them as codes, as code and text, or as text."""
    asked = [t for t in texts if heading_key(t) not in META_KEYS]
    if sum(bool(ONLY_CODE.match(t)) for t in asked) > 0.8 * len(asked):
        return "code"
    if sum(bool(CODE_AND_TEXT.match(t)) for t in asked) > 0.8 * len(asked):
        return "code and text"
    return "text"


def _meta(heading: str, position: int, grid: Grid) -> str:
    code_and_text = CODE_AND_TEXT.match(heading)
    known = META_KEYS.get(heading_key(code_and_text["code"] if code_and_text else heading))
    if known:
        return known
    if 0 < position < 6:  # in any interface language: the start language is among the first columns, a code in every row
        cells = grid.cells.loc[2:, position]
        filled = cells[cells != ""]
        if len(filled) and filled.str.match(LANGUAGE).all():
            return "language"
    return ""


def _column(position: int, heading: str, about: str, style: str) -> Column:
    if style == "code and text" and (parts := CODE_AND_TEXT.match(heading)):
        return Column(position, heading, code=parts["code"], text=_without_empty_item(parts["text"]), about=about)
    if style == "code" and ONLY_CODE.match(heading):
        return Column(position, heading, code=heading, about=about)
    return Column(position, heading, text=_without_empty_item(heading), about=about)


def _without_empty_item(text: str) -> str:
    return text.removesuffix("[]").rstrip()
