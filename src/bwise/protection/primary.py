"""Primary rules: which cells rest on too few to be shown for themselves, and which say too much although they
rest on many."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from bwise.protection.cells import Cells, People, Rules
from bwise.protection.contributors import Contributors, Views, count_rows


@dataclass(frozen=True)
class Limits:
    """Fewer persons, or persons of fewer WISEs, are too few."""

    persons: int
    wises: int

    def too_few(self, persons: np.ndarray, wises: np.ndarray) -> np.ndarray:
        """Nobody is not too few."""
        return (persons > 0) & ((persons < self.persons) | (wises < self.wises))


@dataclass(frozen=True)
class SmallCells:
    """Cells that rest on too few.

    Attributes:
        in_view: views x cells, mask: in which view.
        rules: rule -> mask of cells.
    """

    in_view: np.ndarray
    rules: dict[str, np.ndarray]


def small_cells(family: Contributors, views: Views, limits: Limits) -> SmallCells:
    """Minimum frequency in persons and in WISEs (SDC handbook: holdings), also of what a partner does not
    know itself."""
    persons, wises = count_rows(family, views)
    in_view = limits.too_few(persons, wises)
    rules = {
        "persons": (persons[0] > 0) & (persons[0] < limits.persons),
        "wises": (wises[0] > 0) & (wises[0] < limits.wises),
        "partner": in_view[1:].any(axis=0) & ~in_view[0],
    }
    return SmallCells(in_view, rules)


def telling_cells(cells: Cells, people: People, rules: Rules) -> dict[str, np.ndarray]:
    """Rule -> mask of the cells it hides for what was answered, or because an earlier release hid them."""
    return {
        "sensitive": _one_sided(cells, rules.small_numerator),
        "dominance": _dominated(cells, people, rules.dominance),
        "earlier release": cells.hidden_before,
    }


def _one_sided(cells: Cells, least: int) -> np.ndarray:
    """Sensitive cells of which a figure, or its complement, rests on fewer persons than `least` (0 % and 100
    % included)."""
    one_sided = np.zeros(len(cells.sensitive), dtype=bool)
    chosen = np.flatnonzero(cells.sensitive)
    persons = cells.members[chosen].sum(axis=1)
    for adds in cells.adds:
        numerator = (adds[chosen] != 0).sum(axis=1)
        one_sided[chosen] |= (persons > 0) & ((numerator < least) | (persons - numerator < least))
    return one_sided


def _dominated(cells: Cells, people: People, percent: float | None) -> np.ndarray:
    """p % rule (SDC handbook): the total without the two largest contributors, the second of whom wants to
    know the first, is less than p % of the largest. Contributors are WISEs, and partners where a cell has
    persons of several."""
    dominated = np.zeros(len(cells.magnitudes), dtype=bool)
    chosen = np.flatnonzero(cells.magnitudes)
    if percent is None or not len(chosen):
        return dominated
    several = (_by_code(cells.members[chosen], people.partner) > 0).sum(axis=1) > 1
    for adds in cells.adds:
        amounts = abs(adds[chosen])
        dominated[chosen] |= _dominant(_by_code(amounts, people.wise), percent)
        dominated[chosen] |= _dominant(_by_code(amounts, people.partner), percent) & several
    return dominated


def _by_code(amounts: csr_array, codes: np.ndarray) -> np.ndarray:
    """Cells x persons -> cells x distinct codes."""
    _, code = np.unique(codes, return_inverse=True)
    return (amounts @ csr_array((np.ones(len(code)), (np.arange(len(code)), code)))).toarray()


def _dominant(totals: np.ndarray, percent: float) -> np.ndarray:
    ordered = np.sort(totals, axis=1)
    largest = ordered[:, -1]
    return (ordered[:, :-2].sum(axis=1) < percent / 100 * largest) & (largest > 0)
