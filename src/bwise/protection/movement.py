"""How far a hidden figure can move while everything that is published, and everything an attacker knows, stays as it is.

Two bounds. From inside: persons whom no published figure tells apart may exchange all their answers, and nothing published changes, so
that a figure may be whatever such an exchange makes of it. It is quick, and holds whatever is published about these answers. Where it
does not reach far enough: the largest and the smallest value that agree with the published sums, by linear programming (intervals of
GaussSuppression and tau-Argus; disclosure handbook, protection levels).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array

from bwise.protection.cells import Answers

ROUNDING = 1e-9


@dataclass(frozen=True)
class Narrow:
    """A hidden cell of which an item cannot move far enough in a view.

    Attributes:
        cell, view, item: their numbers; the item is one of the base of the cell.
        width: how far it can move, as a share of what the scale would allow these persons.
    """

    cell: int
    view: int
    item: int
    width: float


class Movement:
    """The persons of one family: what they answered, and who knows whose answers.

    Attributes:
        members: cells x persons, 0/1.
        base: per cell the number of its base in `answers`; -1 where no answers are known.
        answers: per base.
        outside: views x persons, mask: whose answers the attacker does not know.
        least: share of its scale in which a hidden figure must be able to move.
    """

    def __init__(self, members: csr_array, base: np.ndarray, answers: tuple[Answers, ...], outside: np.ndarray, least: float):
        self.members, self.base, self.answers, self.outside, self.least = members, base, answers, outside, least
        self._names = np.random.default_rng(members.shape[0]).integers(1, 2**62, size=members.shape[0])
        bases = np.array([a.who for a in answers], dtype=np.int64).reshape(len(answers), -1)
        self._asked = np.random.default_rng(len(bases)).integers(1, 2**62, size=len(bases)) @ bases

    def narrow(self, published: np.ndarray, hidden: np.ndarray) -> list[Narrow]:
        """Hidden cells that cannot move far enough: one entry per cell, with the view and the item that can move least.

        Args:
            published: mask of the cells.
            hidden: numbers of the cells to look at.
        """
        label = self._classes(published)
        least: dict[int, Narrow] = {}
        for base in np.unique(self.base[hidden]):
            cells = hidden[self.base[hidden] == base]
            for view in range(len(self.outside)) if base >= 0 else ():
                widths = self._exchanged(label, cells, view)
                for place, item in np.argwhere(widths < self.least - ROUNDING).tolist():
                    found = Narrow(int(cells[place]), view, item, float(widths[place, item]))
                    if found.cell not in least or found.width < least[found.cell].width:
                        wide = self._programmed(published, found)
                        if wide < self.least - ROUNDING:
                            least[found.cell] = Narrow(found.cell, view, item, wide)
        return list(least.values())

    def width(self, published: np.ndarray, at: Narrow) -> float:
        """How far this item of this cell can move if these cells are published."""
        inside = self._exchanged(self._classes(published), np.array([at.cell]), at.view, at.item)[0, 0]
        return inside if inside >= self.least - ROUNDING else self._programmed(published, at)

    def _classes(self, published: np.ndarray) -> np.ndarray:
        """Per person a number: the same for those whom no published cell tells apart and who were asked the same."""
        seen = (self._names * published) @ self.members.astype(np.int64)
        return np.unique(seen + self._asked, return_inverse=True)[1]

    def _exchanged(self, label: np.ndarray, cells: np.ndarray, view: int, item: int | None = None) -> np.ndarray:
        """Cells (of one base) x items: between all in the cell having the highest answers of their classes, and the lowest."""
        answers = self.answers[self.base[cells[0]]]
        items = slice(None) if item is None else slice(item, item + 1)
        persons = np.flatnonzero(self.outside[view] & answers.who)
        _, label = np.unique(label[persons], return_inverse=True)
        end = np.cumsum(np.bincount(label))
        start = end - np.bincount(label)
        by_class = csr_array((np.ones(len(persons)), (np.arange(len(persons)), label)), shape=(len(persons), len(end)))
        inside = (self.members[cells][:, persons] @ by_class).toarray().astype(np.int64)
        values, span = answers.values[persons, items].astype(float), answers.span[items]
        widths = np.full((len(cells), values.shape[1]), np.inf)
        counted = inside.sum(axis=1)
        for column in range(values.shape[1]):
            ordered = values[np.lexsort((values[:, column], label)), column]
            sums = np.concatenate([[0.0], np.cumsum(ordered)])
            low = sums[start + inside] - sums[start]
            high = sums[end] - sums[end - inside]
            moved = (high - low).sum(axis=1)
            np.divide(moved, span[column, 1] - span[column, 0], out=moved)
            widths[counted > 0, column] = moved[counted > 0] / counted[counted > 0]
        return widths

    def _programmed(self, published: np.ndarray, at: Narrow) -> float:
        """The width of the item by linear programming: unknown is the sum of the answers of each set of persons who count alike."""
        answers = self.answers[self.base[at.cell]]
        persons = np.flatnonzero(self.outside[at.view] & answers.who)
        told = np.append(np.flatnonzero(published & self._tells(answers.values[:, at.item], answers.who)), at.cell)
        pattern = (self._names[told] @ self.members[told][:, persons].astype(np.int64)).astype(np.int64)
        _, first, atom, size = np.unique(pattern, return_index=True, return_inverse=True, return_counts=True)
        rows = self.members[told][:, persons[first]]
        sums = np.bincount(atom, answers.values[persons, at.item].astype(float))
        low, high = answers.span[at.item]
        limits = np.column_stack([low * size, high * size])
        aim, known = rows[[-1]].toarray()[0], rows[:-1]
        ends = []
        for sign in (1, -1):
            found = linprog(sign * aim, A_eq=known, b_eq=known @ sums, bounds=limits, method="highs")
            if found.status:
                return 0.0  # no answer is no safety
            ends.append(sign * found.fun)
        return (ends[1] - ends[0]) / ((high - low) * (aim @ size))

    def _tells(self, values: np.ndarray, who: np.ndarray) -> np.ndarray:
        """Mask of the cells whose figures tell of these answers: of this base, or of a part of it that was asked the same."""
        same = []
        for other in self.answers:
            inside = not (other.who & ~who).any()
            columns = np.where(other.who[:, None], other.values - values[:, None], 0) if inside else np.ones((1, 1))
            same.append(bool((columns == 0).all(axis=0).any()))
        return np.array([base >= 0 and same[base] for base in self.base])
