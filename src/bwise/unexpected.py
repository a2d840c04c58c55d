"""The last resort: an error that nobody foresaw, in one line, with a report for who looks after the program. Neither quotes an answer."""

from __future__ import annotations

import platform
import traceback
from importlib.metadata import version
from pathlib import Path, PurePath

import bwise
from bwise.problems import ProblemsFound
from bwise.settings import find_project

REPORT = "error-report.txt"  # in processed/, or in the current folder where there is no project
LIBRARIES = ("numpy", "pandas", "pyarrow", "papermill")


def told(error: Exception, command: str) -> str:
    """One line about the error; what is needed to find its cause is written to a file: versions and places, no message, no value."""
    lines = [f"bwise {bwise.__version__}, Python {platform.python_version()} on {platform.system()} {platform.machine()}"]
    lines += [", ".join(f"{name} {version(name)}" for name in LIBRARIES), f"command: {command}", *_places(error)]
    *_, last = traceback.extract_tb(error.__traceback__)
    said = f"An error that nobody foresaw: {type(error).__name__} in {PurePath(last.filename).name}, line {last.lineno}."
    try:
        written = _write("\n".join(lines) + "\n")
    except OSError:
        return f"{said} Run `bwise --debug {command} …` to see all of it, and report it without personal data."
    return f"{said} Where it happened stands in {written}, which quotes no answer: send it to who looks after the program."


def _places(error: BaseException) -> list[str]:
    """The kind of the error and of those behind it, each with the lines of code that led there."""
    lines = []
    while error:
        lines += ["", type(error).__name__]
        lines += [f"  {_shortened(f.filename)}, line {f.lineno}, in {f.name}" for f in traceback.extract_tb(error.__traceback__)]
        error = error.__cause__ or error.__context__
    return lines


def _shortened(filename: str) -> str:
    """A file of a package without the folders of this computer."""
    parts = PurePath(filename).parts
    known = [number for number, part in enumerate(parts) if part in ("site-packages", "src")]
    return PurePath(*parts[known[-1] + 1 :]).as_posix() if known else parts[-1]


def _write(text: str) -> str:
    try:
        project = find_project()
        path = project.root / "processed" / REPORT
        path.parent.mkdir(exist_ok=True)
    except ProblemsFound:
        path = Path(REPORT)
    path.write_text(text, encoding="utf-8")
    return f"processed/{REPORT}" if path.is_absolute() else REPORT
