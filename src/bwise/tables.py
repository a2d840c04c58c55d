"""The European tables. Each function says population, base, unit, formula and source, and returns protected figures only.

Every figure comes twice: pooled (each respondent equal) and as the mean of countries (each country equal), over comparable
countries only. Nothing is rounded here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import pandas as pd

from bwise.disclosure import CONFIDENTIAL, FIGURE, MEAN_OF_COUNTRIES, POOLED, add_mean_of_countries, protect
from bwise.pooling import Pool
from bwise.problems import Problem, stop
from bwise.questionnaire import Question
from bwise.settings import EXCLUSION_RULES
from bwise.summaries import Summary

SELF, ALL = "self", "all"
AVERAGES = {POOLED: "Pooled", MEAN_OF_COUNTRIES: "Mean of countries"}


@dataclass(frozen=True)
class Table:
    """A table ready to publish.

    `data` is long and tidy: one row per figure, columns for its dimensions, then statistic, value, n (persons), wises, countries,
    obs_status, conf_status. `rows` and `columns` say how it is read by people: dimensions down and across.
    `codes`: dimension -> {code: label}.
    """

    id: str
    title: str
    population: str
    base: str
    unit: str
    formula: str
    data: pd.DataFrame
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    countries: tuple[str, ...] = ()
    decimals: int = 1
    notes: tuple[str, ...] = ()


def fieldwork(pool: Pool) -> Table:
    """Records received, excluded by rule, kept; WISEs; respondents by worker group. Population: all records of all deliveries.
    Unit: records, persons, WISEs. Source: manifests of the country runs. No completion rate is called a response rate."""
    rows = []
    group = pool.questionnaire.one("group")
    for country, manifest in pool.manifests.items():
        kept = pool.answers[pool.answers["country"] == country]
        counts = {
            "partners": len({d["partner"] for d in manifest["deliveries"]}),
            "records received": manifest["rows"]["received"],
            **{f"excluded: {rule.replace('_', ' ')}": manifest["rows"]["excluded"].get(rule, 0) for rule in EXCLUSION_RULES},
            "respondents kept": manifest["rows"]["kept"],
            "WISEs": manifest["wises"],
        }
        if group:
            for choice in pool.questionnaire.choices(group.name).values():
                counts[choice.labels.get("en", choice.name).split(" (")[0]] = int((kept[group.name] == choice.name).sum())
        rows += [{"country": country, "statistic": what, "value": float(n)} for what, n in counts.items()]
    data = pd.DataFrame(rows)
    total = data.groupby("statistic", sort=False)["value"].sum().reset_index().assign(country=POOLED)
    data = pd.concat([data, total], ignore_index=True).assign(n=np.nan, wises=np.nan, obs_status="", conf_status="")
    data["countries"] = data["country"].eq(POOLED).map({True: len(pool.countries), False: 1})
    return Table(
        "fieldwork",
        "Fieldwork: what was received and what was kept",
        "all records of all deliveries",
        "records, respondents, WISEs",
        "count",
        "count",
        _tidy(data),
        ("country",),
        ("statistic",),
        _codes(pool),
        tuple(pool.countries),
        0,
        ("Partners recruited respondents among their members: an opt-in sample, without margins of error or response rates.",),
    )


def models(pool: Pool) -> Table | None:
    """WISE models by country. Population: WISEs of the sample, as their enablers see them. Base: enablers who named a model.
    Unit: per cent. Formula: enablers naming the model / enablers naming any model. Source: question with role `model`."""
    question = pool.questionnaire.one("model")
    if question is None:
        return None
    indicators = _indicators(pool, question)
    cells = _means(pool, indicators, None, 100.0, pool.comparable(question.name))
    cells = cells.rename(columns={"item": "model"}).assign(statistic="share")
    return _finish(
        pool,
        cells,
        "models",
        "WISE models by country",
        "WISEs in the sample, as their enablers see them",
        f"respondents who answered “{question.label()}”",
        "%",
        "respondents naming the model / respondents naming any model",
        ("country",),
        ("model",),
        {"model": _labels(pool, question)},
        [question.name],
    )


def sectors(pool: Pool) -> Table | None:
    """Sectors of activity (NACE sections) by WISE model. Population: WISEs in the sample. Base: respondents (not mentions) who named
    a sector. Unit: per cent; a WISE may be active in several sectors. Source: questions with role `sectors` and `main_sector`."""
    active, main, model = (pool.questionnaire.one(r) for r in ("sectors", "main_sector", "model"))
    if active is None or model is None:
        return None
    comparable = pool.comparable(active.name, model.name)
    whole = pd.DataFrame({"model": ALL}, index=pool.answers.index)
    each = pd.DataFrame({"model": pool.answers[model.name].astype("str")})
    frames = []
    for question, statistic in ((active, "active in the sector"), (main, "main sector")):
        if question is None:
            continue
        indicators = _indicators(pool, question)
        by_model = [_means(pool, indicators, keys, 100.0, comparable, by_country=False) for keys in (whole, each)]
        pooled = protect(pd.concat(by_model, ignore_index=True).drop(columns="country"), pool.settings, along="model", total=ALL)
        countries = protect(_means(pool, indicators, whole, 100.0, comparable), pool.settings, along="country", total=POOLED)
        mean = add_mean_of_countries(countries).query("country == @MEAN_OF_COUNTRIES").drop(columns="country")
        frames += [
            f.assign(statistic=statistic, average=a)
            for f, a in ((pooled.assign(countries=len(comparable)), POOLED), (mean, MEAN_OF_COUNTRIES))
        ]
    cells = pd.concat(frames, ignore_index=True).rename(columns={"item": "sector"})
    codes = {"sector": _labels(pool, active), "model": {ALL: "All models", **_labels(pool, model)}, "average": AVERAGES}
    return Table(
        "sectors",
        "Sectors of activity by WISE model",
        "WISEs in the sample, as their enablers see them",
        f"respondents who answered “{active.label()}”",
        "%",
        "respondents naming the sector / respondents naming any sector",
        _tidy(cells),
        ("sector",),
        ("statistic", "model", "average"),
        codes,
        tuple(comparable),
        1,
        ("Sectors are sections of NACE Rev. 2. Several answers were possible, so shares of activity add to more than 100.",),
    )


def skills(pool: Pool) -> Table | None:
    """Skills by worker group. Population: respondents; `answered by` tells proxies (supporters about workers with support needs) from
    answers about oneself. Base: respondents who rated the skill, for gaps those who gave both ratings. Unit: scale points (1 to 5).
    Formula: gap = relevance - endowment of the same respondent; future gap = future relevance - endowment. Source: role `skill`."""
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


def ratings(pool: Pool, domain: str, measure: str = "relevance") -> Table | None:
    """How answers to one battery of skills are spread over the scale. Population: respondents, about themselves. Base: respondents who
    chose a point of the scale ("don't know" is left out and reported). Unit: per cent. Source: role `skill`, this measure."""
    questions = [q for q in pool.questionnaire.with_role("skill", measure) if q.subject == SELF and _domain(pool, q) == domain]
    if not questions:
        return None
    names = [q.name for q in questions]
    items = pd.concat({q.concept: _indicators(pool, q) for q in questions}, axis=1, names=["skill", "answer"])
    cells = (
        _means(pool, items, None, 100.0, pool.comparable(*names), by_country=False)
        .drop(columns="country")
        .assign(domain=domain, statistic="share")
    )
    reasons = pool.missing.loc[pool.missing["country"].isin(pool.comparable(*names)), names]
    unknown = int(reasons.eq("dont_know").to_numpy().sum())
    asked = unknown + int(reasons.eq("").to_numpy().sum())
    cells = protect(cells, pool.settings, along="answer", total="").assign(countries=len(pool.comparable(*names)))
    return Table(
        f"ratings_{domain}_{measure}",
        f"{_domain_labels(pool)[domain]}: {measure}, spread of answers",
        "respondents, about themselves",
        f"respondents who chose a point of the scale in “{questions[0].battery_labels.get('en', '')}”",
        "%",
        "respondents choosing the point / respondents choosing any point",
        _tidy(cells),
        ("skill",),
        ("answer",),
        {**_codes(pool), "answer": _labels(pool, questions[0])},
        tuple(pool.comparable(*names)),
        1,
        (f"“Don't know” is not in the base: {unknown} of {asked} answers.", "Pooled over countries and worker groups."),
    )


def frequencies(pool: Pool, name: str, by: str | None = None) -> Table:
    """How often each answer was given. Population: respondents kept. Base: respondents who answered; for select_multiple several answers
    count for one respondent. Unit: count and per cent. `by`: country, partner, or a question with one answer.

    Raises:
        ProblemsFound: no such question, or an open question (its texts belong to people, not to tables).
    """
    question = pool.questionnaire[name]
    if question.kind == "text":
        stop(
            "Open answers are not tabulated.",
            Problem(
                f"`{name}` is a text question",
                why="texts may tell who wrote them",
                remedy="choose a question with fixed answers or a number",
            ),
        )
    if by not in (None, "country", "partner") and pool.questionnaire[by].kind != "select_one":
        stop(
            "The breakdown cannot be used.",
            Problem(f"`{by}` is not a question with one answer", remedy="use country, partner or such a question"),
        )
    indicators = _indicators(pool, question)
    by_country = by == "country"
    keys = pd.DataFrame({by: pool.answers[by].astype("str")}) if by and not by_country else None
    comparable = pool.comparable(name)
    countries = [c for c in pool.countries if pool.status(name, c) != "not asked"] if by_country else comparable
    cells = _means(pool, indicators, keys, 100.0, countries, by_country).rename(columns={"item": "answer"})
    cells = cells[cells["n"].gt(0)]  # an answer that nobody there was offered
    if countries != comparable:  # shown side by side, never added up
        cells = cells[cells["country"] != POOLED]
    cells = cells if by_country else cells.drop(columns="country")
    along = by or "answer"
    cells = protect(cells.assign(statistic="share"), pool.settings, along=along, total=POOLED)
    if question.is_number:  # a number that nobody in the group gave is not listed
        cells = cells[cells["value"].ne(0)]
    counts = cells.assign(statistic="count", value=(cells["value"] * cells["n"] / 100).round())
    data = pd.concat([counts, cells], ignore_index=True).assign(countries=len(countries))
    if by_country:
        data.loc[data["country"] != POOLED, "countries"] = 1
    answers = {} if question.is_number else _labels(pool, question)
    groups = _labels(pool, pool.questionnaire[by]) if by in pool.questionnaire.questions else {}
    return Table(
        name,
        question.label(),
        "respondents kept",
        "respondents who answered",
        "count and %",
        "respondents giving the answer / respondents who answered",
        _tidy(data),
        (by, "answer") if by else ("answer",),
        ("statistic",),
        {**_codes(pool), "answer": answers, **({by: groups} if groups else {})},
        tuple(comparable),
    )


EUROPEAN = (fieldwork, models, sectors, skills, skills_by_country)
"""The tables of `reports/`, in the order of the mission. To add one: write its function, put it here."""


def european_tables(pool: Pool) -> dict[str, Table]:
    """All tables this questionnaire can answer, by id."""
    made = [make(pool) for make in EUROPEAN]
    made += [
        ratings(pool, domain) for domain in dict.fromkeys(_domain(pool, q) for q in pool.questionnaire.with_role("skill", "relevance"))
    ]
    return {t.id: t for t in made if t is not None}


BANDS = {25: "up to a quarter", 50: "a quarter to half", 75: "half to three quarters", 100: "more than three quarters"}


def first_look(pool: Pool) -> Summary:
    """How the main questions were answered in one country, for its notebook: bands, not figures.

    Exact figures of single countries, less those of the European tables, could give away a country that is hidden there.
    `bwise table` prints them on the coordinator's own computer.
    """
    rows = []
    for role in ("group", "model", "pathway", "sectors", "remuneration", "barriers"):
        question = pool.questionnaire.one(role)
        if question is None or not pool.comparable(question.name):
            continue
        table = frequencies(pool, question.name)
        shares = table.data[table.data["statistic"].eq("share")].set_index("answer")["value"]
        if shares.isna().any():
            rows.append((question.label(), "(too few respondents)", ":"))
            continue
        often = shares[shares > 25]
        rows += [
            (question.label(), table.codes["answer"].get(a, a), next(b for top, b in BANDS.items() if v <= top + 1e-9))
            for a, v in often.items()
        ]
        if len(often) < len(shares):
            rows.append((question.label(), "every other answer" if len(often) else "every answer", BANDS[25]))
    frame = pd.DataFrame(rows, columns=["question", "answer", "share of those who answered"])
    return Summary(frame.set_index(["question", "answer"]), "The questionnaire has none of the main questions.")


# ------------------------------------------------------------------ cells


def _indicators(pool: Pool, question: Question) -> pd.DataFrame:
    """Respondent x answer: 1 given, 0 not given, missing where the respondent did not answer."""
    if question.kind == "select_multiple":
        choices = [c.name for c in pool.questionnaire.choices(question.name).values() if not c.missing]
        return pool.answers[[f"{question.name}/{c}" for c in choices]].astype("float64").set_axis(choices, axis=1)
    column = pool.answers[question.name]
    if question.is_number:
        column = column.map(lambda v: f"{v:g}", na_action="ignore")
        order = sorted(column.dropna().unique(), key=float)
    else:
        order = list(column.cat.categories) if isinstance(column.dtype, pd.CategoricalDtype) else sorted(column.dropna().unique())
    missing = {c.name for c in pool.questionnaire.choices(question.name).values() if c.missing}
    frame = pd.DataFrame({code: column.eq(code).astype("float64") for code in order if code not in missing}, index=column.index)
    return frame.where(column.notna(), np.nan)


def _means(
    pool: Pool, items: pd.DataFrame, keys: pd.DataFrame | None, scale: float, countries: list[str], by_country: bool = True
) -> pd.DataFrame:
    """Mean of each item (times `scale`), persons and WISEs behind it, by the keys: pooled, and by country.

    Returns:
        Columns: the keys, country (or `pooled`), item, value, n, wises.
    """
    names = [] if keys is None else list(keys.columns)
    inside = pool.answers["country"].isin(countries)
    if keys is not None:
        inside &= keys.notna().all(axis=1)
    by = pd.concat([pool.answers["country"].astype("str"), *([] if keys is None else [keys])], axis=1)[inside]
    levels = [by[names].assign(country=POOLED), *([by] if by_country else [])]
    found = [_group(items[inside], level[[*names, "country"]], _wises(pool)[inside], scale) for level in levels]
    order = {c: i for i, c in enumerate([*pool.countries, POOLED])}  # countries in the order of params, the average last
    return pd.concat(found, ignore_index=True).sort_values("country", key=lambda s: s.map(order), kind="stable").reset_index(drop=True)


def _group(items: pd.DataFrame, by: pd.DataFrame, wise: pd.Series, scale: float) -> pd.DataFrame:
    """One level of grouping; a respondent counts for an item where she answered it."""
    keys = [by[c] for c in by.columns]
    grouped = items.groupby(keys, sort=False, observed=True)
    answered = items.notna().groupby([*keys, wise.rename("_wise")], sort=False, observed=True).any()
    wises = answered.groupby(level=list(by.columns), sort=False, observed=True).sum()
    figures = {"value": grouped.mean() * scale, "n": grouped.count(), "wises": wises}
    items_level = items.columns.names if items.columns.nlevels > 1 else ["item"]
    long = pd.concat({k: v.rename_axis(columns=items_level).stack(items_level, future_stack=True) for k, v in figures.items()}, axis=1)
    return long.fillna({"wises": 0}).reset_index()


def _wises(pool: Pool) -> pd.Series:
    """The WISE of each respondent; where the questionnaire does not ask for it, each respondent counts as one."""
    if pool.questionnaire.one("wise") is None:
        return pool.answers["respondent"]
    return pool.answers["wise"].replace("", np.nan)


def _finish(pool, cells, id_, title, population, base, unit, formula, rows, columns, codes, questions, decimals=1, notes=()) -> Table:
    """Protect the cells by country, add the mean of countries, and say which countries are in it."""
    cells = add_mean_of_countries(protect(cells, pool.settings, along="country", total=POOLED))
    countries = tuple(pool.comparable(*questions))
    return Table(
        id_,
        title,
        population,
        base,
        unit,
        formula,
        _tidy(cells),
        rows,
        columns,
        {**_codes(pool), **codes},
        countries,
        decimals,
        tuple(notes),
    )


TAIL = ["statistic", "value", "n", "wises", "countries", "obs_status", "conf_status"]


def _tidy(cells: pd.DataFrame) -> pd.DataFrame:
    """Dimensions first, then the figure; persons and WISEs as whole numbers."""
    dimensions = [c for c in cells.columns if c not in TAIL]
    tidy = cells[[*dimensions, *TAIL]].reset_index(drop=True)
    return tidy.astype({"n": "Int64", "wises": "Int64", "countries": "Int64"})


# ------------------------------------------------------------------ skills


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
        frames += [_means(pool, items, level, 1.0, list(countries)) for level in levels]
    cells = pd.concat(frames, ignore_index=True)
    cells = cells[cells["n"].gt(0)]
    domains = {concept: _domain(pool, next(iter(questions.values()))) for (concept, _), questions in measured.items()}
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


def _statistics(pool: Pool, questions: dict[str, Question]) -> pd.DataFrame:
    """Respondent x statistic: the ratings as numbers, and the gaps of those who gave both."""
    rated = pd.DataFrame({m: _numeric(pool, q) for m, q in questions.items()})
    if {"relevance", "endowment"} <= set(rated):
        rated["gap"] = rated["relevance"] - rated["endowment"]
    if {"future", "endowment"} <= set(rated):
        rated["future gap"] = rated["future"] - rated["endowment"]
    return rated


def _numeric(pool: Pool, question: Question) -> pd.Series:
    scale = pool.questionnaire.scale(question.name)
    return pool.answers[question.name].astype("str").map(scale).astype("float64")


def _skill_table(pool: Pool, data: pd.DataFrame, id_: str, title: str, rows: tuple, columns: tuple) -> Table:
    group = pool.questionnaire.one("group")
    names = {SELF: "Themselves", **_labels(pool, group), ALL: "All groups"}
    compared = {c for questions in _by_concept(pool).values() for c in pool.comparable(*[q.name for q in questions.values()])}
    codes = {**_codes(pool), "worker_group": names, "answered_by": names, "average": AVERAGES}
    return Table(
        id_,
        title,
        "respondents; skills of workers with support needs also as their supporters see them",
        "respondents who gave the ratings",
        "scale points, 1 to 5",
        "gap = relevance − endowment, future gap = future relevance − endowment, of the same respondent",
        _tidy(data),
        rows,
        columns,
        codes,
        tuple(c for c in pool.countries if c in compared),
        2,
    )


# ------------------------------------------------------------------ labels


def _labels(pool: Pool, question: Question | None) -> dict[str, str]:
    """Code -> English label; descriptions in brackets are left away."""
    if question is None:
        return {}
    return {c.name: c.labels.get("en", c.name).split(" (")[0] for c in pool.questionnaire.choices(question.name).values()}


def _codes(pool: Pool) -> dict[str, dict[str, str]]:
    concepts = pool.questionnaire.concepts.values()
    return {"skill": {c.name: c.label for c in concepts}, "domain": _domain_labels(pool), "country": AVERAGES}


def _domain(pool: Pool, question: Question) -> str:
    concept = pool.questionnaire.concepts.get(question.concept)
    return concept.domain if concept else question.battery


def _domain_labels(pool: Pool) -> dict[str, str]:
    return {c.domain: c.domain_label for c in pool.questionnaire.concepts.values()}
