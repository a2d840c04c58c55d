"""Runs the notebooks: one template per country, then the consolidation, through papermill and any `Executor`."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import bwise
from bwise import staleness
from bwise.cluster import lost, workers
from bwise.manifests import all_left_out, still_open
from bwise.paths import json_of
from bwise.problems import ProblemsFound
from bwise.settings import DRAWN, MANIFEST, PUBLISHED, ConsolidationSettings, Project, load_country
from bwise.staleness import CONSOLIDATION
from bwise.text import counted

STOPPED = "**The run stopped before its end.** What is wrong, and what to do, stands [below](#stopped)."
STOPPED_HERE = '<span id="stopped"></span>**Stopped here:**'
NO_PARAMETERS = (
    "No cell of notebooks/country.ipynb has the tag `parameters`: it would clean the country that stands in it, whichever is asked "
    "for. In JupyterLab, add the tag to its first code cell (Property Inspector, Cell Tags), or take the project's own notebook."
)
TOO_LONG = (
    "It ran longer than {minutes} minutes and was stopped. If the survey is that large, give it more in params/consolidation.yaml "
    "(`minutes_per_notebook`); else look at the page which cell it stopped in."
)
DIED = "Python ended in the middle of the notebook, most often because memory ran out: close other programs, then run again with --jobs 1."
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
    """How one notebook ended: `message` is one line of counts, or all the problems; `why` it was run, "" where its last run holds.

    `left_out`: country -> why it is not in the tables, of a consolidation. `ran`: whether anything was done.
    """

    name: str
    ok: bool
    seconds: float
    message: str
    why: str = ""
    left_out: dict[str, str] = field(default_factory=dict)
    ran: bool = True


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
    wait: bool = False,
) -> Iterator[Outcome]:
    """Run what is not as its last run left it, countries first; one outcome for each, in the order in which they are ready.

    `jobs` countries at a time here, or as many as the workers of a Dask `scheduler` take; the consolidation always here. What another
    run is at work on is refused, unless `wait`: then it is run when that has ended, if it still has to be.
    """
    stale = {name: _why(project, name, force) for name in countries}
    yield from (_current(project, name) for name in countries if not stale[name])
    if due := [name for name in countries if stale[name]]:
        with workers(scheduler) if scheduler else _here(min(jobs, len(due))) as executor:
            yield from (_because(outcome, stale[outcome.name]) for outcome in run_countries(project, due, executor, warm, wait))
    if consolidate:
        why = _why(project, CONSOLIDATION, force)
        if force:  # figures, too, are drawn again
            project.processed(DRAWN).unlink(missing_ok=True)
        yield _because(run_consolidation(project, warm, wait), why) if why else _current(project, CONSOLIDATION)


def _because(outcome: Outcome, why: str) -> Outcome:
    return replace(outcome, why=why) if outcome.ran else outcome


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
    return replace(_ended(project, name, 0.0), ran=False)


def _ended(project: Project, name: str, seconds: float) -> Outcome:
    """The outcome of a notebook that ended well."""
    return Outcome(name, True, seconds, _summary(project, name), left_out=_left_out(project) if name == CONSOLIDATION else {})


def run_countries(project: Project, countries: list[str], executor: Executor, warm: bool = True, wait: bool = False) -> Iterator[Outcome]:
    """Run the country notebook for each country; outcomes come as they are ready. A failing country stops no other."""
    from bwise.privacy import project_key

    project_key(project.root)  # made once, before several processes want it
    program = staleness.program()
    pending = {executor.submit(_run_where_sent, project, country, warm, wait, program): country for country in countries}
    for future in as_completed(pending):
        yield _outcome(future, pending[future])


def _run_where_sent(project: Project, country: str, warm: bool, wait: bool, program: str) -> Outcome:
    """`run_country`, perhaps on another machine: only where that has this project and this program."""
    if not (project.params / f"{country}.yaml").is_file():
        return Outcome(country, False, 0.0, NOT_SEEN_THERE)
    if staleness.program() != program:
        return Outcome(country, False, 0.0, OTHER_PROGRAM)
    return run_country(project, country, warm, wait)


def _outcome(future: Future, country: str) -> Outcome:
    """How a country ended; a failure, too, where the machine it was sent to cannot tell."""
    try:
        return future.result()
    except Exception as error:
        if lost(error):
            return Outcome(country, False, 0.0, LOST.format(error=type(error).__name__))
        raise


def run_country(project: Project, country: str, warm: bool = True, wait: bool = False) -> Outcome:
    """Execute the country notebook to `processed/<CC>/country.ipynb` and `.html`, in a warm kernel (`bwise.kernels`) or a cold one.

    The page of a run that stopped is `country.stopped.ipynb` and `.html`: that of the last good run stays.
    """
    if not _has_parameters(template(project, country)):
        return Outcome(country, False, 0.0, NO_PARAMETERS)
    return _locked(project, country, project.processed(country) / COUNTRY_NOTEBOOK, {"country": country}, warm, wait)


def _has_parameters(source: Path) -> bool:
    """Whether the notebook takes parameters; without the tag, papermill runs it for the country that stands in it."""
    return any("parameters" in cell["metadata"].get("tags", ()) for cell in json_of(source).get("cells", ()))


def _written(project: Project, country: str) -> tuple[int, int] | None:
    """What tells one writing of the country's manifest from the next one; None where there is none, or one of another country."""
    path = project.processed(country) / MANIFEST
    if json_of(path).get("country") != country:  # a damaged one, too, which this run replaces
        return None
    file = path.stat()
    return file.st_ino, file.st_mtime_ns


