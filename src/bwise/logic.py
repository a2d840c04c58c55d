"""Conditions of the questionnaire (`relevant`, `constraint`): a closed part of XLSForm's XPath, never `eval`.

Grammar: `and`, `or`, `not(…)`, comparisons, `${question}`, `.`, numbers, quoted text, `selected(${question}, 'code')`,
`count-selected(${question})`, `true()`, `false()`. As in XLSForm, a missing answer is the empty text.
"""

from __future__ import annotations

import operator
from functools import lru_cache

import numpy as np
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
PARSER = Lark(GRAMMAR, parser="lalr", maybe_placeholders=False)
COMPARISONS = {"=": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


@lru_cache(maxsize=1024)
def parse(expression: str) -> Tree:
    """The expression as a tree.

    Raises:
        ProblemsFound: the expression is outside the grammar; says where.
    """
    try:
        return PARSER.parse(expression)
    except UnexpectedInput as error:
        raise ProblemsFound(
            "A condition of the questionnaire cannot be read.",
            [
                Problem(f"`{expression}`, character {error.column}", "survey.csv", remedy="see `bwise.logic` for what may stand there"),
            ],
        ) from None


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
    return pd.Series(_Evaluation(values, questionnaire, this).truth(parse(expression)), index=values.index)


class _Evaluation:
    """A condition on arrays: answers as texts ("" for none), numbers as floats (nan for none), conditions as booleans."""

    def __init__(self, values: pd.DataFrame, questionnaire: Questionnaire, this: pd.Series | None):
        self.values, self.questionnaire, self.this_answer = values, questionnaire, this

    def of(self, tree: Tree | Token):
        return getattr(self, tree.data)(*tree.children)

    def truth(self, tree: Tree | Token) -> np.ndarray:
        """A text is true when it is not empty, a number when it is there and not zero."""
        value = self.of(tree)
        if not isinstance(value, np.ndarray):
            return np.full(len(self.values), bool(value))
        if value.dtype == bool:
            return value
        return ~np.isnan(value) & (value != 0) if _is_number(value) else _compared(value, "", operator.ne)

    def disjunction(self, *parts):
        return np.any([self.truth(part) for part in parts], axis=0)

    def conjunction(self, *parts):
        return np.all([self.truth(part) for part in parts], axis=0)

    def negate(self, part):
        return ~self.truth(part)

    def comparison(self, left, sign, right):
        a, b = self.of(left), self.of(right)
        if "" in (a if isinstance(a, str) else None, b if isinstance(b, str) else None):  # asks whether there is an answer
            a, b = _text(a), _text(b)
        elif _is_number(a) or _is_number(b):
            a, b = _number(a), _number(b)
        return _compared(a, b, COMPARISONS[str(sign)])

    def answer(self, name):
        if self.questionnaire[str(name)].kind == "select_multiple":
            codes = np.array([c.partition("/")[2] for c in self.questionnaire.columns(str(name))], dtype=object)
            return np.array([" ".join(codes[row]) for row in self.ticked(name)], dtype=object)
        return _as_array(self.values[str(name)], self.questionnaire[str(name)].is_number)

    def ticked(self, name) -> np.ndarray:
        """Respondent x answer, of a question with several answers."""
        columns = [self.values[c].fillna(False).to_numpy(dtype=bool) for c in self.questionnaire.columns(str(name))]
        return np.column_stack(columns)

    def selected(self, name, choice):
        wanted = self.string(choice)
        if self.questionnaire[str(name)].kind != "select_multiple":
            return _compared(self.answer(name), wanted, operator.eq)
        choices = self.questionnaire.choices(str(name))
        if wanted not in choices:
            stop(
                "A condition of the questionnaire names an answer that is not there.",
                Problem(f"selected(${{{name}}}, '{wanted}')", "survey.csv", remedy=did_you_mean(wanted, choices)),
            )
        return self.values[f"{name}/{wanted}"].fillna(False).to_numpy(dtype=bool)

    def count(self, name):
        return self.ticked(name).sum(axis=1).astype(float)

    def this(self):
        return _as_array(self.this_answer, pd.api.types.is_float_dtype(self.this_answer))

    def string(self, text):
        return str(text)[1:-1]

    def number(self, text):
        return float(text)

    def true(self):
        return True

    def false(self):
        return False


def _as_array(column: pd.Series, is_number: bool) -> np.ndarray:
    if is_number:
        return pd.to_numeric(column, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    codes, distinct = pd.factorize(column)
    return np.array([*map(str, distinct), ""], dtype=object).take(codes)  # -1, for none, takes the last


def _is_number(value) -> bool:
    return isinstance(value, float) or (isinstance(value, np.ndarray) and value.dtype == float)


def _number(value):
    found = pd.to_numeric(value, errors="coerce")
    return found.astype(float) if isinstance(found, np.ndarray) else float(found)


def _text(value):
    """Texts as they are; numbers as texts, "" for none."""
    if not isinstance(value, np.ndarray):
        return str(value)
    return value if value.dtype == object else np.array(["" if v != v else str(v) for v in value], dtype=object)


def _compared(one, other, compare):
    """A comparison of arrays or single values, as booleans."""
    result = compare(one, other)
    return result.astype(bool) if isinstance(result, np.ndarray) else bool(result)
