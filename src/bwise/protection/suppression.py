"""The loop: publish in order, refuse what would give something sensitive away, look for small sets, publish
again what can be."""

from __future__ import annotations

import copy
import dataclasses
from collections import Counter
from collections.abc import Callable, Iterable

import numpy as np
from scipy.sparse import csr_array

from bwise.protection.arithmetic import PRIME, SECOND_PRIME, rank
from bwise.protection.cells import PRIMARY, SECONDARY, Answers, Cells, People, Rules, Verdict
from bwise.protection.contributors import NOBODY, Contributors, Views, contributors_of, thinned, unknown_to, views_of
from bwise.protection.elimination import Elimination
from bwise.protection.movement import Movement
from bwise.protection.primary import Limits, small_cells, telling_cells
from bwise.protection.smallsets import computable
from bwise.protection.targets import Demands, Target, demands_of


def protect(cells: Cells, people: People, rules: Rules, decided: dict | None = None) -> Verdict:
    """Hide what is small and whatever would give it away, for the public, for each partner and for each WISE.

    Families are independent; families of equal cells are decided once, as far as the answers do not matter.

    Args:
        decided: what was decided, kept by the caller, for cells that are protected again with few changes.
    """
    cells = dataclasses.replace(cells, sensitive=np.isin(cells.family, cells.family[cells.sensitive]))
    telling = telling_cells(cells, people, rules)
    told = np.any(list(telling.values()), axis=0)
    reason = np.full(len(told), "", dtype="U9")
    audit = Counter(cells=len(told))
    audit.update(_by_rule(telling, cells.shown_before))
    decided = {} if decided is None else decided
    names = np.random.default_rng(len(people.wise)).integers(1, 2**62, size=len(people.wise))
    everybody = people.wise.tobytes() + people.partner.tobytes()
    bounded: list[int] = []
    for number in np.unique(cells.family):
        chosen = np.flatnonzero(cells.family == number)
        who = cells.members[chosen].astype(np.int64) @ names
        order = _order(cells, chosen, who)
        family = _Family(cells, chosen[order], told[chosen[order]], people, rules)
        key = (everybody, *family.mark(who[order]))
        if key not in decided:
            decided[key] = family.decide(decided)
        reason[family.chosen], counts, narrow = decided[key]
        audit.update(counts)
        bounded += family.chosen[narrow].tolist()
    hidden = (reason != "") | ~(cells.published | cells.shown_before)
    return Verdict(hidden, reason, dict(audit), bounded)


def _order(cells: Cells, chosen: np.ndarray, who: np.ndarray) -> np.ndarray:
    """Of publication: what an earlier release showed, then by loss; ties: more persons, then by who counts."""
    persons = np.diff(cells.members.indptr)[chosen]
    return np.lexsort([who, -persons, cells.order[chosen], ~cells.shown_before[chosen]])


