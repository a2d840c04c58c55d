"""The code cells of the notebooks without Jupyter: no kernel, no display, no page. What is left is the work itself.

python -m tests.benchmarks.bare_cells PROJECT: countries in two processes, then the consolidation, as `bwise run --jobs 2` has them.
python -m tests.benchmarks.bare_cells PROJECT AT (or consolidation): CPU seconds of its cells, once all is imported.
"""

from __future__ import annotations

import contextlib
import gc
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from importlib import import_module
from pathlib import Path

import nbformat

from bwise.kernels import LIBRARIES
from bwise.settings import find_project


def run_cells(root: Path, name: str, country: str = "") -> None:
    """Execute the cells in this process; a country takes the place of the one in the parameters cell."""
    os.chdir(root)
    names = {"display": lambda *_: None}
    for cell in nbformat.read(root / "notebooks" / f"{name}.ipynb", as_version=4).cells:
        if cell.cell_type == "code":
            exec(compile(cell.source, name, "exec"), names)
            if "parameters" in cell.metadata.get("tags", ()) and country:
                names["country"] = country


def seconds(root: Path, name: str) -> float:
    """CPU seconds of the cells of a country or of the consolidation, in a process like a warm kernel, once all is imported."""
    for library in (*LIBRARIES, "bwise.publication"):
        import_module(library)
    gc.freeze()
    started = time.process_time()
    run_cells(root, *(("consolidation",) if name == "consolidation" else ("country", name)))
    return time.process_time() - started


def main() -> None:
    project = find_project(sys.argv[1])
    if len(sys.argv) > 2:
        with contextlib.redirect_stdout(sys.stderr):
            taken = seconds(project.root, sys.argv[2])
        print(taken)
        return
    with ProcessPoolExecutor(2) as pool:
        list(pool.map(run_cells, *zip(*[(project.root, "country", c) for c in project.countries()], strict=True)))
    run_cells(project.root, "consolidation")


if __name__ == "__main__":
    main()
