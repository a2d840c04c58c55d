"""How far a hidden figure can move while everything that is published, and everything an attacker knows, stays as it is.

Persons whom no published figure of a breakdown tells apart may exchange all their answers, and nothing published of it changes, so that a
hidden figure may be whatever such an exchange makes of it: in whole numbers, and whatever else is published of these answers (intervals of
GaussSuppression and tau-Argus; disclosure handbook, protection levels). Of other breakdowns only those groups are looked at that a hidden
figure has inside it (`covered`), since an exchange that would change others has a way around through the many groups that are shown; means
of countries are left aside, which are made of shown figures only and rounded. What that is worth, the linear programs of `tests/attack`
say, which leave nothing aside.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from bwise.protection.cells import Answers

ROUNDING = 1e-9


class Movement:
    """The persons of one family: what they answered, and who knows whose answers.

    Persons who are in the same cells, and known to the same attackers, are of one kind: of them it is kept how many gave which answer.

    Attributes:
        members: cells x kinds, 0/1.
        breakdown: per cell the number of the groups across that it is one of.
        base: per cell the number of its base in `answers`; -1 where no answers are known.
        answers: per base.
        outside: views x kinds, mask: whose answers the attacker does not know.
        least: share of its scale in which a hidden figure must be able to move.
    """

    def __init__(
        self,
        members: csr_array,
        breakdown: np.ndarray,
        base: np.ndarray,
        answers: tuple[Answers, ...],
        outside: np.ndarray,
        least: float,
    ):
        """`members`: cells x persons, 0/1; `outside`: views x persons, mask."""
        self.breakdown, self.base, self.answers, self.least = breakdown, base, answers, least
        cells, knowing = len(breakdown), np.packbits(outside, axis=0)
        names = np.random.default_rng(cells).integers(1, 2**62, size=cells + len(knowing))
        self._names = names[:cells]
        self._kind, kinds = pd.factorize(members.T.astype(np.int64) @ self._names + names[cells:] @ knowing)
        one_of_each = np.zeros(len(kinds), dtype=np.int64)
        one_of_each[self._kind] = np.arange(len(self._kind))
        self.members = members[:, one_of_each].toarray().astype(np.int64)
        self.outside = outside[:, one_of_each]
        self._tallies: dict[int, _Tally] = {}

    def missing(self, published: np.ndarray, cells: np.ndarray) -> np.ndarray:
        """How far each of these hidden cells is from moving far enough, added up over its items and the views; 0 for one that can.

        Args:
            published: mask of the cells.
            cells: numbers of the cells to look at.
        """
        lack = np.zeros(len(cells))
        known = self.base[cells] >= 0
        for number in np.unique(self.breakdown[cells[known]]):
            at = np.flatnonzero(known & (self.breakdown[cells] == number))
            label = (self._names * (published & (self.breakdown == number))) @ self.members  # equal: nothing published tells them apart
            short = self.least - self._widths(label, cells[at])
            lack[at] += np.where(short > ROUNDING, short, 0).sum(axis=(0, 2))
        return lack

    def covered(self, published: np.ndarray, cell: int) -> np.ndarray:
        """Cells, mask: published groups of another breakdown inside this hidden cell, where those of one breakdown leave less of it than it
        must be able to move in, to any attacker: however far the others move, they are too few."""
        if self.base[cell] < 0:
            return np.zeros(len(published), dtype=bool)
        unknown = self.outside * self._tally(self.base[cell]).persons
        beside = published & (self.base == self.base[cell]) & (self.breakdown != self.breakdown[cell])
        inside = beside & (self.members @ unknown[0] > 0) & (self.members @ (unknown[0] * ~self.members[cell].astype(bool)) == 0)
        told = unknown @ self.members[inside].T  # views x groups
        whole = unknown @ self.members[cell]
        found = np.zeros(len(published), dtype=bool)
        for number in np.unique(self.breakdown[inside]):
            of_one = self.breakdown[inside] == number
            left = whole - told[:, of_one].sum(axis=1)
            if ((left < (self.least - ROUNDING) * whole) & (whole > 0)).any():
                found |= inside & (self.breakdown == number)
        return found

    def _tally(self, base: int) -> _Tally:
        if base not in self._tallies:
            self._tallies[base] = _Tally(self.answers[base], self._kind, self.members.shape[1])
        return self._tallies[base]

    def _widths(self, label: np.ndarray, cells: np.ndarray) -> np.ndarray:
        """Views x cells (of one base) x items: from all in the cell having the lowest answers of their classes to the highest, as a share
        of what the scale would allow these persons.

        Args:
            label: per kind, the class.
        """
        tally, members = self._tally(self.base[cells[0]]), self.members[cells]
        classes = label == np.unique(label[members.any(axis=0)])[:, None]
        unknown = (classes & self.outside[:, None, :]).astype(float)  # views x classes x kinds
        inside = (members * tally.persons) @ unknown.transpose(0, 2, 1)  # views x cells x classes
        counts = (unknown.reshape(-1, unknown.shape[2]) @ tally.counts).reshape(*unknown.shape[:2], -1)
        moved = np.array([tally.moved(*of_view) for of_view in zip(counts, inside, strict=True)])
        persons = inside.sum(axis=2)[:, :, None]
        return np.divide(moved / tally.scale, persons, out=np.full(moved.shape, np.inf), where=persons > 0)


class _Tally:
    """How many persons of each kind gave which answer, of one base.

    Attributes:
        persons: per kind.
        counts: kinds x answers, those of one item after those of another, from the lowest to the highest.
        answers: the values of these.
        start: per item its first answer.
        scale: per item what lies between the least and the most that a person could answer.
    """

    def __init__(self, given: Answers, kind: np.ndarray, kinds: int):
        persons = np.flatnonzero(given.who)
        kind = kind[persons]
        found = [pd.factorize(column, sort=True) for column in given.values[persons].T]
        sizes = [len(values) for _, values in found]
        self.persons = np.bincount(kind, minlength=kinds)
        self.start = np.cumsum([0, *sizes])[:-1]
        self.answers = np.concatenate([np.zeros(0), *(values for _, values in found)])
        self.scale = given.span[:, 1] - given.span[:, 0]
        column = np.concatenate([kind[:0], *(code + start for (code, _), start in zip(found, self.start, strict=True))])
        shape = (kinds, sum(sizes))
        self.counts = csr_array((np.ones(len(column)), (np.tile(kind, len(found)), column)), shape=shape)

    def moved(self, counts: np.ndarray, inside: np.ndarray) -> np.ndarray:
        """Cells x items: how much more the highest answers of the classes add up to than the lowest.

        Args:
            counts: classes x answers, the persons of each class.
            inside: cells x classes, how many of a class are in the cell.
        """
        item = np.repeat(np.arange(len(self.start)), np.diff(self.start, append=len(self.answers)))
        persons = np.add.reduceat(counts, self.start, axis=1)  # of each class, the same for every item
        lower = np.cumsum(counts, axis=1) - counts - persons[:, :1] * item
        higher = persons[:, :1] - lower - counts
        lowest, highest = (np.clip(inside[:, :, None] - before, 0, counts) for before in (lower, higher))
        return np.add.reduceat(((highest - lowest) * self.answers).sum(axis=1), self.start, axis=1)
