"""What an attacker reads in `reports/tables/*.csv`: every published figure as a sum over people whose answers he does not know.

Written apart from the program that publishes: it knows the questionnaire and what the tables say of themselves (base, formula), not the
ledger. Who is behind a figure is told by the simulated people, only so that the judge can count persons and enterprises; a figure that
these people do not give is no reading, and is reported.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import pandas as pd
from ruamel.yaml import YAML

SELF, ALL, MEAN = "self", "all", "mean of countries"
SHARE_TABLES = {
    "barriers": "barriers",
    "contracts": "contracts",
    "pathways": "pathway",
    "remuneration": "remuneration",
    "training_funding": "training_funding",
    "reserved_contracts": "reserved_contracts",
}
"""Table -> the role of its question."""
GROUPED_BY = {"model": "model", "size": "staff", "age": "founded"}
"""Breakdown -> the role of its question."""
STATISTICS = {
    "relevance": {"relevance": 1},
    "endowment": {"endowment": 1},
    "future": {"future": 1},
    "gap": {"relevance": 1, "endowment": -1},
    "future gap": {"future": 1, "endowment": -1},
    "today": {"relevance": 1},
    "in future": {"future": 1},
    "change": {"future": 1, "relevance": -1},
}
"""Statistic -> the ratings it adds up."""
VALIDATED = ("models_validated", "models_validated_by_country")
NAMED_SUGGESTED = "named, suggested"
"""A pair of answers: the model that a person named, and the one that the rules suggest for her."""
UNTOLD, AS_NAMED = "not told", "as named"
RULES = Path(__file__).parents[2] / "params" / "model_rules.yaml"


@dataclass(frozen=True)
class Row:
    """A published figure: `value` = sum over people and columns of `people` x `columns` x answers.

    `people`: what each person counts for, as person, numerator, denominator; `adds`: what each of them truly adds, for who knows it.
    `hidden`: the figure is not shown, and a target. `rounded`: by how much the value may differ, where it is rounded.
    """

    family: tuple
    people: tuple[tuple[int, int, int], ...]
    adds: tuple[float, ...]
    columns: tuple[tuple[str, float], ...]
    total: float
    span: tuple[float, float]
    where: str
    hidden: bool = False
    rounded: float = 0.0


@dataclass
class People:
    """The simulated people: who they are, and what they answered."""

    answers: pd.DataFrame
    questionnaire: object
    settings: object
    flagged: frozenset[str] = frozenset()
    rules: Path = RULES

    def __post_init__(self):
        self.answers = self.answers.reset_index(drop=True)
        self.country = self.answers["country"].astype(str).to_numpy()
        self.partner = self.answers["partner"].astype(str).to_numpy()
        self.wise = self.answers["wise"].astype(str).to_numpy()
        self.points, self.ticked, self.of_wise = (cache(f) for f in (self._points, self._ticked, self._of_wise))

    @cached_property
    def group(self) -> np.ndarray:
        return self.answers[self.questionnaire.one("group").name].astype(str).to_numpy()

    @cached_property
    def measured(self) -> dict[tuple[str, str, str], dict[str, object]]:
        """(role, concept, subject) -> measure -> question."""
        found = defaultdict(dict)
        for role in ("skill", "technology"):
            for question in self.questionnaire.with_role(role):
                found[role, question.concept, question.subject or SELF][question.measure] = question
        return found

    @cached_property
    def models(self) -> dict[str, str]:
        """Each model that can be named -> the group of models in which the tables show it."""
        question = self.questionnaire.one("model").name
        joined = {m: "_or_".join(some) for some in self.settings.together.get(question, ()) for m in some}
        return {m: joined.get(m, m) for m in self._ticked(question)}

    @cached_property
    def suggested(self) -> np.ndarray:
        """The group of models that the rules suggest for each person: the first rule that holds, none where an answer is missing."""
        stated = YAML(typ="safe").load(self.rules)
        return np.array([self._suggested(stated, person) for person in self.answers.to_dict("records")], dtype=object)

    def _suggested(self, stated: dict, person: dict) -> str:
        met = [[self._met(told, person) for told in rule["where"]] for rule in stated["rules"]]
        if any(None in of_rule for of_rule in met):
            return UNTOLD
        holding = (rule["suggests"] for rule, of_rule in zip(stated["rules"], met, strict=True) if all(of_rule))
        return self.models[next(holding, stated["otherwise"])]

    def _met(self, condition: dict, person: dict) -> bool | None:
        """Whether a condition of a rule holds of a person; None where she did not answer."""
        told = [person[name] for name in _listed(condition["question"])]
        if any(pd.isna(answer) for answer in told):
            return None
        if "any_of" in condition:
            missing = self.questionnaire.choices(condition["question"])[told[0]].missing
            return None if missing else told[0] in _listed(condition["any_of"])
        return condition.get("at_least", -np.inf) <= sum(map(float, told)) < condition.get("below", np.inf)

    def _points(self, name: str) -> np.ndarray:
        """Points of a scale, nan where there are none."""
        scale = self.questionnaire.scale(name)
        return self.answers[name].astype("object").map(scale).astype("float64").to_numpy()

    def _ticked(self, name: str) -> dict[str, np.ndarray]:
        """Choice -> 1, 0, or nan for who did not answer; choices such as "don't know" are no answers."""
        question, choices = self.questionnaire[name], self.questionnaire.choices(name)
        real = [c for c in choices if not choices[c].missing]
        if question.kind == "select_multiple":
            cells = {c: self.answers[f"{question.name}/{c}"].astype("object") for c in real}
            return {c: told.map({True: 1.0, False: 0.0}).to_numpy(dtype=float) for c, told in cells.items()}
        told = self.answers[question.name].astype("object")
        answered = told.isin(real).to_numpy()
        return {c: np.where(answered, told.eq(c).to_numpy(dtype=float), np.nan) for c in real}

    def _of_wise(self, role: str) -> np.ndarray:
        """What was answered for each person's enterprise; None where nobody answered or people disagree."""
        told = self.answers[self.questionnaire.one(role).name].astype("object")
        known = defaultdict(set)
        for wise, answer in zip(self.wise, told, strict=True):
            if not pd.isna(answer) and wise not in ("", "nan"):
                known[wise].add(answer)
        return np.array([next(iter(known[w])) if len(known[w]) == 1 else None for w in self.wise], dtype=object)

    def in_group(self, breakdown: str, group: str) -> list[np.ndarray]:
        """Who belongs to a group, in each way in which the tables could mean it."""
        if breakdown in ("all", "") or group == ALL:
            return [np.ones(len(self.answers), dtype=bool)]
        if breakdown == "country_group":
            return [np.isin(self.country, self.settings.country_groups[group])]
        told = group.removesuffix("_or_not_known")
        known = [self.of_wise(GROUPED_BY[breakdown])]
        if breakdown == "model":
            question = self.questionnaire.one("model").name
            joined = {"_or_".join(answers): answers for answers in self.settings.together.get(question, ())}
            known.append(self.answers[question].astype("object").to_numpy())
            inside = [np.isin(values.astype(str), joined.get(told, [told])) for values in known]
        else:
            number = np.array([np.nan if v is None else float(v) for v in known[0]])
            number = self.settings.reference_year - number if breakdown == "age" else number
            low, _, high = told.rstrip("+").partition("-")
            inside = [(number >= float(low)) & (number <= (float(high) if high else np.inf))]
        return [here | pd.isna(values) if group != told else here for here, values in zip(inside, known, strict=True)]


