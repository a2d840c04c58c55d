"""Records received, excluded by rule, kept; respondents with any quality flag; WISEs; respondents by worker group.

Population: all records of all deliveries. Unit: records, persons, WISEs. Source: manifests and flags of the country runs. No completion
rate is called a response rate.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from bwise.corrections import CORRECTION
from bwise.ledger import EVIDENCE, POOLED, Evidence
from bwise.settings import EXCLUSION_RULES
from bwise.tables.cells import Plan, Sources, Table, codes_of, counting, described, labels, tidy
from bwise.tables.descriptions import Description as Common


class Description(Common):
    """Says nothing of its own."""


def made(sources: Sources, about: Description) -> Table:
    pool, everybody = sources.pool, sources.ledger.everybody
    group = pool.questionnaire.one("group")
    by_hand = [CORRECTION] if any(CORRECTION in m["rows"]["excluded"] for m in pool.manifests.values()) else []
    rules = [*by_hand, *EXCLUSION_RULES]
    flagged = pool.answers["respondent"].isin(pool.flagged).to_numpy()
    groups = labels(pool, group)
    said = {name: pool.answers[group.name].eq(name).to_numpy() for name in groups}
    rows = []
    for country, manifest in pool.manifests.items():
        kept = sources.ledger.country == sources.ledger.countries.index(country)
        excluded = manifest["rows"]["excluded"]

        def behind(who: np.ndarray, *questions: str, of_record: bool = False, rules: tuple[str, ...] = (), country=country) -> tuple:
            return (Evidence(counting(pool, who, questions), everybody, 0, 0, (country,) if of_record else (), rules),)

        counts = {
            "partners": (len({d["partner"] for d in manifest["deliveries"]}), behind(kept, of_record=True)),
            "records received": (manifest["rows"]["received"], behind(kept, of_record=True, rules=tuple(excluded))),
            **{
                f"excluded: {rule.replace('_', ' ')}": (excluded.get(rule, 0), behind(kept & False, of_record=True, rules=(rule,)))
                for rule in rules
            },
            "respondents kept": (manifest["rows"]["kept"], behind(kept)),
            "respondents flagged": (int((kept & flagged).sum()), behind(kept & flagged)),
            "WISEs": (manifest["wises"], behind(kept)),
            **{label: (int((kept & said[name]).sum()), behind(kept & said[name], group.name)) for name, label in groups.items()},
        }
        rows += [{"country": country, "statistic": what, "value": float(n), EVIDENCE: told} for what, (n, told) in counts.items()]
    data = pd.DataFrame(rows)
    total = data.groupby("statistic", sort=False)[["value", EVIDENCE]].sum().reset_index().assign(country=POOLED)
    data = pd.concat([data, total], ignore_index=True).assign(n=np.nan, wises=np.nan, obs_status="", conf_status="")
    data["countries"] = data["country"].eq(POOLED).map({True: len(pool.countries), False: 1})
    return described(about, tidy(data), Plan((), ("country",), ("statistic",), codes_of(pool), tuple(pool.countries)))
