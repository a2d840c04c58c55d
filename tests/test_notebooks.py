import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
NAMES = ["country", "consolidation"]
SENTENCE_END = re.compile(r"[.!?](?=\s|$)")


def cells(name):
    return nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4).cells


def words(markdown):
    """What a markdown cell says besides its headings."""
    return " ".join(line for line in markdown.splitlines() if line.strip() and not line.startswith("#"))


# ------------------------------------------------------------------ how they are written


def test_there_are_two_notebooks():
    assert sorted(p.stem for p in NOTEBOOKS.glob("*.ipynb")) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_each_cell_of_code_is_short(name):
    long = [
        c.source for c in cells(name) if c.cell_type == "code" and len([s for s in c.source.splitlines() if s.strip() and s[0] != "#"]) > 6
    ]
    assert long == []


@pytest.mark.parametrize("name", NAMES)
def test_each_cell_of_code_is_led_by_words_of_at_most_two_sentences(name):
    found = cells(name)
    assert found[0].cell_type == "markdown" and found[0].source.startswith("# ")
    for before, cell in zip(found, found[1:], strict=False):
        if cell.cell_type == "code" and "parameters" not in cell.metadata.get("tags", []):
            assert before.cell_type == "markdown", f"no words before: {cell.source}"
            said = words(before.source)
            assert len(SENTENCE_END.findall(said)) <= 2, said
            assert said or before.source.startswith("## "), "neither words nor a heading"


@pytest.mark.parametrize("name", NAMES)
def test_notebooks_import_from_bwise_only_and_define_nothing(name):
    for cell in cells(name):
        if cell.cell_type != "code":
            continue
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.ImportFrom):
                assert node.module.split(".")[0] == "bwise"
            assert not isinstance(node, ast.Import | ast.FunctionDef | ast.ClassDef | ast.Lambda), cell.source


@pytest.mark.parametrize(("name", "parameters"), [("country", {"country", "project"}), ("consolidation", {"project"})])
def test_the_parameters_stand_in_the_first_cell_of_code_and_are_tagged(name, parameters):
    code = [c for c in cells(name) if c.cell_type == "code"]
    assert [i for i, c in enumerate(code) if "parameters" in c.metadata.get("tags", [])] == [0]
    assert {t.id for node in ast.parse(code[0].source).body for t in node.targets} == parameters


@pytest.mark.parametrize("name", NAMES)
def test_committed_notebooks_hold_no_picture_and_no_output_that_is_not_compared(name):
    for cell in cells(name):
        if cell.cell_type == "code" and "NBVAL_CHECK_OUTPUT" not in cell.source:
            assert cell.outputs == [] and cell.execution_count is None
    assert "image/png" not in (NOTEBOOKS / f"{name}.ipynb").read_text(encoding="utf-8")


# ------------------------------------------------------------------ how they are run


def papermill(project, *words):
    environment = os.environ | {"PYTHONUTF8": "1", "NO_COLOR": "1"}
    command = [sys.executable, "-m", "papermill", "--no-progress-bar", *map(str, words)]
    done = subprocess.run(command, cwd=project.root, env=environment, capture_output=True)
    return done.returncode, done.stdout.decode("utf-8") + done.stderr.decode("utf-8")


def without_results(copy_of, *countries):
    project = copy_of(*countries)
    shutil.rmtree(project.root / "processed")
    return project


def contents(folder):
    return {p.name: p.read_bytes() for p in sorted(folder.iterdir())}


def test_a_misspelt_parameter_stops_the_notebook_in_plain_words_and_nothing_is_written(copy_of):
    project = without_results(copy_of, "AT", "BE")
    code, said = papermill(project, "notebooks/country.ipynb", "out.ipynb", "-p", "contry", "BE")
    assert code != 0
    for text in (said, *(str(o) for c in nbformat.read(project.root / "out.ipynb", 4).cells for o in c.get("outputs", []))):
        if "not known" in text:
            assert "`contry` is not a parameter" in text and "did you mean `country`?" in text
    assert "A parameter of this notebook is not known. Nothing was run." in said
    assert not (project.root / "processed").exists() and not (project.root / "reports").exists()


def test_papermill_with_the_params_file_gives_the_same_bytes_as_the_workflow(copy_of, demonstration):
    project = without_results(copy_of, "AT")
    code, said = papermill(project, "notebooks/country.ipynb", "out.ipynb", "-f", "params/AT.yaml")
    assert code == 0, said
    assert contents(project.processed("AT")) == contents(demonstration.processed("AT"))


def test_jupyterlab_gives_the_same_bytes_as_the_workflow(copy_of, demonstration):
    """Run All works in the notebook's own folder, with the default country."""
    project = without_results(copy_of, "AT")
    folder = project.root / "notebooks"
    notebook = nbformat.read(folder / "country.ipynb", as_version=4)
    NotebookClient(notebook, kernel_name="python3", resources={"metadata": {"path": str(folder)}}).execute()
    assert contents(project.processed("AT")) == contents(demonstration.processed("AT"))
    assert {p.name for p in folder.iterdir()} == {"country.ipynb", "consolidation.ipynb"}
