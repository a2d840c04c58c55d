"""Scenario and persona sheets: cut-outs of published tables and nothing else, one for each answer of the list."""

import csv
import io
import re
from html.parser import HTMLParser

import pytest

from bwise.factsheets import factsheets, write_factsheets
from bwise.problems import ProblemsFound
from bwise.publication import html_table
from bwise.tables import european_tables, load_tables
from bwise.text import rounded
from tests.test_headlines import CHOICES, SURVEY, says
from tests.test_tables_enterprises import OPEN

MODELS = ["productive", "social", "training", "mixed_or_other"]  # the two that params join are one
GROUPS = ["enabler", "supporter", "wsn"]
BY_HAND = """factsheets:
  pages:
    of: {model: model}
    title: "Of {model}"
    about: "About {model}."
    parts:
      - title: Barriers
        table: barriers
        where: {average: pooled, breakdown: [all, model], group: [all, "{model}"]}
        rows: answer
        columns: group
        lead: {statistic: share}
"""


class Page(HTMLParser):
    """Of each section its heading and its table as rows of texts; small numbers and flags left away."""

    def __init__(self, text):
        super().__init__()
        self.sections, self.inside = {}, []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.inside.append(tag)
        if tag == "h2":
            self.title = ""
        elif tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th") and "tr" in self.inside:
            self.rows[-1].append("")

    def handle_endtag(self, tag):
        if tag in self.inside:
            while self.inside.pop() != tag:
                pass
        if tag == "h2":
            self.rows = self.sections[self.title] = []

    def handle_data(self, data):
        if "h2" in self.inside:
            self.title += data
        elif {"td", "th"} & set(self.inside) and not {"small", "abbr"} & set(self.inside):
            self.rows[-1][-1] += data


def sections(project, path):
    found = Page((project.reports / path).read_text(encoding="utf-8")).sections
    return {title: [[cell.strip() for cell in row] for row in rows] for title, rows in found.items()}


def published(project, table):
    return list(csv.DictReader(io.StringIO((project.reports / f"tables/{table}.csv").read_text(encoding="utf-8-sig"))))


# ------------------------------------------------------------------ of the demonstration


def test_each_model_has_a_scenario_and_each_group_in_it_a_persona_and_all_of_them_are_led_to(demonstration):
    index = (demonstration.reports / "index.html").read_text(encoding="utf-8")
    scenarios = {f"scenarios/{model}.html" for model in MODELS}
    personas = {f"personas/{group}-{model}.html" for group in GROUPS for model in MODELS}
    there = {path.relative_to(demonstration.reports).as_posix() for path in demonstration.reports.glob("[sp]*/*.html")}
    assert there == scenarios | personas
    for path in there:
        assert f'href="{path}"' in index
        text = (demonstration.reports / path).read_text(encoding="utf-8")
        for link in re.findall(r'href="([^"#]+\.html)', text):
            assert (demonstration.reports / path).parent.joinpath(link).is_file(), link
    of_wsn = (demonstration.reports / "personas/wsn-social.html").read_text(encoding="utf-8")
    assert "../scenarios/social.html" in of_wsn and "enabler-social.html" in of_wsn


@pytest.mark.parametrize("model", MODELS)
def test_figures_of_a_scenario_are_those_that_the_tables_publish(demonstration, model):
    """Income and contracts, read from the page as a reader would, beside the published CSV."""
    page = sections(demonstration, f"scenarios/{model}.html")
    for title, table, item, statistic in (
        ("Income", "income", "source", "mean"),
        ("Contracts of workers with support needs", "contracts", "answer", "share"),
    ):
        rows = {row[0]: row[1:] for row in page[title][1:]}
        compared = 0
        for line in published(demonstration, table):
            if line["statistic"] != statistic or line["average"] != "pooled" or line["group"] not in ("all", model):
                continue
            shown = rows[line[f"{item}_label"]][line["group"] != "all"]
            assert shown == ("not shown" if line["conf_status"] else rounded(float(line["value"]), 1)), (title, line)
            compared += 1
        assert compared >= 12


def test_figures_of_a_persona_are_those_that_the_tables_publish(demonstration):
    wanted = "Digital and green skills, today and in future"
    for group in GROUPS:
        rows = sections(demonstration, f"personas/{group}-training.html")[wanted]
        heads = rows[0]
        shown = {row[-len(heads) + 1 :][0]: dict(zip(heads[2:], row[-len(heads) + 2 :], strict=True)) for row in rows[1:]}
        lines = [x for x in published(demonstration, "skills_by_model") if x["worker_group"] == group and x["group"] == "training"]
        assert len(lines) >= 60
        for line in lines:
            text, decimals = shown[line["skill_label"]][line["statistic"]], 1 if line["statistic"] == "critical gap" else 2
            few = line["statistic"] == "critical gap" and int(line["n"]) < 10
            if not few:
                assert text == ("not shown" if line["conf_status"] else rounded(float(line["value"]), decimals)), line


