"""What the national focus groups said, alone and beside the survey. Qualities are symbols with words, never percentages.

A focus group speaks of a model in its country, not of persons: its cells are counts of countries, or a judgement per country. Where
a country had several focus groups, it counts once, as soon as one of them said so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache, partial

import numpy as np
import pandas as pd

from bwise.disclosure import EVIDENCE, POOLED
from bwise.pooling import Pool
from bwise.tables.cells import ALL, Evidence, Table, codes_of, labels, qualities, sector_notes
from bwise.tables.training import MAPPED

RECOGNISED = {"fully": ("●", "fully"), "partly": ("◐", "partly"), "not": ("○", "not"), "dont_know": ("?", "not known")}
AGREE, DIFFER, SURVEY_ONLY, GROUPS_ONLY = "agree", "differ", "survey only", "focus groups only"
OF_SURVEY = ("value", "n", "wises", "countries", "obs_status", "conf_status", EVIDENCE)
VERDICTS = {
    AGREE: ("=", "agree"),
    DIFFER: ("≠", "differ"),
    SURVEY_ONLY: ("S", "only the survey"),
    GROUPS_ONLY: ("F", "only the focus groups"),
}
SURVEY, GROUPS, VERDICT = "survey", "focus groups", "both"
SOURCES = {SURVEY: "Survey", GROUPS: "Focus groups, countries", VERDICT: "Agreement"}
NONE_NAMED = "none named"
HALF = 50.0
"""Per cent of respondents, or of countries, from which a source is taken to say yes."""
MOST = 5
"""Places that count as being among the first, where both sources put items in an order."""
POINTS = {"1": 3, "2": 2, "3": 1}
"""What a first, second and third place of a focus group counts."""


def model_recognition(groups: Pool) -> Table:
    """Which WISE model exists in which country, under which national forms. Population: national focus groups. Unit: a judgement per
    model and focus group (fully, partly, not recognised). Source: roles `recognised` and `national_form`."""
    model, recognised, forms = (groups.questionnaire.one(role) for role in ("model", "recognised", "national_form"))
    names = {c.name: c.labels.get("en", c.name) for c in groups.questionnaire.choices(forms.name).values()}
    rows, symbols = [], dict(RECOGNISED)
    for record in groups.answers.to_dict("records"):
        known = {"country": str(record["country"]), "partner": record["partner"], "model": record[model.name]}
        judged, one = record[recognised.name], record["respondent"]
        told = {q.name: _heard(groups, (q.name,), lambda r, one=one: r["respondent"] == one or None) for q in (recognised, forms)}
        said = {"code": judged if isinstance(judged, str) else "dont_know", EVIDENCE: told[recognised.name]}
        rows.append(known | {"statistic": "recognised"} | said)
        ticked = [c for c in names if not pd.isna(cell := record[f"{forms.name}/{c}"]) and cell]
        code = "; ".join(ticked) or NONE_NAMED
        symbols[code] = ("", "; ".join(names[c] for c in ticked) or NONE_NAMED)
        rows.append(known | {"statistic": "national forms", "code": code, EVIDENCE: told[forms.name]})
    return Table(
        "model_recognition",
        "WISE models recognised by the national focus groups, and their national forms",
        "national focus groups",
        "models that the focus group discussed",
        "judgement",
        "as the focus group said",
        qualities(pd.DataFrame(rows)),
        ("country", "partner"),
        ("model", "statistic"),
        {**codes_of(groups), "model": labels(groups, model)},
        tuple(groups.countries),
        notes=("A further model that a focus group proposed stands under “Another model”.",),
        symbols=symbols,
    )


def models_by_source(pool: Pool, groups: Pool, tables: dict[str, Table]) -> Table | None:
    """WISE models by country, survey and focus group side by side. Survey: share of enablers who name the model, published figures only.
    Focus group: recognised fully or partly. They agree when both find the model, or neither does."""
    survey = {(r["country"], r["model"]): r for r in tables["models"].cells.to_dict("records")}
    recognised, discussed = groups.questionnaire.one("recognised"), groups.questionnaire.one("model").name
    judged = _best(groups, recognised.name, ["fully", "partly", "not"])

    def judges(record: dict, key: tuple[str, str]) -> bool | None:
        return _is(record[recognised.name], ("fully", "partly")) if (record["country"], record[discussed]) == key else None

    rows = []
    for country in dict.fromkeys([*pool.countries, *groups.countries]):
        for model in dict.fromkeys(model for _, model in survey):
            figure, code = survey.get((country, model), {}), judged.get((country, model), "")
            said = None if not code else code != "not"
            heard = _heard(groups, (recognised.name,), partial(judges, key=(country, model)))
            rows += _beside({"country": country, "model": model}, figure, _yes(figure, lambda v: v > 0), np.nan, said, heard, code)
    return _by_source(pool, "models", "WISE models by country: survey and focus groups", rows, ("country",), tables["models"], RECOGNISED)


def sectors_by_source(pool: Pool, groups: Pool, tables: dict[str, Table]) -> Table | None:
    """Sectors by WISE model, side by side. Survey: share active in the sector, pooled. Focus groups: countries whose group calls it a
    main or common sector of the model. They agree on a sector that is among the first five in both, ties included."""
    data = tables["sectors"].cells
    data = data[data["statistic"].eq("active in the sector") & data["average"].eq(POOLED)]
    asked = tuple(groups.questionnaire.one(role).name for role in ("main_sectors", "common_sectors"))
    named = {s: _countries(groups, asked, lambda r, s=s: _ticked(r, asked, s)) for s in dict.fromkeys(data["sector"])}
    rows = []
    for model, part in data[data["model"].ne(ALL)].groupby("model", sort=False):
        said = {s: named[s].get(model, UNHEARD) for s in part["sector"]}
        rows += _first_of_both({"model": model}, "sector", _figures(part, "sector"), {s: (h.yes, h.evidence) for s, h in said.items()})
    table = _by_source(pool, "sectors", "Sectors by WISE model: survey and focus groups", rows, ("sector",), tables["sectors"])
    return replace(table, notes=(*table.notes, *sector_notes(pool, pool.questionnaire.one("sectors")))) if table else None


def support_by_source(pool: Pool, groups: Pool, tables: dict[str, Table]) -> Table | None:
    """Public support by WISE model, side by side. Survey: share of enablers who receive it partly or fully. Focus groups: countries in
    which it reaches the model partly or fully. A source says yes from half of its respondents or countries upwards."""
    data = tables["support"].cells
    data = data[data["breakdown"].eq("model") & data["extent"].isin(["partly", "fully"])]
    keys = ["domain", "instrument", "group"]
    shares = data.groupby(keys, sort=False).agg(
        {"value": lambda s: s.sum(min_count=2), EVIDENCE: "sum"}
        | dict.fromkeys(["n", "wises", "countries", "obs_status", "conf_status"], "first")
    )
    asked = {q.concept: q.name for q in groups.questionnaire.with_role("support")}
    rows = []
    for (domain, instrument, model), figure in shares.to_dict("index").items():
        heard = _countries(groups, (asked[instrument],), lambda r, q=asked[instrument]: _is(r[q], ("partly", "fully")))
        rows += _majorities({"domain": domain, "instrument": instrument, "model": model}, figure, heard.get(model, UNHEARD))
    rows_of = ("domain", "instrument")
    return _by_source(pool, "support", "Public support by WISE model: survey and focus groups", rows, rows_of, tables["support"])


def reserved_contracts_by_source(pool: Pool, groups: Pool, tables: dict[str, Table]) -> Table | None:
    """Reserved contracts by WISE model, side by side. Survey: share of enablers who work under them. Focus groups: countries in which the
    model uses them partly or fully. A source says yes from half upwards."""
    data = tables["reserved_contracts"].cells
    used = _figures(data[data["breakdown"].eq("model") & data["answer"].eq("used")], "group")
    question = groups.questionnaire.one("reserved_used")
    heard = _countries(groups, (question.name,), lambda r: _is(r[question.name], ("partly", "fully")))
    rows = [row for model, figure in used.items() for row in _majorities({"model": model}, figure, heard.get(model, UNHEARD))]
    title = "Work under reserved contracts by WISE model: survey and focus groups"
    return _by_source(pool, "reserved_contracts", title, rows, ("model",), tables["reserved_contracts"])


def profiles_by_source(pool: Pool, groups: Pool, tables: dict[str, Table]) -> Table | None:
    """Occupational profiles to revise and to create, side by side. Survey: share of respondents, pooled. Focus groups: countries that name
    the profile for any model. They agree on a profile that is among the first five in both, ties included."""
    data = tables["profiles"].cells
    data = data[data["average"].eq(POOLED) & data["answer"].ne("none")]
    named = [q.name for q in groups.questionnaire.with_role("profile")]
    asked = tuple(name for q in named for name in (q, f"{q}_kind"))
    rows = []
    for kind, part in data.groupby("measure", sort=False):
        said = {}
        for profile in part["answer"]:
            heard = _heard(groups, asked, lambda r, p=profile, k=kind: any(r[q] == p and r[f"{q}_kind"] == k for q in named))
            said[profile] = (float(len(_countries_of(groups, heard))), heard)
        rows += _first_of_both({"measure": kind}, "answer", _figures(part, "answer"), said)
    title = "Occupational profiles to revise and to create: survey and focus groups"
    table = _by_source(pool, "profiles", title, rows, ("answer",), tables["profiles"])
    return replace(table, notes=(*table.notes, *(n for n in tables["profiles"].notes if n == MAPPED))) if table else None


def priorities_by_source(pool: Pool, groups: Pool, tables: dict[str, Table]) -> Table | None:
    """Digital and green skills needed by worker group, side by side. Survey: share with a critical gap. Focus groups: points, three for a
    first place, two for a second, one for a third, over all models and groups, now. They agree on skills among the first five in both."""
    skills = _skills(groups)
    data = tables["priorities"].cells
    data = data[data["statistic"].eq("critical gap") & data["worker_group"].ne(ALL)]
    rows = []
    for group, part in data.groupby("worker_group", sort=False):
        survey = {skill: figure for skill, figure in _figures(part, "skill").items() if skill in skills.values()}
        asked = tuple(q.name for q in groups.questionnaire.with_role("priority", "now") if q.subject == group)
        said = {}
        for skill in survey:
            heard = _heard(groups, asked, lambda r, s=skill, a=asked: sum(POINTS[q.rsplit("_", 1)[1]] for q in a if skills.get(r[q]) == s))
            said[skill] = (heard[0].values().sum(), heard)
        rows += _first_of_both({"worker_group": group}, "skill", survey, said)
    title = "Digital and green skills needed: survey and focus groups"
    table = _by_source(pool, "priorities", title, rows, ("worker_group", "skill"), tables["priorities"])
    names = SOURCES | {SURVEY: "Survey, critical gap %", GROUPS: "Focus groups, points"}
    return replace(table, codes=table.codes | {"source": names}) if table else None


BESIDE = (models_by_source, sectors_by_source, support_by_source, reserved_contracts_by_source, profiles_by_source, priorities_by_source)
"""Tables in which both sources stand side by side."""


# ------------------------------------------------------------------ what focus groups say, by country


Says = Callable[[dict], float | None]
"""What a record says: yes (1) or no (0), or points; None where it says nothing."""


@dataclass(frozen=True)
class Heard:
    """Countries whose focus groups say yes, countries that say anything, and the records behind it."""

    yes: float = np.nan
    of: int = 0
    evidence: tuple[Evidence, ...] = ()


UNHEARD = Heard()


def _heard(groups: Pool, questions: tuple[str, ...], says: Says) -> tuple[Evidence]:
    """What each record says that says anything, as evidence."""
    said = {i: says(record) for i, record in zip(groups.answers.index, _records(groups), strict=True)}
    values = pd.Series({i: float(s) for i, s in said.items() if s is not None}, dtype="float64")
    return (Evidence(groups, questions, lambda: values, (groups.questionnaire.one("model").name,)),)


@lru_cache(maxsize=1)
def _records(groups: Pool) -> list[dict]:
    return groups.answers.to_dict("records")


def _countries_of(groups: Pool, heard: tuple[Evidence]) -> set[str]:
    """Countries in which at least one record says yes."""
    values = heard[0].values()
    return set(groups.answers.loc[values.index[values > 0], "country"])


def _countries(groups: Pool, questions: tuple[str, ...], says: Says) -> dict[str, Heard]:
    """Model -> the countries that say so, and those that say anything of it."""
    model = groups.questionnaire.one("model").name
    found = {}
    for code in dict.fromkeys(groups.answers[model]):
        heard = _heard(groups, questions, lambda record, m=code: says(record) if record[model] == m else None)
        of = groups.answers.loc[heard[0].values().index, "country"].nunique()
        if of:
            found[code] = Heard(float(len(_countries_of(groups, heard))), of, heard)
    return found


def _skills(groups: Pool) -> dict[str, str]:
    """Code of a skill in the focus groups' list -> the concept under which the survey asks for it."""
    asked = groups.questionnaire.with_role("priority")
    return {c.name: c.concept for q in asked[:1] for c in groups.questionnaire.choices(q.name).values() if c.concept}


