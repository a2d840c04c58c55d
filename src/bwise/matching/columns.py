"""Which column of an export is which question: by code and by text together, in any language of the questionnaire."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import groupby

from bwise.exports.table import NOT_SHOWN, Column, RawTable
from bwise.matching.headings import HeadingIndex, heading_index
from bwise.matching.runs import longest_run, targets_in_runs
from bwise.matching.wording import CONTRADICTED, ELLIPSIS, REWORDED, cut_off, judge, related, spelling
from bwise.matching.words import NO, NOT_APPLICABLE, OTHER, YES
from bwise.questionnaire import Questionnaire
from bwise.settings import Delivery
from bwise.text import answer_key, code_key, heading_key, tidy

IGNORE = "ignore"
REPEATS = "repeats the option columns"
BEGUN = "beginning of the text"
SPELLING = "code and spelling"
WORDING = "code and another wording"  # asked; believed once params accept it
ACCEPTED = "code and accepted wording"
SECOND = "second column"
CONTRADICTION = "code and text contradict each other"
STRAY = "code and text of two batteries"
OTHER_HEADINGS = frozenset(map(heading_key, OTHER))
ROW_OF = re.compile(r"^(?P<question>[A-Za-z]*\d+)[\[_.]")  # `Q21_3`, `Q21[SQ003]`: a row of the question that the tool numbered 21
FAMILY = 3  # rows of one battery under one number, before they say anything about another row
LETTERS = 10  # letters of a text that must be left for its question to be told by them
NUMBER = re.compile(r"^[a-z]{0,3}[ ._-]?\d+(?:[._-]\d+)*$", re.IGNORECASE)  # a code that may be the tool's own numbering: Q12, 3, SQ001


@dataclass(frozen=True)
class Match:
    """A column and the question it was taken for; `target` is `question` or `question/choice`, empty if none.

    `how` says why, also where the column stays open. `proposal`: the question it is likely to be; several are joined by " or ".
    `named`: the question that its code names, `asked`: the text of it in the questionnaire, `why`: what speaks against it.
    """

    column: Column
    target: str = ""
    how: str = ""
    score: float = 0.0
    languages: frozenset[str] = frozenset()
    proposal: str = ""
    named: str = ""
    asked: str = ""
    why: str = ""

    @property
    def question(self) -> str:
        return self.target.partition("/")[0]

    @property
    def settled(self) -> bool:
        """Whether nothing is left to decide about the column: matched, set aside by params, or a mere repetition."""
        return bool(self.target) or self.how in ("declared", REPEATS)


def match_columns(raw: RawTable, questionnaire: Questionnaire, delivery: Delivery, explain: bool = True) -> list[Match]:
    """One match per answer column, in the file's order.

    A text alone is believed where it is a question's own; a code where the heading has no text, or its question's but for
    spelling. Another wording beside a code waits for params to accept it, and a code and a text that name two questions are
    never believed. Of two columns for one question the surer one is taken, and the other is left open, unless params join them.

    Args:
        explain: whether to say of what stays open how its text differs from that of the question its code names.
    """
    index = heading_index(questionnaire)
    found = [_evidence(column, raw, index, questionnaire) for column in raw.answer_columns]
    numbered = _numbered_by_the_tool(found)
    matches = [_declared(e.column, delivery) or _match(e, raw, index, delivery, numbered, explain) for e in found]
    if raw.bare_options:
        matches = _bare_options(raw, matches, index, questionnaire)
    matches = _without_strays(matches, questionnaire)
    return _without_repetitions(_one_column_per_target(matches, delivery), raw, questionnaire)


def _without_strays(matches: list[Match], questionnaire: Questionnaire) -> list[Match]:
    """The matches without columns whose text is of one battery and whose code is of another: `Q21_3` among the rows of Q24.

    A tool numbers the rows of a question together (`Q21_1`, `Q21_2`, …). Where all others of a number are one battery of the
    questionnaire, and all others of this battery have one other number, the heading stands over the wrong column.
    """
    rows = {}  # column -> the number its tool gave the question, and the battery of its text
    for match in matches:
        numbered = ROW_OF.match(match.column.code)
        if match.how == "text" and numbered and (battery := questionnaire[match.question].battery):
            rows[match.column.position] = (numbered["question"], battery)
    counts = Counter(rows.values())
    usual = {number: battery for (number, battery), count in counts.items() if count >= FAMILY}
    number_of = {battery: number for number, battery in usual.items()}
    strays = {
        position: usual[number]
        for position, (number, battery) in rows.items()
        if counts[number, battery] == 1 and number in usual and number_of.get(battery, number) != number
    }
    return [
        Match(m.column, how=STRAY, named=m.target, why=f"its code is one of those of `{strays[m.column.position]}`")
        if m.column.position in strays
        else m
        for m in matches
    ]


def names_of(column: Column) -> tuple[str, str, str]:
    """How params may name a column: by what is seen of its heading and code."""
    return column.place, tidy(column.heading), tidy(column.code)


def _declared(column: Column, delivery: Delivery) -> Match | None:
    declared = next((found for name in names_of(column) if (found := delivery.columns.get(name))), None)
    return Match(column, "" if declared == IGNORE else declared, "declared", 100.0) if declared else None


@dataclass(frozen=True)
class _Evidence:
    """What a heading says: the targets of its code, of a code inside its code, and of its text with the languages it is in."""

    column: Column
    by_code: frozenset[str]
    by_part: frozenset[str]
    by_text: dict[str, frozenset[str]]

    @property
    def agreed(self) -> list[str]:
        return [t for t in self.by_text if t in self.by_code] or [t for t in self.by_text if t in self.by_part]

    @property
    def named(self) -> str:
        """The one target that the code names."""
        return next((next(iter(targets)) for targets in (self.by_code, self.by_part) if len(targets) == 1), "")

    @property
    def contradicts(self) -> bool:
        """Whether the text is word for word that of another question, or another option, than the code's."""
        return bool(self.named and self.by_text) and not any(related(self.named, target) for target in self.by_text)


