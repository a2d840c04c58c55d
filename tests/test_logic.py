import math
import operator
from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bwise.demo import simulate
from bwise.demo.simulation import is_shown
from bwise.logic import check_conditions, holds, parse
from bwise.problems import ProblemsFound
from bwise.questionnaire import load_questionnaire

SURVEY = """type,name,label,relevant
select_one yes_no,works,Work?,
select_one rating,skill,How good?,
select_multiple barrier,barriers,Barriers,
integer,staff,Staff,
decimal,share,Share,
text,comment,Comment,
begin_group,outer,,${works} = 'yes'
begin_group,inner,,${staff} > 3
text,deep,Deep,"selected(${barriers}, 'cost')"
end_group,,,
end_group,,,
"""
CHOICES = "list_name,name,label\nyes_no,yes,Y\nyes_no,no,N\nrating,1,L\nrating,2,M\nrating,3,H\nbarrier,cost,C\nbarrier,time,T\n"


@pytest.fixture(scope="module")
def form(tmp_path_factory):
    folder = tmp_path_factory.mktemp("form")
    for sheet, text in (("survey", SURVEY), ("choices", CHOICES), ("settings", "form_title\nx\n")):
        (folder / f"{sheet}.csv").write_text(text, encoding="utf-8")
    return load_questionnaire(folder)


def table(form, *rows: dict) -> pd.DataFrame:
    """Answers with the column types of the matching; what a row does not have is missing."""
    kinds = {"integer": "float64", "decimal": "float64", "select_multiple": "boolean"}
    columns = {c: kinds.get(q.kind, "str") for q in form.questions.values() for c in form.columns(q.name)}
    return pd.DataFrame({c: pd.Series([r.get(c) for r in rows], dtype=kind) for c, kind in columns.items()})


def shown(question: str, values: pd.DataFrame, form) -> pd.Series:
    """Whether all conditions of a question and of its groups hold, per respondent."""
    met = [holds(condition, values, form) for condition in form[question].relevant]
    return pd.concat(met, axis=1).all(axis=1) if met else pd.Series(True, index=values.index)


ANNA = {"works": "yes", "skill": "3", "barriers/cost": True, "barriers/time": False, "staff": 12.0, "share": 2.5, "comment": 'it\'s "fine"'}
BORIS = {"works": "no", "skill": "1", "barriers/cost": True, "barriers/time": True, "staff": 2.0, "share": 12.0, "comment": "x"}
NOBODY: dict = {}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("${works} = 'yes'", [True, False, False]),
        ('${works} = "yes"', [True, False, False]),
        ("${works} != 'yes'", [False, True, True]),
        ("${works} = ''", [False, False, True]),
        ("${works} != ''", [True, True, False]),
        ("${works}", [True, True, False]),
        ("${staff} = 12", [True, False, False]),
        ("${staff} != 12", [False, True, True]),
        ("${staff} < 12", [False, True, False]),
        ("${staff} <= 12", [True, True, False]),
        ("${staff} > 2", [True, False, False]),
        ("${staff} >= 2", [True, True, False]),
        ("${staff} > -1.5", [True, True, False]),
        ("${staff} = '12'", [True, False, False]),
        ("12 = ${staff}", [True, False, False]),
        ("${staff} > ${share}", [True, False, False]),
        ("${skill} >= 2", [True, False, False]),
        ("${skill} = '3'", [True, False, False]),
        ("${share} = 2.5", [True, False, False]),
        ('${comment} = \'it"s\' or ${comment} = "x"', [False, True, False]),
        ("selected(${barriers}, 'time')", [False, True, False]),
        ("selected(${works}, 'yes')", [True, False, False]),
        ("count-selected(${barriers}) = 2", [False, True, False]),
        ("count-selected(${barriers}) >= 1", [True, True, False]),
        ("not(${works} = 'yes')", [False, True, True]),
        ("not(selected(${barriers}, 'time') or ${works} = '')", [True, False, False]),
        ("true()", [True, True, True]),
        ("false()", [False, False, False]),
        ("selected(${barriers}, 'time') = true()", [False, True, False]),
        ("1 = 1", [True, True, True]),
        ("'a' = 'b'", [False, False, False]),
        ("true() or true() and false()", [True, True, True]),
        ("(true() or true()) and false()", [False, False, False]),
        ("${works} = 'yes' and ${staff} > 3 and ${skill} = '3'", [True, False, False]),
        ("${works} = 'no' or ${staff} > 3 or false()", [True, True, False]),
        ("  ${works}='yes'  and\n not( false() ) ", [True, False, False]),
    ],
)
def test_a_condition_holds_for_those_it_is_about(form, condition, expected):
    result = holds(condition, table(form, ANNA, BORIS, NOBODY), form)
    assert result.dtype == bool
    assert result.tolist() == expected