def _best(groups: Pool, question: str, order: list[str]) -> dict[tuple[str, str], str]:
    """(country, model) -> the answer that comes first in the order, of all focus groups of the country."""
    model = groups.questionnaire.one("model").name
    found: dict[tuple[str, str], str] = {}
    for record in groups.answers.to_dict("records"):
        key, code = (str(record["country"]), record[model]), record[question]
        if code in order and (key not in found or order.index(code) < order.index(found[key])):
            found[key] = code
    return found


def _is(code: object, yes: tuple[str, ...]) -> bool | None:
    return code in yes if isinstance(code, str) else None


def _ticked(record: dict, questions: tuple[str, ...], choice: str) -> bool | None:
    cells = [record[f"{question}/{choice}"] for question in questions]
    known = [bool(c) for c in cells if not pd.isna(c)]
    return any(known) if known else None


# ------------------------------------------------------------------ side by side


def _verdict(survey: bool | None, groups: bool | None) -> str:
    if survey is None or groups is None:
        return SURVEY_ONLY if groups is None else GROUPS_ONLY
    return AGREE if survey == groups else DIFFER


def _figures(data: pd.DataFrame, item: str) -> dict[str, dict]:
    """Item -> the survey's published figure, with the persons behind it and its flags."""
    return {row[item]: row for row in data.to_dict("records")}


