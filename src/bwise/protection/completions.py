"""Which means of countries tell too closely what single countries answered, once all figures of a base are taken together.

The bounds of `means` follow from one figure after the other. An attacker takes them all: group means, pooled groups, totals of countries,
how often each answer was given, in one linear program. So a country inside a mean may only be told by it if there are *completions*,
answers of everybody that agree with all published figures of the base, in which that country's figure differs by a fifth of its range.

They are looked for where it is cheapest first: along lines through the true answers on which no published figure of an item changes (affine
scaling, as interior point methods do it; all items and attackers at once). What these leave open is asked of a linear program, of the item
by itself, and then, where other items may bind it, of all items: its unknowns are how many persons of a cell gave which of the answers
that anybody of the base gave.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array, eye_array, kron, vstack

from bwise.protection.means import ROUNDING, Margins

ROUNDS = 4  # of lines, each from the middle of what the last ones reached
RIDGE = 1e-12  # of directions in which there is no room
TINY = 1e-7


@dataclass(frozen=True)
class Completions:
    """Of one base: the answers of everybody that attackers cannot tell from the true ones.

    Attributes:
        margins: what is published.
        values: persons x items, the answers of the base, each between 0 and 1: a cell is taken to hold none lower or higher than
            these, and the answers that a person could give to be those that somebody gave.
        steps: per item, what sums of it are multiples of; 0 where there is nothing of the kind.
    """

    margins: Margins
    values: np.ndarray
    steps: np.ndarray

    def too_close(self, told: np.ndarray, least: float) -> np.ndarray:
        """Items x figures, mask: means to be left out, besides those that are not `told` (items x figures), so that each cell that is in a
        mean only can lie in `least` of its range."""
        left_out = np.zeros_like(told)
        inside = (self.margins.weights > 0) & self.margins.means[:, None]
        asked = (told[:, :, None] & inside).any(axis=1) & ~self.margins.shown
        for view, watched in groupby(self._watched(told, asked, least), key=itemgetter(0)):
            attacker = _Attacker(self, view)
            for _, _, item, cell, enough in watched:
                means = told[item] & ~left_out[item] & inside[:, cell]
                if means.any() and attacker.width(item, cell, told & ~left_out, (least, enough)) < least - ROUNDING:
                    left_out[item, means] = True
        return left_out

    def _watched(self, told: np.ndarray, asked: np.ndarray, least: float) -> list[tuple[int, float, int, int, float]]:
        """What lines do not show to move enough: view, how far it moves, item, cell, and what would be enough; the closest of a view
        first."""
        margins, found = self.margins, []
        patterns, pattern = np.unique(told, axis=0, return_inverse=True)
        counted = (told.any(axis=1) & ~asked.any(axis=1)).any()
        for number, figures in enumerate(patterns):
            items = np.flatnonzero((pattern.ravel() == number) & asked.any(axis=1))
            if not (figures & margins.means).any():
                continue
            rows = margins.weights[figures]
            if _two(rows):  # whose bounds are known, but where it is told of all together how often each answer was given
                items = items[~margins.whole[items] & counted]
            if not len(items):
                continue
            rows = _independent(rows)
            enough = _enough(rows, least)
            view, item = np.indices((len(margins.persons), len(items))).reshape(2, -1)
            item, persons = items[item], margins.persons[view]
            moved = self._along_lines(view, item, rows, asked[item], enough)
            problem, cell = np.nonzero(asked[item] & (moved < enough * persons) & (persons > 0))
            width = moved[problem, cell] / persons[problem, cell]
            found += zip(view[problem], width, item[problem], cell, [enough] * len(cell), strict=True)
        return sorted(found)

    def _along_lines(self, view: np.ndarray, item: np.ndarray, rows: np.ndarray, asked: np.ndarray, enough: float) -> np.ndarray:
        """Problems (a view and an item each) x cells: how far each sum moves at least while these figures stay; those that move `enough` of
        their range are asked no further. Each round goes on from the middle of what the last one reached, away from the ends."""
        persons, step = self.margins.persons[view], self.steps[item][:, None]
        lowest, highest = self.ends_of_scale(persons.astype(np.int64), item[:, None])
        middle = self.margins.sums[view, item]
        least, largest, room = middle.copy(), middle.copy(), (highest - lowest) / 2
        moved = np.zeros_like(middle)
        for _ in range(ROUNDS):
            left = np.flatnonzero((asked & (moved < enough * persons)).any(axis=1))
            if not len(left):
                break
            ends, middle[left] = _reached(middle[left], (lowest[left], highest[left]), room[left], rows)
            least[left], largest[left] = np.minimum(least[left], ends[0]), np.maximum(largest[left], ends[1])
            moved[left] = _inwards(least[left], largest[left], step[left])
            room[left] = np.maximum(np.minimum(highest - middle, middle - lowest), 0)[left]
        return moved

    def ends_of_scale(self, persons: np.ndarray, item: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The least and the most that so many persons could have answered in all."""
        ordered = np.vstack([np.zeros((1, len(self.steps))), np.cumsum(np.sort(self.values, axis=0), axis=0)])
        return ordered[persons, item], ordered[-1, item] - ordered[len(self.values) - persons, item]


