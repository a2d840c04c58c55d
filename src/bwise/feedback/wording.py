"""What partners read, in their language: `params/feedback.csv`, one row per sentence and one column per language."""

from __future__ import annotations

import string
from functools import lru_cache
from pathlib import Path

import pandas as pd

from bwise.paths import begun_with
from bwise.problems import Problem, did_you_mean, stop
from bwise.settings import Project
from bwise.sheets import parse_sheet

FILE = "feedback.csv"
LIMITS = {"sheet_start": 31, "sheet_asks": 31, "head_answer": 32, "head_write": 32, "hint_": 200}
"""Letters of a sentence, by how its key begins: Excel takes no more in the name of a sheet, and above and in a note beside a cell."""
NO_SHEET_NAME = set("[]:*?/\\'")


def file_of(project: Project) -> Path:
    """The sentences of the project; those that projects begin with, where it has none of its own."""
    own = project.params / FILE
    return own if own.is_file() else begun_with(f"params/{FILE}")


def sentences(project: Project) -> pd.DataFrame:
    """Key x language -> sentence, with {placeholders} to be filled in; in English where a language lacks one.

    Raises:
        ProblemsFound: a sentence that is needed is missing, or its placeholders are not those of the English one.
    """
    found = _own(project)
    return found.where(found.ne(""), found["en"], axis=0)


def lacking(project: Project, language: str) -> int:
    """How many sentences there are in English only."""
    found = _own(project)
    return int(found[language].eq("").sum()) if language in found else len(found)


def _own(project: Project) -> pd.DataFrame:
    path = file_of(project)
    return _sentences(path, path.read_bytes())


@lru_cache(maxsize=4)
def _sentences(path: Path, content: bytes) -> pd.DataFrame:
    where, remedy = f"params/{FILE}", "take it from the params of a new project (bwise init)"
    table = parse_sheet(content, path)
    stop(
        f"{where} cannot be used.",
        *(Problem(f"the column `{c}` is missing", where, remedy=remedy) for c in ("key", "en") if c not in table),
    )
    needed = parse_sheet((begin := begun_with(f"params/{FILE}")).read_bytes(), begin)["key"]
    lacking = [key for key in needed if key not in set(table["key"])]
    problems = [Problem(f"the sentence `{key}` is missing", where, remedy=remedy) for key in lacking]
    for row, said in table.iterrows():
        for language in table.columns.drop("key"):
            if said[language] and _fields(said[language]) != _fields(said["en"]):
                what = f"the placeholders of `{said['key']}` are not those of the English sentence"
                problems.append(Problem(what, f"{where}, row {row}, column {language}", remedy=f"write them as in: {said['en']}"))
    stop(f"{where} cannot be used.", *problems)
    return table.set_index("key")


def _fields(text: str) -> list[str | None]:
    """What is put into a sentence; a brace that is never closed is something else than any of them."""
    try:
        return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)
    except ValueError:
        return [None]


def too_long(key: str, text: str) -> str:
    """Why Excel would not take the sentence where it stands; "" where it would."""
    limit = next((limit for begins, limit in LIMITS.items() if key.startswith(begins)), len(text))
    if len(text) > limit:
        return f"{len(text)} letters, of which there may be {limit}"
    return "the name of a sheet holds none of [ ] : * ? / \\ '" if key.startswith("sheet_") and NO_SHEET_NAME & set(text) else ""


def languages(project: Project) -> list[str]:
    """Codes of the languages partners can be written to."""
    return list(sentences(project).columns)


class Wording:
    """The sentences of one language: `say("row", number=7)`.

    Raises:
        ProblemsFound: there are no sentences in this language.
    """

    def __init__(self, language: str, project: Project):
        known = languages(project)
        if language not in known:
            remedy = f"{did_you_mean(language, known)}; or translate them: bwise language {language}"
            problem = Problem(f"there are no sentences in `{language}`", "--language", remedy=remedy)
            stop("The feedback cannot be written in this language.", problem)
        self.language = language
        self.said = sentences(project)[language].to_dict()

    def __call__(self, key: str, **values: object) -> str:
        return self.said[key].format(**values)

    def decimal(self, number: str) -> str:
        """A number with the decimal sign of the language: a comma in all of them but English."""
        return number if self.language == "en" else number.replace(".", ",")
