"""Exact linear algebra modulo a prime: int64 in, int64 out, no overflow, no tolerance.

A combination that vanishes over the rationals vanishes modulo p. The other way round fails only if p divides
a minor of the matrix; matrices here are 0/1, the prime is large, and `rank` is compared for two primes before
anything is published.
"""

from __future__ import annotations

import numpy as np

PRIME = 2**31 - 1
SECOND_PRIME = 2**31 - 19
LIMB = 16  # bits; a product of two limbs summed over 2**21 terms is exact in float64
SEED = 20240925  # fingerprints are random but the same in every run


def inverse(value: int, prime: int = PRIME) -> int:
    """Of a number that the prime does not divide."""
    return pow(int(value), -1, prime)


def inverses(values: np.ndarray) -> np.ndarray:
    """Of each number modulo PRIME, 0 for 0: the power p - 2, by squaring (Fermat)."""
    powers = values % PRIME
    result = np.ones_like(powers)
    for digit in reversed(range(PRIME.bit_length())):
        result = result * result % PRIME
        if (PRIME - 2) >> digit & 1:
            result = result * powers % PRIME
    return result


def product(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Matrix product modulo PRIME of two matrices of residues, exact: four products of 16-bit limbs in
    float64."""
    low, high = (left & (2**LIMB - 1)).astype(float), (left >> LIMB).astype(float)
    right_low, right_high = (right & (2**LIMB - 1)).astype(float), (right >> LIMB).astype(float)
    lowest = (low @ right_low).astype(np.int64) % PRIME
    middle = (low @ right_high + high @ right_low).astype(np.int64) % PRIME
    highest = (high @ right_high).astype(np.int64) % PRIME
    return (lowest + (middle << LIMB) % PRIME + ((highest << LIMB) % PRIME << LIMB) % PRIME) % PRIME


def echelon(rows: np.ndarray, prime: int = PRIME) -> tuple[np.ndarray, np.ndarray]:
    """Reduced rows, each with a 1 at its leftmost entry and zeros elsewhere in that column, and the column of
    that entry.

    Rows that depend on those before them become zero and have column -1. The columns are the column rank
    profile: the first k columns have as many of them as their rank is.
    """
    reduced = rows % prime
    leading = np.full(len(reduced), -1)
    for index, row in enumerate(reduced):
        nonzero = np.flatnonzero(row)
        if not len(nonzero):
            continue
        leading[index] = nonzero[0]
        row *= inverse(row[nonzero[0]], prime)
        row %= prime
        factors = reduced[:, nonzero[0]].copy()
        factors[index] = 0
        others = np.flatnonzero(factors)
        reduced[others] = (reduced[others] - factors[others, None] * row) % prime
    return reduced, leading


def rank(rows: np.ndarray, prime: int = PRIME) -> int:
    """Rank modulo the prime, at most the rank over the rationals."""
    return int((echelon(rows, prime)[1] >= 0).sum())


def echelons(stacks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The same for many matrices of one shape at once (matrices x rows x columns), rows scaled by whatever
    number.

    Returns:
        The reduced rows, and per row the column of its leftmost entry, -1 for rows that depend on those
        before them.
    """
    reduced = stacks % PRIME
    matrices, rows, columns = reduced.shape
    leading = np.full((matrices, rows), -1)
    every = np.arange(matrices)
    for index in range(rows if columns else 0):
        row = reduced[:, index, :]
        column = (row != 0).argmax(axis=1)
        entry = row[every, column]
        leading[:, index] = np.where(entry == 0, -1, column)
        factors = np.where(entry[:, None] == 0, 0, reduced[every, :, column])
        factors[:, index] = 0
        scale = np.where(factors == 0, 1, entry[:, None])  # rows that have nothing there stay as they are
        reduced *= scale[:, :, None]
        reduced -= factors[:, :, None] * row[:, None, :]
        reduced %= PRIME
    return reduced, leading


def null_vectors(stacks: np.ndarray, count: int, random: np.random.Generator) -> np.ndarray:
    """Random vectors that all rows of a matrix are orthogonal to, for many matrices at once.

    Args:
        stacks: matrices x rows x columns.

    Returns:
        Matrices x columns x count.
    """
    matrices, _, columns = stacks.shape
    vectors = np.tile(random.integers(1, PRIME, size=(columns, count)), (matrices, 1, 1))
    reduced, leading = echelons(stacks)
    matrix, row = np.nonzero(leading >= 0)
    column = leading[matrix, row]
    vectors[matrix, column] = 0
    met = product(reduced, vectors)[matrix, row]
    vectors[matrix, column] = -met * inverses(reduced[matrix, row, column])[:, None] % PRIME
    return vectors
