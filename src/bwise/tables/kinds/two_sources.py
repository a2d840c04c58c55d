"""What the survey publishes and what focus groups said, side by side, and whether they agree.

Survey: published figures of another table only; one that is withheld is not known. Focus groups: countries whose group says so, points,
or a judgement. What a group says decides how they agree: a judgement, where both find the model or neither does; an answer, where
both say yes or both no, from half of their respondents or countries upwards; ticks, names and places, where an item is among the
first five of both, ties included. No agreement rate is computed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
import pandas as pd
from pydantic import Field

from bwise.ledger import EVIDENCE, Evidence
from bwise.pooling import Pool
from bwise.tables.cells import Plan, Sources, Table, codes_of, described, group_labels, labels, qualities
from bwise.tables.descriptions import Description as Common
from bwise.tables.descriptions import Names
from bwise.tables.focus_groups import (
    RECOGNISED,
    UNHEARD,
    Heard,
    answer_is,
    by_model,
    countries_that_say,
    heard,
    said_by,
    ticked,
)

OF_SURVEY = ("value", "n", "wises", "countries", "obs_status", "conf_status", EVIDENCE)
AGREE, DIFFER, SURVEY_ONLY, GROUPS_ONLY = "agree", "differ", "survey only", "focus groups only"
VERDICTS = {
    AGREE: ("=", "agree"),
    DIFFER: ("≠", "differ"),
    SURVEY_ONLY: ("S", "only the survey"),
    GROUPS_ONLY: ("F", "only the focus groups"),
}
SURVEY, GROUPS, VERDICT = "survey", "focus groups", "both"
SOURCES = {SURVEY: "Survey", GROUPS: "Focus groups, countries", VERDICT: "Agreement"}
HALF = 50.0
"""Per cent of respondents, or of countries, from which a source is taken to say yes."""
MOST = 5
"""Places that count as being among the first, where both sources put items in an order."""
POINTS = {"1": 3, "2": 2, "3": 1}
"""What a first, second and third place of a focus group counts."""

RULES = (
    f"A source says yes from {HALF:g} % of its respondents or countries upwards; in lists, an item counts that is among the first "
    f"{MOST} of its source, ties included. Survey figures that are withheld count as not known."
)


class Description(Common):
    """
    Attributes:
        survey: the table whose published figures are compared, as far as they have the values of `where` and none of `without`.
        role, measure: of the questions of the focus groups' form.
        says: how a focus group says yes: `judgement` (one answer per country and model, shown as it is), `answer` (one of `yes`, per
            model), `tick` (of an answer, per model), `named` (a profile in one of its places) or `places` (three points for a first).
        part: the dimension of the survey's table whose parts are compared one by one, and what it is called here.
        added: a dimension of the survey's table over whose values figures are added up.
        rows: dimensions down; all others stand across.
        sources: what the columns are called, where not as usual.
    """

    population: str = "survey: {population}; focus groups: countries"
    base: str = "survey: {base}; focus groups: countries whose group spoke of it"
    unit: str = "survey: %; focus groups: countries or judgement"
    formula: str = "see the notes"
    decimals_of: dict[str, int] = Field(default={"focus groups": 0})
    survey: str
    where: dict[str, Names] = Field(default={})
    without: dict[str, Names] = Field(default={})
    role: Names
    measure: str = ""
    says: Literal["judgement", "answer", "tick", "named", "places"]
    yes: Names = Field(default=[])
    part: str = ""
    called: str = ""
    added: str = ""
    rows: Names
    sources: dict[str, str] = Field(default={})


def made(sources: Sources, about: Description) -> Table | None:
    table = sources.tables.get(about.survey)
    if sources.groups is None or table is None:
        return None
    data = _compared(table, about)
    rows = COMPARED[about.says](sources.pool, sources.groups, about, data)
    if not rows:
        return None
    return _table(sources.pool, about, table, rows)


def _compared(table: Table, about: Description) -> pd.DataFrame:
    """The survey's figures that are compared."""
    data = table.cells
    for dimension, values in about.where.items():
        data = data[data[dimension].isin(values)]
    for dimension, values in about.without.items():
        data = data[~data[dimension].isin(values)]
    if about.added:
        keys = [d for d in (*table.rows, *table.columns) if d != about.added]
        how = {"value": lambda s: s.sum(min_count=2), EVIDENCE: "sum"}
        how |= dict.fromkeys(["n", "wises", "countries", "obs_status", "conf_status"], "first")
        data = data.groupby(keys, sort=False, as_index=False).agg(how)
    return data.rename(columns={about.part: about.called} if about.called else {})


