"""How often each answer to a question with one answer was given, by groups of WISEs or by country.

Base: respondents who answered ("don't know" is no answer). Unit: per cent. Formula: respondents giving the answer / respondents giving
any answer.
"""

from __future__ import annotations

from bwise.ledger import Items, Ledger
from bwise.problems import Problem, stop
from bwise.questionnaire import Question
from bwise.tables.cells import (
    Plan,
    across,
    across_codes,
    answer_labels,
    classification_notes,
    codes_of,
    each_country,
    shares_given,
)
from bwise.tables.descriptions import FILE, OfQuestions


class Description(OfQuestions):
    """`by_country` of the file says whether the table shows each country, or all together by the `breakdowns`."""


def plan(ledger: Ledger, about: Description) -> Plan | None:
    question = question_of(ledger, about)
    if question is None:
        return None
    if question.kind == "select_multiple":
        remedy = "say `kind: multi_response`"
        stop(f"{FILE} cannot be used.", Problem(f"`{question.name}` takes several answers", f"{FILE}, table {about.id}", remedy=remedy))
    return of_one_question(ledger, about, question)


def question_of(ledger: Ledger, about: OfQuestions) -> Question | None:
    """The question that the table counts, or None where the questionnaire does not ask it."""
    asked = ledger.pool.questionnaire
    return asked[about.questions[0]] if about.questions else asked.one(about.role)


def of_one_question(ledger: Ledger, about: OfQuestions, question: Question, notes: tuple[str, ...] = ()) -> Plan:
    """One question: a country in each row, or an answer in each row and groups across."""
    pool = ledger.pool
    item, countries = about.item, tuple(pool.comparable(question.name))
    items: tuple[Items, ...] = shares_given(ledger, question, item, countries)
    said = {item: answer_labels(pool, question)}
    on_codes, words = classification_notes(pool, question), {"label": question.label()}
    if about.by_country:
        parts = each_country(ledger, items, statistic="share")
        return Plan(tuple(parts), ("country",), (item,), {**codes_of(pool), **said}, countries, words, notes, on_codes)
    parts = across(ledger, items, about.breakdowns, statistic="share")
    codes = {**across_codes(ledger, about.breakdowns), **said}
    return Plan(tuple(parts), (item,), ("breakdown", "group", "average"), codes, countries, words, notes, on_codes)
