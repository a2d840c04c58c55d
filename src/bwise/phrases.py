"""What pages say, in the languages of the project: our own phrases (`params/phrases.csv`), and the labels of the questionnaires.

A phrase is found by its English text, as in gettext: what nobody translated stays English, and is marked so. Numbers are written as
Unicode's CLDR has it for the language (through Babel), from the digits that the English pages show: rounded once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from types import MappingProxyType

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
