"""Which question may be compared between which countries.

Population: all questions with fixed answers or numbers. Unit: a status per country, never a number. Source: settings and matching of each
country run; statuses as in `bwise.pooling`. Figures use those statuses only that may be pooled.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from bwise.ledger import EVIDENCE, Evidence
from bwise.pooling import POOLED, STATUSES
from bwise.questionnaire import Question
from bwise.tables.cells import Plan, Sources, Table, codes_of, counting, described, tidy
from bwise.tables.descriptions import Description as Common

SYMBOLS = {
    "identical": "●",
    "recoded": "◐",
    "coarser": "◒",
    "different wording": "◍",
    "different scale": "◇",
    "pending": "?",
    "not asked": "○",
}


class Description(Common):
    """Says nothing of its own."""


def made(sources: Sources, about: Description) -> Table:
    pool = sources.pool
    questions = [q for q in pool.questionnaire.questions.values() if q.kind != "text"]
    nobody = np.zeros(len(pool.answers), dtype=bool)
    behind = {q.name: counting(pool, nobody, (q.name,)) for q in questions}
    rows = [
        {
            "question": q.name,
            "country": country,
            "code": pool.status(q.name, country),
            EVIDENCE: (Evidence(behind[q.name], sources.ledger.everybody, 0, 0, countries=(country,)),),
        }
        for q in questions
        for country in pool.countries
    ]
    data = pd.DataFrame(rows).assign(statistic="status", value=np.nan, n=np.nan, wises=np.nan, countries=1, obs_status="", conf_status="")
    alike = data["code"].eq("identical").groupby(data["question"]).all().sum()
    notes = (
        f"{alike} of {len(questions)} questions were asked identically in all countries.",
        f"European figures use countries with one of: {', '.join(POOLED)}.",
    )
    codes = {**codes_of(pool), "question": {q.name: _in_full(q) for q in questions}}
    plan = Plan((), ("question",), ("country",), codes, tuple(pool.countries), notes=notes)
    return described(about, tidy(data), plan, {code: (SYMBOLS[code], code) for code in STATUSES})


def _in_full(question: Question) -> str:
    """The wording of a question; of a row of a battery, with what the battery asks."""
    asks = question.battery_labels.get("en", question.battery)
    return f"{question.label()} ({asks})" if question.battery else question.label()
