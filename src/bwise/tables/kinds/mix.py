"""Shares that each respondent gives of a whole, which should sum to 100: mean and median of each.

Base: respondents who gave a complete split; one that is off 100 by more than the tolerance is refused, rescaled or kept, as params say.
A part left empty is none of the whole, an empty split no answer. Unit: per cent of the whole.
"""

from __future__ import annotations

import numpy as np

from bwise.ledger import MEAN, MEDIAN, Items, Ledger
from bwise.tables.cells import Plan, across, across_codes
from bwise.tables.descriptions import OfQuestions

DONE = {"refuse": "left out", "rescale": "rescaled to 100", "keep": "kept as given"}


class Description(OfQuestions):
    """Questions with the role are the parts of the whole."""


def plan(ledger: Ledger, about: Description) -> Plan | None:
    pool = ledger.pool
    asked = pool.questionnaire
    questions = [asked[name] for name in about.questions] or asked.with_role(about.role)
    if not questions:
        return None
    names, settings = [q.name for q in questions], pool.settings
    countries = tuple(pool.comparable(*names))
    compared = pool.answers["country"].isin(countries).to_numpy()
    parts = np.where(compared[:, None], pool.answers[names].astype("float64").to_numpy(), np.nan)
    answered = ~np.isnan(parts).all(axis=1)
    splits = np.nan_to_num(parts)
    total = splits.sum(axis=1)
    off = answered & (np.abs(total - 100).round(9) > settings.income_tolerance)
    complete = answered
    if settings.income_rule == "refuse":
        complete = answered & ~off
    elif settings.income_rule == "rescale":
        complete = answered & ~(off & (total <= 0))
        splits = np.where(off[:, None], splits / np.where(total > 0, total, 1)[:, None] * 100, splits)
    base = ledger.base(complete, names, countries)
    labels = tuple((name,) for name in names)
    items = (
        Items(
            base,
            np.where(base.who[:, None], splits, 0),
            (about.item,),
            labels,
            (tuple(names),) * len(names),
            spans=((0, 100),) * len(names),
        ),
    )
    note = f"Shares of {off.sum()} of {answered.sum()} respondents are off 100 by more than {settings.income_tolerance:g}: "
    made = [part for how in (MEAN, MEDIAN) for part in across(ledger, items, about.breakdowns, how, statistic=how)]
    codes = {**across_codes(ledger, about.breakdowns), about.item: {q.name: q.label() for q in questions}}
    columns = ("statistic", "breakdown", "group", "average")
    return Plan(tuple(made), (about.item,), columns, codes, countries, notes=(f"{note}{DONE[settings.income_rule]}.",))
