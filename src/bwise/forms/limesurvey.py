"""The questionnaire as a tab-separated survey structure of LimeSurvey (".txt"), to be imported there as a new survey.

Source: LimeSurvey manual, "Tab Separated Value survey structure", and `TSVImportSurvey` and `tsvSurveyExport` of its source.
Codes there have letters and digits only; those of answers at most five. Where one of ours does not fit, another stands for it, so
responses should be exported with full answers.
"""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Iterable, Iterator

from lark import Token, Tree

from bwise.forms.form import Form, Part
from bwise.logic import parse
from bwise.questionnaire import Question, in_language

COLUMNS = (
    "class",
    "type/scale",
    "name",
    "relevance",
    "text",
    "help",
    "language",
    "validation",
    "mandatory",
    "other",
    "em_validation_q",
    "em_validation_sq",
)
LONGEST_CODE, LONGEST_ANSWER = 20, 5  # characters, in LimeSurvey's database
RESERVED = {"lang", "sid", "savedid", "token", "qid", "gid", "sgq", "self", "that", "this"}
LIST, MULTIPLE, ARRAY, NUMBER, NUMBERS, SHORT_TEXT, SHORT_TEXTS, DATE, NOTE = "L", "M", "F", "N", "K", "S", "Q", "D", "X"
SINGLE = {"select_one": LIST, "select_multiple": MULTIPLE, "integer": NUMBER, "decimal": NUMBER, "text": SHORT_TEXT, "date": DATE}
ROWS = {"select_one": ARRAY, "integer": NUMBERS, "decimal": NUMBERS, "text": SHORT_TEXTS}
COMPARE = {"=": "=="}
Row = dict[str, str]


