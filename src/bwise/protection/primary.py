"""Primary rules: which cells rest on too few to be shown for themselves."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array

from bwise.protection.cells import Cells, People, Rules


def primary_cells(cells: Cells, people: People, rules: Rules) -> dict[str, np.ndarray]:
    """Rule -> mask of the cells it hides. Empty cells are shown as empty."""
    needed = np.where(cells.sensitive, rules.sensitive_persons, rules.persons)
    persons = _distinct(cells.members, np.arange(cells.members.shape[1])).sum(axis=1)
    by_wise = _distinct(cells.members, people.wise)
    by_partner = _distinct(cells.members, np.where(people.partner >= 0, people.partner, -1))
    small = (persons > 0) & (persons < needed)
    few_wises = (persons > 0) & ((by_wise > 0).sum(axis=1) < rules.wises)
    return {
        "persons": small,
        "wises": few_wises,
        "partner": _small_without_a_partner(cells, people, needed, rules.wises),
        "sensitive": cells.sensitive & _one_sided(cells, persons, rules.small_numerator),
        "dominance": cells.magnitudes & _dominated(cells, people, by_partner, rules.dominance),
        "earlier release": cells.hidden_before,
    }


def _distinct(members: csr_array, codes: np.ndarray) -> csr_array:
    """Cells x distinct codes: persons of each cell by code."""
    _, code = np.unique(codes, return_inverse=True)
    people = len(code)
    indicator = csr_array((np.ones(people, dtype=np.int64), (np.arange(people), code)), shape=(people, code.max(initial=-1) + 1))
    return members.astype(np.int64) @ indicator


def _small_without_a_partner(cells: Cells, people: People, needed: np.ndarray, wises: int) -> np.ndarray:
    """Whether what is left without some partner's persons is somebody, but too few: the partner knows the rest."""
    small = np.zeros(len(needed), dtype=bool)
    for partner in np.unique(people.partner[people.partner >= 0]):
        outside = people.partner != partner
        with_partner = cells.members[:, ~outside].sum(axis=1) > 0
        left = cells.members[with_partner][:, outside]
        persons = left.sum(axis=1)
        few = (persons < needed[with_partner]) | ((_distinct(left, people.wise[outside]) > 0).sum(axis=1) < wises)
        small[with_partner] |= few & (persons > 0)
    return small


def _one_sided(cells: Cells, persons: np.ndarray, least: int) -> np.ndarray:
    """Whether a figure, or its complement, rests on fewer persons than `least` (0 % and 100 % included)."""
    one_sided = np.zeros(len(persons), dtype=bool)
    for adds in cells.adds:
        numerator = (adds != 0).sum(axis=1)
        one_sided |= (persons > 0) & ((numerator < least) | (persons - numerator < least))
    return one_sided


def _dominated(cells: Cells, people: People, by_partner: csr_array, percent: float | None) -> np.ndarray:
    """p % rule (SDC handbook): the total without the two largest contributors, all of whose figures the second could know, is
    less than p % of the largest. Contributors are WISEs, and partners where a cell has persons of several."""
    dominated = np.zeros(cells.members.shape[0], dtype=bool)
    if percent is None:
        return dominated
    several = (by_partner > 0).sum(axis=1) > 1
    for adds in cells.adds:
        amounts = abs(adds)
        dominated |= _dominant(amounts, people.wise, percent)
        dominated |= _dominant(amounts, people.partner, percent) & several
    return dominated


def _dominant(amounts: csr_array, codes: np.ndarray, percent: float) -> np.ndarray:
    _, code = np.unique(codes, return_inverse=True)
    indicator = csr_array((np.ones(len(code)), (np.arange(len(code)), code)))
    totals = np.sort((amounts @ indicator).toarray(), axis=1)
    largest = totals[:, -1]
    return (totals[:, :-2].sum(axis=1) < percent / 100 * largest) & (largest > 0)