def test_sheets_are_cut_out_of_the_tables_and_computed_nowhere(european, demonstration_pool):
    for sheet in factsheets(european, demonstration_pool):
        for section in sheet.sections:
            assert section.table.data.equals(european[section.part.table].data.loc[section.table.data.index])


# ------------------------------------------------------------------ by hand


def pages(pool_of, people, text=BY_HAND, **settings):
    pool = pool_of(SURVEY, CHOICES, people, **OPEN | settings)
    (pool.project.params / "factsheets.yaml").write_text(text, encoding="utf-8")
    tables = european_tables(pool, described=load_tables(pool.project).only("barriers", "models"))
    return factsheets(tables, pool), pool


def of_countries(**numbers):
    """Enterprises of each model by what they name, in three countries."""
    return {
        c: [
            says(*answer.split("_"), wise=f"{c}{model}{answer}{n}", model=model)
            for model, named in numbers.items()
            for answer, number in named.items()
            for n in range(number)
        ]
        for c in ("AT", "BE", "FR")
    }


def test_a_page_says_an_order_only_where_it_is_clear_for_its_own_answer(pool_of):
    people = of_countries(productive={"cost": 9, "skills": 1}, social={"cost": 5, "skills": 5}, mixed={"none": 2})
    found, pool = pages(pool_of, people)
    said = {sheet.id: sheet.sections[0].sentence for sheet in found}
    assert said["productive"].startswith("Clearly highest: “Cost” (90.0 %); n = 30; 30 WISEs in 3 countries, pooled")
    assert said["social"].startswith("Highest, in no clear order: “Cost” (50.0 %) and “Skills” (50.0 %)")
    assert said["mixed"] == "", "six persons: too few to be said"
    assert [sheet.title for sheet in found] == ["Of Productive model", "Of Social model", "Of Mixed model"]
    names = write_factsheets(found, pool, None, html_table)
    assert names == ["pages/productive.html", "pages/social.html", "pages/mixed.html"]
    rows = sections(pool.project, "pages/social.html")["Barriers"]
    assert rows[:3] == [["answer", "All", "Social model"], ["Cost", "63.6", "50.0"], ["Skills", "27.3", "50.0"]]


def test_a_withheld_figure_is_not_shown(pool_of):
    people = of_countries(productive={"cost": 9, "skills": 6}, social={"cost": 5, "skills": 5}, mixed={"none": 1})
    found, pool = pages(pool_of, people, minimum_persons=5, minimum_wises=3, minimum_shown=0)
    write_factsheets(found, pool, None, html_table)
    text = (pool.project.reports / "pages/mixed.html").read_text(encoding="utf-8")
    rows = sections(pool.project, "pages/mixed.html")["Barriers"]
    assert [row[2] for row in rows[1:4]] == ["not shown"] * 3
    assert 'class="withheld">not shown<' in text and "withheld:" in text


def test_a_survey_has_pages_of_its_own_or_none(pool_of):
    people = of_countries(social={"cost": 5, "skills": 5})
    found, pool = pages(pool_of, people)
    assert [sheet.path for sheet in found] == ["pages/social.html"], "nobody answered for the other two"
    (pool.project.params / "factsheets.yaml").unlink()
    tables = european_tables(pool, described=load_tables(pool.project).only("barriers", "models"))
    assert factsheets(tables, pool) == []


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("table: barriers", "table: bariers", "`bariers` is not a table"),
        ('"{model}"]', '"{modell}"]', "`modell` is nothing that the pages are of"),
        ("rows: answer", "rows: answers", "`answers` is not a dimension of the table `barriers`"),
        ("{average: pooled, ", "{", "settle average under `where`"),
        ("  pages:", "  tables:", "pages cannot stand in a folder `tables`"),
        ("  pages:", "  ../out:", "pages cannot stand in a folder `../out`"),
        ("lead:", "leed:", "did you mean `lead`?"),
    ],
)
def test_what_cannot_be_used_is_named_with_the_nearest_that_can(pool_of, before, after, says):
    people = of_countries(productive={"cost": 9}, social={"cost": 5, "skills": 5})
    with pytest.raises(ProblemsFound) as refused:
        pages(pool_of, people, BY_HAND.replace(before, after))
    assert says in str(refused.value) and "params/factsheets.yaml" in str(refused.value)