def run_consolidation(project: Project, warm: bool = True, wait: bool = False) -> Outcome:
    """Execute the consolidation notebook to `reports/consolidation.ipynb` and `.html`; it writes tables and report.

    Where it stops, what it says may quote params: it stays in `processed/`, and what is published stays as it was. No country is
    run meanwhile: it would be missing from the tables.
    """
    return _locked(project, CONSOLIDATION, project.reports / CONSOLIDATION_NOTEBOOK, {}, warm, wait)


def _locked(project: Project, name: str, target: Path, parameters: dict, warm: bool, wait: bool) -> Outcome:
    """Run a notebook that nobody else runs, after a killed run has been tidied up; a disk that refuses is told in one line."""
    from bwise.locks import held
    from bwise.storage import refusal, remove_leftovers

    started = time.monotonic()
    try:
        with held(project, [name, *project.countries()] if name == CONSOLIDATION else [name], wait) as waited:
            if waited and not staleness.why_stale(project, name, template(project, name)):
                return _current(project, name)
            if name == CONSOLIDATION:  # and nobody else is at work
                remove_leftovers(project.reports)
                remove_leftovers(project.processed(""))
            else:
                remove_leftovers(project.processed(name))
            return _run(project, name, target, parameters, warm)
    except ProblemsFound as found:
        return Outcome(name, False, time.monotonic() - started, str(found))
    except OSError as error:
        told = refusal(error, project.shown(Path(error.filename or target)))
        return Outcome(name, False, time.monotonic() - started, str(told) if told else f"A file cannot be written: {type(error).__name__}.")


def _run(project: Project, name: str, target: Path, parameters: dict, warm: bool) -> Outcome:
    # slow to import, and not needed where nothing has changed
    from bwise.kernels import WarmKernelManager, warm_up

    if warm:
        warm_up()
    from jupyter_client import AsyncKernelManager
    from papermill import PapermillExecutionError, execute_notebook

    from bwise.engine import SAVED_AT_THE_END
    from bwise.pages import notebook_to_html
    from bwise.storage import refusal, remove

    started, source = time.monotonic(), template(project, name)
    began = staleness.begin(project, name, source)
    before = _written(project, name)
    stopped = project.processed("" if name == CONSOLIDATION else name) / f"{target.stem}.stopped.ipynb"
    beside = stopped.with_name(f".{target.stem}.part.ipynb")
    minutes = _settings(project).minutes_per_notebook
    problem = ""
    try:
        beside.parent.mkdir(parents=True, exist_ok=True)
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
            timeout_func=lambda _: max(1, int(started + 60 * minutes - time.monotonic())),  # seconds left for the next cell
            kernel_manager_class=WarmKernelManager if warm else AsyncKernelManager,
        )
    except PapermillExecutionError as error:
        problem = error.evalue if error.ename == ProblemsFound.__name__ else _unexpected(error)
    except TimeoutError:
        problem = TOO_LONG.format(minutes=minutes)
    except OSError as error:
        problem = str(refusal(error, project.shown(stopped.parent)) or f"The notebook could not be executed: {type(error).__name__}.")
    except Exception as error:  # the kernel died: said in one line, the other countries go on
        problem = DIED if type(error).__name__ == "DeadKernelError" else f"The notebook could not be executed: {type(error).__name__}."
    if not problem and name != CONSOLIDATION and _written(project, name) in (None, before):
        problem = OTHER_COUNTRY.format(country=name)
    if not json_of(beside):  # none, or one that the disk did not take
        remove(beside)
        problem = problem or "The executed notebook could not be kept: run again."
    else:
        page, private = stopped if problem else target, problem or name != CONSOLIDATION
        page.parent.mkdir(parents=True, exist_ok=True)
        _make_publishable(beside, problem)
        beside.replace(page)
        title = ": ".join(filter(None, (project.consolidation().title, name)))
        notebook_to_html(page, title, _demonstration(project, name), WORKING_MATERIAL if private else "")
    if not problem:
        remove(stopped)
        remove(stopped.with_suffix(".html"))
        staleness.note(project, name, began, staleness.results(project, name))
    seconds = time.monotonic() - started
    return Outcome(name, False, seconds, problem) if problem else _ended(project, name, seconds)


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