def _evidence(column: Column, raw: RawTable, index: HeadingIndex, questionnaire: Questionnaire) -> _Evidence:
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
    return _Evidence(column, by_code, by_part, by_text)


def _numbered_by_the_tool(found: list[_Evidence]) -> bool:
    """Whether codes that are numbers are the tool's own: beside the questionnaire's texts, as many name another question as theirs."""
    numbers = [e for e in found if NUMBER.match(_innermost(e.column.code)) and e.by_text]
    return sum(e.contradicts for e in numbers) >= sum(bool(e.agreed) for e in numbers)


def _innermost(code: str) -> str:
    """The part of a code that tells an option or a row: `fund[3]` -> 3."""
    inner = re.search(r"\[([^\]]+)\]$", code)
    return inner[1] if inner else code


def _match(found: _Evidence, raw: RawTable, index: HeadingIndex, delivery: Delivery, numbered: bool, explain: bool) -> Match:
    column, by_text = found.column, found.by_text
    if len(found.agreed) == 1:
        return Match(column, found.agreed[0], "code and text", 100.0, by_text[found.agreed[0]])
    if found.contradicts and not (numbered and NUMBER.match(_innermost(column.code))):
        return Match(column, how=CONTRADICTION, named=found.named, why=f"its text is that of {' or '.join(sorted(by_text)[:3])}")
    if len(by_text) == 1:
        target, languages = next(iter(by_text.items()))
        return Match(column, target, "text", 100.0, languages)
    if found.named:
        return _beside_its_text(found, index, delivery, explain)
    begun = frozenset() if found.by_code or found.by_part else _begun(column, raw, index)
    if len(begun) == 1:
        return Match(column, next(iter(begun)), BEGUN, 90.0)
    return Match(column, proposal=" or ".join(sorted(begun)[:3]))


def _beside_its_text(found: _Evidence, index: HeadingIndex, delivery: Delivery, explain: bool) -> Match:
    """The target that a code names, by what the text beside it says."""
    column, named = found.column, found.named
    if not column.text or column.text == column.code:
        return Match(column, named, "code", 100.0)
    if score := spelling(column.text, named, index):
        return Match(column, named, SPELLING, score)
    accepts = accepts_wording(delivery, column)
    if not (accepts or explain):
        return Match(column, named=named)
    judged = judge(column.text, named, index)
    about = {"score": judged.score, "named": named, "asked": judged.wording.text}
    if judged.verdict == CONTRADICTED:
        return Match(column, how=CONTRADICTION, why=judged.why, **about)
    if judged.verdict == REWORDED and accepts:
        return Match(column, named, ACCEPTED, languages=frozenset({judged.wording.language}), **about)
    return Match(column, how=WORDING if judged.verdict == REWORDED else "", **about)


