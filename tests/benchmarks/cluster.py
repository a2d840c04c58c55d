"""Countries of the demonstration on one worker of a Dask cluster and on two, all on this machine: `make benchmark`.

python -m tests.benchmarks.cluster [TURNS]
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from bwise.settings import Project
from bwise.workflow import update
from tests.benchmarks.demonstration import copied
from tests.benchmarks.ratios import Ratio, shown

TURNS = 3
QUIET = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


def run_on(project: Project, number: int) -> float:
    """Seconds that all countries take on so many workers of one thread, which are there before the clock runs."""
    from distributed import Client

    with ExitStack() as stack:
        told = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "scheduler.json"

        def start(what: str, *words: str) -> None:
            command = [sys.executable, "-m", f"distributed.cli.dask_{what}", "--host", "127.0.0.1", "--no-dashboard", *words]
            stack.callback(subprocess.Popen(command, **QUIET).kill)

        start("scheduler", "--port", "0", "--scheduler-file", str(told))
        while not (told.is_file() and told.stat().st_size):
            time.sleep(0.1)
        for _ in range(number):
            start("worker", "--scheduler-file", str(told), "--no-nanny", "--nthreads", "1")
        with Client(scheduler_file=str(told), set_as_default=False) as client:
            client.wait_for_workers(number, timeout=60)
            started = time.perf_counter()
            outcomes = list(update(project, project.countries(), force=True, consolidate=False, scheduler=client.scheduler.address))
            taken = time.perf_counter() - started
    assert all(o.ok for o in outcomes)
    return taken


def measure(turns: int = TURNS) -> list[Ratio]:
    seconds: dict[int, list[float]] = {1: [], 2: []}
    with tempfile.TemporaryDirectory() as folder:
        project = copied(Path(folder) / "project")
        for _ in range(turns):
            for number, found in seconds.items():
                found.append(run_on(project, number))
                print(f"{number} Dask workers: {found[-1]:.1f} s", flush=True)
    one, two = (statistics.median(found) for found in seconds.values())
    return [Ratio("all countries on two Dask workers / on one", two / one, 1 / 1.6)]


if __name__ == "__main__":
    print(shown(measure(int(sys.argv[1]) if len(sys.argv) > 1 else TURNS)))
