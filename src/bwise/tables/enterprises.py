"""The enterprises: their models, sectors, income, technology, pathways and work."""

from __future__ import annotations

import pandas as pd

from bwise.disclosure import MEAN_OF_COUNTRIES, POOLED, add_mean_of_countries, protect
from bwise.pooling import Pool
from bwise.tables.cells import ALL, AVERAGES, Table, country_table, given, labels, means, tidy


def models(pool: Pool) -> Table | None:
    """WISE models by country. Population: WISEs of the sample, as their enablers see them. Base: enablers who named a model.
    Unit: per cent. Formula: enablers naming the model / enablers naming any model. Source: question with role `model`."""
    question = pool.questionnaire.one("model")
    if question is None:
        return None
    indicators = given(pool, question)
    cells = means(pool, indicators, None, 100.0, pool.comparable(question.name))
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
        by_model = [means(pool, indicators, keys, 100.0, comparable, by_country=False) for keys in (whole, each)]
        pooled = protect(pd.concat(by_model, ignore_index=True).drop(columns="country"), pool.settings, along="model", total=ALL)
        countries = protect(means(pool, indicators, whole, 100.0, comparable), pool.settings, along="country", total=POOLED)
        mean = add_mean_of_countries(countries).query("country == @MEAN_OF_COUNTRIES").drop(columns="country")
        frames += [
            f.assign(statistic=statistic, average=a)
            for f, a in ((pooled.assign(countries=len(comparable)), POOLED), (mean, MEAN_OF_COUNTRIES))
        ]
    cells = pd.concat(frames, ignore_index=True).rename(columns={"item": "sector"})
    codes = {"sector": labels(pool, active), "model": {ALL: "All models", **labels(pool, model)}, "average": AVERAGES}
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
        ("Sectors are sections of NACE Rev. 2. Several answers were possible, so shares of activity add to more than 100.",),
    )