@dataclasses.dataclass(frozen=True)
class _Family:
    """Cells that rest on the same answers.

    Attributes:
        chosen: their numbers in `cells`, in the order of publication.
        telling: mask of those that must not be computable although they may rest on many.
    """

    cells: Cells
    chosen: np.ndarray
    telling: np.ndarray
    people: People
    rules: Rules

    @property
    def limits(self) -> Limits:
        persons = self.rules.sensitive_persons if self.cells.sensitive[self.chosen].any() else self.rules.persons
        return Limits(persons, self.rules.wises)

    @property
    def looked_at(self) -> np.ndarray:
        """Mask of the cells that must be able to move where they are hidden."""
        cells, chosen = self.cells, self.chosen
        return cells.read[chosen] & cells.published[chosen] & ~cells.parts[chosen]

    def mark(self, who: np.ndarray) -> tuple:
        """Equal where everything is that decides; `who`: a number for who counts in each cell."""
        cells, chosen = self.cells, self.chosen
        masks = (cells.published, cells.read, cells.parts, cells.shown_before)
        breakdown = np.unique(cells.breakdown[chosen], return_inverse=True)[1]
        bases = np.where(self.looked_at, cells.base[chosen], NOBODY)
        answers = tuple(cells.answers[n] if n >= 0 else None for n in bases)
        return *(a.tobytes() for a in (who, breakdown, self.telling, *(m[chosen] for m in masks))), answers, self.limits, self.rules

    def decide(self, decided: dict) -> tuple[np.ndarray, Counter, list[int]]:
        """Per cell why it is hidden, counts for the audit, and which hidden ones cannot be made to move far
        enough."""
        cells, chosen, limits = self.cells, self.chosen, self.limits
        members = cells.members[chosen]
        problem = _Problem(
            family=thinned(contributors_of(members, self.people), limits.persons, limits.wises),
            telling=self.telling,
            offered=cells.published[chosen],
            forced=int(cells.shown_before[chosen].sum()),
            limits=limits,
        )
        key = problem.key()
        if key not in decided:
            decided[key] = problem.solve()
        loop = decided[key]
        if (self.looked_at & ~loop.elimination.published).any():
            loop = loop.copy()
            loop.widen(self.movement(members, loop.views), cells.read[chosen], self.looked_at)
        return loop.reason(), loop.counts, loop.bounded

    def movement(self, members: csr_array, views: Views) -> Movement:
        """Of these cells, and the persons in them."""
        cells, chosen = self.cells, self.chosen
        persons = np.flatnonzero(np.bincount(members.indices, minlength=members.shape[1]))
        numbers, base = np.unique(cells.base[chosen], return_inverse=True)
        base = np.where(cells.base[chosen] < 0, NOBODY, base - (numbers[0] < 0))
        answers = [cells.answers[n] for n in numbers[numbers >= 0]]
        cut = tuple(Answers(a.who[persons], a.values[persons], a.span) for a in answers)
        outside = unknown_to(views.partner, self.people.partner[persons])
        return Movement(members[:, persons], cells.breakdown[chosen], base, cut, outside, self.rules.movement)


def _by_rule(masks: dict[str, np.ndarray], shown_before: np.ndarray) -> Counter:
    return Counter({f"primary: {rule}": int((mask & ~shown_before).sum()) for rule, mask in masks.items()})


@dataclasses.dataclass(frozen=True)
class _Problem:
    """One family, its cells in the order of publication.

    Attributes:
        telling: cells that must not be computable although they may rest on many.
        offered: cells that are to be published.
        forced: so many cells, the first ones, were published earlier.
        limits: thresholds.
    """

    family: Contributors
    telling: np.ndarray
    offered: np.ndarray
    forced: int
    limits: Limits

    def key(self) -> tuple:
        family = self.family
        groups = (family.rows, family.atom, family.partner, family.wise, family.persons)
        return (*(a.tobytes() for a in (*groups, self.telling, self.offered)), self.forced, self.limits)

    def solve(self) -> _Loop:
        """What may be published whatever was answered."""
        views = views_of(self.family)
        small = small_cells(self.family, views, self.limits)
        forced = np.arange(len(self.telling)) < self.forced
        primary = (small.in_view.any(axis=0) | self.telling) & ~forced
        kept = {"small": small.in_view & ~forced, "telling": self.telling & ~forced}
        demands = demands_of(self.family, views, self.limits, **kept)
        loop = _Loop(demands, primary, self.offered, self.forced)
        loop.publish_and_refuse()
        loop.counts.update(_by_rule(small.rules, forced))
        loop.counts["published after all"] = loop.publish_again([cell] for cell in sorted(loop.reasons))
        loop.counts.update({"views": len(views), "hidden for movement": 0})
        _certify(loop.elimination)
        return loop


