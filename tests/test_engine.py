from contextlib import nullcontext

import nbformat
import papermill
import pytest
from nbclient.exceptions import DeadKernelError
from nbformat.v4 import new_code_cell, new_notebook

from bwise.engine import SAVED_AT_THE_END
from bwise.kernels import WarmKernelManager


def executed(folder, engine, *sources, stopped=None):
    """The notebook of these cells as papermill wrote it, however it ended."""
    notebook, out = folder / "cells.ipynb", folder / "executed.ipynb"
    kernel = {"name": "python3", "display_name": "", "language": "python"}
    nbformat.write(new_notebook(cells=[new_code_cell(source) for source in sources], metadata={"kernelspec": kernel}), notebook)
    with stopped or nullcontext():
        papermill.execute_notebook(notebook, out, engine_name=engine, kernel_manager_class=WarmKernelManager, progress_bar=False)
    return nbformat.read(out, as_version=4)


def seen(notebook):
    """What the cells hold, and how each ended, without times and chance ids."""
    return [(cell.source, cell.get("outputs"), cell.metadata.get("papermill", {}).get("status")) for cell in notebook.cells]


@pytest.mark.parametrize(
    ("last", "ended"),
    [("print(6 * 7)", nullcontext()), ("raise ValueError('here it stops')", pytest.raises(papermill.PapermillExecutionError))],
)
def test_a_notebook_saved_at_its_end_is_what_papermill_saves(last, ended, tmp_path):
    ours, theirs = (executed(tmp_path, engine, "1 + 1", last, stopped=ended) for engine in (SAVED_AT_THE_END, None))
    assert seen(ours) == seen(theirs)
    assert ours.cells[-1].outputs


def test_what_was_done_before_the_kernel_died_is_saved(tmp_path):
    died = pytest.raises(DeadKernelError)
    notebook = executed(tmp_path, SAVED_AT_THE_END, "print('before')", "import os; os.abort()", stopped=died)
    assert [cell.outputs[0].text for cell in notebook.cells if cell.outputs] == ["before\n"]


def test_a_notebook_is_not_written_for_every_cell(tmp_path, monkeypatch):
    written, write = [], papermill.engines.write_ipynb
    monkeypatch.setattr("papermill.engines.write_ipynb", lambda notebook, path: written.append(path) or write(notebook, path))
    executed(tmp_path, SAVED_AT_THE_END, *["1 + 1"] * 10)
    assert len(written) == 2, "when it begins and when it ends"
