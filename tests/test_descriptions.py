"""`params/tables.yaml`: what it may say, what is refused, and that a table needs nothing else."""

import pytest

from bwise.problems import ProblemsFound
from bwise.settings import Project
from bwise.tables import european_tables, headline, load_tables
from bwise.tables.kinds import KINDS
from tests.conftest import ROOT

SURVEY = """type,name,label,role
text,code,Code,wise
select_one model,model,Model,model
select_one colour,colour,Which colour do you like?,
select_multiple colour,colours,Which colours do you like?,
integer,age,How old are you?,
"""
CHOICES = "list_name,name,label\ncolour,red,Red\ncolour,blue,Blue\nmodel,a,Model A\nmodel,b,Model B\n"
PEOPLE = {"AT": [{"colour": "red", "model": "a", "age": 20.0}] * 3 + [{"colour": "blue", "model": "b", "age": 40.0}]}
OPEN = {"minimum_persons": 1, "minimum_wises": 1, "minimum_median": 1, "minimum_movement": 0, "low_reliability": 1}
WORDS = "title: T, population: P, base: '“{label}”', unit: '%', formula: F"


def described(pool, *tables, more=""):
    """The tables of this pool, where `params/tables.yaml` holds these only: each `id: rest of the line`."""
    lines = "".join(f"      {id_}: {{{rest}}}\n" for id_, rest in (t.split(": ", 1) for t in tables))
    (pool.project.params / "tables.yaml").write_text(f"report:\n  - question: Q\n    tables:\n{lines}{more}", encoding="utf-8")
    return european_tables(pool)


@pytest.fixture
def pool(pool_of):
    return pool_of(SURVEY, CHOICES, PEOPLE, **OPEN)


def figures(table, **where):
    rows = [r for r in table.data.to_dict("records") if all(r[k] == v for k, v in where.items())]
    return {tuple(r[k] for k in (*table.rows, *table.columns)): (r["value"], r["n"]) for r in rows}


def test_a_table_is_added_by_a_line_of_params(pool):
    tables = described(pool, f"colours_liked: kind: shares, questions: colour, item: answer, lead: {{statistic: share}}, {WORDS}")
    table = tables["colours_liked"]
    assert figures(table) == {
        ("red", "all", "all", "pooled"): (75.0, 4),
        ("blue", "all", "all", "pooled"): (25.0, 4),
        ("red", "all", "all", "mean of countries"): (75.0, 4),
        ("blue", "all", "all", "mean of countries"): (25.0, 4),
    }
    assert (table.title, table.base, table.about.question) == ("T", "“Which colour do you like?”", "Q")
    assert headline(table).startswith("“Red” is highest with 75.0 %")


def test_a_table_shows_countries_where_the_file_says_so(pool):
    tables = described(pool, f"liked: kind: shares, questions: colour, item: answer, {WORDS}", more="by_country: [liked]\n")
    assert figures(tables["liked"], country="AT") == {("AT", "red"): (75.0, 4), ("AT", "blue"): (25.0, 4)}


def test_numbers_have_mean_median_and_quartiles(pool):
    tables = described(pool, f"ages: kind: numbers, questions: age, item: asked, breakdowns: [model], {WORDS}")
    found = figures(tables["ages"], breakdown="all", average="pooled")
    assert {key[1]: value for key, (value, _) in found.items()} == {
        "mean": 25.0,
        "lower quartile": 20.0,
        "median": 20.0,
        "upper quartile": 25.0,
    }
    assert figures(tables["ages"], group="b", statistic="median") == {("age", "median", "model", "b", "pooled"): (40.0, 1)}


def test_a_median_of_few_is_nobodys_business(pool_of):
    pool = pool_of(SURVEY, CHOICES, PEOPLE, **OPEN | {"minimum_median": 5})
    data = described(pool, f"ages: kind: numbers, questions: age, item: asked, {WORDS}")["ages"].data
    assert dict(zip(data["statistic"], data["conf_status"], strict=True)) == {
        "mean": "",
        "lower quartile": "C",
        "median": "C",
        "upper quartile": "C",
    }


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("liked: questions: colour, title: T", "`liked` has no kind"),
        (f"liked: kind: sharse, questions: colour, {WORDS}", "`sharse` is not a kind of table.*did you mean `shares`"),
        (f"liked: kind: shares, questions: color, {WORDS}", "`color` is not a question.*did you mean `colour`"),
        (f"liked: kind: shares, questions: colour, breakdown: [model], {WORDS}", "`breakdown` is not a setting.*`breakdowns`"),
        (f"liked: kind: shares, questions: colour, breakdowns: [modle], {WORDS}", "`modle` is not a value"),
        (f"liked: kind: shares, questions: colour, role: model, {WORDS}", "state one of the two"),
        (f"liked: kind: shares, {WORDS}", "state one of the two"),
        ("liked: kind: shares, questions: colour, title: T", "`population` is missing"),
        (f"liked: kind: shares, questions: colours, item: answer, {WORDS}", "takes several answers.*multi_response"),
        (f"liked: kind: numbers, questions: colour, item: asked, {WORDS}", "`colour` is not a number"),
        (f"liked: kind: shares, questions: colour, by_country: true, {WORDS}", "name the table in `by_country`"),
    ],
)
def test_what_cannot_be_used_is_refused_with_what_to_do(pool, table, said):
    with pytest.raises(ProblemsFound, match=f"(?s){said}") as refused:
        described(pool, table)
    assert "params/tables.yaml" in str(refused.value)


def test_everything_that_cannot_be_used_is_said_at_once(pool):
    with pytest.raises(ProblemsFound) as refused:
        described(pool, "one: title: T", "two: kind: nonsense", f"three: kind: shares, questions: colour, sise: 1, {WORDS}")
    assert [p for p in ("`one` has no kind", "`nonsense` is not", "`sise` is not a setting") if p not in str(refused.value)] == []


@pytest.mark.parametrize("key", ["by_country", "glance"])
def test_a_table_that_is_nowhere_cannot_be_named(pool, key):
    with pytest.raises(ProblemsFound, match=rf"(?s)`likde` is not a table.*tables\.yaml, {key}.*did you mean `liked`"):
        described(pool, f"liked: kind: shares, questions: colour, {WORDS}", more=f"{key}: [likde]\n")


def test_a_table_of_a_role_that_nobody_plays_is_not_made(pool):
    assert described(pool, f"sectors: kind: multi_response, role: sectors, item: sector, {WORDS}") == {}


def test_every_kind_is_used_by_a_project():
    used = {about.kind for project in (ROOT, ROOT / "tests/rse2017") for about in load_tables(Project(project)).values()}
    assert used == set(KINDS)