# ------------------------------------------------------------------ what focus groups say, in the ways there are


def _judgements(pool: Pool, groups: Pool, about: Description, data: pd.DataFrame) -> list[dict]:
    """Country and model: the best judgement of the country's groups."""
    (role,) = about.role
    judged, model = groups.questionnaire.one(role).name, groups.questionnaire.one("model").name
    survey = {(r["country"], r["model"]): r for r in data.to_dict("records")}
    best = _best(groups, judged, model, list(RECOGNISED))
    said = said_by(groups, lambda record: answer_is(record[judged], about.yes))
    of_country, of_model = groups.answers["country"].astype("str"), groups.answers[model]
    rows = []
    for country in dict.fromkeys([*pool.countries, *groups.countries]):
        for code in dict.fromkeys(m for _, m in survey):
            here = (of_country.eq(country) & of_model.eq(code)).to_numpy()
            figure, answer = survey.get((country, code), {}), best.get((country, code), "")
            behind = heard(groups, (judged,), np.where(here, said, np.nan))
            told = answer_is(answer or None, about.yes)
            rows += _beside({"country": country, "model": code}, figure, _yes(figure, lambda v: v > 0), np.nan, told, behind, answer)
    return rows


def _best(groups: Pool, question: str, model: str, order: list[str]) -> dict[tuple[str, str], str]:
    """(country, model) -> the answer that comes first in the order, of all focus groups of the country."""
    known = order[:-1]  # the last one says that it is not known
    found: dict[tuple[str, str], str] = {}
    for record in groups.records:
        key, code = (str(record["country"]), record[model]), record[question]
        if code in known and (key not in found or known.index(code) < known.index(found[key])):
            found[key] = code
    return found


def _answers(pool: Pool, groups: Pool, about: Description, data: pd.DataFrame) -> list[dict]:
    """Countries in which the model is said to be reached; where the survey has items, by the question on the same concept."""
    questions = [q for role in about.role for q in groups.questionnaire.with_role(role)]
    asked = {q.concept if about.item else "": q.name for q in questions}
    said = {item: by_model(groups, (name,), lambda r, q=name: answer_is(r[q], about.yes)) for item, name in asked.items()}
    rows = []
    for figure in data.to_dict("records"):
        known = {d: figure[d] for d in (*(r for r in about.rows if r != about.called), about.called)}
        told = said.get(figure[about.item] if about.item else "", {}).get(figure[about.called], UNHEARD)
        rows += _majorities(known, figure, told)
    return rows


def _ticks(pool: Pool, groups: Pool, about: Description, data: pd.DataFrame) -> list[dict]:
    """Countries whose group ticks the item for the model, in any of the questions."""
    asked = tuple(groups.questionnaire.one(role).name for role in about.role)
    named = {i: by_model(groups, asked, lambda r, i=i: ticked(r, asked, i)) for i in dict.fromkeys(data[about.item])}
    rows = []
    for part, figures in data.groupby(about.part, sort=False):
        said = {i: named[i].get(part, UNHEARD) for i in figures[about.item]}
        heard_of = {i: (told.yes, told.evidence) for i, told in said.items()}
        rows += _first_of_both({about.part: part}, about.item, _by_item(figures, about.item), heard_of)
    return rows


def _named(pool: Pool, groups: Pool, about: Description, data: pd.DataFrame) -> list[dict]:
    """Countries that name the item for any model, in any of its places, each with a question on what is to be done (`…_kind`)."""
    named = [q.name for role in about.role for q in groups.questionnaire.with_role(role)]
    asked = tuple(name for q in named for name in (q, f"{q}_kind"))
    rows = []
    for kind, part in data.groupby(about.part, sort=False):
        said = {}
        for item in part[about.item]:
            told = said_by(groups, lambda r, i=item, k=kind: any(r[q] == i and r[f"{q}_kind"] == k for q in named))
            behind = heard(groups, asked, told)
            said[item] = (float(len(countries_that_say(groups, behind))), behind)
        rows += _first_of_both({about.part: kind}, about.item, _by_item(part, about.item), said)
    return rows


