"""What every layout needs: labels and codes of one record in one language, and the cells made of them."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta

from bwise.demo.simulation import Respondent
from bwise.questionnaire import Question, Questionnaire

START = datetime(2022, 4, 4, 8, 0)
Cell = Callable[[int, Respondent], object]
Table = list[tuple[str, Cell]]
# The tools' own words in the language of the form.
YES = {"en": "Yes", "de": "Ja", "nl": "Ja", "fr": "Oui", "bg": "Да", "hr": "Da", "el": "Ναι", "it": "Sì", "lv": "Jā", "pl": "Tak"}
YES |= {"ro": "Da", "sl": "Da", "es": "Sí"}
NO = {"en": "No", "de": "Nein", "nl": "Nee", "fr": "Non", "bg": "Не", "hr": "Ne", "el": "Όχι", "it": "No", "lv": "Nē", "pl": "Nie"}
NO |= {"ro": "Nu", "sl": "Ne", "es": "No"}
OTHER = {"en": "Other", "de": "Sonstiges", "nl": "Anders", "fr": "Autre", "bg": "Друго", "hr": "Drugo", "el": "Άλλο", "it": "Altro"}
OTHER |= {"lv": "Cits", "pl": "Inne", "ro": "Altul", "sl": "Drugo", "es": "Otro"}
# Question -> the question for the text of its "other", in either questionnaire.
OTHER_TEXT = {
    "model": "model_other",
    "funding": "funding_other",
    "barriers": "barriers_other",
    "national_forms": "national_forms_other",
}


class Writer:
    """Answers of one questionnaire in one language, as codes or as text."""

    def __init__(self, questionnaire: Questionnaire, language: str):
        self.questionnaire, self.language = questionnaire, language

    def label(self, question: Question) -> str:
        return question.label(self.language)

    def battery(self, question: Question) -> str:
        return question.battery_labels.get(self.language, "")

    def choice(self, question: Question, code: str) -> str:
        return self.questionnaire.choices(question.name)[code].labels[self.language]

    def one(self, person: Respondent, question: Question) -> str:
        """Label of the answer, of "don't know" too; empty when there is none."""
        code = self.code(person, question)
        return self.choice(question, code) if code else ""

    def code(self, person: Respondent, question: Question) -> str:
        missing = {c.missing: c.name for c in self.questionnaire.choices(question.name).values() if c.missing}
        return str(person.sent(question.name) or missing.get(person.reasons.get(question.name, ""), ""))

    def ticked(self, person: Respondent, question: Question) -> list[str]:
        choices = self.questionnaire.choices(question.name)
        reason = person.reasons.get(f"{question.name}/{next(iter(choices))}", "")
        return [
            c.name for c in choices.values() if person.values.get(f"{question.name}/{c.name}") is True or (reason and c.missing == reason)
        ]

    def text(self, person: Respondent, question: Question) -> str:
        value = person.sent(question.name)
        return "" if value is None else number(value, ".") if isinstance(value, float) else str(value)

    def hidden(self, person: Respondent, question: Question) -> bool:
        return person.reasons.get(self.questionnaire.columns(question.name)[0]) == "not_shown"

    def questions(self, without_other_texts: bool = False) -> list[Question]:
        found = list(self.questionnaire.questions.values())
        return [q for q in found if not (without_other_texts and q.role == "other")]


def number(value: float, decimal: str) -> str:
    return f"{value:g}".replace(".", decimal)


def when(number: int, minutes: int = 0) -> datetime:
    return START + timedelta(hours=5 * number, minutes=minutes)


def joined_cell(writer: Writer, question: Question, separator: str, closing: str = "", other_in_cell: bool = False) -> Cell:
    """One cell per question: labels joined; the text of "other" in place of its label where the tool does so."""

    def label(person: Respondent, code: str) -> str:
        text = person.values.get(OTHER_TEXT.get(question.name, ""))
        return str(text) if other_in_cell and code == "other" and text else writer.choice(question, code)

    def cell(n: int, person: Respondent) -> object:
        if question.kind == "select_multiple":
            return (
                "".join(label(person, c) + closing for c in writer.ticked(person, question))
                if closing
                else separator.join(label(person, c) for c in writer.ticked(person, question))
            )
        if question.kind == "select_one":
            code = writer.code(person, question)
            return label(person, code) if code else ""
        value = person.sent(question.name)
        return value if isinstance(value, float) else writer.text(person, question)

    return cell


def _dirty(value: object, rng: random.Random) -> object:
    """Now and then a no-break space, a trailing space or two spaces in a row, as in real files."""
    if not isinstance(value, str) or " " not in value or rng.random() > 0.03:
        return value
    return rng.choice((value.replace(" ", "\u00a0", 1), value + " ", value.replace(" ", "  ", 1)))


def rows_of(table: Table, people: list[Respondent]) -> list[list]:
    """A cell per record and column, with the dirt of real files; the same on every machine."""
    rng = random.Random(f"dirt {people[0].partner.name}")
    rows = [[cell(n, person) for _, cell in table] for n, person in enumerate(people)]
    return [[_dirty(value, rng) for value in row] for row in rows]


def names_of(table: Table) -> list[str]:
    """The headings of a table."""
    return [heading for heading, _ in table]
