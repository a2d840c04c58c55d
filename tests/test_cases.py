"""Small exports of ../shared/cases in one table: the right value, or open or refused with the cause named; never another value in
silence. What each of them shows is told in ../shared/cases/README.md; the tests of each module try the kinds in depth."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from bwise.cleaning import apply_skip_logic, exclude, gather
from bwise.intake import State, page, states
from bwise.questionnaire import load_questionnaire
from bwise.settings import CountrySettings, Delivery, Project, load_country
from bwise.wises import wises

ROOT = Path(__file__).parents[1]
CASES = ROOT.parent / "shared" / "cases"
pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason="the cases are not here (../shared/cases): these tests read them")


@dataclass(frozen=True)
class Case:
    """A copy of a case: its project, settings and questionnaire."""

    project: Project
    settings: CountrySettings
    questionnaire: object

    def states(self) -> list[State]:
        return states(self.project, self.settings, self.questionnaire)

    def pages(self) -> str:
        return "\n".join(page(state, self.questionnaire) for state in self.states())

    def values(self, column: str) -> list:
        found = [state.read.answers.values[column] for state in self.states()]
        return [None if missing else value for cells in found for value, missing in zip(cells, cells.isna(), strict=True)]


@pytest.fixture
def case(tmp_path):
    """`case("percent-cells")`, with lines of params beside those of the case, for its first delivery."""

    def case(name: str, **declared) -> Case:
        folder = Path(tempfile.mkdtemp(dir=tmp_path)) / name
        shutil.copytree(CASES / name, folder)
        for sheets in (ROOT / "params/questionnaires").iterdir():
            shutil.copytree(sheets, folder / "params/questionnaires" / sheets.name)
        shutil.copy(ROOT / "params/nace.csv", folder / "params")
        project = Project(folder)
        settings = load_country(project, next((folder / "params").glob("[A-Z][A-Z].yaml")).stem)
        if declared:
            given = settings.deliveries[0].model_dump(exclude_unset=True) | declared
            settings = settings.model_copy(update={"deliveries": [Delivery(**given), *settings.deliveries[1:]]})
        return Case(project, settings, load_questionnaire(project.params / "questionnaires" / settings.questionnaire))

    return case


REFUSED = {
    "rows-one-cell-short": ("row 17 has 240", "241 headings"),
    "unquoted-comma": ("row 8 has",),
    "redcap-repeated-rows": ("several rows",),
}
"""Case -> words of the refusal."""
OPEN = {
    "similar-text-options": (("fund2[2]", "fund2[3]", "fund2[4]"), ("fund2/2", "fund2/3", "fund2/4")),
    "similar-text-own-questionnaire": (("income[market]", "contracts[agency]"), ("income_market", "contracts/agency", "direct_operating")),
    "other-scale-digits": (("scales: all10",), ("open1can",)),
    "joined-unknown-part": (("Archaeology with Git",), ()),
    "proposal-ignores-code": (("currentEmp10", "stability1", "conf2can"), ("currentEmp10", "stability1", "conf2can")),
    "typeform-renamed-option": (("Read the Docs",), ("docs/d5",)),
    "option-without-column": (("all_offered", "not_offered"), ()),
}
"""Case -> words that `check` shows, and columns of the questionnaire that have no value until somebody says what they mean."""


@pytest.mark.parametrize(("name", "words"), REFUSED.items())
def test_a_case_is_refused_and_the_cause_is_named(name, words, case):
    found = case(name)
    told = found.pages()
    assert all(state.problems for state in found.states()) and all(word in told for word in words), told


@pytest.mark.parametrize(("name", "told"), OPEN.items())
def test_a_case_is_open_and_the_cause_is_named(name, told, case):
    words, columns = told
    found = case(name)
    assert [state.is_open for state in found.states()] == [True]
    shown = found.pages()
    assert [word for word in words if word not in shown] == []
    assert "Nothing is open" not in shown
    assert {column: found.values(column) for column in columns if any(v is not None for v in found.values(column))} == {}


def test_a_dash_under_other_is_nothing_typed(case):
    found = case("other-is-a-dash")
    for column in ("funding_other", "barriers_other", "model_other"):
        assert not {"-", "n/a"} & set(found.values(column))


def test_yes_and_no_of_limesurvey(case):
    found = case("limesurvey-y-n")
    assert found.values("q1") == ["yes", "no"] * 3 and found.values("q2") == ["no"] * 6


def test_microsoft_forms_without_e_mail_and_name(case):
    found = case("msforms-without-email")
    (state,) = found.states()
    assert (state.read.raw.tool, state.is_open) == ("Microsoft Forms", False)
    assert found.values("org/u") == [True, False, True] * 2 and found.values("org/g") == [True, True, False] * 2
    assert state.read.raw.about("respondent_id").tolist() == ["1", "2", "3", "4", "5", "6"]


def test_one_line_settles_an_unknown_part_of_joined_answers(case):
    found = case("joined-unknown-part", answers={"sessions": {"Archaeology with Git": "no_answer"}})
    (state,) = found.states()
    assert not state.is_open and found.values("sessions/1")[:2] == [True, True] and found.values("sessions/2")[:2] == [False, True]


def cleaned(found: Case):
    country = gather(found.settings, found.questionnaire, [state.read for state in found.states()])
    country = apply_skip_logic(country)
    return exclude(country)


def test_headings_in_the_middle_and_means_at_the_end_are_no_respondents(case):
    found = case("pasted-heading-and-mean-row")
    assert "row 22" in found.pages() and "row 48" in found.pages()
    country = cleaned(found)
    assert (country.kept.sum(), len(wises(country)[country.kept].drop_duplicates())) == (41, 8)


def test_the_same_people_of_two_partners_count_once(case):
    found = case("same-people-two-partners")
    assert "came with BE-1, too" in found.pages()
    country = cleaned(found)
    assert (country.kept.sum(), len(wises(country)[country.kept].drop_duplicates())) == (25, 5)
