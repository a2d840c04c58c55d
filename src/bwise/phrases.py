"""What pages say, in the languages of the project: our own phrases (`params/phrases.csv`), and the labels of the questionnaires.

A phrase is found by its English text, as in gettext: what nobody translated stays English, and is marked so. Numbers are written as
Unicode's CLDR has it for the language (through Babel), from the digits that the English pages show: rounded once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from types import MappingProxyType

from bwise.questionnaire import Questionnaire
from bwise.settings import Project
from bwise.storage import read_csv

FILE = "phrases.csv"
EN = "en"
"""The column that phrases are found by."""


@dataclass(frozen=True, eq=False)
class Phrases:
    """The phrases of one language: English text -> text, with the same placeholders."""

    language: str = EN
    said: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)

    def __call__(self, text: str, **values: object) -> str:
        found = self.said.get(text, text)
        return found.format(**values) if values else found

    def number(self, text: str) -> str:
        """A number that was rounded for readers of English, with the signs of the language; other texts as they are.

        >>> Phrases("de").number("−0.50")
        '-0,50'
        """
        try:
            value = Decimal(text.replace("\u202f", "").replace("−", "-"))
        except InvalidOperation:
            return text
        if self.language == EN:
            return text
        from babel.numbers import format_decimal  # slow to import, and English needs none

        decimals = max(0, -value.as_tuple().exponent)
        return format_decimal(value, "#,##0" + ("." + "0" * decimals if decimals else ""), locale=self.language)


ENGLISH = Phrases()


def load_phrases(project: Project, questionnaires: Iterable[Questionnaire] = ()) -> dict[str, Phrases]:
    """Language -> its phrases, as far as `params/phrases.csv` has any; with the labels of questionnaires, where ours say nothing."""
    path = project.params / FILE
    if not path.is_file():
        return {EN: ENGLISH}
    rows = read_csv(path)
    found = {EN: ENGLISH}
    for language in (column for column in rows if column != EN):
        own = {phrase: text for phrase, text in zip(rows[EN], rows[language], strict=True) if text}
        found[language] = Phrases(language, _labels(questionnaires, language) | own)
    return found


def lacking(project: Project, language: str) -> int:
    """How many phrases of `params/phrases.csv` there are in English only; none where a project has no such file."""
    path = project.params / FILE
    if language == EN or not path.is_file():
        return 0
    rows = read_csv(path)
    return int(rows[language].eq("").sum()) if language in rows else len(rows)


def _labels(questionnaires: Iterable[Questionnaire], language: str) -> dict[str, str]:
    """English label -> label of questions, batteries and answers; without what stands in brackets too, as tables have it."""
    found: dict[str, str] = {}
    for asked in questionnaires:
        given = [labels for question in asked.questions.values() for labels in (question.labels, question.battery_labels)]
        given += [choice.labels for answers in asked.lists.values() for choice in answers.values()]
        for labels in given:
            if EN in labels and language in labels:
                found.setdefault(labels[EN], labels[language])
                found.setdefault(labels[EN].split(" (")[0], labels[language].split(" (")[0])
    return found
