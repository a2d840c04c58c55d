"""Runs the notebooks: one template per country, then the consolidation, through papermill and any `Executor`."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path

import bwise
from bwise import staleness
from bwise.cluster import lost, workers
from bwise.problems import ProblemsFound
from bwise.settings import Project, load_country
from bwise.staleness import CONSOLIDATION

STOPPED = "**The run stopped before its end.** What is wrong, and what to do, stands [below](#stopped)."
STOPPED_HERE = '<span id="stopped"></span>**Stopped here:**'
NO_PARAMETERS = (
    "No cell of notebooks/country.ipynb has the tag `parameters`: it would clean the country that stands in it, whichever is asked "
    "for. In JupyterLab, add the tag to its first code cell (Property Inspector, Cell Tags), or take the project's own notebook."
)
OTHER_COUNTRY = (
    "The notebook ended without cleaning {country}: processed/{country}/manifest.json is not from this run. A cell below its parameters "
    "sets another `country`, or the cell that saves is gone; compare notebooks/country.ipynb with the project's own notebook."
)
NOT_SEEN_THERE = (
    "The worker does not see this project. Put it into a folder that all machines share, at the same path on each, then run it from there."
)
OTHER_PROGRAM = (
    "The worker has another version of the program, of Python or of a library. "
    "Install the same on every machine, then start the workers anew."
)
LOST = (
    "The cluster did not finish this country ({error}): its workers or the scheduler were lost. "
    "Look at what they print, then run again: only what is missing is run."
)
COUNTRY_NOTEBOOK, CONSOLIDATION_NOTEBOOK = "country.ipynb", "consolidation.ipynb"
WORKING_MATERIAL = "Working material, not for publication: it names files, sheets and columns as people called them"


@dataclass(frozen=True)
class Outcome:
    """How one notebook ended: `message` is one line of counts, or all the problems; `why` it was run, "" where its last run holds."""

    name: str
    ok: bool
    seconds: float
    message: str
    why: str = ""


def template(project: Project, name: str) -> Path:
    """The notebook of a country or of the consolidation: the project's own, or the package's where it has none."""
    name = CONSOLIDATION_NOTEBOOK if name == CONSOLIDATION else COUNTRY_NOTEBOOK
    places = [
        project.root / "notebooks" / name,
        Path(str(files(bwise) / "notebooks" / name)),
        Path(bwise.__file__).parents[2] / "notebooks" / name,
    ]
    return next(p for p in places if p.is_file())


def update(
    project: Project,
    countries: list[str],
    jobs: int = 1,
    warm: bool = True,
    force: bool = False,
    consolidate: bool = True,
    scheduler: str = "",
) -> Iterator[Outcome]:
    """Run what is not as its last run left it, countries first; one outcome for each, in the order in which they are ready.

    `jobs` countries at a time here, or as many as the workers of a Dask `scheduler` take; the consolidation always here.
    """
    stale = {name: _why(project, name, force) for name in countries}
    yield from (_current(project, name) for name in countries if not stale[name])
    if due := [name for name in countries if stale[name]]:
        with workers(scheduler) if scheduler else _here(min(jobs, len(due))) as executor:
            yield from (replace(outcome, why=stale[outcome.name]) for outcome in run_countries(project, due, executor, warm))
    if consolidate:
        why = _why(project, CONSOLIDATION, force)
        yield replace(run_consolidation(project, warm), why=why) if why else _current(project, CONSOLIDATION)


@contextmanager
def _here(jobs: int) -> Iterator[Executor]:
    """Threads, since the work is done by kernels, which are processes."""
    executor = ThreadPoolExecutor(jobs)
    try:
        yield executor
    finally:
        executor.shutdown(cancel_futures=True)  # after Ctrl+C no further country is begun, and those begun end whole


def _why(project: Project, name: str, force: bool) -> str:
    return "it was asked for" if force else staleness.why_stale(project, name, template(project, name))


def _current(project: Project, name: str) -> Outcome:
    return Outcome(name, True, 0.0, _summary(project, name))


def run_countries(project: Project, countries: list[str], executor: Executor, warm: bool = True) -> Iterator[Outcome]:
    """Run the country notebook for each country; outcomes come as they are ready. A failing country stops no other."""
    from bwise.privacy import project_key

    project_key(project.root)  # made once, before several processes want it
    program = staleness.program()
    pending = {executor.submit(_run_where_sent, project, country, warm, program): country for country in countries}
    for future in as_completed(pending):
        yield _outcome(future, pending[future])


def _run_where_sent(project: Project, country: str, warm: bool, program: str) -> Outcome:
    """`run_country`, perhaps on another machine: only where that has this project and this program."""
    if not (project.params / f"{country}.yaml").is_file():
        return Outcome(country, False, 0.0, NOT_SEEN_THERE)
    if staleness.program() != program:
        return Outcome(country, False, 0.0, OTHER_PROGRAM)
    return run_country(project, country, warm)


def _outcome(future: Future, country: str) -> Outcome:
    """How a country ended; a failure, too, where the machine it was sent to cannot tell."""
    try:
        return future.result()
    except Exception as error:
        if lost(error):
            return Outcome(country, False, 0.0, LOST.format(error=type(error).__name__))
        raise


def run_country(project: Project, country: str, warm: bool = True) -> Outcome:
    """Execute the country notebook to `processed/<CC>/country.ipynb` and `.html`, in a warm kernel (`bwise.kernels`) or a cold one."""
    if not _has_parameters(template(project, country)):
        return Outcome(country, False, 0.0, NO_PARAMETERS)
    return _run(project, country, project.processed(country) / COUNTRY_NOTEBOOK, {"country": country}, warm)


def _has_parameters(source: Path) -> bool:
    """Whether the notebook takes parameters; without the tag, papermill runs it for the country that stands in it."""
    notebook = json.loads(source.read_text(encoding="utf-8"))
    return any("parameters" in cell["metadata"].get("tags", ()) for cell in notebook["cells"])


def _written(project: Project, country: str) -> tuple[int, int] | None:
    """What tells one writing of the country's manifest from the next one; None where there is none, or one of another country."""
    path = project.processed(country) / "manifest.json"
    if not path.is_file() or json.loads(path.read_text(encoding="utf-8"))["country"] != country:
        return None
    file = path.stat()
    return file.st_ino, file.st_mtime_ns


