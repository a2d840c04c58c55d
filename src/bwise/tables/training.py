"""What is done about skills gaps: measures, funding of training, occupational profiles."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from bwise.classifications import occupations
from bwise.pooling import Pool
from bwise.questionnaire import Question
from bwise.tables.cells import Table, across, across_codes, given, labels, shares, tidy


def measures(pool: Pool) -> Table | None:
    """Measures taken to close skills gaps, by the group whose gaps they are to close. Base: respondents who answered (not mentions);
    enablers answer for enablers and supporters, supporters for workers with support needs. Unit: per cent. Source: role `measures`."""
    return _by_question(
        pool,
        pool.questionnaire.with_role("measures"),
        "subject",
        "measures",
        "Measures taken to close skills gaps",
        "respondents who answered for the group",
        labels(pool, pool.questionnaire.one("group")),
    )


def training_funding(pool: Pool) -> Table | None:
    """How training is funded. Base: respondents whose enterprise trains its staff (the question is shown to them only) and who answered.
    Unit: per cent; several sources were possible. Source: role `training_funding`."""
    return shares(pool, "training_funding", "training_funding", "How the training of staff is funded")


def profiles(pool: Pool) -> Table | None:
    """Occupational profiles to revise and to create. Base: respondents who answered (not mentions). Unit: per cent. Source: role
    `profiles`; groups of ISCO-08 from `params/profiles.csv`."""
    table = _by_question(
        pool,
        pool.questionnaire.with_role("profiles"),
        "measure",
        "profiles",
        "Occupational profiles to revise and to create",
        "respondents who answered",
        {"revise": "To revise", "create": "To create"},
    )
    groups = occupations(pool.questionnaire)
    if table is None or not groups:
        return table
    named = {p: f"{label} (ISCO-08 {groups[p]})" if p in groups else label for p, label in table.codes["answer"].items()}
    return replace(table, codes=table.codes | {"answer": named}, notes=(*table.notes, MAPPED))


MAPPED = "ISCO-08 groups come from params/profiles.csv, which says how far each is settled; a profile without one has no group there."


def _by_question(
    pool: Pool, questions: list[Question], dimension: str, id_: str, title: str, base: str, names: dict[str, str]
) -> Table | None:
    """Several questions with one list of answers side by side; `dimension` (subject, measure) tells them apart. Each has its own base."""
    if not questions:
        return None
    frames = [across(pool, given(pool, q), (q.name,), ()).assign(**{dimension: getattr(q, dimension)}) for q in questions]
    cells = pd.concat(frames, ignore_index=True).drop(columns=["breakdown", "group"]).rename(columns={"item": "answer"})
    compared = {c for q in questions for c in pool.comparable(q.name)}
    return Table(
        id_,
        title,
        "WISEs in the sample, as the respondents see them",
        base,
        "%",
        "respondents naming the answer / respondents naming any answer",
        tidy(cells.assign(statistic="share")),
        ("answer",),
        (dimension, "average"),
        {**across_codes(pool, ()), "answer": labels(pool, questions[0]), dimension: names},
        tuple(c for c in pool.countries if c in compared),
        1,
        ("Several answers were possible: shares add to more than 100.",),
    )
