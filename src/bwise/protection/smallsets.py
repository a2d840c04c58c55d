"""Small sets of which a combination of answers is computable in the null space of what is published."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from functools import cache

import numpy as np

from bwise.protection.arithmetic import PRIME, SEED, echelons, inverses, null_vectors, product
from bwise.protection.contributors import Counts, Views, count
from bwise.protection.elimination import Elimination
from bwise.protection.primary import Limits
from bwise.protection.targets import FOUND_BY_SEARCH, Demands, Target

BLOCK = 2**22  # entries of one array of fingerprints: views are searched in blocks of this size

Found = tuple[int, tuple[int, ...]]
"""A view and classes of which a combination is computable in it."""
Sets = tuple[np.ndarray, np.ndarray]
"""Views, and as many sets of classes of one size (sets x size)."""


def computable(demands: Demands, elimination: Elimination, numbers: np.ndarray) -> list[Target]:
    """Stated sets that are computable, and sets of too few persons or WISEs of which a combination is.

    Atoms that no published cell tells apart are merged to classes. With K, the rows of a null-space matrix by
    class: K_i = 0 means that class i is known, proportional rows a pair, dependent rows a combination
    of answers. Instead of all of K a few random combinations of its columns are compared,
    so-called fingerprints of 31 bits each.

    Args:
        numbers: the views to search.
    """
    family, views, stated = demands.family, demands.views, demands.stated
    label, first = _classes(elimination)
    blocks = list(_blocks(views, numbers, len(first) + len(stated.rows)))
    searches = []
    for block in blocks:
        some = views.chosen(block)
        searches.append(_Search(some, count(family, some, label, len(first)), demands.limits))
    null = _mixed(elimination.free, max((search.vectors for search in searches), default=0))
    by_class = np.zeros((len(first), null.shape[1]), dtype=np.int64)
    np.add.at(by_class, label, null)
    by_row = (stated.rows.astype(float) @ null.astype(float)).astype(np.int64)
    met = np.vstack([by_class, by_row]) % PRIME
    targets = []
    for block, search in zip(blocks, searches, strict=True):
        search.compare(null, met)
        known = search.views.known
        for view, members in search.small_sets():
            rows = (label == np.array(members)[:, None]) & ~known[view]
            targets.append(Target(int(block[view]), rows.astype(np.int64)))
        for view, row in search.stated(stated.protected[block]):
            targets.append(Target(int(block[view]), np.where(known[view], 0, stated.rows[row])[None]))
    return targets


def _classes(elimination: Elimination) -> tuple[np.ndarray, np.ndarray]:
    """Per atom, the number of its pattern over the published cells that count; per pattern the first atom."""
    rows = elimination.rows[elimination.pivot >= 0]
    weights = np.random.default_rng(SEED).integers(1, 2**62, size=len(rows))
    _, first, label = np.unique(weights @ rows, return_index=True, return_inverse=True)
    return label, first


def _blocks(views: Views, numbers: np.ndarray, classes: int) -> Iterator[np.ndarray]:
    """Numbers of views that know about as many atoms, so many that their fingerprints fit into memory."""
    size = np.ceil(np.log2(np.maximum(views.known[numbers].sum(axis=1), 1)) / 2)
    most = max(1, BLOCK // (8 * (classes + 1)))
    for value in np.unique(size):
        alike = numbers[size == value]
        yield from (alike[start : start + most] for start in range(0, len(alike), most))


class _Search:
    """Fingerprints of sets of atoms in some views, and what they tell.

    Attributes:
        views, counts: with what stands behind each class in each view.
        small: views x classes, mask: too few persons or WISEs.
        number: of fingerprints: one more than the largest sets compared have classes.
        prints: views x sets (classes, then stated sets) x fingerprints.
    """

    def __init__(self, views: Views, counts: Counts, limits: Limits):
        self.views, self.counts, self.limits, self.classes = views, counts, limits, counts.persons.shape[1]
        self.small = limits.too_few(counts.persons, counts.wises)
        self.of_one, self.of_two = self._sets_of_wises()
        self.number = 1 + max(FOUND_BY_SEARCH, 2 * _widest(self.of_one), _widest(self.of_two))

    @property
    def vectors(self) -> int:
        """So many of the null space are enough: as many as the view knows atoms, and for fingerprints."""
        return int(self.views.known.sum(axis=1).max(initial=0)) + self.number + 1

    def compare(self, null: np.ndarray, met: np.ndarray) -> None:
        """Take the fingerprints: of random vectors of the null space that vanish where the view knows all.

        Args:
            null: atoms x vectors of the null space.
            met: sets (classes, then stated sets) x vectors, what these meet.
        """
        view, atom = np.nonzero(self.views.known)
        place = np.arange(len(view)) - np.searchsorted(view, view)
        known = np.zeros((len(self.views), place.max(initial=-1) + 1, null.shape[1]), dtype=np.int64)
        known[view, place] = null[atom]
        self.prints = product(met, null_vectors(known, self.number, np.random.default_rng(SEED)))
        self.zero = ~self.prints.any(axis=2)

    def stated(self, protected: np.ndarray) -> list[tuple[int, int]]:
        """Views and stated sets that are computable there and must not be."""
        return [(view, row) for view, row in np.argwhere(protected & self.zero[:, self.classes :]).tolist()]

    def small_sets(self) -> list[Found]:
        view, single = np.nonzero(self.small & self.zero[:, : self.classes])
        found = [(v, (c,)) for v, c in zip(view.tolist(), single.tolist(), strict=True)]
        unknown = self.small & ~self.zero[:, : self.classes]
        of_one = []
        for view, members in self.of_one:
            dependent = self._dependent(view, members)
            open_ = unknown[view[:, None], members].all(axis=1)
            found += _listed(view, members, open_ & dependent)
            of_one.append((view[open_ & ~dependent], members[open_ & ~dependent]))
        for view, members in self.of_two:
            open_ = unknown[view[:, None], members].all(axis=1)
            found += _listed(view, members, open_ & self._dependent(view, members))
        found += self._proportional(unknown) + self._sums(unknown) + self._of_two_wises(of_one)
        return list(dict.fromkeys(found))

    def _dependent(self, view: np.ndarray, members: np.ndarray) -> np.ndarray:
        """Mask of the sets (of one size) whose rows are dependent."""
        size = members.shape[1]
        return (echelons(self.prints[view[:, None], members, : size + 1])[1] < 0).any(axis=1)

    def _sets_of_wises(self) -> tuple[list[Sets], list[Sets]]:
        """Classes of one WISE, and classes of two that share a class: no combination of their answers may be
        known."""
        counts, codes = self.counts, self.counts.last.max(initial=0) + 1
        view, single = np.nonzero(self.small & (counts.wises == 1) & (self.limits.wises > 1))
        owner = view * codes + counts.first[view, single]
        of_one = _by_size(owner, single, view)
        view, shared = np.nonzero(self.small & (counts.wises == 2) & (self.limits.wises > 2))
        owners = np.column_stack([view, counts.first[view, shared], counts.last[view, shared]])
        pairs, pair = np.unique(owners, axis=0, return_inverse=True)
        number, members = [pair.ravel()], [shared]
        by_owner = np.argsort(owner, kind="stable")
        for side in (1, 2):
            theirs = pairs[:, 0] * codes + pairs[:, side]
            start, end = (np.searchsorted(owner[by_owner], theirs, side=edge) for edge in ("left", "right"))
            number.append(np.repeat(np.arange(len(pairs)), end - start))
            members.append(single[by_owner[_ranges(start, end)]])
        number = np.concatenate(number)
        of_two = _by_size(number, np.concatenate(members), pairs[number, 0])
        return of_one, [(view, members) for view, members in of_two if members.shape[1] > 1]

    def _proportional(self, unknown: np.ndarray) -> list[Found]:
        """Pairs of classes of too few persons, or of two WISEs, with proportional rows."""
        counts = self.counts
        views, single = np.nonzero(unknown)
        rows = self.prints[views, single]
        scaled = rows[:, 1] * inverses(rows[:, 0]) % PRIME
        found = []
        for group in _equal((views << 31) + scaled):
            view = int(views[group[0]])
            for pair in itertools.combinations(single[group].tolist(), 2):
                owners = {int(w) for c in pair for w in (counts.first[view, c], counts.last[view, c])}
                few_wises = counts.wises[view, pair].max() <= 2 and len(owners) < self.limits.wises
                if counts.persons[view, pair].sum() < self.limits.persons or few_wises:
                    found.append((view, pair))
        return self._confirmed(found)

    def _of_two_wises(self, of_one: list[Sets]) -> list[Found]:
        """Classes of one WISE and classes of another that are dependent together, although neither WISE's
        are.

        All pairs of WISEs at once by Laplace's expansion: the determinant of a + b rows is the sum, over the
        choices of a columns, of the minors of the first a rows there times those of the others in the other
        columns, with signs.
        """
        found = []
        if self.limits.wises < 3:
            return found
        for (view, one), (other_view, other) in itertools.combinations_with_replacement(of_one, 2):
            a, b = one.shape[1], other.shape[1]
            if a == b == 1:
                continue  # two classes are found as a pair
            columns = np.array(list(itertools.combinations(range(a + b), a)))
            negative = (columns.sum(axis=1) + a * (a - 1) // 2) % 2 == 1
            left = _minors(self.prints[view[:, None], one, : a + b])
            right = _minors(self.prints[other_view[:, None], other, : a + b])
            right = right[:, ::-1]  # the complements of the combinations of the left
            left, left_number = _by_view(np.where(negative, PRIME - left, left), view, len(self.prints))
            right, right_number = _by_view(right, other_view, len(self.prints))
            zero = product(left, right.transpose(0, 2, 1)) == 0
            zero &= (left_number[:, :, None] >= 0) & (right_number[:, None, :] >= 0)
            for v, i, k in np.argwhere(zero).tolist():
                if a != b or i < k:
                    found.append((v, (*one[left_number[v, i]].tolist(), *other[right_number[v, k]].tolist())))
        return found

    def _sums(self, unknown: np.ndarray) -> list[Found]:
        """Three or four classes of too few persons whose answers, added or subtracted, are known: meet in the
        middle of the fingerprints of all classes and of all sums and differences of two."""
        found = []
        persons = self.counts.persons
        few = unknown & (persons <= self.limits.persons - 3)
        for view in np.flatnonzero(few.sum(axis=1) > 2).tolist():
            single, prints = np.flatnonzero(few[view]), self.prints[view, :, 0]
            left, right = (single[side] for side in np.triu_indices(len(single), 1))
            close = persons[view, left] + persons[view, right] < self.limits.persons - 1
            left, right = left[close], right[close]
            one, other = np.concatenate([single, left, left]), np.concatenate([single, right, right])
            sign = np.repeat([0, 1, -1], [len(single), len(left), len(left)])
            sums = (prints[one] + sign * prints[other]) % PRIME
            parts = np.column_stack([one, other])
            for group in _equal(np.minimum(sums, PRIME - sums)):
                for this, that in itertools.combinations([set(p) for p in parts[group].tolist()], 2):
                    members = tuple(sorted(this | that))
                    disjoint = not this & that
                    if disjoint and persons[view, members].sum() < self.limits.persons:
                        found.append((view, members))
        return self._confirmed(found)

    def _confirmed(self, found: list[Found]) -> list[Found]:
        return [s for s in found if self._dependent(np.array([s[0]]), np.array([s[1]]))[0]]


def _by_size(number: np.ndarray, members: np.ndarray, view: np.ndarray) -> list[Sets]:
    """Sets from their members: one entry per member, with the number of its set and the view."""
    order = np.argsort(number, kind="stable")
    _, start, sizes = np.unique(number[order], return_index=True, return_counts=True)
    sets = []
    for size in np.unique(sizes):
        places = order[start[sizes == size][:, None] + np.arange(size)]
        sets.append((view[places[:, 0]], members[places]))
    return sets


def _widest(sets: list[Sets]) -> int:
    return max((members.shape[1] for _, members in sets), default=0)


def _ranges(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """start, start + 1, …, end - 1 of each range, one after the other."""
    sizes = end - start
    return np.repeat(start - np.cumsum(sizes) + sizes, sizes) + np.arange(sizes.sum())


def _listed(view: np.ndarray, members: np.ndarray, which: np.ndarray) -> list[Found]:
    return list(zip(view[which].tolist(), map(tuple, members[which].tolist()), strict=True))


def _minors(rows: np.ndarray) -> np.ndarray:
    """All minors of as many columns as there are rows, for many matrices: matrices x choices of columns, in
    lexicographic order."""
    height, width = rows.shape[1:]
    minors = np.ones((len(rows), 1), dtype=np.int64)
    for row in range(height):
        column, rest, sign = _expansion(row, width)
        terms = rows[:, row, column] * minors[:, rest] % PRIME
        minors = (terms * sign).sum(axis=2) % PRIME
    return minors


@cache
def _expansion(row: int, width: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Expansion of the minors of row + 1 columns along that row: per choice and term the column, the place of
    the minor of the other columns among those of one row less, and (per term) the sign."""
    place = {choice: number for number, choice in enumerate(itertools.combinations(range(width), row))}
    column = np.array(list(itertools.combinations(range(width), row + 1)))
    rest = [[place[c[:k] + c[k + 1 :]] for k in range(row + 1)] for c in map(tuple, column.tolist())]
    return column, np.array(rest), np.where((row + np.arange(row + 1)) % 2, -1, 1)