def _settings(project: Project) -> ConsolidationSettings:
    """The settings of the consolidation; as always where they cannot be read: the notebook tells that."""
    try:
        return project.consolidation()
    except ProblemsFound:
        return ConsolidationSettings(questionnaire="none", countries=[])


def _make_publishable(path: Path, problem: str) -> None:
    """Take from an executed notebook what differs from run to run, tells about the computer, or might quote an answer.

    One that stopped says so on top.
    """
    from bwise.storage import write_json

    notebook = json.loads(path.read_text(encoding="utf-8"))
    notebook["metadata"] = {k: v for k, v in notebook["metadata"].items() if k == "kernelspec"}
    banners = [cell for cell in notebook["cells"] if "papermill-error-cell-tag" in cell["metadata"].get("tags", ())]
    if problem and not banners:  # it was stopped from outside, between cells or in one of them
        told = f"**The run stopped before its end.** {problem.splitlines()[0]}"
        notebook["cells"].insert(0, {"cell_type": "markdown", "metadata": {}, "source": told})
    for cell in banners:  # papermill's own speak to programmers
        cell["source"] = STOPPED_HERE if 'id="papermill-error-cell"' in "".join(cell["source"]) else STOPPED
    for number, cell in enumerate(notebook["cells"]):
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
    paths = [project.processed(name, part.part) / MANIFEST for part in load_country(project, name).parts()]
    # a project's own notebook may leave the focus group out
    survey, *focus_group = [json.loads(path.read_text(encoding="utf-8")) for path in paths if path.is_file()]
    rows = survey["rows"]
    counts = f"{rows['received']} received, {sum(rows['excluded'].values())} excluded, {rows['kept']} kept"
    counts += f", {survey['wises']} {_settings(project).organisation.many}"
    return "; ".join([counts, _open(survey), *(f"focus group: {m['rows']['kept']} records; {_open(m)}" for m in focus_group)])


def _contains(project: Project) -> str:
    """Which countries the European tables hold, and which were left out and why; nothing where a project's own notebook does not say."""
    if not (made := consolidated(project)):
        return ""
    who: dict[str, list[str]] = {}
    for country, why in _left_out(project).items():
        who.setdefault(why, []).append(country)
    left_out = [f"{', '.join(countries)} ({why})" for why, countries in who.items()]
    return f", of {', '.join(made['countries']['survey'])}" + (f"; left out: {', '.join(left_out)}" if left_out else "")


def _left_out(project: Project) -> dict[str, str]:
    """Country, or its focus group, -> why it is not in the European tables."""
    made = consolidated(project).get("left_out", {})
    return all_left_out(made.get("survey", {}), made.get("focus group", {}))


def consolidated(project: Project) -> dict[str, Any]:
    """What the last consolidation says it was made of."""
    return json_of(project.reports / PUBLISHED)


def _open(manifest: dict) -> str:
    """What waits for a decision in one part of what a country sent."""
    columns, answers = still_open([manifest])
    return f"open: {counted(columns, 'column')}, {counted(answers, 'answer')}"
