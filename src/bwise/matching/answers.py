"""Raw text to codes, whatever the style: codes, labels in any language, joined, one column per option, 0/1.

Work is done once per distinct text of a column, never row by row. Nothing is guessed: a text that fits no answer stays
unreadable, with the nearest answer as a proposal, until a line in params says what it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, partial

import numpy as np
import pandas as pd

from bwise.exports.table import NOT_SHOWN, RawTable
from bwise.matching import fit
from bwise.matching.columns import Match, by_question
from bwise.matching.dates import date_order, parse_date
from bwise.matching.fit import NUMBER, NUMBERS, Doubt
from bwise.matching.identifiers import IDENTIFIERS, codes_as_sent
from bwise.matching.joins import SUM, first_filled, how_joined, take_from, total
from bwise.matching.lists import DECLARED_MISSING, AnswerList, declared_answers, list_used, plain_list, whole_number
from bwise.matching.numbers import AMOUNTS, UNITS, from_range, parse_number, parse_range
from bwise.matching.rules import Rule
from bwise.matching.words import BLANK, ERRORS, NO, NOT_APPLICABLE, NOTHING, YES, nothing_typed, yes_and_no
from bwise.questionnaire import Question, Questionnaire
from bwise.settings import Delivery
from bwise.text import answer_key, tidy

OPEN = {"text"}
NEAR = 85  # an "other" text this like an option is not taken for an "other"
ANSWERED = ""
THOUSAND = 1000
ALL_OFFERED = "all_offered"  # what params say of options without a column that nobody ticked


@dataclass(frozen=True)
class Reading:
    """What one distinct text means: `values` are codes (several for select_multiple), one number or one text.

    `reason` is empty for an answer, else why there is none (no_answer, dont_know, refused, not_applicable, not_shown,
    unreadable); `other` is the text of "other"; `rule` says how it was found; `proposal` the nearest answer; `national` the
    national category that params map to the common one; `open` what of the text is no known answer, where a part of it is.
    """

    values: tuple = ()
    rule: str = ""
    reason: str = ANSWERED
    other: str = ""
    proposal: str = ""
    national: str = ""
    open: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ticks:
    """How the columns of one question with one column per option are read: the words that say yes and no, the columns that hold
    typed text, and whether numbers grade the options instead of ticking them."""

    yes: frozenset[str]
    no: frozenset[str]
    typed: tuple[Match, ...] = ()
    graded: bool = False


MAPPING = ["column", "question", "raw", Rule.CODE, "rule", "reason", "open", "proposal"]
PARTS = ";"  # between the open parts of one text, and between their proposals: no part holds one


@dataclass
class Answers:
    """Answers of one delivery. `values` and `reasons` have the questionnaire's columns, the index is the row in the file.

    `mapping` has one row per question and distinct raw text: column, question, raw, code, rule, reason, open, count,
    proposal. `open` are the parts of a joined answer that no answer is known for. Raw text of open answers is not in it.
    `national` has one column per question whose national categories params map to common ones: the national category as
    params write it. `absent`: question with one column per option -> its options without a column.
    """

    values: pd.DataFrame
    reasons: pd.DataFrame
    mapping: pd.DataFrame
    national: pd.DataFrame
    absent: dict[str, tuple[str, ...]] = field(default_factory=dict)


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
        self.absent: dict[str, tuple[str, ...]] = {}
        self.codes: dict[str, dict[str, str]] = {}
        self.doubts = self._doubts()
        self.renamed: dict[str, frozenset[str]] = {}
        self.constants: dict[tuple[str | None, str], pd.Series] = {}

    def question(self, question: Question, matches: list[Match]) -> None:
        options = [m for m in matches if "/" in m.target]
        whole = [m for m in matches if "/" not in m.target]
        if not matches:
            self._not_asked(question)
        elif question.kind == "select_multiple" and options:
            self._options(question, options)
        elif len(whole) > 1 and (how := how_joined(self.delivery, question.name)):
            self._several(question, whole, how)
        else:
            self._whole(question, whole[0])

    def _whole(self, question: Question, match: Match) -> None:
        if question.kind == "select_multiple":
            self._joined(question, match)
        else:
            self._single(question, match)

    def _several(self, question: Question, matches: list[Match], how: str) -> None:
        """One question in several columns, read one by one and put together as params say."""
        typed = f"{question.name}_other" if self.raw.other_in_cell and f"{question.name}_other" not in self.values else ""
        columns = [c for c in (*self.questionnaire.columns(question.name), typed) if c]
        parts = []
        for match in matches:
            self._whole(question, match)
            tables = (self.values, self.reasons, self.national)
            parts.append([{c: table.pop(c) for c in columns if c in table} for table in tables])
        reasons = [part[1][columns[0]] for part in parts]
        if how == SUM:
            found = total([part[0][question.name] for part in parts], reasons)
            self.values[question.name], self.reasons[question.name] = found
            return
        chosen = first_filled(reasons)
        for number, table in enumerate((self.values, self.reasons, self.national)):
            table |= {column: take_from([part[number][column] for part in parts], chosen) for column in parts[0][number]}

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
        name = list_used(self.delivery, question)
        declared = declared_answers(self.delivery, question, self.questionnaire)
        if own := self.questionnaire.classification(question.name):
            version = self.delivery.classifications.get(question.name, own)
            headed = any("/" in match.target for match in self.columns[question.name])
            in_codes = headed or question.name in self.delivery.classifications or self._in_codes
            return AnswerList(self.questionnaire, name, self.language, declared, self.raw.tool, version, in_codes)
        if declared:
            return AnswerList(self.questionnaire, name, self.language, declared, self.raw.tool)
        return self._plain_list(name)

    def _plain_list(self, name: str) -> AnswerList:
        """An answer list of which params say nothing."""
        return plain_list(self.questionnaire, name, self.language, self.raw.tool)

    def _distinct(self, match: Match) -> list[str]:
        return self.raw.distinct(match.column.position)

    def _doubts(self) -> dict[str, Doubt]:
        """Questions whose numbers are not believed (`bwise.matching.fit`)."""
        closed, numbers = [], {}
        for name, matches in self.columns.items():
            question = self.questionnaire[name]
            whole = [m for m in matches if "/" not in m.target]
            if question.kind.startswith("select") and whole:
                settled = {*map(answer_key, self.delivery.national.get(name, ()))}
                sent, free = self._distinct(whole[0]), self.raw.other_in_cell
                closed.append(fit.ask(question, list_used(self.delivery, question), self._list(question), sent, settled, free))
            elif question.is_number and name not in self.delivery.units:
                numbers[name] = question, self.delivery.answers.get(name, {}), self._distinct(whole[0])
        lists = lambda: {name: self._plain_list(name) for name in self.questionnaire.lists}
        return fit.doubts(closed, lists) | fit.doubts_of_numbers(numbers)

    @cached_property
    def _in_codes(self) -> bool:
        """Whether the export holds the questionnaire's own codes: no answer of a question with one answer is a label."""
        asked = [(self.questionnaire[name], matches[0]) for name, matches in self.columns.items()]
        return not any(
            (key := answer_key(text)) in answers.labels and key not in answers.codes
            for question, match in asked
            if question.kind == "select_one"
            for answers in [plain_list(self.questionnaire, list_used(self.delivery, question), "", self.raw.tool)]
            for text in self._distinct(match)
        )

    def _read_each(self, question: Question, match: Match, read: Callable[[str], Reading]) -> tuple[np.ndarray, list[Reading]]:
        """Readings per distinct text; the column as positions into them."""
        positions, distinct = self.raw.factorised(match.column.position)
        readings = [read(text) for text in distinct]
        counts = np.bincount(positions, minlength=len(distinct))
        typed = question.kind in OPEN  # open answers are counted, not written down
        self.records += [
            (
                match.column.position + 1,
                match.target,
                "" if typed and r.rule != Rule.ERROR_CELL else text,
                "" if typed else ";".join(map(str, r.values)),
                str(r.rule),
                r.reason,
                PARTS.join(r.open),
                count,
                r.proposal,
            )
            for text, r, count in zip(distinct, readings, counts.tolist(), strict=True)
        ]
        return positions, readings

    def _take(self, values: list, positions: np.ndarray, dtype: str) -> pd.Series:
        """One value per cell, of one per distinct text."""
        distinct = np.array(values, dtype=object) if dtype == "object" else pd.array(values, dtype=dtype)
        return pd.Series(distinct.take(positions), index=self.raw.cells.index, copy=False)

    def _single(self, question: Question, match: Match) -> None:
        sent = self._distinct(match)
        self.codes[question.name] = codes_as_sent(sent) if question.role in IDENTIFIERS else {}
        order = (self.delivery.dates or date_order(sent)) if question.kind == "date" else ""
        answers = self._list(question) if question.kind == "select_one" else None
        says = self._yes_and_no(answers, sent) if answers else {}
        positions, readings = self._read_each(question, match, lambda text: self._read_one(question, answers, says, text, order))
        values = [r.values[0] if r.values else None for r in readings]
        self.values[question.name] = self._take(values, positions, _dtype(question))
        self.reasons[question.name] = self._take([r.reason for r in readings], positions, "object")
        self._other_text(question, positions, readings)
        if answers and "other" in answers.choices:
            self._other_beside(question)
        if question.name in self.delivery.national:
            self.national[question.name] = self._take([r.national or None for r in readings], positions, "str")

    def _yes_and_no(self, answers: AnswerList, sent: list[str]) -> dict[str, str]:
        """Word for yes or no in the column, in any language -> the answer that says so; numbers and ticks may mean something else."""
        if not answers.yes_and_no:
            return {}
        words = {key for key in map(answer_key, sent) if key[:1].isalpha() and key != "x"}
        told = yes_and_no(words, self.language)
        return {word: code for code, found in zip(answers.yes_and_no, told, strict=True) for word in found}

    def _other_beside(self, question: Question) -> None:
        """A text of "other" in a column of its own is the answer where there is no other one: Typeform leaves the answer empty."""
        text = self.values.get(f"{question.name}_other")
        if text is not None:
            typed = text.notna() & self.reasons[question.name].eq("no_answer")
            self.values[question.name] = self.values[question.name].mask(typed, "other")
            self.reasons[question.name] = self.reasons[question.name].mask(typed, ANSWERED)

    def _read_one(self, question: Question, answers: AnswerList | None, says: dict[str, str], text: str, order: str) -> Reading:
        if text == NOT_SHOWN and self.raw.tool == "LimeSurvey" and (question.is_number or question.kind == "date"):
            return Reading(rule=Rule.LIMESURVEY_NULL, reason="no_answer")  # it stores both alike
        declared = self._declared(question, text) or _blank(text)
        if declared is not None:
            return declared
        shown, key = tidy(text), answer_key(text)
        if question.kind in OPEN:
            shown = self.codes[question.name].get(text, shown)
            if key in ERRORS:
                return Reading(rule=Rule.ERROR_CELL, reason="unreadable")
            nothing = Reading(rule=Rule.NO_ANSWER_SIGN, reason="no_answer")
            return nothing if key in nothing_typed(question.role) else Reading((shown,), Rule.TEXT)
        if answers:
            return self._read_choice(question, answers, says, text)
        if key in NOT_APPLICABLE:
            return self._not_applicable(text)
        if key in BLANK:
            return Reading(rule=Rule.NO_ANSWER_SIGN, reason="no_answer")
        return self._read_date(shown, order) if question.kind == "date" else self._read_number(question, shown)

    def _declared(self, question: Question, text: str) -> Reading | None:
        """What params say about this text, beyond the codes of an answer list."""
        declared = declared_answers(self.delivery, question, self.questionnaire)
        if declared and question.kind.startswith("select"):
            value = {answer_key(raw): code for raw, code in declared.items()}.get(answer_key(text))
        else:
            value = declared.get(text, declared.get(tidy(text)))
        if value is None:
            return None
        if value in DECLARED_MISSING:
            return Reading(rule=Rule.DECLARED, reason=value)
        if question.kind.startswith("select"):
            return None  # the answer list knows it
        return Reading((float(value) if question.is_number else value,), Rule.DECLARED)

    def _read_choice(self, question: Question, answers: AnswerList, says: dict[str, str], text: str) -> Reading:
        key = answer_key(text)
        national = {answer_key(raw): (raw, code) for raw, code in self.delivery.national.get(question.name, {}).items()}
        if key in national:
            raw, code = national[key]
            return Reading((code,), Rule.NATIONAL, national=raw)
        code, rule = self._find(answers, says, text)
        if (doubt := self.doubts.get(question.name)) and NUMBER.match(key) and rule != Rule.DECLARED:
            return Reading(rule=doubt.rule, reason="unreadable", proposal=doubt.proposal)
        if code and question.name in self.delivery.rescale and not answers.choices[code].missing:
            code, rule = rescaled(question, code, self.delivery, self.questionnaire), f"{rule}, rescaled"
            return Reading((code,), rule)
        if code:
            return _answer_or_reason(code, answers.choices[code].missing, rule)
        if key in NOT_APPLICABLE:
            return self._not_applicable(text)
        if key in BLANK:
            return Reading(rule=Rule.NO_ANSWER_SIGN, reason="no_answer")
        if key in answers.refused:
            return _refused(answers, [key])
        if self._may_be_typed(question, answers, [key]):
            return Reading(("other",), Rule.OTHER_IN_CELL, other=tidy(text))
        if doubt and (doubt.scales or doubt.rule == Rule.OTHER_LIST):
            return Reading(rule=doubt.rule, reason="unreadable", proposal=doubt.proposal)
        near, score = answers.nearest(text)
        if key in self._like_options(question, answers):
            return Reading(rule=Rule.LIKE_AN_OPTION, reason="unreadable")
        return Reading(rule=Rule.NO_SUCH_ANSWER, reason="unreadable", proposal=f"{near} ({score:.0f})" if near and score >= 60 else "")

    def _may_be_typed(self, question: Question, answers: AnswerList, parts: list[str]) -> bool:
        """Whether texts that are no answer of the list were typed under "other", in the cell of the question itself."""
        if "other" not in answers.choices or not self.raw.other_in_cell:
            return False
        doubt = self.doubts.get(question.name)
        near = max(answers.nearest(part)[1] for part in parts)
        strange = any(map(NUMBER.match, parts)) or not self._like_options(question, answers).isdisjoint(parts)
        return near < NEAR and not strange and not (doubt and doubt.rule == Rule.OTHER_LIST)

    def _like_options(self, question: Question, answers: AnswerList) -> frozenset[str]:
        """Texts of a column with typed answers that may be an option under another name."""
        if question.name not in self.renamed:
            match = next(m for m in self.columns[question.name] if "/" not in m.target)
            positions, distinct = self.raw.factorised(match.column.position)
            counts = dict(zip(distinct, np.bincount(positions).tolist(), strict=True)) if self.raw.other_in_cell else {}
            self.renamed[question.name] = fit.like_options(answers, counts, question.kind == "select_multiple")
        return self.renamed[question.name]

    def _find(self, answers: AnswerList, says: dict[str, str], text: str) -> tuple[str, str]:
        """Code and rule for one text: as the list has it, as a code with decimals, or as a word for yes or no."""
        code, rule = answers.find(text)
        if not code and (whole := whole_number(text)):
            code, rule = answers.find(whole)
            rule = f"{rule}, with decimals" if code else ""
        if not code and (code := says.get(answer_key(text), "")):
            rule = Rule.YES_OR_NO
        return code, rule

    def _not_applicable(self, text: str) -> Reading:
        if self.raw.tool == "LimeSurvey" and answer_key(text) == "n/a":  # LimeSurvey writes N/A for a question that was not shown
            return Reading(rule=Rule.LIMESURVEY_NA, reason="not_shown")
        if self.raw.tool == "KoBoToolbox" and text == "n/a":  # Ona, which is laid out like KoBo, writes n/a into every empty cell
            return Reading(rule=Rule.ONA_EMPTY, reason="no_answer")
        return Reading(rule=Rule.NOT_APPLICABLE, reason="not_applicable")

    def _read_number(self, question: Question, text: str) -> Reading:
        rule = Rule.NUMBER
        number = parse_number(text, self.delivery.decimal, whole=question.kind == "integer")
        if number is None and self.raw.grid.container in ("workbook", "sav"):
            number = parse_number(text, ".")  # numbers typed as numbers, which we wrote as text with a point
        if number in self.delivery.sentinels.get(question.name, ()):
            return Reading(rule=Rule.SENTINEL, reason="no_answer")
        if number is not None and (wrong := self._not_believed(question, text, number)):
            return wrong
        if number is None:
            number, rule = self._number_of_range(question, text)
            if number is None:
                return Reading(rule=rule, reason="unreadable")
        unit = "%" if text.endswith("%") else self.delivery.units.get(question.name, question.unit)
        if unit != question.unit:
            return Reading((number * UNITS[unit, question.unit],), f"{rule}, {unit} to {question.unit}")
        return Reading((number,), rule)

    def _not_believed(self, question: Question, text: str, number: float) -> Reading | None:
        """Why a number is not taken as it stands: its sign, its decimals, or the other numbers of its column."""
        doubt = self.doubts.get(question.name)
        if text.endswith("%"):
            known = question.unit == "%" or ("%", question.unit) in UNITS
            return None if known else Reading(rule=Rule.PER_CENT, reason="unreadable")
        if number < 0 and question.unit in AMOUNTS:
            return Reading(rule=Rule.BELOW_NOTHING, reason="unreadable")
        if question.kind == "integer" and not number.is_integer() and question.name not in self.delivery.units:
            return Reading(rule=Rule.NOT_WHOLE, reason="unreadable")
        if doubt and doubt.rule == Rule.SHARES:
            return Reading(rule=doubt.rule, reason="unreadable", proposal="units: share")
        if doubt and abs(number) < THOUSAND:
            return Reading(rule=doubt.rule, reason="unreadable")
        return None

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
        reasons = self._take([r.reason for r in readings], positions, "object")
        for choice in answers.choices:
            column = f"{question.name}/{choice}"
            values = [None if r.reason else choice in r.values for r in readings]
            self.values[column] = self._take(values, positions, "boolean")
            self.reasons[column] = reasons
        self._other_text(question, positions, readings)

    def _read_joined(self, question: Question, answers: AnswerList, text: str) -> Reading:
        declared = self._declared(question, text) or _blank(text)
        if declared is not None:
            return declared
        key = answer_key(text)
        if (doubt := self.doubts.get(question.name)) and NUMBERS.match(key):
            return Reading(rule=doubt.rule, reason="unreadable")
        codes, left = answers.split(text)
        if left and (code := answers.find(whole_number(text))[0]):
            codes, left = [code], []
        missing = [answers.choices[c].missing for c in codes if answers.choices[c].missing]
        if missing and len(codes) == 1 and not left:
            return Reading(rule=Rule.LABEL, reason=missing[0])
        if codes and not left:
            return Reading(tuple(codes), Rule.SPLIT)
        if not codes and key in NOT_APPLICABLE:
            return self._not_applicable(text)
        if not codes and not left and (aside := [answers.set_aside[k] for k, _ in answers.parts(text)[0]]):
            return Reading(rule=Rule.DECLARED, reason=aside[0])
        if not codes and (key in BLANK or not left):
            return Reading(rule=Rule.NO_ANSWER_SIGN, reason="no_answer")
        if any(part in answers.refused for part in left):
            return _refused(answers, left)
        if self._may_be_typed(question, answers, left):
            return Reading((*codes, "other"), Rule.SPLIT_WITH_OTHER, other=_as_written(left, text))
        parts = _open_parts(left, text)
        proposals = [f"{near} ({score:.0f})" if score >= 60 else "" for near, score in map(answers.nearest, parts)]
        often = not self._like_options(question, answers).isdisjoint(left)
        return Reading(
            rule=Rule.LIKE_AN_OPTION if often else Rule.UNKNOWN_PART,
            reason="unreadable",
            open=parts,
            proposal=PARTS.join(proposals) if any(proposals) else "",
        )

    def _options(self, question: Question, matches: list[Match]) -> None:
        """One column per option: a blank means not ticked where the respondent ticked anything, else no answer.

        An option without a column was not offered in this delivery, or its column is still open: `not_asked`, unless params
        say that it was offered and nobody ticked it.
        """
        answers = self._list(question)
        ticks = self._ticks(question, answers, matches)
        ticked, states = {}, []
        for match in matches:
            choice = match.target.partition("/")[2]
            read = partial(self._read_option, question, answers, choice, ticks if match not in ticks.typed else None)
            positions, readings = self._read_each(question, match, read)
            ticked[choice] = ticked.get(choice, False) | np.array([bool(r.values) for r in readings], dtype=bool).take(positions)
            states.append(np.array([r.reason for r in readings], dtype=object).take(positions))
        other = f"{question.name}_other"
        if "other" in answers.choices and "other" not in ticked and other in self.values:
            ticked["other"] = self.values[other].notna().to_numpy()
        state = np.array(states)
        reason = np.full(len(self.raw.cells), "no_answer", dtype=object)
        reason[(state == "not_shown").all(axis=0)] = "not_shown"
        missing = {c.name: c.missing for c in answers.choices.values() if c.missing}
        for choice in filter(ticked.__contains__, missing):
            reason[ticked[choice]] = missing[choice]
        for choice in ticked.keys() - missing:
            reason[ticked[choice]] = ANSWERED
        reason[(state == "unreadable").any(axis=0)] = "unreadable"
        absent = [choice for choice in answers.choices if choice not in ticked]
        if absent:
            self.absent[question.name] = tuple(absent)
        if self.delivery.options.get(question.name) == ALL_OFFERED:
            ticked |= dict.fromkeys(absent, np.zeros(len(reason), dtype=bool))
        reasons, unanswered = pd.Series(reason, index=self.raw.cells.index, dtype="str"), reason != ANSWERED
        for choice in answers.choices:
            column = f"{question.name}/{choice}"
            if choice in ticked:
                self.values[column] = pd.Series(pd.arrays.BooleanArray(ticked[choice], unanswered, copy=True), index=reasons.index)
                self.reasons[column] = reasons
            else:
                self.values[column] = self._constant(None, "boolean")
                self.reasons[column] = self._constant("not_asked", "str")

    def _ticks(self, question: Question, answers: AnswerList, matches: list[Match]) -> Ticks:
        """What stands for a tick and what for none, by all columns of the question together."""
        declared = set(map(answer_key, declared_answers(self.delivery, question, self.questionnaire)))
        typed = tuple(m for m in matches if self._holds_typed_text(m))
        words: set[str] = set()
        own: set[str] = set()
        for match in [m for m in matches if m not in typed]:
            for text in self._distinct(match):
                repeats = answers.find(text)[0] == match.target.partition("/")[2]
                (own if repeats else words).add(answer_key(text))
        yes, no = yes_and_no(words - declared, self.language)
        if yes:  # where cells say yes, one that repeats an option called N says no
            no |= yes_and_no((words | own) - declared, self.language)[1]
        numbers = {whole_number(word) or word for word in words - declared if NUMBER.match(word)}
        graded = bool(numbers - {"0", "1", "2"}) or {"0", "2"} <= numbers
        return Ticks(yes, no, typed, graded)

    def _holds_typed_text(self, match: Match) -> bool:
        """Whether a column headed only by "other" holds what people typed, and no ticks."""
        words = set(map(answer_key, self._distinct(match))) - {""}
        return self.raw.bare_options and match.target.endswith("/other") and not words <= YES | NO | NOTHING

    def _read_option(self, question: Question, answers: AnswerList, choice: str, ticks: Ticks | None, text: str) -> Reading:
        """A 2 is yes in some exports of LimeSurvey and no in others: it waits for a line in params.

        An option called N or 0 does not say no where the cells of all columns repeat their options.
        """
        key = answer_key(text)
        if told := self._declared(question, text) or _blank(text):
            return told
        if key in BLANK or (key in NOTHING and ticks is None):
            return Reading(rule=Rule.NO_ANSWER_SIGN, reason="no_answer")
        if ticks is None:
            return Reading((choice,), Rule.TICKED)
        if key in NOT_APPLICABLE:
            return self._not_applicable(text)
        if ticks.graded and NUMBER.match(key):
            return Reading(rule=Rule.GRADED, reason="unreadable")
        if key in ticks.no:
            return Reading(rule=Rule.NOT_TICKED)
        if key in ticks.yes or answers.find(text)[0] == choice:
            return Reading((choice,), Rule.TICKED)
        return Reading(rule=Rule.NEITHER_YES_NOR_NO, reason="unreadable")

    def _other_text(self, question: Question, positions: np.ndarray, readings: list[Reading]) -> None:
        """Where the tool keeps the text of "other" in the cell, it goes to the question that asks for it."""
        target = f"{question.name}_other"
        if not self.raw.other_in_cell or target not in self.questionnaire.questions or target in self.values:
            return
        texts = self._take([r.other or None for r in readings], positions, "str")
        self.values[target] = texts
        self.reasons[target] = pd.Series(ANSWERED, index=texts.index).where(texts.notna(), "no_answer")

    def done(self) -> Answers:
        columns = self.questionnaire.all_columns
        values = pd.DataFrame({c: self.values[c].array for c in columns}, index=self.raw.cells.index)
        found = np.column_stack([self.reasons[c].to_numpy(dtype=object) for c in columns])
        reasons = pd.DataFrame(found, index=self.raw.cells.index, columns=columns, dtype=object)
        mapping = pd.DataFrame(self.records, columns=[*MAPPING[:-1], "count", "proposal"])
        national = pd.DataFrame(self.national, index=self.raw.cells.index)
        mapping = mapping.groupby(MAPPING, as_index=False, sort=False)["count"].sum()
        return Answers(values, reasons, mapping, national, self.absent)


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


