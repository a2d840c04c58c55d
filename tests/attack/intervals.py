"""Second attack: how far can what is not shown still move? Linear programs over all answers that agree with the published figures."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, replace

import highspy
import numpy as np
from scipy.sparse import csr_array, vstack
from scipy.sparse.csgraph import connected_components

from tests.attack.reading import NAMED_SUGGESTED, People, Row, pairs_of_models

NARROW = 0.2
"""An interval of less than this part of its range is too narrow."""
TOLERANCE = 1e-6
DUAL, PRIMAL = 1, 4
"""Of the solver's ways the second starts from the last answer, which still agrees with everything when only the aim has changed."""
INFINITY = highspy.kHighsInf


@dataclass(frozen=True)
class Interval:
    """What a figure that is not shown must lie between, on its own scale.

    `width`: how much of its range that is, 0 exact, 1 nothing known. The range is what people unknown to the attacker could add at all: a
    share of n such people has n + 1 values, 0 to n. `alone`, of a narrow one: the width that the one published figure leaves which tells
    most of it alone: if nobody of 300 named an answer, nobody of any group did.
    """

    where: str
    low: float
    high: float
    truth: float
    width: float
    alone: float
    view: str = ""

    @property
    def narrow(self) -> bool:
        return self.width < NARROW - TOLERANCE

    @property
    def exact(self) -> bool:
        return self.width < TOLERANCE

    @property
    def of_a_total(self) -> bool:
        """A single published figure about more people says as much: only this one could be withheld for it."""
        return self.alone < NARROW - TOLERANCE


def intervals(rows: list[Row], people: People, view: str = "", enough: float = math.inf) -> list[Interval]:
    """Bounds of the withheld figures among these rows of one family, given those that are shown; to a partner, who knows his own answers.

    Unknown is, for each set of people who count alike, how many gave each answer. Nobody needs to have published how many they are: the
    attacker is granted it. Numbers of people are whole: bounds are rounded inwards. A figure that is seen to move by `enough` of its
    range is not asked further, and its bounds are wider than told.
    """
    known = {n for n, partner in enumerate(people.partner) if partner == view}
    shown = [_Figure.of(row, known) for row in rows if not row.hidden]
    targets = [_Figure.of(row, known) for row in rows if row.hidden]
    targets = [t for t in targets if t.weights]
    if not targets:
        return []
    program = _Program(shown, targets, people)
    found = program.ranges(enough)
    return [_interval(t, low, high, shown, view) for t, (low, high) in zip(targets, found, strict=True)]


@dataclass(frozen=True)
class _Figure:
    """A row without the people that the attacker knows: their weights, and what is left of the total."""

    row: Row
    weights: dict[int, float]
    told: float
    total: float
    truth: float

    @classmethod
    def of(cls, row: Row, known: set[int]) -> _Figure:
        weights = {p: top / below for p, top, below in row.people if p not in known}
        parts = [(p in known, adds * top / below) for (p, top, below), adds in zip(row.people, row.adds, strict=True)]
        told = sum(part for mine, part in parts if mine)
        return cls(row, weights, told, row.total - told, sum(part for _, part in parts) - told)

    @property
    def step(self) -> float:
        """Between two values that whole numbers of people can give; 0 where they add amounts."""
        if self.row.span[1] > 5 or len(set(self.weights.values())) > 1:
            return 0.0
        return next(iter(self.weights.values()))


def _interval(figure: _Figure, low: float, high: float, shown: list[_Figure], view: str) -> Interval:
    bottom, top = figure.row.span
    others = sum(figure.weights.values())
    whole = (top - bottom) * others
    low, high = _inwards(low, figure.step), -_inwards(-high, figure.step)
    found = Interval(figure.row.where, low + figure.told, high + figure.told, figure.truth + figure.told, (high - low) / whole, 1.0, view)
    if not found.narrow:
        return found
    alone = min((_alone(figure, other) for other in shown if other.row.columns == figure.row.columns), default=1.0)
    return replace(found, alone=alone)


def _inwards(low, step):
    """The lowest value not below this one that whole numbers of people can give."""
    unit = np.where(step > 0, step, 1.0)
    return np.where(step > 0, np.ceil(low / unit - TOLERANCE) * unit, low)


def _alone(figure: _Figure, other: _Figure) -> float:
    """Width of what one published figure leaves of another that is about part of its people."""
    ratios = {round(other.weights.get(p, 0.0) / weight, 12) for p, weight in figure.weights.items()}
    if len(ratios) > 1 or (ratio := ratios.pop()) == 0:
        return 1.0
    bottom, top = figure.row.span
    inside, rest = sum(figure.weights.values()), sum(w for p, w in other.weights.items() if p not in figure.weights)
    low = max(bottom * inside, (other.total - top * rest) / ratio)
    high = min(top * inside, (other.total - bottom * rest) / ratio)
    low, high = _inwards(low, figure.step), -_inwards(-high, figure.step)
    return (high - low) / ((top - bottom) * inside)


