"""The code cells of the notebooks without Jupyter: no kernel, no display, no page. What is left is the work itself.

python -m tests.benchmarks.bare_cells PROJECT: countries in two processes, then the consolidation, as `bwise run --jobs 2` has them.
"""

from __future__ import annotations

import os
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import nbformat

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


def main() -> None:
    project = find_project(sys.argv[1])
    with ProcessPoolExecutor(2) as pool:
        list(pool.map(run_cells, *zip(*[(project.root, "country", c) for c in project.countries()], strict=True)))
    run_cells(project.root, "consolidation")


if __name__ == "__main__":
    main()
