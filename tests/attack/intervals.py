"""Second attack: how far can what is not shown still move? Linear programs over all answers that agree with the published figures."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array

from tests.attack.reading import People, Row


@dataclass(frozen=True)
class Interval:
    """What a figure that is not shown must lie between, on its own scale, and how much of the scale that is (0 exact, 1 nothing known)."""

    where: str
    low: float
    high: float
    truth: float
    width: float


def intervals(rows: list[Row], people: People, view: str = "") -> list[Interval]:
    """Bounds of the withheld figures among these rows of one family, given those that are shown; to a partner, who knows his own answers.

    Unknown is, for each set of people who count alike, how many gave each answer. Nobody needs to have published how many they are: the
    attacker is granted it. Bounds of the relaxation hold for whole numbers, too: what is too narrow here may be wider, never narrower.
    """
    hidden = [row for row in rows if row.hidden]
    if not hidden:
        return []
    known = {n for n, partner in enumerate(people.partner) if partner == view}
    atoms = _atoms(rows, known)
    place = {person: n for n, atom in enumerate(atoms) for person in atom}
    columns = sorted({name for row in rows for name, _ in row.columns})
    program = _Program(len(atoms), columns, [len(a) for a in atoms], _whole_scales(columns, people))
    for row in rows:
        if not row.hidden:
            program.agree(row, place, _sum(row, known))
    return [found for row in hidden if (found := program.bounds(row, place, _sum(row, known), _sum(row)))]


def _atoms(rows: list[Row], known: set[int]) -> list[list[int]]:
    """People who count alike in every figure, shown or not."""
    counts = defaultdict(list)
    for number, row in enumerate(rows):
        for person, top, below in row.people:
            if person not in known:
                counts[person].append((number, top, below))
    alike = defaultdict(list)
    for person, key in counts.items():
        alike[tuple(key)].append(person)
    return list(alike.values())


class _Program:
    """Variables: atom x column, people who gave that answer; points of one scale add up to everybody in the atom."""

    def __init__(self, atoms: int, columns: list[str], sizes: list[int], whole: list[list[str]]):
        self.at = {(atom, name): atom * len(columns) + n for atom in range(atoms) for n, name in enumerate(columns)}
        self.size, self.lines, self.totals = atoms * len(columns), [], []
        self.limits = [(0, sizes[atom]) for atom in range(atoms) for _ in columns]
        self.above: list[tuple[dict[int, float], float]] = []
        for names in whole:
            for atom in range(atoms):
                self._equal({self.at[atom, name]: 1.0 for name in names}, sizes[atom])
        if {"critical", "relevance=4", "endowment=1"} <= set(columns):
            for atom in range(atoms):
                self._critical(atom, sizes[atom])

    def _critical(self, atom: int, size: int) -> None:
        """A gap is critical for nobody but those who rate relevance 4 or 5 and endowment 1 or 2, and for all who do both."""
        critical = self.at[atom, "critical"]
        high = {self.at[atom, name]: 1.0 for name in ("relevance=4", "relevance=5")}
        low = {self.at[atom, name]: 1.0 for name in ("endowment=1", "endowment=2")}
        self.above += [({critical: 1.0} | dict.fromkeys(part, -1.0), 0.0) for part in (high, low)]
        self.above.append((high | low | {critical: -1.0}, size))

    def _equal(self, line: dict[int, float], total: float) -> None:
        self.lines.append(line)
        self.totals.append(total)

    def _line(self, row: Row, place: dict[int, int]) -> dict[int, float]:
        share = {place[person]: top / below for person, top, below in row.people if person in place}  # everybody of an atom counts alike
        return {self.at[atom, name]: factor * part for atom, part in share.items() for name, factor in row.columns}

    def agree(self, row: Row, place: dict[int, int], told: float) -> None:
        self._equal(self._line(row, place), row.total - told)

    def bounds(self, row: Row, place: dict[int, int], told: float, truth: float) -> Interval | None:
        line = self._line(row, place)
        if not line:
            return None  # a partner's own people, and nobody else
        aim = np.zeros(self.size)
        aim[list(line)] = list(line.values())
        ends = []
        for sign in (1, -1):
            found = linprog(sign * aim, **self._constraints, bounds=self.limits, method="highs")
            if found.status:  # no answer is no safety, and these people did give all that is published
                raise AssertionError(f"{row.where}: {found.message}")
            ends.append(sign * found.fun + told)
        others = sum(top / below for person, top, below in row.people if person in place)
        return Interval(row.where, *ends, truth, (ends[1] - ends[0]) / ((row.span[1] - row.span[0]) * others))

    @cached_property
    def _constraints(self) -> dict:
        above = [line for line, _ in self.above]
        return {
            "A_eq": self._matrix(self.lines) if self.lines else None,
            "b_eq": self.totals or None,
            "A_ub": self._matrix(above) if above else None,
            "b_ub": [limit for _, limit in self.above] or None,
        }

    def _matrix(self, lines: list[dict[int, float]]) -> csr_array:
        rows = [n for n, line in enumerate(lines) for _ in line]
        cells = [cell for line in lines for cell in line.items()]
        return csr_array(([v for _, v in cells], (rows, [at for at, _ in cells])), shape=(len(lines), self.size))


def _whole_scales(columns: list[str], people: People) -> list[list[str]]:
    """Columns of which everybody gave exactly one: the points of a rating, the answers to a question with one answer."""
    found = defaultdict(list)
    for name in columns:
        found[name.partition("=")[0]].append(name)
    questions = people.questionnaire.questions
    single = {n: len([c for c in people.questionnaire.choices(n).values() if not c.missing]) for n in found if n in questions}
    single = {n: count for n, count in single.items() if questions[n].kind == "select_one"}
    return [
        names for name, names in found.items() if len(names) == single.get(name, 5 if name not in questions else -1) and "=" in names[0]
    ]


def _sum(row: Row, persons: set[int] | None = None) -> float:
    """What these people truly add to a figure; everybody, where none are named."""
    behind = zip(row.people, row.adds, strict=True)
    return sum(adds * top / below for (person, top, below), adds in behind if persons is None or person in persons)
