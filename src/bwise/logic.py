"""Conditions of the questionnaire (`relevant`, `constraint`): a closed part of XLSForm's XPath, never `eval`.

Grammar: `and`, `or`, `not(…)`, comparisons, `${question}`, `.`, numbers, quoted text, `selected(${question}, 'code')`,
`count-selected(${question})`, `true()`, `false()`. As in XLSForm, a missing answer is the empty text.
"""

from __future__ import annotations

import operator
from functools import lru_cache

import pandas as pd
from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedInput

from bwise.problems import Problem, ProblemsFound, did_you_mean, stop
from bwise.questionnaire import Questionnaire

GRAMMAR = r"""
?start: disjunction
?disjunction: conjunction ("or" conjunction)*
?conjunction: negation ("and" negation)*
?negation: "not" "(" disjunction ")" -> negate
         | comparison
?comparison: value (COMPARE value)?
?value: "${" NAME "}"                              -> answer
      | "selected" "(" "${" NAME "}" "," STRING ")" -> selected
      | "count-selected" "(" "${" NAME "}" ")"     -> count
      | "true" "(" ")"                             -> true
      | "false" "(" ")"                            -> false
      | STRING                                     -> string
      | NUMBER                                     -> number
      | "."                                        -> this
      | "(" disjunction ")"
COMPARE: "!=" | "<=" | ">=" | "=" | "<" | ">"
NAME: /[A-Za-z_][A-Za-z0-9_.-]*/
STRING: /'[^']*'/ | /"[^"]*"/
NUMBER: /-?\d+(\.\d+)?/
%ignore /\s+/
"""
COMPARISONS = {"=": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


@lru_cache(maxsize=1024)
def parse(expression: str) -> Tree:
    """The expression as a tree.

    Raises:
        ProblemsFound: the expression is outside the grammar; says where.
    """
    try:
        return _parser().parse(expression)
    except UnexpectedInput as error:
        raise ProblemsFound(
            "A condition of the questionnaire cannot be read.",
            [
                Problem(f"`{expression}`, character {error.column}", "survey.csv", remedy="see `bwise.logic` for what may stand there"),
            ],
        ) from None


@lru_cache(maxsize=1)
def _parser() -> Lark:
    return Lark(GRAMMAR, parser="lalr", maybe_placeholders=False)


def asked_for(expression: str) -> set[str]:
    """The questions a condition names."""
    return {str(node.children[0]) for node in parse(expression).iter_subtrees() if node.data in ("answer", "selected", "count")}


def check_conditions(questionnaire: Questionnaire) -> None:
    """Read every condition once, so that a misspelt question or answer is told before it hides a question from everybody.

    Raises:
        ProblemsFound: with every condition that names a question or an answer which is not there.
    """
    problems = []
    for question in questionnaire.questions.values():
        for condition in (*question.relevant, *([question.constraint] if question.constraint else [])):
            for node in parse(condition).iter_subtrees():
                problems += _unknown(node, condition, questionnaire)
    stop("Some conditions of the questionnaire name what is not there.", *dict.fromkeys(problems))


def _unknown(node: Tree, condition: str, questionnaire: Questionnaire) -> list[Problem]:
    if node.data in ("answer", "selected", "count") and str(node.children[0]) not in questionnaire.questions:
        name = str(node.children[0])
        return [Problem(f"`{condition}` names the question `{name}`", "survey.csv", remedy=did_you_mean(name, questionnaire.questions))]
    if node.data == "selected":
        name, code = str(node.children[0]), str(node.children[1])[1:-1]
    elif node.data == "comparison" and {_data(node.children[0]), _data(node.children[2])} == {"answer", "string"}:
        first, _, last = node.children
        answer, text = (first, last) if first.data == "answer" else (last, first)
        name, code = str(answer.children[0]), str(text.children[0])[1:-1]
    else:
        return []
    choices = questionnaire.choices(name) if name in questionnaire.questions else {}
    if not code or not choices or code in choices:
        return []
    return [Problem(f"`{condition}` names the answer `{code}` of `{name}`", "survey.csv", remedy=did_you_mean(code, choices))]


def _data(node: Tree | Token) -> str:
    return node.data if isinstance(node, Tree) else ""


def holds(expression: str, values: pd.DataFrame, questionnaire: Questionnaire, this: pd.Series | None = None) -> pd.Series:
    """Whether the condition holds, per respondent.

    Args:
        values: answers, one row per respondent, the questionnaire's columns.
        this: the answer that `.` stands for, in a constraint.

    Returns:
        Boolean series with the index of `values`, without missing values.
    """
    return _truth(_Evaluation(values, questionnaire, this).of(parse(expression)), values.index)


def shown(question: str, values: pd.DataFrame, questionnaire: Questionnaire) -> pd.Series:
    """Whether the question was shown, per respondent: all its conditions and those of its groups hold."""
    result = pd.Series(True, index=values.index)
    for condition in questionnaire[question].relevant:
        result &= holds(condition, values, questionnaire)
    return result


class _Evaluation:
    def __init__(self, values: pd.DataFrame, questionnaire: Questionnaire, this: pd.Series | None):
        self.values, self.questionnaire, self.this_answer = values, questionnaire, this

    def of(self, tree: Tree | Token):
        return getattr(self, tree.data)(*tree.children)

    def disjunction(self, *parts):
        return self._fold(operator.or_, parts)

    def conjunction(self, *parts):
        return self._fold(operator.and_, parts)

    def _fold(self, join, parts):
        first, *rest = [_truth(self.of(p), self.values.index) for p in parts]
        for part in rest:
            first = join(first, part)
        return first

    def negate(self, part):
        return ~_truth(self.of(part), self.values.index)

    def comparison(self, left, sign, right):
        a, b = self.of(left), self.of(right)
        if "" in (a if isinstance(a, str) else None, b if isinstance(b, str) else None):  # asks whether there is an answer
            a, b = _text(a), _text(b)
        elif _is_number(a) or _is_number(b):
            a, b = _number(a), _number(b)
        result = COMPARISONS[str(sign)](a, b)
        return result.fillna(False).astype(bool) if isinstance(result, pd.Series) else result

    def answer(self, name):
        if self.questionnaire[str(name)].kind == "select_multiple":
            frame = self.values[self.questionnaire.columns(str(name))].fillna(False).astype(bool)
            codes = [c.partition("/")[2] for c in frame.columns]
            return pd.Series([" ".join(c for c, on in zip(codes, row, strict=True) if on) for row in frame.to_numpy()], index=frame.index)
        column = self.values[str(name)]
        return column if self.questionnaire[str(name)].is_number else column.astype("str").fillna("")

    def selected(self, name, choice):
        wanted = self.string(choice)
        if self.questionnaire[str(name)].kind != "select_multiple":
            return self.answer(name).eq(wanted)
        choices = self.questionnaire.choices(str(name))
        if wanted not in choices:
            stop(
                "A condition of the questionnaire names an answer that is not there.",
                Problem(f"selected(${{{name}}}, '{wanted}')", "survey.csv", remedy=did_you_mean(wanted, choices)),
            )
        return self.values[f"{name}/{wanted}"].fillna(False).astype(bool)

    def count(self, name):
        frame = self.values[self.questionnaire.columns(str(name))]
        return frame.fillna(False).astype(bool).sum(axis=1).astype(float)

    def this(self):
        return self.this_answer

    def string(self, text):
        return str(text)[1:-1]

    def number(self, text):
        return float(text)

    def true(self):
        return True

    def false(self):
        return False


def _is_number(value) -> bool:
    return isinstance(value, float) or (isinstance(value, pd.Series) and pd.api.types.is_float_dtype(value))


def _number(value):
    return pd.to_numeric(value, errors="coerce")


def _text(value):
    return value.map(lambda v: "" if pd.isna(v) else str(v)) if isinstance(value, pd.Series) else str(value)


def _truth(value, index: pd.Index) -> pd.Series:
    """A text is true when it is not empty, a number when it is there and not zero."""
    if not isinstance(value, pd.Series):
        return pd.Series(bool(value), index=index)
    if value.dtype == bool:
        return value
    return value.notna() & value.ne(0) if pd.api.types.is_float_dtype(value) else value.astype("str").ne("")
