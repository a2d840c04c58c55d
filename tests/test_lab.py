"""Notebooks to work in are copies: what is changed in them changes none of the project's own."""

import nbformat
import pytest
from typer.testing import CliRunner

from bwise import lab
from bwise.cli import app
from bwise.lab import working_copy


@pytest.fixture
def project(copy_of):
    return copy_of("AT", "BE")


def source(path):
    return [cell.source for cell in nbformat.read(path, as_version=4).cells]


def test_the_copy_is_the_notebook_for_its_country_without_outputs(project):
    path, made = working_copy(project, "BE")
    own = source(project.root / "notebooks/country.ipynb")
    assert made and path == project.root / "work/BE.ipynb"
    assert [(a, b) for a, b in zip(own, source(path), strict=True) if a != b] == [(own[1], own[1].replace('"AT"', '"BE"', 1))]
    assert all(not cell.get("outputs") for cell in nbformat.read(path, as_version=4).cells)


def test_a_copy_somebody_worked_in_is_kept_until_a_new_one_is_asked_for(project):
    path, _ = working_copy(project, "AT")
    fresh = path.read_bytes()
    path.write_bytes(fresh.replace(b"cleaned answers", b"my answers"))
    assert working_copy(project, "AT") == (path, False) and b"my answers" in path.read_bytes()
    assert working_copy(project, "AT", anew=True) == (path, True) and path.read_bytes() == fresh


def test_the_consolidation_has_a_copy_too(project):
    path, _ = working_copy(project, "consolidation")
    assert source(path) == source(project.root / "notebooks/consolidation.ipynb")


def test_the_command_opens_the_copy(project, monkeypatch):
    opened = []
    monkeypatch.setattr(lab, "open_lab", lambda where, path: opened.append(path.name) or 0)
    said = CliRunner().invoke(app, ["lab", "be", "--project", str(project.root)])
    assert (said.exit_code, opened) == (0, ["BE.ipynb"])
    assert "work/BE.ipynb: made now" in said.output
    assert CliRunner().invoke(app, ["lab", "--project", str(project.root)]).exit_code == 0
    assert opened == ["BE.ipynb", "AT.ipynb"]
