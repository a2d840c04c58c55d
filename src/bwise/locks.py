"""Who runs what: one lock for each country and one for the consolidation, so that no two runs write the same files.

The lock itself is one of the operating system (`filelock`), which lets go of it when its process ends, however that ends: no lock
is left by a killed run or by a computer that was switched off. A file beside it says who holds it.
"""

from __future__ import annotations

import getpass
import os
import platform
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from bwise.paths import json_of
from bwise.problems import Problem, ProblemsFound
from bwise.settings import Project
from bwise.storage import told_plainly, write_json

RUNNER = "BWISE_RUNNER"  # in the environment of kernels: the process that runs their notebook
FOLDER = ".locks"  # in the project folder; empty but for the names of the locks while nothing runs


@contextmanager
def held(project: Project, names: list[str], wait: bool | None = None) -> Iterator[bool]:
    """Hold the locks of these countries, or of the consolidation, and let go of them at the end; gives whether another run was waited for.
    Kernels that are started meanwhile know this process as the one they write for.

    Args:
        wait: for another run to end; None where nobody can say so, for want of an option `--wait`.

    Raises:
        ProblemsFound: another run holds one of them, and nobody wants to `wait`; names who, where, and since when.
    """
    os.environ[RUNNER] = str(os.getpid())
    with ExitStack() as locks:
        waited = [locks.enter_context(_held(project, name, wait)) for name in names]
        yield any(waited)


@contextmanager
def writing(project: Project, name: str) -> Iterator[None]:
    """Hold the lock of a country, or of the consolidation, while a step of a notebook, or a command that changes params, writes its files:
    no run is going on around it then.

    Raises:
        ProblemsFound: a run is at work on it that this notebook is no part of.
    """
    holder = json_of(project.root / FOLDER / f"{name}.json")
    if (str(holder.get("process")), holder.get("on")) == (os.environ.get(RUNNER), platform.node()):
        yield
        return
    with held(project, [name]):
        yield


@contextmanager
def _held(project: Project, name: str, wait: bool | None) -> Iterator[bool]:
    folder = project.root / FOLDER
    with told_plainly(folder / name):
        folder.mkdir(exist_ok=True)
    holder, lock = folder / f"{name}.json", FileLock(folder / f"{name}.lock")
    waited = False
    with told_plainly(folder / name):
        try:
            lock.acquire(timeout=0)
        except Timeout:
            if not wait:
                raise ProblemsFound(f"{name} is being run already. Nothing was changed.", [_by(holder, wait)]) from None
            waited = True
            lock.acquire()
    try:
        write_json(holder, {"by": _user(), "on": platform.node(), "process": os.getpid(), "since": f"{datetime.now():%Y-%m-%d %H:%M}"})
        yield waited
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def _by(holder: Path, wait: bool | None) -> Problem:
    """Who runs, as far as that run has said so."""
    remedy = "wait until that run has ended, then try again" + (", or give --wait" if wait is not None else "")
    told = json_of(holder)
    if not {"by", "on", "since", "process"} <= set(told):
        return Problem("by another run, which has just begun", remedy=remedy)
    return Problem(f"by {told['by']} on {told['on']} since {told['since']} (process {told['process']})", remedy=remedy)


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # nobody has a name in some containers
        return "somebody"
