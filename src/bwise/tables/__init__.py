"""The European tables. Each function says population, base, unit, formula and source, and returns protected figures only.

Every figure comes twice: pooled (each respondent equal) and as the mean of countries (each country equal), over comparable
countries only. Nothing is rounded here. To add a table: write its function in the module of its subject, put it into `EUROPEAN`.
"""

from bwise.pooling import Pool
from bwise.tables.cells import ALL, AVERAGES, SELF, Table, domain_of
from bwise.tables.enterprises import barriers, contracts, income, models, pathways, remuneration, sectors, technology
from bwise.tables.fieldwork import comparability, fieldwork
from bwise.tables.frequencies import first_look, frequencies
from bwise.tables.headlines import headline
from bwise.tables.skills import priorities, ratings, skills, skills_by_country, skills_by_enterprise
from bwise.tables.support import reserved_contracts, support
from bwise.tables.training import measures, profiles, training_funding

__all__ = [
    "ALL",
    "AVERAGES",
    "EUROPEAN",
    "SELF",
    "Table",
    "european_tables",
    "fieldwork",
    "first_look",
    "frequencies",
    "headline",
    "models",
    "ratings",
    "sectors",
    "skills",
    "skills_by_country",
]

EUROPEAN = (
    fieldwork,
    comparability,
    models,
    sectors,
    income,
    technology,
    barriers,
    pathways,
    contracts,
    remuneration,
    support,
    reserved_contracts,
    skills,
    skills_by_country,
    skills_by_enterprise,
    priorities,
    profiles,
    measures,
    training_funding,
)
"""The tables of `reports/`, in the order of the mission."""


def european_tables(pool: Pool) -> dict[str, Table]:
    """All tables this questionnaire can answer, by id."""
    made = [make(pool) for make in EUROPEAN]
    made += [
        ratings(pool, domain) for domain in dict.fromkeys(domain_of(pool, q) for q in pool.questionnaire.with_role("skill", "relevance"))
    ]
    return {t.id: t for t in made if t is not None}
