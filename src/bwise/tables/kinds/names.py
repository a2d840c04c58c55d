"""What competence frameworks call the skills that were asked for, in each version of `params/skills.csv`: names change, numbers stay.

Unit: a name. Source: concepts such as `digcomp-2.2/1.1`, found in `params/skills.csv`.
"""

from __future__ import annotations

import pandas as pd

from bwise.classifications import competences
from bwise.tables.cells import Plan, Sources, Table, codes_of, described, qualities
from bwise.tables.descriptions import Description as Common


class Description(Common):
    """
    Attributes:
        role: of the questions whose concepts are looked up.
    """

    role: str


def made(sources: Sources, about: Description) -> Table | None:
    pool = sources.pool
    frameworks = competences(pool.questionnaire)
    keys = {name.casefold().replace(" ", "-"): name for name in frameworks}
    rows, origins = [], {}
    for concept in dict.fromkeys(q.concept for q in pool.questionnaire.with_role(about.role)):
        key, _, number = concept.partition("/")
        kind = frameworks[keys[key]][number]["framework"] if number in frameworks.get(keys.get(key, ""), {}) else ""
        for version, known in frameworks.items():
            if number in known and known[number]["framework"] == kind:
                rows.append({"skill": concept, "statistic": version, "code": f"{number} {known[number]['title']}"})
                origins.setdefault(version, known[number]["source"].partition(";")[0])
    if not rows:
        return None
    words = {"sources": "; ".join(origins.values())}
    plan = Plan((), ("skill",), ("statistic",), codes_of(pool), tuple(pool.countries), words)
    return described(about, qualities(pd.DataFrame(rows)), plan, {row["code"]: ("", row["code"]) for row in rows})
