"""A new project: folders, READMEs, notebooks and params, from an installed package; with the demonstration, or for a survey of its own."""

from __future__ import annotations

import copy
import re
import shutil
from pathlib import Path

import nbformat
from ruamel.yaml import YAML

from bwise.feedback.wording import FILE
from bwise.lab import clear
from bwise.paths import begun_with as source
from bwise.problems import Problem, stop
from bwise.questionnaire import Question, Questionnaire, in_language, load_questionnaire
from bwise.settings import Project
from bwise.staleness import CONSOLIDATION
from bwise.workflow import CONSOLIDATION_NOTEBOOK, COUNTRY_NOTEBOOK, template

READMES = ("params/README.md", "raw/README.md", "processed/README.md", "reports/README.md", "releases/README.md")
DEMONSTRATION_CORRECTIONS = "BE.corrections.csv"
NOTEBOOKS = {COUNTRY_NOTEBOOK: "", CONSOLIDATION_NOTEBOOK: CONSOLIDATION}  # file -> what `bwise.workflow.template` calls it
IGNORED = ".gitignore"
NOT_BEGUN = "No project was made."
QUESTIONNAIRE = "skills_survey"  # of the demonstration: what READMEs call the questionnaire in their examples
OF_DEMONSTRATION = re.compile(r"<!-- demonstration -->\n.*?<!-- end of the demonstration -->\n", re.DOTALL)
HEAD = "# What the report shows, in its order: every key is explained in README.md of this folder. Take out what nobody needs.\n"


def begin(folder: Path, form: Path | None = None) -> Project:
    """Make a project in a folder that is empty or new: that of the demonstration, or with `form` one for a survey of its own.

    Args:
        form: the questionnaire as XLSForm, a workbook or a folder with its sheets. A table for each of its closed questions and numbers
            is described in `params/tables.yaml`, to begin with.

    Raises:
        ProblemsFound: there is something in the folder, or the questionnaire cannot be used. Nothing is left behind then.
    """
    if folder.is_file() or (folder.is_dir() and any(folder.iterdir())):
        stop(NOT_BEGUN, Problem("the folder is not empty", folder.name, "what is in it would be mixed up", "name a new folder"))
    if form is not None and not form.exists():
        stop(
            NOT_BEGUN,
            Problem("the questionnaire is not there", form.name, remedy="give the XLSForm workbook, or the folder with its sheets"),
        )
    there = folder.is_dir()
    try:
        for name in (*READMES, IGNORED):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source(name), folder / name)
        _notebooks(folder, own=form is not None)
        if form is None:
            shutil.copytree(source("params"), folder / "params", dirs_exist_ok=True, ignore=_corrections_of_others)
        else:
            _own_survey(folder, form)
    except BaseException:
        shutil.rmtree(folder)
        if there:
            folder.mkdir()
        raise
    return Project(folder)


def _notebooks(folder: Path, own: bool) -> None:
    """The notebooks; for a survey of its own without the outputs of the demonstration."""
    found = {name: nbformat.read(template(Project(folder), of), as_version=4) for name, of in NOTEBOOKS.items()}
    for name, notebook in found.items():
        if own:
            clear(notebook)
        (folder / "notebooks").mkdir(exist_ok=True)
        nbformat.write(notebook, folder / "notebooks" / name)


def _corrections_of_others(_: str, names: list[str]) -> list[str]:
    """Corrections hold answers: none is copied but those of the demonstration."""
    return [name for name in names if name.endswith(".corrections.csv") and name != DEMONSTRATION_CORRECTIONS]


