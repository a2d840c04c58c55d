"""How often each answer of any question was given: for the coordinator's own computer, and a first look in bands."""

from __future__ import annotations

import pandas as pd

from bwise.ledger import EVIDENCE, Grouping, Ledger
from bwise.pooling import Pool
from bwise.problems import Problem, stop
from bwise.summaries import Summary
from bwise.tables.cells import Table, codes_of, group_labels, labels, own_answer, shares_given, tidy


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
    comparable = pool.comparable(name)
    countries = [c for c in pool.countries if pool.status(name, c) != "not asked"] if by == "country" else comparable
    ledger = Ledger(pool)
    items = shares_given(ledger, question, "answer", countries)
    side_by_side = countries != comparable
    groupings = _groupings(ledger, by, side_by_side)
    ledger.enter(items, *groupings, *([] if side_by_side else [ledger.everybody]))  # a total that another table shows
    ledger.close()
    cells = pd.concat([ledger.figures(items, grouping) for grouping in groupings], ignore_index=True)
    cells = cells[cells["n"].ne(0)].rename(columns={"group": by or "group"} if by != "country" else {})
    cells["statistic"] = "share"
    if question.is_number:  # a number that nobody in the group gave is not listed
        cells = cells[cells["value"].ne(0)]
    counts = cells.assign(statistic="count", value=(cells["value"] * cells["n"] / 100).round())
    data = pd.concat([counts, cells], ignore_index=True)
    rows = (by, "answer") if by else ("answer",)
    data = data[[*rows, "statistic", "value", "n", "wises", "countries", "obs_status", "conf_status", EVIDENCE]]
    answers = {} if question.is_number else labels(pool, question)
    groups = group_labels(pool, pool.questionnaire[by]) if by in pool.questionnaire.questions else {}
    return Table(
        name,
        question.label(),
        "respondents kept",
        "respondents who answered",
        "count and %",
        "respondents giving the answer / respondents who answered",
        tidy(data),
        rows,
        ("statistic",),
        {**codes_of(pool), "answer": answers, **({by: groups} if groups else {})},
        tuple(comparable),
        decimals_of={"count": 0},
    )


def _groupings(ledger: Ledger, by: str | None, side_by_side: bool) -> list[Grouping]:
    """How respondents are grouped; countries that are only shown side by side are never added up."""
    if by is None:
        return [ledger.everybody]
    if by == "country":
        return [ledger.by_country(ledger.everybody), *([] if side_by_side else [ledger.everybody])]
    if by == "partner":
        codes, groups = pd.factorize(ledger.pool.answers["partner"])
        return [ledger.grouping("partner", codes, groups)]
    return [own_answer(ledger, ledger.pool.questionnaire[by])]


BANDS = {25: "up to a quarter", 50: "a quarter to half", 75: "half to three quarters", 100: "more than three quarters"}
SPANS = {band: (top - 25, top) for top, band in BANDS.items()}  # per cent


def first_look(pool: Pool, roles: tuple[str, ...]) -> Summary:
    """How the questions with these roles were answered in one country, for its notebook: bands, not figures.

    Exact figures of single countries, less those of the European tables, could give away a country that is hidden there.
    `bwise table` prints them on the coordinator's own computer.
    """
    rows = []
    for role in roles:
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
    bars = tuple(SPANS.get(band) for band in frame.iloc[:, -1])
    return Summary(frame.set_index(["question", "answer"]), "The questionnaire has none of the main questions.", bars, "0 to 100 %")
