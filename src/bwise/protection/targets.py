"""What must not be computable: cells that are primary, small differences of bases, and small sets found in the null space."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from bwise.protection.arithmetic import PRIME, SEED, echelons, inverses, null_vectors, product
from bwise.protection.contributors import Contributors, Counts, Views, count, count_rows, views_of
from bwise.protection.elimination import Elimination

FOUND_BY_SEARCH = 4  # classes: sets of so few are found in the null space, and a class has one person at least
BLOCK = 2**22  # entries of one array of fingerprints: views are searched in blocks of this size

Found = tuple[int, tuple[int, ...]]
"""A view and classes (or a stated set) of which a combination is computable in it."""
Sets = tuple[np.ndarray, np.ndarray]
"""Views, and as many sets of classes of one size (sets x size)."""


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
class Limits:
    """Fewer persons, or persons of fewer WISEs, are too few."""

    persons: int
    wises: int

    def too_few(self, persons: np.ndarray, wises: np.ndarray) -> np.ndarray:
        """Nobody is not too few."""
        return (persons > 0) & ((persons < self.persons) | (wises < self.wises))


@dataclass(frozen=True)
class Demands:
    """What is asked of a publication: of whom, against whom, and what must not be computable."""

    family: Contributors
    views: Views
    limits: Limits
    stated: Stated


def demands_of(family: Contributors, limits: Limits, hidden: np.ndarray, by_answers: np.ndarray) -> Demands:
    """Hidden cells, in the views where too few stand behind them, and those hidden for what was answered, in every view. If more
    persons can be too few than a search finds: differences of a base and one it contains, too (KDisclosure of GaussSuppression)."""
    views = views_of(family)
    rows = family.rows[hidden]
    always = by_answers[hidden]
    if limits.persons > FOUND_BY_SEARCH + 1:
        differences = _differences(family.rows)
        rows, always = np.vstack([rows, differences]), np.append(always, np.zeros(len(differences), dtype=bool))
    persons, wises = count_rows(family, views, rows)
    stated = Stated(rows, limits.too_few(persons, wises) | (always & (persons > 0)))
    return Demands(family, views, limits, stated)


def _differences(rows: np.ndarray) -> np.ndarray:
    """A - B for all bases B contained in a base A: the atoms they share are as many as B has."""
    sizes = rows.sum(axis=1)
    shared = (rows.astype(float) @ rows.T.astype(float)).astype(np.int64)
    larger, smaller = np.nonzero((shared == sizes) & (sizes > 0) & (sizes[:, None] > sizes))
    return np.unique(rows[larger] - rows[smaller], axis=0) if len(larger) else rows[:0]


# ------------------------------------------------------------------ small sets in the null space


def computable(demands: Demands, elimination: Elimination, numbers: np.ndarray) -> list[Target]:
    """Stated sets that are computable, and sets of too few persons or WISEs of which a combination is.

    Atoms that no published cell tells apart are merged to classes. With K, the rows of a null-space matrix by class: K_i = 0 means
    that class i is known, proportional rows a pair, dependent rows a combination (disclosure.md 2c, d). Instead of all of K a few
    random combinations of its columns are compared, so-called fingerprints of 31 bits each.

    Args:
        numbers: the views to search.
    """
    family, views, stated = demands.family, demands.views, demands.stated
    label = _classes(elimination)
    sets = np.vstack([label == np.arange(label.max(initial=-1) + 1)[:, None], stated.rows]).astype(np.int64)
    classes = len(sets) - len(stated.rows)
    null = elimination.free
    met = product(sets, null)
    targets = []
    for block in _blocks(views, numbers, len(sets)):
        counts = count(family, views.chosen(block), label, classes)
        search = _Search(null, met, views.chosen(block), counts, demands.limits)
        found = search.stated(stated.protected[block]) + search.small_sets()
        for view, members in found:
            targets.append(Target(int(block[view]), np.where(views.known[block[view]], 0, sets[list(members)])))
    return targets


def _classes(elimination: Elimination) -> np.ndarray:
    """Per atom, the number of its pattern over the published cells that count."""
    rows = elimination.rows[elimination.pivot >= 0]
    weights = np.random.default_rng(SEED).integers(1, 2**62, size=len(rows))
    return np.unique(weights @ rows, return_inverse=True)[1]


def _blocks(views: Views, numbers: np.ndarray, classes: int) -> Iterator[np.ndarray]:
    """Numbers of views that know about as many atoms, so many that their fingerprints fit into memory."""
    size = np.ceil(np.log2(np.maximum(views.known[numbers].sum(axis=1), 1)))
    most = max(1, BLOCK // (8 * (classes + 1)))
    for value in np.unique(size):
        alike = numbers[size == value]
        yield from (alike[start : start + most] for start in range(0, len(alike), most))


class _Search:
    """Fingerprints of sets of atoms in some views, and what they tell.

    Attributes:
        views, counts: with what stands behind each class in each view.
        small: views x classes, mask: too few persons or WISEs.
        prints: views x sets (classes, then stated sets) x fingerprints.
    """

    def __init__(self, null: np.ndarray, met: np.ndarray, views: Views, counts: Counts, limits: Limits):
        self.counts, self.limits, self.classes = counts, limits, counts.persons.shape[1]
        self.small = limits.too_few(counts.persons, counts.wises)
        self.of_one, self.of_two = self._sets_of_wises()
        widest = max((members.shape[1] for _, members in self.of_one + self.of_two), default=0)
        self.prints = _fingerprints(null, met, views, 1 + max(FOUND_BY_SEARCH, widest))
        self.zero = ~self.prints.any(axis=2)

    def stated(self, protected: np.ndarray) -> list[Found]:
        view, row = np.nonzero(protected & self.zero[:, self.classes :])
        return [(v, (self.classes + r,)) for v, r in zip(view.tolist(), row.tolist(), strict=True)]

    def small_sets(self) -> list[Found]:
        view, single = np.nonzero(self.small & self.zero[:, : self.classes])
        known = [(v, (c,)) for v, c in zip(view.tolist(), single.tolist(), strict=True)]
        unknown = self.small & ~self.zero[:, : self.classes]
        sums = self._proportional(unknown) + self._sums(unknown) + self._with_another_wise(unknown)
        candidates = [(np.array([view]), np.array([members])) for view, members in dict.fromkeys(sums)]
        return list(dict.fromkeys(known + self._dependent(unknown, candidates + self.of_one + self.of_two)))

    def _dependent(self, unknown: np.ndarray, sets: Iterable[Sets]) -> list[Found]:
        """Those of the sets, of unknown classes only, whose rows are dependent."""
        found = []
        for view, members in sets:
            open_ = unknown[view[:, None], members].all(axis=1)
            view, members = view[open_], members[open_]
            dependent = (echelons(self.prints[view[:, None], members, : members.shape[1] + 1])[1] < 0).any(axis=1)
            found += zip(view[dependent].tolist(), map(tuple, members[dependent].tolist()), strict=True)
        return found

    def _sets_of_wises(self) -> tuple[list[Sets], list[Sets]]:
        """Classes of one WISE, of two that share a class, and of two that have several each: no combination may be known."""
        if self.limits.wises < 2:
            return [], []
        counts, codes = self.counts, self.counts.last.max(initial=0) + 1
        view, single = np.nonzero(self.small & (counts.wises == 1))
        owner = view * codes + counts.first[view, single]
        of_one = _by_size(owner, single, owner // codes)
        if self.limits.wises == 2:
            return _larger(of_one, 1), []
        view, shared = np.nonzero(self.small & (counts.wises == 2))
        owners = np.column_stack([view, counts.first[view, shared], counts.last[view, shared]])
        pairs, pair = np.unique(owners, axis=0, return_inverse=True)
        by_owner = np.argsort(owner, kind="stable")
        number, members = [pair.ravel()], [shared]
        for side in (1, 2):
            theirs = pairs[:, 0] * codes + pairs[:, side]
            start, end = (np.searchsorted(owner[by_owner], theirs, side=edge) for edge in ("left", "right"))
            times = end - start
            number.append(np.repeat(np.arange(len(pairs)), times))
            offset = np.arange(times.sum()) - np.repeat(np.cumsum(times) - times, times)
            members.append(single[by_owner[np.repeat(start, times) + offset]])
        number = np.concatenate(number)
        of_two = _by_size(number, np.concatenate(members), pairs[number, 0])
        several = _larger(of_one, 1)
        return several, _larger(of_two, 1) + _unions(several)

    def _proportional(self, unknown: np.ndarray) -> list[Found]:
        """Pairs of classes of too few persons, or of two WISEs, with proportional rows."""
        counts = self.counts
        view, single = np.nonzero(unknown)
        rows = self.prints[view, single]
        scaled = rows[:, 1] * inverses(rows[:, 0]) % PRIME
        found = []
        for group in _equal(view, scaled):
            v = int(view[group[0]])
            for pair in itertools.combinations(single[group].tolist(), 2):
                owners = {int(w) for c in pair for w in (counts.first[v, c], counts.last[v, c])}
                few_wises = counts.wises[v, pair].max() <= 2 and len(owners) < self.limits.wises
                if counts.persons[v, pair].sum() < self.limits.persons or few_wises:
                    found.append((v, pair))
        return found

    def _with_another_wise(self, unknown: np.ndarray) -> list[Found]:
        """Several classes of one WISE and one class of another, with dependent rows: the normal of the several meets the one in 0."""
        found = []
        if self.limits.wises < 3:
            return found
        alone = unknown & (self.counts.wises == 1)
        for view, members in self.of_one:
            prints = self.prints[:, : self.classes, : members.shape[1] + 1]
            normal = null_vectors(prints[view[:, None], members], 1, np.random.default_rng(SEED))
            met = product(prints[view], normal)[:, :, 0]
            for number, other in np.argwhere(alone[view] & (met == 0)).tolist():
                if other not in members[number]:
                    found.append((int(view[number]), (*members[number].tolist(), other)))
        return found

    def _sums(self, unknown: np.ndarray) -> list[Found]:
        """Three or four classes of too few persons whose answers, added or subtracted, are known: meet in the middle of the
        fingerprints of all classes and of all sums and differences of two."""
        persons = self.counts.persons
        pieces = []
        few = unknown & (persons <= self.limits.persons - 3)
        for view in np.flatnonzero(few.sum(axis=1) > 2):
            single = np.flatnonzero(few[view])
            left, right = np.triu_indices(len(single), 1)
            close = persons[view, single[left]] + persons[view, single[right]] < self.limits.persons - 1
            left, right = single[left[close]], single[right[close]]
            first, second = np.concatenate([single, left, left]), np.concatenate([single, right, right])
            sign = np.repeat([0, 1, -1], [len(single), len(left), len(left)])
            pieces.append((np.full(len(first), view), first, second, sign))
        if not pieces:
            return []
        view, first, second, sign = (np.concatenate(p) for p in zip(*pieces, strict=True))
        sums = (self.prints[view, first, 0] + sign * self.prints[view, second, 0]) % PRIME
        found = []
        for group in _equal(view, np.minimum(sums, PRIME - sums)):
            v = int(view[group[0]])
            for one, other in itertools.combinations(group.tolist(), 2):
                members = [first[one], first[other]] + [second[i] for i in (one, other) if sign[i]]
                union = tuple(sorted({int(c) for c in members}))
                if len(union) == len(members) and persons[v, union].sum() < self.limits.persons:
                    found.append((v, union))
        return found


def _by_size(number: np.ndarray, members: np.ndarray, view: np.ndarray) -> list[Sets]:
    """Sets from their members: one entry per member, with the number of its set and the view."""
    order = np.argsort(number, kind="stable")
    _, start, sizes = np.unique(number[order], return_index=True, return_counts=True)
    sets = []
    for size in np.unique(sizes):
        places = order[start[sizes == size][:, None] + np.arange(size)]
        sets.append((view[places[:, 0]], members[places]))
    return sets


def _larger(sets: list[Sets], size: int) -> list[Sets]:
    return [(view, members) for view, members in sets if members.shape[1] > size]


def _unions(parts: list[Sets]) -> list[Sets]:
    """Each two of the parts of a view together."""
    sets = []
    for (view, one), (other_view, other) in itertools.combinations_with_replacement(parts, 2):
        left, right = np.nonzero(view[:, None] == other_view)
        once = (left < right) | (one.shape[1] != other.shape[1])
        sets.append((view[left[once]], np.hstack([one[left[once]], other[right[once]]])))
    return sets


def _fingerprints(null: np.ndarray, met: np.ndarray, views: Views, number: int) -> np.ndarray:
    """Views x sets x number: what random vectors of the null space that vanish where the view knows the answers meet in each set.

    Args:
        null: atoms x vectors, a basis of the null space.
        met: sets x vectors, what these meet.
    """
    random = np.random.default_rng(SEED)
    most = int(views.known.sum(axis=1).max(initial=0))
    if null.shape[1] > most + number + 1:
        mixing = random.integers(1, PRIME, size=(null.shape[1], most + number + 1))
        null, met = product(null, mixing), product(met, mixing)
    view, atom = np.nonzero(views.known)
    place = np.arange(len(view)) - np.searchsorted(view, view)
    known = np.zeros((len(views), most, null.shape[1]), dtype=np.int64)
    known[view, place] = null[atom]
    return product(met, null_vectors(known, number, random))


def _equal(view: np.ndarray, key: np.ndarray) -> list[np.ndarray]:
    """Positions with the same key (31 bits) in the same view, group by group; groups of two and more."""
    joined = (view << 31) + key
    ordered = np.sort(joined)
    twice = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    places = np.flatnonzero(np.isin(joined, twice)) if len(twice) else twice
    places = places[np.argsort(joined[places], kind="stable")]
    return np.split(places, np.flatnonzero(np.diff(joined[places])) + 1) if len(places) else []
