"""Gaussian elimination over the published cells, in their order, kept in its dual form.

Langsrud's loop takes candidates in order and eliminates one unit per published cell. Here the same
elimination acts on columns: for the cells published so far there is one dual vector each (it meets its own
cell in 1 and all published cells of higher rank in 0), and the free vectors span what no published cell sees
(the null space). A combination of answers is computable if it meets no free vector, and it became so at the
last cell whose dual vector it meets: that cell would be refused by Langsrud's loop. In this form a cell can
be withdrawn or published again by a few column operations, and what an attacker knows is a condition on a few
rows.
"""

from __future__ import annotations

import numpy as np

from bwise.protection.arithmetic import PRIME, echelon, inverse, product

NOTHING = -1


class Elimination:
    """Published cells and their dual vectors; cells are numbered by rank, 0 is published first.

    Attributes:
        rows: cells x atoms, 0/1.
        published: mask of cells.
        pivot: per cell its dual vector; -1 where the cell is hidden or follows from cells of higher rank.
        cell_of: per vector the cell it is dual to; `cells` for free vectors.
        vectors: atoms x (cells + atoms); what each vector meets in each cell, then the vector itself.
    """

    def __init__(self, rows: np.ndarray):
        self.rows = rows
        self.cells, atoms = rows.shape
        self.vectors = np.hstack([rows.T, np.eye(atoms, dtype=np.int64)])
        self.pivot = np.full(self.cells, NOTHING)
        self.cell_of = np.full(atoms, self.cells)
        self.published = np.zeros(self.cells, dtype=bool)

    @property
    def free(self) -> np.ndarray:
        """Basis of the null space of the published rows: atoms x vectors."""
        return self.vectors[self.cell_of == self.cells, self.cells :].T

    def follows(self, cell: int) -> bool:
        """Whether published cells give this one anyway."""
        return not self.vectors[self.cell_of == self.cells, cell].any()

    def publish(self, cell: int) -> None:
        """Also between cells that are published already; one that follows from those before it keeps no dual
        vector."""
        self.published[cell] = True
        met = np.flatnonzero((self.vectors[:, cell] != 0) & (self.cell_of > cell))
        if len(met):
            vector = met[np.argmax(self.cell_of[met])]
            if self.cell_of[vector] < self.cells:
                self.pivot[self.cell_of[vector]] = NOTHING
            self._make_dual(vector, cell)
            self._clear(met[met != vector], cell)

    def withdraw(self, cell: int) -> None:
        """Hide a published cell; one that followed from it takes its place."""
        self.published[cell] = False
        vector, self.pivot[cell] = self.pivot[cell], NOTHING
        if vector == NOTHING:
            return
        while True:
            met = self.published & (self.vectors[vector, : self.cells] != 0)
            below = np.flatnonzero(met[cell + 1 :])
            if not len(below):
                self.cell_of[vector] = self.cells
                return
            cell += 1 + below[0]
            if self.pivot[cell] == NOTHING:
                self._make_dual(vector, cell)
                return
            self._clear(np.array([vector]), cell)

    def _make_dual(self, vector: int, cell: int) -> None:
        self.pivot[cell], self.cell_of[vector] = vector, cell
        self.vectors[vector] = self.vectors[vector] * inverse(self.vectors[vector, cell]) % PRIME

    def _clear(self, vectors: np.ndarray, cell: int) -> None:
        """Make these vectors meet the cell in 0, by means of its dual vector, which meets it in 1."""
        met = self.vectors[vectors, cell]
        dual = self.vectors[self.pivot[cell]]
        self.vectors[vectors] = (self.vectors[vectors] - met[:, None] * dual) % PRIME

    def refused(self, known: np.ndarray, spaces: list[np.ndarray]) -> list[int]:
        """Per space (k x atoms, sets of atoms), the first cell with which a combination of its rows is
        computable.

        Args:
            known: mask of the atoms whose answers the attacker knows; the spaces have zeros there.

        Returns:
            The number of the cell; `cells` if nothing is computable.
        """
        latest_first = np.argsort(-self.cell_of, kind="stable")
        order = self.cell_of[latest_first]
        vectors = self.vectors[latest_first, self.cells :].T
        rows = np.vstack(spaces)
        used = rows.any(axis=0)
        met = (rows[:, used].astype(float) @ vectors[used].astype(float)).astype(np.int64) % PRIME
        if known.any():
            basis, leading = echelon(vectors[known])
            met = (met - product(met[:, leading], basis)) % PRIME
        starts = np.cumsum([len(space) for space in spaces])[:-1]
        return [int(order[_last_lead(rows)]) for rows in np.split(met, starts)]


def _last_lead(rows: np.ndarray) -> int:
    """The largest of the columns where the reduced rows begin; they are independent."""
    return int(np.flatnonzero(rows[0])[0]) if len(rows) == 1 else int(echelon(rows)[1].max())
