"""What has to be run again, and why: a country or the consolidation is skipped while all it depends on, and all it wrote, is unchanged.

A run that ended well notes the hashes of both in `processed/<name>.run.json`. Light to import: asking takes less than a second.
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bwise.hashes import sha256
from bwise.paths import json_of, leads_out
from bwise.problems import ProblemsFound
from bwise.settings import CONSOLIDATION, KEY_FILE, MANIFEST, PUBLISHED, RECORD, RELEASES, Project, corrections_file, load_country

PUBLISHED_HALF = "its last run was stopped while it published: files in reports/ may not belong together"
READ_BY_ALL = ("tables.yaml", "nace.csv")  # in params/: which questions a country's page looks at first, and sections of sectors


def why_stale(project: Project, name: str, template: Path) -> str:
    """Why a country, or the consolidation, has to be run from this notebook; "" while its last run holds.

    Only hashes are compared: neither settings nor exports are read.
    """
    noted = json_of(_note(project, name))
    if not {"program", "template", "inputs", "results"} <= set(noted):
        return PUBLISHED_HALF if name == CONSOLIDATION and _published_half(project) else "it was not run yet, or its last run failed"
    if noted["program"] != program():
        return "the program, Python or a library is another one"
    if noted["template"] != sha256(template):
        return f"notebooks/{template.name} has changed"
    then = noted["inputs"]
    now = _hashes(project, _pooled(project) if name == CONSOLIDATION else map(project.root.joinpath, then))
    if changed := sorted(path for path in {*then, *now} if then.get(path) != now.get(path)):
        return _said(changed, "has changed", "have changed")
    changed = [path for path, digest in noted["results"].items() if _digest(project.root / path) != digest]
    return _said(changed, "is not what its last run wrote", "are not what its last run wrote") if changed else ""


def _published_half(project: Project) -> bool:
    """Whether pages stand in `reports/` without the record of what they were made of, which is written last."""
    return (project.reports / "index.html").is_file() and not (project.reports / PUBLISHED).is_file()


def _said(paths: list[str], one: str, many: str) -> str:
    return f"{paths[0]} {one}" if len(paths) == 1 else f"{paths[0]} and {len(paths) - 1} more {many}"


def begin(project: Project, name: str, template: Path) -> dict[str, Any]:
    """Forget the last run; the hashes of all that the one that begins depends on. For `note`, when it has ended well."""
    _note(project, name).unlink(missing_ok=True)
    paths = _pooled(project) if name == CONSOLIDATION else _sent(project, name)
    return {"program": program(), "template": sha256(template), "inputs": _hashes(project, paths)}


def note(project: Project, name: str, began: dict[str, Any], results: Iterable[Path]) -> None:
    """Note a run that ended well: what it depended on when it began, and the files it wrote."""
    path = _note(project, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.part")
    noted = began | {"results": _hashes(project, results)}
    beside.write_text(json.dumps(noted, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n")
    beside.replace(path)


def results(project: Project, name: str) -> list[Path]:
    """The files in `processed/` and `reports/` that a run of this name is known to have written."""
    if name == CONSOLIDATION:
        return [path for path in sorted(project.reports.rglob("*")) if path.is_file() and path.name != "README.md"]
    pages = [project.processed(name) / f"country.{kind}" for kind in ("ipynb", "html")]
    return [*_records(project, name), *filter(Path.is_file, pages)]


def _note(project: Project, name: str) -> Path:
    return project.root / "processed" / f"{name}.run.json"


def _records(project: Project, country: str) -> list[Path]:
    """The record of a country and of its parts."""
    folder = project.processed(country)
    return [path for path in sorted(folder.glob("*")) + sorted(folder.glob("*/*")) if path.name in RECORD]


def _sent(project: Project, country: str) -> list[Path]:
    """All that a country run depends on. Of settings that cannot be read it is only themselves: the run tells what is wrong."""
    paths = [project.params / f"{country}.yaml", project.root / KEY_FILE]
    try:
        parts = load_country(project, country).parts()
    except ProblemsFound:
        return paths
    paths += [project.params / name for name in READ_BY_ALL]
    for part in parts:
        paths += [project.root / corrections_file(country, part.part), project.params / "questionnaires" / part.questionnaire]
        paths += [project.root / delivery.file for delivery in part.deliveries]
    return paths


def _pooled(project: Project) -> list[Path]:
    """All that the consolidation depends on: params, earlier releases, the records of all countries, and the exports behind them."""
    paths = [path for path in sorted(project.params.rglob("*")) if path.is_file()]
    paths += sorted((project.root / RELEASES).glob("*/*.json"))
    for country in sorted(path.stem for path in project.params.glob("[A-Z][A-Z].yaml")):
        records = _records(project, country)
        for manifest in (path for path in records if path.name == MANIFEST):
            paths += [project.root / path for path in json_of(manifest).get("inputs", ())]  # none of a damaged one: pooling tells that
        paths += records
    return paths


def _hashes(project: Project, paths: Iterable[Path]) -> dict[str, str]:
    return {project.shown(path): "" if leads_out(project.root, path) else _digest(path) for path in dict.fromkeys(paths)}


def _digest(path: Path) -> str:
    """Hash of a file or of a folder of sheets; "" where there is none, so that one that comes is noticed."""
    return sha256(path) if path.exists() else ""


@lru_cache(maxsize=1)
def program() -> str:
    """Hash of the package with its templates, and the versions of Python and of what computes."""
    files = (path for path in sorted(Path(__file__).parent.rglob("*")) if path.is_file() and path.suffix != ".pyc")
    made_by = [sha256(path) for path in files] + [platform.python_version(), *map(version, ("numpy", "pandas", "pyarrow"))]
    return hashlib.sha256("\n".join(made_by).encode()).hexdigest()
