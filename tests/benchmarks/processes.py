"""What a command costs: wall time, CPU time of all processes it started, peak memory of the largest."""

from __future__ import annotations

import ctypes
import os
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

BECOME_SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER of Linux's prctl: processes whose parent has gone become ours, and so does their CPU time

PATIENCE = 30  # seconds for what outlives a command


@dataclass(frozen=True)
class Cost:
    """Of one command: seconds of wall and of CPU."""

    wall: float
    cpu: float


def cost(command: list[str], folder: Path) -> Cost:
    """Run a command to its end, and that of all that it started; on Linux also of what outlives it for a moment, as fork servers do.

    Raises:
        subprocess.CalledProcessError: it failed; what it printed is shown.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(BECOME_SUBREAPER, 1)
    before, started = _cpu(), time.perf_counter()
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    wall = time.perf_counter() - started
    if done.returncode:
        print(done.stdout[-3000:], done.stderr[-3000:])
        done.check_returncode()
    _reap()
    return Cost(wall, _cpu() - before)


def _reap() -> None:
    """What outlives the command has to end, or it would not be counted."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                time.sleep(0.01)
        except ChildProcessError:
            return
    raise TimeoutError("Processes of the command are still running.")


def _cpu() -> float:
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime
