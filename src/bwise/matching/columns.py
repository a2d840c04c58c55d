"""Which column of an export is which question: by code and by text together, in any language of the questionnaire."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import groupby

from rapidfuzz import fuzz, process

from bwise.exports.table import FREE_TEXT, NOT_SHOWN, Column, RawTable
from bwise.matching.runs import longest_run, targets_in_runs
from bwise.matching.words import NO, NOT_APPLICABLE, OTHER, YES
from bwise.questionnaire import Question, Questionnaire
from bwise.settings import Delivery
from bwise.text import answer_key, code_key, heading_key, tidy

SIMILAR = 85  # rapidfuzz ratio from which a code is believed though its text was reworded; below, it is only proposed
PROPOSED = 60
IGNORE = "ignore"
REPEATS = "repeats the option columns"
BEGUN = "beginning of the text"
OTHER_HEADINGS = frozenset(map(heading_key, OTHER))
ELLIPSIS = re.compile(r"(?:\.{2,}|…)(?=[\s_)\]]|$)")  # LimeSurvey's abbreviated headings: `How relevant ar..  [Searching data.. ]`
LETTERS = 10  # letters of a text that must be left for its question to be told by them


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
            for word in (*OTHER, *_labels_of_other(parent, questionnaire, language)):
                texts[heading_key(label + word + FREE_TEXT)][question.name].add(language)
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
                    words = {choice.labels.get(language, choice.name), *(OTHER if choice.name == "other" else ())}
                    for word in words:
                        texts[heading_key(label + word)][target].add(language)
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


def _labels_of_other(question: Question, questionnaire: Questionnaire, language: str) -> list[str]:
    other = questionnaire.choices(question.name).get("other")
    return [other.labels[language]] if other and language in other.labels else []


def match_columns(raw: RawTable, questionnaire: Questionnaire, delivery: Delivery, propose: bool = True) -> list[Match]:
    """One match per answer column, in the file's order.

    A code and a text that agree are believed; a text beats a contradicting code; a code alone is believed where the
    heading has no text, or a text similar to the question's (score >= 85). Everything else stays open, with the nearest
    question as a proposal. Of two columns for one question the surer one is taken, and the other is left open.
    """
    index = heading_index(questionnaire)
    matches = [_match(column, raw, index, questionnaire, delivery, propose) for column in raw.answer_columns]
    if raw.bare_options:
        matches = _bare_options(raw, matches, index, questionnaire)
    return _without_repetitions(_one_column_per_target(matches), raw, questionnaire)


def _match(column: Column, raw: RawTable, index: HeadingIndex, questionnaire: Questionnaire, delivery: Delivery, propose: bool) -> Match:
    declared = next((found for name in (column.place, column.heading, column.code) if (found := delivery.columns.get(name))), None)
    if declared:
        return Match(column, "" if declared == IGNORE else declared, "declared", 100.0)
    by_code = _choose_other(index.codes.get(code_key(column.code), frozenset()) if column.code else frozenset(), column, raw)
    parts = _parts(column, index, questionnaire)
    by_part = next((found for part in parts if (found := index.codes.get(code_key(part)))), frozenset())
    by_part = _choose_other(by_part, column, raw)
    if not by_part and "[" in column.code and "[" not in column.text:  # `open1can[SQ001]` without a text for the row
        outer = index.codes.get(code_key(column.code.partition("[")[0]), frozenset())
        by_part = frozenset(t for t in outer if "/" not in t and questionnaire[t].kind != "select_multiple")
    texts = _texts(column, raw, index, questionnaire)
    by_text = next((found for text in texts if (found := index.texts.get(heading_key(text)))), {})
    by_text = {target: by_text[target] for target in _choose_other(frozenset(by_text), column, raw)} if len(by_text) > 1 else by_text
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
    begun = frozenset() if by_code or by_part else _begun(column, raw, index)
    if len(begun) == 1:
        return Match(column, next(iter(begun)), BEGUN, 90.0)
    if begun:
        return Match(column, proposal=" or ".join(sorted(begun)[:3]))
    return _proposal(column, index) if propose else Match(column)


def _parts(column: Column, index: HeadingIndex, questionnaire: Questionnaire) -> list[str]:
    """Codes inside a code: `likert2[affSat1]` -> affSat1; `group/question/option` -> question/option."""
    # the key of a path is that of its parts, one after the other: they are read once, however many paths they make
    inner = _inner_paths(column.code, lambda parts: index.codes.get("".join(map(code_key, parts)), ()), questionnaire)
    return inner + re.findall(r"\[([^\]]+)\]$", column.code)


def _texts(column: Column, raw: RawTable, index: HeadingIndex, questionnaire: Questionnaire) -> list[str]:
    """The text of a heading, with the title of its section and without, and without the labels of its groups where the tool writes them."""
    whole = [column.section + column.text] if column.section else []
    if not raw.groups_in_text:
        return [*whole, column.text]
    return [*whole, column.text, *_inner_paths(column.text, lambda parts: index.texts.get(heading_key("/".join(parts)), ()), questionnaire)]


def _inner_paths(whole: str, targets: Callable[[list[str]], Iterable[str]], questionnaire: Questionnaire) -> list[str]:
    """A path without its outer groups, one by one, down to a multiple answer: what stands below it is its option."""
    path = whole.split("/")
    inner = []
    for i in range(1, len(path)):
        above = {target for j in range(i) for target in targets(path[j:i])}
        if any("/" not in target and questionnaire[target].kind == "select_multiple" for target in above):
            break
        inner.append("/".join(path[i:]))
    return inner


def _choose_other(targets: frozenset[str], column: Column, raw: RawTable) -> frozenset[str]:
    """LimeSurvey writes the text of "other" under `q[other]`, the code of an option named other too: the cells decide.

    Where they are all empty, a `/` before `other` tells that it is the option (KoBo, ODK).
    """
    option = [t for t in targets if t.endswith("/other")]
    if len(targets) < 2 or not option:
        return targets
    words = set(raw.cells[column.position].map(answer_key)) - {"", NOT_SHOWN}
    ticks = words <= YES | NO | NOT_APPLICABLE if words else column.code.endswith("/other")
    return frozenset(option) if ticks else targets - frozenset(option)


def _similarity(column: Column, target: str, index: HeadingIndex) -> float:
    key, labels = column.key, index.labels[target]
    cut = _cut_off(column.text)
    truncated = any(cut.fullmatch(label) if cut else len(key) >= 20 and label.startswith(key) for label in labels)
    return 100.0 if truncated else process.extractOne(key, labels, scorer=fuzz.ratio)[1]


def _cut_off(text: str) -> re.Pattern | None:
    """What the key of the whole text looks like, where a heading says by an ellipsis that parts of its text were cut off."""
    parts = [heading_key(part) for part in ELLIPSIS.split(text)]
    return re.compile(".*".join(map(re.escape, parts))) if len(parts) > 1 and parts[0] else None


def _begun(column: Column, raw: RawTable, index: HeadingIndex) -> frozenset[str]:
    """Targets whose texts begin like a heading that was cut off; a question comes before its own options and its "other"."""
    first, *others = [heading_key(part) for part in ELLIPSIS.split(column.text)]
    if len(first) < LETTERS or not (cut := _cut_off(column.text)):
        return frozenset()
    targets = frozenset(target for key, found in index.texts.items() if cut.fullmatch(key) for target in found)
    if not any(others):
        targets -= {t for t in targets for whole in targets if t.startswith(f"{whole}/") or t == f"{whole}_other"}
    return _choose_other(targets, column, raw) or targets


def _proposal(column: Column, index: HeadingIndex) -> Match:
    found = process.extractOne(column.key, index.texts.keys(), scorer=fuzz.ratio, score_cutoff=PROPOSED)
    if not found:
        return Match(column)
    targets = sorted(index.texts[found[0]])
    return Match(column, score=found[1], proposal=" or ".join(targets[:3]))


def _bare_options(raw: RawTable, matches: list[Match], index: HeadingIndex, questionnaire: Questionnaire) -> list[Match]:
    """Columns headed by an option alone: the multiple answer they belong to is told by their neighbours only.

    The columns between two matched ones are options of the questions that stand between these two in the questionnaire, and
    in its order, and half of the options or more are there. What can be read in more than one way stays open, with each way
    proposed. EUSurvey writes the question itself before its options, and params may name the first of them; Typeform writes a
    column `Other` with the typed text after the options, or after the answer.
    """
    found = [Match(m.column) if m.how != "declared" and _repeats_its_heading(m.column, raw, index) else m for m in matches]
    for before, gap, after in _gaps(found):
        taken = {m.target for m in found}
        columns = [found[i].column for i in gap]
        text = _text_beside(before, columns[0], taken, questionnaire)
        possible = _possible_options(columns, before, after, taken, index, questionnaire)
        begins = [column.key not in OTHER_HEADINGS for column in columns]
        read = targets_in_runs(possible, begins, _half_of_the_options(possible, before, taken, questionnaire))
        for i, column, targets in zip(gap, columns, [{text}, *read[1:]] if text else read, strict=True):
            named = sorted(targets - {""})
            if len(targets) == 1 and named:
                target = _text_or_tick(named[0], column, raw, taken, questionnaire)
                found[i] = Match(column, target, "option and neighbours", 100.0, _languages_of(column, target, questionnaire))
            elif named:
                found[i] = Match(column, proposal=" or ".join(named[:3]))
    return found


def _repeats_its_heading(column: Column, raw: RawTable, index: HeadingIndex) -> bool:
    """Whether a column holds nothing but its own heading, an option's: it is that option, even if a question is called the same."""
    filled = {answer_key(text) for text in raw.cells[column.position].unique()} - {""}
    return column.key in index.options and filled == {answer_key(column.heading)}


