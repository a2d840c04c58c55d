"""Records received, excluded by rule, kept; respondents with any quality flag; WISEs; respondents by worker group.

Population: all records of all deliveries. Unit: records, persons, WISEs. Source: manifests and flags of the country runs. No completion
rate is called a response rate.

Who is in which worker group, and who is flagged, is something about a respondent: these counts are entered into the ledger and withheld
like the share of any answer. How many records came, were left out and why, how many persons and WISEs stayed, says who took part, not
what anybody answered: it is granted to every attacker (`bwise.protection` knows all members of all cells; `tests/attack`), and stays.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from bwise.corrections import CORRECTION
from bwise.ledger import CONFIDENTIAL, EVIDENCE, POOLED, Evidence, Items, Ledger
from bwise.settings import EXCLUSION_RULES
from bwise.tables.cells import Part, Plan, Sources, Table, codes_of, counting, described, given, labels, tidy
from bwise.tables.descriptions import Description as Common

FLAGGED = "respondents flagged"


class Description(Common):
    """Says nothing of its own."""


def plan(ledger: Ledger, about: Description) -> Plan:
    """What is told of respondents: who is flagged, and who is in which worker group."""
    pool, countries = ledger.pool, tuple(ledger.pool.countries)
    everybody = np.ones(len(pool.answers), dtype=bool)
    own_family = next(iter(pool.questionnaire.questions))  # no other figure rests on who is flagged
    base = ledger.base(everybody, (own_family,), countries)
    flagged = pool.answers["respondent"].isin(pool.flagged).to_numpy()[:, None].astype("int8")
    items = [Items(base, flagged, ("counted",), ((FLAGGED,),), ((),))]
    group = pool.questionnaire.one("group")
    if group is not None:
        names, found = given(pool, group)
        base = ledger.base(~np.isnan(found[:, 0]), (group.name,), countries)
        values = np.where(base.who[:, None], found, 0).astype("int8")
        items.append(Items(base, values, ("counted",), tuple((name,) for name in names), ((group.name,),) * len(names)))
    levels = (ledger.by_country(ledger.everybody), ledger.everybody)
    parts = tuple(Part(tuple(items), by, known={"statistic": "share"}) for by in levels)
    return Plan(parts, ("country", "counted"), ("statistic",), {}, countries)


def made(sources: Sources, about: Description) -> Table:
    pool, everybody = sources.pool, sources.ledger.everybody
    group = pool.questionnaire.one("group")
    by_hand = [CORRECTION] if any(CORRECTION in m["rows"]["excluded"] for m in pool.manifests.values()) else []
    rules = [*by_hand, *EXCLUSION_RULES]
    flagged = pool.answers["respondent"].isin(pool.flagged).to_numpy()
    groups = labels(pool, group)
    said = {name: pool.answers[group.name].eq(name).to_numpy() for name in groups}
    protected = {label: name for name, label in groups.items()} | {FLAGGED: FLAGGED}
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
            FLAGGED: (int((kept & flagged).sum()), behind(kept & flagged)),
            pool.settings.organisation.many: (manifest["wises"], behind(kept)),
            **{label: (int((kept & said[name]).sum()), behind(kept & said[name], group.name)) for name, label in groups.items()},
        }
        rows += [{"country": country, "statistic": what, "value": float(n), EVIDENCE: told} for what, (n, told) in counts.items()]
    data = pd.DataFrame(rows)
    total = data.groupby("statistic", sort=False)[["value", EVIDENCE]].sum().reset_index().assign(country=POOLED)
    data = pd.concat([data, total], ignore_index=True).assign(n=np.nan, wises=np.nan, obs_status="", conf_status="")
    data["countries"] = data["country"].eq(POOLED).map({True: len(pool.countries), False: 1})
    data["conf_status"] = np.where(_hidden(data, sources.tables[about.id].data, protected, pool.answers["country"]), CONFIDENTIAL, "")
    data["value"] = data["value"].where(data["conf_status"].eq(""))
    return described(about, tidy(data), Plan((), ("country",), ("statistic",), codes_of(pool), tuple(pool.countries)))


def _hidden(data: pd.DataFrame, told: pd.DataFrame, protected: dict[str, str], countries: pd.Series) -> list[bool]:
    """Which counts are told of respondents, and may not be; where a country has none, there is nothing to hide."""
    shown = set(told.loc[told["conf_status"].eq(""), ["country", "counted"]].itertuples(index=False, name=None))
    peopled = {POOLED, *countries.astype("str")}
    cells = zip(data["country"], data["statistic"], strict=True)
    return [what in protected and place in peopled and (place, protected[what]) not in shown for place, what in cells]
