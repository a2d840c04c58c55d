import ast
import html
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import pytest
from IPython.core.interactiveshell import InteractiveShell
from nbclient import NotebookClient

from bwise.problems import ProblemsFound

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
    for cell in cells(name):
        if cell.cell_type == "code":
            assert len([line for line in cell.source.splitlines() if line.strip() and not line.startswith("#")]) <= 6, cell.source


@pytest.mark.parametrize("name", NAMES)
def test_each_cell_of_code_is_led_by_words_of_at_most_two_sentences(name):
    found = cells(name)
    assert found[0].cell_type == "markdown" and found[0].source.startswith("# ")
    for before, cell in itertools.pairwise(found):
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


def contents(folder):
    """What a run saved: file -> bytes; the executed notebook is the workflow's."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file() and p.stem != "country"}


def papermill(project, *words):
    environment = os.environ | {"PYTHONUTF8": "1", "NO_COLOR": "1"}
    command = [sys.executable, "-m", "papermill", "--no-progress-bar", "notebooks/country.ipynb", "out.ipynb", *words]
    done = subprocess.run(command, cwd=project.root, env=environment, capture_output=True)
    return project, done.returncode, done.stdout.decode("utf-8") + done.stderr.decode("utf-8")


def jupyterlab(project):
    """Run All works in the notebook's own folder, with the default country."""
    folder = project.root / "notebooks"
    notebook = nbformat.read(folder / "country.ipynb", as_version=4)
    NotebookClient(notebook, kernel_name="python3", resources={"metadata": {"path": str(folder)}}).execute()
    return project, 0, ""


@pytest.fixture(scope="module")
def ran(copy_of):
    """The country notebook run in three ways, side by side: way -> project, exit code, what was said."""
    projects = [copy_of("AT", "BE") for _ in range(3)]
    for project in projects:
        shutil.rmtree(project.root / "processed")
    with ThreadPoolExecutor(3) as pool:
        misspelt = pool.submit(papermill, projects[0], "-p", "contry", "BE")
        params = pool.submit(papermill, projects[1], "-f", "params/AT.yaml")
        lab = pool.submit(jupyterlab, projects[2])
    return {"misspelt": misspelt.result(), "papermill -f": params.result(), "JupyterLab": lab.result()}


def test_a_misspelt_parameter_stops_the_notebook_in_plain_words_and_nothing_is_written(ran):
    project, code, said = ran["misspelt"]
    assert code != 0
    assert "A parameter of this notebook is not known. Nothing was run." in said
    assert "`contry` is not a parameter" in said and "did you mean `country`?" in said
    assert not (project.root / "processed").exists() and not (project.root / "reports").exists()
    shown = [o for c in nbformat.read(project.root / "out.ipynb", 4).cells for o in c.get("outputs", []) if o.output_type == "error"]
    assert [o.ename for o in shown] == ["ProblemsFound"]
    assert "\n".join(shown[0].traceback) == shown[0].evalue, "the message instead of a traceback"


@pytest.mark.parametrize("way", ["papermill -f", "JupyterLab"])
def test_every_way_to_run_a_country_gives_the_same_bytes_as_the_workflow(ran, demonstration, way):
    project, code, said = ran[way]
    assert code == 0, said
    here, there = (contents(where.processed("AT")) for where in (project, demonstration))
    assert len(here) == 16 and here == there
    assert [p.name for p in (project.root / "processed").iterdir()] == ["AT"]
    assert sorted(p.name for p in (project.root / "notebooks").glob("*.ipynb")) == ["consolidation.ipynb", "country.ipynb"]


@pytest.fixture
def kernel(copy_of, monkeypatch):
    """A kernel in a project of two countries: project, run(cell, …) for cells by number or code of one's own, number of the cells."""
    project = copy_of("AT", "BE")
    shutil.rmtree(project.root / "processed")
    monkeypatch.chdir(project.root / "notebooks")
    code = [cell.source for cell in cells("country") if cell.cell_type == "code"]
    shell = InteractiveShell.instance()

    def run(*wanted):
        for cell in wanted:
            shell.run_cell(code[cell] if isinstance(cell, int) else cell, store_history=True).raise_error()

    yield project, run, len(code)
    InteractiveShell.clear_instance()


def test_cells_can_be_run_again_in_one_kernel_with_another_country_changed_params_and_out_of_order(kernel, demonstration):
    project, run, number = kernel
    saved = 12  # the first cells: they clean and save; the next one proves and seals what was saved

    def right(*countries):
        return all(contents(project.processed(code)) == contents(demonstration.processed(code)) for code in countries)

    run(*range(number))
    assert right("AT")
    run("deliveries, exclude, focus_group = [], ['test'], None")  # as an analyst may call something of her own
    run('country = "BE"\nproject = None', *range(1, number))
    assert right("AT", "BE")

    params = project.params / "AT.yaml"
    stated = params.read_text(encoding="utf-8")
    params.write_text(stated + "exclude: [heading_row, summary_row]\n", encoding="utf-8")
    run(*range(saved))
    rows = json.loads((project.processed("AT") / "manifest.json").read_text(encoding="utf-8"))["rows"]
    assert rows["kept"] == rows["received"]
    params.write_text(stated + "exclde: []\n", encoding="utf-8")
    with pytest.raises(ProblemsFound, match="`exclde` is not a setting"):
        run(0, 1)
    params.write_text(stated, encoding="utf-8")
    run(0, 1, 2, 5, 6, 7, 8, 7, 5, 9, 6, 11, 12)
    assert right("AT")


LITERAL = re.compile(r"[\[({]'[\w/ ]+'[,:]|\b(nan|NaT|<NA>|dtype)\b|\b(Posix|Windows)Path\(")


def test_no_page_shows_what_only_python_would_write(demonstration):
    pages = [*demonstration.reports.glob("*.html"), *(demonstration.root / "processed").glob("*/*.html")]
    assert len(pages) > 13
    for path in pages:
        text = re.sub(r"<(style|svg).*?</\1>|<[^>]*>", " ", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        assert [found[0] for found in LITERAL.finditer(html.unescape(text))] == [], path.name
    assert " in reports/tables/, " in (demonstration.reports / "consolidation.html").read_text(encoding="utf-8")
