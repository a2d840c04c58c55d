"""Whether the values of a column fit its question as a whole: what no single text can tell.

A 3 is the third point of a scale of five, of four that begins at 0 or of ten: the other texts of the column, and of the rows of
its battery, say which. Columns that do not fit stay open, all numbers of them, with the reason and the answer lists that would fit.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from bwise.exports.table import NOT_SHOWN
from bwise.matching.lists import AnswerList, whole_number
from bwise.matching.numbers import parse_number
from bwise.matching.rules import Rule, rule_of
from bwise.matching.words import ERRORS, NOT_APPLICABLE, NOTHING
from bwise.questionnaire import Question
from bwise.text import answer_key

NUMBER = re.compile(r"^[+-]?\d+(?:[.,]\d+)?$")
OFTEN = 3  # cells with the same text under "other": fewer may be chance
NUMBERS = re.compile(r"^\d+(?:\s*[;, |]\s*\d+)*\s*[;,]?$")  # several codes in one cell


@dataclass(frozen=True)
class Doubt:
    """Why the numbers of a column are not believed, and the answer lists of the questionnaire that would read every text of it."""

    rule: str
    scales: tuple[str, ...] = ()

    @property
    def proposal(self) -> str:
        return "scales: " + " or ".join(self.scales) if self.scales else ""


@dataclass(frozen=True)
class Texts:
    """The distinct texts of a column, by what they are in an answer list.

    Numbers: `codes` of it, `labels` of it, or `outside`, which are neither or which params declare to be another answer. Other
    texts: `named` are labels of answers, `unknown` are no answer.
    """

    codes: frozenset[str] = frozenset()
    labels: frozenset[str] = frozenset()
    outside: frozenset[str] = frozenset()
    named: frozenset[str] = frozenset()
    unknown: frozenset[str] = frozenset()

    def __or__(self, other: Texts) -> Texts:
        return Texts(**{name: getattr(self, name) | getattr(other, name) for name in self.__dataclass_fields__})

    @property
    def numbers(self) -> frozenset[str]:
        return self.codes | self.labels | self.outside

    @property
    def ends(self) -> frozenset[str]:
        """Unknown texts that begin with a number, as the ends of a scale do: `10 (All my time)`."""
        return frozenset(text for text in self.unknown if text[:1].isdigit())


@dataclass(frozen=True)
class Asked:
    """One question with a closed answer as this export has it: `sent` are its distinct texts, blanks aside. `free`: whether a text
    that is no answer may be one of "other"."""

    question: Question
    list_name: str
    answers: AnswerList
    sent: frozenset[str]
    texts: Texts = field(default_factory=Texts)
    free: bool = False

    @property
    def group(self) -> tuple[str, str]:
        """Questions that were surely asked on the same scale: rows of one battery with one list."""
        return self.question.battery or self.question.name, self.list_name


def ask(question: Question, list_name: str, answers: AnswerList, sent: Iterable[str], settled: Collection[str], free: bool) -> Asked:
    """Sort the texts of a column.

    Args:
        settled: keys of texts that params declare beyond the codes of the list. free: whether a text that is no answer is one of
            "other", typed into the same cell.
    """
    texts = frozenset(text for text in sent if text != NOT_SHOWN and answer_key(text) not in NOTHING | ERRORS)
    found = (_several if question.kind == "select_multiple" else _one)(texts, answers, settled)
    free = free and "other" in answers.choices
    if free and (found.named or found.numbers):  # some answers are of the list: the others may be typed
        found = replace(found, unknown=frozenset())
    return Asked(question, list_name, answers, texts, found, free)


def _one(texts: Iterable[str], answers: AnswerList, settled: Collection[str]) -> Texts:
    found: dict[str, set[str]] = defaultdict(set)
    for text in texts:
        key = answer_key(text)
        code, rule = answers.find(text)
        if key in settled or key in answers.set_aside:
            continue
        if NUMBER.match(key):
            found[_kind_of_number(key, code, rule, answers)].add(whole_number(key) or key)
        elif not code:
            found["unknown"].add(key)
        elif key not in answers.codes and rule_of(rule) not in (Rule.DECLARED, Rule.CODE) and not answers.choices[code].missing:
            found["named"].add(key)
    return Texts(**{name: frozenset(keys) for name, keys in found.items() if name})


def _kind_of_number(key: str, code: str, rule: str, answers: AnswerList) -> str:
    if rule == Rule.DECLARED:
        same = code == whole_number(key) or answers.choices[code].missing
        return "" if same else "outside"  # what one number does not mean, its neighbours need not mean either
    if not code:
        code, rule = answers.find(whole_number(key))
    return ("labels" if rule == Rule.LABEL else "codes") if code else "outside"


def _several(texts: Iterable[str], answers: AnswerList, settled: Collection[str]) -> Texts:
    """Codes joined in one cell, among labels joined in others; a part that is no answer says nothing about the numbers."""
    numbers = {text for text in texts if NUMBERS.match(answer_key(text))}
    found = _one({part for text in numbers for part in re.split(r"[;, |]+", answer_key(text)) if part}, answers, settled)
    words = {text for text in set(texts) - numbers for key, code in answers.parts(text)[0] if code and key in answers.labels}
    unknown = frozenset() if words or numbers else frozenset(texts)
    return replace(found, named=frozenset(words), unknown=unknown)


def like_options(answers: AnswerList, counts: Mapping[str, int], several: bool) -> frozenset[str]:
    """Keys of texts that stand where "other" may be typed, but are given as often as an option, while an option of the list never is:
    it may have had another name.

    Args:
        counts: distinct text -> how many cells hold it. several: whether a cell may hold several answers.
    """
    unknown: Counter[str] = Counter()
    named: set[str] = set()
    for text, count in counts.items():
        codes, left = answers.split(text) if several else ([answers.find(text)[0]], [answer_key(text)])
        named |= set(codes)
        unknown.update(dict.fromkeys(left if several or not codes[0] else (), count))
    never = {choice.name for choice in answers.choices.values() if not choice.missing and choice.name != "other"} - named
    often = {key for key, count in unknown.items() if count >= OFTEN and key not in NOTHING | NOT_APPLICABLE}
    return frozenset(often if never else ())


def doubts(asked: Collection[Asked], lists: Callable[[], Mapping[str, AnswerList]]) -> dict[str, Doubt]:
    """Question -> why its numbers are not taken for codes.

    Args:
        lists: makes the answer lists of the questionnaire, by name; called only where there is a doubt.
    """
    groups: dict[tuple[str, str], list[Asked]] = defaultdict(list)
    for one in asked:
        groups[one.group].append(one)
    together = {group: _all_texts(members) for group, members in groups.items()}
    shifted = [members for group, members in groups.items() if _is_shifted(members[0], together[group])]
    longer = [members for group, members in groups.items() if _is_longer(members[0], together[group])]
    found = {}
    for one in asked:
        texts = together[one.group]
        if rule := _doubt(one, texts):
            found[one.question.name] = Doubt(rule, _lists_that_read(groups[one.group], lists()))
        elif beside := (
            next((m for m in shifted if _may_be_shifted(one, texts, m[0], together[m[0].group])), None)
            or next((m for m in longer if one.texts.codes and m[0].list_name == one.list_name), None)
        ):
            rule = f"{Rule.OTHER_SCALE}, codes {_span(together[beside[0].group].numbers)} in other columns"
            found[one.question.name] = Doubt(rule, _lists_that_read([*beside, *groups[one.group]], lists()))
        elif _reads_nothing(one) and ((scales := _lists_that_read([one], lists())) or one.free):
            found[one.question.name] = Doubt(Rule.OTHER_LIST, scales)
    return found


def _reads_nothing(one: Asked) -> bool:
    """Whether several texts were sent and none is an answer of the list."""
    texts = one.texts
    return len(one.sent) > 1 and bool(texts.unknown) and not (texts.named or texts.numbers)


def _all_texts(members: Iterable[Asked]) -> Texts:
    found = Texts()
    for one in members:
        found |= one.texts
    return found


def _doubt(one: Asked, together: Texts) -> str:
    """Why numbers of this column need not be codes, "" where nothing says so."""
    own = codes_of(one)
    if not own or not one.texts.numbers:
        return ""
    if together.outside:
        return f"{Rule.OTHER_SCALE}, codes {_span(together.numbers)} where the list has {_span(map(str, own))}"
    if together.codes and together.ends:
        return Rule.OTHER_ENDS
    mixes = any(NUMBER.match(label) for label in one.answers.labels)
    if one.texts.codes and (one.texts.unknown or (one.texts.named and not mixes)):
        return Rule.AMONG_TEXTS
    return ""


def codes_of(one: Asked) -> frozenset[int]:
    """The answers of a list that numbers stand for, reasons for having none aside."""
    return frozenset(int(name) for name, choice in one.answers.choices.items() if name.isdigit() and not choice.missing)


def _is_shifted(one: Asked, texts: Texts) -> bool:
    """Whether the numbers may be the list's, counted from another one: tools count the answers of all lists alike."""
    own, numbers = codes_of(one), list(map(_value, texts.numbers))
    if not own or not texts.outside or max(numbers) - min(numbers) > max(own) - min(own):
        return False
    below, above = min(numbers) - min(own), max(numbers) - max(own)
    return (below < 0 and above < 0) or (below > 0 and above > 0)


