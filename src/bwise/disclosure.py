"""Small groups stay unseen: primary and complementary suppression.

Method (SDC handbook of the European statistical system, sdctools.github.io/HandbookSDC): minimum frequency, counted in persons
and in distinct WISEs (respondents of one WISE count as one holding); complementary suppression wherever a published total
would give a suppressed part away. Eurostat's `conf_status` C marks both alike, so that nobody sees which is which.
"""

from __future__ import annotations

import numpy as np

from bwise.settings import ConsolidationSettings

POOLED = "pooled"
MEAN_OF_COUNTRIES = "mean of countries"
FIGURE = ["value", "n", "wises", "countries"]
CONFIDENTIAL = "C"
UNRELIABLE = "u"


def is_small(persons, wises, settings: ConsolidationSettings):
    """Whether so many persons, of so many WISEs, are too few to be shown; numbers, or arrays of numbers."""
    return (persons < settings.minimum_persons) | (wises < settings.minimum_wises)


def hidden_parts(n: np.ndarray, wises: np.ndarray, settings: ConsolidationSettings) -> np.ndarray:
    """Which parts of a published total must not be shown: small ones, then further ones, smallest first, until what is hidden cannot
    be told apart from the total: two parts at least, and together not a small group again. Ties are settled by the order of parts.

    Args:
        n, wises: persons and distinct WISEs of each part.
    """
    hidden = is_small(n, wises, settings) & (n > 0)
    if not hidden.any():
        return hidden
    for part in np.lexsort((wises, n)):
        if hidden.sum() >= 2 and not is_small(n[hidden].sum(), wises[hidden].sum(), settings):
            break
        hidden[part] |= n[part] > 0
    return hidden
