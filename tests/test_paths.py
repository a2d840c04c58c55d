"""Nothing outside the project folder is read; what a record says was read is what was read."""

import os

import pytest

from bwise import hashes
from bwise.checks import flag
from bwise.cleaning import apply_skip_logic, exclude, gather
from bwise.corrections import correct, load_corrections
from bwise.intake import states
from bwise.lineage import save
from bwise.matching import read_deliveries
from bwise.paths import OUTSIDE, file_in
from bwise.pooling import load_pool
from bwise.privacy import project_key, protect
from bwise.problems import ProblemsFound
from bwise.questionnaire import load_questionnaire
from bwise.redeliveries import to_accept
from bwise.settings import load_country
from bwise.verification import prove_saved, verify
from tests.test_cleaning import people, small_project
from tests.test_corrections import line, state
from tests.test_lineage import run

ELSEWHERE = ["../secret.csv", "raw/../../secret.csv", "raw\\..\\..\\secret.csv", "/etc/passwd", "C:\\x.csv", "c:x.csv", "\\\\server\\x.csv"]
ELSEWHERE += ["//server/share/x.csv", "\\x.csv"]


@pytest.mark.parametrize("given", ELSEWHERE)
def test_a_path_that_leads_out_of_the_project_is_refused_and_only_its_last_part_is_shown(tmp_path, given):
    root = tmp_path / "project"
    root.mkdir()
    (tmp_path / "secret.csv").write_text("secret")
    with pytest.raises(ProblemsFound) as found:
        file_in(root, given)
    (problem,) = found.value.problems
    assert problem.what == OUTSIDE and "/" not in problem.where and "\\" not in problem.where


def test_a_name_with_a_character_that_no_name_can_hold_is_refused(tmp_path):
    with pytest.raises(ProblemsFound, match="no name can hold"):
        file_in(tmp_path, "raw/a\0b.csv")


def test_links_that_lead_out_or_round_in_circles_are_refused_and_those_inside_are_not(tmp_path):
    root = tmp_path / "project"
    root.mkdir()
    (tmp_path / "secret.csv").write_text("secret")
    (root / "a.csv").write_text("mine")
    for name, target in (("out.csv", "../secret.csv"), ("circle.csv", "circle.csv"), ("in.csv", "a.csv"), ("folder", "..")):
        os.symlink(target, root / name)
    for name in ("out.csv", "circle.csv", "folder/secret.csv"):
        with pytest.raises(ProblemsFound, match=OUTSIDE):
            file_in(root, name)
    assert file_in(root, "in.csv").read_text() == "mine"


@pytest.mark.parametrize("given", ["../secret.csv", "link.csv"])
def test_no_command_reads_an_export_that_lies_outside(tmp_path, given):
    project = small_project(tmp_path / "project", *people({}, {}), file="raw/AT/answers.csv")
    secret = tmp_path / "secret.csv"
    (project.root / "raw/AT/answers.csv").rename(secret)
    os.symlink(secret, project.root / "link.csv")
    path = project.params / "AT.yaml"
    path.write_text(path.read_text().replace("raw/AT/answers.csv", given))
    settings, questionnaire = load_country(project, "AT"), load_questionnaire(project.params / "questionnaires/small")
    for read in (
        lambda: read_deliveries(project, settings, questionnaire),
        lambda: to_accept(project, "AT"),
        lambda: run(project),
    ):
        with pytest.raises(ProblemsFound, match=OUTSIDE):
            read()
    (state,) = states(project, settings, questionnaire)
    assert [problem.what for problem in state.problems] == [OUTSIDE]
    assert hashes.inputs(project, "AT", "small", [settings.deliveries[0].file]).keys() == {"params/AT.yaml", "params/questionnaires/small"}


@pytest.mark.parametrize("name", ["AT.yaml", "consolidation.yaml", "questionnaires/small/survey.csv", "questionnaires/small"])
def test_no_params_are_read_that_are_links_to_outside(tmp_path, name):
    project = small_project(tmp_path / "project", *people({}, {}))
    path, outside = project.params / name, tmp_path / "outside"
    path.rename(outside)
    os.symlink(outside, path)
    with pytest.raises(ProblemsFound, match=OUTSIDE):
        load_questionnaire(project.params / "questionnaires" / load_country(project, "AT").questionnaire)
        project.consolidation()


@pytest.mark.parametrize("name", ["../small", "a/b", "a\\b", "..", ".", "C:small", ""])
def test_a_questionnaire_is_the_name_of_a_folder_and_no_path(tmp_path, name):
    project = small_project(tmp_path, *people({}))
    path = project.params / "AT.yaml"
    path.write_text(path.read_text().replace("questionnaire: small", f"questionnaire: '{name}'"))
    with pytest.raises(ProblemsFound, match="`questionnaire`"):
        load_country(project, "AT")


REPLACED = ["raw/AT/answers.csv", "params/AT.yaml", "params/AT.corrections.csv", "params/questionnaires/small/choices.csv"]


@pytest.mark.parametrize("name", REPLACED)
@pytest.mark.parametrize("gone", [True, False], ids=["gone", "replaced"])
def test_what_is_replaced_while_a_country_runs_is_never_certified_for_the_old_answers(tmp_path, name, gone):
    project = small_project(tmp_path, *people({"staff": "10"}, {}))
    state(project, line("set", "row 2", "staff", "10", "11"))
    settings = load_country(project, "AT")
    questionnaire = load_questionnaire(project.params / "questionnaires/small")
    country = gather(settings, questionnaire, read_deliveries(project, settings, questionnaire))
    country = apply_skip_logic(correct(country, load_corrections(project, settings, questionnaire)))
    path = project.root / name
    before = path.read_bytes()
    path.unlink() if gone else path.write_bytes(before + b"\n")
    country = protect(flag(exclude(country)), project_key(project.root))
    manifest = save(country, project)
    prove_saved(country, project)
    with pytest.raises(ProblemsFound, match=r"changed since it was cleaned|no file params|choices.csv is missing"):
        load_pool(project)
    path.write_bytes(before)
    assert load_pool(project).countries == ["AT"], "what the record says was read is what was there then"
    assert manifest["inputs"] == hashes.inputs(project, "AT", "small", [settings.deliveries[0].file])
    verify(project, settings)
