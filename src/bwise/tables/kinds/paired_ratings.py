"""Several ratings of one thing by the same respondent: their means, and differences between them.

Base: respondents who gave every rating asked of the concept (relevance, endowment, in future, as far as the questionnaire asks), one base
for all figures of a concept: two bases that differ by few would tell what these answered. Who answers for others (supporters about
workers with support needs) is told apart from who answers for herself. Unit: scale points; a critical share is per cent.
Formula: a difference is that of two ratings of the same respondent, gap = relevance - endowment.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from pydantic import Field

from bwise.ledger import ALL, MEAN_OF_COUNTRIES, POOLED, Base, Grouping, Items, Ledger
from bwise.pooling import Pool
from bwise.questionnaire import Question
from bwise.tables.cells import (
    AVERAGES,
    SELF,
    Part,
    Plan,
    across,
    across_codes,
    breakdown,
    codes_of,
    domain_of,
    labels,
    numeric,
)
from bwise.tables.descriptions import Names, OfQuestions


class Description(OfQuestions):
    """
    Attributes:
        statistics: name -> the rating it is, or the two ratings whose difference it is.
        critical: those of two ratings that are no difference but the share of respondents, in per cent, whose first rating is at least
            and whose second is at most `critical_at`.
        groups: `worker groups` shows each worker group, and who answered for it, with `breakdowns` all who answered for themselves, each
            worker group by groups of WISEs; `breakdowns` alone everybody by groups of WISEs; with neither, all who did, by country where
            `by_country` of the file says so.
        domains: those of which concepts are shown; all where none is named.
        item: the dimension that says which concept is rated.
    """

    statistics: dict[str, Names]
    critical: Names = Field(default=[])
    critical_at: tuple[int, int] = (4, 2)
    groups: Literal["worker groups", ""] = ""
    domains: Names = Field(default=[])


@dataclass(frozen=True)
class Rated:
    """One concept as one subject group was rated: the questions by measure, ratings by measure, and who gave all of them."""

    questions: dict[str, Question]
    ratings: dict[str, np.ndarray]
    base: Base


def plan(ledger: Ledger, about: Description) -> Plan | None:
    pool = ledger.pool
    measured = by_concept(pool, about.role)
    own_group = pool.questionnaire.one("group")
    if not measured or (own_group is None and not about.breakdowns):
        return None
    if about.domains:
        measured = {key: asked for key, asked in measured.items() if domain_of(pool, next(iter(asked.values()))) in about.domains}
    if about.breakdowns:
        return (_by_group_and_enterprise if about.groups else _by_enterprise)(ledger, about, measured)
    return _by_group(ledger, about, measured) if about.groups else _by_country(ledger, about, measured)


def _by_enterprise(ledger: Ledger, about: Description, measured: dict) -> Plan | None:
    """All who rated for themselves, by groups of WISEs."""
    if about.item == "skill" and not any(breakdown(ledger, name) for name in about.breakdowns):
        return None
    items = _items(ledger, about, [key for key in measured if key[1] in (SELF, "")])
    rows = _rows(about, "statistic")
    codes = _codes(ledger, about) | across_codes(ledger, about.breakdowns)
    return _plan(ledger, about, across(ledger, items, about.breakdowns), rows, ("breakdown", "group", "average"), codes) if items else None


def _by_group_and_enterprise(ledger: Ledger, about: Description, measured: dict) -> Plan | None:
    """Each worker group, as it rated itself, by groups of WISEs."""
    items = _items(ledger, about, [key for key in measured if key[1] == SELF])
    found = {name: made for name in about.breakdowns if (made := breakdown(ledger, name))}
    if not items or not found or ledger.pool.questionnaire.one("group") is None:
        return None
    group = worker_groups(ledger)
    parts = [
        Part(items, _within(ledger, by, group, number), known={"breakdown": name, "worker_group": code}, asked_only=True)
        for name, (by, _) in found.items()
        for number, code in enumerate(group.groups)
    ]
    codes = _codes(ledger, about) | across_codes(ledger, about.breakdowns)
    return _plan(ledger, about, parts, _rows(about, "worker_group", "statistic"), ("breakdown", "group"), codes)


def _within(ledger: Ledger, by: Grouping, group: Grouping, number: int) -> Grouping:
    """The groups of WISEs, of the respondents of one worker group alone."""
    codes = np.where(group.codes == number, by.codes, -1)
    return ledger.grouping(f"{by.name} of {group.groups[number]}", codes, by.groups, told=group.told, of_wise=by.of_wise)


def _by_group(ledger: Ledger, about: Description, measured: dict) -> Plan:
    """Each worker group by itself and as others see it, and all groups where several rated the same for themselves."""
    group = worker_groups(ledger)
    parts = []
    for about_whom in dict.fromkeys(subject for _, subject in measured):
        keys = [key for key in measured if key[1] == about_whom]
        if about_whom == SELF:
            shared = [key for key in keys if _several(ledger, about, key, group)]
            parts += _averaged(ledger, _items(ledger, about, keys), group, "worker_group", answered_by=SELF)
            parts += _averaged(ledger, _items(ledger, about, shared), all_groups(ledger), "worker_group", answered_by=SELF)
        else:
            parts += _averaged(ledger, _items(ledger, about, keys), group, "answered_by", worker_group=about_whom)
    return _plan(ledger, about, parts, _rows(about, "worker_group", "answered_by"), ("average", "statistic"), _codes(ledger, about))


def _by_country(ledger: Ledger, about: Description, measured: dict) -> Plan:
    """All worker groups who rated the same for themselves; the one group where only one was asked."""
    group = worker_groups(ledger)
    parts = []
    for key in (key for key in measured if key[1] == SELF):
        items = _items(ledger, about, [key])
        by = all_groups(ledger) if _several(ledger, about, key, group) else group
        countries = [(ledger.by_country(by), POOLED)] if about.by_country else []
        for grouping, average in (*countries, (by, POOLED), (by, MEAN_OF_COUNTRIES)):
            parts.append(Part(items, grouping, average, known={"answered_by": SELF}, group="worker_group", asked_only=True))
    rows = _rows(about, "worker_group", "statistic")
    return _plan(ledger, about, parts, rows, ("country",), _codes(ledger, about), ("answered_by",))


def _averaged(ledger: Ledger, items: tuple[Items, ...], by: Grouping, dimension: str, **known: str) -> list[Part]:
    return [Part(items, by, a, known=known, group=dimension, asked_only=True) for a in (POOLED, MEAN_OF_COUNTRIES) if items]


def _plan(ledger: Ledger, about: Description, parts: list[Part], rows, columns, codes, further=()) -> Plan:
    pool = ledger.pool
    compared = {c for part in parts for items in part.items for c in items.base.countries}
    countries = tuple(c for c in pool.countries if c in compared)
    words = {"high": str(about.critical_at[0]), "low": str(about.critical_at[1])}
    return Plan(tuple(parts), rows, columns, codes, countries, words, further=further)


def _rows(about: Description, *more: str) -> tuple[str, ...]:
    return (*(("domain", "skill") if about.item == "skill" else (about.item,)), *more)


def _codes(ledger: Ledger, about: Description) -> dict[str, dict[str, str]]:
    pool = ledger.pool
    names = {SELF: "Themselves", **labels(pool, pool.questionnaire.one("group")), ALL: "All groups"}
    concepts = {c: k.label for c, k in pool.questionnaire.concepts.items()}
    return {**codes_of(pool), about.item: concepts, "worker_group": names, "answered_by": names, "average": AVERAGES}


# ------------------------------------------------------------------ what was rated


def by_concept(pool: Pool, role: str) -> dict[tuple[str, str], dict[str, Question]]:
    """(concept, whose) -> {measure: question}."""
    found: dict[tuple[str, str], dict[str, Question]] = {}
    for question in pool.questionnaire.with_role(role):
        found.setdefault((question.concept, question.subject), {})[question.measure] = question
    return found


def rated(ledger: Ledger, role: str, concept: str, subject: str) -> Rated:
    """The ratings of one concept, and the one base of everything that is made of them."""

    def make() -> Rated:
        questions = by_concept(ledger.pool, role)[concept, subject]
        ratings = {measure: numeric(ledger.pool, question) for measure, question in questions.items()}
        names = [q.name for q in questions.values()]
        who = ~np.isnan(np.column_stack(list(ratings.values()))).any(axis=1)
        return Rated(questions, ratings, ledger.base(who, names, ledger.pool.comparable(*names)))

    return ledger.once(f"rated {role} {concept} {subject}", make)


def spread(ledger: Ledger, found: Rated, measure: str) -> Items:
    """Items that count each point of the scale."""
    question = found.questions[measure]
    points = ledger.pool.questionnaire.scale(question.name)
    chosen = found.ratings[measure][:, None] == np.array(list(points.values()))
    values = (chosen & found.base.who[:, None]).astype("int8")
    labels = tuple((question.concept, point) for point in points)
    return Items(found.base, values, ("skill", "answer"), labels, ((question.name,),) * len(points), 100.0, ((0, 1),) * len(points))


def worker_groups(ledger: Ledger) -> Grouping:
    """Respondents by the worker group they said they are of."""
    question = ledger.pool.questionnaire.one("group")
    codes, groups = pd.factorize(ledger.pool.answers[question.name].astype("object"))
    return ledger.grouping("worker group", codes, groups, told=(question.name,))


def all_groups(ledger: Ledger) -> Grouping:
    """Respondents of any worker group; those whose group nobody knows are left out, or the groups less this would tell them."""
    known = worker_groups(ledger)
    return ledger.grouping("all worker groups", np.where(known.codes < 0, -1, 0), (ALL,), told=known.told)


def _several(ledger: Ledger, about: Description, key: tuple[str, str], group: Grouping) -> bool:
    """Whether respondents of several worker groups rated the concept for themselves."""
    found = rated(ledger, about.role, *key)
    answered = ~np.isnan(np.column_stack(list(found.ratings.values()))).all(axis=1)
    return len(np.unique(group.codes[answered & (group.codes >= 0)])) > 1


def _items(ledger: Ledger, about: Description, keys: list[tuple[str, str]]) -> tuple[Items, ...]:
    return tuple(found for key in keys if (found := _statistics(ledger, about, key)))


def _statistics(ledger: Ledger, about: Description, key: tuple[str, str]) -> Items | None:
    """The ratings and differences that the table shows of a concept, as far as the questionnaire asks for what they are made of."""
    found = rated(ledger, about.role, *key)
    values, asked, spans = {}, {}, {}
    ends = {measure: _ends(ledger.pool, question) for measure, question in found.questions.items()}
    for name, measures in about.statistics.items():
        if not set(measures) <= set(found.ratings):
            continue
        first, *others = (found.ratings[m] for m in measures)
        if name in about.critical:
            high, low = about.critical_at
            values[name] = np.where((first >= high) & (others[0] <= low), 100.0, 0.0)
            spans[name] = (0.0, 100.0)
        else:
            values[name] = first - others[0] if others else first
            (least, most), *other = (ends[m] for m in measures)
            spans[name] = (least - other[0][1], most - other[0][0]) if other else (least, most)
        asked[name] = tuple(found.questions[m].name for m in measures)
    if not values:
        return None
    domain = (domain_of(ledger.pool, next(iter(found.questions.values()))),) if about.item == "skill" else ()
    dimensions = (*(("domain",) if domain else ()), about.item, "statistic")
    matrix = np.where(found.base.who[:, None], np.column_stack(list(values.values())), 0)
    small = matrix.astype("int8")
    matrix = small if (small == matrix).all() else matrix  # points of a scale need no more room
    labels = tuple((*domain, key[0], name) for name in values)
    return Items(found.base, matrix, dimensions, labels, tuple(asked.values()), spans=tuple(spans.values()))


def _ends(pool: Pool, question: Question) -> tuple[float, float]:
    """The lowest and the highest point of the scale; of a number, those that were given."""
    points = numeric(pool, question) if question.is_number else np.array(list(pool.questionnaire.scale(question.name).values()))
    return float(np.nanmin(points)), float(np.nanmax(points))
