"""The loop: publish in order, refuse what would give something sensitive away, look for small sets, publish again what can be."""

from __future__ import annotations

import dataclasses
from collections import Counter

import numpy as np

from bwise.protection.arithmetic import PRIME, SECOND_PRIME, rank
from bwise.protection.cells import PRIMARY, SECONDARY, Cells, People, Rules, Verdict
from bwise.protection.contributors import Contributors, contributors_of
from bwise.protection.elimination import Elimination
from bwise.protection.primary import primary_cells
from bwise.protection.targets import Limits, Target, computable, demands_of

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
        limits = Limits(rules.sensitive_persons if cells.sensitive[chosen].any() else rules.persons, rules.wises)
        family = contributors_of(cells.members[chosen], people)
        problem = _Problem(family, hidden[chosen], by_answers[chosen], int(cells.shown_before[chosen].sum()), limits)
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
        limits: thresholds.
    """

    family: Contributors
    hidden: np.ndarray
    by_answers: np.ndarray
    forced: int
    limits: Limits

    def key(self) -> tuple:
        family = self.family
        arrays = (family.rows, family.atom, family.partner, family.wise, family.persons, self.hidden, self.by_answers)
        return (*(a.tobytes() for a in arrays), self.forced, self.limits)

    def solve(self) -> tuple[np.ndarray, Counter]:
        """Mask of the cells hidden as secondary, and counts for the audit."""
        loop = _Loop(self)
        loop.publish_and_refuse()
        republished = loop.publish_again()
        _certify(loop.elimination)
        secondary = ~self.hidden & ~loop.elimination.published
        return secondary, Counter(
            {
                "secondary": int(secondary.sum()),
                "published after all": republished,
                "views": len(loop.views),
                "given away by an earlier release": len(loop.given_away),
            }
        )


class _Loop:
    """The state of the loop over one family.

    Attributes:
        reasons: per cell refused, the targets it would have made computable.
        given_away: keys of targets that an earlier release has made computable: nothing can be done about them.
    """

    def __init__(self, problem: _Problem):
        self.problem = problem
        self.elimination = Elimination(problem.family.rows)
        self.demands = demands_of(problem.family, problem.limits, problem.hidden, problem.by_answers)
        self.views = self.demands.views
        self.reasons: dict[int, list[Target]] = {}
        self.given_away: set[tuple[int, bytes]] = set()

    def publish_and_refuse(self) -> None:
        """Langsrud's loop: publish in order but what makes a target computable; then search for small sets that are, until none.

        What the public must not know comes first: it settles most of what partners must not know. A view in which nothing is
        computable needs no further search: hiding only shrinks what is computable.
        """
        for cell in np.flatnonzero(~self.problem.hidden):
            self.elimination.publish(cell)
        stated = self.demands.stated
        self._refuse([Target(0, row[None]) for row in stated.rows[stated.protected[0]]])
        for views in (np.array([0]), np.arange(1, len(self.views))):
            while fresh := self._computable(views):
                self._refuse(fresh)
                views = np.unique([t.view for t in fresh])

    def publish_again(self) -> int:
        """Reverse pass: what was hidden early may be harmless once something else is hidden. How many cells are published again."""
        number = 0
        for cell in sorted(self.reasons):
            follows = self.elimination.follows(cell)
            self.elimination.publish(cell)
            if follows or self._harmless(cell):
                number += 1
            else:
                self.elimination.withdraw(cell)
        return number

    def _harmless(self, cell: int) -> bool:
        again = [t for t in self.reasons[cell] if t.key not in self.given_away]
        return bool((self._first_cells(again) == self.elimination.cells).all()) and not self._computable(np.arange(len(self.views)))

    def _refuse(self, targets: list[Target]) -> None:
        """Withdraw cells, first to be refused first, until none of the targets is computable."""
        cells = self.elimination.cells
        first = self._first_cells(targets)
        while (cell := int(first.min(initial=cells))) < cells:
            at_cell = np.flatnonzero(first == cell)  # withdrawals since then can only have made it later
            first[at_cell] = self._first_cells([targets[n] for n in at_cell])
            at_cell = at_cell[first[at_cell] == cell]
            reason = [targets[n] for n in at_cell]
            if cell < self.problem.forced:
                self.given_away |= {t.key for t in reason}
                first[at_cell] = cells
            elif reason:
                self.reasons[cell] = reason
                self.elimination.withdraw(cell)

    def _first_cells(self, targets: list[Target]) -> np.ndarray:
        """Per target the first cell with which it is computable; the number of cells if it is not."""
        first = np.full(len(targets), self.elimination.cells)
        for view in sorted({t.view for t in targets}):
            numbers = [n for n, t in enumerate(targets) if t.view == view]
            first[numbers] = self.elimination.refused(self.views.known[view], [targets[n].rows for n in numbers])
        return first

    def _computable(self, views: np.ndarray) -> list[Target]:
        found = computable(self.demands, self.elimination, views)
        return [t for t in found if t.key not in self.given_away]


def _certify(elimination: Elimination) -> None:
    """A prime that divides a minor would make a published cell look as if it followed from the others: a second prime says so."""
    rows = elimination.rows[elimination.published]
    if rank(rows, SECOND_PRIME) != (elimination.pivot >= 0).sum():
        raise ArithmeticError(f"the rank of the published figures differs modulo {PRIME} and {SECOND_PRIME}")
