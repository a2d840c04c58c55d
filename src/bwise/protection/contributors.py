"""Who stands behind a figure, for the public and for each attacker who knows some of the answers himself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
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
    respondents' (Salazar's attackers; disclosure.md 1, "Known data"). What a partner does not know must reach
    the thresholds without what it knows.

    A WISE, which knows its own people's answers, needs no row: what it could learn of another WISE is a
    combination of the answers of two WISEs, and none of those may be known to the public.

    Attributes:
        outside: views x groups, mask: persons whose answers the attacker does not know.
        known: views x atoms, mask: all persons are known.
    """

    outside: np.ndarray
    known: np.ndarray

    def __len__(self) -> int:
        return len(self.outside)

    def chosen(self, which: np.ndarray) -> Views:
        return Views(self.outside[which], self.known[which])


def contributors_of(members: csr_array, people: People) -> Contributors:
    """Of the cells (rows) of one family; persons in no cell are left aside."""
    weights = np.random.default_rng(members.shape[0]).integers(1, 2**62, size=members.shape[0])
    by_person = members.T.astype(np.int64) @ weights
    counted = np.flatnonzero(np.bincount(members.indices, minlength=members.shape[1]))
    _, first, atom = np.unique(by_person[counted], return_index=True, return_inverse=True)
    partners, partner = np.unique(people.partner[counted], return_inverse=True)
    wises, wise = np.unique(np.maximum(people.wise[counted], NOBODY), return_inverse=True)
    groups, persons = np.unique((atom * len(partners) + partner) * len(wises) + wise, return_counts=True)
    atom, partner, wise = np.unravel_index(groups, (len(first), len(partners), len(wises)))
    wise = np.where(wises[wise] == NOBODY, NOBODY, wise)
    rows = members[:, counted[first]].toarray().astype(np.int64)
    return Contributors(rows, atom, partners[partner], wise, persons)


def views_of(family: Contributors) -> Views:
    """The public first, then each partner that has persons in the family and does not know all of them."""
    partners = np.unique(family.partner[family.partner >= 0])
    outside = np.vstack([np.ones((1, len(family.persons)), dtype=bool), family.partner != partners[:, None]])
    known = np.ones((len(outside), family.atoms), dtype=bool)
    view, group = np.nonzero(outside)
    known[view, family.atom[group]] = False
    return Views(outside, known).chosen(outside.any(axis=1))


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
    belongs = family.rows[:, family.atom] * family.persons
    of_known_wises = family.wise != NOBODY
    in_all = _by_wise(belongs, family.wise, of_known_wises)
    persons = (belongs @ views.outside.T).T
    wises = np.tile((in_all > 0).sum(axis=1), (len(views), 1))
    for view, outside in enumerate(views.outside):
        inside = ~outside & of_known_wises
        known = _by_wise(belongs, family.wise, inside)
        all_of_them = in_all[:, np.isin(np.unique(family.wise[of_known_wises]), family.wise[inside])]
        wises[view] -= ((known > 0) & (known == all_of_them)).sum(axis=1)
    return persons, wises


def _by_wise(belongs: np.ndarray, wise: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """Cells x groups -> cells x WISEs of the chosen groups, in order."""
    order = np.flatnonzero(chosen)[np.argsort(wise[chosen], kind="stable")]
    start = np.flatnonzero(np.diff(wise[order], prepend=NOBODY))
    return np.add.reduceat(belongs[:, order], start, axis=1) if len(start) else belongs[:, :0]