def survey(form: Form) -> bytes:
    """The base language whole first, then each further one, with the same rows in the same order; UTF-8 with byte order mark."""
    target = io.StringIO(newline="")
    writer = csv.DictWriter(target, COLUMNS, restval="", delimiter="\t", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(_Structure(form).rows())
    return target.getvalue().encode("utf-8-sig")


class _Structure:
    """A form with the codes that LimeSurvey gives its questions and answers."""

    def __init__(self, form: Form):
        self.form = form
        self.asked = list(_asked(form.parts))
        names = [part.name for part in self.asked]
        self.codes = _codes(names, LONGEST_CODE, "Q", RESERVED)
        self.rows_of = {part.name: _codes([_row_name(part, q) for q in part.questions], LONGEST_CODE, "SQ") for part in self.asked}
        self.answers = {name: _answer_codes(list(c)) for name, c in form.questionnaire.lists.items()}
        self.ticks = {name: _codes(list(c), LONGEST_CODE, "SQ", {"time", "other"}) for name, c in form.questionnaire.lists.items()}
        self.variables = {q.name: self._variable(part, q) for part in self.asked for q in part.questions}

    def rows(self) -> Iterator[Row]:
        base, *further = self.form.languages
        yield {"class": "S", "name": "language", "text": base}
        yield {"class": "S", "name": "additional_languages", "text": " ".join(further)}
        for language in self.form.languages:
            yield {"class": "SL", "name": "surveyls_title", "text": self.form.questionnaire.title, "language": language}
        for language in self.form.languages:
            yield {"class": "G", "type/scale": "1", "name": self.form.questionnaire.title, "language": language}
            for part in self.asked:
                yield from self._question(part, language)

    def _question(self, part: Part, language: str) -> Iterator[Row]:
        head = {"class": "Q", "name": self.codes[part.name], "language": language}
        if not part.questions:
            yield head | {"type/scale": NOTE, "text": _text(part.labels, language), "relevance": "1"}
            return
        first = part.questions[0]
        head |= {
            "relevance": self._conditions(first.relevant),
            "mandatory": "Y" if len(part.required) == len(part.questions) else "N",
            "other": "N",
        }
        if not part.is_battery:
            check = self._check(first, "self")
            yield head | {"type/scale": SINGLE[first.kind], "text": _text(first.labels, language), "em_validation_q": check}
            codes = self.ticks if first.kind == "select_multiple" else self.answers
            yield from self._answers(first, codes, "SQ" if first.kind == "select_multiple" else "A", language)
            return
        check = self._check(first, "this") if len({q.constraint for q in part.questions}) == 1 else ""
        yield head | {"type/scale": ROWS[first.kind], "text": _text(part.labels, language), "em_validation_sq": check}
        for question in part.questions:
            name = self.rows_of[part.name][_row_name(part, question)]
            condition = self._conditions([c for c in question.relevant if c not in first.relevant])
            text = _text(question.labels, language)
            yield {"class": "SQ", "type/scale": "0", "name": name, "text": text, "language": language, "relevance": condition}
        yield from self._answers(first, self.answers, "A", language)

    def _answers(self, question: Question, codes: dict[str, dict[str, str]], row: str, language: str) -> Iterator[Row]:
        for choice in self.form.questionnaire.choices(question.name).values():
            name, text = codes[question.list_name][choice.name], _text(choice.labels, language)
            yield {"class": row, "type/scale": "0", "name": name, "text": text, "language": language}

    def _variable(self, part: Part, question: Question) -> str:
        """The question as expressions name it; that of a question with several answers is the beginning of each of them."""
        code = self.codes[part.name]
        return f"{code}_{self.rows_of[part.name][_row_name(part, question)]}" if part.is_battery else code

    def _conditions(self, conditions: Iterable[str]) -> str:
        return " and ".join(f"({self._expression(parse(c))})" for c in conditions) or "1"

    def _check(self, question: Question, this: str) -> str:
        """The constraint, of an answer that was given: XLSForm does not ask it of an empty one."""
        if not question.constraint:
            return ""
        return f"is_empty({this}.NAOK) or ({self._expression(parse(question.constraint), this)})"

    def _expression(self, node: Tree | Token, this: str = "this", of: str = "") -> str:
        """A condition of ours in the language of LimeSurvey's ExpressionScript. `of`: the question an answer is compared with."""
        if isinstance(node, Token):
            return COMPARE.get(str(node), str(node))
        match node.data:
            case "disjunction" | "conjunction":
                joined = " or " if node.data == "disjunction" else " and "
                return joined.join(f"({self._expression(child, this)})" for child in node.children)
            case "negate":
                return f"!({self._expression(node.children[0], this)})"
            case "comparison":
                named = next((str(c.children[0]) for c in node.children if isinstance(c, Tree) and c.data == "answer"), "")
                return " ".join(self._expression(child, this, named) for child in node.children)
            case "answer":
                return f"{self.variables[str(node.children[0])]}.NAOK"
            case "string":
                text = str(node.children[0])[1:-1]
                return f'"{self._code(of, text)}"'
            case "selected":
                return self._selected(str(node.children[0]), str(node.children[1])[1:-1])
            case "count":
                name = str(node.children[0])
                ticks = self.ticks[self.form.questionnaire[name].list_name].values()
                return f"count({', '.join(f'{self.variables[name]}_{tick}.NAOK' for tick in ticks)})"
            case "true" | "false":
                return "1" if node.data == "true" else "0"
            case "this":
                return f"{this}.NAOK"
        return str(node.children[0])

    def _selected(self, name: str, choice: str) -> str:
        question = self.form.questionnaire[name]
        if question.kind == "select_multiple":
            return f'{self.variables[name]}_{self.ticks[question.list_name][choice]}.NAOK == "Y"'
        return f'{self.variables[name]}.NAOK == "{self._code(name, choice)}"'

    def _code(self, name: str, answer: str) -> str:
        """The code that stands for an answer of a question; a text that is no answer of it stays."""
        return self.answers.get(self.form.questionnaire[name].list_name, {}).get(answer, answer) if name else answer


def _asked(parts: Iterable[Part]) -> Iterator[Part]:
    """Batteries that LimeSurvey asks as one; others, with several lists or kinds, or of ticks, question by question."""
    for part in parts:
        kinds = {(question.kind, question.list_name) for question in part.questions}
        if not part.is_battery or (len(kinds) == 1 and part.questions[0].kind in ROWS):
            yield part
            continue
        yield Part(f"{part.name}_", part.labels)
        for question in part.questions:
            yield Part(question.name, questions=(question,), required=part.required & {question.name})


def _row_name(part: Part, question: Question) -> str:
    return question.name.removeprefix(f"{part.name}_") if part.is_battery else question.name


def _codes(names: list[str], longest: int, letters: str, taken: Iterable[str] = ()) -> dict[str, str]:
    """A code for each name: the name without its signs where it fits and nothing else has it, else letters and a number."""
    codes: dict[str, str] = {}
    used = {code.casefold() for code in taken}
    for number, name in enumerate(names, 1):
        short = re.sub(r"[^A-Za-z0-9]", "", name)
        fits = short and len(short) <= longest and short.casefold() not in used and (letters != "Q" or short[0].isalpha())
        code = short if fits else f"{letters}{number}"
        while code.casefold() in used:
            number += len(names)
            code = f"{letters}{number}"
        used.add(code.casefold())
        codes[name] = code
    return codes


def _answer_codes(names: list[str]) -> dict[str, str]:
    """The names themselves where all of a list fit, else A1, A2, …: no list has both."""
    codes = _codes(names, LONGEST_ANSWER, "A")
    return codes if all(name == code for name, code in codes.items()) else {name: f"A{number}" for number, name in enumerate(names, 1)}


def _text(labels: dict[str, str], language: str) -> str:
    """The text in this language, or in the first there is, as LimeSurvey keeps it: HTML, where a bare brace begins an expression."""
    text = html.escape(in_language(labels, language), quote=False)
    return text.replace("{", "&#123;").replace("\n", "<br />")