def _gaps(matches: list[Match]) -> list[tuple[Match | None, list[int], Match | None]]:
    """Neighbouring columns without a question, with the matched columns before and after them.

    Columns that params set aside are passed over.
    """
    there = [i for i, m in enumerate(matches) if m.target or not m.settled]
    groups = [(matched, list(group)) for matched, group in groupby(there, key=lambda i: bool(matches[i].target))]
    ends = [None, *(matches[group[-1]] for _, group in groups)]
    starts = [*(matches[group[0]] for _, group in groups), None]
    return [(ends[n], group, starts[n + 1]) for n, (matched, group) in enumerate(groups) if not matched]


def _possible_options(
    columns: list[Column], before: Match | None, after: Match | None, taken: set[str], index: HeadingIndex, questionnaire: Questionnaire
) -> list[dict[int, str]]:
    """For each of these columns, the options it can be: the question's number in the questionnaire -> option."""
    numbers = {name: number for number, name in enumerate(questionnaire.questions)}
    first = numbers[before.question] if before else 0
    last = numbers[after.question] - ("/" not in after.target) if after else len(numbers)
    possible = []
    for column in columns:
        options = {numbers[t.partition("/")[0]]: t for t in index.options.get(column.key, ()) if t not in taken}
        possible.append({number: t for number, t in options.items() if first <= number <= last})
    own = longest_run(possible, 0, first) if before else 0  # they follow their question itself, or an option that params name
    return [{first: options[first]} if n < own else options for n, options in enumerate(possible)]


