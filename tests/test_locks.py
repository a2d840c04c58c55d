"""Runs side by side, and what is left of runs that ended badly."""

import json
import os
import subprocess
import sys
import time

import pytest
from filelock import FileLock

from bwise.lineage import save
from bwise.locks import RUNNER, held, writing
from bwise.problems import ProblemsFound
from bwise.settings import ConsolidationSettings, Project
from bwise.workflow import run_consolidation, run_country
from tests.test_cleaning import WORKER, small_project
from tests.test_lineage import cleaned
from tests.test_workflow import SAVE, own_template

HOLD = """
import sys, time
from pathlib import Path
from bwise.locks import held
from bwise.settings import Project

with held(Project(Path(sys.argv[1])), ["AT"]):
    print("held", flush=True)
    time.sleep(300)
"""


@pytest.fixture
def another(tmp_path):
    """Another process that runs AT."""
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()


def small(root):
    """A project whose country notebook saves nothing but a manifest."""
    return own_template(root, ['country = "AT"', "parameters"], ["saved = country" + SAVE])


def test_a_country_that_somebody_runs_is_refused_with_who_where_and_since_when(tmp_path, another):
    project = small(tmp_path)
    before = sorted(p for p in tmp_path.rglob("*") if p.is_file())
    outcome = run_country(project, "AT")
    assert not outcome.ok
    for told in ("AT is being run already", "Nothing was changed", f"process {another.pid}", " on ", " since 20", "give --wait"):
        assert told in outcome.message
    assert sorted(p for p in tmp_path.rglob("*") if p.is_file()) == before


def test_a_notebook_is_not_told_to_give_an_option_of_the_command_line(tmp_path, another):
    with pytest.raises(ProblemsFound, match="wait until that run has ended, then try again") as found, writing(Project(tmp_path), "AT"):
        pass
    assert "--wait" not in str(found.value)


def test_the_consolidation_is_refused_while_a_country_is_run_and_another_country_is_not(tmp_path, another):
    project = small(tmp_path)
    assert "AT is being run already" in run_consolidation(project).message
    with held(project, ["EL"]) as waited:
        assert not waited
    with pytest.raises(ProblemsFound), held(project, ["AT"]):
        pass


def test_one_who_waits_gets_the_lock_when_the_other_run_ends(tmp_path, another, monkeypatch):
    acquire = FileLock.acquire

    def wait(lock, timeout=None):
        if timeout is None:
            another.kill()
        return acquire(lock, timeout)

    monkeypatch.setattr(FileLock, "acquire", wait)
    with held(Project(tmp_path), ["AT"], wait=True) as waited:
        assert waited and another.wait()


def test_no_lock_is_left_by_a_run_that_was_killed(tmp_path, another):
    project = Project(tmp_path)
    another.kill()
    another.wait()
    assert json.loads((tmp_path / ".locks/AT.json").read_text())["process"] == another.pid  # it could not tidy up
    with held(project, ["AT"]) as waited:
        assert not waited
        assert json.loads((tmp_path / ".locks/AT.json").read_text())["process"] == os.getpid()
    assert not (tmp_path / ".locks/AT.json").exists()


def test_a_lock_that_does_not_say_whose_it_is_holds_all_the_same(tmp_path, another):
    (tmp_path / ".locks/AT.json").write_text("{")
    with pytest.raises(ProblemsFound, match="another run, which has just begun"), held(Project(tmp_path), ["AT"]):
        pass


def test_what_a_killed_run_left_half_written_is_gone_after_the_next_start(tmp_path):
    project = small(tmp_path)
    folder = project.processed("AT")
    left = [
        folder / name for name in (".part/answers.parquet", ".flags.csv.123.part", ".country.part.ipynb", "focus_group/.part/flags.csv")
    ]
    of_others = [project.processed("EL") / ".part/answers.parquet", folder / "flags.csv", folder / ".hidden"]
    for path in [*left, *of_others]:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("an answer")
    assert run_country(project, "AT", warm=False).ok
    assert [path for path in left if path.exists()] == [] and all(path.exists() for path in of_others)


def test_a_notebook_that_runs_too_long_is_stopped_and_its_page_says_so_on_top(tmp_path, monkeypatch):
    little = ConsolidationSettings(questionnaire="q", countries=[]).model_copy(update={"minutes_per_notebook": 0.02})
    monkeypatch.setattr(Project, "consolidation", lambda project: little)
    project = own_template(tmp_path, ['country = "AT"', "parameters"], ["import time\ntime.sleep(300)"])
    project.processed("AT").mkdir(parents=True)
    (project.processed("AT") / "country.html").write_text("the page of the last good run")
    started = time.monotonic()
    outcome = run_country(project, "AT", warm=False)
    assert not outcome.ok and "`minutes_per_notebook`" in outcome.message and time.monotonic() - started < 240
    notebook = json.loads((project.processed("AT") / "country.stopped.ipynb").read_text(encoding="utf-8"))
    assert "The run stopped before its end" in notebook["cells"][0]["source"] and "ran longer" in notebook["cells"][0]["source"]
    assert "The run stopped before its end" in (project.processed("AT") / "country.stopped.html").read_text(encoding="utf-8")
    assert (project.processed("AT") / "country.html").read_text() == "the page of the last good run"


def test_a_good_run_takes_the_page_of_the_stopped_one_away(tmp_path):
    project = small(tmp_path)
    project.processed("AT").mkdir(parents=True)
    for kind in ("ipynb", "html"):
        (project.processed("AT") / f"country.stopped.{kind}").write_text("stopped")
    assert run_country(project, "AT", warm=False).ok
    assert not list(project.processed("AT").glob("*.stopped.*")) and (project.processed("AT") / "country.html").is_file()


def test_a_notebook_in_jupyterlab_saves_nothing_while_its_country_is_run(tmp_path, monkeypatch):
    project = small_project(tmp_path, WORKER)
    country = cleaned(project)
    with held(project, ["AT"]):
        monkeypatch.setenv(RUNNER, "1")  # this process stands for another one
        with pytest.raises(ProblemsFound, match="AT is being run already"):
            save(country, project)
    assert not project.processed("AT").exists()
    save(country, project)
    assert (project.processed("AT") / "manifest.json").is_file()


def test_a_notebook_of_the_run_itself_saves(tmp_path):
    project = small_project(tmp_path, WORKER)
    with held(project, ["AT"]):
        save(cleaned(project), project)
    assert (project.processed("AT") / "manifest.json").is_file()
