"""Columns that are like a question and are not it, and columns that are it and worded otherwise: small projects in `cases/`."""

from __future__ import annotations

from pathlib import Path

import pytest

from bwise.matching import read_delivery
from bwise.questionnaire import load_questionnaire
from bwise.settings import Project, load_country

HERE = Path(__file__).parent / "cases"


@pytest.fixture
def case(questionnaire):
    """`case(name, country)`: code or heading -> match, of the one delivery of a case."""

    def case(name, country):
        project = Project(HERE / name)
        settings = load_country(project, country)
        folder = project.params / "questionnaires" / settings.questionnaire
        asked = load_questionnaire(folder) if folder.is_dir() else questionnaire
        delivery = settings.deliveries[0]
        read = read_delivery(project.root / delivery.file, "data.csv", country, delivery, asked, country)
        return {m.column.code or m.column.heading: m for m in read.recognised.matches}

    return case


def test_options_of_other_texts_are_not_the_options_of_their_codes(case):
    found = case("similar-text-options", "SE")
    assert {code for code, m in found.items() if m.target} == {"q1", "fund2[1]"}
    assert {m.proposal for m in found.values()} == {""}


def test_siblings_of_our_own_questionnaire_are_asked_and_never_proposed(case):
    found = case("similar-text-own-questionnaire", "AT")
    right = {"staff", "contracts[openended]", "income[subsidies]", "income[donations]", "income[membership]", "direct[wage]"}
    assert {code for code, m in found.items() if m.target} == right
    assert {m.proposal for m in found.values()} == {""}
    assert found["income[market]"].why == "its text says `public` where the question says `private`"


def test_the_question_of_the_code_is_proposed_for_a_reworded_heading(case):
    found = case("proposal-ignores-code", "SE")
    proposed = {code: m.proposal for code, m in found.items() if not m.target}
    assert proposed == {code: code for code in ("currentEmp10", "stability1", "conf2can")}


def test_one_renamed_option_does_not_hide_the_others(case):
    found = case("typeform-renamed-option", "SE")
    assert [heading for heading, m in found.items() if not m.target] == ["Read the Docs"]
    assert {found[h].target for h in ("Wiki", "RST/Sphinx", "MkDocs", "README files")} == {"docs/d3", "docs/d4", "docs/d6", "docs/d10"}
