"""Which means of countries are shown: none that tells too closely what single countries answered that are shown nowhere."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from bwise.ledger import Grouping, Items, Ledger
from bwise.protection.completions import Completions
from bwise.protection.means import Margins

Mask = np.ndarray
Told = tuple[Items, Grouping]


def left_out(ledger: Ledger, items: Items, by: Grouping) -> Mask:
    """Groups x items: means of countries with which, and with what is published besides, a country that is shown nowhere by itself could
    be told too closely (`minimum_movement`), by everybody or by one of the partners."""
    return ledger.once("means of countries left out", lambda: _left_out(ledger))[items, by]


def number_left_out(ledger: Ledger) -> int:
    """How many figures that is."""
    return sum(int(left_out(ledger, items, by).sum()) for items, by in ledger.means())


def _left_out(ledger: Ledger) -> dict[Told, Mask]:
    published, means = list(ledger.published()), list(ledger.means())
    alike = _alike(ledger, list(dict.fromkeys(by for _, by in (*published, *means))))
    of_base = defaultdict(lambda: ([], []))
    for place, told in enumerate((published, means)):
        for items, by in told:
            of_base[items.base][place].append((items, by))
    return {told: mask for some in of_base.values() if some[1] for told, mask in _Figures(ledger, alike, *some).left_out().items()}


@dataclass(frozen=True)
class _Alike:
    """Respondents of one country and one partner who are in the same groups: classes x respondents, and what each class is of."""

    members: csr_array
    country: np.ndarray
    partner: np.ndarray
    codes: dict[Grouping, np.ndarray]


def _alike(ledger: Ledger, groupings: list[Grouping]) -> _Alike:
    partner = pd.factorize(ledger.pool.answers["partner"].astype("object"))[0]
    codes = np.column_stack([ledger.country, partner, *(by.codes for by in groupings)])
    _, first, label = np.unique(codes, axis=0, return_index=True, return_inverse=True)
    members = csr_array((np.ones(len(codes)), (label.ravel(), np.arange(len(codes)))), shape=(len(first), len(codes)))
    return _Alike(members, ledger.country[first], partner[first], {by: by.codes[first] for by in groupings})


class _Figures:
    """The figures of one base, as sums over classes of respondents.

    Attributes:
        persons: per class.
        sums: classes x answers, what the persons of each class add, everybody between 0 and 1; equal answers stand once.
        number: items -> the numbers of their answers.
        whole: per answer, mask: everybody adds 0 or 1.
        values: persons of the base x answers, each between 0 and 1.
        steps: per answer, what sums of it are multiples of; 0 where there is nothing of the kind.
    """

    def __init__(self, ledger: Ledger, alike: _Alike, published: list[Told], means: list[Told]):
        self.ledger, self.alike, self.published, self.means = ledger, alike, published, means
        every = list(dict.fromkeys(items for items, _ in (*means, *published)))
        self.base = every[0].base
        self.persons = alike.members @ self.base.who.astype("float64")
        scaled, whole, steps = zip(*map(_scaled, every), strict=True)
        sums = alike.members @ np.hstack(scaled)
        self.sums, first, number = np.unique(sums, axis=1, return_index=True, return_inverse=True)
        self.whole, self.steps = np.concatenate(whole)[first], np.concatenate(steps)[first]
        self.values = np.hstack(scaled)[self.base.who][:, first]
        self.number = dict(zip(every, np.split(number.ravel(), np.cumsum([len(w) for w in whole])[:-1]), strict=True))

    def left_out(self) -> dict[Told, Mask]:
        """Of each mean, groups x items; the finest groups first, since whoever sums them up has the others."""
        found: dict[Told, Mask] = {}
        groupings, least = dict.fromkeys(by for _, by in self.means), self.ledger.pool.settings.minimum_movement
        for by in sorted(groupings, key=lambda by: -len(by.groups)):
            cells = _Cells(self, by)
            own = cells.means(by, found)
            figures = [own, *(cells.read(each) for each in dict.fromkeys(by for _, by in self.published))]
            figures += [cells.means(each, found) for each in groupings if each is not by]
            weights, told = np.vstack([w for w, _ in figures]), np.hstack([t for _, t in figures])
            means = np.arange(len(weights)) < len(by.groups)
            alone = (weights > 0) & ~means[:, None] & ((weights > 0).sum(axis=1) == 1)[:, None]
            margins = Margins(*cells.unknown(), self.whole, weights, told, means, shown=told.astype(int) @ alone > 0)
            close = margins.too_close(least)
            close |= Completions(margins, self.values, self.steps).too_close(told & ~close, least)
            found |= {(items, by): close[:, means][self.number[items]].T for items, mean in self.means if mean is by}
        return found


class _Cells:
    """Each group of each country, and the figures of a base as sums over them."""

    def __init__(self, figures: _Figures, by: Grouping):
        self.figures, self.countries = figures, len(figures.ledger.countries)
        self.code = self._crossed(by)
        self.size = len(by.groups) * self.countries
        self.persons = self._add_up(figures.persons)

    def unknown(self) -> tuple[np.ndarray, np.ndarray]:
        """Persons (views x cells), and what they answered (views x answers x cells), to everybody and to each partner."""
        alike, inside = self.figures.alike, (self.code >= 0) & (self.figures.persons > 0)
        partners, partner = np.unique(alike.partner[inside], return_inverse=True)
        place = csr_array(
            (np.ones(inside.sum()), (partner * self.size + self.code[inside], np.flatnonzero(inside))),
            shape=(len(partners) * self.size, len(self.code)),
        )
        each = place @ np.column_stack([self.figures.persons, self.figures.sums])
        own = each.reshape(len(partners), self.size, each.shape[1]).transpose(0, 2, 1)
        whole = own.sum(axis=0)
        outside = np.concatenate([whole[None], whole - own[partners >= 0]])
        return outside[:, 0], outside[:, 1:]

    def read(self, by: Grouping) -> tuple[np.ndarray, np.ndarray]:
        """What readers see of these groups: weights (groups x cells), and of which answers (answers x groups). Groups that cut a cell are
        left aside."""
        whole, fits = self._made_of(self.figures.alike.codes[by], len(by.groups))
        shown = fits & self.figures.ledger.cells(self.figures.base, by).shown
        return whole[shown].astype(float), self._told(self.figures.published, by)[:, None].repeat(shown.sum(), axis=1)

    def means(self, by: Grouping, left_out: dict[Told, Mask]) -> tuple[np.ndarray, np.ndarray]:
        """The means of these groups, likewise, but for those that are left out."""
        inside = self.figures.ledger.in_mean(self.figures.base, by)
        whole, fits = self._made_of(self._crossed(by), inside.size)
        persons = (whole @ self.persons).reshape(inside.shape)
        with np.errstate(divide="ignore", invalid="ignore"):
            each = np.where(inside, 1 / persons / inside.sum(axis=1, keepdims=True), 0.0)
        weights = (each[:, :, None] * whole.reshape(*inside.shape, -1)).sum(axis=1)
        there = inside.any(axis=1) & (fits.reshape(inside.shape) | ~inside).all(axis=1)
        told = self._told(self.figures.means, by)[:, None] & there
        for (items, mean), mask in left_out.items():
            if mean is by:
                told[self.figures.number[items]] &= ~mask.T
        return weights, told

    def _told(self, figures: list[Told], by: Grouping) -> Mask:
        """Answers of which there are figures by these groups."""
        told = np.zeros(len(self.figures.whole), dtype=bool)
        for items, each in figures:
            if each is by:
                told[self.figures.number[items]] = True
        return told

    def _crossed(self, by: Grouping) -> np.ndarray:
        """Per class the group and country it is in."""
        codes, country = self.figures.alike.codes[by], self.figures.alike.country
        return np.where((codes < 0) | (country < 0), -1, codes * self.countries + country)

    def _made_of(self, codes: np.ndarray, groups: int) -> tuple[Mask, Mask]:
        """Groups x cells, which of the cells they have, and the groups that are made of whole cells."""
        persons, inside = self.figures.persons, codes >= 0
        in_cells = inside & (self.code >= 0)
        shared = np.bincount(codes[in_cells] * self.size + self.code[in_cells], persons[in_cells], groups * self.size).reshape(groups, -1)
        every = np.bincount(codes[inside], persons[inside], groups)
        return shared > 0, ((shared == 0) | (shared == self.persons)).all(axis=1) & (shared.sum(axis=1) == every)

    def _add_up(self, of_class: np.ndarray) -> np.ndarray:
        inside = self.code >= 0
        return np.bincount(self.code[inside], of_class[inside], self.size)


def _scaled(items: Items) -> tuple[np.ndarray, Mask, np.ndarray]:
    """Respondents x items, between 0 and 1, and 0 outside the base; of each item whether everybody adds 0 or 1, and what sums of it are
    multiples of (0 where answers are no whole numbers)."""
    ends, who = np.array(items.ends(), dtype="float64"), items.base.who
    room = np.where(ends[:, 1] > ends[:, 0], ends[:, 1] - ends[:, 0], 1.0)
    scaled = np.where(who[:, None], (items.values - ends[:, 0]) / room, 0.0)
    return scaled, ((scaled == 0) | (scaled == 1)).all(axis=0), _steps(items.values[who] - ends[:, 0]) / room


def _steps(values: np.ndarray) -> np.ndarray:
    """Of each column the largest number that all sums of it are multiples of; 0 where they are no whole numbers."""
    whole = (values % 1 == 0).all(axis=0)
    return np.where(whole, np.gcd.reduce(np.where(whole, values, 0).astype(np.int64), axis=0), 0)
