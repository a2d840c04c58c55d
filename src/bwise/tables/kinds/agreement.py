"""The answer that respondents name beside the one that their other answers suggest by stated rules: how many agree, and where they do not.

`params/model_rules.yaml` states the rules; the first that holds suggests, none where an answer is missing that the rules ask for. Base:
respondents who named an answer (a base of those alone who answered everything would give the others away). Unit: per cent. Formula:
respondents for whom an answer is suggested / respondents in the base; of the last column those for whom it is the one they named. Answers
that params join (`together`) are one. No coefficient of agreement is computed: Cohen's kappa (1960) corrects for the chance of two raters
who judge independently, and a rule is no rater.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from pydantic import Field

from bwise.ledger import ALL, MEAN_OF_COUNTRIES, POOLED, Items, Ledger
from bwise.pooling import Pool
from bwise.problems import Problem, did_you_mean, stop
from bwise.questionnaire import Question, Questionnaire
from bwise.settings import Strict, read_yaml, validated
from bwise.tables.cells import AVERAGES, Part, Plan, codes_of, each_country, given, group_labels, numeric, own_answer, together
from bwise.tables.descriptions import Description as Common
from bwise.tables.descriptions import Names

FILE = "params/model_rules.yaml"
SAME, UNTOLD = "as named", "not told"


class Description(Common):
    """
    Attributes:
        role: of the question whose answers are named; the rules suggest one of them.
    """

    role: str


class Condition(Strict):
    """What has to hold of the answer to a question.

    Attributes:
        question: whose answer it is; of several numbers their sum.
        any_of: it is one of these.
        at_least, below: the number, or the sum, is not less than the one and less than the other.
    """

    question: Names
    any_of: Names = Field(default=[])
    at_least: float | None = None
    below: float | None = None


class Rule(Strict):
    """An answer, and what has to hold, all of it, for it to be suggested."""

    suggests: str
    where: list[Condition] = Field(min_length=1)


class Rules(Strict):
    """`params/model_rules.yaml`. `otherwise`: what is suggested where no rule holds; `note`: said under the table."""

    note: str
    rules: list[Rule] = Field(min_length=1)
    otherwise: str


def plan(ledger: Ledger, about: Description) -> Plan | None:
    pool = ledger.pool
    question = pool.questionnaire.one(about.role)
    path = pool.project.params / "model_rules.yaml"
    if question is None or not path.is_file():
        return None
    rules = validated(Rules, read_yaml(path), FILE, {"rules": Rule, "where": Condition})
    _check(rules, question, pool.questionnaire)
    asked = (question.name, *dict.fromkeys(name for rule in rules.rules for told in rule.where for name in told.question))
    named = together(pool, question, pool.answers[question.name].astype("object"))
    suggested = together(pool, question, suggestions(pool, rules))
    base = ledger.base(named.notna().to_numpy(), (question.name,), pool.comparable(question.name))
    missing = {choice.name for choice in pool.questionnaire.choices(question.name).values() if choice.missing}
    names = {code: label for code, label in group_labels(pool, question).items() if code not in missing}
    outcomes = {code: suggested.eq(code) for code in names} | {UNTOLD: suggested.isna(), SAME: suggested.eq(named)}
    shown = {SAME: outcomes[SAME]} if about.by_country else outcomes
    values = np.column_stack([outcome.to_numpy() & base.who for outcome in shown.values()]).astype("int8")
    number = len(shown)
    items = (Items(base, values, ("suggested",), tuple((code,) for code in shown), (asked,) * number, 100.0, ((0, 1),) * number),)
    codes = {**codes_of(pool), "suggested": names | {UNTOLD: "Cannot be told", SAME: "The same as named"}}
    if about.by_country:
        parts = tuple(each_country(ledger, items, statistic="share"))
        return Plan(parts, ("country",), ("suggested",), codes, base.countries, words={"label": question.label()}, notes=(rules.note,))
    parts = tuple(
        Part(items, by, average, known={"statistic": "share"}, group="named")
        for by, average in (
            (ledger.everybody, POOLED),
            (ledger.everybody, MEAN_OF_COUNTRIES),
            (own_answer(ledger, question), POOLED),
        )
    )
    codes |= {"named": {ALL: "All", **names}, "average": AVERAGES}
    return Plan(parts, ("named", "average"), ("suggested",), codes, base.countries, words={"label": question.label()}, notes=(rules.note,))


def suggestions(pool: Pool, rules: Rules) -> pd.Series:
    """What the rules suggest for each respondent; missing where she did not answer all that they ask for."""
    found = pd.Series(rules.otherwise, index=pool.answers.index, dtype="object")
    answered = np.ones(len(found), dtype=bool)
    for rule in reversed(rules.rules):  # the first that holds is the last to be written
        holds = np.ones(len(found), dtype=bool)
        for condition in rule.where:
            met = _met(pool, condition)
            answered &= ~np.isnan(met)
            holds &= met == 1
        found[holds] = rule.suggests
    return found.where(answered)


def _met(pool: Pool, condition: Condition) -> np.ndarray:
    """Of each respondent whether the condition holds (1 or 0), not a number where she did not answer."""
    questions = [pool.questionnaire[name] for name in condition.question]
    if condition.any_of:
        names, answers = given(pool, questions[0])
        chosen = answers[:, [names.index(code) for code in condition.any_of]]
        return np.where(np.isnan(answers).all(axis=1), np.nan, np.nansum(chosen, axis=1) > 0)
    total = np.sum([numeric(pool, question) for question in questions], axis=0)
    low = -np.inf if condition.at_least is None else condition.at_least
    high = np.inf if condition.below is None else condition.below
    return np.where(np.isnan(total), np.nan, (total >= low) & (total < high))


def _check(rules: Rules, question: Question, questionnaire: Questionnaire) -> None:
    """Refuse rules for answers and questions that are not there, all of them at once."""
    known = [choice.name for choice in questionnaire.choices(question.name).values() if not choice.missing]
    problems = [
        Problem(f"`{code}` is not an answer to `{question.name}`", FILE, remedy=did_you_mean(code, known))
        for code in (*(rule.suggests for rule in rules.rules), rules.otherwise)
        if code not in known
    ]
    for number, rule in enumerate(rules.rules, 1):
        for condition in rule.where:
            problems += _faults(condition, f"{FILE}, rule {number}", questionnaire)
    stop(f"{FILE} cannot be used.", *problems)


def _faults(condition: Condition, where: str, questionnaire: Questionnaire) -> list[Problem]:
    unknown = [name for name in condition.question if name not in questionnaire.questions]
    if unknown:
        return [Problem(f"`{name}` is not a question", where, remedy=did_you_mean(name, questionnaire.questions)) for name in unknown]
    first = questionnaire[condition.question[0]]
    numbers = condition.at_least is not None or condition.below is not None
    if bool(condition.any_of) == numbers:
        return [Problem("a condition says nothing, or two things", where, remedy="give `any_of`, or `at_least` and `below`")]
    if numbers:
        texts = [name for name in condition.question if not questionnaire[name].is_number]
        return [Problem(f"`{name}` is not a number", where, remedy="give `any_of` with its answers") for name in texts]
    if len(condition.question) > 1 or not first.kind.startswith("select"):
        return [Problem("`any_of` is of one question with fixed answers", where, remedy="make a condition of each question")]
    answers = [choice.name for choice in questionnaire.choices(first.name).values() if not choice.missing]
    wrong = [code for code in condition.any_of if code not in answers]
    return [Problem(f"`{code}` is not an answer to `{first.name}`", where, remedy=did_you_mean(code, answers)) for code in wrong]
