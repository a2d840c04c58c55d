"""First attack: sums of published figures. What lies in the span of the published rows can be computed by anybody, exactly."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from itertools import combinations

import numpy as np

from tests.attack.reading import STATISTICS, People, Row

PRIMES = (2_147_483_647, 2_147_483_629)
"""What is in the span of the rationals is in the span modulo a prime; the other way round up to a chance of about one in a thousand
million, which has to happen twice."""


@dataclass(frozen=True)
class Leak:
    """Something that is known exactly though it rests on too few: the sum of what these persons answered."""

    family: tuple
    quantity: str
    persons: frozenset[int]
    view: str


def leaks(family: tuple, rows: list[Row], people: People, persons: int, wises: int, view: str = "") -> set[Leak]:
    """Sums over fewer persons, or persons of fewer enterprises, that the rows give away; to a partner, if `view` names one, who knows his
    own answers."""
    known = {n for n, partner in enumerate(people.partner) if partner == view}
    shown = [row for row in rows if not row.hidden]
    if not shown:
        return set()
    of_base = defaultdict(set)
    for row in shown:
        of_base[row.people].add(row.columns)
    atoms = _atoms(of_base, known)
    columns = sorted({name for row in rows for name, _ in row.columns})
    fingerprint = cache(lambda n: _null_vector(_matrix(of_base, atoms, columns, PRIMES[n]), PRIMES[n], seed=n).reshape(len(atoms), -1))
    small = [n for n, atom in enumerate(atoms) if _is_small(atom, people, persons, wises)]
    found = set()
    for quantity, weights in _quantities(rows, columns).items():

        def marks(n: int, weights=weights) -> np.ndarray:
            weigh = np.array([weights.get(name, 0) % PRIMES[n] for name in columns], dtype=np.int64)
            return (fingerprint(n) * weigh % PRIMES[n]).sum(axis=1) % PRIMES[n]

        for chosen in _zero_sums(marks, small, atoms, people, persons, wises):
            found.add(Leak(family, quantity, frozenset().union(*(atoms[n] for n in chosen)), view))
    return found


def _atoms(bases: Iterable[tuple[tuple[int, int, int], ...]], known: set[int]) -> list[frozenset[int]]:
    """People who count alike in every published figure: nobody can tell them apart."""
    counts = defaultdict(list)
    for number, base in enumerate(bases):
        for person, top, below in base:
            if person not in known:
                counts[person].append((number, top, below))
    alike = defaultdict(set)
    for person, key in counts.items():
        alike[tuple(key)].add(person)
    return [frozenset(a) for a in alike.values()]


def _is_small(atom: frozenset[int], people: People, persons: int, wises: int) -> bool:
    return len(atom) < persons or len({people.wise[p] for p in atom}) < wises


def _matrix(of_base: dict[tuple, set[tuple]], atoms: list[frozenset[int]], columns: list[str], prime: int) -> np.ndarray:
    """Published rows x (atom, column), modulo a prime: each figure, and the base it stands on (all points of a scale add up to it)."""
    place = {next(iter(atom)): n for n, atom in enumerate(atoms)}  # everybody of an atom counts alike
    at = {name: n for n, name in enumerate(columns)}
    inverse = cache(lambda below: pow(below, -1, prime))
    made = {}
    for base, figures in of_base.items():
        weight = {place[p]: top * inverse(below) % prime for p, top, below in base if p in place}
        measures = {name.partition("=")[0] for parts in figures for name, _ in parts if "=" in name}
        scales = [tuple((name, 1.0) for name in columns if name.partition("=")[0] == m) for m in sorted(measures)]
        for parts in sorted(figures) + [scale for scale in scales if len(scale) == 5]:
            line = np.zeros((len(atoms), len(columns)), dtype=np.int64)
            shares = np.array(list(weight.values()), dtype=np.int64)
            for name, factor in parts:
                line[list(weight), at[name]] = shares * int(factor) % prime
            made[line.tobytes()] = line.ravel()
    return np.array(list(made.values()))


def _null_vector(matrix: np.ndarray, prime: int, seed: int) -> np.ndarray:
    """A vector of chance among those that every row takes to zero: what a combination of rows gives is zero on it, and only that."""
    left, pivots = matrix.copy(), []
    for line in range(len(left)):
        column = next(iter(np.flatnonzero(left[line])), None)
        if column is None:
            continue
        left[line] = left[line] * pow(int(left[line, column]), -1, prime) % prime
        others = np.flatnonzero(left[:, column])
        others = others[others != line]
        left[others] = (left[others] - left[others, column][:, None] * left[line] % prime) % prime
        pivots.append((line, column))
    free = np.random.default_rng(seed).integers(1, prime, matrix.shape[1], dtype=np.int64)
    free[[column for _, column in pivots]] = 0
    vector = free.copy()
    for line, column in pivots:
        vector[column] = -int((left[line] * free % prime).sum() % prime) % prime
    return vector


def _quantities(rows: list[Row], columns: list[str]) -> dict[str, dict[str, int]]:
    """What somebody would want to know of a person: each answer, each rating, each difference of ratings."""
    wanted = {name: {name: 1} for name in columns}
    measures = {name.partition("=")[0] for name in columns}
    for statistic, signs in STATISTICS.items():
        if set(signs) <= measures:
            wanted[statistic] = {f"{m}={k}": sign * k for m, sign in signs.items() for k in range(1, 6)}
    return wanted


def _zero_sums(
    marks: Callable[[int], np.ndarray], small: list[int], atoms: list[frozenset[int]], people: People, persons: int, wises: int
) -> list[tuple[int, ...]]:
    """Sets of up to four atoms that are too small together and whose marks add up to nothing; of one enterprise, any number of atoms.

    `marks`: those modulo one of the primes; the second is asked only whether it agrees.
    """
    first, prime = marks(0), PRIMES[0]
    alone = [(n,) for n in small if first[n] == 0]
    rest = np.array([n for n in small if first[n] != 0], dtype=int)
    found = list(alone)
    if len(rest) > 1:
        one, other = np.triu_indices(len(rest), 1)
        sums = (first[rest[one]] + first[rest[other]]) % prime
        found += [(rest[one[i]], rest[other[i]]) for i in np.flatnonzero(sums == 0)]
        value_of = {int(v): n for n, v in zip(rest, first[rest], strict=True)}
        left = (-sums) % prime
        found += [(rest[one[i]], rest[other[i]], value_of[int(left[i])]) for i in np.flatnonzero(np.isin(left, first[rest]))]
        order = np.argsort(sums)
        partner = np.searchsorted(sums[order], left)
        hits = np.flatnonzero((partner < len(order)) & (sums[order][np.minimum(partner, len(order) - 1)] == left) & (sums != 0))
        found += [(rest[one[i]], rest[other[i]], rest[one[order[partner[i]]]], rest[other[order[partner[i]]]]) for i in hits[:10_000]]
    of_one = defaultdict(list)
    for n in small:
        if len(enterprises := {people.wise[p] for p in atoms[n]}) == 1:
            of_one[next(iter(enterprises))].append(n)
    for own in of_one.values():
        found += [s for size in range(3, min(len(own), 8) + 1) for s in combinations(own[:8], size) if first[list(s)].sum() % prime == 0]
    distinct = {tuple(sorted(set(map(int, s)))) for s in found if len(set(s)) == len(s)}
    right = [s for s in distinct if marks(1)[list(s)].sum() % PRIMES[1] == 0]
    right = [s for s in right if _is_small(frozenset().union(*(atoms[n] for n in s)), people, persons, wises)]
    return [s for s in right if not any(set(o) < set(s) for o in right)]  # what is known of a part is told once
