"""The ledger of figures: every number that is published is one entry, and all of them are computed, protected and traced together.

A figure is *who counts in it* (a base, cut into groups) and *what each adds* (an item). Respondents who are alike in everything
published about them are one atom: items are added up once over the respondents to atoms, and from these to every group, as
products of sparse matrices. n, WISEs and countries belong to a base and a group; all figures that rest on them share one fate.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import csr_array, vstack

from bwise import protection
from bwise.lineage import program
from bwise.pooling import Pool
from bwise.questionnaire import Question
from bwise.records import sealed, unsealed
from bwise.remembered import Release, beside, earlier, questions_of
from bwise.settings import ConsolidationSettings
from bwise.storage import write_text

POOLED, MEAN_OF_COUNTRIES = "pooled", "mean of countries"
CONFIDENTIAL, UNRELIABLE = "C", "u"  # Eurostat's conf_status and obs_status
AMOUNTS = {"eur", "euro", "€"}  # units of money, where one large contributor may stand out (dominance)
SHOWN_IF = re.compile(r"\$\{(\w+)\}")  # questions that a condition of XLSForm's `relevant` names
MARKS = ("family", "order", "published", "read", "parts", "sensitive", "magnitudes", "breakdown", "base", "shown_before", "hidden_before")
ALL = "all"
UNKNOWN = "not known"  # whose group nobody told: a part of the total, which could be told from the groups; never shown
EVIDENCE = "evidence"  # a column with what stands behind each figure, also a hidden one; it is never published
MEAN, MEDIAN, LOWER, UPPER = "mean", "median", "lower quartile", "upper quartile"
QUANTILES = {LOWER: 0.25, MEDIAN: 0.5, UPPER: 0.75}


@dataclass(frozen=True, eq=False)
class Grouping:
    """Which group each respondent is in.

    `codes`: the group of each respondent as a place in `groups`, -1 for none. `countries`: the country of each group, `pooled` where
    it is of all. `told`: questions that say so, as she answered herself; `of_wise`: as it was answered for her WISE.
    """

    name: str
    codes: np.ndarray
    groups: tuple[str, ...]
    countries: tuple[str, ...]
    told: tuple[str, ...] = ()
    of_wise: tuple[str, ...] = ()

    @property
    def of_countries(self) -> bool:
        """Whether its groups are of single countries."""
        return POOLED not in self.countries

    def rows(self, group: int) -> np.ndarray:
        return self.codes == group


@dataclass(frozen=True, eq=False)
class Base:
    """Respondents who answered: those in whom a figure is founded. `who`: true for each of them; `countries`: those compared, of
    which they are; `questions`: those they answered."""

    pool: Pool
    who: np.ndarray
    countries: tuple[str, ...]
    questions: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Items:
    """What each respondent of a base adds.

    `values`: respondents x items, 0 outside the base. `labels`: what each item is, a value for each of `dimensions`. `asked`: the
    questions behind each item. A published mean is that of the values times `scale`. `spans`: the least and the most that a respondent
    could add, of each item; those that were found, where it is empty.
    """

    base: Base
    values: np.ndarray
    dimensions: tuple[str, ...]
    labels: tuple[tuple[str, ...], ...]
    asked: tuple[tuple[str, ...], ...]
    scale: float = 1.0
    spans: tuple[tuple[float, float], ...] = ()

    def ends(self) -> list[tuple[float, float]]:
        """Of each item, the least and the most that a respondent could add, as far as it is known."""
        if self.spans:
            return list(self.spans)
        values = self.values[self.base.who]
        return list(zip(values.min(axis=0), values.max(axis=0), strict=True)) if len(values) else [(0.0, 0.0)] * len(self.labels)


@dataclass(frozen=True, eq=False, slots=True)
class Evidence:
    """What stands behind one figure: an item of the respondents of one group.

    `countries`: those whose settings or record the figure rests on, where it rests on no answers. `excluded`: rules of the exclusions
    that the figure counts.
    """

    items: Items
    by: Grouping
    group: int
    item: int
    countries: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()

    @property
    def pool(self) -> Pool:
        return self.items.base.pool

    @property
    def questions(self) -> tuple[str, ...]:
        """Those whose answers make the value."""
        return self.items.asked[self.item]

    @property
    def groups(self) -> tuple[str, ...]:
        return self.by.told

    @property
    def of_wise(self) -> tuple[str, ...]:
        return self.by.of_wise

    def values(self) -> pd.Series:
        """What each respondent adds (1 for an answer given, 0 for one not given, a rating, a gap), by her row in `pool.answers`."""
        rows = np.flatnonzero(self.items.base.who & self.by.rows(self.group))
        return pd.Series(self.items.values[rows, self.item].astype("float64"), index=self.pool.answers.index[rows])


@dataclass(eq=False)
class Cells:
    """A base cut into groups: persons, distinct WISEs and countries of each, which of them are hidden, and whether any respondent of
    the countries compared is in the group at all, answering or not."""

    n: np.ndarray
    wises: np.ndarray
    countries: np.ndarray
    present: np.ndarray
    hidden: np.ndarray = field(default_factory=lambda: np.array([], dtype=bool))

    @property
    def shown(self) -> np.ndarray:
        return ~self.hidden & (self.n > 0)


class Ledger:
    """Bases, groupings and items of one pool. First everything that will be published is entered (`enter`), then all of it is computed
    and protected (`close`); figures are read from a closed ledger only."""

    def __init__(self, pool: Pool, memory: Path | None = None, releases: Iterable[Release] = ()):
        """`memory`: the file in which it is remembered what is hidden; it says nothing of whom, and stays private. `releases`: earlier
        ones, which everything is protected together with."""
        self.pool = pool
        self.memory = memory
        self.releases = list(releases)
        self.countries = tuple(pool.countries)
        place = {c: n for n, c in enumerate(self.countries)}
        self.country = pool.answers["country"].astype("str").map(place).to_numpy(dtype=np.int64, na_value=-1)
        self.wise, self._wises = pd.factorize(wises_of(pool))
        self.everybody = Grouping(ALL, np.zeros(len(pool.answers), dtype=np.int64), (ALL,), (POOLED,))
        self._groupings: dict[str, Grouping] = {}
        self._bases: dict[bytes, Base] = {}
        self._entered: dict[tuple[Items, Grouping], np.ndarray] = {}
        self._cells: dict[tuple[Base, Grouping], Cells] = {}
        self._within: dict[Base, Base] = {}
        self._read: set[tuple[Base, Grouping]] = set()
        self._means: dict[tuple[Items, Grouping], None] = {}
        self._bounded: set[tuple[Base, Grouping]] = set()
        self._decided: dict = {}
        self._answered: dict[tuple[Base, tuple[Items, ...]], protection.Answers] = {}
        self._left_out: set[tuple[Base, Grouping]] = set()
        self.audit: dict[str, int] = {}
        # somebody who changed it would have figures shown that are to be hidden
        self._remembered = unsealed(pool.project, memory).get("verdicts", {}) if memory is not None else {}
        self._verdicts: dict[str, dict] = {}
        self._made: dict[str, Any] = {}

    def once(self, name: str, make: Callable[[], Any]) -> Any:
        """What `make` makes, made once for this ledger."""
        if name not in self._made:
            self._made[name] = make()
        return self._made[name]

    # -------------------------------------------------------------- what is entered

    def base(self, who: np.ndarray, questions: Iterable[str], countries: Iterable[str]) -> Base:
        """The base of these respondents, as far as they are of countries that may be compared; equal bases are one."""
        countries, questions = tuple(countries), tuple(questions)
        inside = np.isin(self.country, [self.countries.index(c) for c in countries])
        who = who & inside
        key = np.packbits(who).tobytes() + repr((questions, countries)).encode()
        return self._bases.setdefault(key, Base(self.pool, who, countries, questions))

    def part_of(self, base: Base, kept: np.ndarray) -> Base:
        """The base without those who are not kept; where those left out are few, the difference would tell what they answered."""
        part = self.base(base.who & kept, base.questions, base.countries)
        if part is not base:
            self._within[part] = base
        return part

    def grouping(self, name: str, codes: np.ndarray, groups: Iterable[str], **told) -> Grouping:
        """A grouping by this name, made once."""
        groups = tuple(groups)
        return self._groupings.setdefault(name, Grouping(name, codes, groups, (POOLED,) * len(groups), **told))

    def by_country(self, by: Grouping) -> Grouping:
        """Each group of each country; cells stand group by group, within it country by country."""
        name, number = f"{by.name} by country", len(self.countries)
        if name not in self._groupings:
            codes = np.where((by.codes < 0) | (self.country < 0), -1, by.codes * number + self.country)
            groups = tuple(g for g in by.groups for _ in self.countries)
            self._groupings[name] = Grouping(name, codes, groups, self.countries * len(by.groups), by.told, by.of_wise)
        return self._groupings[name]

    def enter(self, items: Iterable[Items], *groupings: Grouping) -> None:
        """Items that are to be published by these groupings."""
        items = tuple(items)
        self._entered |= {(each, by): np.empty(0) for each in items for by in groupings}
        self._read |= {(each.base, by) for each in items for by in groupings}

    def enter_means(self, items: Iterable[Items], by: Grouping) -> None:
        """Items of which the means of countries are to be published, by this grouping."""
        items = tuple(items)
        self._entered |= {(each, self.by_country(by)): np.empty(0) for each in items}
        self._means |= {(each, by): None for each in items}

    # -------------------------------------------------------------- what is computed

    def close(self) -> None:
        """Compute everything that was entered, and decide what is hidden, all at once."""
        self._left_out = self._cells.keys() - {(items.base, by) for items, by in self._entered}
        used = list(dict.fromkeys([by for _, by in self._entered]))
        atoms, groups_of = self._atoms(used)
        to_groups = {by: _members(codes, len(by.groups)) for by, codes in groups_of.items()}
        country_of = self.country[atoms.indices[atoms.indptr[:-1]]]
        sums: dict[Items, np.ndarray] = {}
        persons: dict[Base, np.ndarray] = {}
        for items, by in self._entered:
            if items not in sums:
                sums[items] = atoms @ items.values.astype("float64")
            if items.base not in persons:
                persons[items.base] = atoms @ items.base.who.astype("float64")
            self._entered[items, by] = to_groups[by] @ sums[items]
            if (items.base, by) not in self._cells:
                self._cells[items.base, by] = self._count(items.base, by, persons[items.base], groups_of[by], country_of)
        self._protect()

    def reopen(self) -> None:
        """Nothing is entered any more. What was, and is not entered again, is not published: others need not hide what it gave away."""
        self._entered, self._read, self._means = {}, set(), {}

    def _atoms(self, used: list[Grouping]) -> tuple[csr_array, dict[Grouping, np.ndarray]]:
        """Respondents of one country who are in the same group of every grouping: atoms x respondents, and the group of each atom."""
        codes = np.column_stack([self.country, *(by.codes for by in used)])
        first, atom = np.unique(codes, axis=0, return_index=True, return_inverse=True)[1:]
        return _members(atom.ravel(), len(first)), {by: by.codes[first] for by in used}

    def _count(self, base: Base, by: Grouping, persons: np.ndarray, groups: np.ndarray, country: np.ndarray) -> Cells:
        size = len(by.groups)
        inside = groups >= 0
        n = np.bincount(groups[inside], persons[inside], size).astype(np.int64)
        answered = inside & (persons > 0)
        compared = inside & np.isin(country, [self.countries.index(c) for c in base.countries])
        counted = base.who & (by.codes >= 0) & (self.wise >= 0)
        return Cells(
            n,
            _distinct(by.codes[counted], self.wise[counted], size, self.wise.max(initial=-1) + 1),
            _distinct(groups[answered], country[answered], size, len(self.countries)),
            np.bincount(groups[compared], minlength=size) > 0,
        )

    def _protect(self) -> None:
        """Hide what is small and whatever would give it away, of everything that was entered at once (`bwise.protection`)."""
        settings, number_of = self.pool.settings, self._families()
        families = {base: number_of[base.questions[0]] for base, _ in self._cells}
        sensitive = {base: any(q.sensitive == "special" for q in self._questions(base)) for base in families}
        amounts = {base: any(q.unit.casefold() in AMOUNTS for q in self._questions(base)) for base in families}
        kept = np.flatnonzero(np.concatenate([cells.n for cells in self._cells.values()] or [[]]))  # nobody tells nothing
        sizes = [len(by.groups) for _, by in self._cells]

        def of_each(values: Iterable) -> np.ndarray:
            return np.repeat(np.array(list(values)), sizes)[kept]

        hidden = np.zeros(sum(sizes), dtype=bool)
        if len(kept):
            every, (places, answers) = list(self._cells), self._answers()
            named = [group != UNKNOWN and cell not in self._left_out for cell in every for group in cell[1].groups]
            cells = protection.Cells(
                self._who_counts(),
                of_each(families[base] for base, _ in self._cells),
                of_each(self._loss(base, by) for base, by in self._cells),
                published=np.array(named)[kept],
                read=of_each(cell in self._read for cell in self._cells),
                parts=of_each(base in self._within for base, _ in self._cells),
                sensitive=of_each(sensitive[base] for base, _ in self._cells),
                magnitudes=of_each(amounts[base] for base, _ in self._cells),
                breakdown=of_each(range(len(self._cells))),
                base=of_each(places[cell] for cell in self._cells),
                answers=answers,
                adds=tuple(adds[kept] for adds in self._adds({base for base in families if sensitive[base] or amounts[base]})),
            )
            hidden[kept], self.audit, bounded = self._beside_releases(cells, number_of, _rules(settings))
            self._bounded = {every[cells.breakdown[cell]] for cell in bounded}
        for found, part in zip(self._cells.values(), np.split(hidden, np.cumsum(sizes)[:-1]), strict=False):
            found.hidden = part

    def _who_counts(self) -> csr_array:
        """Groups (that anybody is in, of each base and grouping in turn) x respondents, 1 for each who counts."""
        n = np.concatenate([cells.n for cells in self._cells.values()])
        by_group = {by: _by_group(by.codes) for by in dict.fromkeys(by for _, by in self._cells)}
        members = np.concatenate([by_group[by][base.who[by_group[by]]] for base, by in self._cells])
        ends = np.append(0, np.cumsum(n[n > 0])).astype(np.int32)
        return csr_array((np.ones(len(members), dtype=np.int8), members, ends), shape=(len(ends) - 1, len(self.wise)))

    def _beside_releases(
        self, cells: protection.Cells, families: dict[str, int], rules: protection.Rules
    ) -> tuple[np.ndarray, dict[str, int], list[int]]:
        """What is hidden of these cells, also for what earlier releases showed and hid; the audit; and what cannot be made to move far
        enough."""
        partner, partners = pd.factorize(self.pool.answers["partner"].astype("object"))
        people = protection.People(self.wise, partner)
        alone, audit, bounded = self._verdict(cells, people, rules)
        if not self.releases:
            return alone, audit, bounded
        before = self.once("earlier releases", lambda: earlier(self.releases, self.pool, wises_of(self.pool), families))
        together = beside(cells, people, (self._wises, partners), before)
        found = [self._verdict(*both, rules) for both in together]
        shown = together[0][0].shown_before[: len(alone)]  # it cannot be taken back
        hidden = np.any([alone & ~shown, *(mask[: len(alone)] for mask, *_ in found)], axis=0)
        return hidden, found[0][1] | {"hidden for an earlier release": int((hidden & ~alone).sum())}, bounded

    def _verdict(
        self, cells: protection.Cells, people: protection.People, rules: protection.Rules
    ) -> tuple[np.ndarray, dict[str, int], list[int]]:
        """What is hidden, the audit, and what cannot be made to move far enough.

        Remembered: the same cells under the same rules by the same program have the same.
        """
        key = hashlib.sha256(f"{program()} {rules}".encode())
        marks = [getattr(cells, name) for name in MARKS] + [people.wise, people.partner]
        marks += [part for answers in cells.answers for part in (answers.who, answers.values, answers.span)]
        matrices = [part for matrix in (cells.members, *cells.adds) for part in (matrix.indptr, matrix.indices, matrix.data)]
        for array in (*marks, *matrices):
            key.update(np.ascontiguousarray(array).tobytes())
        known = self._remembered.get(key.hexdigest())
        if known is None:
            verdict = protection.protect(cells, people, rules, self._decided)
            audit = {rule: int(number) for rule, number in sorted(verdict.audit.items())}
            known = {"hidden": np.flatnonzero(verdict.hidden).tolist(), "audit": audit, "bounded": verdict.bounded}
        self._verdicts[key.hexdigest()] = known
        if self.memory is not None and self.memory.parent.is_dir() and not self._verdicts.keys() <= self._remembered.keys():
            write_text(self.memory, json.dumps(sealed(self.pool.project, {"verdicts": self._verdicts})) + "\n")
        return np.isin(np.arange(len(cells.family)), known["hidden"]), known["audit"], known["bounded"]

    def _questions(self, base: Base) -> list[Question]:
        return [self.pool.questionnaire[name] for name in base.questions]

    def _families(self) -> dict[str, int]:
        """Question -> number of its family: figures that rest on the same answers, so that what one tells, another may give away. A
        question and those that are shown only to who gave a certain answer to it are one family; what was one in a release stays one."""
        bases = list(dict.fromkeys(base for base, _ in self._cells))
        grouped = {name for _, by in self._cells for name in (*by.told, *by.of_wise)}
        first: dict[str, str] = {}

        def root(name: str) -> str:
            while first.setdefault(name, name) != name:
                name = first[name]
            return name

        counted = {name for base in bases for name in base.questions} - grouped
        together = [base.questions for base in bases] + questions_of(self.releases)
        for base in bases:
            filters = {name for q in self._questions(base) for said in q.relevant for name in SHOWN_IF.findall(said)}
            together.append((*base.questions, *sorted(filters & counted)))
        for names in together:
            for name in names:
                first[root(name)] = root(names[0])
        number = {name: n for n, name in enumerate(dict.fromkeys(root(names[0]) for names in together))}
        return {name: number[root(name)] for name in list(first)}

    def _loss(self, base: Base, by: Grouping) -> int:
        """How early a figure is published: all together; groups of WISEs and workers; countries; groups within countries; last those
        without flagged respondents."""
        level = (1 if len(by.groups) > 1 else 0) if not by.of_countries else (2 if len(set(by.groups)) == 1 else 3)
        return level + (4 if base in self._within else 0)

    def _answers(self) -> tuple[dict[tuple[Base, Grouping], int], tuple[protection.Answers, ...]]:
        """What respondents add to the figures that readers see of each base and grouping: which of the answers, and all of them.

        Each item stands once; items that can be nothing but one number are left out.
        """
        items_of: dict[tuple[Base, Grouping], list[Items]] = {cell: [] for cell in self._cells}
        for items, by in self._entered:
            items_of[items.base, by].append(items)
        sets = list(dict.fromkeys((base, tuple(items)) for (base, _), items in items_of.items() if items))
        for base, entered in sets:
            if (base, entered) in self._answered:
                continue
            values = np.asfortranarray(np.hstack([items.values for items in entered]))
            spans = np.array([span for items in entered for span in items.ends()])
            first = [n for n in _first_of_each(values) if spans[n, 1] > spans[n, 0]]
            self._answered[base, entered] = protection.Answers(base.who, values[:, first], spans[first])
        places = {(base, tuple(items)): n for n, (base, items) in enumerate(sets)}
        return {cell: places.get((cell[0], tuple(items)), -1) for cell, items in items_of.items()}, tuple(
            self._answered[one] for one in sets
        )

    def _adds(self, bases: set[Base]) -> tuple[csr_array, ...]:
        """What each respondent adds to the figures of these bases: cells x respondents, as often as the base with most items has items."""
        entered = {base: np.hstack([i.values for i in dict.fromkeys(i for i, _ in self._entered) if i.base is base]) for base in bases}
        found = []
        for item in range(max((values.shape[1] for values in entered.values()), default=0)):
            rows = []
            for base, by in self._cells:
                values = entered.get(base, np.zeros((len(self.wise), 0)))
                what = values[:, item].astype("float64") if item < values.shape[1] else np.zeros(len(self.wise))
                rows.append(_members(np.where(base.who & (what != 0), by.codes, -1), len(by.groups)) * what)
            found.append(csr_array(vstack(rows, format="csr")))
        return tuple(found)

    # -------------------------------------------------------------- what is published

    def remembered(self) -> pd.DataFrame:
        """What has to be remembered of a release: a row per base and group that anybody is in, with `questions` (of the family), `shown`,
        and `members` (their rows in `pool.answers`). What was not offered for publication is left out."""
        number_of, rows = self._families(), []
        families = pd.Series(number_of).groupby(number_of).groups
        for (base, by), cells in self._cells.items():
            offered = [group != UNKNOWN and (base, by) not in self._left_out for group in by.groups]
            for group in np.flatnonzero(offered & (cells.n > 0)):
                members = np.flatnonzero(base.who & by.rows(group))
                rows.append((list(families[number_of[base.questions[0]]]), bool(cells.shown[group]), members))
        return pd.DataFrame(rows, columns=["questions", "shown", "members"])

    def published(self) -> Iterator[tuple[Items, Grouping]]:
        """Items and the groups of which readers see the figures."""
        return ((items, by) for items, by in self._entered if (items.base, by) in self._read)

    def means(self) -> Iterator[tuple[Items, Grouping]]:
        """Items and the groups of which readers see means of countries."""
        return iter(self._means)

    def in_mean(self, base: Base, by: Grouping) -> np.ndarray:
        """Groups x countries, mask: whose figures are in the mean of a group; none where they are fewer than `minimum_countries`."""
        shown = self._cells[base, self.by_country(by)].shown.reshape(len(by.groups), -1)
        return shown & (shown.sum(axis=1, keepdims=True) >= self.pool.settings.minimum_countries)

    def cells(self, base: Base, by: Grouping) -> Cells:
        return self._cells[base, by]

    def values(self, items: Items, by: Grouping, statistic: str = MEAN) -> np.ndarray:
        """Groups x items: the figure where it may be shown, else not a number."""
        cells = self._cells[items.base, by]
        if statistic == MEAN:
            with np.errstate(invalid="ignore"):
                found = self._entered[items, by] / cells.n[:, None] * items.scale
        else:
            found = _quantiles(items, by, QUANTILES[statistic]) * items.scale
        return np.where(self.is_shown(cells, statistic)[:, None], found, np.nan)

    def is_shown(self, cells: Cells, statistic: str) -> np.ndarray:
        """Whether each group's figure may be shown: a median of few would be the answer of one of them."""
        enough = statistic == MEAN or cells.n >= self.pool.settings.minimum_median
        return cells.shown & enough

    def share_shown(self, items: Items, by: Grouping, statistic: str = MEAN) -> float:
        """Share of the groups in which anybody answered whose figures may be shown; 1 without any; 0 where a hidden one cannot move far
        enough, whatever else is hidden."""
        cells = self._cells[items.base, by]
        named = np.array([group != UNKNOWN for group in by.groups]) & (cells.n > 0)
        if not named.any():
            return 1.0
        return 0.0 if (items.base, by) in self._bounded else float(self.is_shown(cells, statistic)[named].mean())

    def figures(self, items: Iterable[Items], by: Grouping, statistic: str = MEAN) -> pd.DataFrame:
        """One row per group (that anybody is in) and item.

        Returns:
            Columns: the dimensions of the items, group, country, value, n, wises, countries, obs_status, conf_status, evidence.
        """
        return _frame([self._rows(each, by, statistic) for each in items])

    def figure(self, behind: Evidence, statistic: str = MEAN) -> dict:
        """One figure, as `figures` has it in a row."""
        found = _frame([self._rows(behind.items, behind.by, statistic)])
        same = [(told.group, told.item) == (behind.group, behind.item) for (told,) in found[EVIDENCE]]
        return found[same].iloc[0].to_dict()

    def _rows(self, items: Items, by: Grouping, statistic: str) -> dict[str, np.ndarray]:
        cells = self._cells[items.base, by]
        at = np.flatnonzero(cells.present)
        shown = self.is_shown(cells, statistic)[at]
        hidden = ~shown & (cells.n[at] > 0)
        few = shown & (cells.n[at] < self.pool.settings.low_reliability)
        told = {
            "group": np.array(by.groups, dtype=object)[at],
            "country": np.array(by.countries, dtype=object)[at],
            "n": np.where(hidden, np.nan, cells.n[at]),
            "wises": np.where(hidden, np.nan, cells.wises[at]),
            "countries": np.where(hidden, np.nan, cells.countries[at]),
            "obs_status": np.where(few, UNRELIABLE, "").astype(object),
            "conf_status": np.where(hidden, CONFIDENTIAL, "").astype(object),
        }
        behind = [(Evidence(items, by, group, item),) for group in at for item in range(len(items.labels))]
        return _spread(told, items) | {"value": self.values(items, by, statistic)[at].ravel(), EVIDENCE: behind}

    def means_of_countries(self, items: Iterable[Items], by: Grouping, statistic: str = MEAN) -> pd.DataFrame:
        """As `figures`, the unweighted mean of the countries whose figures may be shown, so that it gives none away; groups of which
        too few countries may be shown (`minimum_countries`) are absent."""
        return _frame([self._mean_rows(each, by, statistic) for each in items])

    def _mean_rows(self, items: Items, by: Grouping, statistic: str) -> dict[str, np.ndarray]:
        crossed, number = self.by_country(by), len(self.countries)
        cells = self._cells[items.base, crossed]
        shape = (len(by.groups), number)
        shown = self.is_shown(cells, statistic).reshape(shape)
        at = np.flatnonzero(shown.sum(axis=1) >= self.pool.settings.minimum_countries)
        counted = shown[at].sum(axis=1)
        values = self.values(items, crossed, statistic).reshape(*shape, -1)[at]
        empty = np.full(len(at), "", dtype=object)
        told = {
            "group": np.array(by.groups, dtype=object)[at],
            "country": np.full(len(at), MEAN_OF_COUNTRIES, dtype=object),
            "n": (cells.n.reshape(shape)[at] * shown[at]).sum(axis=1, dtype="float64"),
            "wises": (cells.wises.reshape(shape)[at] * shown[at]).sum(axis=1, dtype="float64"),
            "countries": counted.astype("float64"),
            "obs_status": empty,
            "conf_status": empty,
        }
        means = np.where(shown[at][:, :, None], values, 0.0).sum(axis=1) / counted[:, None]
        behind = [
            tuple(Evidence(items, crossed, group * number + country, item) for country in np.flatnonzero(shown[group]))
            for group in at
            for item in range(len(items.labels))
        ]
        return _spread(told, items) | {"value": means.ravel(), EVIDENCE: behind}


