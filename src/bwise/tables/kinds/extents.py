"""How far each of several instruments reaches (none, partly, fully), by groups of WISEs.

Base: respondents who said to what extent ("don't know" is left out). Unit: per cent. Formula: respondents naming the extent / respondents
naming any extent.
"""

from __future__ import annotations

from bwise.ledger import Ledger
from bwise.tables.cells import Plan, across, across_codes, codes_of, domain_of, labels, shares_given
from bwise.tables.descriptions import OfQuestions


class Description(OfQuestions):
    """Questions with the role are instruments, of the domain of their concept or else of their battery."""


def plan(ledger: Ledger, about: Description) -> Plan | None:
    pool = ledger.pool
    questions = pool.questionnaire.with_role(about.role, "extent")
    if not questions:
        return None
    countries = tuple(pool.comparable(*[q.name for q in questions]))
    items = tuple(
        item for q in questions for item in shares_given(ledger, q, "extent", countries, domain=domain_of(pool, q), instrument=q.concept)
    )
    codes = {
        **codes_of(pool),
        **across_codes(ledger, about.breakdowns),
        "instrument": {q.concept: q.label() for q in questions},
        "extent": labels(pool, questions[0]),
    }
    parts = across(ledger, items, about.breakdowns, statistic="share")
    return Plan(tuple(parts), ("domain", "instrument", "extent"), ("breakdown", "group", "average"), codes, countries)