def _open_parts(left: list[str], text: str) -> tuple[str, ...]:
    """The parts that are no known answer, as they were written; where semicolons part the answers, commas part none."""
    text, keys = tidy(text), set(map(answer_key, left))
    parts: list[str] = []
    end = -1
    for piece in re.finditer(r"[^;,]+", text):
        if answer_key(piece.group()) not in keys:
            continue
        if ";" in text and parts and piece.start() == end + 1 and text[end] == ",":
            parts[-1] += "," + piece.group()
        else:
            parts.append(piece.group())
        end = piece.end()
    return tuple(dict.fromkeys(part.strip() for part in parts)) or tuple(left)


def _as_written(left: list[str], text: str) -> str:
    """The parts that are no known answer, in the respondent's own letters and, where they stand together, separators."""
    text, keys = tidy(text), set(map(answer_key, left))
    parts = [part for part in re.finditer(r"[^;,]+", text) if answer_key(part.group()) in keys]
    if not parts:
        return ", ".join(left)
    between = text[parts[0].start() : parts[-1].end()]
    together = len(re.findall(r"[^;,]+", between)) == len(parts)
    return between.strip() if together else ", ".join(part.group().strip() for part in parts)


def _dtype(question: Question) -> str:
    if question.is_number:
        return "float64"
    return "boolean" if question.kind == "select_multiple" else "str"
