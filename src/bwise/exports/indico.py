"""Submissions of an Indico survey, as CSV or XLSX (`generate_spreadsheet_from_survey` of its source, and real exports).

The submitter and the moment first, always in English; then the questions, each headed `Section: Question` if its section has
a title. Multiple answers stand in one cell, joined by `; ` (older versions: `, `). Indico has no field for the text of
"other" and no batteries: people make a section of a battery, and questions of its rows.
"""

from __future__ import annotations

from bwise.exports.table import Column, Grid, RawTable, headings, raw_table
from bwise.text import heading_key, tidy

NAME = "Indico"
META = {heading_key(k): v for k, v in {"Submitter": "person", "Submitter Email": "person", "Submission Date": "submitted"}.items()}
SIGN = ": "


def read(grid: Grid) -> RawTable | None:
    """Accept a table that begins with the submitter, the e-mail address (not in older versions) and the moment of submission."""
    named = headings(grid)
    about = [META.get(heading_key(text), "") for _, text in named]
    first = about.index("submitted") if "submitted" in about else 0
    if first not in (1, 2) or set(about[:first]) != {"person"} or heading_key(named[0][1]) != heading_key("Submitter"):
        return None
    columns = [Column(p, t, about=a) for (p, t), a in zip(named[: first + 1], about, strict=False)]
    return raw_table(NAME, grid, columns + _questions(named[first + 1 :]), first_data_row=2)


def _questions(named: list[tuple[int, str]]) -> list[Column]:
    """The title of a section that all questions share, or that neighbours share, is taken from their text."""
    texts = [tidy(text) for _, text in named]
    shared = _section(texts[0]) if texts and all(text.startswith(_section(texts[0])) for text in texts) else ""
    texts = [text.removeprefix(shared) for text in texts]
    titles = ["", *map(_section, texts), ""]
    columns = []
    for n, ((position, heading), text) in enumerate(zip(named, texts, strict=True), 1):
        title = titles[n] if titles[n] in (titles[n - 1], titles[n + 1]) else ""
        columns.append(Column(position, heading, text=text.removeprefix(title), section=title or shared))
    return columns


def _section(text: str) -> str:
    """What may be the title of a section at the beginning of a heading, with its sign."""
    title, sign, _ = text.partition(SIGN)
    return title + sign if sign else ""
