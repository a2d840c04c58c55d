"""`bwise` on the command line: a thin door to the functions that notebooks call."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from bwise import __version__
from bwise.countries import country_code
from bwise.problems import Problem, ProblemsFound, stop
from bwise.settings import Project, find_project, load_country
from bwise.text import counted, visible

if TYPE_CHECKING:
    import pandas as pd

    from bwise.workflow import Outcome

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="From questionnaire exports to European tables.", pretty_exceptions_enable=False
)
forms_app = typer.Typer(no_args_is_help=True, help="A questionnaire as a form to be asked: XLSForm, LimeSurvey, Word, PDF.")
app.add_typer(forms_app, name="questionnaire")
DEBUG = "--debug"
LEFT_OUT = 3  # exit code of a run whose tables are without a country


class Terminal(Console):
    """What it prints comes from files of others: control characters in it are shown, not sent. No line of text is broken: a command in it
    can be copied."""

    def print(self, *objects: object, **options) -> None:
        options.setdefault("soft_wrap", all(isinstance(each, str) for each in objects))
        super().print(*(visible(each) if isinstance(each, str) else each for each in objects), **options)


console = Terminal(highlight=False)
ProjectOption = Annotated[Path | None, typer.Option("--project", help="The project folder; found by itself when you are in it.")]


def _version(wanted: bool) -> None:
    if wanted:
        console.print(f"bwise {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    _: Annotated[bool, typer.Option("--version", help="Which version this is.", is_eager=True, callback=_version)] = False,
    __: Annotated[bool, typer.Option(DEBUG, help="Show all of an error that nobody foresaw; it may quote answers.")] = False,
) -> None:
    """From questionnaire exports to European tables."""


@app.command()
def run(
    countries: Annotated[list[str] | None, typer.Argument(help="Country codes; all when none is given.")] = None,
    project: ProjectOption = None,
    jobs: Annotated[int, typer.Option(min=1, help="Countries at the same time.")] = os.cpu_count() or 1,
    force: Annotated[bool, typer.Option("--force", help="Also what has not changed since its last run.")] = False,
    only: Annotated[bool, typer.Option("--only", help="Leave the consolidation as it is.")] = False,
    warm: Annotated[bool, typer.Option(help="Fork kernels from a process that has the libraries loaded, where it can be done.")] = True,
    scheduler: Annotated[str, typer.Option(help="Send countries to the workers of this Dask scheduler (tcp://…).")] = "",
    wait: Annotated[bool, typer.Option("--wait", help="Wait for a run that is at work on the same; else it is refused.")] = False,
) -> None:
    """Clean each country that has changed, then consolidate all of them: reports/index.html, tables, workbook, country pages.

    Exit code 1 when a notebook failed, 3 when all ended well but the tables are without a country, which is named.
    """
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from bwise.workflow import update

    where = find_project(project)
    wanted = [load_country(where, c).country for c in countries] if countries else where.countries()
    if not wanted:
        stop("There is no country to run.", Problem("no file params/<CC>.yaml", remedy="write one; see params/README.md"))
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    outcomes = []
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("Countries", total=len(wanted) + (not only))
        for outcome in update(where, wanted, jobs, warm, force, not only, scheduler, wait):
            outcomes.append(outcome)
            progress.update(task, advance=1, description="Countries" if len(outcomes) < len(wanted) else "Consolidation")
    for outcome in sorted(outcomes, key=lambda o: [*wanted, o.name].index(o.name)):
        _tell(outcome)
    _tell_english(where, [o.name for o in outcomes if o.ok and o.why and o.name in wanted])
    if any(o.why for o in outcomes):
        from bwise.status import stale_consolidation, standings, write_index

        write_index(where, standings(where), stale_consolidation(where))
    if not all(o.ok for o in outcomes):
        raise typer.Exit(1)
    if any(o.left_out for o in outcomes):
        raise typer.Exit(LEFT_OUT)


def _tell(outcome: Outcome) -> None:
    """One line for a notebook, and what is wrong below it."""
    sign = ("[green]ok     [/]" if outcome.why else "[dim]current[/]") if outcome.ok else "[red]failed [/]"
    if outcome.ok and outcome.left_out:
        sign = "[yellow]partly [/]"
    first, *rest = outcome.message.splitlines()
    why = f"run, since {outcome.why}" if outcome.why else "not run, since nothing has changed"
    console.print(f"{sign} {outcome.name:13} {outcome.seconds:5.1f} s  ", end="")
    console.print("\n   ".join([f"{first}; {why}" if outcome.ok else first, *rest]), markup=False)


def _tell_english(where: Project, countries: list[str]) -> None:
    """A line for each language of these countries in which something is missing that partners or readers get."""
    if not countries:
        return
    from bwise.translation import in_english, languages_of

    for line in in_english(where, languages_of(where, countries)):
        console.print(line, markup=False)


@app.command()
def status(project: ProjectOption = None) -> None:
    """Where every country stands: its last run, what is open, what waits, whether it is in the European tables."""
    from rich.table import Table as Grid

    from bwise.status import HEADINGS, NUMBERS, stale_consolidation, standings, to_do, write_index

    where = find_project(project)
    found, stale = standings(where), stale_consolidation(where)
    grid = Grid()
    for heading in HEADINGS:
        grid.add_column(heading, justify="right" if heading in NUMBERS else "left")
    for each in found:
        grid.add_row(*each.row)
    console.print(grid)
    told = to_do(found, stale) or ["Nothing is to be done: reports/ is made of these answers."]
    told.append(f"The same as a page: {where.shown(write_index(where, found, stale))}")
    console.print("\n".join(told), markup=False)


@app.command()
def lab(
    name: Annotated[str, typer.Argument(help="Country code, or consolidation; the first country when not given.")] = "",
    anew: Annotated[bool, typer.Option("--anew", help="Replace the copy that is there by the project's notebook as it is now.")] = False,
    project: ProjectOption = None,
) -> None:
    """Open JupyterLab with a copy of the notebook in work/: the project's own notebooks stay as they are."""
    from bwise.lab import open_lab, working_copy
    from bwise.staleness import CONSOLIDATION

    where = find_project(project)
    name = name if name == CONSOLIDATION else load_country(where, name or where.countries()[0]).country
    path, made = working_copy(where, name, anew)
    told = "made now" if made else "as you left it; --anew takes the project's notebook as it is now"
    console.print(f"{where.shown(path)}: {told}. Ctrl+C here stops JupyterLab.", markup=False)
    if code := open_lab(where, path):
        raise typer.Exit(code)


