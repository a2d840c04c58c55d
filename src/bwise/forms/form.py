"""A questionnaire in the order in which it is asked: notes, questions, batteries."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from bwise.logic import check_conditions
from bwise.problems import Problem, did_you_mean, stop
from bwise.questionnaire import LAYOUT, Question, Questionnaire, label_columns, load_questionnaire, questionnaire_sheets

REQUIRED = {"yes", "true", "true()"}  # XLSForm's words in the column `required`


@dataclass(frozen=True)
class Part:
    """A note (no questions), a question by itself, or a battery: a stem with its rows.

    `labels`: the note or the stem, by language; empty for a question by itself. `required`: names of the questions that must be answered.
    """

    name: str
    labels: dict[str, str] = field(default_factory=dict)
    questions: tuple[Question, ...] = ()
    required: frozenset[str] = frozenset()

    @property
    def is_battery(self) -> bool:
        return bool(self.questions and self.labels)


@dataclass(frozen=True)
class Form:
    """A questionnaire to be asked in some languages, the first of them the base language.

    `sheets`: as they stand in the questionnaire's folder. `version`: as its settings say, "" for none.
    """

    questionnaire: Questionnaire
    sheets: dict[str, pd.DataFrame]
    languages: tuple[str, ...]
    parts: tuple[Part, ...]
    version: str = ""


def load_form(folder: Path, languages: list[str] | None = None) -> Form:
    """The form of a questionnaire, in all its languages or in those given.

    Raises:
        ProblemsFound: the questionnaire has a fault, or does not speak one of the languages.
    """
    questionnaire = load_questionnaire(folder)
    check_conditions(questionnaire)
    known = questionnaire.languages
    unknown = [
        Problem(
            f"`{language}` is no language of the questionnaire",
            f"questionnaires/{folder.name}/survey.csv",
            remedy=did_you_mean(language, known),
        )
        for language in languages or []
        if language not in known
    ]
    stop("The questionnaire cannot be written in every language asked for.", *unknown)
    sheets = questionnaire_sheets(folder)
    version = sheets["settings"].get("version", pd.Series(dtype=str))
    parts = _parts(questionnaire, sheets["survey"])
    return Form(questionnaire, sheets, tuple(languages or known), parts, version.iloc[0] if len(version) else "")


def _parts(questionnaire: Questionnaire, survey: pd.DataFrame) -> tuple[Part, ...]:
    """Notes, questions and batteries, in the order of the sheet; the rows of a battery stand together."""
    columns = label_columns(survey)
    parts: dict[str, Part] = {}
    for number, row in zip(survey.index, survey.to_dict("records"), strict=True):
        kind, name = row["type"].strip(), row["name"]
        if kind == "note":
            parts[f"note {number}"] = Part(name, {language: row[c] for language, c in columns.items() if row[c].strip()})
        if kind in LAYOUT or name not in questionnaire.questions:
            continue
        question = questionnaire[name]
        place = question.battery or name
        before = parts.get(place, Part(place, question.battery_labels))
        required = before.required | ({name} if row.get("required", "").strip() in REQUIRED else set())
        parts[place] = Part(place, before.labels, (*before.questions, question), required)
    return tuple(parts.values())
