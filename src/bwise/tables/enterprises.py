"""The enterprises: their models, sectors, income, technology, pathways and work."""

from __future__ import annotations

import pandas as pd

from bwise.disclosure import MEAN_OF_COUNTRIES, POOLED, add_mean_of_countries, protect
from bwise.pooling import Pool
from bwise.tables.cells import (
    ALL,
    AVERAGES,
    Table,
    across,
    across_codes,
    country_table,
    given,
    labels,
    means,
    named,
    numeric,
    sector_labels,
    sector_notes,
    shares,
    tidy,
    with_countries,
)


def models(pool: Pool) -> Table | None:
    """WISE models by country. Population: WISEs of the sample, as their enablers see them. Base: enablers who named a model.
    Unit: per cent. Formula: enablers naming the model / enablers naming any model. Source: question with role `model`."""
    question = pool.questionnaire.one("model")
    if question is None:
        return None
    indicators = given(pool, question)
    cells = means(pool, indicators, (question.name,), None, 100.0, pool.comparable(question.name))
    cells = cells.rename(columns={"item": "model"}).assign(statistic="share")
    return country_table(
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
        {"model": labels(pool, question)},
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
        indicators = given(pool, question)
        levels = ((whole, ()), (each, (model.name,)))
        asked = (question.name,)
        by_model = [means(pool, indicators, asked, keys, 100.0, comparable, by_country=False, groups=told) for keys, told in levels]
        pooled = protect(pd.concat(by_model, ignore_index=True).drop(columns="country"), pool.settings, along="model", total=ALL)
        parts = [(pooled[pooled["model"].eq(ALL)], whole), (pooled[pooled["model"].ne(ALL)], each)]
        pooled = pd.concat([with_countries(part, pool, indicators, keys, comparable) for part, keys in parts])
        countries = protect(means(pool, indicators, asked, whole, 100.0, comparable), pool.settings, along="country", total=POOLED)
        mean = add_mean_of_countries(countries).query("country == @MEAN_OF_COUNTRIES").drop(columns="country")
        frames += [f.assign(statistic=statistic, average=a) for f, a in ((pooled, POOLED), (mean, MEAN_OF_COUNTRIES))]
    cells = pd.concat(frames, ignore_index=True).rename(columns={"item": "sector"})
    codes = {"sector": sector_labels(pool, active), "model": {ALL: "All models", **labels(pool, model)}, "average": AVERAGES}
    return Table(
        "sectors",
        "Sectors of activity by WISE model",
        "WISEs in the sample, as their enablers see them",
        f"respondents who answered “{active.label()}”",
        "%",
        "respondents naming the sector / respondents naming any sector",
        tidy(cells),
        ("sector",),
        ("statistic", "model", "average"),
        codes,
        tuple(comparable),
        1,
        (*sector_notes(pool, active), "Several answers were possible, so shares of activity add to more than 100."),
    )


def income(pool: Pool) -> Table | None:
    """Income of WISEs by source. Population: WISEs in the sample, as their enablers see them. Base: enablers who gave a complete split.
    Unit: per cent of income. Formula: mean and median of the shares; a split that differs from 100 by more than the tolerance is
    refused, rescaled or kept, as params say. Public contracts are sales, kept apart from subsidies. Country groups, because the
    project found the models to blur where public support is stronger (https://nasor.bg/1689-2/). Source: role `income`."""
    questions = pool.questionnaire.with_role("income")
    if not questions:
        return None
    names = [q.name for q in questions]
    settings, given_shares = pool.settings, pool.answers[names].astype("float64")
    given_shares = given_shares.where(pool.answers["country"].isin(pool.comparable(*names)))
    total = given_shares.sum(axis=1, min_count=1)
    off = total.sub(100).abs().round(9) > settings.income_tolerance
    splits = given_shares.fillna(0.0).where(total.notna())
    if settings.income_rule == "refuse":
        splits = splits.where(~off)
    elif settings.income_rule == "rescale":
        splits = splits.mask(off, splits.div(total.where(total > 0), axis=0) * 100)
    by = ("model", "size", "country_group")
    frames = [across(pool, splits, tuple(names), by, 1.0, how).assign(statistic=how) for how in ("mean", "median")]
    done = {"refuse": "left out", "rescale": "rescaled to 100", "keep": "kept as given"}[settings.income_rule]
    note = f"Shares of {off.sum()} of {total.notna().sum()} respondents are off 100 by more than {settings.income_tolerance:g}: {done}."
    return Table(
        "income",
        "Income by source",
        "WISEs in the sample, as their enablers see them",
        "respondents who gave the shares of their income",
        "% of income",
        "mean and median of the shares",
        tidy(pd.concat(frames, ignore_index=True).rename(columns={"item": "source"})),
        ("source",),
        ("statistic", "breakdown", "group", "average"),
        {**across_codes(pool, by), "source": {q.name: q.label() for q in questions}},
        tuple(pool.comparable(*names)),
        1,
        (note, "Public contracts are sales to public buyers; subsidies are support. Medians of sources need not add to 100."),
    )


TIMES = {"relevance": "today", "future": "in future"}


def technology(pool: Pool) -> Table | None:
    """Technologies: relevance today and in future. Population: WISEs in the sample, as their enablers see them. Base: enablers who
    rated the technology, for the change those who rated both. Unit: scale points. Formula: change = future − today of the same
    respondent. Size classes, because the project's first report found large WISEs more digitised. Source: role `technology`."""
    measured: dict[str, dict[str, str]] = {}
    for question in pool.questionnaire.with_role("technology"):
        measured.setdefault(question.concept, {})[question.measure] = question.name
    if not measured:
        return None
    rated, asked = {}, {}
    for concept, names in measured.items():
        points = {m: numeric(pool, pool.questionnaire[n]) for m, n in names.items()}
        rated |= {(concept, TIMES.get(m, m)): p for m, p in points.items()}
        asked |= {(concept, TIMES.get(m, m)): (names[m],) for m in points}
        if {"relevance", "future"} <= set(points):
            rated[concept, "change"] = points["future"] - points["relevance"]
            asked[concept, "change"] = (names["relevance"], names["future"])
    items = pd.DataFrame(rated).rename_axis(columns=["technology", "statistic"])
    by = ("model", "size")
    return Table(
        "technology",
        "Relevance of technologies, today and in future",
        "WISEs in the sample, as their enablers see them",
        "respondents who rated the technology",
        "scale points, 1 to 5",
        "mean; change = future − today of the same respondent",
        tidy(across(pool, items, asked, by, 1.0)),
        ("technology", "statistic"),
        ("breakdown", "group", "average"),
        {**across_codes(pool, by), "technology": {c: k.label for c, k in pool.questionnaire.concepts.items()}},
        tuple(pool.comparable(*named(asked))),
        2,
    )


def pathways(pool: Pool) -> Table | None:
    """Integration pathways of workers with support needs. Base: respondents who answered. Unit: per cent. Source: role `pathway`."""
    return shares(pool, "pathway", "pathways", "Integration pathways of workers with support needs")


def contracts(pool: Pool) -> Table | None:
    """Contracts of workers with support needs. Base: respondents (not mentions). Unit: per cent. Source: role `contracts`."""
    return shares(pool, "contracts", "contracts", "Contracts of workers with support needs")


def remuneration(pool: Pool) -> Table | None:
    """How workers with support needs are mostly paid. Base: respondents who answered. Unit: per cent. Source: role `remuneration`."""
    return shares(pool, "remuneration", "remuneration", "How workers with support needs are mostly paid")


def barriers(pool: Pool) -> Table | None:
    """Barriers to technology. Base: respondents (not mentions). Unit: per cent. Size classes as for `technology`. Source: role
    `barriers`."""
    return shares(pool, "barriers", "barriers", "What keeps enterprises from using more technology", ("model", "size"))