def _listed(one_or_more: str | list[str]) -> list[str]:
    return [one_or_more] if isinstance(one_or_more, str) else one_or_more


@dataclass
class Reading:
    """Everything read from one folder of tables: rows to combine, and figures nobody could be found for."""

    rows: dict[tuple, list[Row]] = field(default_factory=lambda: defaultdict(list))
    unread: list[str] = field(default_factory=list)


def read_tables(folder: Path, people: People) -> Reading:
    """Every figure of the tables that rests on what people answered (medians are no sums, and left aside)."""
    found = Reading()
    tables = {}
    for path in sorted(folder.glob("*.csv")):
        with open(path, encoding="utf-8-sig", newline="") as file:
            tables[path.stem] = [line for line in csv.DictReader(file) if line["value"] or line["conf_status"] == "C"]
    for name, lines in tables.items():
        read = [(line, list(_meanings(name, line, people))) for line in lines if line["statistic"] != "median"]
        read += _without_flagged(lines, tables, people) if name == "robustness" else []
        behind = _countries_behind(read, people)
        for line, options in read:
            where = ", ".join(v for k, v in line.items() if k in NAMING and v)
            for family in dict.fromkeys(option.family for option in options):
                in_it = (option for option in options if option.family == family)
                row = next((r for o in in_it if (r := _row(o, line, people, where, behind))), None)
                if row is not None:
                    found.rows[family].append(row)
                else:
                    found.unread.append(where)
    return found


