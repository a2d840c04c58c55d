"""What partners read, in their language: `templates/feedback_words.csv`, one row per sentence and one column per language."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from pathlib import Path

import pandas as pd

import bwise
from bwise.problems import Problem, did_you_mean, stop
from bwise.storage import read_csv


@lru_cache(maxsize=1)
def sentences() -> pd.DataFrame:
    """Key x language -> sentence, with {placeholders} to be filled in."""
    return read_csv(Path(str(files(bwise) / "templates" / "feedback_words.csv"))).set_index("key")


def languages() -> list[str]:
    """Codes of the languages partners can be written to."""
    return list(sentences().columns)


class Wording:
    """The sentences of one language: `say("row", number=7)`.

    Raises:
        ProblemsFound: there are no sentences in this language.
    """

    def __init__(self, language: str):
        if language not in languages():
            stop(
                "The feedback cannot be written in this language.",
                Problem(f"there are no sentences in `{language}`", "--language", remedy=did_you_mean(language, languages())),
            )
        self.language = language
        self.said = sentences()[language].to_dict()

    def __call__(self, key: str, **values: object) -> str:
        return self.said[key].format(**values)

    def decimal(self, number: str) -> str:
        """A number with the decimal sign of the language: a comma in all of them but English."""
        return number if self.language == "en" else number.replace(".", ",")
