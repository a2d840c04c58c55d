"""`bwise new` and `bwise check`: what is open is named with its count and a proposal; what a person typed never goes into params."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from bwise.intake import new_params, page, states
from bwise.params_lines import quoted
from bwise.problems import ProblemsFound
from bwise.questionnaire import load_questionnaire
from bwise.settings import Project, load_country
from tests.test_cleaning import people, small_project

ROOT = Path(__file__).parents[1]
EXPORT = """When,Which model describes your enterprise the best?,In which year was your enterprise founded?,\
How are your workers with support needs mostly paid?,Name,Shoe size,What keeps your enterprise from using more technology?
1,Social model,1990,Statutory minimum wages,CANARY,41,No barriers
2,Productive model,1991,by the hour by Anna Canary,CANARY,42,No barriers
"""


@pytest.fixture
def project(tmp_path, questionnaire):
    """A project with the demonstration's questionnaire and one export, not yet known to params."""
    for folder in ("params", "raw/FI", "raw/AT"):
        (tmp_path / folder).mkdir(parents=True)
    shutil.copytree(questionnaire.folder, tmp_path / "params/questionnaires/skills_survey")
    shutil.copy(ROOT / "params/consolidation.yaml", tmp_path / "params")
    (tmp_path / "raw/FI/answers.csv").write_text(EXPORT, encoding="utf-8")
    (tmp_path / "raw/FI/empty.csv").write_bytes(b"")
    shutil.copy(ROOT / "raw/demo/AT/results-survey481516.csv", tmp_path / "raw/AT")
    return Project(tmp_path)


@pytest.fixture
def fresh(project):
    """`fresh("FI", "answers.csv")`: params written for it; the text, and how the delivery stands."""

    def fresh(country, *files):
        path, found = new_params(project, country, [f"raw/{country}/{f}" for f in files], "skills_survey")
        return path.read_text(encoding="utf-8"), found[0]

    return fresh


def check(project, country):
    settings = load_country(project, country)
    questionnaire = load_questionnaire(project.params / "questionnaires" / settings.questionnaire)
    (state,) = states(project, settings, questionnaire)
    return state, page(state, questionnaire)


def test_a_good_export_gives_params_of_four_lines_and_nothing_open(project, fresh):
    text, state = fresh("AT", "results-survey481516.csv")
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    assert lines == [
        'country: "AT"',
        "questionnaire: skills_survey",
        "deliveries:",
        "  - partner: AT-1",
        '    file: "raw/AT/results-survey481516.csv"',
    ]
    assert not state.is_open
    assert "Nothing is open. Run it: bwise run AT" in check(project, "AT")[1]


def test_answers_that_a_correction_settles_are_open_no_more_and_one_that_cannot_be_made_is(tmp_path):
    project = small_project(tmp_path, *people({"staff": "a dozen"}, {"staff": "a dozen"}, {"staff": "a score"}))
    head = "kind,delivery,respondent,question,expected,new,reason,by,date\n"
    good = "".join(f"set,AT-1,row {n},staff,unreadable,{new},asked,MH,2022-05-31\n" for n, new in ((2, 12), (3, 12)))
    state, told = check(project, "AT")
    assert state.answers[["question", "raw", "count"]].to_numpy().tolist() == [["staff", "a dozen", 2], ["staff", "a score", 1]]
    corrections = project.params / "AT.corrections.csv"
    corrections.write_text(head + good, encoding="utf-8")
    state, told = check(project, "AT")
    assert state.answers[["question", "raw", "count"]].to_numpy().tolist() == [["staff", "a score", 1]]
    assert state.corrections == [] and "that cannot be made" not in told
    corrections.write_text(head + good + "set,AT-1,row 4,staff,unreadable,20,asked,MH,2022-05-31\n", encoding="utf-8")
    assert not check(project, "AT")[0].is_open
    corrections.write_text(head + good.replace(",unreadable", ",11"), encoding="utf-8")
    state, told = check(project, "AT")
    assert len(state.corrections) == 2 and state.is_open
    assert (
        "params/AT.corrections.csv, line 2; staff, AT-1, row 2" in told and "there is no answer (unreadable), not what `expected`" in told
    )
    assert "in params/AT.corrections.csv, mend or take out the lines that cannot be made" in told
    corrections.write_text(head + "keep,AT-1,row 4,,test,,asked,MH,2022-05-31\n", encoding="utf-8")
    assert "no rule would leave the record out" in check(project, "AT")[1]
    corrections.write_text("who,what\nme,this\n", encoding="utf-8")
    assert "the first line does not hold the headings" in check(project, "AT")[1]