def _without_flagged(lines: list[dict], tables: dict[str, list[dict]], people: People) -> list[tuple[dict, list[_Meaning]]]:
    """Each figure again without flagged respondents; which figure it is, is told by the one of all respondents above it."""
    kept, found = ~people.answers["respondent"].isin(people.flagged).to_numpy(), []
    for above, line in pairwise(lines):
        if line["respondents"] != "without flagged" or line["statistic"] == "median":
            continue
        table = above["of_table"]
        same = [t for t in tables[table] if all(t[k] == above[k] for k in ("statistic", "value", "n")) and above["item"] in t.values()]
        found.append((line, [replace(m, who=m.who & kept) for t in same for m in _meanings(table, t, people)]))
    return found


NAMING = ("table", "skill", "worker_group", "answered_by", "answer", "sector", "model", "instrument", "extent", "technology", "source")
NAMING += ("named", "suggested", "of_table", "part", "item", "respondents", "subject", "measure", "breakdown", "group")
NAMING += ("average", "country", "statistic")


@dataclass(frozen=True)
class _Meaning:
    family: tuple
    who: np.ndarray  # everybody the figure is about
    answered: np.ndarray  # of them, those who gave the answers it needs
    columns: dict[str, float]
    values: np.ndarray
    scale: float
    span: tuple[float, float]
    part: np.ndarray | None = None  # of the base, those it is a share of, where nobody knows who they are

    @property
    def base(self) -> np.ndarray:
        return self.who & self.answered

    def key(self, line: dict) -> tuple:
        """Of the base: the same for all figures whose people are the same."""
        return self.family, line.get("breakdown", ""), self.base.tobytes()


def _meanings(table: str, line: dict, people: People) -> Iterator[_Meaning]:
    """In which ways a line of this table can be read; the people tell which one it is."""
    if table.startswith(("skills", "ratings_")) or table in ("technology", "priorities"):
        if "skill" in line or "technology" in line:
            yield from _ratings(table, line, people)
    elif table == "income":
        yield from _income(line, people)
    elif table in VALIDATED:
        yield from _validated(line, people)
    else:
        for question, choice in _asked(table, line, people):
            ticked = people.ticked(question.name)
            group = line.get("model", "") if table == "sectors" else line.get("group", "")
            for who in people.in_group("model" if table == "sectors" else line.get("breakdown", ""), group):
                columns = {f"{question.name}={choice}": 1.0}
                yield _Meaning((question.name,), who, ~np.isnan(ticked[choice]), columns, ticked[choice], 100.0, (0, 100))
                if table == "models" and people.rules.is_file():
                    pairs = [(choice, suggested) for suggested in _suggestions(people)]
                    yield _of_pairs(pairs, who, people)


def _asked(table: str, line: dict, people: People) -> Iterator[tuple]:
    known = people.questionnaire
    if table == "models":
        yield known.one("model"), line["model"]
    elif table == "sectors":
        yield known.one("sectors" if line["statistic"].startswith("active") else "main_sector"), line["sector"]
    elif table == "support":
        yield from ((q, line["extent"]) for q in known.with_role("support", "extent") if q.concept == line["instrument"])
    elif table in ("measures", "profiles"):
        key = "subject" if table == "measures" else "measure"
        yield from ((q, line["answer"]) for q in known.with_role(table) if getattr(q, key) == line[key])
    elif table in SHARE_TABLES:
        yield known.one(SHARE_TABLES[table]), line["answer"]


def _suggestions(people: People) -> list[str]:
    return [*dict.fromkeys(people.models.values()), UNTOLD]


def pairs_of_models(people: People) -> int:
    """How many pairs of a named and a suggested model there can be."""
    return len(people.models) * len(_suggestions(people))


