"""Everything that is open in a country, in one workbook to decide in; and the decisions, back into params and corrections."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import date, datetime
from pathlib import Path

from bwise.decisions import returned
from bwise.decisions.items import open_items
from bwise.decisions.sheet import HEADING, workbook_path, write_workbook
from bwise.locks import writing
from bwise.problems import Problem, stop
from bwise.settings import CountrySettings, Project
from bwise.text import counted

__all__ = ["open_items", "resolve", "workbook_path", "write_workbook"]


def resolve(
    project: Project, settings: CountrySettings, file: Path | None = None, apply: bool = False, dry: bool = False, on: date | None = None
) -> str:
    """Write the workbook of what is open in a country; or, with `apply`, read the decisions in it back. For the command and for notebooks.

    Args:
        file: the workbook that came back; the one in `processed/<CC>/` when not given. dry: write nothing.
        on: the day that stands in corrections; today when not given.

    Returns:
        What was done, and what comes next.

    Raises:
        ProblemsFound: as `bwise.decisions.returned.apply`; a run of the country is going on.
    """
    code = settings.country
    if apply:
        if file is None and not workbook_path(project, code).exists():
            where = project.shown(workbook_path(project, code))
            stop(HEADING, Problem("the workbook is not there yet", where, remedy=f"write it first: bwise resolve {code}"))
        with nullcontext() if dry else writing(project, code):
            done = returned.apply(project, code, file or workbook_path(project, code), on or datetime.now().date(), dry)
        return f"{done}\n" + ("Nothing was written: this is what would be." if dry else f"Now: bwise check {code}")
    found = open_items(project, code)
    path, kept = write_workbook(project, found)
    carried = f", {kept} of them decided in it already" if kept else ""
    then = f"decide in it, then: bwise resolve {code} --apply" if found.items else f"nothing is open: bwise run {code}"
    return f"{project.shown(path)}: {counted(len(found.items), 'thing')} to decide{carried}; {then}"