def accepts_wording(delivery: Delivery, column: Column) -> bool:
    """Whether params accept another wording of this column."""
    said = delivery.wording
    return said == "accepted" or any(name in said for name in names_of(column) if name)


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
    words = set(map(answer_key, raw.distinct(column.position))) - {"", NOT_SHOWN}
    ticks = words <= YES | NO | NOT_APPLICABLE if words else column.code.endswith("/other")
    return frozenset(option) if ticks else targets - frozenset(option)


def _begun(column: Column, raw: RawTable, index: HeadingIndex) -> frozenset[str]:
    """Targets whose texts begin like a heading that was cut off; a question comes before its own options and its "other"."""
    first, *others = [heading_key(part) for part in ELLIPSIS.split(column.text)]
    if len(first) < LETTERS or not (cut := cut_off(column.text)):
        return frozenset()
    targets = frozenset(target for key in index.beginning_with(first) if cut.fullmatch(key) for target in index.texts[key])
    if not any(others):
        targets -= {t for t in targets for whole in targets if t.startswith(f"{whole}/") or t == f"{whole}_other"}
    return _choose_other(targets, column, raw) or targets


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
    filled = set(map(answer_key, raw.distinct(column.position))) - {""}
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
    return [{first: options[first]} if n < own and options else options for n, options in enumerate(possible)]


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
    words = set(map(answer_key, raw.distinct(column.position))) - {""}
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


SURENESS = ("declared", "code and text", "text", "code", "option and neighbours", SPELLING, ACCEPTED, BEGUN)


def _one_column_per_target(matches: list[Match], delivery: Delivery) -> list[Match]:
    """The surest column of each question, and all columns of it that params name, or join: forms are changed while in the field.

    Of two columns that are equally sure, neither is taken: a heading may have been copied from one to the other.
    """
    surest: dict[str, list[Match]] = {}
    for match in sorted((m for m in matches if m.target), key=lambda m: SURENESS.index(m.how)):
        best = surest.setdefault(match.target, [])
        if not best or match.how == best[0].how:
            best.append(match)

    def kept(match: Match) -> bool:
        joined = delivery.join == "first" or match.target in delivery.join
        best = surest[match.target]
        return (match is best[0] and len(best) == 1) or match.how == "declared" or (joined and match.how != BEGUN)

    return [m if not m.target or kept(m) else Match(m.column, how=SECOND, score=m.score, named=m.target) for m in matches]


def _without_repetitions(matches: list[Match], raw: RawTable, questionnaire: Questionnaire) -> list[Match]:
    """KoBo writes a multiple answer twice, joined and as one column per option: the options are read if all of them are there,
    and no others, else the joined column, which is complete. One that holds nothing at all (EUSurvey, where the answer is
    split) gives way to whatever options there are."""
    targets = {m.target for m in matches}
    joined = {m.target: m for m in matches if m.target in questionnaire.questions and questionnaire[m.target].kind == "select_multiple"}
    options = by_question(m for m in matches if "/" in m.target)
    strange = {q: _strange_options(m, options.get(q, []), matches, raw) for q, m in joined.items()}
    split = {m.question for m in matches if "/" in m.target and m.question in joined}
    split = {q for q in split if not any(map(tidy, raw.distinct(joined[q].column.position)))}
    by_option = split | {q for q in joined if set(questionnaire.columns(q)) <= targets and not strange[q]}
    by_joined = joined.keys() - by_option
    settled = [m for q in by_joined if set(questionnaire.columns(q)) <= targets for m in strange[q]]
    repeats = [m.target in by_option or (m.question in by_joined and "/" in m.target) or m in settled for m in matches]
    return [Match(m.column, how=REPEATS, score=m.score, named=m.target) if again else m for m, again in zip(matches, repeats, strict=True)]


def _strange_options(joined: Match, options: list[Match], matches: list[Match], raw: RawTable) -> list[Match]:
    """Columns of options that the questionnaire does not have, of another version of the form.

    They are headed like the options that are known, by the joined column's heading and a sign, and hold nothing but ticks.
    """
    head = joined.column.heading
    begins = tuple({m.column.heading[: len(head) + 1] for m in options if m.column.heading.startswith(head)} - {head})
    found = [m for m in matches if not m.settled and begins and m.column.heading.startswith(begins)]
    return [m for m in found if set(map(answer_key, raw.distinct(m.column.position))) - {""} <= YES | NO]
