"""`bwise init`: a project from an installed package, with the demonstration or for a survey that has nothing to do with it."""

from __future__ import annotations

import csv
import os
import random
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from typer.testing import CliRunner

from bwise.beginning import READMES, begin, source
from bwise.cli import app
from bwise.problems import ProblemsFound
from bwise.settings import Project

ROOT = Path(__file__).parents[1]
FORM = {
    "survey": [
        ["type", "name", "label::English (en)", "label::Suomi (fi)"],
        ["select_one size", "garden_size", "How large is your garden?", "Kuinka suuri puutarhasi on?"],
        ["select_multiple crop", "crops", "What do you grow in it?", "Mitä kasvatat siinä?"],
        ["integer", "hours", "How many hours a week do you work in it?", "Montako tuntia viikossa työskentelet siinä?"],
        ["text", "remarks", "What else would you like to say?", "Mitä muuta haluat sanoa?"],
    ],
    "choices": [
        ["list_name", "name", "label::English (en)", "label::Suomi (fi)"],
        ["size", "small", "Smaller than a tennis court", "Pienempi kuin tenniskenttä"],
        ["size", "large", "Larger than a tennis court", "Suurempi kuin tenniskenttä"],
        ["crop", "beans", "Beans", "Papuja"],
        ["crop", "kale", "Kale", "Lehtikaalia"],
        ["crop", "flowers", "Flowers", "Kukkia"],
    ],
    "settings": [["form_title"], ["Community gardens"]],
}
FORMS = [f"questionnaire export gardens --to {kind}" for kind in ("docx", "pdf", "xlsform", "limesurvey")]


@pytest.fixture
def form(tmp_path):
    """The questionnaire of another survey, as a workbook."""
    path = tmp_path / "gardens.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for name, rows in FORM.items():
            page = book.add_worksheet(name)
            for number, row in enumerate(rows):
                page.write_row(number, 0, row)
    return path


def sent(project: Project) -> None:
    """An export of Google Forms from each of two countries, in their languages."""
    drawn = random.Random(1)
    for country, language, stamp in (("IE", 2, "Timestamp"), ("FI", 3, "Aikaleima")):
        labels = [row[language] for row in FORM["choices"][1:]]
        path = project.root / "raw" / country / "answers.csv"
        path.parent.mkdir()
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow([stamp, *(row[language] for row in FORM["survey"][1:])])
            for n in range(30):
                crops = [crop for crop in labels[2:] if drawn.random() < 0.6] or labels[2:3]
                day = f"2024/05/{n % 28 + 1:02d} 10:{n:02d}:11 AM GMT+2"
                writer.writerow([day, drawn.choice(labels[:2]), ", ".join(crops), drawn.randint(1, 20), ""])


def said(project: Path, *words: str) -> str:
    found = CliRunner().invoke(app, [*words, *(() if words[0] == "init" else ("--project", str(project)))], catch_exceptions=False)
    assert found.exit_code == 0, found.output
    return " ".join(found.output.split())


