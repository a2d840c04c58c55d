"""An answer that a country did not offer counts neither for nor against: from the export to CSV, workbook and page."""

import csv
import io

import openpyxl
import pytest

from bwise.pooling import load_pool
from bwise.publication import publish
from bwise.settings import Project
from bwise.storage import read_csv, write_text
from bwise.tables import european_tables
from tests.test_lineage import run

SURVEY = """type,name,label,role
text,code,Code of the enterprise,wise
select_multiple barrier,barriers,What keeps you from using more technology?,barriers
"""
CHOICES = """list_name,name,label,missing
barrier,cost,High cost
barrier,skills,Lack of skills
barrier,time,Lack of time
barrier,refused,Prefer not to say,refused
"""
HEAD = {c: f"barriers/{c}" for c in ("cost", "skills", "time", "refused")}
AT = [("A1", "cost"), ("A2", "cost skills"), ("A3", "skills"), ("A4", "time"), ("A5", "cost time"), ("A6", "refused")]
BE = [("B1", "cost"), ("B2", "cost"), ("B3", "time"), ("B4", "time")]
TABLES = """report:
  - question: What keeps enterprises from technology
    tables:
      barriers:
        kind: multi_response
        role: barriers
        title: What keeps enterprises from using more technology
        population: WISEs in the sample
        base: respondents who answered “{label}”
        unit: "%"
        formula: respondents naming the answer / respondents naming any answer
        item: answer
"""


def delivery(project: Project, country: str, people: list[tuple[str, str]], options: list[str], more: str = "") -> None:
    """An export with a column for each of these options, and its params."""
    out = io.StringIO()
    rows = [[who, *(str(int(option in ticked.split())) for option in options)] for who, ticked in people]
    csv.writer(out).writerows([["code", *(HEAD[o] for o in options)], *rows])
    write_text(project.root / f"raw/{country}/a.csv", out.getvalue())
    write_text(
        project.params / f"{country}.yaml",
        f"country: {country}\nquestionnaire: q\nexclude: []\ndeliveries:\n  - partner: {country}-1\n    file: raw/{country}/a.csv\n{more}",
    )


def consolidated(folder, more: str) -> tuple[Project, object]:
    """A project of two countries, of which BE has no column for the lack of skills; its published table."""
    project = Project(folder)
    for name, text in (("survey", SURVEY), ("choices", CHOICES), ("settings", "form_title\nTechnology\n")):
        write_text(project.params / f"questionnaires/q/{name}.csv", text)
    write_text(project.params / "tables.yaml", TABLES)
    least = "minimum_persons: 1\nminimum_wises: 1\nminimum_countries: 1\nminimum_movement: 0\n"
    write_text(project.params / "consolidation.yaml", f"questionnaire: q\ncountries: [AT, BE]\n{least}")
    delivery(project, "AT", AT, ["cost", "skills", "time", "refused"])
    delivery(project, "BE", BE, ["cost", "time", "refused"], more)
    for country in ("AT", "BE"):
        run(project, country)
    pool = load_pool(project)
    tables = european_tables(pool)
    publish(tables, {}, pool)
    return project, tables["barriers"]


@pytest.fixture(scope="module", params=["", "    options: {barriers: not_offered}\n"], ids=["not told", "not offered"])
def published(request, tmp_path_factory):
    return consolidated(tmp_path_factory.mktemp("options"), request.param)


NOTE = "Answers that not all countries offered: “Lack of skills” by 1 of 2."


def test_the_file_counts_for_each_answer_those_who_were_offered_it_and_their_countries(published):
    rows = read_csv(published[0].reports / "tables/barriers.csv")
    pooled = rows[rows["average"].eq("pooled")].set_index("answer")
    assert pooled["n"].to_dict() == {"cost": "9", "skills": "5", "time": "9"}, "A6 did not say, and nobody of BE was asked for skills"
    assert pooled["countries"].to_dict() == {"cost": "2", "skills": "1", "time": "2"}
    assert {a: round(float(v), 9) for a, v in pooled["value"].items()} == {
        "cost": round(100 * 5 / 9, 9),
        "skills": 100 * 2 / 5,
        "time": round(100 * 4 / 9, 9),
    }
    means = rows[rows["average"].eq("mean of countries")].set_index("answer")
    assert float(means.at["skills", "value"]) == 40 and means.at["skills", "countries"] == "1"
    assert float(means.at["cost", "value"]) == pytest.approx((60 + 50) / 2) and means.at["cost", "countries"] == "2"


def test_the_workbook_has_the_countries_behind_each_answer_and_says_who_did_not_offer_one(published):
    sheet = openpyxl.load_workbook(published[0].reports / "european_tables.xlsx")["barriers"]
    rows = [[cell for cell in row if cell is not None] for row in sheet.iter_rows(values_only=True)]
    head = next(row for row in rows if row[:1] == ["answer"])
    assert head[-3:] == ["n", "organisations", "countries"]
    assert {row[0]: row[-3:] for row in rows[rows.index(head) + 1 :]} == {
        "High cost": [9, 9, 2],
        "Lack of skills": [5, 5, 1],
        "Lack of time": [9, 9, 2],
    }
    assert [NOTE] in [row for row in rows if len(row) == 1]


def test_the_page_has_the_countries_behind_each_answer_and_says_who_did_not_offer_one(published):
    page = (published[0].reports / "index.html").read_text(encoding="utf-8")
    assert NOTE in page
    table = page.partition("<table><caption>What keeps")[2].partition("</table>")[0]
    assert '<th scope="col" class="base" rowspan="3">organisations</th><th scope="col" class="base" rowspan="3">countries</th>' in table
    line = table.partition("Lack of skills</th>")[2].partition("</tr>")[0]
    assert line.endswith('<td class="base">5</td><td class="base">5</td><td class="base">1</td>')


def test_an_answer_that_everybody_was_offered_and_nobody_ticked_counts_everybody(tmp_path):
    _, table = consolidated(tmp_path, "    options: {barriers: all_offered}\n")
    rows = {r["answer"]: (r["value"], r["n"], r["countries"]) for r in table.data.to_dict("records") if r["average"] == "pooled"}
    assert rows["skills"] == (pytest.approx(100 * 2 / 9), 9, 2)
    assert not any("offered" in note for note in table.notes)