def run_consolidation(project: Project, warm: bool = True) -> Outcome:
    """Execute the consolidation notebook to `reports/consolidation.ipynb` and `.html`; it writes tables and report.

    Where it stops, what it says may quote params: it stays in `processed/`, and what is published stays as it was.
    """
    return _run(project, CONSOLIDATION, project.reports / CONSOLIDATION_NOTEBOOK, {}, warm)


def _run(project: Project, name: str, target: Path, parameters: dict, warm: bool) -> Outcome:
    # slow to import, and not needed where nothing has changed
    from bwise.kernels import WarmKernelManager, warm_up

    if warm:
        warm_up()
    from jupyter_client import AsyncKernelManager
    from papermill import PapermillExecutionError, execute_notebook

    from bwise.engine import SAVED_AT_THE_END
    from bwise.pages import notebook_to_html
    from bwise.storage import remove

    started, source = time.monotonic(), template(project, name)
    began = staleness.begin(project, name, source)
    before = _written(project, name)
    private = project.processed("") / target.name if name == CONSOLIDATION else target
    beside = private.with_name(f".{target.stem}.part.ipynb")
    problem = ""
    try:
        private.parent.mkdir(parents=True, exist_ok=True)
        execute_notebook(
            source,
            beside,
            parameters,
            SAVED_AT_THE_END,
            resources={"metadata": {"path": str(project.root)}},  # papermill's `cwd` would move this whole process, not the kernel
            kernel_name="python3",
            progress_bar=False,
            log_output=False,
            extra_arguments=["--IPKernelApp.log_level=ERROR"],
            shutdown_kernel="immediate",
            kernel_manager_class=WarmKernelManager if warm else AsyncKernelManager,
        )
    except PapermillExecutionError as error:
        problem = error.evalue if error.ename == ProblemsFound.__name__ else _unexpected(error)
    except Exception as error:  # the kernel died, the disk is full: said in one line, the other countries go on
        problem = f"The notebook could not be executed: {type(error).__name__}."
    if not problem and name != CONSOLIDATION and _written(project, name) in (None, before):
        problem = OTHER_COUNTRY.format(country=name)
    if beside.is_file():
        target = private if problem else target
        target.parent.mkdir(parents=True, exist_ok=True)
        _make_publishable(beside)
        beside.replace(target)
        notebook_to_html(target, f"B-WISE: {name}", _demonstration(project, name), WORKING_MATERIAL if target == private else "")
    if not problem:
        for old in {private, private.with_suffix(".html")} - {target, target.with_suffix(".html")}:
            remove(old)
        staleness.note(project, name, began, staleness.results(project, name))
    message = problem or _summary(project, name)
    return Outcome(name, not problem, time.monotonic() - started, message)