def _is_longer(one: Asked, texts: Texts) -> bool:
    """Whether the numbers are those of a scale with more points than the list: where it was changed, it may be so for all its questions.

    One number alone may be a slip.
    """
    own = codes_of(one)
    return bool(own) and len(texts.outside) > 1 and not _is_shifted(one, texts)


def _may_be_shifted(one: Asked, texts: Texts, other: Asked, beside: Texts) -> bool:
    """Whether the numbers of a column fit its list, and would as well where its answers are counted as those of the other."""
    own = codes_of(one)
    numbers = [int(code) for code in texts.codes]
    if not one.texts.codes or own != codes_of(other):
        return False
    from_below = min(map(_value, beside.outside)) < min(own)
    return max(numbers) < max(own) if from_below else min(numbers) > min(own)


def _value(number: str) -> float:
    return float(number.replace(",", "."))


def _span(numbers: Iterable[str]) -> str:
    ordered = sorted(numbers, key=_value)
    return f"{ordered[0]}–{ordered[-1]}" if len(ordered) > 1 else ordered[0]


def _lists_that_read(members: Iterable[Asked], lists: Mapping[str, AnswerList]) -> tuple[str, ...]:
    """The answer lists, other than their own, that read every text of these columns."""
    members = list(members)
    sent = frozenset().union(*(one.sent for one in members))
    if any(one.question.kind == "select_multiple" for one in members):
        return ()
    found = []
    for name, answers in lists.items():
        if name != members[0].list_name:
            other = replace(members[0], list_name=name, answers=answers, texts=_one(sent, answers, ()))
            if not (other.texts.unknown or other.texts.outside or _doubt(other, other.texts)):
                found.append(name)
    return tuple(found)


