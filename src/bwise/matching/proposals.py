"""What an open column is likely to be: proposed only where its code, its text and its answers all bear it out.

A proposal stands in params as a line to confirm, so nothing is proposed that another column is, that two columns would be, that a
nearer question rivals, or whose answers are not those of the question.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from rapidfuzz import fuzz, process

from bwise.exports.table import RawTable
from bwise.matching.answers import match_answers
from bwise.matching.columns import CONTRADICTION, SECOND, STRAY, WORDING, Match
from bwise.matching.headings import HeadingIndex, heading_index
from bwise.matching.wording import CONTRADICTED, SAME, UNLIKE, judge, related
from bwise.questionnaire import Questionnaire
from bwise.settings import Delivery

LIKE = 60  # rapidfuzz ratio from which a text without a code may be that of a question
NEAREST = 5  # texts that are looked at for a column without a code
NEARER = 5  # points by which the nearest question must be nearer than the next
FITTING = 0.5  # share of the answers that must be readable as the question's


def propose(raw: RawTable, matches: Iterable[Match], questionnaire: Questionnaire, delivery: Delivery, language: str) -> list[Match]:
    """The matches, with a proposal or the reason against one for each column that is open."""
    index = heading_index(questionnaire)
    taken = {m.target: m for m in matches if m.target}
    found = [m if m.settled or m.proposal else _likely(m, index) for m in matches]
    wanted = Counter(m.proposal or m.named for m in found if m.proposal or m.how == SECOND)
    return [_borne_out(m, taken, wanted, raw, questionnaire, delivery, language) for m in found]


def _likely(match: Match, index: HeadingIndex) -> Match:
    """What the code of a column speaks for, or its text where it has none."""
    if match.how in (CONTRADICTION, SECOND, STRAY):
        return match
    return replace(match, proposal=match.named) if match.named else _nearest(match, index)


def _nearest(match: Match, index: HeadingIndex) -> Match:
    """The question whose text is nearest, if its words do not contradict it and no other is nearly as near."""
    found = process.extract(match.column.key, index.texts.keys(), scorer=fuzz.ratio, score_cutoff=LIKE, limit=NEAREST)
    if not found:
        return match
    (key, score, _), *others = found
    targets = sorted(index.texts[key])
    if len(targets) > 1:
        return replace(match, score=score, proposal=" or ".join(targets[:3]))
    judged = judge(match.column.text, targets[0], index)
    about = {"score": score, "asked": judged.wording.text, "named": targets[0]}
    near = {t for other, points, _ in others if points > score - NEARER for t in index.texts[other]}
    rivals = {t for t in near if not related(t, targets[0])}
    if judged.verdict == CONTRADICTED:
        return replace(match, why=judged.why, **about)
    if judged.verdict == UNLIKE or (rivals and judged.verdict != SAME):
        return replace(match, **about)
    return replace(match, proposal=targets[0], **about)


def _borne_out(
    match: Match,
    taken: dict[str, Match],
    wanted: Counter,
    raw: RawTable,
    questionnaire: Questionnaire,
    delivery: Delivery,
    language: str,
) -> Match:
    """The match without its proposal where something speaks against it."""
    target = match.proposal or match.named
    if match.settled or " or " in target or not target:
        return match
    if target in taken:
        return replace(match, proposal="", named=target, how=SECOND, why=f"{taken[target].column.place} is {target} already")
    if wanted[target] > 1 and (match.proposal or match.how == SECOND):
        return replace(match, proposal="", named=target, why=f"{wanted[target]} columns are like {target}")
    if not match.proposal:
        return match
    fitting, answered = _fit(match, raw, questionnaire, delivery, language)
    if answered and fitting < FITTING:
        return replace(match, proposal="", named=target, why=f"only {fitting:.0%} of its answers are answers to {target}")
    told = answered and questionnaire[target.partition("/")[0]].kind != "text"
    alone = match.how != WORDING and match.column.code and match.named and not told
    if alone and judge(match.column.text, target, heading_index(questionnaire)).shared is False:
        return replace(match, proposal="", why="neither its text nor its answers tell")
    return match


def _fit(match: Match, raw: RawTable, questionnaire: Questionnaire, delivery: Delivery, language: str) -> tuple[float, int]:
    """Share of the answers in a column that can be read as the proposed question's, and how many there are."""
    column = match.column
    alone = replace(raw, cells=raw.cells[[column.position]])
    read = match_answers(alone, [Match(column, match.proposal)], questionnaire, delivery, language).mapping
    given = read[~read["reason"].isin(["no_answer", "not_shown"])]
    answered = int(given["count"].sum())
    unreadable = int(given.loc[given["reason"].eq("unreadable"), "count"].sum())
    return 1 - unreadable / max(1, answered), answered
