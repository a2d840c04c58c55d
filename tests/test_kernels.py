import ast
import os
import signal
import subprocess
import sys
import time
from importlib import import_module
from pathlib import Path

import nbformat
import pytest
from jupyter_client.provisioning import LocalProvisioner
from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError
from nbformat.v4 import new_code_cell, new_notebook

from bwise.kernels import LIBRARIES, WarmKernelManager, can_fork

ROOT = Path(__file__).parents[1]
forked = pytest.mark.skipif(not can_fork(), reason="kernels are not forked on this platform")
RUNNER = """
import os, papermill, sys
from bwise.kernels import WarmKernelManager

if __name__ == "__main__":
    quiet = {"progress_bar": False, "extra_arguments": ["--IPKernelApp.log_level=ERROR"]}
    papermill.execute_notebook(sys.argv[1], None, kernel_manager_class=WarmKernelManager, **quiet)
"""


def printed(tmp_path, *sources):
    """What the cells print, run one after another in one warm kernel."""
    notebook = new_notebook(cells=[new_code_cell(source) for source in sources])
    resources = {"metadata": {"path": str(tmp_path)}}
    client = NotebookClient(
        notebook, kernel_name="python3", kernel_manager_class=WarmKernelManager, resources=resources, shutdown_kernel="immediate"
    )
    client.execute()
    return ["".join(o.text for o in cell.outputs) for cell in notebook.cells]


@forked
def test_each_kernel_is_a_process_of_its_own_with_nothing_of_the_last_one(tmp_path, monkeypatch):
    monkeypatch.setenv("SAID_BY_THE_TEST", "yes")
    state = "import os, sys; print(os.getpid(), os.getcwd(), os.environ['SAID_BY_THE_TEST'], 'mine' in dir())"
    first, again = printed(tmp_path, state + "; mine = 1", state)
    second, _ = printed(tmp_path, state, "")
    pid, folder, told, seen = first.split()
    assert (folder, told, seen) == (str(tmp_path), "yes", "False")
    assert again.split()[3] == "True"
    assert second.split()[0] != pid and second.split()[3] == "False"
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid), 0)


@forked
def test_a_warm_kernel_has_the_libraries_before_its_first_cell(tmp_path):
    loaded, plotting = printed(tmp_path, "import sys; print('pandas' in sys.modules)", "print('matplotlib' in sys.modules)")
    assert (loaded.strip(), plotting.strip()) == ("True", "False")


@forked
def test_a_warm_kernel_has_the_names_of_countries_before_its_first_cell(tmp_path):
    (found,) = printed(tmp_path, "from bwise.countries import names; print(names.cache_info().currsize)")
    assert found.strip() == "1"


@forked
def test_two_kernels_do_not_draw_the_same_random_numbers(tmp_path):
    draw = "import numpy, random; print(numpy.random.random(), random.random())"
    one, two = printed(tmp_path, draw)[0].split(), printed(tmp_path, draw)[0].split()
    assert not set(one) & set(two)


@forked
def test_a_kernel_that_dies_is_told_as_dead(tmp_path):
    with pytest.raises(DeadKernelError):
        printed(tmp_path, "import os; os.abort()")


@forked
@pytest.mark.parametrize(
    "what", ["import time; time.sleep(300)", "import re; re.match('(a+)+$', 'a' * 60 + 'b')"], ids=["sleeps", "keeps the lock"]
)
def test_no_kernel_outlives_the_process_that_asked_for_it(tmp_path, what):
    """However that ends: here it is killed, and cannot tidy up."""
    told = tmp_path / "pid"
    sleeps = f"import os; open({str(told)!r}, 'w').write(str(os.getpid())); {what}"
    runner = subprocess.Popen(runner_of(tmp_path, sleeps), stderr=subprocess.DEVNULL)
    assert until(lambda: told.exists() and told.read_text(), 240), "the kernel never began"
    pid = int(told.read_text())
    runner.send_signal(signal.SIGKILL)
    runner.wait()
    assert until(lambda: not alive(pid), 120)


@forked
def test_a_warm_kernel_says_nothing_on_the_terminal(tmp_path):
    done = subprocess.run(runner_of(tmp_path, "1"), capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def runner_of(folder, source):
    """A command that runs a notebook of this one cell in a warm kernel."""
    notebook, script = folder / "cell.ipynb", folder / "runner.py"
    nbformat.write(new_notebook(cells=[new_code_cell(source)], metadata={"kernelspec": {"name": "python3", "display_name": ""}}), notebook)
    script.write_text(RUNNER)
    return [sys.executable, str(script), str(notebook)]


def until(holds, seconds):
    end = time.monotonic() + seconds
    while not (found := holds()) and time.monotonic() < end:
        time.sleep(0.1)
    return found


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("why", ["another Python", "no fork", "the server fails"])
def test_a_kernel_that_cannot_be_forked_is_started_as_always(why, tmp_path, monkeypatch):
    started = []

    async def launch_kernel(self, cmd, **options):
        started.append(cmd)
        return await ordinary(self, cmd, **options)

    ordinary = LocalProvisioner.launch_kernel
    monkeypatch.setattr(LocalProvisioner, "launch_kernel", launch_kernel)
    if why == "another Python":
        monkeypatch.setattr(WarmKernelManager, "format_kernel_cmd", lambda self, **_: ["/usr/bin/env", *ordinary_command(self)])
    elif why == "no fork":
        monkeypatch.setattr("bwise.kernels.can_fork", lambda: False)
    else:
        monkeypatch.setattr("bwise.kernels._run_kernel", os._exit)
    assert printed(tmp_path, "print(6 * 7)") == ["42\n"]
    assert len(started) == 1


def test_kernels_are_there_where_python_knows_no_fork_servers():
    """As on Windows."""
    without = "import multiprocessing.context as c; del c.ForkServerContext, c.ForkServerProcess; import bwise.kernels"
    subprocess.run([sys.executable, "-c", without], check=True)


def ordinary_command(manager):
    return [sys.executable, "-m", "ipykernel_launcher", "-f", manager.connection_file]


def test_what_is_imported_beforehand_is_what_the_country_notebook_imports():
    """Matplotlib and what draws with it excepted."""
    cells = nbformat.read(ROOT / "notebooks" / "country.ipynb", as_version=4).cells
    trees = [ast.parse(cell.source) for cell in cells if cell.cell_type == "code"]
    wanted = {node.module for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module != "bwise"}
    for name in LIBRARIES:
        import_module(name)
    assert [name for name in wanted if name not in sys.modules] == []
