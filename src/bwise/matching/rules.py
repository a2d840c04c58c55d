"""The rules by which a raw text becomes an answer: a closed list. The value is the sentence that stands in `mapping.csv`.

A rule may carry a detail after a comma (`range, midpoint`, `number, months to years`). Compare rules by `made_by`, never by their words.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cache

import pandas as pd

from bwise.classifications import CUT_OTHERWISE, LETTER_ALONE


class Rule(StrEnum):
    """Every way in which `bwise.matching.answers` reads a text, or says why it cannot."""

    DECLARED = "declared"
    LABEL = "label"
    CODE = "code"
    OTHER_WORD = "the tool's word for other"
    LABEL_WITH_ID = "label with id"
    RATING = "rating"
    LABEL_CUT_OFF = "label cut off"
    NATIONAL = "national category"
    OTHER_IN_CELL = "text of other in the cell"
    SPLIT = "split by known answers"
    SPLIT_WITH_OTHER = "split by known answers, rest is the text of other"
    TICKED = "ticked"
    NOT_TICKED = "not ticked"
    NUMBER = "number"
    RANGE = "range"
    DATE = "date"
    TEXT = "text"
    BLANK = "blank"
    NO_ANSWER_SIGN = "sign for no answer"
    SENTINEL = "sentinel declared"
    NOT_APPLICABLE = "word for not applicable"
    NOT_SHOWN = "the tool says: not shown"
    LIMESURVEY_NA = "N/A of LimeSurvey"
    LIMESURVEY_NULL = "NULL of LimeSurvey: not shown or left empty"
    ONA_EMPTY = "n/a of Ona: empty"
    YES_OR_NO = "word for yes or no"
    NO_SUCH_ANSWER = "no answer like this"
    UNKNOWN_PART = "part of it is no known answer"
    NEITHER_YES_NOR_NO = "neither yes nor no"
    GRADED = "numbers that say more than ticked and not ticked"
    OTHER_SCALE = "numbers of another scale"
    OTHER_ENDS = "numbers between ends that the list does not have"
    AMONG_TEXTS = "numbers among texts: they need not be codes"
    OTHER_LIST = "answers of another list"
    LIKE_AN_OPTION = "given as often as an option, while one of the list never is"
    ERROR_CELL = "a failed formula of a workbook"
    NO_NUMBER = "no number"
    PER_CENT = "per cent where the question does not ask for them"
    SHARES = "shares between 0 and 1 where per cent are asked"
    BELOW_NOTHING = "below 0, where there is no less than nothing: it may stand for no answer"
    NOT_WHOLE = "not a whole number: thousands may be lost (1.200 saved as 1.2)"
    BESIDE_LOST = "below 1000 beside a number whose thousands may be lost (2.000 saved as 2)"
    RANGE_WITHOUT_RULE = "a range or open class without a rule"
    NO_DATE = "no date, or day and month cannot be told apart"
    LETTER_ALONE = LETTER_ALONE
    CUT_OTHERWISE = CUT_OTHERWISE


EVERY = frozenset(map(str, Rule))
OF_THE_COLUMN = (
    Rule.GRADED,
    Rule.OTHER_SCALE,
    Rule.OTHER_ENDS,
    Rule.AMONG_TEXTS,
    Rule.OTHER_LIST,
    Rule.SHARES,
    Rule.BESIDE_LOST,
)
"""The text is not read because of the other texts of its column."""
TYPED = (Rule.OTHER_IN_CELL, Rule.SPLIT_WITH_OTHER)
"""The text that was read holds words that a person typed: it may name somebody."""


@cache
def rule_of(text: str) -> Rule:
    """The rule that stands in `mapping.csv`, without its detail.

    Raises:
        ValueError: it is none of the list.
    """
    while text not in EVERY and ", " in text:
        text = text.rpartition(", ")[0]
    return Rule(text)


def made_by(rules: pd.Series, *wanted: Rule) -> pd.Series:
    """Which of the rules, as `mapping.csv` has them, are one of those wanted, whatever their detail."""
    return rules.map(lambda text: rule_of(text) in wanted).astype(bool)