def test_another_survey_goes_from_nothing_to_exports_that_are_read(tmp_path, form, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert "proj/ is a project. Next: cd proj" in said(Path("proj"), "init", "proj", "--questionnaire", "gardens.xlsx")
    project = Project(tmp_path / "proj")
    sent(project)
    monkeypatch.chdir(project.root)
    for country in ("IE", "FI"):
        assert "nothing is open" in said(project.root, "new", country, "--file", f"raw/{country}/answers.csv")
    assert project.consolidation().countries == ["IE", "FI"]
    assert project.consolidation().title == "Community gardens"
    assert (project.root / ".gitignore").read_text(encoding="utf-8") == (ROOT / ".gitignore").read_text(encoding="utf-8")
    for name in ("notebooks/country.ipynb", "notebooks/consolidation.ipynb", *READMES):
        told = (project.root / name).read_text(encoding="utf-8")
        assert not [word for word in ("WISE", "enterprise", "skills_survey", "demonstration -->") if word in told], name
    assert "bwise questionnaire export gardens --to xlsform" in (project.root / "params/README.md").read_text(encoding="utf-8")


@pytest.mark.long
def test_another_survey_goes_from_nothing_to_a_report_without_a_word_of_ours(tmp_path, form):
    project = begin(tmp_path / "proj", form)
    sent(project)
    asked = ("feedback FI", "resolve FI", "status", "table garden_size --by country", "trace garden_size small")
    for line in ("new IE --file raw/IE/answers.csv", "new FI --file raw/FI/answers.csv", "check FI", "run", "verify", *asked, *FORMS):
        done = subprocess.run(
            [sys.executable, "-m", "bwise.cli", *line.split()], cwd=project.root, capture_output=True, encoding="utf-8", check=False
        )
        assert done.returncode == 0, f"{line}: {done.stdout}{done.stderr}"
        assert "WISE" not in done.stdout, f"{line}: {done.stdout}"
    published = [p for p in (project.root / "reports").rglob("*") if p.is_file()]
    assert {p.name for p in published} >= {"index.html", "garden_size.csv", "crops.csv", "hours.csv"}
    made = [p for folder in ("processed", "work") for p in (project.root / folder).rglob("*") if p.is_file()]
    assert {p.suffix for p in made} >= {".html", ".ipynb", ".xlsx", ".docx", ".pdf", ".csv", ".json"}
    for path in [*published, *made]:
        content = path.read_bytes()
        if zipfile.is_zipfile(path):
            content = b"".join(zipfile.ZipFile(path).read(name) for name in zipfile.ZipFile(path).namelist())
        assert not [word for word in (b"WISE", b"enterprise", b"support needs") if word in content], path.name
    index = (project.root / "reports/index.html").read_text(encoding="utf-8")
    assert "<dt>organisations</dt><dd>distinct organisations behind the figure</dd>" in index
    assert "How large is your garden?" in index and "Larger than a tennis court" in index


def test_a_folder_with_something_in_it_and_a_form_that_cannot_be_used_leave_nothing_behind(tmp_path, form):
    with pytest.raises(ProblemsFound, match="the folder is not empty"):
        begin(tmp_path, form)
    with pytest.raises(ProblemsFound, match="the questionnaire is not there"):
        begin(tmp_path / "proj", tmp_path / "none.xlsx")
    (tmp_path / "broken.xlsx").write_bytes(b"PK")
    with pytest.raises(ProblemsFound):
        begin(tmp_path / "proj", tmp_path / "broken.xlsx")
    assert not (tmp_path / "proj").exists()
    for words in (["init", "proj"], ["init", "proj", "--demo", "--questionnaire", "gardens.xlsx"]):
        assert "it is not said which survey" in str(CliRunner().invoke(app, words).exception)


def test_corrections_of_somebody_s_real_answers_are_never_copied(tmp_path, monkeypatch):
    real = source("params") / "ZZ.corrections.csv"
    monkeypatch.setattr("bwise.beginning.source", lambda name: tmp_path / "from" / name)
    for name in ("params", "raw", "processed", "reports", "releases"):
        (tmp_path / "from" / name).mkdir(parents=True)
        (tmp_path / "from" / name / "README.md").touch()
    (tmp_path / "from/.gitignore").touch()
    (tmp_path / "from/params" / real.name).write_text("an answer", encoding="utf-8")
    (tmp_path / "from/params/BE.corrections.csv").touch()
    begin(tmp_path / "proj")
    assert [p.name for p in sorted((tmp_path / "proj/params").iterdir())] == ["BE.corrections.csv", "README.md"]


def test_the_package_holds_all_that_a_project_begins_with(tmp_path):
    """Every file of params and every README that git knows goes into the wheel; a wheel makes the demonstration's project."""
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]["targets"]["wheel"]
    packed = wheel["force-include"]
    known = subprocess.run(["git", "ls-files", "params", "*/README.md"], cwd=ROOT, capture_output=True, encoding="utf-8", check=True).stdout
    wanted = {n for n in known.split("\n") if n and not n.startswith(("params/questionnaires/", "src/", "tests/", "docs/", "notebooks/"))}
    assert wanted - set(packed) == set() and "params/questionnaires" in packed
    assert [name for name in packed if not (ROOT / name).exists()] == []
    pytest.importorskip("hatchling")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path], cwd=ROOT, check=True, capture_output=True)
    (built,) = tmp_path.glob("*.whl")
    zipfile.ZipFile(built).extractall(tmp_path / "installed")
    code = "from bwise.beginning import begin; import pathlib; begin(pathlib.Path('proj'))"
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "installed")}
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment, check=True)
    for name in packed:
        if name.startswith("params/") and (ROOT / name).is_file():
            assert (tmp_path / "proj" / name).read_bytes() == (ROOT / name).read_bytes()