def _yes(figure: dict, says: Callable[[float], bool]) -> bool | None:
    """What a published figure says; nothing where it is withheld."""
    value = figure.get("value", np.nan)
    return None if pd.isna(value) else says(value)


def _beside(
    known: dict, figure: dict, survey: bool | None, count: float, groups: bool | None, heard: tuple[Evidence, ...], code: str = ""
) -> list[dict]:
    """Three cells: what the survey says, what the focus groups say, and whether they agree; none where neither says anything."""
    if survey is None and groups is None:
        return []
    return [
        known | {"source": SURVEY, "code": ""} | {k: figure[k] for k in OF_SURVEY if k in figure},
        known | {"source": GROUPS, "value": count, "code": code, EVIDENCE: heard},
        known | {"source": VERDICT, "value": np.nan, "code": _verdict(survey, groups), EVIDENCE: (*figure.get(EVIDENCE, ()), *heard)},
    ]


def _majorities(known: dict, figure: dict, heard: Heard) -> list[dict]:
    """Both sources say yes or no by the half of those they heard; sums of shares are rounded where computers add too little."""
    groups = 100 * heard.yes / heard.of >= HALF if heard.of else None
    return _beside(known, figure, _yes(figure, lambda share: round(share, 9) >= HALF), heard.yes, groups, heard.evidence)