class _Attacker:
    """What one attacker can find out by linear programs. Whatever answers of all one of them finds, they count for every item and cell."""

    def __init__(self, completions: Completions, view: int):
        self.completions, self.margins, self.view = completions, completions.margins, view
        self.there = np.flatnonzero(self.margins.persons[view] > 0)
        self.persons = self.margins.persons[view, self.there]
        self.sums = self.margins.sums[view][:, self.there]
        self.answers = np.unique(completions.values, axis=0)
        self.least, self.largest = self.sums.copy(), self.sums.copy()
        self.lines: dict[bytes, tuple[csr_array, np.ndarray]] = {}

    def width(self, item: int, cell: int, told: np.ndarray, limits: tuple[float, float]) -> float:
        """How far the sum of a cell can move, as a share of its range: by the figures of the item, and where that is less than the second
        of `limits`, by all; it is asked no further where it is at least the first."""
        at = int(np.searchsorted(self.there, cell))
        if (seen := self._seen(item, at)) >= limits[0]:
            return seen
        if limits[1] < 2 * limits[0]:  # else others hardly ever leave it as it is
            alone = self._alone(item, at, told[item], limits[1])
            if alone < limits[0] - ROUNDING or alone >= limits[1]:
                return alone
        return self._together(item, at, told, limits[0])

    def _seen(self, item: int, at: int) -> float:
        return float(_inwards(self.least[item, at], self.largest[item, at], self.completions.steps[item]) / self.persons[at])

    def _alone(self, item: int, at: int, told: np.ndarray, enough: float = np.inf) -> float:
        weights = self.margins.weights[told][:, self.there]
        scale = np.column_stack(self.completions.ends_of_scale(self.persons.astype(np.int64), item))
        aim, width = np.eye(len(self.there))[at], 0.0
        low = high = self.sums[item, at]
        for sign in (1, -1):
            found = _least(sign * aim, csr_array(weights), weights @ self.sums[item], scale)
            if found is None:
                return 0.0
            low, high = min(low, found[at]), max(high, found[at])
            width = float(_inwards(low, high, self.completions.steps[item]) / self.persons[at])
            if width >= enough:
                break
        return width

    def _together(self, item: int, at: int, told: np.ndarray, least: float) -> float:
        key = told.tobytes()
        if key not in self.lines:
            self.lines = {key: self._published(told)}
        aim = np.zeros((len(self.there), len(self.answers)))
        aim[at] = self.answers[:, item]
        for sign in (1, -1):
            found = _least(sign * aim.ravel(), *self.lines[key], (0, None))
            if found is None:
                return 0.0
            sums = self.answers.T @ found.reshape(aim.shape).T
            self.least, self.largest = np.minimum(self.least, sums), np.maximum(self.largest, sums)
            if (seen := self._seen(item, at)) >= least:
                break
        return seen

    def _published(self, told: np.ndarray) -> tuple[csr_array, np.ndarray]:
        """Over cells x answers, how many persons of a cell gave which: all that is published."""
        rows = [kron(eye_array(len(self.there)), np.ones((1, len(self.answers))), format="csr")]
        totals = [self.persons]
        for item in np.flatnonzero(told.any(axis=1)):
            weights = self.margins.weights[told[item]][:, self.there]
            rows.append(kron(csr_array(weights), self.answers[None, :, item], format="csr"))
            totals.append(weights @ self.sums[item])
        return csr_array(vstack(rows, format="csr")), np.concatenate(totals)


