"""Notebooks to work in: copies in `work/`, which git ignores, so that JupyterLab's autosave changes none of the project's own."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import nbformat

from bwise.settings import Project
from bwise.staleness import CONSOLIDATION
from bwise.workflow import template

FOLDER = "work"
COUNTRY = re.compile(r'^country = "[A-Z]{2}"', re.MULTILINE)


def working_copy(project: Project, name: str, anew: bool = False) -> tuple[Path, bool]:
    """The notebook of a country, or of the consolidation, in `work/`: without outputs, the country set.

    Args:
        name: country code, or `consolidation`.
        anew: replace a copy that is there; else that one is kept, with what somebody changed in it.

    Returns:
        The copy, and whether it was made now.
    """
    path = project.root / FOLDER / f"{name}.ipynb"
    if path.is_file() and not anew:
        return path, False
    notebook = nbformat.read(template(project, name), as_version=4)
    clear(notebook)
    for cell in notebook.cells:
        if name != CONSOLIDATION and "parameters" in cell.metadata.get("tags", ()):
            cell.source = COUNTRY.sub(f'country = "{name}"', cell.source)
    path.parent.mkdir(exist_ok=True)
    nbformat.write(notebook, path)
    return path, True


def clear(notebook: nbformat.NotebookNode) -> None:
    """Take the outputs out of a notebook."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.update(outputs=[], execution_count=None)


def open_lab(project: Project, notebook: Path) -> int:
    """JupyterLab with this notebook, until somebody stops it; its exit code."""
    return subprocess.run([sys.executable, "-m", "jupyter", "lab", str(notebook)], cwd=project.root, check=False).returncode
