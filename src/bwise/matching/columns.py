"""Which column of an export is which question: by code and by text together, in any language of the questionnaire."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache

from rapidfuzz import fuzz, process

from bwise.exports.table import Column, RawTable
from bwise.matching.words import NO, NOT_APPLICABLE, OTHER, YES
from bwise.questionnaire import Question, Questionnaire
from bwise.settings import Delivery
from bwise.text import answer_key, code_key, heading_key

SIMILAR = 85  # rapidfuzz ratio from which a code is believed though its text was reworded; below, it is only proposed
PROPOSED = 60
IGNORE = "ignore"
REPEATS = "repeats the option columns"


@dataclass(frozen=True)
class Match:
    """A column and the question it was taken for; `target` is `question` or `question/choice`, empty if none."""

    column: Column
    target: str = ""
    how: str = ""
    score: float = 0.0
    languages: frozenset[str] = frozenset()
    proposal: str = ""

    @property
    def question(self) -> str:
        return self.target.partition("/")[0]

    @property
    def settled(self) -> bool:
        """Whether nothing is left to decide about the column: matched, set aside by params, or a mere repetition."""
        return bool(self.target) or self.how in ("declared", REPEATS)


@dataclass(frozen=True)
class HeadingIndex:
    """Every heading the questionnaire could get: text key -> {target: languages}, code key -> targets.

    `options`: label of an option of a multiple answer -> its targets, in the questionnaire's order.
    """

    texts: dict[str, dict[str, frozenset[str]]]
    codes: dict[str, frozenset[str]]
    options: dict[str, tuple[str, ...]]

    @cached_property
    def labels(self) -> dict[str, list[str]]:
        """Target -> every heading it could get."""
        found: dict[str, list[str]] = defaultdict(list)
        for key, targets in self.texts.items():
            for target in targets:
                found[target].append(key)
        return found


@lru_cache(maxsize=4)
def heading_index(questionnaire: Questionnaire) -> HeadingIndex:
    """Built once per questionnaire."""
    texts: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    codes: dict[str, set[str]] = defaultdict(set)
    options: dict[str, dict[str, None]] = defaultdict(dict)
    for question in questionnaire.questions.values():
        codes[code_key(question.name)].add(question.name)
        for language, label in question.labels.items():
            texts[heading_key(label)][question.name].add(language)
            if question.battery:
                texts[heading_key(question.battery_labels.get(language, "") + label)][question.name].add(language)
        parent = _parent_of_other(question, questionnaire)
        for language, label in (parent.labels if parent else {}).items():
            for word in OTHER:
                texts[heading_key(label + word)][question.name].add(language)
        if question.kind == "select_multiple":
            for choice in questionnaire.choices(question.name).values():
                target = f"{question.name}/{choice.name}"
                codes[code_key(question.name + choice.name)].add(target)
                for label in choice.labels.values():
                    options[heading_key(label)][target] = None
                if choice.name == "other":
                    for word in OTHER:
                        options[heading_key(word)][target] = None
                for language, label in question.labels.items():
                    texts[heading_key(label + choice.labels.get(language, choice.name))][target].add(language)
    return HeadingIndex(
        {k: {t: frozenset(ls) for t, ls in v.items()} for k, v in texts.items() if k},
        {k: frozenset(v) for k, v in codes.items()},
        {k: tuple(v) for k, v in options.items()},
    )


def _parent_of_other(question: Question, questionnaire: Questionnaire) -> Question | None:
    """The question whose "other" this text belongs to: the one its condition names."""
    if question.role != "other":
        return None
    named = re.findall(r"\$\{(\w+)\}", " ".join(question.relevant))
    return next((questionnaire.questions[n] for n in reversed(named) if n in questionnaire.questions), None)


def match_columns(raw: RawTable, questionnaire: Questionnaire, delivery: Delivery, propose: bool = True) -> list[Match]:
    """One match per answer column, in the file's order.

    A code and a text that agree are believed; a text beats a contradicting code; a code alone is believed where the
    heading has no text, or a text similar to the question's (score >= 85). Everything else stays open, with the nearest
    question as a proposal. Of two columns for one question the surer one is taken, and the other is left open.
    """
    index = heading_index(questionnaire)
    matches = [_match(column, raw, index, questionnaire, delivery, propose) for column in raw.answer_columns]
    if raw.bare_options:
        matches = _bare_options(matches, index, questionnaire)
    return _without_repetitions(_one_column_per_target(matches), questionnaire)


def _match(column: Column, raw: RawTable, index: HeadingIndex, questionnaire: Questionnaire, delivery: Delivery, propose: bool) -> Match:
    declared = delivery.columns.get(column.heading) or delivery.columns.get(column.code)
    if declared:
        return Match(column, "" if declared == IGNORE else declared, "declared", 100.0)
    by_code = _choose_other(index.codes.get(code_key(column.code), frozenset()) if column.code else frozenset(), column, raw)
    by_part = next((found for part in _parts(column) if (found := index.codes.get(code_key(part)))), frozenset())
    if not by_part and "[" in column.code and "[" not in column.text:  # `open1can[SQ001]` without a text for the row
        outer = index.codes.get(code_key(column.code.partition("[")[0]), frozenset())
        by_part = frozenset(t for t in outer if "/" not in t and questionnaire[t].kind != "select_multiple")
    by_text = index.texts.get(column.key, {})
    agreed = [t for t in by_text if t in by_code] or [t for t in by_text if t in by_part]
    if len(agreed) == 1:
        return Match(column, agreed[0], "code and text", 100.0, by_text[agreed[0]])
    if len(by_text) == 1:
        target, languages = next(iter(by_text.items()))
        return Match(column, target, "text", 100.0, languages)
    bare = not column.text or column.text == column.code
    if bare and len(by_code or by_part) == 1:
        return Match(column, next(iter(by_code or by_part)), "code", 100.0)
    for candidates in (by_code, by_part):
        if not bare and len(candidates) == 1:
            target = next(iter(candidates))
            score = _similarity(column, target, index)
            if score >= SIMILAR:
                return Match(column, target, "code and similar text", score)
    return _proposal(column, index) if propose else Match(column)


def _parts(column: Column) -> list[str]:
    """Codes inside a code: `likert2[affSat1]` -> affSat1; `group/question/option` -> question/option, then option."""
    path = column.code.split("/")
    return ["/".join(path[i:]) for i in range(1, len(path))] + re.findall(r"\[([^\]]+)\]$", column.code)


def _choose_other(targets: frozenset[str], column: Column, raw: RawTable) -> frozenset[str]:
    """LimeSurvey writes the text of "other" under `q[other]`, the code of an option named other too: the cells decide."""
    option = [t for t in targets if t.endswith("/other")]
    if len(targets) < 2 or not option:
        return targets
    words = set(raw.cells[column.position].map(answer_key)) - {""}
    return frozenset(option) if words and words <= YES | NO | NOT_APPLICABLE else targets - frozenset(option)


def _similarity(column: Column, target: str, index: HeadingIndex) -> float:
    key, labels = column.key, index.labels[target]
    truncated = len(key) >= 20 and any(label.startswith(key) for label in labels)
    return 100.0 if truncated else process.extractOne(key, labels, scorer=fuzz.ratio)[1]


def _proposal(column: Column, index: HeadingIndex) -> Match:
    found = process.extractOne(column.key, index.texts.keys(), scorer=fuzz.ratio, score_cutoff=PROPOSED)
    if not found:
        return Match(column)
    targets = sorted(index.texts[found[0]])
    return Match(column, score=found[1], proposal=" or ".join(targets[:3]))


def _bare_options(matches: list[Match], index: HeadingIndex, questionnaire: Questionnaire) -> list[Match]:
    """Columns headed by an option alone, the multiple answer they belong to told by their neighbours only.

    A run of such columns is one question's when each heading is one of its options, none twice, and no other question
    between the matched columns before and after would do. EUSurvey writes the question itself before its options.
    """
    found = list(matches)
    at = 0
    order = list(questionnaire.questions)
    while at < len(matches):
        before = next((m.question for m in reversed(found[:at]) if m.target), "")
        after = next((order.index(m.question) for m in matches[at:] if m.target and m.how != "declared"), len(order))
        first = order.index(before) if before else 0
        possible = [q for q in order[first : after + 1] if questionnaire[q].kind == "select_multiple"]
        runs = {q: _run_of_options(matches[at:], q, index) for q in possible if q != before or found[at - 1].target == before}
        longest = max(map(len, runs.values()), default=0)
        best = [q for q, run in runs.items() if len(run) == longest and longest]
        if best and (len(best) == 1 or best[0] == before):
            for i, target in enumerate(runs[best[0]], at):
                found[i] = Match(
                    matches[i].column, target, "option and neighbours", 100.0, _languages_of(matches[i].column, target, questionnaire)
                )
            at += longest
        else:
            at += 1
    return found


def _run_of_options(matches: list[Match], question: str, index: HeadingIndex) -> list[str]:
    """Targets of the columns from here on that are options of this question, up to the first that is not, or is again."""
    run: list[str] = []
    for match in matches:
        target = next((t for t in index.options.get(match.column.key, ()) if t.partition("/")[0] == question), "")
        if match.target or not target or target in run:
            break
        run.append(target)
    return run


def _languages_of(column: Column, target: str, questionnaire: Questionnaire) -> frozenset[str]:
    question, _, choice = target.partition("/")
    labels = questionnaire.choices(question)[choice].labels
    return frozenset(language for language, label in labels.items() if heading_key(label) == column.key)


def by_question(matches: Iterable[Match]) -> dict[str, list[Match]]:
    """Question -> the columns that were taken for it, in the file's order."""
    found: dict[str, list[Match]] = {}
    for match in matches:
        if match.target:
            found.setdefault(match.question, []).append(match)
    return found


SURENESS = ("declared", "code and text", "text", "code", "option and neighbours", "code and similar text")


def _one_column_per_target(matches: list[Match]) -> list[Match]:
    taken: dict[str, Match] = {}
    for match in sorted((m for m in matches if m.target), key=lambda m: (SURENESS.index(m.how), m.column.position)):
        taken.setdefault(match.target, match)
    return [
        m if not m.target or taken[m.target] is m else Match(m.column, proposal=m.target, score=m.score, how="second column")
        for m in matches
    ]


def _without_repetitions(matches: list[Match], questionnaire: Questionnaire) -> list[Match]:
    """KoBo writes a multiple answer twice, joined and as one column per option: the options are read if all of them are there,
    else the joined column, which is complete."""
    targets = {m.target for m in matches}
    joined = {t for t in targets if t in questionnaire.questions and questionnaire[t].kind == "select_multiple"}
    by_option = {q for q in joined if set(questionnaire.columns(q)) <= targets}
    joined -= by_option
    repeats = [m.target in by_option or (m.question in joined and "/" in m.target) for m in matches]
    return [Match(m.column, how=REPEATS, score=m.score) if again else m for m, again in zip(matches, repeats, strict=True)]
