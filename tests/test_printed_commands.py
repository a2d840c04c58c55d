"""The next command that a command prints works: each one that faulty exports make `new`, `check`, `confirm` and others print is run."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from bwise.cli import app
from bwise.problems import ProblemsFound

ROOT = Path(__file__).parents[1]
OWN, SHARED = Path(__file__).parent / "cases", ROOT.parent / "shared/cases"
NAMES = [f"cases/{folder.name}" for folder in sorted(OWN.iterdir()) if folder.is_dir()]
NAMES += [
    f"shared/cases/{name}"
    for name in ("joined-unknown-part", "limesurvey-y-n", "msforms-without-email", "other-scale-digits", "redcap-repeated-rows")
]
PRINTED = re.compile(r"\bbwise ([a-z]+(?: (?:[A-Z]{2}\b|--?[\w-]+|raw/\S+|…))*)")
SLOW = "run"  # starts kernels: it is parsed only
FIRST = ("new", "check", "confirm", "resolve", "feedback", "accept")


@pytest.fixture
def project(tmp_path, request):
    name = request.param
    folder = OWN / name.removeprefix("cases/") if name.startswith("cases/") else SHARED / name.removeprefix("shared/cases/")
    if not folder.is_dir():
        pytest.skip("the cases are not here (../shared/cases)")
    shutil.copytree(folder, tmp_path / "p")
    for sheets in (ROOT / "params/questionnaires").iterdir():
        shutil.copytree(sheets, tmp_path / "p/params/questionnaires" / sheets.name, dirs_exist_ok=True)
    shutil.copy(ROOT / "params/nace.csv", tmp_path / "p/params")
    return tmp_path / "p"


def told(project, line):
    """What a command prints, a refusal included; fails where it does not know the command or breaks."""
    found = CliRunner().invoke(app, [*shlex.split(line), "--project", str(project)])
    if isinstance(found.exception, ProblemsFound):
        return str(found.exception)
    assert found.exit_code in (0, 1) and not (found.exception and not isinstance(found.exception, SystemExit)), found.output
    return found.output


def parsed(line):
    """Whether the command line is one that `bwise` takes."""
    name, *arguments = shlex.split(line)
    command = get_command(app).commands[name]
    command.make_context(name, arguments)


def printed(text):
    return list(dict.fromkeys(match.rstrip(".,;") for match in PRINTED.findall(" ".join(text.split()))))


@pytest.mark.parametrize("project", NAMES, indirect=True)
def test_every_printed_command_works(project, monkeypatch):
    monkeypatch.chdir(project)
    settings = next((project / "params").glob("[A-Z][A-Z].yaml"))
    country, lines = settings.stem, settings.read_text(encoding="utf-8")
    file = re.search(r'file: "?([^"\n]+)', lines)[1]
    settings.unlink()
    waiting, run = [f"new {country} --file {file}", f"check {country}"], []
    if "questionnaire: q" in lines:
        waiting[0] += " --questionnaire q"
    for line in waiting:
        if line in run:
            continue
        run.append(line)
        if line == f"check {country}" and not settings.is_file():
            settings.write_text(lines, encoding="utf-8")  # the file was refused: `new` wrote nothing
        parsed(line)
        if line.split()[0] != SLOW:
            waiting += printed(told(project, line))
    assert {line.split()[0] for line in run} >= {"new", "check"}
    assert all(line.split()[0] in (*FIRST, SLOW) for line in run), run


@pytest.mark.parametrize("line", ["check Finland", "new ZAF --file raw/x.csv", "check AT", "confirm AT", "feedback AT", "accept AT"])
def test_a_refusal_is_a_sentence_and_what_it_names_can_be_typed(tmp_path, line):
    (tmp_path / "params/questionnaires").mkdir(parents=True)
    (tmp_path / "params/consolidation.yaml").write_text("questionnaire: skills_survey\ncountries: [AT]\n", encoding="utf-8")
    text = told(tmp_path, line)
    assert "Traceback" not in text and text.strip()
    for command in printed(text):
        parsed(command)
