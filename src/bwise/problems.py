"""Errors for analysts: what is wrong, where, why it matters, what to do; all of them at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from bwise.text import visible

MOST = 30  # words that a remedy names


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, in words an analyst can act on.

    Args:
        what: the fact, without blame ("`contry` is not a setting").
        where: file, sheet, column, row; never an answer of a person.
        why: what would go wrong if we went on.
        remedy: what to do next.
    """

    what: str
    where: str = ""
    why: str = ""
    remedy: str = ""

    def __str__(self) -> str:
        parts = [self.what]
        parts += [f"   where:  {self.where}"] if self.where else []
        parts += [f"   why:    {self.why}"] if self.why else []
        parts += [f"   do:     {self.remedy}"] if self.remedy else []
        return visible("\n".join(parts))


class ProblemsFound(Exception):
    """All problems of one step. Notebooks show its text, not a traceback."""

    def __init__(self, heading: str, problems: Iterable[Problem]):
        self.heading = heading
        self.problems = list(problems)
        super().__init__(str(self))

    def __str__(self) -> str:
        numbered = [f"{i}. {p}" for i, p in enumerate(self.problems, 1)]
        return "\n".join([self.heading, *numbered])

    def __reduce__(self):  # exceptions cross process borders in `workflow`
        return type(self), (self.heading, self.problems)

    def _render_traceback_(self) -> list[str]:
        """IPython asks an exception for its own rendering before it prints a traceback."""
        return str(self).splitlines()


def stop(heading: str, *problems: Problem) -> None:
    """Raise when there is at least one problem."""
    if problems:
        raise ProblemsFound(heading, problems)


def nearest(word: str, known: Iterable[str], at_least: float = 60) -> str | None:
    """The known word most like this one, or None when nothing is close (score 0 to 100)."""
    found = process.extractOne(str(word), [str(k) for k in known], scorer=fuzz.WRatio, score_cutoff=at_least)
    return found[0] if found else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A remedy that names the nearest known word, or when none is near all of them, as far as a reader takes them in."""
    known = sorted(map(str, known)) if isinstance(known, set | frozenset) else [str(k) for k in known]
    near = nearest(word, known)
    if near:
        return f"did you mean `{near}`?"
    rest = f" and {len(known) - MOST} more" if len(known) > MOST else ""
    return "use one of: " + ", ".join(known[:MOST]) + rest