@app.command()
def check(
    country: Annotated[str, typer.Argument(help="Country code.")],
    project: ProjectOption = None,
) -> None:
    """How the deliveries of a country stand, of survey and focus group: what is open, what to do. Exit code 1 while anything is."""
    from bwise.intake import page, states
    from bwise.open_texts import write_list
    from bwise.questionnaire import load_questionnaire
    from bwise.translation import in_english

    where = find_project(project)
    found, pages = [], []
    for settings in load_country(where, country).parts():
        questionnaire = load_questionnaire(where.params / "questionnaires" / settings.questionnaire)
        part = states(where, settings, questionnaire)
        pages += [page(state, questionnaire) for state in part]
        write_list(where, settings, [state.answers for state in part])
        found += part
    console.print("\n\n".join(pages), markup=False)
    for line in in_english(where, [state.read.recognised.language for state in found if state.read]):
        console.print(f"\n{line}", markup=False)
    if any(state.is_open for state in found):
        raise typer.Exit(1)


@app.command()
def verify(
    countries: Annotated[list[str] | None, typer.Argument(help="Country codes; all when none is given.")] = None,
    project: ProjectOption = None,
    jobs: Annotated[int, typer.Option(min=1, help="Countries at the same time.")] = os.cpu_count() or 1,
) -> None:
    """Prove processed/ of each country: inputs unchanged, nothing lost and nothing invented, recomputed from raw cells."""
    from bwise.proofs import prove

    where = find_project(project)
    problems: list[Problem] = []
    for record in prove(where, countries or where.countries(), jobs):
        problems += record.problems
        if record.problems:
            console.print(f"[red]failed[/] {record.name}")
        else:
            console.print(f"[green]proved[/] {record.name:15} {record.rows} rows, {record.cells} cells recomputed")
    stop("Not every record is proved.", *problems)


