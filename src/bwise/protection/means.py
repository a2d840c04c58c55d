"""Which means of countries tell too closely what single countries answered that are shown nowhere.

A mean of countries is made of figures that may be shown, but are not. With the pooled figure, and with what is shown of whole countries,
it may tell them all the same: where hardly anybody of a group gave an answer, what is left for each country is next to nothing. Bounds
are those that follow from one published figure after the other, and from each mean together with the pooled figure, in whole numbers of
persons (bound propagation; Fréchet bounds are its first step). The linear programs of `tests/attack` say whether more follows from all
figures at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

ROUNDING = 1e-9
MARGIN = 1.25  # all figures at once leave a little less room than these bounds: so much more than the least is asked of them
STEPS = 50  # bounds that have not come to rest by then are hardly wider than they will be


@dataclass(frozen=True)
class Margins:
    """What is published about one base, as sums over cells: one group in one country, so that none overlap.

    Attributes:
        persons: views x cells, whose answers the attacker does not know.
        sums: views x items x cells, what these answered, each person between 0 and 1.
        whole: per item, mask: everybody adds 0 or 1.
        weights: figures x cells, with what the persons of each cell count.
        told: items x figures, mask: which figures are published.
        means: per figure, mask: a mean of countries, which may be left out.
        shown: per item and cell, mask: readers see the figure of the cell itself.
    """

    persons: np.ndarray
    sums: np.ndarray
    whole: np.ndarray
    weights: np.ndarray
    told: np.ndarray
    means: np.ndarray
    shown: np.ndarray

    def too_close(self, least: float) -> np.ndarray:
        """Items x figures, mask: means to be left out, so that each cell that is in a mean only can lie in `least` of its range."""
        left_out = np.zeros_like(self.told)
        inside = (self.weights > 0) & self.means[:, None]
        bounded = self._bounded()
        suspects = np.flatnonzero(bounded.any(axis=0))
        while len(suspects):
            told = self.told & ~left_out
            asked = told[suspects][:, :, None] & inside & ~self.shown[suspects][:, None, :]
            closest = np.where(asked, self._widths(suspects, bounded, told)[:, None, :], np.inf).min(axis=2)
            worst = closest.argmin(axis=1)
            found = closest[np.arange(len(suspects)), worst] < MARGIN * least - ROUNDING
            suspects, worst = suspects[found], worst[found]
            left_out[suspects, worst] = True
        return left_out

    @cached_property
    def _pairs(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """A mean and a pooled figure of the same cells and perhaps others, and the weight of a cell: the mean less so often the pooled
        figure. Of two figures, no other combination says more of a cell."""
        found = []
        for mean in np.flatnonzero(self.means):
            cells = self.weights[mean] > 0
            around = (self.weights[:, cells] > 0).all(axis=1) & ~self.means
            found += [(mean, pooled, weight) for pooled in np.flatnonzero(around) for weight in np.unique(self.weights[mean, cells])]
        means, pooled, weights = zip(*found, strict=True) if found else ((), (), ())
        return np.array(means, dtype=int), np.array(pooled, dtype=int), np.array(weights, dtype=float)

    @cached_property
    def _lines(self) -> np.ndarray:
        """Figures, and combinations of two, as weights: lines x cells."""
        mean, pooled, often = self._pairs
        return np.vstack([self.weights, self.weights[mean] - often[:, None] * self.weights[pooled]])

    def _told_of_lines(self, told: np.ndarray) -> np.ndarray:
        """Items x lines, mask: what is known if these figures are."""
        mean, pooled, _ = self._pairs
        return np.hstack([told, told[:, mean] & told[:, pooled]])

    def _bounded(self) -> np.ndarray:
        """Views x items, mask: any figure says anything about the cells in it."""
        persons, lines = self.persons.astype(float), self._lines
        totals = self.sums @ lines.T
        least, largest = (persons @ part(lines, 0).T for part in (np.minimum, np.maximum))
        reach = (np.abs(lines) * persons[:, None, :]).max(axis=2)
        room = np.minimum(totals - least[:, None], largest[:, None] - totals)
        says = (room < reach[:, None] - ROUNDING) & self._told_of_lines(self.told)
        return says.any(axis=2) & (self.told & self.means).any(axis=1)

    def _widths(self, items: np.ndarray, bounded: np.ndarray, told: np.ndarray) -> np.ndarray:
        """Items x cells: how far the figure of a cell can move, as a share of its range, to the attacker who can tell most."""
        view, item = np.nonzero(bounded[:, items])
        known = self._told_of_lines(told[items])[item]
        used = known.any(axis=0)
        lines, most = self._lines[used], self.persons[view].astype(float)
        totals = np.where(known[:, used], self.sums[view, items[item]] @ lines.T, np.nan)
        low, high = bounds(lines, totals, most, self.whole[items[item]])
        widths = np.full((len(items), most.shape[1]), np.inf)
        np.minimum.at(widths, item, np.divide(high - low, most, out=np.full_like(most, np.inf), where=most > 0))
        return widths


def bounds(weights: np.ndarray, totals: np.ndarray, most: np.ndarray, whole: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Lowest and highest sum of each cell that agree with every total for itself.

    Args:
        weights: figures x cells.
        totals: attackers x figures, not a number where a figure is not published.
        most: attackers x cells, the highest sum there can be; the lowest is 0.
        whole: per attacker, mask: sums are whole numbers.
    """
    up, down, size = np.maximum(weights, 0), np.minimum(weights, 0), np.where(weights == 0, np.nan, np.abs(weights))
    low, high = np.zeros_like(most), most.copy()
    for _ in range(STEPS):
        above = (totals - low @ up.T - high @ down.T)[:, :, None] / size
        below = (high @ up.T + low @ down.T - totals)[:, :, None] / size
        highest = np.fmin(high, low + _least(np.where(weights > 0, above, below)))
        lowest = np.fmax(low, high - _least(np.where(weights > 0, below, above)))
        highest = np.where(whole[:, None], np.floor(highest + ROUNDING), highest)
        lowest = np.where(whole[:, None], np.ceil(lowest - ROUNDING), lowest)
        moved = (high - highest).max(initial=0) + (lowest - low).max(initial=0)
        low, high = lowest, highest
        if moved < ROUNDING:
            break
    return low, high


def _least(room: np.ndarray) -> np.ndarray:
    """Of the figures (second axis) that say anything."""
    return np.fmin.reduce(room, axis=1, initial=np.inf)