def _half_of_the_options(
    possible: list[dict[int, str]], before: Match | None, taken: set[str], questionnaire: Questionnaire
) -> dict[int, int]:
    """The number of a question -> how many of its options must be there; any, right after a column of it."""
    names = list(questionnaire.questions)
    least = {}
    for number in {number for options in possible for number in options}:
        options = {f"{names[number]}/{choice}" for choice in questionnaire.choices(names[number]) if choice != "other"}
        least[number] = 1 if before and before.question == names[number] else max(1, (len(options) + 1) // 2 - len(options & taken))
    return least


def _text_beside(before: Match | None, column: Column, taken: set[str], questionnaire: Questionnaire) -> str:
    """The question that holds the text of "other" of one answer, if this column, right after the answer, is headed by such a word."""
    if not before or column.key not in OTHER_HEADINGS or questionnaire[before.question].kind != "select_one":
        return ""
    text = f"{before.question}_other"
    return text if text in questionnaire.questions and text not in taken else ""


def _text_or_tick(target: str, column: Column, raw: RawTable, taken: set[str], questionnaire: Questionnaire) -> str:
    """A column called "other" holds the typed text in some tools and a tick in others: the cells decide."""
    question, _, choice = target.partition("/")
    text = f"{question}_other"
    if choice != "other" or text not in questionnaire.questions or text in taken:
        return target
    words = {answer_key(cell) for cell in raw.cells[column.position].unique()} - {""}
    ticks = YES | NO | NOT_APPLICABLE | {answer_key(label) for label in questionnaire.choices(question)["other"].labels.values()}
    return target if words and words <= ticks else text


def _languages_of(column: Column, target: str, questionnaire: Questionnaire) -> frozenset[str]:
    question, _, choice = target.partition("/")
    labels = questionnaire.choices(question)[choice].labels if choice else {}
    return frozenset(language for language, label in labels.items() if heading_key(label) == column.key)


def by_question(matches: Iterable[Match]) -> dict[str, list[Match]]:
    """Question -> the columns that were taken for it, in the file's order."""
    found: dict[str, list[Match]] = {}
    for match in matches:
        if match.target:
            found.setdefault(match.question, []).append(match)
    return found


SURENESS = ("declared", "code and text", "text", "code", "option and neighbours", "code and similar text", BEGUN)


def _one_column_per_target(matches: list[Match]) -> list[Match]:
    """The surest column of each question; of an option, all columns that params name: forms were changed while in the field.

    Of two columns that only begin like one question, neither is taken.
    """
    begun = Counter(m.target for m in matches if m.how == BEGUN)
    sure = [m for m in matches if m.target and (m.how != BEGUN or begun[m.target] == 1)]
    taken: dict[str, Match] = {}
    for match in sorted(sure, key=lambda m: (SURENESS.index(m.how), m.column.position)):
        taken.setdefault(match.target, match)
    return [
        m
        if not m.target or taken.get(m.target) is m or ("/" in m.target and m.how == "declared" == taken[m.target].how)
        else Match(m.column, proposal=m.target, score=m.score, how="second column")
        for m in matches
    ]


def _without_repetitions(matches: list[Match], raw: RawTable, questionnaire: Questionnaire) -> list[Match]:
    """KoBo writes a multiple answer twice, joined and as one column per option: the options are read if all of them are there,
    and no others, else the joined column, which is complete. One that holds nothing at all (EUSurvey, where the answer is
    split) gives way to whatever options there are."""
    targets = {m.target for m in matches}
    joined = {m.target: m for m in matches if m.target in questionnaire.questions and questionnaire[m.target].kind == "select_multiple"}
    options = by_question(m for m in matches if "/" in m.target)
    strange = {q: _strange_options(m, options.get(q, []), matches, raw) for q, m in joined.items()}
    split = {m.question for m in matches if "/" in m.target and m.question in joined}
    split = {q for q in split if raw.cells[joined[q].column.position].map(tidy).eq("").all()}
    by_option = split | {q for q in joined if set(questionnaire.columns(q)) <= targets and not strange[q]}
    by_joined = joined.keys() - by_option
    settled = [m for q in by_joined if set(questionnaire.columns(q)) <= targets for m in strange[q]]
    repeats = [m.target in by_option or (m.question in by_joined and "/" in m.target) or m in settled for m in matches]
    return [Match(m.column, how=REPEATS, score=m.score) if again else m for m, again in zip(matches, repeats, strict=True)]


def _strange_options(joined: Match, options: list[Match], matches: list[Match], raw: RawTable) -> list[Match]:
    """Columns of options that the questionnaire does not have, of another version of the form.

    They are headed like the options that are known, by the joined column's heading and a sign, and hold nothing but ticks.
    """
    head = joined.column.heading
    begins = tuple({m.column.heading[: len(head) + 1] for m in options if m.column.heading.startswith(head)} - {head})
    found = [m for m in matches if not m.settled and begins and m.column.heading.startswith(begins)]
    return [m for m in found if set(raw.cells[m.column.position].map(answer_key)) - {""} <= YES | NO]