@app.command()
def feedback(
    country: Annotated[str, typer.Argument(help="Country code.")],
    delivery: Annotated[str, typer.Option(help="Only this delivery; all when not given.")] = "",
    language: Annotated[str, typer.Option(help="Code of the language to write in; the delivery's own when not given.")] = "",
    returned: Annotated[Path | None, typer.Option(help="A workbook that a partner filled in: read it, propose corrections.")] = None,
    apply: Annotated[bool, typer.Option("--apply", help="With --returned: write what it says into params and corrections.")] = False,
    on: Annotated[datetime | None, typer.Option("--date", formats=["%Y-%m-%d"], help="Of the corrections; today when not given.")] = None,
    project: ProjectOption = None,
) -> None:
    """Back to the partner: a page and a workbook of what was not understood, in the partner's language; and their answers."""
    from bwise.feedback import account, apply_returned, dossiers, read_returned, write_page, write_workbook
    from bwise.locks import writing
    from bwise.translation import in_english

    where = find_project(project)
    parts = load_country(where, country).parts()
    if apply and not returned:
        stop("Nothing was written.", Problem("--apply without --returned", remedy="give the workbook that came back: --returned FILE"))
    if returned:
        day, code = (on or datetime.now()).date(), parts[0].country
        if apply:
            with writing(where, code):
                told = apply_returned(where, read_returned(where, load_country(where, code).parts(), returned, day))
            console.print(f"{told}\nNow: bwise check {code}", markup=False)
            return
        answers = read_returned(where, parts, returned, day)
        path = where.shown(answers.save(where))
        console.print(account(answers, path), markup=False)
        return
    for dossier in dossiers(where, parts, language, delivery):
        page, book = write_page(where, dossier), write_workbook(where, dossier)
        told = f"{dossier.name}: {counted(len(dossier.asks), 'question')} to the partner, in {where.shown(page)} and {book.name}"
        console.print(told, markup=False)
        for line in [] if language else in_english(where, [dossier.read.recognised.language]):
            console.print(line, markup=False)


DeliveryOption = Annotated[str, typer.Option(help="One delivery only, by its name in `bwise check`; all when not given.")]


@app.command()
def accept(
    country: Annotated[str, typer.Argument(help="Country code.")], delivery: DeliveryOption = "", project: ProjectOption = None
) -> None:
    """Accept the exports of a country as they stand: a file that replaces one of them later waits until it was looked at."""
    from bwise.redeliveries import accept, to_accept

    _into_params(country, delivery, project, to_accept, accept, "run", "Every file is the accepted one")


@app.command()
def confirm(
    country: Annotated[str, typer.Argument(help="Country code.")], delivery: DeliveryOption = "", project: ProjectOption = None
) -> None:
    """Accept headings that word the question of their code otherwise: both texts are shown, then written to params."""
    from bwise.confirmation import confirm, to_confirm

    _into_params(country, delivery, project, to_confirm, confirm, "check", "No heading waits for this")