def _by_view(values: np.ndarray, view: np.ndarray, views: int) -> tuple[np.ndarray, np.ndarray]:
    """Values in the order of their views as views x places x width, filled with zeros, and the number of each
    place; -1: unused."""
    place = np.arange(len(view)) - np.searchsorted(view, view)
    number = np.full((views, place.max(initial=-1) + 1), -1)
    number[view, place] = np.arange(len(view))
    filled = np.zeros((*number.shape, values.shape[1]), dtype=np.int64)
    filled[view, place] = values
    return filled, number


def _mixed(null: np.ndarray, enough: int) -> np.ndarray:
    """Random combinations of the vectors, if fewer are enough."""
    if null.shape[1] <= enough:
        return null
    return product(null, np.random.default_rng(SEED).integers(1, PRIME, size=(null.shape[1], enough)))


def _equal(keys: np.ndarray) -> list[np.ndarray]:
    """Positions with the same key, group by group; groups of two and more."""
    ordered = np.sort(keys)
    twice = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    places = np.flatnonzero(np.isin(keys, twice)) if len(twice) else np.zeros(0, dtype=np.int64)
    places = places[np.argsort(keys[places], kind="stable")]
    return np.split(places, np.flatnonzero(np.diff(keys[places])) + 1) if len(places) else []
