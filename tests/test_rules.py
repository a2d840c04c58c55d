"""The rules of reading are a closed list: what compares them never hangs on a wording."""

from __future__ import annotations

import pandas as pd
import pytest

from bwise.matching.rules import TYPED, Rule, made_by, rule_of


@pytest.mark.parametrize(
    ("written", "rule"),
    [
        ("number", Rule.NUMBER),
        ("number, months to years", Rule.NUMBER),
        ("range, midpoint", Rule.RANGE),
        ("range, midpoint, months to years", Rule.RANGE),
        ("label, rescaled", Rule.LABEL),
        ("rating, out of 5, rescaled", Rule.RATING),
        ("split by known answers", Rule.SPLIT),
        ("split by known answers, rest is the text of other", Rule.SPLIT_WITH_OTHER),
        ("no date, or day and month cannot be told apart", Rule.NO_DATE),
    ],
)
def test_a_rule_is_known_with_and_without_its_detail(written, rule):
    assert rule_of(written) is rule


@pytest.mark.parametrize("written", ["", "text of the other in the cell", "number with a sign", "midpoint"])
def test_a_sentence_that_is_no_rule_is_refused(written):
    with pytest.raises(ValueError, match="is not a valid Rule"):
        rule_of(written)


def test_rules_are_compared_row_by_row_whatever_their_detail():
    rules = pd.Series([Rule.OTHER_IN_CELL, "range, upper", Rule.SPLIT_WITH_OTHER, Rule.SPLIT], dtype="str")
    assert made_by(rules, *TYPED).tolist() == [True, False, True, False]
    assert made_by(rules, Rule.RANGE).tolist() == [False, True, False, False]
    assert made_by(rules.iloc[:0], Rule.RANGE).tolist() == []


def test_every_line_of_the_demonstration_has_a_rule_of_the_list(delivered):
    rules = {rule for read in delivered.values() for rule in read.answers.mapping["rule"]}
    assert {rule_of(rule) for rule in rules} >= {Rule.LABEL, Rule.CODE, Rule.NUMBER, Rule.SPLIT, Rule.TICKED, Rule.OTHER_IN_CELL}
