"""What must not be computable, as far as known beforehand: primary cells and small differences of bases."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from bwise.protection.contributors import Contributors, Views, count_rows
from bwise.protection.primary import Limits

FOUND_BY_SEARCH = 4  # sets of so many classes are found in the null space; a class has one person at least


@dataclass(frozen=True)
class Target:
    """A space of combinations, none of which may be computable in a view.

    Attributes:
        view: number of the view.
        rows: k x atoms, sets of atoms outside what the view knows.
    """

    view: int
    rows: np.ndarray

    @property
    def key(self) -> tuple[int, bytes]:
        return self.view, self.rows.tobytes()


@dataclass(frozen=True)
class Stated:
    """Sets that must not be computable, known beforehand.

    Attributes:
        rows: sets x atoms, 0/1.
        protected: views x sets, mask: in which view the set is not to be known.
    """

    rows: np.ndarray
    protected: np.ndarray


@dataclass(frozen=True)
class Demands:
    """What is asked of a publication: of whom, against whom, and what must not be computable."""

    family: Contributors
    views: Views
    limits: Limits
    stated: Stated


def demands_of(
    family: Contributors,
    views: Views,
    limits: Limits,
    *,
    small: np.ndarray,
    telling: np.ndarray,
) -> Demands:
    """Cells that are too small, in the views where they are (`small`, views x cells), and those that tell too
    much, in every view. If more persons can be too few than a search finds: differences of a base and one it
    contains, too (KDisclosure of GaussSuppression), in views where they are too small."""
    hidden = small.any(axis=0) | telling
    rows = family.rows[hidden]
    somebody = ~views.known @ rows.T > 0
    protected = small[:, hidden] | (telling[hidden] & somebody)
    if limits.persons > FOUND_BY_SEARCH + 1:
        differences = replace(family, rows=_differences(family.rows))
        rows = np.vstack([rows, differences.rows])
        protected = np.hstack([protected, limits.too_few(*count_rows(differences, views))])
    return Demands(family, views, limits, Stated(rows, protected))


def _differences(rows: np.ndarray) -> np.ndarray:
    """A - B for all bases B contained in a base A: the atoms they share are as many as B has."""
    sizes = rows.sum(axis=1)
    shared = (rows.astype(float) @ rows.T.astype(float)).astype(np.int64)
    larger, smaller = np.nonzero((shared == sizes) & (sizes > 0) & (sizes[:, None] > sizes))
    return np.unique(rows[larger] - rows[smaller], axis=0) if len(larger) else rows[:0]
