"""A full run of the demonstration beside what it could be compared with, in turn, in one run: `make benchmark`.

python -m tests.benchmarks.demonstration [TURNS]: the project before it was made fast (commit 268bfbb, with its own packages), the bare
cells of the notebooks in two processes, and `papermill` called once per notebook. Medians, as ratios of wall and of CPU time.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from bwise.settings import Project
from tests.benchmarks.processes import Cost, cost
from tests.benchmarks.ratios import Ratio, shown

ROOT = Path(__file__).parents[2]
BEFORE = "268bfbb"
TURNS = 3
KINDS = {"wall": "wall", "cpu": "CPU"}
BIN = "Scripts" if os.name == "nt" else "bin"


def copied(folder: Path) -> Project:
    """The demonstration as a project of its own, not yet run."""
    for part in ("params", "raw/demo", "notebooks"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    return Project(folder)


def bwise_run(project: Project) -> Cost:
    return cost([sys.executable, "-m", "bwise.cli", "run", "--force", "--jobs", "2", "--project", str(project.root)], ROOT)


def bare_cells(project: Project) -> Cost:
    return cost([sys.executable, "-m", "tests.benchmarks.bare_cells", str(project.root)], ROOT)


def papermill_loop(project: Project) -> Cost:
    """One command per notebook, one after another, as a shell loop has them."""
    papermill = str(Path(sys.executable).with_name("papermill"))
    out = project.root / "papermill"
    out.mkdir(exist_ok=True)
    calls = [
        cost([papermill, "notebooks/country.ipynb", f"papermill/{country}.ipynb", "-p", "country", country], project.root)
        for country in project.countries()
    ]
    calls.append(cost([papermill, "notebooks/consolidation.ipynb", "papermill/consolidation.ipynb"], project.root))
    return Cost(sum(c.wall for c in calls), sum(c.cpu for c in calls))


def cells_without_figures(project: Project) -> Cost:
    """In one process, as the script by hand has it."""
    return cost([sys.executable, "-m", "tests.benchmarks.scale", "cells", str(project.root)], ROOT)


def by_hand(turns: int = 5) -> list[Ratio]:
    """Country and consolidation cells without figures beside a script by hand that knows each file (`tests.benchmarks.by_hand`)."""
    with tempfile.TemporaryDirectory() as folder:
        project = copied(Path(folder) / "project")
        layouts = Path(folder) / "layouts.json"
        cost([sys.executable, "-m", "tests.benchmarks.layouts", str(project.root), str(layouts)], ROOT)
        ours, theirs = [], []
        for _ in range(turns):
            ours.append(cells_without_figures(project))
            theirs.append(cost([sys.executable, "-m", "tests.benchmarks.by_hand", str(layouts)], ROOT))
            print(f"cells {ours[-1].cpu:.1f} CPU s, by hand {theirs[-1].cpu:.1f} CPU s", flush=True)
    return [
        Ratio(f"demonstration, cells without figures / pandas by hand, {KINDS[kind]} time", median(ours, kind) / median(theirs, kind), 4)
        for kind in ("cpu", "wall")
    ]


def cells_alone(turns: int = 5) -> list[Ratio]:
    """CPU seconds of the cells of one country and of the consolidation, without Jupyter, once all is imported."""
    with tempfile.TemporaryDirectory() as folder:
        project = copied(Path(folder) / "project")
        bwise_run(project)
        taken: dict[str, list[float]] = {"AT": [], "consolidation": []}
        for _ in range(turns):
            for name, found in taken.items():
                command = [sys.executable, "-m", "tests.benchmarks.bare_cells", str(project.root), name]
                found.append(float(subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout))
                print(f"cells of {name}: {found[-1]:.2f} CPU s", flush=True)
    bars = {"AT": 1.5, "consolidation": 8}
    return [Ratio(f"cells of {name}, CPU time after imports", statistics.median(taken[name]), bar, " s") for name, bar in bars.items()]


def median(costs: list[Cost], kind: str) -> float:
    return statistics.median(getattr(c, kind) for c in costs)


def checked_out(folder: Path) -> Path | None:
    """The project as it was, with the packages of its own lock; None where the history is not here or the packages cannot be had."""
    try:
        subprocess.run(["git", "clone", "-q", "--no-checkout", str(ROOT), str(folder)], check=True, capture_output=True)
        subprocess.run(["git", "checkout", "-q", BEFORE], cwd=folder, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        print(f"Commit {BEFORE} is not here (a zip, a shallow clone, no git): no comparison with it.")
        return None
    python = folder / ".venv" / BIN / "python"
    install = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python", str(python), "--compile-bytecode"]
    try:
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder / ".venv")], check=True)
        subprocess.run([*install, "-r", "requirements.lock"], cwd=folder, check=True)
        subprocess.run([*install, "--no-deps", "-e", "."], cwd=folder, check=True)
    except subprocess.CalledProcessError:
        print(f"The packages of commit {BEFORE} cannot be installed here: no comparison with it.")
        return None
    return folder


def run_before(folder: Path) -> Cost:
    return cost([str(folder / ".venv" / BIN / "bwise"), "run", "--jobs", "2"], folder)


def ratios(costs: dict[str, list[Cost]]) -> list[Ratio]:
    """Ours to each of the others, of the medians."""
    found = []
    for other, what, bar in (
        ("before", f"full run / full run of {BEFORE}", 1 / 8),
        ("bare cells", "full run / bare cells, two processes", 2),
        ("papermill", "full run / loop of papermill", 0.2),
    ):
        for kind in ("wall", "cpu") if other in costs else ():
            found.append(Ratio(f"{what}, {KINDS[kind]} time", median(costs["bwise run"], kind) / median(costs[other], kind), bar))
    return found


def measure(turns: int = TURNS) -> list[Ratio]:
    with tempfile.TemporaryDirectory() as folder:
        project = copied(Path(folder) / "project")
        runs: dict[str, Callable[[], Cost]] = {
            "bwise run": partial(bwise_run, project),
            "bare cells": partial(bare_cells, project),
            "papermill": partial(papermill_loop, project),
        }
        if before := checked_out(Path(folder) / "before"):
            runs["before"] = partial(run_before, before)
        costs: dict[str, list[Cost]] = {name: [] for name in runs}
        for _ in range(turns):
            for name, run in runs.items():
                costs[name].append(run())
                print(f"{name}: {costs[name][-1].wall:.1f} s, {costs[name][-1].cpu:.1f} CPU s", flush=True)
    return ratios(costs)


if __name__ == "__main__":
    print(shown(measure(int(sys.argv[1]) if len(sys.argv) > 1 else TURNS)))