def _validated(line: dict, people: People) -> Iterator[_Meaning]:
    """As pairs of what was named and what is suggested, which bind these tables to the one of models; and as what is suggested for people
    of whom the attacker knows what they named.
    """
    everybody, named, suggested = np.ones(len(people.answers), dtype=bool), line.get("named", ALL), line["suggested"]
    inside = [m for m, group in people.models.items() if named in (ALL, group)]
    pairs = [(m, s) for m in inside for s in _suggestions(people) if s == (people.models[m] if suggested == AS_NAMED else suggested)]
    ticked = people.ticked(people.questionnaire.one("model").name)
    those = np.nansum([ticked[m] for m in inside], axis=0) > 0
    if named == ALL:
        yield _of_pairs(pairs, everybody, people)
    elif line["value"]:
        yield replace(_of_pairs(pairs, everybody, people), part=those)
    if named == ALL and suggested == AS_NAMED:
        return
    code = named if suggested == AS_NAMED else suggested
    values = (people.suggested == code).astype(float)
    yield _Meaning(("suggested",), those, everybody, {f"suggested={code}": 1.0}, values, 100.0, (0, 100))


def _of_pairs(pairs: list[tuple[str, str]], who: np.ndarray, people: People) -> _Meaning:
    """Who named the one and is suggested the other; the base is who named any model."""
    ticked = people.ticked(people.questionnaire.one("model").name)
    values = sum(ticked[m] * (people.suggested == s) for m, s in pairs)
    columns = {f"{NAMED_SUGGESTED}={m}, {s}": 1.0 for m, s in pairs}
    return _Meaning(("model", "suggested"), who, ~np.isnan(next(iter(ticked.values()))), columns, values, 100.0, (0, 100))


def _ratings(table: str, line: dict, people: People) -> Iterator[_Meaning]:
    role, concept = ("technology", line["technology"]) if table == "technology" else ("skill", line["skill"])
    answered_by, worker_group = line.get("answered_by", SELF) or SELF, line.get("worker_group", ALL)
    subject = SELF if answered_by == SELF else worker_group
    questions = people.measured.get((role, concept, subject)) or people.measured.get((role, concept, ""))
    if not questions:
        return
    points = {measure: people.points(q.name) for measure, q in questions.items()}
    statistic = line["statistic"]
    if table.startswith("ratings_"):
        measure = table.rpartition("_")[2]
        parts, values = {f"{measure}={line['answer']}": 1.0}, (points[measure] == float(line["answer"])).astype(float)
        needs, scale, span = [measure], 100.0, (0, 100)
    elif statistic == "critical gap":
        needs, scale, span = ["relevance", "endowment"], 100.0, (0, 100)
        parts, values = {"critical": 1.0}, ((points["relevance"] >= 4) & (points["endowment"] <= 2)).astype(float)
    elif statistic in STATISTICS:
        signs = STATISTICS[statistic]
        needs, scale, span = list(signs), 1.0, (1, 5) if len(signs) == 1 else (-4, 4)
        parts = {f"{measure}={k}": float(sign * k) for measure, sign in signs.items() for k in range(1, 6)}
        values = sum(sign * points[measure] for measure, sign in signs.items())
    else:
        return
    own = {ALL: np.ones(len(people.group), dtype=bool)}.get(worker_group if answered_by == SELF else answered_by)
    own = people.group == (worker_group if answered_by == SELF else answered_by) if own is None else own
    for base in (list(points), needs):  # everybody who gave all ratings, or those this figure needs
        complete = np.all([~np.isnan(points[m]) for m in base], axis=0)
        for who in people.in_group(line.get("breakdown", ""), line.get("group", "")):
            yield _Meaning((role, concept, subject), who & own, complete, parts, values, scale, span)


def _income(line: dict, people: People) -> Iterator[_Meaning]:
    questions = people.questionnaire.with_role("income")
    told = np.array([people.answers[q.name].astype("float64") for q in questions])
    total = np.nansum(told, axis=0)
    right = ~np.isnan(told).all(axis=0) & (np.abs(total - 100) <= people.settings.income_tolerance)
    with np.errstate(invalid="ignore"):
        values = np.nan_to_num(told[[q.name for q in questions].index(line["source"])])
    for who in people.in_group(line.get("breakdown", ""), line.get("group", "")):
        yield _Meaning(("income",), who, right, {line["source"]: 1.0}, values, 1.0, (0, 100))


