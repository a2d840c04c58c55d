"""What came in, and which questions may be compared."""

from __future__ import annotations

import numpy as np
import pandas as pd

from bwise.corrections import CORRECTION
from bwise.disclosure import EVIDENCE, POOLED
from bwise.pooling import POOLED as POOLABLE
from bwise.pooling import STATUSES, Pool
from bwise.questionnaire import Question
from bwise.settings import EXCLUSION_RULES, ROW_RULES
from bwise.tables.cells import Evidence, Table, codes_of, people, tidy


def fieldwork(pool: Pool) -> Table:
    """Records received, excluded by rule, kept; respondents with any quality flag; WISEs; respondents by worker group. Population: all
    records of all deliveries. Unit: records, persons, WISEs. Source: manifests and flags of the country runs. No completion rate is
    called a response rate."""
    rows = []
    group = pool.questionnaire.one("group")
    used = {rule for manifest in pool.manifests.values() for rule in manifest["rows"]["excluded"]}
    rules = [rule for rule in (CORRECTION, *EXCLUSION_RULES, *ROW_RULES) if rule in used or rule in EXCLUSION_RULES]
    flagged = pool.answers["respondent"].isin(pool.flagged)
    for country, manifest in pool.manifests.items():
        kept, nobody = pool.answers["country"].eq(country), pd.Series(False, index=pool.answers.index)
        excluded, here = manifest["rows"]["excluded"], {"countries": (country,)}
        counts = {
            "partners": (len({d["partner"] for d in manifest["deliveries"]}), people(pool, kept, **here)),
            "records received": (manifest["rows"]["received"], people(pool, kept, excluded=tuple(excluded), **here)),
            **{
                f"excluded: {rule.replace('_', ' ')}": (excluded.get(rule, 0), people(pool, nobody, excluded=(rule,), **here))
                for rule in rules
            },
            "respondents kept": (manifest["rows"]["kept"], people(pool, kept)),
            "respondents flagged": (int((kept & flagged).sum()), people(pool, kept & flagged)),
            "WISEs": (manifest["wises"], people(pool, kept)),
        }
        if group:
            for choice in pool.questionnaire.choices(group.name).values():
                who = kept & pool.answers[group.name].eq(choice.name)
                counts[choice.labels.get("en", choice.name).split(" (")[0]] = (int(who.sum()), people(pool, who, group.name))
        rows += [{"country": country, "statistic": what, "value": float(n), EVIDENCE: behind} for what, (n, behind) in counts.items()]
    data = pd.DataFrame(rows)
    total = data.groupby("statistic", sort=False)[["value", EVIDENCE]].sum().reset_index().assign(country=POOLED)
    data = pd.concat([data, total], ignore_index=True).assign(n=np.nan, wises=np.nan, obs_status="", conf_status="")
    data["countries"] = data["country"].eq(POOLED).map({True: len(pool.countries), False: 1})
    return Table(
        "fieldwork",
        "Fieldwork: what was received and what was kept",
        "all records of all deliveries",
        "records, respondents, WISEs",
        "count",
        "count",
        tidy(data),
        ("country",),
        ("statistic",),
        codes_of(pool),
        tuple(pool.countries),
        0,
        ("Partners recruited respondents among their members: an opt-in sample, without margins of error or response rates.",),
    )


def comparability(pool: Pool) -> Table:
    """Which question may be compared between which countries. Population: all questions. Unit: a status per country, never a number.
    Source: settings and matching of each country run; statuses as in `bwise.pooling`. Figures use the first four statuses only."""
    questions = [q for q in pool.questionnaire.questions.values() if q.kind != "text"]
    rows = [
        {"question": q.name, "country": c, "code": pool.status(q.name, c), EVIDENCE: (Evidence(pool, (q.name,), _nobody, countries=(c,)),)}
        for q in questions
        for c in pool.countries
    ]
    alike = sum(all(pool.status(q.name, c) == "identical" for c in pool.countries) for q in questions)
    data = pd.DataFrame(rows).assign(statistic="status", value=np.nan, n=np.nan, wises=np.nan, countries=1, obs_status="", conf_status="")
    return Table(
        "comparability",
        "Comparability: which question was asked how in which country",
        "all questions with fixed answers or numbers",
        "countries",
        "status",
        "from the settings of each country and from how its columns were matched",
        tidy(data),
        ("question",),
        ("country",),
        {**codes_of(pool), "question": {q.name: _in_full(q) for q in questions}},
        tuple(pool.countries),
        notes=(
            f"{alike} of {len(questions)} questions were asked identically in all countries.",
            f"European figures use countries with one of: {', '.join(POOLABLE)}.",
        ),
        symbols={code: (SYMBOLS[code], code) for code in STATUSES},
    )


def _in_full(question: Question) -> str:
    """The wording of a question; of a row of a battery, with what the battery asks."""
    asks = question.battery_labels.get("en", question.battery)
    return f"{question.label()} ({asks})" if question.battery else question.label()


def _nobody() -> pd.Series:
    return pd.Series(dtype="float64")


SYMBOLS = {
    "identical": "●",
    "recoded": "◐",
    "coarser": "◒",
    "different wording": "◍",
    "different scale": "◇",
    "pending": "?",
    "not asked": "○",
}