class _Loop:
    """The state of the loop over one family.

    Attributes:
        primary: mask of the cells that must be hidden.
        open: mask of the cells that may be published.
        forced: so many of them, the first ones, are published whatever comes.
        reasons: per cell refused, the targets it would have made computable.
        given_away: keys of targets that an earlier release has made computable: nothing can be done about
            them.
        bounded: hidden cells that cannot be made to move far enough.
        counts: for the audit.
    """

    def __init__(self, demands: Demands, primary: np.ndarray, offered: np.ndarray, forced: int):
        self.demands, self.views = demands, demands.views
        self.primary, self.forced = primary, forced
        self.open = (offered & ~primary) | (np.arange(len(primary)) < forced)
        self.counts: Counter = Counter()
        self.elimination = Elimination(demands.family.rows)
        self.reasons: dict[int, list[Target]] = {}
        self.given_away: set[tuple[int, bytes]] = set()
        self.bounded: list[int] = []

    def copy(self) -> _Loop:
        """One that may go on by itself."""
        copied = copy.copy(self)
        copied.elimination = copy.deepcopy(self.elimination)
        copied.reasons, copied.counts, copied.bounded = dict(self.reasons), Counter(self.counts), []
        return copied

    @property
    def refused(self) -> np.ndarray:
        """Mask of the cells that could be shown, had they not given others away."""
        return self.open & ~self.elimination.published

    def reason(self) -> np.ndarray:
        """Per cell why it is hidden."""
        self.counts["secondary"] = int(self.refused.sum())
        self.counts["given away by an earlier release"] = len(self.given_away)
        return np.select([self.primary, self.refused], [PRIMARY, SECONDARY], "")

    def publish_and_refuse(self) -> None:
        """Langsrud's loop: publish in order but what makes a target computable; then search for small sets
        that are, until none.

        What the public must not know comes first: it settles most of what partners must not know. A view in
        which nothing is computable needs no further search: hiding only shrinks what is computable.
        """
        for cell in np.flatnonzero(self.open):
            self.elimination.publish(cell)
        stated = self.demands.stated
        self._refuse([Target(0, row[None]) for row in stated.rows[stated.protected[0]]])
        for views in (np.array([0]), np.arange(1, len(self.views))):
            while fresh := self._computable(views):
                self._refuse(fresh)
                views = np.unique([t.view for t in fresh])

    def publish_again(self, together: Iterable[list[int]], still: Callable[[], bool] = lambda: True) -> int:
        """Reverse pass: what was hidden early may be harmless once something else is hidden. How many cells
        are published again.

        Args:
            together: cells of the same people, which are hidden or shown together.
            still: what must hold besides.
        """
        number = 0
        for cells in together:
            follows = self.elimination.follows(cells[0])
            for cell in cells:
                self.elimination.publish(cell)
            if (follows or self._harmless(cells)) and still():
                number += len(cells)
            else:
                for cell in cells:
                    self.elimination.withdraw(cell)
        return number

    def widen(self, movement: Movement, read: np.ndarray, looked_at: np.ndarray) -> None:
        """Hide more cells until every hidden one that is looked at can move far enough.

        One that would need more than half of its breakdown hidden is left, and said: what is published of all
        together bounds it, as where nobody gave an answer.

        Args:
            read: mask of the cells that readers see.
            looked_at: mask of those of them that must be able to move.
        """
        withdrawn: list[list[int]] = []

        def hidden() -> np.ndarray:
            return np.flatnonzero(looked_at & ~self.elimination.published)

        def withdraw(cell: int) -> None:
            if alike := self._alike(cell):
                for one in alike:
                    self.elimination.withdraw(one)
                    self.reasons[one] = []
                withdrawn.append(alike)

        def narrow() -> list[int]:
            open_ = hidden()[~np.isin(hidden(), self.bounded)]
            return open_[movement.missing(read & self.elimination.published, open_) > 0].tolist()

        def covering() -> np.ndarray:
            """Of a hidden cell that is covered: the published groups inside it."""
            masks = (movement.covered(read & self.elimination.published, cell) for cell in hidden())
            cells = next((np.flatnonzero(mask) for mask in masks if mask.any()), np.array([], dtype=int))
            return cells[cells >= self.forced]

        while len(cells := covering()):
            withdraw(int(cells[-1]))
        while found := narrow():
            cells = self._widening(movement, found[0], read)
            if not cells:
                self.bounded.append(found[0])
            for cell in cells:
                withdraw(cell)
        again = self.publish_again(sorted(withdrawn)[:-1], lambda: not narrow() and not len(covering())) if len(withdrawn) > 1 else 0
        if withdrawn:
            _certify(self.elimination)
        self.counts["hidden for movement"] = sum(map(len, withdrawn)) - again

    def _alike(self, cell: int) -> list[int]:
        """Published cells that are of the same people as this one, such as those that a mean of countries is made of: while one is
        shown, it gives the others away, however far they could move."""
        rows = self.elimination.rows
        same = (rows == rows[cell]).all(axis=1)
        same[: self.forced] = False
        return np.flatnonzero(same & self.elimination.published).tolist()

    def _widening(self, movement: Movement, narrow: int, read: np.ndarray) -> list[int]:
        """Published cells without which the narrow one can move far enough, each time the last one if it is
        enough, else the one that helps most; none where half of those beside it are not enough."""
        beside = movement.breakdown == movement.breakdown[narrow]
        published, cells = read & self.elimination.published, []
        lack = movement.missing(published, np.array([narrow]))[0]
        while lack > 0:
            least, best = lack, None
            for last in np.flatnonzero(published & beside)[::-1]:
                if last < self.forced:
                    break
                published[last] = False
                left = movement.missing(published, np.array([narrow]))[0]
                published[last] = True
                if left < least:
                    least, best = left, int(last)
                if left == 0:
                    break
            if best is None or (published & beside).sum() - 1 < beside.sum() / 2:
                return []
            published[best], lack = False, least
            cells.append(best)
        return cells

    def _harmless(self, cells: list[int]) -> bool:
        again = [t for cell in cells for t in self.reasons[cell] if t.key not in self.given_away]
        if (self._first_cells(again) < self.elimination.cells).any():
            return False
        return not self._computable(np.arange(len(self.views)))

    def _refuse(self, targets: list[Target]) -> None:
        """Withdraw cells, first to be refused first, until none of the targets is computable."""
        first = self._first_cells(targets)
        seen, withdrawn = np.zeros(len(targets), dtype=int), 0
        while (cell := int(first.min(initial=self.elimination.cells))) < self.elimination.cells:
            at_cell = np.flatnonzero(first == cell)
            stale = at_cell[seen[at_cell] < withdrawn]  # a withdrawal since can only have made it later
            if len(stale):
                first[stale], seen[stale] = self._first_cells([targets[n] for n in stale]), withdrawn
                continue
            reason = [targets[n] for n in at_cell]
            if cell < self.forced:
                self.given_away |= {t.key for t in reason}
                first[at_cell] = self.elimination.cells
            else:
                self.reasons[cell] = reason
                self.elimination.withdraw(cell)
                withdrawn += 1

    def _first_cells(self, targets: list[Target]) -> np.ndarray:
        """Per target the first cell with which it is computable; the number of cells if it is not."""
        first = np.full(len(targets), self.elimination.cells)
        for view in sorted({t.view for t in targets}):
            numbers = [n for n, t in enumerate(targets) if t.view == view]
            spaces = [targets[n].rows for n in numbers]
            first[numbers] = self.elimination.refused(self.views.known[view], spaces)
        return first

    def _computable(self, views: np.ndarray) -> list[Target]:
        found = computable(self.demands, self.elimination, views)
        return [t for t in found if t.key not in self.given_away]


def _certify(elimination: Elimination) -> None:
    """A prime that divides a minor would make a published cell look as if it followed from the others: a
    second prime says so."""
    rows = elimination.rows[elimination.published]
    if rank(rows, SECOND_PRIME) != (elimination.pivot >= 0).sum():
        raise ArithmeticError(f"the rank of the published figures differs modulo {PRIME} and {SECOND_PRIME}")