# ------------------------------------------------------------------ numbers


def doubts_of_numbers(columns: Mapping[str, tuple[Question, Mapping[str, str], Iterable[str]]]) -> dict[str, Doubt]:
    """Question -> why its numbers are not believed, for questions whose unit params do not declare.

    Args:
        columns: question -> the question, what params declare of its texts, and its distinct texts.
    """
    shares: dict[str, list[str]] = defaultdict(list)
    values: dict[str, list[float]] = defaultdict(list)
    found = {}
    for name, (question, declared, sent) in columns.items():
        plain = [text for text in sent if NUMBER.match(answer_key(text))]
        if question.kind == "integer" and _thousands_lost(plain, declared):
            found[name] = Doubt(Rule.BESIDE_LOST)
        if question.unit == "%":
            group = question.battery or name
            shares[group].append(name)
            values[group] += [v for text in plain if text not in declared and (v := parse_number(text)) is not None]
    for group, names in shares.items():
        numbers = values[group]
        if numbers and max(numbers) <= 1 and min(numbers) >= 0 and max(numbers) > 0:
            found |= dict.fromkeys(names, Doubt(Rule.SHARES))
    return found


def _thousands_lost(texts: Iterable[str], declared: Mapping[str, str]) -> bool:
    """Whether a number of a column of whole numbers has decimals; one that params declare counts if it stood for thousands."""
    for text in texts:
        number = parse_number(text, whole=True)
        meant = parse_number(declared.get(text, ""), ".")
        if number is not None and not number.is_integer() and (text not in declared or meant == number * 1000):
            return True
    return False
