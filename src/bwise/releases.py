"""`bwise release NAME`: what was published is frozen, and what is published later is protected together with it (`bwise.remembered`)."""

from __future__ import annotations

import re
import shutil
from datetime import date

from bwise import staleness
from bwise.hashes import program, sha256
from bwise.ledger import wises_of
from bwise.pooling import Pool, load_focus_groups, load_pool
from bwise.problems import Problem, stop
from bwise.remembered import CELLS, MANIFEST, PEOPLE, folder_of, key_mark, private_folder, remember
from bwise.settings import PUBLISHED, RELEASES, Project
from bwise.staleness import CONSOLIDATION
from bwise.storage import write_json
from bwise.tables import Published, european_tables
from bwise.workflow import template

NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,40}", re.ASCII)
NOTHING = "Nothing was released."


def release(project: Project, name: str, on: date) -> dict:
    """Freeze `reports/` as it is: `releases/<name>/` with the figures, `processed/releases/<name>/` with who counted in them.

    Returns:
        The manifest: name, date, program, what of it lies where with its hash. Names of files that partners sent are not in it.

    Raises:
        ProblemsFound: the name cannot be used or is taken; `reports/` is not what the last run wrote, or that is not today's.
    """
    public, private = folder_of(project, name), private_folder(project, name)
    if not NAME.fullmatch(name):
        stop(NOTHING, Problem(f"`{name}` is no name of a folder", remedy="use letters, digits, `.`, `-` and `_`, such as 2022-11"))
    if public.exists() or private.exists():
        stop(NOTHING, Problem(f"there is a release {name} already", f"{RELEASES}/{name}/", "it was published", "choose another name"))
    if why := staleness.why_stale(project, CONSOLIDATION, template(project, CONSOLIDATION)):
        stop(NOTHING, Problem(f"reports/ is not what a run of today would write: {why}", remedy="bwise run, look at it, then release it"))
    pool = load_pool(project)
    return freeze(name, on, european_tables(pool, load_focus_groups(project)), pool)


def freeze(name: str, on: date, tables: Published, pool: Pool) -> dict:
    """What `release` does with tables that stand in `reports/` as they are."""
    project = pool.project
    public, private = folder_of(project, name), private_folder(project, name)
    beside = public.with_name(f".{name}.part")
    shutil.rmtree(beside, ignore_errors=True)  # of a process that was killed
    shutil.copytree(project.reports / "tables", beside / "tables")
    shutil.copy(project.reports / PUBLISHED, beside)
    remember(private, pool, wises_of(pool), tables.ledger.remembered())
    manifest = {
        "release": name,
        "date": on.isoformat(),
        "program": program(),
        "figures": {path.relative_to(beside).as_posix(): sha256(path) for path in sorted(beside.rglob("*.*")) if path.is_file()},
        "private": {file: sha256(private / file) for file in (PEOPLE, CELLS)},
        "key": key_mark(project, name),
    }
    write_json(beside / MANIFEST, manifest)
    beside.replace(public)
    return manifest
