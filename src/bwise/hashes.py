"""What a run depends on, as hashes: files of the project, and the program itself. Light to import: it is asked before any run."""

from __future__ import annotations

import hashlib
import subprocess
from functools import lru_cache
from pathlib import Path
from typing import Any

from bwise import __version__
from bwise.paths import leads_out, sheets_hash, sheets_in
from bwise.settings import Project, corrections_file


def sha256(path: Path) -> str:
    """Hash of a file, or of the sheets of a questionnaire's folder by name."""
    if path.is_dir():
        return sheets_hash({p.name: p.read_bytes() for p in sheets_in(path)})
    return hashlib.sha256(path.read_bytes()).hexdigest()


@lru_cache(maxsize=1)
def program() -> str:
    """Version and hash of the package's own source: answers cleaned by another program are not current."""
    sources = sorted(Path(__file__).parent.rglob("*.py"))
    return f"{__version__}-{hashlib.sha256(b''.join(p.read_bytes() for p in sources)).hexdigest()[:12]}"


@lru_cache(maxsize=1)
def commit() -> str:
    """Commit of the checkout that the package's source is part of, `-dirty` where tracked files differ from it; "" elsewhere."""
    here = Path(__file__)
    found = ""
    for words in (["ls-files", "--error-unmatch", here.name], ["describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]):
        try:
            done = subprocess.run(["git", *words], cwd=here.parent, capture_output=True, text=True, timeout=30)
        except (OSError, subprocess.TimeoutExpired):
            return ""
        if done.returncode:
            return ""
        found = done.stdout.strip()
    return found


def inputs(project: Project, country: str, questionnaire: str, files: list[Path], part: str = "") -> dict[str, str]:
    """Path in the project -> sha256, of everything a country run depends on; corrections only where there are any."""
    params = [project.params / f"{country}.yaml", project.root / corrections_file(country, part)]
    paths = [*params, project.params / "questionnaires" / questionnaire, *(project.root / f for f in files)]
    return {project.shown(p): sha256(p) for p in paths if p.exists() and not leads_out(project.root, p)}


def changed_inputs(project: Project, country: str, manifest: dict[str, Any], part: str = "") -> list[str]:
    """Inputs of a country run that are no longer what its manifest says, one that came or went since too."""
    then = manifest["inputs"]
    now = inputs(project, country, manifest["questionnaire"], [Path(f) for f in then if not f.startswith("params/")], part)
    return sorted(f for f in {*then, *now} if then.get(f) != now.get(f))
