"""Deliveries that went wrong on their way to us: one half cut off or with bytes changed (`damaged`), one half changed by one of the
`mutations`. `tried` counts what became of them.

Only damage that can be told from the file is tried: a CSV that is cut right after a row, or a byte of an answer changed where no checksum
guards it, is another file of the same kind.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

from bwise.problems import ProblemsFound
from bwise.settings import Project
from tests.judge import OUTCOMES
from tests.judge.files import DELIVERIES, Sheet, sheet, shuffled, write
from tests.judge.mutations import EVERY, Mutant, mutant
from tests.judge.verdicts import ASKED, REFUSED, SAME, opened, respondents, state_of, wrong_cells
from tests.judge.verdicts import judged as judged_by_meaning

BY_MEANING = {SAME: "right", REFUSED: "refused", ASKED: "told"}
GUARDED = ("workbook", "zip")  # their members have checksums


def damaged(name: str, seed: int) -> Mutant:
    """A delivery of the demonstration, damaged; the same seed gives the same bytes."""
    rng = random.Random(f"{seed} {name}")
    whole = sheet(DELIVERIES[name])
    content = write(whole)
    if whole.format.container in GUARDED and rng.random() < 0.6:
        changed = bytearray(content)
        for _ in range(rng.choice((1, 3, 30))):
            changed[rng.randrange(len(changed))] = rng.randrange(256)
        return Mutant(whole, content=bytes(changed))
    return Mutant(whole, content=content[: _cut(whole, content, rng)])


def _cut(whole: Sheet, content: bytes, rng: random.Random) -> int:
    at = rng.randrange(1, len(content) - 1)
    if whole.format.container == "text":
        while content[at - 1 : at] in b"\r\n\x00" or content[at : at + 1] in b"\r\n\x00":  # a line break, in UTF-16, too
            at = rng.randrange(1, len(content) - 1)
    return at


def judged(mutant: Mutant, project: Project) -> tuple[str, str]:
    """One of `OUTCOMES`, and why."""
    try:
        state = state_of(mutant, project)
    except ProblemsFound as found:
        return "refused", str(found)
    except Exception as error:
        return "crashed", f"{type(error).__name__}: {error}"
    if state.problems:
        return "refused", str(state.problems[0])
    records, expected = len(respondents(state)), len(mutant.sheet.order)
    as_far = replace(mutant.sheet, order=mutant.sheet.order[:records])
    differing = wrong_cells(Mutant(as_far), state, set()) if records <= expected else f"{records} records of {expected}"
    if not differing and records == expected:
        return "right", ""
    new = set(state.read.raw.notes) - _notes(mutant.sheet, project)
    if opened(state, mutant) or state.is_open or new:
        return "told", "; ".join(new)
    return ("lost", f"{records} records of {expected}") if records < expected else ("wrong", differing)


NOTES: dict[bytes, frozenset[str]] = {}


def _notes(whole: Sheet, project: Project) -> frozenset[str]:
    """What is said of the delivery when nothing has happened to it."""
    content = write(whole)
    if content not in NOTES:
        NOTES[content] = frozenset(state_of(Mutant(whole), project).read.raw.notes)
    return NOTES[content]


def outcome(name: str, seed: int, project: Project) -> tuple[str, str]:
    """What became of a delivery that is damaged where the seed is even, and changed by a mutation where it is odd."""
    if seed % 2 == 0:
        return judged(damaged(name, seed), project)
    kinds = shuffled(random.Random(f"{seed} {name}"), list(EVERY))
    kind, changed = next((kind, made) for kind in kinds if (made := mutant(kind, sheet(DELIVERIES[name]), seed)))
    try:
        verdict = judged_by_meaning(kind, changed, project)
    except ProblemsFound as found:
        return "refused", str(found)
    except Exception as error:
        return "crashed", f"{kind}, {type(error).__name__}: {error}"
    return BY_MEANING.get(verdict.outcome, "lost" if " records of " in verdict.why else "wrong"), f"{kind}, {verdict.why}"


def tried(names: list[str], seeds: range, project: Project) -> tuple[Counter, list[str]]:
    """How many ended how, and what is wrong with those that must not be."""
    counts, bad = Counter(), []
    for name in names:
        for seed in seeds:
            ended, why = outcome(name, seed, project)
            counts[ended] += 1
            if ended in OUTCOMES[3:]:
                bad.append(f"{name}, seed {seed}: {ended}, {why}")
    return counts, bad
