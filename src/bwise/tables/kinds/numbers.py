"""Numbers that respondents gave: mean, median and quartiles, by groups of WISEs or by country.

Base: respondents who gave a number. Unit: that of the question. A median or quartile needs a base of `minimum_median` persons.
"""

from __future__ import annotations

import numpy as np

from bwise.ledger import LOWER, MEAN, MEDIAN, UPPER, Items, Ledger
from bwise.problems import Problem, stop
from bwise.tables.cells import Plan, across, across_codes, codes_of, each_country, numeric
from bwise.tables.descriptions import FILE, OfQuestions

STATISTICS = (MEAN, LOWER, MEDIAN, UPPER)


class Description(OfQuestions):
    """Each question is a row."""


def plan(ledger: Ledger, about: Description) -> Plan | None:
    pool = ledger.pool
    asked = pool.questionnaire
    questions = [asked[name] for name in about.questions] or asked.with_role(about.role)
    wrong = [q.name for q in questions if not q.is_number]
    stop(
        f"{FILE} cannot be used.",
        *[Problem(f"`{name}` is not a number", f"{FILE}, table {about.id}", remedy="say `kind: shares`") for name in wrong],
    )
    if not questions:
        return None
    items = []
    for question in questions:
        values = numeric(pool, question)
        base = ledger.base(~np.isnan(values), (question.name,), pool.comparable(question.name))
        items.append(Items(base, np.where(base.who, values, 0)[:, None], (about.item,), ((question.name,),), ((question.name,),)))
    names = {about.item: {q.name: q.label() for q in questions}}
    compared = {c for each in items for c in each.base.countries}
    countries = tuple(c for c in pool.countries if c in compared)
    if about.by_country:
        parts = [part for how in STATISTICS for part in each_country(ledger, tuple(items), how, statistic=how)]
        return Plan(tuple(parts), (about.item, "country"), ("statistic",), {**codes_of(pool), **names}, countries)
    parts = [part for how in STATISTICS for part in across(ledger, tuple(items), about.breakdowns, how, statistic=how)]
    codes = {**across_codes(ledger, about.breakdowns), **names}
    return Plan(tuple(parts), (about.item,), ("statistic", "breakdown", "group", "average"), codes, countries)
