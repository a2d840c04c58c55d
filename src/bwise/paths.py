"""Files that a project reads: in its folder, and nowhere else. What was made from another file could not be proved later."""

from __future__ import annotations

import hashlib
import json
from importlib.resources import files
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from bwise.problems import Problem, stop

OUTSIDE = "the file is outside the project folder"
WHY = "what was made from it could not be proved later"
LONGEST = 255  # bytes of a name, on every usual disk
HEADING = "A file cannot be used. Nothing was changed."


def file_in(root: Path, given: Path | str, remedy: str = "put it into the project folder, and give its path from there") -> Path:
    """The file that params name by its path from the project folder.

    Raises:
        ProblemsFound: the path is absolute, has a drive or a server, goes up by `..`, or leads out, or round in circles, by links.
    """
    text = str(given)
    windows = PureWindowsPath(text)  # of a path written on either system, both signs part folders
    if "\0" in text:
        stop(HEADING, Problem("the name of a file holds a character that no name can hold", shown(text), remedy="type the name again"))
    if any(len(part.encode(errors="surrogatepass")) > LONGEST for part in windows.parts):
        stop(HEADING, Problem("the name of a file is longer than any name can be", shown(text)[:50] + "…", remedy="type the name again"))
    named_outside = windows.drive or windows.root or PurePosixPath(text).is_absolute() or ".." in windows.parts
    path = root / text
    if named_outside or leads_out(root, path):
        stop(HEADING, Problem(OUTSIDE, shown(text), WHY, remedy))
    return path


def leads_out(root: Path, path: Path) -> bool:
    """Whether a path is not below the project folder once links are followed, or is none at all."""
    try:
        return not path.resolve().is_relative_to(root.resolve())
    except (OSError, RuntimeError, ValueError):  # links that go round in circles, a NUL
        return True


def begun_with(name: str) -> Path:
    """A file or folder that projects begin with: of the installed package, or of the repository it is run from."""
    packed = Path(str(files("bwise") / "project" / name))
    return packed if packed.exists() else Path(str(files("bwise"))).parents[1] / name


def sheets_in(folder: Path) -> list[Path]:
    """The sheets and workbooks of a questionnaire's folder by name; not the mark that Excel leaves beside an open one."""
    return sorted(path for kind in ("csv", "xlsx") for path in folder.glob(f"*.{kind}") if not path.name.startswith("~$"))


def sheets_hash(contents: dict[str, bytes]) -> str:
    """One hash of the sheets of a folder, name -> content, so that no change of any of them goes unnoticed."""
    parts = [f"{name} {hashlib.sha256(content).hexdigest()}" for name, content in sorted(contents.items())]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def json_of(path: Path) -> dict[str, Any]:
    """What a JSON file of ours says; nothing where there is none, or a damaged one."""
    try:
        told = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def shown(text: str) -> str:
    """The last part of a path: what stands before it tells about somebody's computer."""
    return PureWindowsPath(text.replace("\0", "?")).name
