"""Microsoft Forms results as XLSX, or the CSV somebody saved from it.

The first five columns are always ID, start time, completion time, e-mail, name, in the language of the form; they are
known by what is in them, not by their names. Somebody may have deleted e-mail and name, or one of them, before sending: then
numbered rows headed ID and two moments are enough. Multiple answers and rankings stand in one cell, each followed by `;`. A row
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
from bwise.text import answer_key, heading_key, tidy

NAME = "Microsoft Forms"
MOMENT = re.compile(rf"^{DAY}[ T]+{CLOCK}$")
DATE = re.compile(rf"^{DAY}(?:[ T]+{CLOCK})?$")
ADDRESS = re.compile(r"^\S+@\S+$")
FIRST = ("respondent_id", "started", "submitted")
ANONYMOUS = {
    answer_key(word)
    for word in """
anonymous|anonym|anonyme|anoniem|anonimo|anónimo|anonimowe|anonimowy|anonim|ανώνυμος|ανώνυμα|анонимен|анонимно|anonimno|anonimen|anonīms|
anonyymi|nimetön|anônimo|névtelen|anonymní|anonymný|anonüümne|anoniminis
""".strip().split("|")
}
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

RESPONSES = re.compile(r"\(1-(\d{1,6})\)")  # Forms names its workbook after the title and the responses in it: `Title(1-33).xlsx`


def fewer_than_named(file: str, records: int) -> str:
    """What is said of a file whose name promises more responses than it holds; "" of any other."""
    named = RESPONSES.search(file)
    if not named or int(named[1]) <= records:
        return ""
    return f"by its name the file had {named[1]} responses, it holds {records}: rows were taken out, or it is cut off"


def read(grid: Grid) -> RawTable | None:
    """Accept a table whose first columns hold what Microsoft Forms writes there."""
    data = grid.cells.loc[2:]
    filled = data[data.ne("").any(axis=1)]
    if grid.cells.shape[1] <= len(FIRST) + 1 or not len(filled):
        return None
    ids, started, completed = (filled[i].map(tidy) for i in range(3))
    if not (ids.str.fullmatch(r"\d+").all() and started.str.match(DATE).all() and completed.str.match(DATE).all()):
        return None
    people = _people(grid, filled)
    moments = (started.str.match(MOMENT) & completed.str.match(MOMENT)).all()
    numbered = heading_key(grid.cells.loc[1, 0]) == "id" and ids.is_unique and moments
    if not numbered and not _are_addresses(grid, filled, len(FIRST)):
        return None
    named = headings(grid)
    own = dict(enumerate(FIRST)) | dict.fromkeys(people, "person")
    about = own | _added([(p, t) for p, t in named if p not in own], filled)
    columns = [Column(p, t, text=t, about=about.get(p, "")) for p, t in named]
    return raw_table(NAME, grid, columns, first_data_row=2, other_in_cell=True)


def _people(grid: Grid, filled: pd.DataFrame) -> list[int]:
    """Positions of e-mail and name, right after the times, where they were not deleted."""
    found, position = [], len(FIRST)
    if _are_addresses(grid, filled, position):
        found.append(position)
        position += 1
    if position in filled and (is_personal(grid.cells.loc[1, position]) or (found and filled[position].eq("").all())):
        found.append(position)
    return found


def _are_addresses(grid: Grid, filled: pd.DataFrame, position: int) -> bool:
    """Whether a column holds addresses, the tool's word for anonymous, or one text for all under a heading for addresses."""
    mail = filled[position].map(tidy)
    one_for_all = is_personal(grid.cells.loc[1, position]) and mail.nunique() == 1
    return bool((mail.str.match(ADDRESS) | mail.map(answer_key).isin({*ANONYMOUS, ""})).all() or one_for_all)


def _added(named: list[tuple[int, str]], filled: pd.DataFrame) -> dict[int, str]:
    """Position -> what it is, of the columns that Forms adds after its first ones."""
    about: dict[int, str] = {}
    asked: set[str] = set()
    for position, heading in named:
        key, part = heading_key(heading), OF_A_QUESTION.match(tidy(heading))
        if part and heading_key(part["question"]) in asked:
            about[position] = "tool"
        elif own := "" if asked else _before_questions(key, filled[position]):
            about[position] = own
        else:
            asked.add(key)
            about[position] = "person" if is_personal(heading.rstrip().rstrip("0123456789")) else ""
    return about


def _before_questions(key: str, cells: pd.Series) -> str:
    """What a column is that stands before the first question, where Forms added it; "" for a question."""
    texts = [text for text in map(tidy, cells.unique()) if text]
    if key == heading_key("Language") and texts and all(map(LANGUAGE.match, texts)):
        return "language"
    return "tool" if key in ADDED or (texts and all(map(MOMENT.match, texts))) else ""
