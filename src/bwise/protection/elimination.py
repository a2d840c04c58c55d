"""Gaussian elimination over the published cells, in their order, kept in its dual form.

Langsrud's loop takes candidates in order and eliminates one unit per published cell. Here the same elimination acts on columns: for
the cells published so far there is one dual vector each (it meets its own cell in 1 and all published cells of higher rank in 0),
and the free vectors span what no published cell sees (the null space). A combination of answers is computable if it meets no free
vector, and it became so at the last cell whose dual vector it meets: that cell would be refused by Langsrud's loop. In this form a
cell can be withdrawn or published again by a few column operations, and what an attacker knows is a condition on a few rows.
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
        pivot: per cell the column of its dual vector; -1 where the cell is hidden or follows from cells of higher rank.
        cell_of: per column the cell it is the dual vector of; `cells` for free vectors.
        columns: (cells + atoms) x atoms; above what each vector meets in each cell, below the vectors themselves.
    """

    def __init__(self, rows: np.ndarray):
        self.rows = rows
        self.cells, atoms = rows.shape
        self.columns = np.vstack([rows, np.eye(atoms, dtype=np.int64)])
        self.pivot = np.full(self.cells, NOTHING)
        self.cell_of = np.full(atoms, self.cells)
        self.published = np.zeros(self.cells, dtype=bool)

    @property
    def free(self) -> np.ndarray:
        """Basis (columns) of the null space of the published rows."""
        return self.columns[self.cells :, self.cell_of == self.cells]

    def coordinates(self, rows: np.ndarray) -> np.ndarray:
        """What each dual and free vector meets in each of these rows (sets of atoms)."""
        return (rows.astype(float) @ self.columns[self.cells :].astype(float)).astype(np.int64) % PRIME

    def follows(self, cell: int) -> bool:
        """Whether published cells give this one anyway."""
        return not self.columns[cell, self.cell_of == self.cells].any()

    def publish(self, cell: int) -> None:
        self.published[cell] = True
        met = np.flatnonzero((self.columns[cell] != 0) & (self.cell_of > cell))
        if len(met):
            column = met[np.argmax(self.cell_of[met])]
            if self.cell_of[column] < self.cells:
                self.pivot[self.cell_of[column]] = NOTHING
            self._make_dual(cell, column)
            self._clear(column, met[met != column], self.columns[cell])

    def withdraw(self, cell: int) -> None:
        """Hide a published cell; one that followed from it takes its place."""
        self.published[cell] = False
        column, self.pivot[cell] = self.pivot[cell], NOTHING
        if column == NOTHING:
            return
        while True:
            below = np.flatnonzero((self.columns[cell + 1 : self.cells, column] != 0) & self.published[cell + 1 :])
            if not len(below):
                self.cell_of[column] = self.cells
                return
            cell += 1 + below[0]
            if self.pivot[cell] == NOTHING:
                self._make_dual(cell, column)
                return
            self._clear(self.pivot[cell], np.array([column]), self.columns[cell])

    def _make_dual(self, cell: int, column: int) -> None:
        self.pivot[cell], self.cell_of[column] = column, cell
        scale = inverse(self.columns[cell, column])
        self.columns[:, column] = self.columns[:, column] * scale % PRIME

    def _clear(self, column: int, others: np.ndarray, row: np.ndarray) -> None:
        """Make the other columns meet the row in 0; this column meets it in 1."""
        used = np.flatnonzero(self.columns[:, column])
        block = np.ix_(used, others)
        self.columns[block] = (self.columns[block] - self.columns[used, column][:, None] * row[others]) % PRIME

    def refused(self, known: np.ndarray, spaces: list[np.ndarray]) -> list[int]:
        """Per space (k x atoms, sets of atoms), the first cell with which a combination of its rows is computable.

        Args:
            known: mask of the atoms whose answers the attacker knows; the spaces have zeros there.

        Returns:
            The number of the cell; `cells` if nothing is computable.
        """
        latest_first = np.argsort(-self.cell_of, kind="stable")
        order = self.cell_of[latest_first]
        basis, leading = echelon(self.columns[self.cells :][known][:, latest_first])
        stacked = self.coordinates(np.vstack(spaces))[:, latest_first]
        if len(basis):
            stacked = (stacked - product(stacked[:, leading], basis)) % PRIME
        first = []
        start = 0
        for space in spaces:
            rows = stacked[start : start + len(space)]
            start += len(space)
            leads = [np.flatnonzero(rows[0])[0]] if len(space) == 1 else echelon(rows)[1]
            first.append(int(order[max(leads)]))
        return first
