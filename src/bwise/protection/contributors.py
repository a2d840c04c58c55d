"""Who stands behind a figure, for the public and for each attacker who knows some of the answers himself."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from bwise.protection.cells import People

NOBODY = -1


@dataclass(frozen=True)
class Contributors:
    """Persons of a family who cannot be told apart: same cells, same partner, same WISE.

    Attributes:
        rows: cells x atoms, 0/1; an atom is a pattern of membership (equal columns merged).
        atom, partner, wise, persons: per group of persons; an atom has one group per partner and WISE. WISEs
            are numbered 0, 1, …
    """

    rows: np.ndarray
    atom: np.ndarray
    partner: np.ndarray
    wise: np.ndarray
    persons: np.ndarray

    @property
    def atoms(self) -> int:
        return self.rows.shape[1]


@dataclass(frozen=True)
class Views:
    """Attackers, one per row: the public, who knows nobody's answers, then each partner, who knows its own
    respondents'. What a partner does not know must reach the thresholds without what it knows.

    A WISE, which knows its own people's answers, needs no row: what it could learn of another WISE is a
    combination of the answers of two WISEs, and none of those may be known to the public.

    Attributes:
        partner: per view, the partner's code; -1 for the public.
        outside: views x groups, mask: persons whose answers the attacker does not know.
        known: views x atoms, mask: all persons are known.
    """

    partner: np.ndarray
    outside: np.ndarray
    known: np.ndarray

    def __len__(self) -> int:
        return len(self.outside)

    def chosen(self, which: np.ndarray) -> Views:
        return Views(self.partner[which], self.outside[which], self.known[which])


def contributors_of(members: csr_array, people: People) -> Contributors:
    """Of the cells (rows) of one family; persons in no cell are left aside."""
    weights = np.random.default_rng(members.shape[0]).integers(1, 2**62, size=members.shape[0])
    by_person = members.T.astype(np.int64) @ weights
    counted = np.flatnonzero(np.bincount(members.indices, minlength=members.shape[1]))
    atom, patterns = pd.factorize(by_person[counted])
    one_of_each = np.zeros(len(patterns), dtype=np.int64)
    one_of_each[atom] = counted
    partners, partner = np.unique(people.partner[counted], return_inverse=True)
    wises, wise = np.unique(np.maximum(people.wise[counted], NOBODY), return_inverse=True)
    groups, persons = np.unique((atom * len(partners) + partner) * len(wises) + wise, return_counts=True)
    atom, partner, wise = np.unravel_index(groups, (len(patterns), len(partners), len(wises)))
    wise = np.where(wises[wise] == NOBODY, NOBODY, wise)
    rows = members[:, one_of_each].toarray().astype(np.int64)
    return Contributors(rows, atom, partners[partner], wise, persons)


def thinned(family: Contributors, persons: int, wises: int) -> Contributors:
    """The same atoms, of each partner's persons in each only as many as are `persons` of `wises` WISEs.

    They are enough in every view in which they count, whoever stands beside them, so that the others decide nothing; where they are too
    few, all are kept.
    """
    together = np.append(True, (np.diff(family.atom) != 0) | (np.diff(family.partner) != 0))  # groups stand in this order
    enough = (_before(family.persons, together) >= persons) & (_before(family.wise != NOBODY, together) >= wises)
    return replace(family, **{name: getattr(family, name)[~enough | together] for name in ("atom", "partner", "wise", "persons")})


def _before(values: np.ndarray, first: np.ndarray) -> np.ndarray:
    """Sum of the values that stand before each, from the last that is the `first` of its run."""
    sums = np.cumsum(values) - values
    return sums - sums[first][np.cumsum(first) - 1]


def views_of(family: Contributors) -> Views:
    """The public first, then each partner that has persons in the family and does not know all of them."""
    partners = np.append(NOBODY, np.unique(family.partner[family.partner >= 0]))
    outside = unknown_to(partners, family.partner)
    known = np.ones((len(partners), family.atoms), dtype=bool)
    view, group = np.nonzero(outside)
    known[view, family.atom[group]] = False
    return Views(partners, outside, known).chosen(outside.any(axis=1))


def unknown_to(viewers: np.ndarray, partner: np.ndarray) -> np.ndarray:
    """Viewers x persons, mask: whose answers a partner does not know; the public (-1) knows nobody's."""
    return (partner != viewers[:, None]) | (viewers == NOBODY)[:, None]


