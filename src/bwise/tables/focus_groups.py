"""What national focus groups said, record by record, as evidence and as counts of countries.

A focus group speaks of a model in its country, not of persons: what is counted are countries. Where a country had several focus groups,
it counts once, as soon as one of them said so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from bwise.ledger import ALL, Base, Evidence, Grouping, Items
from bwise.pooling import Pool

RECOGNISED = {"fully": ("●", "fully"), "partly": ("◐", "partly"), "not": ("○", "not"), "dont_know": ("?", "not known")}

Says = Callable[[dict], float | None]
"""What a record says: yes (1) or no (0), or points; None where it says nothing."""


@dataclass(frozen=True)
class Heard:
    """Countries whose focus groups say yes, countries that say anything, and the records behind it."""

    yes: float = np.nan
    of: int = 0
    evidence: tuple[Evidence, ...] = ()


UNHEARD = Heard()


def heard(groups: Pool, questions: tuple[str, ...], said: np.ndarray) -> tuple[Evidence]:
    """What each record says (not a number where it says nothing), as evidence."""
    who = ~np.isnan(said)
    base = Base(groups, who, (), questions)
    items = Items(base, np.where(who, said, 0.0)[:, None], (), ((),), (questions,))
    by = Grouping(ALL, np.zeros(len(said), dtype=np.int64), (ALL,), ("",), told=(groups.questionnaire.one("model").name,))
    return (Evidence(items, by, 0, 0),)


def said_by(groups: Pool, says: Says) -> np.ndarray:
    """What each record says, not a number where it says nothing."""
    return np.array([np.nan if (said := says(record)) is None else float(said) for record in groups.records], dtype="float64")


def countries_that_say(groups: Pool, evidence: tuple[Evidence, ...]) -> set[str]:
    """Countries in which at least one record says yes."""
    values = evidence[0].values()
    return set(groups.answers.loc[values.index[values > 0], "country"])


def by_model(groups: Pool, questions: tuple[str, ...], says: Says) -> dict[str, Heard]:
    """Model -> the countries that say so, and those that say anything of it."""
    models = groups.answers[groups.questionnaire.one("model").name]
    said, found = said_by(groups, says), {}
    for code in dict.fromkeys(models):
        behind = heard(groups, questions, np.where(models.eq(code), said, np.nan))
        of = groups.answers.loc[behind[0].values().index, "country"].nunique()
        if of:
            found[code] = Heard(float(len(countries_that_say(groups, behind))), of, behind)
    return found


def answer_is(code: object, yes: list[str]) -> bool | None:
    """Whether an answer is one of these; None where there is none."""
    return code in yes if isinstance(code, str) else None


def ticked(record: dict, questions: tuple[str, ...], choice: str) -> bool | None:
    """Whether any of these questions has a tick at this answer; None where none of them was answered."""
    known = [bool(c) for c in (record[f"{question}/{choice}"] for question in questions) if not pd.isna(c)]
    return any(known) if known else None