def _places(pool: Pool, groups: Pool, about: Description, data: pd.DataFrame) -> list[dict]:
    """Points over all models and groups: three for a first place, two for a second, one for a third."""
    (role,) = about.role
    questions = groups.questionnaire.with_role(role, about.measure)
    listed = groups.questionnaire.choices(questions[0].name).values() if questions else ()
    concepts = {c.name: c.concept for c in listed if c.concept}
    rows = []
    for part, figures in data.groupby(about.part, sort=False):
        survey = {item: figure for item, figure in _by_item(figures, about.item).items() if item in concepts.values()}
        asked = tuple(q.name for q in questions if q.subject == part)
        said = {}
        for item in survey:
            told = said_by(groups, lambda r, i=item, a=asked: sum(POINTS[q.rsplit("_", 1)[1]] for q in a if concepts.get(r[q]) == i))
            behind = heard(groups, asked, told)
            said[item] = (behind[0].values().sum(), behind)
        rows += _first_of_both({about.part: part}, about.item, survey, said)
    return rows


COMPARED = {"judgement": _judgements, "answer": _answers, "tick": _ticks, "named": _named, "places": _places}


# ------------------------------------------------------------------ side by side


def _verdict(survey: bool | None, groups: bool | None) -> str:
    if survey is None or groups is None:
        return SURVEY_ONLY if groups is None else GROUPS_ONLY
    return AGREE if survey == groups else DIFFER


def _by_item(data: pd.DataFrame, item: str) -> dict[str, dict]:
    """Item -> the survey's published figure, with the persons behind it and its flags."""
    return {row[item]: row for row in data.to_dict("records")}


def _yes(figure: dict, says: Callable[[float], bool]) -> bool | None:
    """What a published figure says; nothing where it is withheld."""
    value = figure.get("value", np.nan)
    return None if pd.isna(value) else says(value)


def _beside(
    known: dict, figure: dict, survey: bool | None, count: float, groups: bool | None, behind: tuple[Evidence, ...], code: str = ""
) -> list[dict]:
    """Three cells: what the survey says, what the focus groups say, and whether they agree; none where neither says anything."""
    if survey is None and groups is None:
        return []
    return [
        known | {"source": SURVEY, "code": ""} | {k: figure[k] for k in OF_SURVEY if k in figure},
        known | {"source": GROUPS, "value": count, "code": code, EVIDENCE: behind},
        known | {"source": VERDICT, "value": np.nan, "code": _verdict(survey, groups), EVIDENCE: (*figure.get(EVIDENCE, ()), *behind)},
    ]


def _majorities(known: dict, figure: dict, said: Heard) -> list[dict]:
    """Both sources say yes or no by the half of those they heard; sums of shares are rounded where computers add too little."""
    groups = 100 * said.yes / said.of >= HALF if said.of else None
    return _beside(known, figure, _yes(figure, lambda share: round(share, 9) >= HALF), said.yes, groups, said.evidence)


def _first_of_both(known: dict, item: str, figures: dict[str, dict], said: dict[str, tuple[float, tuple[Evidence, ...]]]) -> list[dict]:
    """Items among the first of either source; one that a source did not rank at all is told by the other only.

    `said`: item -> what focus groups gave it, and the records behind that.
    """
    given = {
        SURVEY: pd.Series({code: figure["value"] for code, figure in figures.items()}, dtype="float64"),
        GROUPS: pd.Series({code: number for code, (number, _) in said.items()}, dtype="float64"),
    }
    first = {name: s[s.gt(0) & s.rank(method="min", ascending=False).le(MOST)].index for name, s in given.items()}
    rows = []
    for code in figures:
        if code in first[SURVEY] or code in first[GROUPS]:
            told = [None if pd.isna(s[code]) else code in first[name] for name, s in given.items()]
            rows += _beside(known | {item: code}, figures[code], told[0], said[code][0], told[1], said[code][1])
    return rows


def _table(pool: Pool, about: Description, survey: Table, rows: list[dict]) -> Table:
    frame = pd.DataFrame(rows)
    across = tuple(c for c in frame.columns if c not in (*about.rows, "source", "code", *OF_SURVEY))
    names = SOURCES | about.sources
    model = pool.questionnaire.one("model")
    models = labels(pool, model) | group_labels(pool, model)  # one by one, and those that the survey's table has together
    codes = {**survey.codes, **codes_of(pool), "source": names, "model": models}
    words = {"population": survey.population, "base": survey.base}
    plan = Plan((), tuple(about.rows), (*across, "source"), codes, survey.countries, words, (RULES,), survey.on_codes)
    symbols = VERDICTS | (RECOGNISED if about.says == "judgement" else {})
    return described(about, qualities(frame.assign(statistic=frame["source"])), plan, symbols)