def _demonstration(project: Project, name: str) -> bool:
    """Whether synthetic answers went into the notebook: those of its country, or of any."""
    from bwise.lineage import is_demonstration

    for country in project.countries() if name == CONSOLIDATION else [name]:
        try:
            if any(is_demonstration([d.file for d in part.deliveries]) for part in load_country(project, country).parts()):
                return True
        except ProblemsFound:  # its own notebook tells them
            continue
    return False


def _unexpected(error) -> str:
    """An error of the program: where, but not its message, which might quote an answer."""
    frames = re.findall(r"bwise[/\\]([\w/\\]+\.py)[^\n]*?:(\d+)", "\n".join(error.traceback)) or [("the notebook", str(error.exec_count))]
    place, line = frames[-1]
    return (
        f"Unexpected error {error.ename} in {place}, line {line}. Its message is withheld, since it might quote an answer: "
        "run the notebook in JupyterLab to see it, and report it without personal data."
    )


def _make_publishable(path: Path) -> None:
    """Take from an executed notebook what differs from run to run, tells about the computer, or might quote an answer."""
    from bwise.storage import write_json

    notebook = json.loads(path.read_text(encoding="utf-8"))
    notebook["metadata"] = {k: v for k, v in notebook["metadata"].items() if k == "kernelspec"}
    for number, cell in enumerate(notebook["cells"]):
        if "papermill-error-cell-tag" in cell["metadata"].get("tags", ()):  # papermill's own banner speaks to programmers
            cell["source"] = STOPPED_HERE if 'id="papermill-error-cell"' in "".join(cell["source"]) else STOPPED
        cell["metadata"] = {k: v for k, v in cell["metadata"].items() if k == "tags"}
        cell["id"] = f"cell-{number}"
        for output in cell.get("outputs", []):
            if output["output_type"] == "error" and output["ename"] != ProblemsFound.__name__:
                output["evalue"] = "(message withheld: it might quote an answer)"
                output["traceback"] = [f"{output['ename']}: {output['evalue']}"]
    write_json(path, notebook)


def _summary(project: Project, name: str) -> str:
    if name == CONSOLIDATION:
        return "reports/index.html and reports/european_tables.xlsx" + _contains(project)
    paths = [project.processed(name, part.part) / "manifest.json" for part in load_country(project, name).parts()]
    # a project's own notebook may leave the focus group out
    survey, *focus_group = [json.loads(path.read_text(encoding="utf-8")) for path in paths if path.is_file()]
    rows = survey["rows"]
    counts = f"{rows['received']} received, {sum(rows['excluded'].values())} excluded, {rows['kept']} kept, {survey['wises']} WISEs"
    return "; ".join([counts, _open(survey), *(f"focus group: {m['rows']['kept']} records; {_open(m)}" for m in focus_group)])


def _contains(project: Project) -> str:
    """Which countries the European tables hold, and which were left out and why; nothing where a project's own notebook does not say."""
    record = project.reports / "consolidation.json"
    if not record.is_file():
        return ""
    made = json.loads(record.read_text(encoding="utf-8"))
    left_out = [f"{country} ({why})" for country, why in made["left_out"]["survey"].items()]
    return f", of {', '.join(made['countries']['survey'])}" + (f"; left out: {', '.join(left_out)}" if left_out else "")


def _open(manifest: dict) -> str:
    """What waits for a decision in one part of what a country sent."""
    columns = sum(d["columns"] - d["columns_matched"] for d in manifest["deliveries"])
    return f"open: {columns} columns, {sum(d['unreadable_answers'] for d in manifest['deliveries'])} answers"
