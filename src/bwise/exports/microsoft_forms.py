"""Microsoft Forms results as XLSX, or the CSV somebody saved from it.

The first five columns are always ID, start time, completion time, e-mail, name, in the language of the form; they are
known by what is in them, not by their names. Multiple answers and rankings stand in one cell, each followed by `;`. A row
of a Likert question is headed `Question.Statement`. Then come, where they apply, the time of the last change, the language,
and the points and feedback of a quiz, also beside each question (`Points - Question`). Forms numbers what has the heading
of an earlier column: a question for the name is `Name2`.
Sources: exports in public code, in English, German, Spanish, French, Dutch and Polish; quizzes are headed in English,
German and Spanish, and in English in French forms.
"""

from __future__ import annotations

import re

import pandas as pd

from bwise.exports.table import CLOCK, DAY, Column, Grid, RawTable, headings, is_personal, raw_table
from bwise.text import heading_key, tidy

NAME = "Microsoft Forms"
MOMENT = re.compile(rf"^{DAY}[ T]+{CLOCK}$")
DATE = re.compile(rf"^{DAY}(?:[ T]+{CLOCK})?$")
ADDRESS = re.compile(r"^\S+@\S+$")
FIRST = ("respondent_id", "started", "submitted", "person", "person")
ADDED = {
    heading_key(h)
    for h in """
Last modified time|Hora de la última modificación|Heure de la dernière modification|Tijd van laatste wijziging|
Czas ostatniej modyfikacji|Total points|Gesamtpunktzahl|Total de puntos|Quiz feedback|Prüfungsfeedback|
Comentarios del cuestionario|Grade posted time|Uhrzeit der Notenveröffentlichung|Hora de publicación de la calificación
""".replace("\n", "").split("|")
}
OF_A_QUESTION = re.compile(r"^(points|feedback|puntos|comentarios)\s?[-–:]\s(?P<question>.+)$", re.IGNORECASE | re.DOTALL)
LANGUAGE = re.compile(r"^[a-z]{2,3}([-_][A-Za-z]{2,4})?$|^\w+ \(.+\)$")  # en-US, English (United States)


def read(grid: Grid) -> RawTable | None:
    """Accept a table whose first five columns hold what Microsoft Forms writes there."""
    data = grid.cells.loc[2:]
    if grid.cells.shape[1] <= len(FIRST) or not len(data):
        return None
    filled = data[data.ne("").any(axis=1)]
    ids, started, completed, mail = (filled[i].map(tidy) for i in range(4))
    if not (ids.str.fullmatch(r"\d+").all() and started.str.match(DATE).all() and completed.str.match(DATE).all()):
        return None
    if not (mail.str.match(ADDRESS) | mail.map(heading_key).isin({"anonymous", ""}) | (mail.nunique() == 1)).all():
        return None
    named = headings(grid)
    about = dict(enumerate(FIRST)) | _added(named, filled)
    columns = [Column(p, t, text=t, about=about.get(p, "")) for p, t in named]
    return raw_table(NAME, grid, columns, first_data_row=2, other_in_cell=True)


def _added(named: list[tuple[int, str]], filled: pd.DataFrame) -> dict[int, str]:
    """Position -> what it is, of the columns that Forms adds beyond the first five."""
    about: dict[int, str] = {}
    asked: set[str] = set()
    for position, heading in ((p, h) for p, h in named if p >= len(FIRST)):
        key, part = heading_key(heading), OF_A_QUESTION.match(tidy(heading))
        cells = filled[position].map(tidy)
        cells = cells[cells.ne("")]
        if part and heading_key(part["question"]) in asked:
            about[position] = "tool"
        elif not asked and key == heading_key("Language") and len(cells) and cells.str.match(LANGUAGE).all():
            about[position] = "language"
        elif not asked and (key in ADDED or (len(cells) and cells.str.match(MOMENT).all())):
            about[position] = "tool"
        else:
            asked.add(key)
            about[position] = "person" if is_personal(heading.rstrip().rstrip("0123456789")) else ""
    return about