@pytest.mark.parametrize(("constraint", "expected"), [(". >= 2 and . <= 12", [True, True, False]), ("not(. = 2)", [True, False, True])])
def test_the_dot_of_a_constraint_is_the_answer_itself(form, constraint, expected):
    values = table(form, ANNA, BORIS, NOBODY)
    assert holds(constraint, values, form, this=values["staff"]).tolist() == expected


def test_the_answer_keeps_the_index_of_the_table(form):
    values = table(form, ANNA, BORIS).set_axis([7, 3])
    for condition in ("${works} = 'yes'", "${barriers} = 'cost'", "count-selected(${barriers}) = 1", "true()"):
        assert list(holds(condition, values, form).index) == [7, 3]


def test_an_empty_table_has_no_one_for_whom_it_holds(form):
    assert holds("${works} = 'yes' and count-selected(${barriers}) > 0", table(form), form).tolist() == []


@pytest.mark.parametrize(("condition", "expected"), [("${staff} = ''", [False, True]), ("${staff} != ''", [True, False])])
def test_a_missing_number_is_the_empty_text(form, condition, expected):
    assert holds(condition, table(form, ANNA, NOBODY), form).tolist() == expected


def test_a_missing_number_alone_is_false(form):
    assert holds("${staff}", table(form, ANNA, NOBODY), form).tolist() == [True, False]


def test_a_question_in_groups_is_shown_where_all_conditions_hold(form):
    rows = [ANNA, ANNA | {"staff": 3.0}, ANNA | {"works": "no"}, ANNA | {"barriers/cost": False}, NOBODY]
    assert shown("deep", table(form, *rows), form).tolist() == [True, False, False, False, False]
    assert shown("works", table(form, *rows), form).tolist() == [True] * 5


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "${works} =",
        "${works} == 'yes'",
        "${works} = 'yes' and",
        "${works = 'yes'",
        "works = 'yes'",
        "(${works} = 'yes'",
        "not ${works} = 'yes'",
        "${staff} + 1 > 2",
        "${staff} * 2 > 2",
        "regex(${comment}, '.*')",
        "today() > '2022-01-01'",
        "__import__('os').system('true')",
        "${works}; true()",
        "1 = 1 = 1",
    ],
)
def test_what_is_outside_the_grammar_is_refused(expression):
    with pytest.raises(ProblemsFound) as found:
        parse(expression)
    assert f"`{expression}`, character" in str(found.value)


def test_a_condition_on_a_question_nobody_asks_is_refused_with_the_nearest(form):
    with pytest.raises(ProblemsFound, match="did you mean `works`"):
        holds("${work} = 'yes'", table(form, ANNA), form)


@pytest.mark.parametrize("expression", ["count-selected(.) <= 2", "count-selected(true()) = 1", "selected('a', 'a')"])
def test_counting_and_searching_what_is_no_question_is_refused(form, expression):
    with pytest.raises(ProblemsFound):
        holds(expression, table(form, ANNA), form)