@dataclass(frozen=True)
class Counts:
    """Views x sets of atoms: persons, WISEs, and the smallest and largest number among these WISEs (-1
    without any)."""

    persons: np.ndarray
    wises: np.ndarray
    first: np.ndarray
    last: np.ndarray


def count(family: Contributors, views: Views, label: np.ndarray, sets: int) -> Counts:
    """What stands behind each set, where `label` says to which of `sets` sets each atom belongs."""
    labels = label[family.atom]
    persons = np.zeros((sets, len(views)), dtype=np.int64)
    np.add.at(persons, labels, (views.outside * family.persons).T)
    shape = (len(views), sets)
    wises, first, last = np.zeros(shape, dtype=np.int64), np.full(shape, NOBODY), np.full(shape, NOBODY)
    by_wise = np.lexsort([family.wise, labels])
    by_wise = by_wise[family.wise[by_wise] != NOBODY]
    labels, wise = labels[by_wise], family.wise[by_wise]
    if not len(labels):
        return Counts(persons.T, wises, first, last)
    new = np.flatnonzero(np.append(True, (labels[1:] != labels[:-1]) | (wise[1:] != wise[:-1])))
    there = np.logical_or.reduceat(views.outside[:, by_wise], new, axis=1)
    labels, wise = labels[new], wise[new]
    start = np.flatnonzero(np.append(True, labels[1:] != labels[:-1]))
    wises[:, labels[start]] = np.add.reduceat(there, start, axis=1, dtype=np.int64)
    last[:, labels[start]] = np.maximum.reduceat(np.where(there, wise, NOBODY), start, axis=1)
    lowest = np.minimum.reduceat(np.where(there, wise, wise.max() + 1), start, axis=1)
    first[:, labels[start]] = np.where(last[:, labels[start]] == NOBODY, NOBODY, lowest)
    return Counts(persons.T, wises, first, last)


def count_rows(family: Contributors, views: Views) -> tuple[np.ndarray, np.ndarray]:
    """Persons and WISEs behind each cell: views x cells."""
    by_atom = _adding(family.persons, np.arange(len(family.atom)), family.atom)
    persons = (views.outside.astype(float) @ by_atom @ family.rows.T).astype(np.int64)
    wises = np.zeros_like(persons)
    told = np.flatnonzero(family.wise != NOBODY)
    if not len(told):
        return persons, wises
    pairs, pair = np.unique(np.stack([family.partner[told], family.wise[told]]), axis=1, return_inverse=True)
    partner, wise = pairs[0], np.unique(pairs[1], return_inverse=True)[1]
    of_pair = _adding(family.persons[told], pair.ravel(), family.atom[told], family.atoms) @ family.rows.T  # partners and WISEs x cells
    of_wise = _adding(np.ones_like(wise), wise, np.arange(len(wise))) @ of_pair
    wises += (of_wise > 0).sum(axis=0)
    with_it_only = (of_pair > 0) & (of_pair == of_wise[wise])
    for view in np.flatnonzero(views.partner != NOBODY):
        wises[view] -= with_it_only[partner == views.partner[view]].sum(axis=0)
    return persons, wises


def _adding(values: np.ndarray, row: np.ndarray, column: np.ndarray, columns: int | None = None) -> csr_array:
    """A matrix with these entries."""
    return csr_array((values, (row, column)), shape=(row.max() + 1, columns or column.max() + 1))
