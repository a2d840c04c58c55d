"""How much an order of figures hangs on single enterprises: enterprises are drawn anew within their countries, with all their respondents.

Nobody was drawn at random, so this says nothing about those who did not take part: it is stability, not a margin of error (AAPOR, "Opt-in
surveys and margin of error"). n - 1 of the n enterprises of a country are drawn with replacement: drawing n makes the spread too small
(Rao and Wu 1988). Only outcomes are published (clearly above, or not), never what was drawn.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

DRAWS = 2000
DISCOVERIES = 0.10  # the share of false ones among differences that pass (Benjamini and Hochberg 1995)
FALSE_TABLES = 0.05  # the share of tables without any difference in which one is called clear (Westfall and Young 1993)
EQUAL = 1e-9  # figures no further apart are the same but for rounding


@dataclass(frozen=True, eq=False)
class Sums:
    """What figures are made of: enterprises x figures, what the respondents of each add and how many they are, and their countries.
    A figure is the sum of the first divided by the sum of the second."""

    added: np.ndarray
    persons: np.ndarray
    country: np.ndarray

    def figures(self, weights: np.ndarray) -> np.ndarray:
        """Draws x figures, with enterprises counted as often as `weights` (draws x enterprises) say; not a number without respondents."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return (weights @ self.added) / (weights @ self.persons)

    @property
    def without_each_country(self) -> np.ndarray:
        """Countries x figures: each country left out in turn."""
        return self.figures((self.country[None, :] != np.unique(self.country)[:, None]).astype(float))


def draws(country: np.ndarray, seed: int, number: int = DRAWS) -> np.ndarray:
    """Draws x enterprises: how often each was drawn; `country`: of each enterprise."""
    random = np.random.default_rng(seed)
    found = np.zeros((number, len(country)))
    for one in np.unique(country):
        inside = np.flatnonzero(country == one)
        found[:, inside] = random.multinomial(len(inside) - 1, np.full(len(inside), 1 / len(inside)), size=number)
    return found


def screens(differences: np.ndarray) -> np.ndarray:
    """p* of each difference (draws x differences), twice the smaller share of draws on either side of zero; a screen, never printed."""
    number = len(differences)
    sides = np.minimum((differences <= 0).sum(axis=0), (differences >= 0).sum(axis=0)) / number
    return np.maximum(2 * sides, 2 / (number + 1)).clip(max=1)


def pass_together(p: np.ndarray, q: float = DISCOVERIES) -> np.ndarray:
    """Which of many comparisons pass together: all up to the largest i-th smallest p that is at most i q / m."""
    order = np.argsort(p, kind="stable")
    below = np.flatnonzero(p[order] <= q * np.arange(1, len(p) + 1) / len(p))
    passed = np.zeros(len(p), dtype=bool)
    passed[order[: below[-1] + 1 if len(below) else 0]] = True
    return passed


def anything_differs(apart: np.ndarray, differences: np.ndarray, freedom: int, rate: float = FALSE_TABLES) -> bool:
    """Whether the differences of a table (`apart`: as published; `differences`: draws x differences) hold more than chance.

    They do if the largest, counted in its own spread over the draws, is larger than the largest of a draw around its mean is in all but
    `rate` of the draws: max-T of Westfall and Young (1993), which holds for any number of comparisons, however they hang together. Spreads
    come from few enterprises, so the limit is taken from the normal distribution to that of t with `freedom` degrees of freedom,
    enterprises less countries (Abramowitz and Stegun 1964, 26.7.5, first term).
    """
    spread = differences.std(axis=0)
    varies = spread > EQUAL
    if (np.abs(apart[~varies]) > EQUAL).any():
        return True  # apart by the same in every draw
    if not varies.any() or freedom < 1:
        return False
    moved = np.abs(differences[:, varies] - differences[:, varies].mean(axis=0)) / spread[varies]
    limit = np.quantile(moved.max(axis=1), 1 - rate)
    limit += (limit**3 + limit) / (4 * freedom)
    return bool((np.abs(apart[varies]) / spread[varies]).max() > limit)


def clearly_above(sums: Sums, unflagged: Sums, drawn: np.ndarray, least: float) -> np.ndarray:
    """Figures x figures: whether one lies clearly above another; `drawn`: as `draws` gives it.

    It does if the table holds more than chance (`anything_differs`), they are at least `least` apart, the difference passes with all others
    of the table in draws of enterprises, and it has the same sign without any one country and without flagged respondents.
    """
    figures = sums.figures(drawn)
    figures = figures[~np.isnan(figures).any(axis=1)]
    number = figures.shape[1]
    one, other = np.triu_indices(number, 1)
    if not len(one) or not len(figures):
        return np.zeros((number, number), dtype=bool)
    everybody = np.ones((1, len(sums.country)))
    apart = sums.figures(everybody)[0, one] - sums.figures(everybody)[0, other]
    differences = figures[:, one] - figures[:, other]
    answered = sums.country[sums.persons.any(axis=1)]
    if not anything_differs(apart, differences, len(answered) - len(np.unique(answered))):
        return np.zeros((number, number), dtype=bool)
    passed = pass_together(screens(differences))
    again = np.vstack([sums.without_each_country, unflagged.figures(everybody)])
    with np.errstate(invalid="ignore"):
        same = (np.sign(again[:, one] - again[:, other]) == np.sign(apart)).all(axis=0)
    clear = passed & same & (np.abs(apart) >= least)
    above = np.zeros((number, number), dtype=bool)
    above[one[clear & (apart > 0)], other[clear & (apart > 0)]] = True
    above[other[clear & (apart < 0)], one[clear & (apart < 0)]] = True
    return above


def tiers(values: np.ndarray, above: np.ndarray) -> list[list[int]]:
    """Figures in tiers: the highest and all that are not clearly below it; the highest of the others leads the next tier."""
    left, found = list(np.argsort(-values, kind="stable")), []
    while left:
        found.append([int(n) for n in left if not above[left[0], n]])
        left = [n for n in left if above[left[0], n]]
    return found


def ranks(above: np.ndarray) -> list[tuple[int, int]]:
    """The ranks that each figure may have: from one more than are clearly above it to as many as are not clearly below it."""
    return [(int(1 + up), int(len(above) - down)) for up, down in zip(above.sum(axis=0), above.sum(axis=1), strict=True)]
