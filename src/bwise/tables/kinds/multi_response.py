"""How often each answer to a question with several answers was given; several such questions may stand side by side.

Base: respondents who answered, not mentions, so that shares add to more than 100. Unit: per cent. Formula: respondents naming the answer /
respondents naming any answer. Each question side by side has a base of its own.
"""

from __future__ import annotations

from pydantic import Field

from bwise.classifications import occupations
from bwise.ledger import ALL, MEAN_OF_COUNTRIES, POOLED, Ledger
from bwise.questionnaire import Question
from bwise.tables.cells import (
    AVERAGES,
    SEVERAL,
    Part,
    Plan,
    across_codes,
    answer_labels,
    classification_notes,
    group_labels,
    labels,
    not_offered_notes,
    own_answer,
    shares_given,
)
from bwise.tables.descriptions import OfQuestions
from bwise.tables.kinds.shares import of_one_question, question_of

MAPPED = "ISCO-08 groups come from params/profiles.csv, which says how far each is settled; a profile without one has no group there."


class Description(OfQuestions):
    """
    Attributes:
        apart: where several questions have the role: the column of survey.csv that tells them apart (subject, measure).
        names: what their parts are called; those of the worker groups where it says nothing.
        groups: role of the question by whose answers respondents are grouped, each by her own.
        occupations: whether answers are occupations that `params/profiles.csv` gives a group of ISCO-08.
        statistic: what a share is called; `beside`: role of a further question with the same answers -> what its share is called.
    """

    apart: str = ""
    names: dict[str, str] = Field(default={})
    groups: str = ""
    occupations: bool = False
    statistic: str = "share"
    beside: dict[str, str] = Field(default={})


def plan(ledger: Ledger, about: Description) -> Plan | None:
    if about.apart:
        return _side_by_side(ledger, about)
    question = question_of(ledger, about)
    if question is None:
        return None
    if about.groups:
        return _by_own_group(ledger, about, question)
    return of_one_question(ledger, about, question, (SEVERAL, *not_offered_notes(ledger.pool, ledger.pool.countries, question)))


def _side_by_side(ledger: Ledger, about: Description) -> Plan | None:
    """Several questions with one list of answers; `apart` (subject, measure) tells them apart."""
    pool = ledger.pool
    questions = pool.questionnaire.with_role(about.role)
    if not questions:
        return None
    parts = []
    for question in questions:
        items = shares_given(ledger, question, about.item, pool.comparable(question.name))
        known = {"statistic": "share", about.apart: getattr(question, about.apart)}
        parts += [Part(items, ledger.everybody, average, known=known) for average in (POOLED, MEAN_OF_COUNTRIES)]
    compared = {c for q in questions for c in pool.comparable(q.name)}
    names = about.names or labels(pool, pool.questionnaire.one("group"))
    answers, on_codes = answer_labels(pool, questions[0]), ()
    if about.occupations and (isco := occupations(pool.questionnaire)):
        answers = {code: f"{label} (ISCO-08 {isco[code]})" if code in isco else label for code, label in answers.items()}
        on_codes = (MAPPED,)
    codes = {**across_codes(ledger, ()), about.item: answers, about.apart: names}
    return Plan(
        tuple(parts),
        (about.item,),
        (about.apart, "average"),
        codes,
        tuple(c for c in pool.countries if c in compared),
        notes=(SEVERAL, *not_offered_notes(pool, compared, *questions)),
        on_codes=on_codes,
    )


def _by_own_group(ledger: Ledger, about: Description, active: Question) -> Plan | None:
    """One question and those beside it, by the group that respondents named themselves."""
    pool = ledger.pool
    of_group = pool.questionnaire.one(about.groups)
    if of_group is None:
        return None
    countries = tuple(pool.comparable(active.name, of_group.name))
    counted = [(active, about.statistic), *((pool.questionnaire.one(role), name) for role, name in about.beside.items())]
    parts = []
    for question, statistic in counted:
        if question is not None:
            items = shares_given(ledger, question, about.item, countries)
            known = {"statistic": statistic}
            parts += [Part(items, by, known=known, group=about.groups) for by in (ledger.everybody, own_answer(ledger, of_group))]
            parts.append(Part(items, ledger.everybody, MEAN_OF_COUNTRIES, known=known, group=about.groups))
    codes = {
        about.item: answer_labels(pool, active),
        about.groups: {ALL: f"All {about.groups}s", **group_labels(pool, of_group)},
        "average": AVERAGES,
    }
    words, on_codes = {"label": active.label()}, classification_notes(pool, active)
    columns = ("statistic", about.groups, "average")
    notes = not_offered_notes(pool, countries, *(q for q, _ in counted if q is not None and q.kind == "select_multiple"))
    return Plan(tuple(parts), (about.item,), columns, codes, countries, words, notes, on_codes)