def _rules(settings: ConsolidationSettings) -> protection.Rules:
    """The primary rules, as `params/consolidation.yaml` states them."""
    return protection.Rules(
        persons=settings.minimum_persons,
        wises=settings.minimum_wises,
        sensitive_persons=settings.sensitive_persons,
        small_numerator=settings.sensitive_numerator,
        dominance=settings.dominance,
        movement=settings.minimum_movement,
    )


def _by_group(codes: np.ndarray) -> np.ndarray:
    """Who is in any group, group by group."""
    order = np.argsort(codes, kind="stable").astype(np.int32)
    return order[codes[order] >= 0]


def _first_of_each(values: np.ndarray) -> list[int]:
    """Rows x columns -> the first of the columns that are equal, in their order."""
    return sorted({column.tobytes(): n for n, column in reversed(list(enumerate(values.T)))}.values())


def _members(codes: np.ndarray, groups: int) -> csr_array:
    """Groups x members, 1 for each; codes below 0 are in no group."""
    inside = np.flatnonzero(codes >= 0)
    return csr_array((np.ones(len(inside)), (codes[inside], inside)), shape=(groups, len(codes)))


def _distinct(groups: np.ndarray, of: np.ndarray, size: int, kinds: int) -> np.ndarray:
    """How many different values of `of` (0 to `kinds` - 1) each group has."""
    seen = np.zeros((size, max(kinds, 1)), dtype=bool)
    seen[groups, of] = True
    return seen.sum(axis=1)


