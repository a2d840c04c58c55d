"""The loop: publish in order, refuse what would give something sensitive away, look for small sets, publish again what can be."""

from __future__ import annotations

import dataclasses
import heapq
from collections import Counter
from collections.abc import Iterable

import numpy as np

from bwise.protection.arithmetic import PRIME, SECOND_PRIME, rank
from bwise.protection.cells import PRIMARY, SECONDARY, Cells, People, Rules, Verdict
from bwise.protection.contributors import Contributors, View, contributors_of, views_of_partners, views_of_wises
from bwise.protection.elimination import Elimination
from bwise.protection.primary import primary_cells
from bwise.protection.targets import Target, cells_as_targets, computable_sets

SMALL = ("persons", "wises", "partner")  # rules about who counts; the others are about what they answered


def protect(cells: Cells, people: People, rules: Rules) -> Verdict:
    """Hide what is small and whatever would give it away, for the public, for each partner and for each WISE.

    Families are independent; families of equal cells are decided once.
    """
    cells = dataclasses.replace(cells, sensitive=np.isin(cells.family, cells.family[cells.sensitive]))
    primary = primary_cells(cells, people, rules)
    small = np.any(list(primary.values()), axis=0)
    hidden = (small | ~cells.published) & ~cells.shown_before
    by_answers = np.any([mask for rule, mask in primary.items() if rule not in SMALL], axis=0) & ~cells.shown_before
    rank_of_cell = _ranks(cells)
    audit = Counter({"cells": len(hidden)} | {f"primary: {rule}": int((mask & hidden).sum()) for rule, mask in primary.items()})
    decided: dict[tuple, tuple[np.ndarray, Counter]] = {}
    for number in np.unique(cells.family):
        chosen = np.flatnonzero(cells.family == number)
        chosen = chosen[np.argsort(rank_of_cell[chosen])]
        persons = rules.sensitive_persons if cells.sensitive[chosen].any() else rules.persons
        family = contributors_of(cells.members[chosen], people)
        problem = _Problem(family, hidden[chosen], by_answers[chosen], int(cells.shown_before[chosen].sum()), persons, rules.wises)
        key = problem.key()
        if key not in decided:
            decided[key] = problem.solve()
        secondary, findings = decided[key]
        hidden[chosen] |= secondary
        audit.update(findings)
    reason = np.select([~hidden, small, cells.published], ["", PRIMARY, SECONDARY], "")
    return Verdict(hidden, reason, dict(audit))


def _ranks(cells: Cells) -> np.ndarray:
    """Place of each cell in the order of publication: what an earlier release showed, then by loss; ties: more persons, then by who
    counts."""
    people = cells.members.shape[1]
    names = np.random.default_rng(people).integers(1, 2**62, size=people)
    who = cells.members.astype(np.int64) @ names
    order = np.lexsort([who, -cells.members.sum(axis=1), cells.order, ~cells.shown_before])
    ranks = np.empty(len(order), dtype=np.int64)
    ranks[order] = np.arange(len(order))
    return ranks


@dataclasses.dataclass(frozen=True)
class _Problem:
    """One family, its cells in the order of publication.

    Attributes:
        hidden: cells that are not published whatever comes.
        by_answers: those of them that must not be computable although they rest on many.
        forced: so many cells, the first ones, were published earlier.
        persons, wises: thresholds.
    """

    family: Contributors
    hidden: np.ndarray
    by_answers: np.ndarray
    forced: int
    persons: int
    wises: int

    def key(self) -> tuple:
        family = self.family
        arrays = (family.rows, family.atom, family.partner, family.wise, family.persons, self.hidden, self.by_answers)
        return (*(a.tobytes() for a in arrays), self.forced, self.persons, self.wises)

    def solve(self) -> tuple[np.ndarray, Counter]:
        """Mask of the cells hidden as secondary, and counts for the audit."""
        views = views_of_partners(self.family, self.persons, self.wises)
        targets = cells_as_targets(self.family, views, self.by_answers)
        views += views_of_wises(self.family, self.persons, self.wises)
        elimination = Elimination(self.family.rows)
        for cell in np.flatnonzero(~self.hidden):
            elimination.publish(cell)
        given_away = []
        fresh = targets
        while fresh:
            given_away += self._refuse(elimination, views, fresh)
            fresh = _without(self._search(elimination, views), given_away)
            targets += fresh
        republished = self._publish_again(elimination, views, targets, given_away)
        secondary = ~self.hidden & ~elimination.published
        _certify(elimination)
        findings = Counter({"secondary": int(secondary.sum()), "published after all": republished, "views": len(views)})
        findings["given away by an earlier release"] = len(given_away)
        return secondary, findings

    def _refuse(self, elimination: Elimination, views: list[View], targets: list[Target]) -> list[Target]:
        """Withdraw cells, first to be refused first, until no target is computable; those that stay computable by what is forced."""
        given_away = []
        queue = [(cell, number) for number, cell in enumerate(_refused(elimination, views, targets)) if cell < elimination.cells]
        heapq.heapify(queue)
        while queue:
            cell, number = heapq.heappop(queue)
            now = _refused(elimination, views, [targets[number]])[0]  # withdrawals can only have made it later
            if now < self.forced:
                given_away.append(targets[number])
            elif now == cell:
                elimination.withdraw(cell)
                now = _refused(elimination, views, [targets[number]])[0]
            if self.forced <= now < elimination.cells:
                heapq.heappush(queue, (now, number))
        return given_away

    def _search(self, elimination: Elimination, views: list[View]) -> list[Target]:
        return [t for number, view in enumerate(views) for t in computable_sets(self.family, view, number, elimination)]

    def _publish_again(self, elimination: Elimination, views: list[View], targets: list[Target], given_away: list[Target]) -> int:
        """Reverse pass: the loop is greedy, so something hidden early may be harmless once something else was hidden."""
        number = 0
        for cell in np.flatnonzero(~self.hidden & ~elimination.published):
            harmless = elimination.follows(cell)
            elimination.publish(cell)
            if not harmless:
                computable = [t for t, c in zip(targets, _refused(elimination, views, targets), strict=True) if c < elimination.cells]
                harmless = not _without(computable, given_away)
                harmless = harmless and not _without(self._search(elimination, views), given_away)
            if harmless:
                number += 1
            else:
                elimination.withdraw(cell)
        return number


def _refused(elimination: Elimination, views: list[View], targets: list[Target]) -> list[int]:
    """Per target the first cell with which it is computable; the number of cells if it is not."""
    first = [elimination.cells] * len(targets)
    for view in sorted({t.view for t in targets}):
        numbers = [n for n, t in enumerate(targets) if t.view == view]
        refused = elimination.refused(views[view].known, [targets[n].rows for n in numbers])
        for number, cell in zip(numbers, refused, strict=True):
            first[number] = cell
    return first


def _without(targets: Iterable[Target], known: list[Target]) -> list[Target]:
    """Those that are not given away already."""
    seen = {(t.view, t.rows.tobytes()) for t in known}
    return [t for t in targets if (t.view, t.rows.tobytes()) not in seen]


def _certify(elimination: Elimination) -> None:
    """A prime that divides a minor would make a published cell look as if it followed from the others: a second prime says so."""
    rows = elimination.rows[elimination.published]
    if rank(rows, SECOND_PRIME) != (elimination.pivot >= 0).sum():
        raise ArithmeticError(f"the rank of the published figures differs modulo {PRIME} and {SECOND_PRIME}")
