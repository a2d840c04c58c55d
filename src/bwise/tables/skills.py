"""Skills: relevance, endowment, gaps, by worker group and country."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pandas as pd

from bwise.classifications import competences
from bwise.disclosure import CONFIDENTIAL, FIGURE, MEAN_OF_COUNTRIES, POOLED, add_mean_of_countries, protect
from bwise.pooling import Pool
from bwise.questionnaire import Question
from bwise.tables.cells import (
    ALL,
    AVERAGES,
    SELF,
    Table,
    across,
    across_codes,
    breakdown,
    codes_of,
    domain_labels,
    domain_of,
    given,
    labels,
    means,
    numeric,
    qualities,
    tidy,
    with_countries,
)

CRITICAL = (4, 2)
"""A gap is critical from this relevance upwards and this endowment downwards (scale of 5 points)."""


def skills(pool: Pool) -> Table | None:
    """Skills by worker group. Population: respondents; `answered by` tells proxies (supporters about workers with support needs) from
    answers about oneself. Base: respondents who rated the skill, for gaps those who gave both ratings. Unit: scale points (1 to 5).
    Formula: gap = relevance - endowment of the same respondent; future gap = future relevance - endowment; critical gap = share of
    those who gave both with relevance >= 4 and endowment <= 2. Source: role `skill`."""
    cells = _skill_cells(pool)
    if cells is None:
        return None
    data = cells[cells["country"].isin([POOLED, MEAN_OF_COUNTRIES])].rename(columns={"country": "average"})
    return _skill_table(
        pool,
        data,
        "skills",
        "Skills: relevance, endowment and gap by worker group",
        ("domain", "skill", "worker_group", "answered_by"),
        ("average", "statistic"),
    )


def skills_by_country(pool: Pool) -> Table | None:
    """Skills by country, over all worker groups who rated the skill about themselves (one group where only one was asked). Base, unit,
    formula and source as for `skills`. Worker groups within a country are not shown: most are too small."""
    cells = _skill_cells(pool)
    if cells is None:
        return None
    everyone = set(cells.loc[cells["worker_group"] == ALL, "skill"])
    whole = cells["worker_group"].eq(ALL) | (~cells["skill"].isin(everyone) & cells["answered_by"].eq(SELF))
    data = cells[whole]
    return _skill_table(
        pool, data, "skills_by_country", "Skills gaps by country", ("domain", "skill", "worker_group", "statistic"), ("country",)
    )


def skills_by_enterprise(pool: Pool) -> Table | None:
    """Skills by model, size and age of the WISE, over all worker groups who rated the skill about themselves. Base, unit and formula as
    for `skills`. Size and age, because work package 1 found that recently founded WISEs stress other skills than more structured ones
    (team-building; strategy and decisions: https://alaturidevoi.ro/en/trends-and-challenges-for-work-integration-social-enterprises-in-europe-skills-gaps-in-digital-area/).
    Worker groups are not crossed with groups of WISEs: most would be too small. Source: role `skill`."""
    by = ("model", "size", "age")
    measured = {concept: questions for (concept, subject), questions in _by_concept(pool).items() if subject == SELF}
    if not measured or not any(breakdown(pool, name) for name in by):
        return None
    batches: dict[tuple[str, ...], list[str]] = {}
    for concept, questions in measured.items():
        batches.setdefault(tuple(pool.comparable(*[q.name for q in questions.values()])), []).append(concept)
    frames = []
    for concepts in batches.values():
        rated = {c: _statistics(pool, measured[c]).filter(["relevance", "endowment", "gap"]) for c in concepts}
        items = pd.concat({(domain_of(pool, next(iter(measured[c].values()))), c): r for c, r in rated.items()}, axis=1)
        asked = {(d, c, s): _asked(measured[c], s) for d, c, s in items.columns}
        frames.append(across(pool, items.rename_axis(columns=["domain", "skill", "statistic"]), asked, by, 1.0))
    cells = pd.concat(frames, ignore_index=True)
    hidden = pd.Series(list(zip(cells["skill"], cells["statistic"], strict=True))).isin(_with_a_hidden_group(pool))
    cells.loc[hidden, FIGURE] = np.nan
    cells.loc[hidden, "conf_status"] = CONFIDENTIAL
    table = _skill_table(
        pool,
        cells,
        "skills_by_enterprise",
        "Skills by model, size and age of the enterprise",
        ("domain", "skill", "statistic"),
        ("breakdown", "group", "average"),
    )
    return replace(table, codes=table.codes | across_codes(pool, by))


def _with_a_hidden_group(pool: Pool) -> set[tuple[str, str]]:
    """Skill and statistic of which a worker group is hidden: all enterprises added up, less the groups shown, would tell it."""
    cells = _skill_cells(pool)
    if cells is None:
        return set()
    hidden = cells[cells["country"].eq(POOLED) & cells["answered_by"].eq(SELF) & cells["conf_status"].eq(CONFIDENTIAL)]
    return set(hidden[["skill", "statistic"]].itertuples(index=False, name=None))


def skill_names(pool: Pool) -> Table | None:
    """What competence frameworks call the skills that were asked for, in each version of `params/skills.csv`: names change, numbers stay.
    Unit: a name. Source: concepts such as `digcomp-2.2/1.1`, found in `params/skills.csv`."""
    frameworks = competences(pool.questionnaire)
    keys = {name.casefold().replace(" ", "-"): name for name in frameworks}
    rows, sources = [], {}
    for concept in dict.fromkeys(q.concept for q in pool.questionnaire.with_role("skill")):
        key, _, number = concept.partition("/")
        kind = frameworks[keys[key]][number]["framework"] if number in frameworks.get(keys.get(key, ""), {}) else ""
        for version, known in frameworks.items():
            if number in known and known[number]["framework"] == kind:
                rows.append({"skill": concept, "statistic": version, "code": f"{number} {known[number]['title']}"})
                sources.setdefault(version, known[number]["source"].partition(";")[0])
    if not rows:
        return None
    return Table(
        "skill_names",
        "Names of the skills in the versions of DigComp and GreenComp",
        "skills that the questionnaire asks for",
        "competences of the frameworks",
        "name",
        "number and name as in the framework",
        qualities(pd.DataFrame(rows)),
        ("skill",),
        ("statistic",),
        codes_of(pool),
        tuple(pool.countries),
        notes=(f"Sources: {'; '.join(sources.values())}. Other skills are the project's own.",),
        symbols={row["code"]: ("", row["code"]) for row in rows},
    )


def priorities(pool: Pool) -> Table | None:
    """Skills in the order of need, by worker group. Population: respondents, about themselves. Base: those who gave both ratings. Formula:
    rank by the share with a critical gap, pooled; equal shares share a rank. Source: role `skill`."""
    cells = _skill_cells(pool)
    if cells is None:
        return None
    data = cells[cells["country"].eq(POOLED) & cells["answered_by"].eq(SELF) & cells["statistic"].isin(["gap", "critical gap"])]
    need = data[data["statistic"].eq("critical gap") & data["value"].notna()]
    rank = need.groupby("worker_group")["value"].rank(method="min", ascending=False)
    tied = need.assign(rank=rank).duplicated(["worker_group", "rank"], keep=False)
    places = need[["worker_group", "skill"]].assign(order=rank, rank=rank.astype(int).astype(str) + tied.map({True: " =", False: ""}))
    data = (
        data.merge(places, on=["worker_group", "skill"])
        .sort_values("order", kind="stable")
        .drop(columns=["order", "answered_by", "country"])
    )
    return _skill_table(
        pool,
        data,
        "priorities",
        "Skills in the order of need, by worker group",
        ("worker_group", "rank", "domain", "skill"),
        ("statistic",),
    )


def ratings(pool: Pool, domain: str, measure: str = "relevance") -> Table | None:
    """How answers to one battery of skills are spread over the scale. Population: respondents, about themselves. Base: respondents who
    chose a point of the scale ("don't know" is left out and reported). Unit: per cent. Source: role `skill`, this measure."""
    questions = [q for q in pool.questionnaire.with_role("skill", measure) if q.subject == SELF and domain_of(pool, q) == domain]
    if not questions:
        return None
    names = [q.name for q in questions]
    items = pd.concat({q.concept: given(pool, q) for q in questions}, axis=1, names=["skill", "answer"])
    asked = {item: next((q.name,) for q in questions if q.concept == item[0]) for item in items.columns}
    comparable = pool.comparable(*names)
    cells = means(pool, items, asked, None, 100.0, comparable, by_country=False).drop(columns="country")
    reasons = pool.missing.loc[pool.missing["country"].isin(comparable), names]
    unknown = int(reasons.eq("dont_know").to_numpy().sum())
    asked = unknown + int(reasons.eq("").to_numpy().sum())
    cells = with_countries(protect(cells, pool.settings, along="answer", total=""), pool, items, None, comparable)
    cells = cells.assign(domain=domain, statistic="share")
    return Table(
        f"ratings_{domain}_{measure}",
        f"{domain_labels(pool)[domain]}: {measure}, spread of answers",
        "respondents, about themselves",
        f"respondents who chose a point of the scale in “{questions[0].battery_labels.get('en', '')}”",
        "%",
        "respondents choosing the point / respondents choosing any point",
        tidy(cells),
        ("skill",),
        ("answer",),
        {**codes_of(pool), "answer": labels(pool, questions[0])},
        tuple(comparable),
        1,
        (f"“Don't know” is not in the base: {unknown} of {asked} answers.", "Pooled over countries and worker groups."),
    )


@lru_cache(maxsize=2)
def _skill_cells(pool: Pool) -> pd.DataFrame | None:
    """All figures on skills: by domain, skill, worker group, who answered, country and averages, and statistic."""
    group = pool.questionnaire.one("group")
    if group is None or not pool.questionnaire.with_role("skill"):
        return None
    own = pool.answers[group.name].astype("str")
    batches: dict[tuple, list[str]] = {}
    measured = _by_concept(pool)
    for (concept, subject), questions in measured.items():
        countries = tuple(pool.comparable(*[q.name for q in questions.values()]))
        asked_of = tuple(sorted(own[pool.answers[[q.name for q in questions.values()]].notna().any(axis=1)].dropna().unique()))
        batches.setdefault((subject, countries, asked_of), []).append(concept)
    frames = []
    for (subject, countries, asked_of), concepts in batches.items():
        items = pd.concat({c: _statistics(pool, measured[c, subject]) for c in concepts}, axis=1, names=["skill", "statistic"])
        keys = pd.DataFrame(
            {"worker_group": own if subject == SELF else subject, "answered_by": SELF if subject == SELF else own}, index=own.index
        )
        levels = [keys, keys.assign(worker_group=ALL)] if subject == SELF and len(asked_of) > 1 else [keys]
        asked = {(c, s): _asked(measured[c, subject], s) for c, s in items.columns}
        frames += [means(pool, items, asked, level, 1.0, list(countries), groups=(group.name,)) for level in levels]
    cells = pd.concat(frames, ignore_index=True)
    cells = cells[cells["n"].gt(0)]
    domains = {concept: domain_of(pool, next(iter(questions.values()))) for (concept, _), questions in measured.items()}
    cells.insert(0, "domain", cells["skill"].map(domains))
    small = _hidden_groups(cells, pool)
    cells = add_mean_of_countries(protect(cells, pool.settings, along="country", total=POOLED))
    europe = cells["country"].isin([POOLED, MEAN_OF_COUNTRIES]) & cells["answered_by"].eq(SELF)
    hidden = europe & pd.Series([k in small for k in cells[GROUP_OF_SKILL].itertuples(index=False, name=None)], index=cells.index)
    cells.loc[hidden, FIGURE] = np.nan
    cells.loc[hidden, "conf_status"] = CONFIDENTIAL
    return cells


GROUP_OF_SKILL = ["skill", "worker_group", "statistic"]


def _hidden_groups(cells: pd.DataFrame, pool: Pool) -> set[tuple]:
    """Worker groups whose figures for all countries must not be shown: too small, or all groups less the others would tell one."""
    pooled = cells[cells["country"].eq(POOLED) & cells["answered_by"].eq(SELF)]
    protected = protect(pooled, pool.settings, along="worker_group", total=ALL)
    return set(protected.loc[protected["conf_status"].ne(""), GROUP_OF_SKILL].itertuples(index=False, name=None))


def _by_concept(pool: Pool) -> dict[tuple[str, str], dict[str, Question]]:
    """(skill, whose skill) -> {measure: question}."""
    found: dict[tuple[str, str], dict[str, Question]] = {}
    for question in pool.questionnaire.with_role("skill"):
        found.setdefault((question.concept, question.subject), {})[question.measure] = question
    return found


MEASURES_OF = {
    "gap": ("relevance", "endowment"),
    "critical gap": ("relevance", "endowment"),
    "future gap": ("future", "endowment"),
}
"""Statistic -> the ratings it is made from; the others are ratings themselves."""


def _asked(questions: dict[str, Question], statistic: str) -> tuple[str, ...]:
    return tuple(questions[measure].name for measure in MEASURES_OF.get(statistic, (statistic,)))


def _statistics(pool: Pool, questions: dict[str, Question]) -> pd.DataFrame:
    """Respondent x statistic: the ratings as numbers, and the gaps of those who gave both."""
    rated = pd.DataFrame({m: numeric(pool, q) for m, q in questions.items()})
    if {"relevance", "endowment"} <= set(rated):
        rated["gap"] = rated["relevance"] - rated["endowment"]
        relevant, missing = CRITICAL
        critical = (rated["relevance"].ge(relevant) & rated["endowment"].le(missing)).astype("float64") * 100
        rated["critical gap"] = critical.where(rated["gap"].notna())
    if {"future", "endowment"} <= set(rated):
        rated["future gap"] = rated["future"] - rated["endowment"]
    return rated


def _skill_table(pool: Pool, data: pd.DataFrame, id_: str, title: str, rows: tuple, columns: tuple) -> Table:
    group = pool.questionnaire.one("group")
    names = {SELF: "Themselves", **labels(pool, group), ALL: "All groups"}
    compared = {c for questions in _by_concept(pool).values() for c in pool.comparable(*[q.name for q in questions.values()])}
    codes = {**codes_of(pool), "worker_group": names, "answered_by": names, "average": AVERAGES}
    return Table(
        id_,
        title,
        "respondents; skills of workers with support needs also as their supporters see them",
        "respondents who gave the ratings",
        "scale points, 1 to 5; critical gap: %",
        "gap = relevance − endowment, future gap = future relevance − endowment, of the same respondent; critical gap = share with "
        f"relevance ≥ {CRITICAL[0]} and endowment ≤ {CRITICAL[1]}",
        tidy(data),
        rows,
        columns,
        codes,
        tuple(c for c in pool.countries if c in compared),
        2,
        decimals_of={"critical gap": 1},
    )
