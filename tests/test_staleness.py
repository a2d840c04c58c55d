import json
import shutil
from pathlib import Path

import pytest

from bwise import staleness
from bwise.settings import KEY_FILE, RECORD, Project
from bwise.staleness import CONSOLIDATION, begin, note, results, why_stale

ROOT = Path(__file__).parents[1]
EXPORT = "raw/demo/SI/BWISE_DATA_LABELS_2022-04-29_1015.csv"
LEFT = "params/questionnaires/skills_survey/choices.csv"


def run(project, name):
    """What the runner does, without a notebook."""
    template = project.root / "notebooks" / f"{'consolidation' if name == CONSOLIDATION else 'country'}.ipynb"
    note(project, name, begin(project, name, template), results(project, name))
    return template


@pytest.fixture
def project(tmp_path):
    """SI of the demonstration, with a record and pages of which only the bytes matter, and the consolidation, both run."""
    for folder in ("params", "raw/demo/SI", "notebooks"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    for path in tmp_path.glob("params/[A-Z][A-Z].yaml"):
        if path.stem != "SI":
            path.unlink()
    (tmp_path / KEY_FILE).write_text("a key")
    made = Project(tmp_path)
    for folder in (made.processed("SI"), made.processed("SI", "focus_group"), made.reports / "tables"):
        folder.mkdir(parents=True)
    for name in RECORD:
        (made.processed("SI") / name).write_text("written by the run")
    (made.processed("SI") / "manifest.json").write_text(json.dumps({"inputs": {EXPORT: "", "params/SI.yaml": ""}}))
    for kind in ("ipynb", "html"):
        (made.processed("SI") / f"country.{kind}").write_text("a page")
    (made.reports / "tables" / "models.csv").write_text("a table")
    return made


def why(project, name="SI"):
    template = "consolidation" if name == CONSOLIDATION else "country"
    return why_stale(project, name, project.root / "notebooks" / f"{template}.ipynb")


@pytest.mark.parametrize("name", ["SI", CONSOLIDATION])
def test_what_was_not_run_is_stale_and_what_was_run_is_not(project, name):
    assert why(project, name) == "it was not run yet, or its last run failed"
    run(project, name)
    assert why(project, name) == ""


@pytest.mark.parametrize(
    "path",
    [
        EXPORT,
        "params/SI.yaml",
        LEFT.rpartition("/")[0],
        KEY_FILE,
        "notebooks/country.ipynb",
        "params/SI.corrections.csv",
        "params/tables.yaml",
        "params/nace.csv",
    ],
)
def test_a_country_is_run_again_for_everything_it_depends_on(project, path):
    """Corrections may also come, where there were none."""
    run(project, "SI")
    changed = project.root / (LEFT if path == LEFT.rpartition("/")[0] else path)
    changed.write_bytes((changed.read_bytes() if changed.exists() else b"") + b"\n")
    assert why(project) == f"{path} has changed"


@pytest.mark.parametrize("path", ["processed/SI/answers.parquet", "processed/SI/changes.csv", "processed/SI/country.html"])
@pytest.mark.parametrize("how", ["edited", "removed"])
def test_a_country_is_run_again_where_its_results_are_not_those_of_the_run(project, path, how):
    run(project, "SI")
    if how == "edited":
        (project.root / path).write_text("edited by hand")
    else:
        (project.root / path).unlink()
    assert why(project) == f"{path} is not what its last run wrote"


def test_several_changes_are_counted(project):
    run(project, "SI")
    for path in (EXPORT, "params/SI.yaml"):
        (project.root / path).write_text("another")
    assert why(project) == "params/SI.yaml and 1 more have changed"


def test_another_program_runs_everything_again(project, monkeypatch):
    run(project, "SI")
    monkeypatch.setattr(staleness, "program", lambda: "another")
    assert why(project) == "the program, Python or a library is another one"


def test_a_country_does_not_depend_on_what_is_not_its_own(project):
    run(project, "SI")
    for path in ("params/consolidation.yaml", "params/AT.corrections.csv", "reports/tables/models.csv"):
        (project.root / path).write_text("another")
    (project.processed("SI") / "changes_to_review.csv").write_text("of another command")
    assert why(project) == ""


@pytest.mark.parametrize("path", [EXPORT, "params/SI.yaml", "params/consolidation.yaml", LEFT, "processed/SI/answers.parquet"])
def test_the_consolidation_is_run_again_for_all_that_decides_who_is_in_it(project, path):
    """Also for an export that came since: its country is left out then, for a reason that the report names."""
    run(project, CONSOLIDATION)
    (project.root / path).write_text("another")
    assert why(project, CONSOLIDATION) == f"{path} has changed"


def test_the_consolidation_is_run_again_for_a_country_that_came(project):
    run(project, CONSOLIDATION)
    (project.params / "AT.yaml").write_text("country: AT\n")
    assert why(project, CONSOLIDATION) == "params/AT.yaml has changed"


def test_the_consolidation_is_run_again_where_a_table_was_edited(project):
    run(project, CONSOLIDATION)
    (project.reports / "tables" / "models.csv").write_text("edited by hand")
    assert why(project, CONSOLIDATION) == "reports/tables/models.csv is not what its last run wrote"


def test_a_run_that_begins_and_does_not_end_leaves_the_country_stale(project):
    template = run(project, "SI")
    begin(project, "SI", template)
    assert why(project) == "it was not run yet, or its last run failed"


def test_what_changes_while_a_country_runs_makes_it_stale(project):
    template = project.root / "notebooks" / "country.ipynb"
    began = begin(project, "SI", template)
    (project.root / EXPORT).write_bytes(b"replaced in the meantime")
    note(project, "SI", began, results(project, "SI"))
    assert why(project) == f"{EXPORT} has changed"


def test_settings_that_cannot_be_read_are_run_so_that_the_run_tells_it(project):
    (project.params / "SI.yaml").write_text("country: [")
    assert set(begin(project, "SI", project.root / "notebooks" / "country.ipynb")["inputs"]) == {"params/SI.yaml", KEY_FILE}


def test_reports_whose_publishing_was_stopped_are_told_from_those_that_were_never_made(project):
    template = run(project, CONSOLIDATION)
    begin(project, CONSOLIDATION, template)
    assert why_stale(project, CONSOLIDATION, template) == "it was not run yet, or its last run failed"
    (project.reports / "index.html").write_text("a page")
    assert "stopped while it published" in why_stale(project, CONSOLIDATION, template)
