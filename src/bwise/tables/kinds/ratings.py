"""How ratings of one battery are spread over the scale; a table for each domain of concepts that is rated.

Base: respondents, about themselves, who gave every rating asked of the concept, as in the tables of paired ratings: two bases that differ
by few would tell what these answered. "Don't know" is no point of the scale, and is reported. Unit: per cent.
"""

from __future__ import annotations

from bwise.ledger import Ledger
from bwise.tables.cells import SELF, Part, Plan, codes_of, domain_labels, domain_of, labels
from bwise.tables.descriptions import Description as Common
from bwise.tables.kinds.paired_ratings import by_concept, rated, spread


class Description(Common):
    """
    Attributes:
        role, measure: of the questions that are shown.
    """

    role: str
    measure: str


def plan(ledger: Ledger, about: Description) -> list[Plan]:
    """A table for each domain, in the order of the questionnaire."""
    pool = ledger.pool
    concepts = [c for (c, subject), asked in by_concept(pool, about.role).items() if subject == SELF and about.measure in asked]
    domains: dict[str, list[str]] = {}
    for concept in concepts:
        domains.setdefault(domain_of(pool, by_concept(pool, about.role)[concept, SELF][about.measure]), []).append(concept)
    return [_plan(ledger, about, domain, found) for domain, found in domains.items()]


def _plan(ledger: Ledger, about: Description, domain: str, concepts: list[str]) -> Plan:
    pool = ledger.pool
    questions = [by_concept(pool, about.role)[concept, SELF][about.measure] for concept in concepts]
    items = tuple(spread(ledger, rated(ledger, about.role, c, SELF), about.measure) for c in concepts)
    names = [q.name for q in questions]
    comparable = pool.comparable(*names)
    reasons = pool.missing.loc[pool.missing["country"].isin(comparable), names]
    unknown = int(reasons.eq("dont_know").to_numpy().sum())
    asked = unknown + int(reasons.eq("").to_numpy().sum())
    words = {
        "domain": domain_labels(pool).get(domain, domain),
        "label": questions[0].battery_labels.get("en", questions[0].label()),
        "dont_know": f"{unknown} of {asked}",
    }
    codes = {**codes_of(pool), "answer": labels(pool, questions[0])}
    parts = (Part(items, ledger.everybody, known={"domain": domain, "statistic": "share"}),)
    return Plan(
        parts, ("skill",), ("answer",), codes, tuple(comparable), words, further=("domain",), id=f"{about.id}_{domain}_{about.measure}"
    )
