"""What all tables are made of: the plan of a table, which enters its figures into the ledger, and the table as data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd

from bwise.ledger import ALL, EVIDENCE, MEAN, MEAN_OF_COUNTRIES, POOLED, UNKNOWN, Base, Grouping, Items, Ledger
from bwise.pooling import Pool
from bwise.questionnaire import Question
from bwise.settings import Organisation
from bwise.tables import means
from bwise.tables.descriptions import Description
from bwise.text import half_up

SELF = "self"
AVERAGES = {POOLED: "Pooled", MEAN_OF_COUNTRIES: "Mean of countries"}
COUNTS_BELOW = 10
"""Shares of fewer respondents are shown to readers as counts: each of them would be ten per cent and more."""
SEVERAL = "Several answers were possible: shares add to more than 100."


@dataclass(frozen=True, eq=False)
class Table:
    """A table ready to publish.

    `about` says what it is (`params/tables.yaml`); `title` to `notes` are said of it, with what the data add.
    `data` is long and tidy: one row per figure, columns for its dimensions, then statistic, value, n (persons), wises, countries,
    obs_status, conf_status. `rows` and `columns` say how it is read by people: dimensions down and across.
    `codes`: dimension -> {code: label}; `on_codes`: those of the notes that say what its codes are. A qualitative figure has no value but
    a `code`; `symbols` says how it is shown: code -> (symbol, words). `decimals_of`: statistic -> decimals, where it is shown with others
    than `decimals`. `evidence`: what stands behind each row of `data`, also behind a hidden one (tuples of `Evidence`): for the
    coordinator's own computer, never published. `references`: what others published beside its figures (`bwise.references`).
    """

    id: str
    title: str
    population: str
    base: str
    unit: str
    formula: str
    data: pd.DataFrame
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    countries: tuple[str, ...] = ()
    decimals: int = 1
    notes: tuple[str, ...] = ()
    symbols: dict[str, tuple[str, str]] = field(default_factory=dict)
    decimals_of: dict[str, int] = field(default_factory=dict)
    on_codes: tuple[str, ...] = ()
    about: Description | None = None
    evidence: pd.Series | None = field(default=None, repr=False)
    references: tuple = ()

    @property
    def organisation(self) -> Organisation:
        """What respondents answer for is called."""
        return self.about.organisation if self.about else Organisation()

    def __post_init__(self):
        if EVIDENCE in self.data:
            object.__setattr__(self, "evidence", self.data[EVIDENCE])
            object.__setattr__(self, "data", self.data.drop(columns=EVIDENCE))

    @property
    def dimensions(self) -> tuple[str, ...]:
        """Columns of the data that say what a figure is, the statistic as the last."""
        return (*(c for c in self.data if c not in (*TAIL, "code")), "statistic")

    @cached_property
    def units(self) -> dict[str, str]:
        """Statistic -> its unit: of `scale points; critical gap: %` what stands after its name, else what has no name before it."""
        parts, statistics = self.unit.split("; "), list(dict.fromkeys(self.data.get("statistic", ())))
        named = {name: unit for name, _, unit in (part.partition(": ") for part in parts) if name in statistics}
        of_others = next((part for part in parts if part.partition(": ")[0] not in named), "")
        return {statistic: named.get(statistic, of_others) for statistic in statistics}

    def is_count(self, figure: dict) -> bool:
        """Whether this row of the data is a share of so few respondents that it is shown as a count."""
        critical, n = getattr(self.about, "critical", ()), figure.get("n")
        share = self.units.get(figure["statistic"], self.unit) == "%" or figure["statistic"] in critical
        return share and not pd.isna(n) and 0 < n < COUNTS_BELOW

    @property
    def cells(self) -> pd.DataFrame:
        """The data, with what stands behind each figure."""
        return self.data.assign(**{EVIDENCE: self.evidence})


@dataclass(frozen=True)
class Part:
    """Figures of a table: these items by this grouping.

    `average`: pooled, or the mean of countries. `known`: further dimensions and their value. `group`: what the dimension of the groups
    is called. `asked_only`: groups of which nobody answered are left out.
    """

    items: tuple[Items, ...]
    by: Grouping
    average: str = POOLED
    statistic: str = MEAN
    known: dict[str, str] = field(default_factory=dict)
    group: str = "group"
    asked_only: bool = False

    @property
    def across(self) -> str:
        """What its groups are, in words, as those of `BREAKDOWNS`."""
        if self.by.of_countries:
            return "by country"
        name = self.known.get("breakdown", "")
        return BREAKDOWNS[name].replace("By", "by") if name else f"by {self.group.replace('_', ' ')}"

    def enter(self, ledger: Ledger) -> None:
        if self.average == MEAN_OF_COUNTRIES:
            ledger.enter_means(self.items, self.by)
        else:
            ledger.enter(self.items, self.by)

    def left_out(self, ledger: Ledger) -> dict[Items, np.ndarray]:
        """Groups x items, mask: means of countries that would tell too much of one of them; none of medians, which add up to nothing."""
        if self.average != MEAN_OF_COUNTRIES or self.statistic != MEAN:
            return {}
        found = {items: means.left_out(ledger, items, self.by) for items in self.items}
        return found if any(mask.any() for mask in found.values()) else {}

    def offered(self, ledger: Ledger) -> Part:
        """Without items of which most groups are hidden, and those that a hidden group could be told from too closely."""
        if self.average == MEAN_OF_COUNTRIES or len(self.by.groups) < 2:
            return self
        least = ledger.pool.settings.minimum_shown
        kept = tuple(items for items in self.items if ledger.share_shown(items, self.by, self.statistic) >= least)
        return self if kept == self.items else replace(self, items=kept)

    def cells(self, ledger: Ledger) -> pd.DataFrame:
        """The figures, once the ledger is closed; the group of those whose group nobody told is left out."""
        made = ledger.means_of_countries if self.average == MEAN_OF_COUNTRIES else ledger.figures
        cells = made(self.items, self.by, self.statistic)
        left_out = self.left_out(ledger)
        if left_out:
            kept = [not left_out[first.items][first.group // len(ledger.countries), first.item] for first, *_ in cells[EVIDENCE]]
            cells = cells[np.array(kept, dtype=bool)]
        cells = cells[cells["group"].ne(UNKNOWN)]
        if self.asked_only:
            cells = cells[cells["n"].ne(0)]
        return cells.rename(columns={"group": self.group}).assign(**({"average": self.average} | self.known))


@dataclass(frozen=True)
class Plan:
    """A table before its figures are known: the parts it enters into the ledger, and how it is read.

    `words`: what stands for `{…}` in the words of the description. `rows`, `columns`, `codes`, `countries`, `notes` and `on_codes` as in
    `Table`; `further`: dimensions of the data that readers are not shown; `id` where one description makes several tables.
    """

    parts: tuple[Part, ...]
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    codes: dict[str, dict[str, str]]
    countries: tuple[str, ...]
    words: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    on_codes: tuple[str, ...] = ()
    further: tuple[str, ...] = ()
    id: str = ""


@dataclass(frozen=True)
class Sources:
    """What tables are made of that do not count respondents: the closed ledger, what focus groups returned, the tables there are, and
    items of the ledger -> the same without flagged respondents."""

    ledger: Ledger
    groups: Pool | None
    tables: dict[str, Table]
    unflagged: dict[Items, Items]

    @property
    def pool(self) -> Pool:
        return self.ledger.pool


def table_of(plan: Plan, about: Description, ledger: Ledger) -> Table:
    """The planned table with its figures, from the closed ledger."""
    cells = pd.concat([part.cells(ledger) for part in plan.parts], ignore_index=True)
    cells["value"] = _as_far_as_shown(cells, about)
    dimensions = [d for d in (*plan.rows, *plan.further, *plan.columns) if d != "statistic"]
    if any(part.left_out(ledger) for part in plan.parts):
        plan = replace(plan, notes=(*plan.notes, "Not shown: means of countries that would tell too much of single countries."))
    table = described(about, tidy(cells[[*dimensions, *TAIL, EVIDENCE]]), plan)
    if any(table.is_count(row) for row in table.data[["statistic", "n"]].to_dict("records")):
        table = replace(table, notes=(*table.notes, f"Pages show shares of fewer than {COUNTS_BELOW} respondents as counts (“4 of 8”)."))
    return table


def _as_far_as_shown(cells: pd.DataFrame, about: Description) -> pd.Series:
    """Values; means of countries with the decimals that are shown: further ones would tell how many answered so in each country."""
    of_countries = (cells[["average", "country"]] == MEAN_OF_COUNTRIES).any(axis=1) & cells["value"].notna()
    values = cells["value"].copy()
    for at in np.flatnonzero(of_countries):
        decimals = about.decimals_of.get(cells["statistic"].iat[at], about.decimals)
        values.iat[at] = float(half_up(values.iat[at], decimals))
    return values


def offered(plan: Plan, ledger: Ledger) -> Plan:
    """The plan without figures that groups across are too small for (`minimum_shown`, `minimum_movement` in params)."""
    parts = [(part, part.offered(ledger)) for part in plan.parts]
    one = ledger.pool.settings.organisation.one
    across = dict.fromkeys(part.across.format(one=one) for part, kept in parts if part is not kept)
    missing = (f"Some figures are not shown {name}: too few groups have enough respondents." for name in across)
    notes = (*plan.notes, *(note for note in missing if note not in plan.notes))
    return replace(plan, parts=tuple(kept for _, kept in parts if kept.items), notes=notes)


def described(about: Description, data: pd.DataFrame, plan: Plan, symbols: dict[str, tuple[str, str]] | None = None) -> Table:
    """The data with the words of the description."""

    def said(text: str) -> str:
        for name, word in plan.words.items():
            text = text.replace(f"{{{name}}}", word)
        return text

    words = [said(text) for text in (about.title, about.population, about.base, about.unit, about.formula)]
    return Table(
        plan.id or about.id,
        *words,
        data,
        plan.rows,
        plan.columns,
        plan.codes,
        plan.countries,
        about.decimals,
        (*plan.notes, *plan.on_codes, *(said(note) for note in about.notes)),
        symbols or {},
        about.decimals_of,
        plan.on_codes,
        about,
    )


TAIL = ["statistic", "value", "n", "wises", "countries", "obs_status", "conf_status"]


def qualities(rows: pd.DataFrame) -> pd.DataFrame:
    """Cells with a code instead of a value; of persons and WISEs they tell nothing."""
    empty = {"value": np.nan, "n": np.nan, "wises": np.nan, "countries": np.nan, "obs_status": "", "conf_status": ""}
    rows = rows.assign(**{k: v for k, v in empty.items() if k not in rows})
    if EVIDENCE in rows:
        rows[EVIDENCE] = rows[EVIDENCE].map(lambda behind: behind if isinstance(behind, tuple) else ())  # nobody said anything
    return tidy(rows.fillna({"obs_status": "", "conf_status": ""}))


def tidy(cells: pd.DataFrame) -> pd.DataFrame:
    """Dimensions first, then the figure; persons and WISEs as whole numbers."""
    dimensions = [c for c in cells.columns if c not in (*TAIL, "code", EVIDENCE)]
    cells = cells.fillna({"code": ""}) if "code" in cells else cells
    behind = [EVIDENCE] if EVIDENCE in cells else []
    ordered = cells[[*dimensions, *(["code"] if "code" in cells else []), *TAIL, *behind]].reset_index(drop=True)
    return ordered.astype({"n": "Int64", "wises": "Int64", "countries": "Int64"})


# ------------------------------------------------------------------ items: what respondents add


def given(pool: Pool, question: Question) -> tuple[list[str], np.ndarray]:
    """The answers of a question, and respondents x answers: 1 given, 0 not given, not a number where she did not answer."""
    if question.kind == "select_multiple":
        choices = [c.name for c in pool.questionnaire.choices(question.name).values() if not c.missing]
        return choices, pool.answers[[f"{question.name}/{c}" for c in choices]].astype("float64").to_numpy()
    column = pool.answers[question.name]
    if question.is_number:
        codes, values = pd.factorize(column, sort=True)
        order, names = range(len(values)), [f"{value:g}" for value in values]
    else:
        column = column if isinstance(column.dtype, pd.CategoricalDtype) else column.astype("category")
        missing = {c.name for c in pool.questionnaire.choices(question.name).values() if c.missing}
        codes, names = column.cat.codes.to_numpy(), list(column.cat.categories)
        order = [n for n, name in enumerate(names) if name not in missing]
    found = (codes[:, None] == np.array(order, dtype=codes.dtype)).astype("float64")
    found[codes < 0] = np.nan
    return [names[n] for n in order], found


def numeric(pool: Pool, question: Question) -> np.ndarray:
    """A rating as points of its scale, or a number; answers such as "don't know" have none."""
    if question.is_number:
        return pool.answers[question.name].astype("float64").to_numpy()
    codes, names = pd.factorize(pool.answers[question.name])
    points = [pool.questionnaire.scale(question.name).get(name, np.nan) for name in names.astype("str")]
    return np.array([*points, np.nan])[codes]


def shares_given(ledger: Ledger, question: Question, dimension: str, countries: Iterable[str], /, **known: str) -> tuple[Items, ...]:
    """Items that count how often each answer of a question was given. Base: respondents who answered (not mentions); answers that were
    offered to some only have bases of their own. `known`: further dimensions of the items."""
    names, found = given(ledger.pool, question)
    offered: dict[bytes, list[int]] = {}
    for n in range(len(names)):
        offered.setdefault(np.isnan(found[:, n]).tobytes(), []).append(n)
    made = []
    for places in offered.values():
        base = ledger.base(~np.isnan(found[:, places[0]]), (question.name,), countries)
        labels = tuple((*known.values(), names[n]) for n in places)
        values = np.where(base.who[:, None], found[:, places], 0).astype("int8")
        made.append(Items(base, values, (*known, dimension), labels, ((question.name,),) * len(places), 100.0, ((0, 1),) * len(places)))
    return tuple(made)


def counting(pool: Pool, who: np.ndarray, questions: tuple[str, ...] = (), countries: tuple[str, ...] = ()) -> Items:
    """Items with which each of these respondents counts once."""
    base = Base(pool, who, countries, questions)
    return Items(base, who[:, None].astype("int8"), (), ((),), (questions,))


# ------------------------------------------------------------------ groups and their words


BREAKDOWNS = {
    "all": "All",
    "model": "By {one} model",
    "size": "By size of the {one}",
    "age": "By age of the {one}",
    "country_group": "By group of countries",
}
"""How respondents are grouped; {one}: what they answer for (`Organisation.one`)."""


GROUPED_BY = {"model": "model", "size": "staff", "age": "founded"}
"""Breakdown -> role of the question it is made from."""


def breakdown(ledger: Ledger, name: str) -> tuple[Grouping, dict[str, str]] | None:
    """Groups of respondents in a breakdown of `BREAKDOWNS`, and their labels; None where the questionnaire has no question for it.

    Size: persons employed, classes of the Commission's Recommendation 2003/361/EC by default. Age: years since the WISE was founded.
    """
    return ledger.once(f"breakdown {name}", lambda: _breakdown(ledger, name))


def _breakdown(ledger: Ledger, name: str) -> tuple[Grouping, dict[str, str]] | None:
    pool = ledger.pool
    if name == "country_group":
        groups = {c: group for group, countries in pool.settings.country_groups.items() for c in countries}
        known = pool.answers["country"].astype("str").map(groups)
        return _grouping(ledger, name, known, {g: g for g in pool.settings.country_groups}) if groups else None
    question = pool.questionnaire.one(GROUPED_BY[name])
    if question is None:
        return None
    alike = pool.answers["country"].isin(pool.comparable(question.name))
    known = of_wise(ledger, question).where(alike)
    known, names = together(pool, question, known), group_labels(pool, question)
    if name == "age":
        known, names = _classes(pool.settings.reference_year - known.astype("float64"), pool.settings.age_classes, "years")
    elif name == "size":
        known, names = _classes(known.astype("float64"), pool.settings.size_classes, "persons")
    return _grouping(ledger, name, known, names, of_wise=(question.name,))


def _grouping(ledger: Ledger, name: str, known: pd.Series, names: dict[str, str], **told) -> tuple[Grouping, dict[str, str]]:
    """A grouping by these values, in the order in which they appear, and its labels; last those of whom nobody told.

    Where these are fewer than any group, they are counted with the smallest: shown apart from it, the total less the groups would tell
    what they answered.
    """
    codes, groups = pd.factorize(known)
    sizes, unknown = np.bincount(codes[codes >= 0], minlength=len(groups)), codes < 0
    if len(groups) and 0 < unknown.sum() < sizes.min():
        smallest = int(sizes.argmin())
        joined = f"{groups[smallest]}_or_not_known"
        names = {joined if code == groups[smallest] else code: label for code, label in names.items()}
        names[joined] = f"{names[joined]}, or not known"
        codes, groups = np.where(unknown, smallest, codes), [*groups[:smallest], joined, *groups[smallest + 1 :]]
    return ledger.grouping(name, np.where(codes < 0, len(groups), codes), (*groups, UNKNOWN), **told), names


def own_answer(ledger: Ledger, question: Question) -> Grouping:
    """Respondents by what they answered themselves."""
    codes, groups = pd.factorize(together(ledger.pool, question, ledger.pool.answers[question.name].astype("object")))
    return ledger.grouping(f"own {question.name}", codes, groups, told=(question.name,))


def together(pool: Pool, question: Question, known: pd.Series) -> pd.Series:
    """Answers as groups: those that `together` of `params/consolidation.yaml` joins are one group."""
    return known.replace({answer: _joined(answers) for answers in pool.settings.together.get(question.name, ()) for answer in answers})


def group_labels(pool: Pool, question: Question) -> dict[str, str]:
    """Code -> English label of the groups that the answers to a question make."""
    names = labels(pool, question)
    for answers in pool.settings.together.get(question.name, ()):
        joined = " or ".join(names.pop(answer) for answer in answers)
        names[_joined(answers)] = joined[0] + joined[1:].casefold()
    return names


def _joined(answers: list[str]) -> str:
    return "_or_".join(answers)


def of_wise(ledger: Ledger, question: Question) -> pd.Series:
    """What was answered for the WISE of each respondent; missing where nobody of it answered, or those who did disagree."""
    said = pd.DataFrame({"wise": ledger.wise, "answer": ledger.pool.answers[question.name].astype("object")})
    known = said[said["wise"].ge(0)].dropna().drop_duplicates()
    alone = known[~known["wise"].duplicated(keep=False)].set_index("wise")["answer"]
    return said["wise"].map(alone)


def _classes(numbers: pd.Series, bounds: list[int], unit: str) -> tuple[pd.Series, dict[str, str]]:
    """Classes from each bound up to the next, the first from 0."""
    names = [f"{low}-{high - 1}" for low, high in zip([0, *bounds], bounds, strict=False)] + [f"{bounds[-1]}+"]
    found = pd.cut(numbers, [0, *bounds, np.inf], right=False, labels=names)
    shown = {n: f"{n.replace('-', '–').replace('+', ' or more')} {unit}" for n in names}
    return found.astype("object"), shown


def across(ledger: Ledger, items: tuple[Items, ...], by: Iterable[str], how: str = MEAN, **known: str) -> list[Part]:
    """Figures of all respondents, pooled and as the mean of countries, and pooled for each group of the breakdowns."""
    parts = [Part(items, ledger.everybody, average, how, {"breakdown": "all"} | known) for average in (POOLED, MEAN_OF_COUNTRIES)]
    found = {name: breakdown(ledger, name) for name in by}
    return parts + [Part(items, f[0], POOLED, how, {"breakdown": name} | known) for name, f in found.items() if f]


def across_codes(ledger: Ledger, by: Iterable[str]) -> dict[str, dict[str, str]]:
    """Labels of the dimensions that `across` makes."""
    groups = {ALL: "All"}
    for name in by:
        groups |= found[1] if (found := breakdown(ledger, name)) else {}
    one = ledger.pool.settings.organisation.one
    return {"breakdown": {name: words.format(one=one) for name, words in BREAKDOWNS.items()}, "group": groups, "average": AVERAGES}


def each_country(ledger: Ledger, items: tuple[Items, ...], how: str = MEAN, **known: str) -> list[Part]:
    """Figures of each country, of all together, and the mean of countries, under one dimension `country`."""
    whole = ledger.everybody
    levels = ((ledger.by_country(whole), POOLED), (whole, POOLED), (whole, MEAN_OF_COUNTRIES))
    return [Part(items, by, average, how, known) for by, average in levels]


def labels(pool: Pool, question: Question | None) -> dict[str, str]:
    """Code -> English label; descriptions in brackets are left away."""
    if question is None:
        return {}
    return {c.name: c.labels.get("en", c.name).split(" (")[0] for c in pool.questionnaire.choices(question.name).values()}


def answer_labels(pool: Pool, question: Question) -> dict[str, str]:
    """Code -> label; of a classification with its letter and version: in another version the letter may mean another section."""
    version = pool.questionnaire.classification(question.name)
    found = labels(pool, question)
    return {code: f"{code} {label} ({version})" for code, label in found.items()} if version else found


def classification_notes(pool: Pool, question: Question) -> tuple[str, ...]:
    """Which classification, in which version, the answers are sections of."""
    version = pool.questionnaire.classification(question.name)
    return (f"Sectors are sections of {version}.",) if version else ()


def not_offered_notes(pool: Pool, countries: Iterable[str], *questions: Question) -> tuple[str, ...]:
    """How many of the countries compared offered an answer, where they did not all; of questions with several answers."""
    told = []
    for question in questions:
        compared, names = set(countries).intersection(pool.comparable(question.name)), answer_labels(pool, question)
        for choice in pool.questionnaire.choices(question.name).values():
            offered = compared.intersection(pool.offered(f"{question.name}/{choice.name}"))
            if len(offered) < len(compared) and not choice.missing:
                told.append(f"“{names[choice.name]}” by {len(offered)} of {len(compared)}")
    return (f"Answers that not all countries offered: {', '.join(dict.fromkeys(told))}.",) if told else ()


def codes_of(pool: Pool) -> dict[str, dict[str, str]]:
    concepts = pool.questionnaire.concepts.values()
    return {"skill": {c.name: c.label for c in concepts}, "domain": domain_labels(pool), "country": AVERAGES}


def domain_of(pool: Pool, question: Question) -> str:
    concept = pool.questionnaire.concepts.get(question.concept)
    return concept.domain if concept else question.battery


def domain_labels(pool: Pool) -> dict[str, str]:
    return {c.domain: c.domain_label for c in pool.questionnaire.concepts.values()}
