"""First attack: sums of published figures. What lies in the span of the published rows can be computed by anybody, exactly."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from itertools import combinations

import numpy as np

from tests.attack.reading import NAMED_SUGGESTED, STATISTICS, People, Row

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


def leaks(family: tuple, rows: list[Row], people: People, persons: int, wises: int, view: str = "", thorough: bool = False) -> set[Leak]:
    """Combinations of answers of fewer than `persons` persons, or of persons of fewer than `wises` enterprises, that the rows give away;
    to a partner, if `view` names one, who knows his own answers.

    Found are: sums and differences of up to as many sets of people who count alike as there can be too few persons (four at least);
    of up to three such sets, and of any number of them within one enterprise or within enterprises that share one, combinations with any
    weights. Thorough: within any two enterprises of a country.
    """
    known = {n for n, partner in enumerate(people.partner) if partner == view}
    shown = [row for row in rows if not row.hidden]
    if not shown:
        return set()
    of_base = defaultdict(set)
    for row in shown:
        of_base[row.people].add(row.columns)
    atoms = _atoms(of_base, known)
    columns = sorted({name for row in rows for name, _ in row.columns})
    few = _Few(atoms, people, persons, wises, thorough)
    marks_of = cache(lambda n: _null_vectors(_matrix(of_base, atoms, columns, PRIMES[n]), PRIMES[n], few.vectors, seed=n))
    found = set()
    for quantity, weights in _quantities(rows, columns).items():

        def marks(n: int, weights=weights) -> np.ndarray:
            weigh = np.array([weights.get(name, 0) % PRIMES[n] for name in columns], dtype=np.int64)
            vectors = marks_of(n).reshape(-1, len(atoms), len(columns))
            return (vectors * weigh % PRIMES[n]).sum(axis=2).T % PRIMES[n]

        for chosen in few.computable(marks):
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
        for parts in sorted(figures) + [scale for scale in scales if len(scale) == 5 or scale[0][0].startswith(NAMED_SUGGESTED)]:
            line = np.zeros((len(atoms), len(columns)), dtype=np.int64)
            shares = np.array(list(weight.values()), dtype=np.int64)
            for name, factor in parts:
                line[list(weight), at[name]] = shares * int(factor) % prime
            made[line.tobytes()] = line.ravel()
    return np.array(list(made.values()))


def _reduced(matrix: np.ndarray, prime: int) -> tuple[np.ndarray, list[tuple[int, int]]]:
    """The reduced rows, and line and column of each pivot."""
    left, pivots = matrix.copy(), []
    for line in range(len(left)):
        column = next(iter(np.flatnonzero(left[line])), None)
        if column is None:
            continue
        left[line] = left[line] * pow(int(left[line, column]), -1, prime) % prime
        others = np.flatnonzero(left[:, column])
        others = others[others != line]
        right = left[others, column:]  # what stands before it in its line is zero
        left[others, column:] = (right - right[:, :1] * left[line, column:] % prime) % prime
        pivots.append((line, column))
    return left, pivots


def _null_vectors(matrix: np.ndarray, prime: int, count: int, seed: int) -> np.ndarray:
    """Vectors of chance among those that every row takes to zero: what a combination of rows gives is zero on each, and only that."""
    left, pivots = _reduced(matrix, prime)
    vectors = np.random.default_rng(seed).integers(1, prime, (count, matrix.shape[1]), dtype=np.int64)
    vectors[:, [column for _, column in pivots]] = 0
    free = vectors.copy()
    for line, column in pivots:
        vectors[:, column] = -((left[line] * free % prime).sum(axis=1) % prime) % prime
    return vectors


def _quantities(rows: list[Row], columns: list[str]) -> dict[str, dict[str, int]]:
    """What somebody would want to know of a person: each answer, each rating, each difference of ratings."""
    wanted = {name: {name: 1} for name in columns}
    measures = {name.partition("=")[0] for name in columns}
    for statistic, signs in STATISTICS.items():
        if set(signs) <= measures:
            wanted[statistic] = {f"{m}={k}": sign * k for m, sign in signs.items() for k in range(1, 6)}
    sums = {row.columns for row in rows if len(row.columns) > 1 and all(factor == 1 for _, factor in row.columns)}
    return wanted | {" or ".join(name for name, _ in parts): {name: 1 for name, _ in parts} for parts in sums}


class _Few:
    """Sets of atoms that are too few together, and whose marks (atoms x vectors) depend on each other: something of them is computable."""

    def __init__(self, atoms: list[frozenset[int]], people: People, persons: int, wises: int, thorough: bool):
        self.atoms, self.people, self.persons, self.wises = atoms, people, persons, wises
        self.small = [n for n in range(len(atoms)) if self._too_few([n])]
        self.of_enterprises = self._of_enterprises(thorough)
        self.vectors = 1 + max([3, *map(len, self.of_enterprises)])

    def computable(self, marks: Callable[[int], np.ndarray]) -> list[tuple[int, ...]]:
        """`marks`: those modulo one of the primes; the second is asked only whether it agrees."""
        first = marks(0)
        zero = {n for n in self.small if not first[n].any()}
        rest = np.array([n for n in self.small if n not in zero], dtype=int)
        found = [(n,) for n in zero]
        found += self._up_to_three(first, rest) + _sums(first[:, 0], rest, self.persons - 1)
        found += [dependent for own in self.of_enterprises if (dependent := _dependent(first, own, PRIMES[0]))]
        distinct = {tuple(sorted(set(map(int, s)))) for s in found if len(set(s)) == len(s)}
        second = marks(1)
        right = [s for s in distinct if self._too_few(s) and _dependent(second, s, PRIMES[1])]
        return [s for s in right if not any(set(o) < set(s) for o in right)]  # what is known of a part is told once

    def _too_few(self, chosen: Iterable[int]) -> bool:
        together = frozenset().union(*(self.atoms[n] for n in chosen))
        return len(together) < self.persons or len({self.people.wise[p] for p in together}) < self.wises

    def _of_enterprises(self, thorough: bool) -> list[list[int]]:
        """The atoms within each enterprise, and within enterprises fewer than `wises` that share an atom (thorough: within any two of a
        country)."""
        within = [(n, frozenset(self.people.wise[p] for p in self.atoms[n])) for n in self.small]
        chosen = {enterprises for _, enterprises in within if len(enterprises) < self.wises}
        chosen |= {frozenset([one]) for enterprises in chosen for one in enterprises}
        if thorough and self.wises > 2:
            country = dict(zip(self.people.wise, self.people.country, strict=True))
            alone = sorted(next(iter(s)) for s in chosen if len(s) == 1)
            chosen |= {frozenset(pair) for pair in combinations(alone, 2) if country[pair[0]] == country[pair[1]]}
        found = ([n for n, enterprises in within if enterprises <= some] for some in sorted(chosen, key=sorted))
        return [own for own in found if len(own) > 1]

    def _up_to_three(self, marks: np.ndarray, rest: np.ndarray) -> list[tuple[int, ...]]:
        """Two atoms whose marks are proportional, and three whose marks lie in a plane: as points of a projective plane, two that are one,
        and three on a line."""
        prime = PRIMES[0]
        if len(rest) < 2:
            return []
        points = marks[rest, 1:3] * _inverse(marks[rest, 0], prime)[:, None] % prime
        across, up = ((points[None, :, k] - points[:, None, k]) % prime for k in (0, 1))
        one, other = np.nonzero(np.triu((across == 0) & (up == 0), 1))
        slopes = up * _inverse(across, prime) % prime
        slopes[across == 0] = -1
        slopes[np.tril_indices(len(rest))] = -2 - np.arange(len(rest))[np.tril_indices(len(rest))[1]]  # each pair once
        order = np.argsort(slopes, axis=1, kind="stable")
        line, place = np.nonzero(np.diff(np.take_along_axis(slopes, order, axis=1), axis=1) == 0)
        triples = zip(rest[line], rest[order[line, place]], rest[order[line, place + 1]], strict=True)
        return [*zip(rest[one], rest[other], strict=True), *triples]


def _inverse(values: np.ndarray, prime: int) -> np.ndarray:
    """Modulo a prime; of 0 it is 0.

    One power alone is computed: of the product of all. Its inverse, times all other factors, is that of each (Montgomery's trick), with
    products of two, of four, of eight kept on the way.
    """
    flat = values.ravel() % prime
    products = [np.where(flat == 0, 1, flat)]
    while len(products[-1]) > 1:
        factors = products[-1]
        if len(factors) % 2:
            products[-1] = factors = np.append(factors, 1)
        products.append(factors[0::2] * factors[1::2] % prime)
    inverse = np.array([pow(int(product), -1, prime) for product in products.pop()], dtype=np.int64)
    for factors in reversed(products):
        inverse, of_each = inverse[: len(factors) // 2], np.empty_like(factors)
        of_each[0::2] = inverse * factors[1::2] % prime
        of_each[1::2] = inverse * factors[0::2] % prime
        inverse = of_each
    return np.where(flat == 0, 0, inverse[: len(flat)]).reshape(values.shape)


def _dependent(marks: np.ndarray, chosen: Iterable[int], prime: int) -> tuple[int, ...]:
    """Of these atoms some whose marks depend on each other; nothing if none do."""
    chosen = list(chosen)
    left, _ = _reduced(np.hstack([marks[chosen], np.eye(len(chosen), dtype=np.int64)]), prime)
    found = (line[marks.shape[1] :] for line in left if not line[: marks.shape[1]].any())
    return next((tuple(chosen[n] for n in np.flatnonzero(line)) for line in found), ())


def _sums(marks: np.ndarray, rest: np.ndarray, most: int) -> list[tuple[int, ...]]:
    """Four atoms whose marks, added or subtracted, give zero; five and six if so many can be too few."""
    prime = PRIMES[0]
    one, other = np.triu_indices(len(rest), 1)
    left, right = marks[rest[one]], marks[rest[other]]
    pairs = np.tile(np.stack([rest[one], rest[other]], axis=1), (2, 1))
    values = np.concatenate([(left + right) % prime, (left - right) % prime])
    found = _equal(values, pairs, values, pairs, prime)
    if most > 4:
        chosen = np.array(list(combinations(rest, 3)), dtype=int).reshape(-1, 3)
        plain = slice(0, len(one))
        of_three = marks[chosen].sum(axis=1) % prime
        found += _equal(of_three, chosen, values[plain], pairs[plain], prime)
        found += _equal(of_three, chosen, of_three, chosen, prime) if most > 5 else []
    return found


def _equal(values: np.ndarray, sets: np.ndarray, others: np.ndarray, other_sets: np.ndarray, prime: int) -> list[tuple[int, ...]]:
    """Sets of which one value is the other, or its opposite."""
    own, their = (np.minimum(some, -some % prime) for some in (values, others))
    if values is not others:
        own = np.concatenate([own, their])
    order = np.argsort(own)
    again = np.diff(own[order]) == 0
    found = []
    for begin in np.flatnonzero(again & ~np.r_[False, again[:-1]]):
        value = own[order[begin]]
        alike = order[begin : np.searchsorted(own, value, "right", sorter=order)] if value else ()
        members = [tuple(sets[n]) if n < len(sets) else tuple(other_sets[n - len(sets)]) for n in alike]
        found += [(*one, *other) for one, other in combinations(members, 2) if not set(one) & set(other)]
    return found
