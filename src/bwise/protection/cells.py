"""What goes in and what comes out: cells, the people who count in them, the rules, the verdict."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.sparse import csr_array

PRIMARY = "primary"
SECONDARY = "secondary"


@dataclass(frozen=True)
class People:
    """Codes per person: whose WISE the person belongs to, and which partner collected the answers and knows
    them.

    Attributes:
        wise: code of the WISE; below 0 where it is not known: such persons count as persons but add no WISE.
        partner: code of the partner; below 0 where no partner knows the person.
    """

    wise: np.ndarray
    partner: np.ndarray


@dataclass(frozen=True, eq=False)
class Answers:
    """What the persons of a base answered, as far as figures tell of it.

    Attributes:
        who: per person, mask: of the base.
        values: persons x items.
        span: items x 2, the least and the most that a person could answer.
    """

    who: np.ndarray
    values: np.ndarray
    span: np.ndarray


@dataclass(frozen=True)
class Cells:
    """One cell is one base (a set of persons) in one family; all its figures (value, n, WISEs) are shown or
    hidden together.

    A family is what rests on the same answers, such as one variable: its unknowns are one number per person,
    so that figures of two families tell nothing about each other. Means of countries that are taken from
    published cells need no cell of their own.

    Attributes:
        members: cells x persons, 0/1: who counts.
        family: per cell.
        order: per cell, the loss if it were hidden: the lower the number, the earlier it is published. Ties:
            more persons, more WISEs, then by who counts, never by the place of the cell.
        published: False for what is never shown but must not be computable either ("group not known").
        read: False for cells that readers do not see for themselves, hidden or shown: those that only a mean of
            countries is made of.
        parts: cells of a part of another base, of which few may be missing: however far they can move, it is
            within the answers of these few, and nobody looks at it.
        sensitive: cells of questions on health, offences, origin and the like.
        magnitudes: cells of amounts (euro), to which dominance applies.
        adds: what each person adds to the figures of a cell, one cells x persons array per figure (a single
            choice has one per category); for sensitive cells and for magnitudes.
        breakdown: number of the groups across that the cell is one of, such as countries.
        base, answers: per cell the number of its base in `answers`, -1 for none: how far a hidden figure can move
            is looked at where answers are given.
        shown_before, hidden_before: what an earlier release showed (it cannot be taken back) or hid (it stays
            hidden).
    """

    members: csr_array
    family: np.ndarray
    order: np.ndarray
    published: np.ndarray | None = None
    read: np.ndarray | None = None
    parts: np.ndarray | None = None
    sensitive: np.ndarray | None = None
    magnitudes: np.ndarray | None = None
    adds: tuple[csr_array, ...] = ()
    breakdown: np.ndarray | None = None
    base: np.ndarray | None = None
    answers: tuple[Answers, ...] = ()
    shown_before: np.ndarray | None = None
    hidden_before: np.ndarray | None = None

    def __post_init__(self):
        count = self.members.shape[0]
        masks = ("published", "read", "parts", "sensitive", "magnitudes", "shown_before", "hidden_before")
        for name in masks:
            if getattr(self, name) is None:
                object.__setattr__(self, name, np.full(count, name in ("published", "read")))
        for name in ("breakdown", "base"):
            if getattr(self, name) is None:
                object.__setattr__(self, name, np.full(count, -1))
        if isinstance(self.adds, csr_array) or self.adds is None:
            object.__setattr__(self, "adds", () if self.adds is None else (self.adds,))
        for name in ("family", "order", "breakdown", "base", *masks):
            if len(getattr(self, name)) != count:
                raise ValueError(f"{name}: {len(getattr(self, name))} entries for {count} cells")
        if any(a.shape != self.members.shape for a in self.adds):
            raise ValueError("adds: not the shape of members")
        if len(self.members.data) and not np.all(self.members.data == 1):
            raise ValueError("members: entries must be 1")


@dataclass(frozen=True)
class Rules:
    """Thresholds (disclosure handbook of the European statistical system; each also after one partner's data
    is taken away).

    Attributes:
        persons, wises: fewer persons, or persons of fewer WISEs, are too few.
        sensitive_persons: the same for sensitive cells.
        small_numerator: a sensitive cell's figure and its complement rest on none or on fewer persons than
            this: hidden. It covers 0 % and 100 % too.
        dominance: p of the p % rule for magnitudes, or None: hidden if the total without the two largest
            contributors (WISEs, or partners) is less than p % of the largest.
        movement: share of its scale in which a hidden figure must be able to move without any published one changing.
    """

    persons: int = 5
    wises: int = 3
    sensitive_persons: int = 10
    small_numerator: int = 3
    dominance: float | None = 10.0
    movement: float = 0.2


@dataclass(frozen=True)
class Verdict:
    """What may not be shown and why, per cell.

    Attributes:
        hidden: True for every cell that may not be shown; also for those of `published` False.
        reason: "", "primary" or "secondary". Never published: both look alike.
        audit: counts by rule, without values: cells, primary cells by rule, secondary cells, views, what an
            earlier release had given away already.
        bounded: numbers of hidden cells that readers see and that cannot be made to move far enough.
    """

    hidden: np.ndarray
    reason: np.ndarray
    audit: dict[str, int] = field(default_factory=dict)
    bounded: list[int] = field(default_factory=list)
