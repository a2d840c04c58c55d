"""How often each answer of any question was given: for the coordinator's own computer, and a first look in bands."""

from __future__ import annotations

import pandas as pd

from bwise.disclosure import POOLED, protect
from bwise.pooling import Pool
from bwise.problems import Problem, stop
from bwise.summaries import Summary
from bwise.tables.cells import Table, codes_of, given, labels, means, tidy, with_countries


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
    indicators = given(pool, question)
    by_country = by == "country"
    keys = pd.DataFrame({by: pool.answers[by].astype("str")}) if by and not by_country else None
    told = (by,) if by in pool.questionnaire.questions else ()
    comparable = pool.comparable(name)
    countries = [c for c in pool.countries if pool.status(name, c) != "not asked"] if by_country else comparable
    cells = means(pool, indicators, (name,), keys, 100.0, countries, by_country, groups=told)
    cells = cells[cells["n"].gt(0)]  # an answer that nobody there was offered
    if countries != comparable:  # shown side by side, never added up
        cells = cells[cells["country"] != POOLED]
    cells = cells if by_country else cells.drop(columns="country")
    cells = protect(cells.assign(statistic="share"), pool.settings, along=by or "item", total=POOLED)
    cells = with_countries(cells, pool, indicators, keys, countries).rename(columns={"item": "answer"})
    if question.is_number:  # a number that nobody in the group gave is not listed
        cells = cells[cells["value"].ne(0)]
    counts = cells.assign(statistic="count", value=(cells["value"] * cells["n"] / 100).round())
    data = pd.concat([counts, cells], ignore_index=True)
    if by_country:
        data.loc[data["country"] != POOLED, "countries"] = 1
    answers = {} if question.is_number else labels(pool, question)
    groups = labels(pool, pool.questionnaire[by]) if by in pool.questionnaire.questions else {}
    return Table(
        name,
        question.label(),
        "respondents kept",
        "respondents who answered",
        "count and %",
        "respondents giving the answer / respondents who answered",
        tidy(data),
        (by, "answer") if by else ("answer",),
        ("statistic",),
        {**codes_of(pool), "answer": answers, **({by: groups} if groups else {})},
        tuple(comparable),
        decimals_of={"count": 0},
    )


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