@app.command()
def resolve(
    country: Annotated[str, typer.Argument(help="Country code.")],
    file: Annotated[Path | None, typer.Argument(help="The workbook that came back; processed/<CC>/decisions.xlsx when not given.")] = None,
    apply: Annotated[bool, typer.Option("--apply", help="Read the decisions back into params and corrections.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="With --apply: say what would be written, and write nothing.")] = False,
    on: Annotated[datetime | None, typer.Option("--date", formats=["%Y-%m-%d"], help="Of the corrections; today when not given.")] = None,
    project: ProjectOption = None,
) -> None:
    """Everything open of a country in one workbook to decide in, with proposals; and the decisions back into params."""
    from bwise.decisions import resolve

    where = find_project(project)
    settings = load_country(where, country)
    if (file or dry_run) and not apply:
        remedy = f"add --apply, or call `bwise resolve {settings.country}` alone to write the workbook"
        stop("Nothing was written.", Problem("a file, or --dry-run, without --apply", remedy=remedy))
    told = resolve(where, settings, file, apply, dry_run, on.date() if on else None)
    console.print(told, markup=False)


def _print_csv(table: pd.DataFrame) -> None:
    from bwise.storage import as_csv

    out = as_csv(table)
    sys.stdout.write(visible(out) if sys.stdout.isatty() else out)


def _into_params(country: str, delivery: str, project: Path | None, find: Callable, write: Callable, then: str, nothing: str) -> None:
    """Show what is found of a country, write it into its params and say which command comes next."""
    from bwise.locks import writing

    where = find_project(project)
    code = load_country(where, country).country
    with writing(where, code):
        found = find(where, code, delivery)
        for each in found:
            console.print(str(each), markup=False)
        write(where, code, found)
    done = f"params/{code}.yaml written; now: bwise {then} {code}" if found else f"{nothing}; nothing was changed."
    console.print(done, markup=False)


@app.command()
def new(
    country: Annotated[str, typer.Argument(help="Country code, as Eurostat writes it.")],
    file: Annotated[list[Path], typer.Option("--file", help="The export, in raw/<CC>/; may be given several times.")],
    partner: Annotated[str, typer.Option(help="Short name of the partner; <CC>-1 when not given.")] = "",
    questionnaire: Annotated[str, typer.Option(help="Folder in params/questionnaires/; that of the consolidation when not given.")] = "",
    sheet: Annotated[str, typer.Option(help="Sheet of a workbook, or file of an archive; recognised when not given.")] = "",
    tool: Annotated[str, typer.Option(help="The survey tool; recognised when not given.")] = "",
    encoding: Annotated[str, typer.Option(help="Encoding of a CSV; recognised when not given.")] = "",
    delimiter: Annotated[str, typer.Option(help="Delimiter of a CSV; recognised when not given.")] = "",
    project: ProjectOption = None,
) -> None:
    """Write params/<CC>.yaml for a new country: what was recognised, and proposals to confirm."""
    from bwise.intake import new_params
    from bwise.params_lines import add_country

    where = find_project(project)
    code = country_code(country)
    files = [where.inside(f) for f in file]
    given = {"tool": tool, "encoding": encoding, "delimiter": delimiter, "sheet": sheet}
    overrides = {key: value for key, value in given.items() if value}
    path, found = new_params(where, code, files, questionnaire or where.consolidation().questionnaire, partner, overrides)
    for state in found:
        console.print(f"{state.name}: {state.read.recognised.describe()}", markup=False)
    if add_country(where, code):
        console.print(f"params/consolidation.yaml: {code} is now the last of `countries`; move it to where it shall stand in tables")
    elif code not in where.consolidation().countries:
        console.print(f"Add {code} to `countries` in params/consolidation.yaml: without it, the European tables leave it out")
    todo = "confirm the proposals in it, then" if any(s.is_open for s in found) else "nothing is open:"
    console.print(f"{where.shown(path)} written; {todo} bwise check {code}", markup=False)
    if any(s.is_open for s in found):
        console.print(f"Or decide in a workbook with drop-downs: bwise resolve {code}", markup=False)


@app.command()
def language(
    code: Annotated[str, typer.Argument(help="Of the language: fi, pt, hu, … (ISO 639-1).")],
    apply: Annotated[Path | None, typer.Option("--apply", help="The workbook with the translations: put them into params.")] = None,
    english: Annotated[bool, typer.Option("--english", help="With --apply: what is empty in it shall be in English.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="With --apply: say what would be written, and write nothing.")] = False,
    project: ProjectOption = None,
) -> None:
    """All texts to be translated into a language in one workbook: questionnaires, feedback, public pages; and the translations back."""
    from bwise import translation

    where, code = find_project(project), code.casefold()
    if (english or dry_run) and not apply:
        remedy = "give the workbook, too: --apply FILE.xlsx"
        stop("Nothing was written.", Problem("--english, or --dry-run, without --apply", remedy=remedy))
    if apply:
        console.print(str(translation.apply(where, code, apply, english, dry_run)), markup=False)
        console.print(
            "Nothing was written: this is what would be." if dry_run else "Now: bwise new <CC> --file raw/<CC>/…, or bwise check <CC>"
        )
        return
    path, count, done = translation.write_workbook(where, code)
    shown = where.shown(path)
    console.print(f"{shown}: {counted(count, 'text')}, {done} of them translated; translate, then: bwise language {code} --apply {shown}")


@forms_app.command()
def export(
    name: Annotated[str, typer.Argument(help="Folder in params/questionnaires/.")],
    to: Annotated[str, typer.Option(help="xlsform (KoBoToolbox, ODK), limesurvey, docx or pdf.")] = "xlsform",
    language: Annotated[
        list[str] | None, typer.Option("--language", "-l", help="As de; may be given several times. All; the first for docx and pdf.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="The file to write; work/<name> with its ending when not given.")] = None,
    project: ProjectOption = None,
) -> None:
    """Write a questionnaire as a form to be asked: answers to it are recognised without help."""
    from bwise.forms import export_form

    where = find_project(project)
    path = export_form(where, name, to, language, out)
    console.print(f"{where.shown(path)} written", markup=False)


@app.command()
def table(
    question: Annotated[str, typer.Argument(help="Name of a question, as in survey.csv.")],
    by: Annotated[str | None, typer.Option(help="country, partner, or a question with one answer.")] = None,
    project: ProjectOption = None,
    csv: Annotated[bool, typer.Option("--csv", help="For machines: tidy CSV on standard output.")] = False,
) -> None:
    """How often each answer was given: counts, per cent, base; from processed data."""
    from rich.table import Table as Grid
    from rich.text import Text

    from bwise.pooling import load_pool
    from bwise.publication import layout, shown
    from bwise.tables import frequencies

    found = frequencies(load_pool(find_project(project)), question, by)
    if csv:
        _print_csv(found.data)
        return
    plan = layout(found)
    grid = Grid(
        title=found.title,
        caption=f"Base: {found.base}. Countries: {', '.join(found.countries)}.",
        title_justify="left",
        caption_justify="left",
    )
    for name in found.rows:
        grid.add_column(name)
    for name in ("count", "%", "base"):
        grid.add_column(name, justify="right")
    previous = ""
    for labels, (count, share) in zip(plan.row_labels, plan.figures, strict=True):
        if len(labels) > 1 and previous not in ("", labels[0]):
            grid.add_section()
        previous = labels[0]
        cells = [*labels, shown(count, found), shown(share, found), plan.counts([count])[0]]
        grid.add_row(*(Text(visible(cell)) for cell in cells))
    console.print(grid)


@app.command()
def trace(
    table: Annotated[str, typer.Argument(help="Id of a table, as in reports/tables/.")],
    row: Annotated[str, typer.Argument(help="The row by its labels or codes, several with ' / ' between them.")],
    column: Annotated[str, typer.Argument(help="The column likewise; the figures of the whole row are listed without it.")] = "",
    project: ProjectOption = None,
    csv: Annotated[bool, typer.Option("--csv", help="For machines: the raw cells as CSV on standard output.")] = False,
) -> None:
    """Where a figure comes from: formula, base, respondents, and the cells that partners sent. Personal data: for your eyes only."""
    from bwise import tracing
    from bwise.pooling import load_focus_groups, load_pool
    from bwise.problems import did_you_mean
    from bwise.tables import tables_for

    where = find_project(project)
    tables = tables_for(table, load_pool(where), lambda: load_focus_groups(where))
    if table not in tables:
        stop("There is no such table.", Problem(f"`{table}`", remedy=did_you_mean(table, tables)))
    found = [tracing.trace(tables[table], position) for position in tracing.find(tables[table], row, column)]
    if len(found) > 1:
        console.print("\n".join(tracing.line(each) for each in found), markup=False)
        console.print(f"\n{len(found)} figures: name one by its row and column.")
    elif csv:
        _print_csv(found[0].cells)
    else:
        console.print(tracing.page(found[0]), markup=False)


@app.command()
def release(
    name: Annotated[str, typer.Argument(help="What to call it, such as 2022-11.")],
    on: Annotated[datetime | None, typer.Option("--date", formats=["%Y-%m-%d"], help="Of the release; today when not given.")] = None,
    project: ProjectOption = None,
) -> None:
    """Freeze the figures in reports/: later runs are protected together with them, so that the difference gives nobody away."""
    from bwise.locks import held
    from bwise.releases import release
    from bwise.staleness import CONSOLIDATION

    where = find_project(project)
    with held(where, [CONSOLIDATION]):
        made = release(where, name, (on or datetime.now()).date())
    told = [
        f"releases/{name}/ written: {len(made['figures']) - 1} tables, {made['date']}",
        f"Keep processed/releases/{name}/ and .pseudonym-key, and to yourself: without them, nothing more can be published.",
    ]
    console.print("\n".join(told), markup=False)


@app.command()
def diff(
    before: Annotated[Path | None, typer.Argument(help="A project folder kept from before, its reports folder, or a release.")] = None,
    after: Annotated[Path | None, typer.Argument(help="The project folder of today, or its reports folder.")] = None,
    release: Annotated[str, typer.Option(help="The release of this project to compare today's figures with.")] = "",
    project: ProjectOption = None,
    csv: Annotated[bool, typer.Option("--csv", help="For machines: figures and cells as CSV on standard output.")] = False,
) -> None:
    """Which figures differ between two consolidations, or from a release, and why, down to the cell. Exit code 1 when one moved."""
    from bwise.comparison import compare_consolidations, compare_with_release, for_machines, page

    if bool(release) == bool(before and after):
        what, remedy = "two sides are needed", "give `bwise diff BEFORE AFTER`, or `bwise diff --release NAME` for a release and today"
        stop("There is nothing to compare.", Problem(what, remedy=remedy))
    found = compare_with_release(find_project(project), release) if release else compare_consolidations(before, after)
    if csv:
        _print_csv(for_machines(found))
    else:
        console.print(page(found), markup=False)
    if len(found.figures):
        raise typer.Exit(1)


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="The project to make: a new or an empty folder.")],
    form: Annotated[
        Path | None, typer.Option("--questionnaire", help="Your own: an XLSForm workbook, or a folder with its sheets.")
    ] = None,
    demonstration: Annotated[bool, typer.Option("--demo", help="With the demonstration: its questionnaire, params and exports.")] = False,
) -> None:
    """Make a project: folders, READMEs, notebooks, params; for a survey of your own, or with the demonstration."""
    from bwise.beginning import account, begin

    if demonstration == bool(form):
        remedy = "give --questionnaire FILE for a survey of your own, or --demo for the demonstration"
        stop("No project was made.", Problem("it is not said which survey the project is for", remedy=remedy))
    where = begin(folder, form)
    if demonstration:
        _write_demonstration(where)
    console.print(account(where, bool(form)), markup=False)


@app.command()
def demo(project: ProjectOption = None) -> None:
    """Write the demonstration exports to raw/demo/: synthetic answers with known truth, the same on every machine."""
    made = _write_demonstration(find_project(project))
    console.print(f"{len(made)} demonstration exports, {sum(map(len, made.values())) / 1e6:.1f} MB, in raw/demo/")


def _write_demonstration(where: Project) -> dict[str, bytes]:
    """The demonstration exports, written to raw/demo/: name -> content."""
    from bwise.demo import exports, focus_groups
    from bwise.questionnaire import load_questionnaire

    survey, form = (load_questionnaire(where.params / "questionnaires" / name) for name in ("skills_survey", "focus_group"))
    made = exports(survey) | focus_groups.exports(form)
    for name, content in made.items():
        path = where.root / "raw" / "demo" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return made


def main() -> None:
    """Entry point: problems are told in plain words, never as a traceback."""
    for stream in (sys.stdout, sys.stderr):  # consoles of another code page show `?` rather than fail
        stream.reconfigure(errors="replace")
    try:
        app()
    except ProblemsFound as found:
        sys.stderr.write(f"{found}\n")
        raise SystemExit(1) from None
    except Exception as error:
        if DEBUG in sys.argv:
            raise
        sys.stderr.write(f"{_plainly(error)}\n")
        raise SystemExit(1) from None


def _plainly(error: Exception) -> str:
    """What the disk refused, in words; anything else as `bwise.unexpected` tells it."""
    from bwise.storage import refusal
    from bwise.unexpected import told

    problem = refusal(error, Path(error.filename or "a file").name) if isinstance(error, OSError) else None
    commands = {command.name or command.callback.__name__ for command in app.registered_commands}
    return str(problem or told(error, next((word for word in sys.argv[1:] if word in commands), "")))


if __name__ == "__main__":
    main()
