"""How far a hidden figure can move while everything that is published, and everything an attacker knows, stays as it is.

Persons whom no published figure of a breakdown tells apart may exchange all their answers, and nothing published of it changes, so that a
hidden figure may be whatever such an exchange makes of it: in whole numbers, and whatever else is published of these answers (intervals of
GaussSuppression and tau-Argus; disclosure handbook, protection levels). Other breakdowns are left aside, since an exchange that would
change them has a way around through the many groups that are shown, and so are means of countries, which are made of shown figures only and
rounded. What that is worth, the linear programs of `tests/attack` say, which leave nothing aside.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array

from bwise.protection.cells import Answers

ROUNDING = 1e-9


class Movement:
    """The persons of one family: what they answered, and who knows whose answers.

    Attributes:
        members: cells x persons, 0/1.
        breakdown: per cell the number of the groups across that it is one of.
        base: per cell the number of its base in `answers`; -1 where no answers are known.
        answers: per base.
        outside: views x persons, mask: whose answers the attacker does not know.
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
        self.members, self.breakdown, self.base, self.answers = members, breakdown, base, answers
        self.outside, self.least = outside, least
        self._names = np.random.default_rng(members.shape[0]).integers(1, 2**62, size=members.shape[0])

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
            label = self._classes(published & (self.breakdown == number))
            for view in range(len(self.outside)):
                short = self.least - self._widths(label, cells[at], view)
                lack[at] += np.where(short > ROUNDING, short, 0).sum(axis=1)
        return lack

    def _classes(self, published: np.ndarray) -> np.ndarray:
        """Per person a number: the same for those whom no published cell tells apart."""
        return np.unique((self._names * published) @ self.members.astype(np.int64), return_inverse=True)[1]

    def _widths(self, label: np.ndarray, cells: np.ndarray, view: int) -> np.ndarray:
        """Cells (of one base) x items: from all in the cell having the lowest answers of their classes to the highest, as a share of what
        the scale would allow these persons."""
        answers = self.answers[self.base[cells[0]]]
        persons = np.flatnonzero(self.outside[view] & answers.who)
        _, label = np.unique(label[persons], return_inverse=True)
        sizes = np.bincount(label)
        end = np.cumsum(sizes)
        start = end - sizes
        by_class = csr_array((np.ones(len(persons)), (np.arange(len(persons)), label)), shape=(len(persons), len(end)))
        inside = (self.members[cells][:, persons] @ by_class).toarray().astype(np.int64)
        values, span = answers.values[persons], answers.span
        widths = np.full((len(cells), values.shape[1]), np.inf)
        counted = inside.sum(axis=1)
        for column in range(values.shape[1]):
            ordered = values[np.lexsort((values[:, column], label)), column]
            sums = np.concatenate([[0.0], np.cumsum(ordered)])
            low = sums[start + inside] - sums[start]
            high = sums[end] - sums[end - inside]
            moved = (high - low).sum(axis=1) / (span[column, 1] - span[column, 0])
            widths[counted > 0, column] = moved[counted > 0] / counted[counted > 0]
        return widths