def _first_of_both(known: dict, item: str, figures: dict[str, dict], heard: dict[str, tuple[float, tuple[Evidence, ...]]]) -> list[dict]:
    """Items among the first of either source; one that a source did not rank at all is told by the other only.

    `heard`: item -> what focus groups gave it, and the records behind that.
    """
    survey = pd.Series({code: figure["value"] for code, figure in figures.items()}, dtype="float64")
    said = pd.Series({code: given for code, (given, _) in heard.items()}, dtype="float64")
    first = {name: s[s.gt(0) & s.rank(method="min", ascending=False).le(MOST)].index for name, s in ((SURVEY, survey), (GROUPS, said))}
    rows = []
    for code in survey.index:
        if code in first[SURVEY] or code in first[GROUPS]:
            told = [None if pd.isna(s[code]) else code in first[n] for n, s in ((SURVEY, survey), (GROUPS, said))]
            rows += _beside(known | {item: code}, figures[code], told[0], said[code], told[1], heard[code][1])
    return rows


def _by_source(
    pool: Pool, id_: str, title: str, rows: list[dict], down: tuple[str, ...], survey: Table, symbols: dict | None = None
) -> Table | None:
    if not rows:
        return None
    frame = pd.DataFrame(rows)
    across = tuple(c for c in frame.columns if c not in (*down, "source", "code", *OF_SURVEY))
    return Table(
        f"{id_}_by_source",
        title,
        f"survey: {survey.population}; focus groups: countries",
        f"survey: {survey.base}; focus groups: countries whose group spoke of it",
        "survey: %; focus groups: countries or judgement",
        "see the notes",
        qualities(frame.assign(statistic=frame["source"])),
        down,
        (*across, "source"),
        {**survey.codes, **codes_of(pool), "source": SOURCES, "model": labels(pool, pool.questionnaire.one("model"))},
        survey.countries,
        1,
        (
            f"A source says yes from {HALF:g} % of its respondents or countries upwards; in lists, an item counts that is among the first "
            f"{MOST} of its source, ties included. Survey figures that are withheld count as not known.",
        ),
        {**VERDICTS, **(symbols or {})},
        {GROUPS: 0},
    )
