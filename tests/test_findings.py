"""The sentences on top of the report: by hand, and of the demonstration. What they say stands in the tables."""

import json
import re

import numpy as np
import pytest

from bwise.publication import at_a_glance
from bwise.settings import Organisation
from bwise.tables import checks, european_tables, load_tables
from bwise.text import rounded
from tests.test_headlines import CHOICES, SURVEY, says
from tests.test_tables_enterprises import OPEN

BANNED = ("significant", "proves", "leads to", "impact", "typical", "trend", "margin of error", "most european", "european wises")


def of_barriers(pool_of, people, **settings):
    """The findings of the table of barriers alone."""
    pool = pool_of(SURVEY, CHOICES, people, **OPEN | settings)
    described = load_tables(pool.project).only("barriers")
    described.glance = ("barriers",)
    return european_tables(pool, described=described).findings


def enterprises(**numbers):
    """Persons of so many enterprises who give each answer, by country."""
    return lambda country: [says(a, wise=f"{country} {a} {n}", model="social") for a, number in numbers.items() for n in range(number)]


def in_countries(made, *countries):
    return {country: made(country) for country in countries or ("AT", "BE", "FR")}


def test_what_everybody_names_in_every_country_is_clearly_highest(pool_of):
    people = in_countries(enterprises(cost=9, skills=2))
    (found,) = of_barriers(pool_of, people)
    assert found.sentence == ("Clearly highest: “Cost” (81.8 %); n = 33; 33 WISEs in 3 countries, pooled; mean of 3 countries 81.8 %.")
    assert [(f["item"], f["ranks"]) for f in found.figures] == [("cost", [1, 1])]


def test_answers_named_about_as_often_have_no_clear_order_and_those_far_below_are_not_named(pool_of):
    people = in_countries(enterprises(cost=6, skills=5))
    (found,) = of_barriers(pool_of, people)
    assert found.sentence.startswith(
        "Highest, in no clear order: “Cost” (54.5 %) and “Skills” (45.5 %); n = 33; 33 WISEs in 3 countries, pooled."
    )
    assert {tuple(f["ranks"]) for f in found.figures} == {(1, 2)}
    assert 0 < found.clear < found.comparisons


def test_what_one_country_alone_makes_is_not_clear(pool_of):
    people = in_countries(enterprises(skills=6, cost=5), "BE", "FR") | in_countries(enterprises(cost=20), "AT")
    (found,) = of_barriers(pool_of, people)
    assert found.sentence.startswith("Highest, in no clear order: “Cost” (71.4 %) and “Skills” (28.6 %)"), "without AT skills lead"


@pytest.mark.parametrize("countries", [("AT", "BE"), ("AT",)])
def test_nothing_is_said_of_too_few_countries(pool_of, countries):
    assert of_barriers(pool_of, in_countries(enterprises(cost=20), *countries)) == []


def test_nothing_is_said_of_too_few_persons_and_enterprises(pool_of):
    assert of_barriers(pool_of, in_countries(enterprises(cost=3))) == []


# ------------------------------------------------------------------ the demonstration


def test_every_number_of_a_finding_is_a_figure_of_its_table_as_it_is_shown(european):
    assert len(european.findings) >= 8
    for found in european.findings:
        data = found.table.data[found.table.data["conf_status"].eq("")]
        text = re.sub("“.*?”", "", found.sentence)
        decimals = [{rounded(v, d) for v in data["value"].dropna()} for d in (1, 2)]
        for number in re.findall(r"−?\d+\.\d+", text):
            assert any(number in known for known in decimals), found.sentence
        for count, what in re.findall(r"(\d+) (WISEs|countries)", text):
            assert int(count) in set(data["wises" if what == "WISEs" else "countries"].dropna()), found.sentence
        for n in re.findall(r"n = (\d+)(?: to (\d+))?", text):
            assert {int(x) for x in n if x} <= set(data["n"].dropna())
        for figure in found.figures:
            assert any(np.isclose(figure["value"], v) for v in data["value"].dropna())


def test_findings_claim_no_more_than_they_may_and_are_named_by_rule(european):
    said = repr(at_a_glance(european))
    assert [word for word in BANNED if word in said.casefold()] == []
    assert "clear" in said and len({f.table.id for f in european.findings}) == len(european.glance)
    for found in european.findings:
        alone = [f["ranks"] for f in found.figures] == [[1, 1]]
        assert ("clearly highest" in found.sentence.casefold()) == alone


def test_findings_for_machines_are_those_of_the_page(demonstration, european):
    told = json.loads((demonstration.reports / "data" / "findings.json").read_text(encoding="utf-8"))
    assert told["clear if"] == checks(Organisation(one="WISE", many="WISEs"))
    assert told["findings"] == [f.record() for f in european.findings]
    page = (demonstration.reports / "index.html").read_text(encoding="utf-8").replace("\u00a0", " ")
    top = page.partition('id="glance"')[2].partition("</dl>")[0]
    assert [f.sentence for f in european.findings if f.sentence not in top] == []
    assert len({f["id"] for f in told["findings"]}) == len(told["findings"])


def test_a_section_of_the_page_says_what_the_findings_say_and_claims_no_order_beside_them(demonstration, european):
    page = (demonstration.reports / "index.html").read_text(encoding="utf-8").replace("\u00a0", " ")
    for id_, said in european.said.items():
        section = page.partition(f'<section aria-labelledby="{id_}">')[2].partition("</section>")[0]
        sentences = re.findall('<p class="headline">(.*?)</p>', section)
        if said:
            assert sentences == [finding.sentence for finding in said]
            assert "is highest" not in re.sub("“.*?”", "", section) and "are highest" not in section
    assert sum(map(bool, european.said.values())) > 15


def test_of_one_figure_alone_no_order_is_said(european):
    said = [finding.sentence for finding in european.said["support_index"]]
    assert len(said) == 2 and not any("highest" in sentence for sentence in said)