def _quantiles(items: Items, by: Grouping, share: float) -> np.ndarray:
    """Groups x items: the value below which this share lies, between two neighbours on the line between them (R's type 7)."""
    rows = np.flatnonzero(items.base.who & (by.codes >= 0))
    groups = by.codes[rows]
    counts = np.bincount(groups, minlength=len(by.groups))
    start = np.cumsum(counts) - counts
    place = np.maximum(counts - 1, 0) * share
    low, high = (np.minimum(start + f(place).astype(np.int64), max(len(rows) - 1, 0)) for f in (np.floor, np.ceil))
    found = np.full((len(by.groups), items.values.shape[1]), np.nan)
    for item in range(items.values.shape[1] if len(rows) else 0):
        values = items.values[rows, item].astype("float64")
        ordered = values[np.lexsort((values, groups))]
        found[:, item] = ordered[low] + (ordered[high] - ordered[low]) * (place - np.floor(place))
    return found


def _spread(told: dict[str, np.ndarray], items: Items) -> dict[str, np.ndarray]:
    """What is told of each group, once for each item."""
    number, size = len(items.labels), len(told["group"])
    columns = zip(*items.labels, strict=True)
    labels = {d: np.tile(np.array(values, dtype=object), size) for d, values in zip(items.dimensions, columns, strict=True)}
    return labels | {name: np.repeat(values, number) for name, values in told.items()}


def _frame(rows: list[dict[str, np.ndarray]]) -> pd.DataFrame:
    """The rows of several items, one below the other; they have the same columns."""
    names = rows[0] if rows else ()
    joined = {name: np.concatenate([each[name] for each in rows]) for name in names if name != EVIDENCE}
    return pd.DataFrame(joined | ({EVIDENCE: [told for each in rows for told in each[EVIDENCE]]} if rows else {}))


def wises_of(pool: Pool) -> pd.Series:
    """The WISE of each respondent; where the questionnaire does not ask for it, each respondent counts as one."""
    if pool.questionnaire.one("wise") is None:
        return pool.answers["respondent"]
    return pool.answers["wise"].replace("", np.nan)