def _own_survey(folder: Path, form: Path) -> None:
    shutil.copyfile(source(f"params/{FILE}"), folder / "params" / FILE)
    name = form.stem
    target = folder / "params/questionnaires" / name
    if form.is_dir():
        shutil.copytree(form, target)
    else:
        target.mkdir(parents=True)
        shutil.copyfile(form, target / form.name)
    for readme in READMES:
        _about_this_survey(folder / readme, name)
    questionnaire = load_questionnaire(target)
    tables = describe(questionnaire)
    if not tables:
        stop(NOT_BEGUN, Problem("the questionnaire has no closed question and no number", form.name, remedy="there is nothing to tabulate"))
    title = questionnaire.title or name
    settings = {"title": title, "questionnaire": name, "countries": []}
    _write_yaml(folder / "params/consolidation.yaml", "# Every key is explained in README.md of this folder.\n", settings)
    _write_yaml(folder / "params/tables.yaml", HEAD, {"report": [{"question": title, "tables": tables}]})
    path = folder / "notebooks" / CONSOLIDATION_NOTEBOOK
    nbformat.write(_notebook(nbformat.read(path, as_version=4), tables), path)


def _about_this_survey(readme: Path, questionnaire: str) -> None:
    """Take out of a README what is said of the demonstration alone, and name this questionnaire in its examples."""
    text = OF_DEMONSTRATION.sub("", readme.read_text(encoding="utf-8"))
    readme.write_text(text.replace(QUESTIONNAIRE, questionnaire), encoding="utf-8", newline="\n")


def describe(questionnaire: Questionnaire) -> dict[str, dict]:
    """A table for each question that can be counted: id -> description, as `params/tables.yaml` has it."""
    return {q.name: _table(q) for q in questionnaire.questions.values() if q.kind.startswith("select") or q.is_number}


def _table(question: Question) -> dict:
    battery = in_language(question.battery_labels, "en")
    title = f"{battery}: {question.label()}" if battery else question.label()
    about = {"title": title, "population": "respondents", "base": "respondents who answered “{label}”"}
    if question.is_number:
        numbers = {"unit": question.unit or "number", "formula": "mean, median and quartiles of the numbers given", "item": "question"}
        return {"kind": "numbers", "questions": [question.name], **about, **numbers}
    kind = "multi_response" if question.kind == "select_multiple" else "shares"
    shares = {"unit": "%", "formula": "respondents giving the answer / respondents who answered", "item": "answer"}
    figure = {"lead": {"statistic": "share"}, "figure": {"kind": "dots"}}
    return {"kind": kind, "questions": [question.name], **about, **shares, **figure}


def _notebook(notebook: nbformat.NotebookNode, tables: dict[str, dict]) -> nbformat.NotebookNode:
    """The notebook of the consolidation with a cell for each of these tables in place of ours."""
    shown = next(n for n, cell in enumerate(notebook.cells) if "## At a glance" in cell.source)
    last = next(n for n, cell in enumerate(notebook.cells) if cell.cell_type == "code" and "publish(tables" in cell.source)
    made = copy.deepcopy(notebook)
    middle = []
    for name, about in tables.items():
        middle.append(nbformat.v4.new_markdown_cell(f"## {about['title']}", id=f"about-{len(middle)}"))
        middle.append(nbformat.v4.new_code_cell(f'present(tables, figures, "{name}")', id=f"table-{len(middle)}"))
    made.cells = [*made.cells[:shown], *middle, *made.cells[last - 1 : last + 1]]
    for cell in made.cells:
        cell.source = cell.source.replace("import at_a_glance, present, publish, show", "import present, publish")
    return made


def _write_yaml(path: Path, head: str, content: dict) -> None:
    yaml = YAML()
    yaml.width = 4096
    with path.open("w", encoding="utf-8", newline="\n") as out:
        out.write(head)
        yaml.dump(content, out)


def account(project: Project, own: bool) -> str:
    """What was made, and what comes next."""
    name = project.root.name
    if not own:
        return f"{name}/ is a project with the demonstration of {len(project.countries())} countries. Next: cd {name}, then bwise run"
    return f"{name}/ is a project. Next: cd {name}, put an export into raw/<CC>/, then bwise new <CC> --file raw/<CC>/…"
