"""Raw text to codes, whatever the style: codes, labels in any language, joined, one column per option, 0/1.

Work is done once per distinct text of a column, never row by row. Nothing is guessed: a text that fits no answer stays
unreadable, with the nearest answer as a proposal, until a line in params says what it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
import pandas as pd
from rapidfuzz import fuzz, process

from bwise.classifications import names_of_sections, sections
from bwise.exports.table import NOT_SHOWN, RawTable
from bwise.matching.columns import Match, by_question
from bwise.matching.dates import date_order, parse_date
from bwise.matching.numbers import UNITS, from_range, parse_number, parse_range
from bwise.matching.rules import Rule
from bwise.matching.words import BLANK, NO, NOT_APPLICABLE, OTHER, YES
from bwise.questionnaire import Question, Questionnaire
from bwise.settings import Delivery
from bwise.text import answer_key, code_key, tidy

OPEN = {"text"}
DECLARED_MISSING = ("no_answer", "dont_know", "refused", "not_applicable")
NEAR = 85  # an "other" text this like an option is not taken for an "other"
CUT_OFF = 50  # letters from which the beginning of one label only is that label: SPSS keeps 120 bytes of it
ANSWERED = ""
WITH_ID = re.compile(r"^(?P<label>.+?)\s*\((?P<id>[a-z0-9_]+)\)$")
ID_AT_END = re.compile(r"[?:.!*\s]*\([a-z0-9_]+\)(?=\s*(?:;|$))")  # with the final stop that is in no key of an answer
OUT_OF = re.compile(r"^(\d+)\s*/\s*(\d+)$")


@dataclass(frozen=True)
class Reading:
    """What one distinct text means: `values` are codes (several for select_multiple), one number or one text.

    `reason` is empty for an answer, else why there is none (no_answer, dont_know, refused, not_applicable, not_shown,
    unreadable); `other` is the text of "other"; `rule` says how it was found; `proposal` the nearest answer; `national` the
    national category that params map to the common one.
    """

    values: tuple = ()
    rule: str = ""
    reason: str = ANSWERED
    other: str = ""
    proposal: str = ""
    national: str = ""


MAPPING = ["column", "question", "raw", "code", "rule", "reason", "proposal"]


@dataclass
class Answers:
    """Answers of one delivery. `values` and `reasons` have the questionnaire's columns, the index is the row in the file.

    `mapping` has one row per question and distinct raw text: column, question, raw, code, rule, reason, count, proposal.
    Raw text of open answers is not in it. `national` has one column per question whose national categories params map to
    common ones: the national category as params write it.
    """

    values: pd.DataFrame
    reasons: pd.DataFrame
    mapping: pd.DataFrame
    national: pd.DataFrame


class AnswerList:
    """The answers of one list, findable by label in any language and by code.

    Args:
        language: labels of this language win where two languages share a label.
        declared: raw text -> code, from params; believed before anything else.
        tool: LimeSurvey keeps five characters of an answer code, KoBo joins labels by spaces.
        version: of the list's classification in this export, where it has one. in_codes: whether a code in this export is the
            questionnaire's own, which is of the questionnaire's version.
    """

    def __init__(
        self,
        questionnaire: Questionnaire,
        list_name: str,
        language: str = "",
        declared: dict | None = None,
        tool: str = "",
        version: str = "",
        in_codes: bool = True,
    ):
        self.choices = questionnaire.lists[list_name]
        preferred: dict[str, str] = {}
        anywhere: dict[str, set[str]] = {}
        for choice in self.choices.values():
            for lang, label in choice.labels.items():
                key = answer_key(label)
                anywhere.setdefault(key, set()).add(choice.name)
                if lang == language:
                    preferred[key] = choice.name
        self.labels = {k: next(iter(v)) for k, v in anywhere.items() if len(v) == 1} | preferred
        self.declared = {answer_key(raw): code for raw, code in (declared or {}).items() if code in self.choices}
        self.codes = self._short_codes() if tool == "LimeSurvey" else {}
        self.codes |= {answer_key(name): name for name in self.choices}
        self.refused: dict[str, tuple[str, str]] = {}  # text -> why it is no answer, and a proposal
        if version:
            self._classified(questionnaire, version, in_codes)
        self.joined_by_spaces = tool == "KoBoToolbox"
        known = self.codes | self.labels | self.declared
        self.longest_first = {k: known[k] for k in sorted(known, key=len, reverse=True) if k}

    def _short_codes(self) -> dict[str, str]:
        cut: dict[str, list[str]] = {}
        for name in self.choices:
            cut.setdefault(code_key(name)[:5], []).append(name)
        other = {"-oth-": "other"} if "other" in self.choices else {}
        return {k: v[0] for k, v in cut.items() if len(v) == 1} | other

    def _classified(self, questionnaire: Questionnaire, version: str, in_codes: bool) -> None:
        """Sections of a classification are found as this export writes them; other answers of the list as ever."""
        classified = {c.name: c.classification for c in self.choices.values() if c.classification}
        own = next(iter(classified.values()))
        titles = {text: code for text, code in self.labels.items() if code in classified}
        names = names_of_sections(sections(questionnaire), titles, own, version, in_codes)
        self.labels = {t: c for t, c in self.labels.items() if c not in classified} | names.labels
        self.codes = {t: c for t, c in self.codes.items() if c not in classified} | names.codes
        self.refused = names.refused

    def find(self, raw: str) -> tuple[str, str]:
        """Code and rule for one text, or two empty strings. A label is believed before a code."""
        key = answer_key(raw)
        for known, rule in ((self.declared, Rule.DECLARED), (self.labels, Rule.LABEL), (self.codes, Rule.CODE)):
            if key in known:
                return known[key], rule
        if key in OTHER and "other" in self.choices:
            return "other", Rule.OTHER_WORD
        if (parts := WITH_ID.match(key)) and (label := answer_key(parts["label"])) in self.labels:  # EUSurvey's "assigned values"
            return self.labels[label], Rule.LABEL_WITH_ID
        if (rating := OUT_OF.match(key)) and rating[1] in self.choices and rating[2] == self._highest():
            return rating[1], f"{Rule.RATING}, out of {rating[2]}"
        if len(key) >= CUT_OFF and len(begun := {code for label, code in self.labels.items() if label.startswith(key)}) == 1:
            return begun.pop(), Rule.LABEL_CUT_OFF
        return "", ""

    def _highest(self) -> str:
        return max((name for name in self.choices if name.isdigit()), key=int, default="")

    def nearest(self, raw: str) -> tuple[str, float]:
        """The most similar answer and its score (0 to 100)."""
        found = process.extractOne(answer_key(raw), self.labels.keys(), scorer=fuzz.ratio)
        return (self.labels[found[0]], found[1]) if found else ("", 0.0)

    def split(self, raw: str) -> tuple[list[str], list[str]]:
        """Codes in a joined answer, and the parts that are no known answer.

        The text is cut by the known answers, longest first, not by its separators: answers hold commas and semicolons
        themselves. Codes joined by spaces (KoBo, ODK) are codes only if all of them are, and so are labels (KoBo)
        if there is only one way to tell them apart.
        """
        key = answer_key(raw)
        if key in self.declared:
            return [self.declared[key]], []
        words = self.codes | self.declared
        if key and all(word in words for word in key.split(" ")):
            return list(dict.fromkeys(words[word] for word in key.split(" "))), []
        if self.joined_by_spaces and (ways := self._cut_at_spaces(key)):
            return (ways[0], []) if len(ways) == 1 else ([], [key])
        codes, left = self._cut(key)
        if left:
            bare = self._cut(ID_AT_END.sub("", key))
            codes, left = bare if len(bare[1]) < len(left) else (codes, left)
        return codes, left

    def _cut_at_spaces(self, key: str) -> list[list[str]]:
        """Every set of answers that make up the whole text with nothing but spaces between them."""
        ways: dict[int, set[frozenset[str]]] = {len(key) + 1: {frozenset()}}
        for at in reversed([0, *(i + 1 for i, sign in enumerate(key) if sign == " ")]):
            ends = ((code, _end_of(known, key, at)) for known, code in self.longest_first.items() if key.startswith(known, at))
            ways[at] = {rest | {code} for code, end in ends for rest in ways.get(end + 1, ())}
        return [[name for name in self.choices if name in way] for way in ways[0]]

    def _cut(self, key: str) -> tuple[list[str], list[str]]:
        codes: list[str] = []
        left: list[str] = []
        at = 0
        while at < len(key):
            if key[at] in ";, ":
                at += 1
                continue
            known = next((k for k in self.longest_first if key.startswith(k, at) and _ends(key, at + len(k))), "")
            end = at + len(known) if known else min((i for i in (key.find(sign, at) for sign in ";,") if i >= 0), default=len(key))
            if known:
                codes.append(self.longest_first[known])
            else:
                left.append(key[at:end].strip())
            at = end
        return list(dict.fromkeys(codes)), left


def _end_of(known: str, text: str, at: int) -> int:
    """Where an answer that begins here ends, with the stops that `answer_key` takes from the end of a label."""
    return next((i for i in range(at + len(known), len(text)) if text[i] not in "?;:.!*"), len(text))


def _ends(text: str, at: int) -> bool:
    """Whether an answer may end here: at the end or before a separator."""
    rest = text[at : at + 2].lstrip()
    return not rest or rest[0] in ";,"


def match_answers(raw: RawTable, matches: list[Match], questionnaire: Questionnaire, delivery: Delivery, language: str) -> Answers:
    """Turn every matched column of a delivery into codes, reasons and the record of how.

    Raises:
        ProblemsFound: never for an answer; answers that cannot be read get the reason `unreadable`.
    """
    columns = by_question(matches)
    work = _Work(raw, questionnaire, delivery, language, columns)
    # Texts of "other" in a column of their own come first: they tick "other" in the question they belong to.
    own_text = [n for n in columns if questionnaire[n].role == "other"]
    for name in [*own_text, *(n for n in questionnaire.questions if n not in own_text)]:
        work.question(questionnaire[name], columns.get(name, []))
    return work.done()


class _Work:
    """Collects the columns of one delivery, question by question."""

    def __init__(self, raw: RawTable, questionnaire: Questionnaire, delivery: Delivery, language: str, columns: dict[str, list[Match]]):
        self.raw, self.questionnaire, self.delivery, self.language, self.columns = raw, questionnaire, delivery, language, columns
        self.values: dict[str, pd.Series] = {}
        self.reasons: dict[str, pd.Series] = {}
        self.national: dict[str, pd.Series] = {}
        self.records: list[tuple] = []
        self.lists: dict[str, AnswerList] = {}
        self.constants: dict[tuple[str | None, str], pd.Series] = {}

    def question(self, question: Question, matches: list[Match]) -> None:
        options = [m for m in matches if "/" in m.target]
        whole = [m for m in matches if "/" not in m.target]
        if not matches:
            self._not_asked(question)
        elif question.kind == "select_multiple" and options:
            self._options(question, options)
        elif question.kind == "select_multiple":
            self._joined(question, whole[0])
        else:
            self._single(question, whole[0])

    def _not_asked(self, question: Question) -> None:
        for column in self.questionnaire.columns(question.name):
            if column not in self.values:  # it may be the text of "other", found in the cell of its question
                self.values[column] = self._constant(None, _dtype(question))
                self.reasons[column] = self._constant("not_asked", "str")

    def _constant(self, value: str | None, dtype: str) -> pd.Series:
        if (value, dtype) not in self.constants:
            self.constants[value, dtype] = pd.Series(value, index=self.raw.cells.index, dtype=dtype)
        return self.constants[value, dtype]

    def _list(self, question: Question) -> AnswerList:
        """The answers of a question. A letter alone is a section where params, the headings or the export's codes say of which version."""
        name = self.delivery.scales.get(question.name, question.list_name)
        declared = self.delivery.answers.get(question.name)
        if own := self.questionnaire.classification(question.name):
            version = self.delivery.classifications.get(question.name, own)
            headed = any("/" in match.target for match in self.columns[question.name])
            in_codes = headed or question.name in self.delivery.classifications or self._in_codes
            return AnswerList(self.questionnaire, name, self.language, declared, self.raw.tool, version, in_codes)
        if declared:
            return AnswerList(self.questionnaire, name, self.language, declared, self.raw.tool)
        if name not in self.lists:
            self.lists[name] = AnswerList(self.questionnaire, name, self.language, tool=self.raw.tool)
        return self.lists[name]

    @cached_property
    def _in_codes(self) -> bool:
        """Whether the export holds the questionnaire's own codes: no answer of a question with one answer is a label."""
        asked = [(self.questionnaire[name], matches[0]) for name, matches in self.columns.items()]
        return not any(
            (key := answer_key(text)) in answers.labels and key not in answers.codes
            for question, match in asked
            if question.kind == "select_one"
            for answers in [AnswerList(self.questionnaire, self.delivery.scales.get(question.name, question.list_name), tool=self.raw.tool)]
            for text in self.raw.cells[match.column.position].unique()
        )

    def _read_each(self, question: Question, match: Match, read) -> tuple[pd.Series, list[Reading]]:
        """Readings per distinct text; the column as positions into them."""
        cells = self.raw.cells[match.column.position]
        positions, distinct = pd.factorize(cells)
        readings = [read(text) for text in distinct]
        counts = np.bincount(positions, minlength=len(distinct))
        hidden = question.kind in OPEN  # open answers are counted, not written down
        self.records += [
            (
                match.column.position + 1,
                match.target,
                "" if hidden else text,
                "" if hidden else ";".join(map(str, r.values)),
                str(r.rule),
                r.reason,
                count,
                r.proposal,
            )
            for text, r, count in zip(distinct, readings, counts.tolist(), strict=True)
        ]
        return pd.Series(positions, index=cells.index), readings

    def _single(self, question: Question, match: Match) -> None:
        answers = self._list(question) if question.kind == "select_one" else None
        order = (self.delivery.dates or date_order(self.raw.cells[match.column.position].unique())) if question.kind == "date" else ""
        positions, readings = self._read_each(question, match, lambda text: self._read_one(question, answers, text, order))
        values = [r.values[0] if r.values else None for r in readings]
        self.values[question.name] = _take(values, positions, _dtype(question))
        self.reasons[question.name] = _take([r.reason for r in readings], positions, "object")
        self._other_text(question, positions, readings)
        if answers and "other" in answers.choices:
            self._other_beside(question)
        if question.name in self.delivery.national:
            self.national[question.name] = _take([r.national or None for r in readings], positions, "str")

    def _other_beside(self, question: Question) -> None:
        """A text of "other" in a column of its own is the answer where there is no other one: Typeform leaves the answer empty."""
        text = self.values.get(f"{question.name}_other")
        if text is not None:
            typed = text.notna() & self.reasons[question.name].eq("no_answer")
            self.values[question.name] = self.values[question.name].mask(typed, "other")
            self.reasons[question.name] = self.reasons[question.name].mask(typed, ANSWERED)

    def _read_one(self, question: Question, answers: AnswerList | None, text: str, order: str = "") -> Reading:
        if text == NOT_SHOWN and self.raw.tool == "LimeSurvey" and (question.is_number or question.kind == "date"):
            return Reading(rule=Rule.LIMESURVEY_NULL, reason="no_answer")  # it stores both alike
        declared = self._declared(question, text) or _blank(text)
        if declared is not None:
            return declared
        shown = tidy(text)
        if question.kind in OPEN:
            return Reading((shown,), Rule.TEXT)
        if answers:
            return self._read_choice(question, answers, text)
        if answer_key(text) in NOT_APPLICABLE:
            return self._not_applicable(text)
        if answer_key(text) in BLANK or answer_key(text) == "":
            return Reading(rule=Rule.NO_ANSWER_SIGN, reason="no_answer")
        return self._read_date(shown, order) if question.kind == "date" else self._read_number(question, shown)

    def _declared(self, question: Question, text: str) -> Reading | None:
        """What params say about this text, beyond the codes of an answer list."""
        declared = self.delivery.answers.get(question.name, {})
        value = declared.get(text, declared.get(tidy(text)))
        if value is None:
            return None
        if value in DECLARED_MISSING:
            return Reading(rule=Rule.DECLARED, reason=value)
        if question.kind.startswith("select"):
            return None  # the answer list knows it
        return Reading((float(value) if question.is_number else value,), Rule.DECLARED)

    def _read_choice(self, question: Question, answers: AnswerList, text: str) -> Reading:
        national = {answer_key(raw): (raw, code) for raw, code in self.delivery.national.get(question.name, {}).items()}
        if answer_key(text) in national:
            raw, code = national[answer_key(text)]
            return Reading((code,), Rule.NATIONAL, national=raw)
        code, rule = answers.find(text)
        if code and question.name in self.delivery.rescale and not answers.choices[code].missing:
            code, rule = rescaled(question, code, self.delivery, self.questionnaire), f"{rule}, rescaled"
            return Reading((code,), rule)
        if code:
            return _answer_or_reason(code, answers.choices[code].missing, rule)
        if answer_key(text) in NOT_APPLICABLE:
            return self._not_applicable(text)
        if answer_key(text) in answers.refused:
            return _refused(answers, [answer_key(text)])
        near, score = answers.nearest(text)
        if "other" in answers.choices and self.raw.other_in_cell and score < NEAR:
            return Reading(("other",), Rule.OTHER_IN_CELL, other=tidy(text))
        return Reading(rule=Rule.NO_SUCH_ANSWER, reason="unreadable", proposal=f"{near} ({score:.0f})" if near and score >= 60 else "")

    def _not_applicable(self, text: str) -> Reading:
        if self.raw.tool == "LimeSurvey" and answer_key(text) == "n/a":  # LimeSurvey writes N/A for a question that was not shown
            return Reading(rule=Rule.LIMESURVEY_NA, reason="not_shown")
        return Reading(rule=Rule.NOT_APPLICABLE, reason="not_applicable")

    def _read_number(self, question: Question, text: str) -> Reading:
        rule = Rule.NUMBER
        number = parse_number(text, self.delivery.decimal, whole=question.kind == "integer")
        if number is None and self.raw.grid.container in ("workbook", "sav"):
            number = parse_number(text, ".")  # numbers typed as numbers, which we wrote as text with a point
        if number is None:
            number, rule = self._number_of_range(question, text)
            if number is None:
                return Reading(rule=rule, reason="unreadable")
        if number in self.delivery.sentinels.get(question.name, ()):
            return Reading(rule=Rule.SENTINEL, reason="no_answer")
        unit = self.delivery.units.get(question.name, question.unit)
        if unit != question.unit:
            return Reading((number * UNITS[unit, question.unit],), f"{rule}, {unit} to {question.unit}")
        return Reading((number,), rule)

    def _number_of_range(self, question: Question, text: str) -> tuple[float | None, str]:
        """The number a range or open class stands for by the rule that params declare, and the rule."""
        bounds = parse_range(text, self.delivery.decimal, whole=question.kind == "integer")
        if bounds is None:
            return None, Rule.NO_NUMBER
        how = self.delivery.ranges.get(question.name)
        number = from_range(bounds, how) if how else None
        return number, f"{Rule.RANGE}, {how}" if number is not None else Rule.RANGE_WITHOUT_RULE

    def _read_date(self, text: str, order: str) -> Reading:
        day = parse_date(text, order)
        if day is None:
            return Reading(rule=Rule.NO_DATE, reason="unreadable")
        return Reading((day.isoformat(),), Rule.DATE)

    def _joined(self, question: Question, match: Match) -> None:
        answers = self._list(question)
        positions, readings = self._read_each(question, match, lambda text: self._read_joined(question, answers, text))
        reasons = _take([r.reason for r in readings], positions, "object")
        for choice in answers.choices:
            column = f"{question.name}/{choice}"
            values = [None if r.reason else choice in r.values for r in readings]
            self.values[column] = _take(values, positions, "boolean")
            self.reasons[column] = reasons
        self._other_text(question, positions, readings)

    def _read_joined(self, question: Question, answers: AnswerList, text: str) -> Reading:
        declared = self._declared(question, text) or _blank(text)
        if declared is not None:
            return declared
        codes, left = answers.split(text)
        missing = [answers.choices[c].missing for c in codes if answers.choices[c].missing]
        if missing and len(codes) == 1 and not left:
            return Reading(rule=Rule.LABEL, reason=missing[0])
        if codes and not left:
            return Reading(tuple(codes), Rule.SPLIT)
        if not codes and answer_key(text) in NOT_APPLICABLE:
            return self._not_applicable(text)
        if not codes and (answer_key(text) in BLANK or not left):
            return Reading(rule=Rule.NO_ANSWER_SIGN, reason="no_answer")
        if any(part in answers.refused for part in left):
            return _refused(answers, left)
        near, score = max((answers.nearest(part) for part in left), key=lambda found: found[1])
        if "other" in answers.choices and self.raw.other_in_cell and score < NEAR:
            return Reading((*codes, "other"), Rule.SPLIT_WITH_OTHER, other=_as_written(left, text))
        return Reading(rule=Rule.UNKNOWN_PART, reason="unreadable", proposal=f"{near} ({score:.0f})" if score >= 60 else "")

    def _options(self, question: Question, matches: list[Match]) -> None:
        """One column per option: a blank means not ticked where the respondent ticked anything, else no answer.

        An option without a column was not offered in this delivery, or its column is still open: `not_asked`.
        """
        answers = self._list(question)
        typed = [m for m in matches if self._holds_typed_text(m)]
        spelt_out = all(m in typed or self._holds_only_its_option(answers, m) for m in matches)
        ticked, states = {}, []
        for match in matches:
            choice, whole = match.target.partition("/")[2], spelt_out or match in typed
            read = partial(self._read_option, question, answers, choice, whole)
            positions, readings = self._read_each(question, match, read)
            ticked[choice] = ticked.get(choice, False) | _take([bool(r.values) for r in readings], positions, "bool")
            states.append(_take([r.reason for r in readings], positions, "object"))
        other = f"{question.name}_other"
        if "other" in answers.choices and "other" not in ticked and other in self.values:
            ticked["other"] = self.values[other].notna()
        frame = pd.DataFrame(ticked)
        state = pd.DataFrame(dict(enumerate(states)))
        reason = pd.Series("no_answer", index=frame.index)
        reason[state.eq("not_shown").all(axis=1)] = "not_shown"
        missing = {c.name: c.missing for c in answers.choices.values() if c.missing}
        for choice, why in missing.items():
            if choice in frame:
                reason[frame[choice]] = why
        given = frame.drop(columns=[c for c in missing if c in frame]).any(axis=1)
        reason[given] = ANSWERED
        reason[state.eq("unreadable").any(axis=1)] = "unreadable"
        for choice in answers.choices:
            column = f"{question.name}/{choice}"
            if choice in frame:
                self.values[column] = frame[choice].astype("boolean").where(reason == ANSWERED)
                self.reasons[column] = reason
            else:
                self.values[column] = self._constant(None, "boolean")
                self.reasons[column] = self._constant("not_asked", "str")

    def _holds_typed_text(self, match: Match) -> bool:
        """Whether a column headed only by "other" holds what people typed, and no ticks."""
        words = set(map(answer_key, self.raw.cells[match.column.position].unique())) - {""}
        return self.raw.bare_options and match.target.endswith("/other") and not words <= YES | NO | NOT_APPLICABLE

    def _holds_only_its_option(self, answers: AnswerList, match: Match) -> bool:
        """Whether the cells repeat the option's own code or label: an option called N or 0 then does not say no."""
        own = match.target.partition("/")[2]
        return all(answers.find(text)[0] == own for text in self.raw.cells[match.column.position].unique() if not _blank(text))

    def _read_option(self, question: Question, answers: AnswerList, choice: str, spelt_out: bool, text: str) -> Reading:
        """A 2 is yes in some exports of LimeSurvey and no in others: it waits for a line in params."""
        key = answer_key(text)
        if told := self._declared(question, text) or _blank(text):
            return told
        if spelt_out:
            return Reading((choice,), Rule.TICKED)
        if key in NOT_APPLICABLE:
            return self._not_applicable(text)
        if key in NO:
            return Reading(rule=Rule.NOT_TICKED)
        if key in YES or answers.find(text)[0] == choice:
            return Reading((choice,), Rule.TICKED)
        return Reading(rule=Rule.NEITHER_YES_NOR_NO, reason="unreadable")

    def _other_text(self, question: Question, positions: pd.Series, readings: list[Reading]) -> None:
        """Where the tool keeps the text of "other" in the cell, it goes to the question that asks for it."""
        target = f"{question.name}_other"
        if not self.raw.other_in_cell or target not in self.questionnaire.questions or target in self.values:
            return
        texts = _take([r.other or None for r in readings], positions, "str")
        self.values[target] = texts
        self.reasons[target] = pd.Series(ANSWERED, index=texts.index).where(texts.notna(), "no_answer")

    def done(self) -> Answers:
        columns = self.questionnaire.all_columns
        values = pd.DataFrame({c: self.values[c] for c in columns}, index=self.raw.cells.index)
        reasons = pd.DataFrame({c: self.reasons[c] for c in columns}, index=self.raw.cells.index)
        mapping = pd.DataFrame(self.records, columns=[*MAPPING[:-1], "count", "proposal"])
        national = pd.DataFrame(self.national, index=self.raw.cells.index)
        return Answers(values, reasons, mapping.groupby(MAPPING, as_index=False, sort=False)["count"].sum(), national)