def _row(meaning: _Meaning, line: dict, people: People, where: str, behind: dict[tuple, list[tuple[str, ...]]]) -> Row | None:
    """The line as a row, if these people give what it says; a withheld one as a target, whose people nobody publishes."""
    base = meaning.base
    place = _place(line)
    hidden = line["value"] == ""
    if place in people.settings.countries:
        base = base & (people.country == place)
    if hidden and place == MEAN:
        return None
    if place == MEAN:
        weights = _of_countries(base, next(iter(behind[meaning.key(line)]), ()), people)
    else:
        count = int((base if meaning.part is None else base & meaning.part).sum())
        fits = count and (hidden or (line["n"] == str(count) and _same(meaning.scale * meaning.values[base].sum() / count, line["value"])))
        weights = [(int(p), 1, count) for p in np.flatnonzero(base)] if fits else None
    if not weights:
        return None
    total = float(line["value"]) / meaning.scale if not hidden else float("nan")
    columns = tuple(sorted(meaning.columns.items()))
    low, high = meaning.span
    adds = tuple(float(meaning.values[person]) for person, _, _ in weights)
    span = (low / meaning.scale, high / meaning.scale)
    rounded = _half_a_digit(meaning) / meaning.scale if place == MEAN else 0.0
    return Row(meaning.family, tuple(weights), adds, columns, total, span, where, hidden, rounded)


def _half_a_digit(meaning: _Meaning) -> float:
    """Means of countries are rounded: per cents to one decimal, points of a scale to two."""
    return 0.05 if meaning.span[1] - meaning.span[0] >= 100 else 0.005


def only_in_means(rows: list[Row], people: People) -> list[Row]:
    """The figures of single countries that went into a mean of countries, and are shown nowhere: targets."""
    shown = {(frozenset(p for p, _, _ in row.people), row.columns) for row in rows}
    found = {}
    for row in (row for row in rows if MEAN in row.where and not row.hidden):
        for country in sorted({people.country[p] for p, _, _ in row.people}):
            behind = [(p, a) for (p, _, _), a in zip(row.people, row.adds, strict=True) if people.country[p] == country]
            key = frozenset(p for p, _ in behind), row.columns
            if key not in shown:
                weights = tuple((p, 1, len(behind)) for p, _ in behind)
                adds = tuple(a for _, a in behind)
                found[key] = replace(row, people=weights, adds=adds, hidden=True, total=float("nan"), where=f"{row.where}: {country}")
    return list(found.values())


def _countries_behind(read: list[tuple[dict, list[_Meaning]]], people: People) -> dict[tuple, list[tuple[str, ...]]]:
    """Which countries each mean of countries can be the mean of: as many as it says, with the n and the mean that it says.

    All figures of one base are of the same countries: one figure alone would often fit others by chance, two sums of five persons
    being equal. Where a table shows single countries, it says itself which: countries alike in one figure are told apart by that.
    """
    shown = {line["country"] for line, _ in read if line["value"] and line.get("country") in people.settings.countries}
    found: dict[tuple, list[tuple[str, ...]]] = {}
    for line, options in read:
        if _place(line) != MEAN or not line["value"]:
            continue
        for meaning in options:
            here = {c: np.flatnonzero(meaning.base & (people.country == c)) for c in people.settings.countries if c in shown or not shown}
            means = {c: meaning.scale * meaning.values[who].mean() for c, who in here.items() if len(who)}
            n = {c: len(here[c]) for c in means}
            key = meaning.key(line)
            chosen = found[key] if key in found else list(combinations(means, int(line["countries"])))
            chosen = [some for some in chosen if some and sum(n[c] for c in some) == int(line["n"])]
            found[key] = [some for some in chosen if _near(np.mean([means[c] for c in some]), line, meaning)]
    return found


def _of_countries(base: np.ndarray, countries: tuple[str, ...], people: People) -> list[tuple[int, int, int]]:
    """What each person counts for in the mean of these countries."""
    of_each = [np.flatnonzero(base & (people.country == c)) for c in countries]
    return [(int(p), 1, len(countries) * len(who)) for who in of_each for p in who]


def _place(line: dict) -> str:
    """The country of a line, or how the countries are averaged."""
    return line.get("country") or line.get("average", "")


def _near(value: float, line: dict, meaning: _Meaning) -> bool:
    return abs(value - float(line["value"])) <= _half_a_digit(meaning) + 1e-9


def _same(value: float, told: str) -> bool:
    return abs(value - float(told)) <= 1e-9 * max(1.0, abs(value))
