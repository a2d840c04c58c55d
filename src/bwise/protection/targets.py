"""What must not be computable: cells that are primary, small differences of bases, and small sets found in the null space."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from bwise.protection.arithmetic import PRIME, SEED, echelon, inverses, null_vectors, product
from bwise.protection.contributors import Contributors, Counts, View, count, count_rows
from bwise.protection.elimination import Elimination

FINGERPRINTS = 3


@dataclass(frozen=True)
class Target:
    """A space of combinations, none of which may be computable in a view.

    Attributes:
        view: number of the view.
        rows: k x atoms, sets of atoms outside what the view knows.
        rule: for the audit.
    """

    view: int
    rows: np.ndarray
    rule: str


def cells_as_targets(family: Contributors, views: list[View], always: np.ndarray) -> list[Target]:
    """Cells of too few persons or WISEs, in the views where they are, and those that other rules (`always`) hide in every view;
    differences of a base and one it contains (KDisclosure of GaussSuppression), in the views where they are too small."""
    small = _small_sets(family, views, family.rows, "cell")
    hidden = family.rows[always]
    everywhere = [
        Target(number, row[None], "cell") for number, view in enumerate(views) for row in np.where(view.known, 0, hidden) if row.any()
    ]
    return small + everywhere + _small_sets(family, views, _differences(family.rows), "difference")


def _differences(rows: np.ndarray) -> np.ndarray:
    """A - B for all bases B contained in a base A: the atoms shared are as many as B has."""
    sizes = rows.sum(axis=1)
    shared = (rows.astype(float) @ rows.T.astype(float)).astype(np.int64)
    larger, smaller = np.nonzero((shared == sizes) & (sizes > 0) & (sizes[:, None] > sizes))
    if not len(larger):
        return rows[:0]
    return np.unique(rows[larger] - rows[smaller], axis=0)


def _small_sets(family: Contributors, views: list[View], rows: np.ndarray, rule: str) -> list[Target]:
    targets = []
    for number, view in enumerate(views):
        persons, wises = count_rows(family, view, rows)
        few = (persons > 0) & ((persons < view.persons) | (wises < view.wises))
        targets += [Target(number, row[None], rule) for row in np.where(view.known, 0, rows[few])]
    return targets


# ------------------------------------------------------------------ small sets in the null space


def computable_sets(family: Contributors, view: View, number: int, elimination: Elimination) -> list[Target]:
    """Sets of too few persons or WISEs of which a combination is computable from what is published.

    Atoms that no published cell tells apart are merged to classes. With K, the rows of a null-space matrix by class: K_i = 0 means
    that class i is known, proportional rows a pair, dependent rows a combination (disclosure.md 2c, d). Instead of all of K a few
    random combinations of its columns are compared, so-called fingerprints: 31 bits each.
    """
    label = _classes(elimination)
    classes = label.max(initial=-1) + 1
    counts = count(family, view, label, classes)
    indicator = np.zeros((classes, family.atoms), dtype=np.int64)
    indicator[label, np.arange(family.atoms)] = ~view.known
    null = elimination.free
    random = np.random.default_rng(SEED)
    mixed = product(null, null_vectors(null[view.known], FINGERPRINTS, random))
    prints = product(indicator, mixed)
    candidates = counts.persons > 0
    known = candidates & ~prints.any(axis=1)
    sets = [(c,) for c in np.flatnonzero(known & ((counts.persons < view.persons) | (counts.wises < view.wises)))]
    open_ = np.flatnonzero(candidates & ~known)
    sets += _proportional(prints, open_, counts, view)
    sets += _sums(prints, open_, counts, view.persons)
    sets += _of_wises(null, view, indicator, open_, counts)
    return [Target(number, indicator[list(members)], "small set") for members in dict.fromkeys(sets)]


def _classes(elimination: Elimination) -> np.ndarray:
    """Per atom, the number of its pattern over the published cells that count."""
    rows = elimination.rows[elimination.pivot >= 0]
    _, label = np.unique(rows, axis=1, return_inverse=True)
    return label.ravel()


def _proportional(prints: np.ndarray, candidates: np.ndarray, counts: Counts, view: View) -> list[tuple[int, ...]]:
    """Pairs with proportional rows: a combination of the two is known."""
    candidates = candidates[(counts.persons[candidates] < view.persons) | (counts.wises[candidates] < view.wises)]
    rows = prints[candidates]
    scaled = rows[:, 1:] * inverses(rows[:, :1]) % PRIME
    key = (scaled[:, 0] << 31) + scaled[:, 1]
    found = []
    for group in _equal(key):
        for pair in itertools.combinations(candidates[group], 2):
            wises = {w for c in pair for w in (counts.first[c], counts.last[c])}
            few_wises = all(counts.wises[c] <= 2 for c in pair) and len(wises) < view.wises
            if counts.persons[list(pair)].sum() < view.persons or few_wises:
                found.append(pair)
    return found


def _equal(keys: np.ndarray) -> list[np.ndarray]:
    """Positions of keys that are there more than once, key by key."""
    order = np.argsort(keys, kind="stable")
    _, start, times = np.unique(keys[order], return_index=True, return_counts=True)
    return [order[s : s + n] for s, n in zip(start[times > 1], times[times > 1], strict=True)]


def _sums(prints: np.ndarray, candidates: np.ndarray, counts: Counts, limit: int) -> list[tuple[int, ...]]:
    """Three or four classes of fewer than `limit` persons together whose answers, added or subtracted, are known: meet in the middle
    of the fingerprints of all classes and of all sums and differences of two."""
    candidates = candidates[counts.persons[candidates] <= limit - 3]
    if len(candidates) < 3:
        return []
    left, right = np.triu_indices(len(candidates), 1)
    close = counts.persons[candidates[left]] + counts.persons[candidates[right]] < limit
    left, right = left[close], right[close]
    rows = prints[candidates]
    sums = np.vstack([rows, (rows[left] + rows[right]) % PRIME, (rows[left] - rows[right]) % PRIME])
    alone = np.arange(len(candidates))
    pairs = np.column_stack([np.concatenate([alone, left, left]), np.concatenate([alone, right, right])])
    negative = sums[:, :1] > PRIME // 2
    sums = np.where(negative, -sums % PRIME, sums)
    found = []
    for group in _equal((sums[:, 0] << 31) + sums[:, 1]):
        for one, other in itertools.combinations(pairs[group], 2):
            members = tuple(sorted({*candidates[one].tolist(), *candidates[other].tolist()}))
            if len(members) == len(set(one)) + len(set(other)) and counts.persons[list(members)].sum() < limit:
                found.append(members)
    return found


def _of_wises(null: np.ndarray, view: View, indicator: np.ndarray, candidates: np.ndarray, counts: Counts) -> list[tuple[int, ...]]:
    """Classes of one WISE, or of two that share a class, with dependent rows: a combination of their answers is known."""
    if view.wises < 2:
        return []
    single = candidates[counts.wises[candidates] == 1]
    owners = {(wise,): single[counts.first[single] == wise] for wise in np.unique(counts.first[single])}
    if view.wises > 2:
        double = candidates[counts.wises[candidates] == 2]
        for pair in sorted({(counts.first[c], counts.last[c]) for c in double}):
            both = double[(counts.first[double] == pair[0]) & (counts.last[double] == pair[1])]
            owners[pair] = np.concatenate([both, *(owners.get((wise,), both[:0]) for wise in pair)])
    known = null[view.known]
    return [tuple(sorted(c.tolist())) for c in owners.values() if len(c) > 2 and _dependent(null, known, indicator[c])]


def _dependent(null: np.ndarray, known: np.ndarray, rows: np.ndarray) -> bool:
    """Whether a combination of the rows is computable for those who know some atoms."""
    stacked = np.vstack([known, product(rows, null)])
    return bool((echelon(stacked)[1][len(known) :] < 0).any())