# A condition is a tree: ("and", a, b), ("or", a, b), ("not", a) or a leaf ("=", left, right), ("selected", question, code).
OPERATORS = {"=": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
signs, numbers = st.sampled_from(sorted(OPERATORS)), st.integers(-2, 4)
leaves = st.one_of(
    st.tuples(signs, st.sampled_from(["staff", "share", "skill", "count"]), numbers),
    st.tuples(signs, st.sampled_from(["staff", "share"]), st.sampled_from(["staff", "share", "skill"])),
    st.tuples(st.sampled_from(["=", "!="]), st.sampled_from(["works", "comment"]), st.sampled_from(["'yes'", "'no'", "''"])),
    st.tuples(st.just("selected"), st.just("barriers"), st.sampled_from(["cost", "time"])),
    st.tuples(st.just("selected"), st.just("works"), st.sampled_from(["yes", "no"])),
    st.just(("true",)),
    st.just(("false",)),
)
conditions = st.recursive(
    leaves, lambda inner: st.one_of(st.tuples(st.sampled_from(["and", "or"]), inner, inner), st.tuples(st.just("not"), inner)), max_leaves=6
)
some_number = st.none() | st.integers(-2, 4).map(float)
some_row = st.fixed_dictionaries(
    {
        "works": st.sampled_from([None, "yes", "no"]),
        "skill": st.sampled_from([None, "1", "2", "3"]),
        "comment": st.sampled_from([None, "yes", "more"]),
        "staff": some_number,
        "share": some_number,
        "ticked": st.sampled_from([None, set(), {"cost"}, {"time"}, {"cost", "time"}]),
    }
)


def written(tree: tuple) -> str:
    """The condition as XLSForm text."""
    kind = tree[0]
    if kind in ("true", "false"):
        return f"{kind}()"
    if kind == "not":
        return f"not({written(tree[1])})"
    if kind in ("and", "or"):
        return f"({written(tree[1])}) {kind} ({written(tree[2])})"
    if kind == "selected":
        return f"selected(${{{tree[1]}}}, '{tree[2]}')"
    names = {"count": "count-selected(${barriers})"} | {n: f"${{{n}}}" for n in ("staff", "share", "skill", "works", "comment")}
    return f"{names.get(tree[1], tree[1])} {kind} {names.get(tree[2], tree[2])}"


def by_hand(tree: tuple, row: dict) -> bool:
    """The condition by plain Python, one respondent at a time; a missing number is equal to nothing."""
    kind = tree[0]
    if kind in ("true", "false"):
        return kind == "true"
    if kind == "not":
        return not by_hand(tree[1], row)
    if kind == "and":
        return by_hand(tree[1], row) and by_hand(tree[2], row)
    if kind == "or":
        return by_hand(tree[1], row) or by_hand(tree[2], row)
    if kind == "selected":
        return tree[2] in (row["ticked"] or ()) if tree[1] == "barriers" else row[tree[1]] == tree[2]
    if isinstance(tree[2], str) and tree[2].startswith("'"):
        return OPERATORS[kind](row[tree[1]] or "", tree[2].strip("'"))
    return OPERATORS[kind](number(tree[1], row), number(tree[2], row))


def number(what, row: dict) -> float:
    value = len(row["ticked"] or ()) if what == "count" else row[what] if isinstance(what, str) else what
    return math.nan if value is None else float(value)


@settings(deadline=None)
@given(conditions, st.lists(some_row, min_size=1, max_size=4))
def test_any_condition_over_any_table_holds_where_plain_python_says_so(form, tree, rows):
    ticks = [{} if r["ticked"] is None else {f"barriers/{c}": c in r["ticked"] for c in ("cost", "time")} for r in rows]
    values = table(form, *(r | t for r, t in zip(rows, ticks, strict=True)))
    assert holds(written(tree), values, form).tolist() == [by_hand(tree, r) for r in rows]


def test_the_skip_logic_of_the_demonstration_is_that_of_the_simulator(questionnaire):
    everybody = simulate(questionnaire)
    values = table(questionnaire, *(p.values for p in everybody))
    hidden = 0
    for question in questionnaire.questions.values():
        expected = [is_shown(question, person, questionnaire) for person in everybody]
        assert shown(question.name, values, questionnaire).tolist() == expected, question.name
        hidden += expected.count(False)
    assert hidden > 10_000


@pytest.mark.parametrize(
    ("condition", "says"),
    [
        ("${modell} = 'social'", "did you mean `model`"),
        ("${group} = 'enablr'", "did you mean `enabler`"),
        ("selected(${funding}, 'othr')", "did you mean `other`"),
    ],
)
def test_a_condition_that_names_what_is_not_there_is_told_before_it_hides_a_question(questionnaire, condition, says):
    wrong = replace(questionnaire.questions["staff"], relevant=(condition,))
    with pytest.raises(ProblemsFound, match=says):
        check_conditions(replace(questionnaire, questions=questionnaire.questions | {"staff": wrong}))


def test_the_conditions_of_the_questionnaire_name_only_what_is_there(questionnaire):
    check_conditions(questionnaire)