def rescaled(question: Question, code: str, delivery: Delivery, questionnaire: Questionnaire) -> str:
    """A code of the scale this delivery used, on the questionnaire's own scale, as params declare it.

    `linear` puts the ends of both scales upon each other and takes the nearest point, halves upwards:
    1 + (i - 1)(k - 1)/(m - 1) for point i of m on a scale of k points. Otherwise params name the point for each point.
    """
    how = delivery.rescale[question.name]
    if how != "linear":
        return how[code]
    points, own = list(questionnaire.scale(question.name, delivery.scales[question.name])), list(questionnaire.scale(question.name))
    place = points.index(code) * (len(own) - 1) / (len(points) - 1)
    return own[int(place + 0.5)]


def _blank(text: str) -> Reading | None:
    if text == NOT_SHOWN:
        return Reading(rule=Rule.NOT_SHOWN, reason="not_shown")
    return None if tidy(text) else Reading(rule=Rule.BLANK, reason="no_answer")


def _answer_or_reason(code: str, missing: str, rule: str) -> Reading:
    return Reading(rule=rule, reason=missing) if missing else Reading((code,), rule)


def _refused(answers: AnswerList, parts: list[str]) -> Reading:
    rule, proposal = next(answers.refused[part] for part in parts if part in answers.refused)
    return Reading(rule=rule, reason="unreadable", proposal=proposal)


def _as_written(left: list[str], text: str) -> str:
    """The parts that are no known answer, in the respondent's own letters and, where they stand together, separators."""
    text, keys = tidy(text), set(map(answer_key, left))
    parts = [part for part in re.finditer(r"[^;,]+", text) if answer_key(part.group()) in keys]
    if not parts:
        return ", ".join(left)
    between = text[parts[0].start() : parts[-1].end()]
    together = len(re.findall(r"[^;,]+", between)) == len(parts)
    return between.strip() if together else ", ".join(part.group().strip() for part in parts)


def _take(values: list, positions: pd.Series, dtype: str) -> pd.Series:
    return pd.Series(values, dtype=dtype).take(positions.to_numpy()).set_axis(positions.index)


def _dtype(question: Question) -> str:
    if question.is_number:
        return "float64"
    return "boolean" if question.kind == "select_multiple" else "str"