class _Program:
    """Variables: people who count alike x column, how many of them gave that answer (of amounts: the sum of what they gave).

    One model for each part of the family whose figures have nothing in common with those of other parts; only what is asked of it
    changes, so that each answer starts from the last one.
    """

    def __init__(self, shown: list[_Figure], targets: list[_Figure], people: People):
        atoms = _atoms([*shown, *targets])
        self.place = {person: n for n, atom in enumerate(atoms) for person in atom}
        self.sizes = np.array([len(atom) for atom in atoms])
        self.columns = sorted({name for f in [*shown, *targets] for name, _ in f.row.columns})
        self.size = len(atoms) * len(self.columns)
        amounts = any(f.row.span[1] > 5 for f in [*shown, *targets])
        self.lines: list[dict[int, float]] = []
        self.low: list[float] = []
        self.high: list[float] = []
        for figure in shown:
            if figure.weights:
                self._add(self._line(figure), figure.total - figure.row.rounded, figure.total + figure.row.rounded)
        if amounts:
            limit = people.settings.income_tolerance
            self._add_up(self.columns, 100 - limit, 100 + limit)
        for names in _whole_scales(self.columns, people):
            self._add_up(names, 1, 1)
        if {"critical", "relevance=4", "endowment=1"} <= set(self.columns):
            self._critical()
        self.limits = np.repeat(self.sizes, len(self.columns)) * (100.0 if amounts else 1.0)
        self.targets = [self._line(t) for t in targets]
        self.steps = np.array([t.step for t in targets])
        self.ranges_of = [(t.row.span[1] - t.row.span[0]) * sum(t.weights.values()) for t in targets]

    def ranges(self, enough: float) -> list[tuple[float, float]]:
        """Lowest and highest value of each target."""
        lines, aims = self._matrix(self.lines), self._matrix(self.targets)
        both = vstack([lines, aims])
        touches = csr_array((np.ones(both.nnz), both.indices, both.indptr), shape=both.shape)
        _, part = connected_components(touches.T @ touches, directed=False)
        low, high = np.array(self.low), np.array(self.high)
        part_of = np.array([part[next(iter(line))] for line in self.lines]) if self.lines else np.array([], dtype=int)
        part_of_target = np.array([part[next(iter(line))] for line in self.targets])
        found = np.empty((len(self.targets), 2))
        for number in np.unique(part_of_target):
            here, mine = np.flatnonzero(part == number), part_of == number
            asked = np.flatnonzero(part_of_target == number)
            model = _Model(lines[mine][:, here], low[mine], high[mine], self.limits[here])
            found[asked] = model.ranges(aims[asked][:, here], np.array(self.ranges_of)[asked], self.steps[asked], enough)
        return [tuple(pair) for pair in found]

    def _line(self, figure: _Figure) -> dict[int, float]:
        share = defaultdict(float)
        for person, weight in figure.weights.items():
            share[self.place[person]] = weight  # everybody of an atom counts alike
        at = {name: n for n, name in enumerate(self.columns)}
        return {a * len(self.columns) + at[name]: factor * part for a, part in share.items() for name, factor in figure.row.columns}

    def _add(self, line: dict[int, float], low: float, high: float) -> None:
        self.lines.append(line)
        self.low.append(low)
        self.high.append(high)

    def _add_up(self, names: list[str], low: float, high: float) -> None:
        """Of each person, the answers of these columns add up to something between these bounds."""
        at = [self.columns.index(name) for name in names]
        for atom, size in enumerate(self.sizes):
            self._add({atom * len(self.columns) + n: 1.0 for n in at}, low * size, high * size)

    def _critical(self) -> None:
        """A gap is critical for nobody but those who rate relevance 4 or 5 and endowment 1 or 2, and for all who do both."""
        for atom, size in enumerate(self.sizes):
            at = {name: atom * len(self.columns) + n for n, name in enumerate(self.columns)}
            critical = {at["critical"]: 1.0}
            wanted = {at[name]: 1.0 for name in ("relevance=4", "relevance=5")}
            lacking = {at[name]: 1.0 for name in ("endowment=1", "endowment=2")}
            for needed in (wanted, lacking):
                self._add(critical | dict.fromkeys(needed, -1.0), -INFINITY, 0.0)
            self._add(wanted | lacking | dict.fromkeys(critical, -1.0), -INFINITY, size)

    def _matrix(self, lines: list[dict[int, float]]) -> csr_array:
        ends = np.cumsum([0, *(len(line) for line in lines)])
        cells = [cell for line in lines for cell in line.items()]
        values, at = np.array([v for _, v in cells]), np.array([a for a, _ in cells], dtype=np.int64)
        return csr_array((values, at, ends), shape=(len(lines), self.size))