def test_what_is_open_stands_in_the_new_params_as_comments_to_confirm(fresh):
    text, state = fresh("FI", "answers.csv")
    assert state.is_open
    assert '#   "Which model describes your enterprise the best?": model   # 9' in text
    assert '# # "Shoe size": no question like it' in text
    assert '#     "Statutory minimum wages": minimum   # minimum (9' in text
    assert re.search(r"# not asked in this export: \d+ questions: partner_code, wise_code", text)


def confirmed(text):
    """The params with `# ` taken away from every line of proposals."""
    return re.sub(r"(?m)^    # (?=columns:|answers:|  )", "    ", text.partition("    # not asked")[0])


def test_confirming_every_proposal_leaves_only_what_had_no_proposal(project, fresh):
    text, _ = fresh("FI", "answers.csv")
    (project.params / "FI.yaml").write_text(confirmed(text), encoding="utf-8")
    state, said = check(project, "FI")
    assert [m.column.heading for m in state.columns] == ["When", "Shoe size"]
    assert state.answers["question"].tolist() == ["remuneration"]
    assert state.read.answers.values["remuneration"].tolist()[0] == "minimum"
    assert "remuneration: by the hour by Anna Canary (1×)  →  like no answer" in said


def test_the_page_names_recognition_counts_proposals_and_the_next_steps(project, fresh):
    fresh("FI", "answers.csv")
    _, said = check(project, "FI")
    for words in (
        "recognised   plain table, utf-8, delimiter ',', language en: 3 of 6 columns",
        "runner-up    none",
        "personal data: Name",
        "3 matched, 1 proposed, 2 unmatched",
        "Which model describes your enterprise the best?  →  model (9",
        "remuneration: Statutory minimum wages (1×)  →  minimum (9",
        "remuneration: by the hour by Anna Canary (1×)  →  like no answer",
        "listed in processed/FI/open_answers.csv",
        "1. in params/FI.yaml, under this delivery's `columns:`",
        "2. in params/FI.yaml, under `answers:`",
        "3. bwise check FI",
    ):
        assert words in said


def test_params_do_not_show_what_a_person_typed_nor_the_page_what_tells_who_it_was(project, fresh):
    text, _ = fresh("FI", "answers.csv")
    assert "anna" not in text.lower() and "CANARY" not in text
    address = EXPORT.replace("by the hour by Anna Canary", "ask anna@example.org")
    (project.root / "raw/FI/answers.csv").write_text(address, encoding="utf-8")
    assert "anna@example.org" not in check(project, "FI")[1]


def test_params_that_are_there_are_never_overwritten(project, fresh):
    (project.params / "FI.yaml").write_text("mine", encoding="utf-8")
    with pytest.raises(ProblemsFound, match=r"(?s)params/FI\.yaml is there already.*bwise check FI"):
        fresh("FI", "answers.csv")
    assert (project.params / "FI.yaml").read_text(encoding="utf-8") == "mine"


def test_an_export_that_cannot_be_read_writes_no_params(project, fresh):
    with pytest.raises(ProblemsFound, match="0 bytes"):
        fresh("FI", "answers.csv", "empty.csv")
    assert not (project.params / "FI.yaml").exists()


def test_one_delivery_that_cannot_be_read_does_not_hide_the_other(project):
    text = 'country: "FI"\nquestionnaire: skills_survey\ndeliveries:\n'
    text += "".join(f"  - partner: FI-{n}\n    file: raw/FI/{f}\n" for n, f in enumerate(("empty.csv", "answers.csv"), 1))
    (project.params / "FI.yaml").write_text(text, encoding="utf-8")
    questionnaire = load_questionnaire(project.params / "questionnaires/skills_survey")
    broken, whole = states(project, load_country(project, "FI"), questionnaire)
    assert (broken.is_open, broken.read) == (True, None)
    assert "cannot be read" in page(broken, questionnaire) and "0 bytes" in page(broken, questionnaire)
    assert len(whole.read.raw.cells) == 2


@pytest.mark.parametrize("heading", ['say "yes": now', "100 % # of staff", "- [x] {a}", "line\nbreak", "Ünïcode ß", "yes", "\\back"])
def test_any_heading_is_written_so_that_yaml_reads_it_back(heading):
    assert YAML().load(f"{quoted(heading)}: ignore") == {heading: "ignore"}
