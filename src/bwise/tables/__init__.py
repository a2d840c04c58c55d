"""The European tables. Each function says population, base, unit, formula and source, and returns protected figures only.

Every figure comes twice: pooled (each respondent equal) and as the mean of countries (each country equal), over comparable
countries only. Nothing is rounded here. To add a table: write its function in the module of its subject, put it into `EUROPEAN`.
"""

from bwise.pooling import Pool
from bwise.tables.cells import ALL, AVERAGES, SELF, Table, domain_of
from bwise.tables.enterprises import barriers, contracts, income, models, pathways, remuneration, sectors, technology
from bwise.tables.fieldwork import comparability, fieldwork
from bwise.tables.focus_groups import BESIDE, model_recognition
from bwise.tables.frequencies import first_look, frequencies
from bwise.tables.headlines import headline
from bwise.tables.robustness import robustness
from bwise.tables.skills import priorities, ratings, skill_names, skills, skills_by_country, skills_by_enterprise
from bwise.tables.support import reserved_contracts, support
from bwise.tables.training import measures, profiles, training_funding

__all__ = [
    "ALL",
    "AVERAGES",
    "EUROPEAN",
    "MISSION",
    "SELF",
    "Table",
    "by_question",
    "european_tables",
    "fieldwork",
    "first_look",
    "frequencies",
    "headline",
    "models",
    "of_survey",
    "ratings",
    "robustness",
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
    skill_names,
    priorities,
    profiles,
    measures,
    training_funding,
)
"""The tables of `reports/`, in the order of the mission."""


MISSION = {
    "Who took part, and what may be compared": ("fieldwork", "comparability", "robustness"),
    "Which WISE models there are": ("models", "model_recognition", "models_by_source"),
    "In which sectors they are active": ("sectors", "sectors_by_source"),
    "What they live on": ("income",),
    "Which technology they use, and what keeps them from more": ("technology", "barriers"),
    "Pathways, contracts and pay of workers with support needs": ("pathways", "contracts", "remuneration"),
    "Which public support reaches which model": ("support", "support_by_source"),
    "Who works under reserved contracts": ("reserved_contracts", "reserved_contracts_by_source"),
    "Which skills are needed, and which are there": ("skills", "skills_by_country", "skills_by_enterprise", "skill_names", "ratings"),
    "Which skills come first": ("priorities", "priorities_by_source"),
    "Which occupational profiles to revise or create": ("profiles", "profiles_by_source"),
    "What is done about skills gaps": ("measures", "training_funding"),
}
"""The questions of the mission, in its order, and the tables that answer them."""


def by_question(tables: dict[str, Table]) -> dict[str, list[Table]]:
    """The question of the mission -> its tables, as far as there are any."""
    found = {
        q: [t for i in ids for t in tables.values() if t.id == i or (t.id.startswith(f"{i}_") and i == "ratings")]
        for q, ids in MISSION.items()
    }
    return {question: answering for question, answering in found.items() if answering}


def european_tables(pool: Pool, groups: Pool | None = None) -> dict[str, Table]:
    """All tables that the questionnaires can answer, by id, in the order of the mission's questions."""
    found = of_survey(pool)
    if (held := robustness(pool, found, of_survey)) is not None:
        found[held.id] = held
    if groups is not None:
        beside = [make(pool, groups, found) for make in BESIDE if make.__name__.removesuffix("_by_source") in found]
        found |= {t.id: t for t in [model_recognition(groups), *beside] if t is not None}
    domains = dict.fromkeys(domain_of(pool, q) for q in pool.questionnaire.with_role("skill", "relevance"))
    found |= {t.id: t for domain in domains if (t := ratings(pool, domain))}
    return {t.id: t for answering in by_question(found).values() for t in answering}


def of_survey(pool: Pool) -> dict[str, Table]:
    """The tables that the survey alone answers, but for the spread of ratings."""
    made = [make(pool) for make in EUROPEAN]
    return {t.id: t for t in made if t is not None}