def _two(rows: np.ndarray) -> bool:
    """Whether figures of several cells are a mean and a total, of which `means` knows the bounds."""
    several = (rows > 0).sum(axis=1) > 1
    return np.linalg.matrix_rank(rows[several]) <= 2


def _independent(rows: np.ndarray) -> np.ndarray:
    """Orthonormal rows that span the same."""
    _, size, found = np.linalg.svd(rows / np.abs(rows).max(axis=1, keepdims=True), full_matrices=False)
    return found[size > TINY * size[0]]


def _enough(rows: np.ndarray, least: float) -> float:
    """Of its range: an item that can move so far by itself can move far enough with all others. The fewer directions published figures
    leave, the more the others may bind it."""
    free = rows.shape[1] - len(rows)
    return least * min(2.75, max(1.25, 20 / max(free, 1)))


def _reached(
    start: np.ndarray, ends: tuple[np.ndarray, np.ndarray], room: np.ndarray, rows: np.ndarray
) -> tuple[tuple[np.ndarray, np.ndarray], np.ndarray]:
    """Per problem and cell the least and the largest sum that lines from here reach, one line for each cell, and the middle of them all."""
    scaled = rows * (room**2)[:, None]
    inner = scaled @ rows.T
    inner += (RIDGE * np.trace(inner, axis1=1, axis2=2) + np.finfo(float).tiny)[:, None, None] * np.eye(len(rows))
    back_to_rows = np.linalg.solve(inner, scaled)
    lines = -scaled.swapaxes(1, 2) @ back_to_rows
    each = np.arange(start.shape[1])
    lines[:, each, each] += room**2
    lines[np.abs(lines) < TINY * (room**2).max(axis=1, initial=0)[:, None, None]] = 0
    if (again := _changes(lines, rows).any(axis=1)).any():  # the ridge leaves a little
        lines[again] -= lines[again] @ rows.T @ back_to_rows[again]
        lines[_changes(lines, rows)] = 0
    below, above = (np.maximum(side, 0)[:, None] for side in (start - ends[0], ends[1] - start))
    with np.errstate(divide="ignore", invalid="ignore"):
        forth = np.where(lines > 0, above / lines, np.where(lines < 0, below / -lines, np.inf)).min(axis=2)
        back = np.where(lines > 0, below / lines, np.where(lines < 0, above / -lines, np.inf)).min(axis=2)
    forth, back = (np.where(np.isfinite(far), far, 0.0)[:, :, None] * lines for far in (forth, -back))
    reached = start + np.minimum(forth, back).min(axis=1), start + np.maximum(forth, back).max(axis=1)
    return reached, start + (forth + back).mean(axis=1) / 2


def _changes(lines: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Problems x lines, mask: published figures would change along it."""
    return np.abs(lines @ rows.T).max(axis=2, initial=0) > 10 * TINY * np.abs(lines).max(axis=2, initial=0)


def _least(aim: np.ndarray, lines: csr_array, totals: np.ndarray, limits: tuple | np.ndarray) -> np.ndarray | None:
    """Where `aim` is least; None where the solver does not say, which is no safety."""
    found = linprog(aim, A_eq=lines, b_eq=totals, bounds=limits, method="highs-ds", options={"presolve": False})
    return found.x if found.status == 0 else None


def _inwards(low: np.ndarray, high: np.ndarray, step: np.ndarray) -> np.ndarray:
    """How far apart the outermost of the sums are that whole numbers of persons can give."""
    unit = np.where(step > 0, step, 1.0)
    whole = (np.floor(high / unit + TINY) - np.ceil(low / unit - TINY)) * unit
    return np.maximum(np.where(step > 0, whole, high - low), 0)
