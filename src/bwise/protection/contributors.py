"""Who stands behind a figure, for the public and for each attacker who knows some of the answers himself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from bwise.protection.cells import People


@dataclass(frozen=True)
class Contributors:
    """Persons of a family who cannot be told apart: same cells, same partner, same WISE.

    Attributes:
        rows: cells x atoms, 0/1; an atom is a pattern of membership (equal columns merged).
        atom, partner, wise, persons: per group of persons; an atom has one group per partner and WISE.
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
class View:
    """An attacker: whose answers he does not know (mask over the groups), and how few of those are too few.

    The public knows nobody's answers. A partner knows its own respondents': what is left must reach the thresholds without them
    (Salazar's attackers; disclosure.md 1, "Known data"). A WISE knows its own people's: of what is left it must not
    learn one person's answer, or a combination of one other WISE's: two of each, which is what a threshold of three WISEs is for.
    """

    outside: np.ndarray
    known: np.ndarray
    persons: int
    wises: int


def contributors_of(members: csr_array, people: People) -> Contributors:
    """Of the cells (rows) of one family; persons in no cell are left aside."""
    weights = np.random.default_rng(members.shape[0]).integers(1, 2**62, size=members.shape[0])
    by_person = members.astype(np.int64).T @ weights
    counted = np.flatnonzero(np.bincount(members.indices, minlength=members.shape[1]))
    _, first, atom = np.unique(by_person[counted], return_index=True, return_inverse=True)
    keys = np.column_stack([atom, people.partner[counted], people.wise[counted]])
    groups, persons = np.unique(keys, axis=0, return_counts=True)
    rows = members[:, counted[first]].toarray().astype(np.int64)
    return Contributors(rows, groups[:, 0], groups[:, 1], groups[:, 2], persons)


def views_of_partners(family: Contributors, persons: int, wises: int) -> list[View]:
    """The public first, then each partner with persons in the family."""
    everybody = np.ones(len(family.persons), dtype=bool)
    views = [_view(family, everybody, persons, wises)]
    for partner in np.unique(family.partner[family.partner >= 0]):
        views.append(_view(family, family.partner != partner, persons, wises))
    return views


def views_of_wises(family: Contributors, persons: int, wises: int) -> list[View]:
    """Each WISE with persons in the family."""
    persons, wises = min(persons, 2), min(wises, 2)
    return [_view(family, family.wise != wise, persons, wises) for wise in np.unique(family.wise)]


def _view(family: Contributors, outside: np.ndarray, persons: int, wises: int) -> View:
    unknown = np.bincount(family.atom[outside], minlength=family.atoms)
    return View(outside, unknown == 0, persons, wises)


@dataclass(frozen=True)
class Counts:
    """Per set of atoms, seen in a view: persons, WISEs, and the smallest and largest code among these WISEs."""

    persons: np.ndarray
    wises: np.ndarray
    first: np.ndarray
    last: np.ndarray


def count(family: Contributors, view: View, label: np.ndarray, sets: int) -> Counts:
    """Per set, where `label` says to which of `sets` sets each atom belongs."""
    labels, wises = label[family.atom[view.outside]], family.wise[view.outside]
    persons = np.bincount(labels, weights=family.persons[view.outside], minlength=sets).astype(np.int64)
    pairs = np.unique(np.column_stack([labels, wises]), axis=0)
    number = np.bincount(pairs[:, 0], minlength=sets)
    first, last = np.full(sets, -1), np.full(sets, -1)
    first[pairs[::-1, 0]] = pairs[::-1, 1]
    last[pairs[:, 0]] = pairs[:, 1]
    return Counts(persons, number, first, last)


def count_rows(family: Contributors, view: View, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Persons and WISEs behind each row (sets of atoms, 0/1), seen in a view."""
    belongs = rows[:, family.atom[view.outside]] != 0
    persons = belongs @ family.persons[view.outside]
    wises, code = np.unique(family.wise[view.outside], return_inverse=True)
    by_wise = csr_array((np.ones(len(code)), (np.arange(len(code)), code)), shape=(len(code), len(wises)))
    return persons, ((belongs.astype(float) @ by_wise) > 0).sum(axis=1)