class _Model:
    """A linear program of which only the aim changes."""

    def __init__(self, lines: csr_array, low: np.ndarray, high: np.ndarray, limits: np.ndarray):
        lp = highspy.HighsLp()
        lp.num_row_, lp.num_col_ = lines.shape
        lp.col_cost_, lp.col_lower_, lp.col_upper_ = np.zeros(len(limits)), np.zeros(len(limits)), limits
        lp.row_lower_, lp.row_upper_ = low, high
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.num_row_, lp.a_matrix_.num_col_ = lines.shape
        lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = lines.indptr, lines.indices, lines.data
        self.model = highspy.Highs()
        self.model.setOptionValue("output_flag", False)
        self.model.setOptionValue("simplex_strategy", PRIMAL)
        self.model.passModel(lp)
        self.size = len(limits)

    def ranges(self, aims: csr_array, whole: np.ndarray, steps: np.ndarray, enough: float) -> np.ndarray:
        """Lowest and highest value of each aim; of those that move by `enough` of `whole`, two values that are so far apart.

        Any answers that agree with what is published say something of every aim: a few drawn by chance settle most of them.
        """
        chance = np.random.default_rng(0)
        found = np.stack([np.full(len(whole), np.inf), np.full(len(whole), -np.inf)], axis=1)

        def ask(aim: np.ndarray) -> None:
            value = aims @ self.least(aim)
            found[:, 0], found[:, 1] = np.minimum(found[:, 0], value), np.maximum(found[:, 1], value)

        def open_() -> np.ndarray:
            low, high = _inwards(found[:, 0], steps), -_inwards(-found[:, 1], steps)
            return np.flatnonzero(~(high - low >= enough * whole))

        scaled = csr_array(aims.multiply((1 / whole)[:, None]))
        left = len(whole)
        while math.isfinite(enough) and left:
            before, asked = left, open_()
            aim = chance.choice([-1.0, 1.0], len(asked)) @ scaled[asked]
            ask(aim)
            ask(-aim)
            left = len(open_())
            if left > 0.7 * before:
                break
        for target in open_():
            if target in open_():
                aim = aims[[target]].toarray()[0]
                ask(aim)
                ask(-aim)
        return found

    def least(self, aim: np.ndarray) -> np.ndarray:
        """Answers that make this as small as can be."""
        self.model.changeColsCost(self.size, np.arange(self.size, dtype=np.int32), aim)
        self.model.run()
        if self.model.getModelStatus() != highspy.HighsModelStatus.kOptimal:  # numbers of the last answer can lead astray: from the start
            self.model.clearSolver()
            self.model.setOptionValue("simplex_strategy", DUAL)
            self.model.run()
            self.model.setOptionValue("simplex_strategy", PRIMAL)
        if (status := self.model.getModelStatus()) != highspy.HighsModelStatus.kOptimal:
            raise AssertionError(f"{status}: no answer is no safety, and these people did give all that is published")
        return np.array(self.model.getSolution().col_value)


def _atoms(figures: list[_Figure]) -> list[list[int]]:
    """People who count alike in every figure, shown or not."""
    counts = defaultdict(list)
    for number, figure in enumerate(figures):
        for person, weight in figure.weights.items():
            counts[person].append((number, weight))
    alike = defaultdict(list)
    for person, key in counts.items():
        alike[tuple(key)].append(person)
    return list(alike.values())


def _whole_scales(columns: list[str], people: People) -> list[list[str]]:
    """Columns of which everybody gave exactly one: the points of a rating, the answers to a question with one answer."""
    found = defaultdict(list)
    for name in columns:
        found[name.partition("=")[0]].append(name)
    questions = people.questionnaire.questions
    single = {n: len([c for c in people.questionnaire.choices(n).values() if not c.missing]) for n in found if n in questions}
    single = {n: count for n, count in single.items() if questions[n].kind == "select_one"}
    if NAMED_SUGGESTED in found:
        single[NAMED_SUGGESTED] = pairs_of_models(people)
    return [
        names for name, names in found.items() if len(names) == single.get(name, 5 if name not in questions else -1) and "=" in names[0]
    ]
