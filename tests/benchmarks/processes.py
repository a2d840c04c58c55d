"""What a command costs: wall time, CPU time of all processes it started, peak memory of the largest."""

from __future__ import annotations

import ctypes
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

BECOME_SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER of Linux's prctl: processes whose parent has gone become ours, and so does their CPU time

PATIENCE = 30  # seconds for what outlives a command


@dataclass(frozen=True)
class Cost:
    """Of one command: seconds of wall and of CPU, peak memory of its largest process in GiB."""

    wall: float
    cpu: float
    peak: float = 0.0


def cost(command: list[str], folder: Path) -> Cost:
    """Run a command to its end, and that of all that it started; on Linux also of what outlives it for a moment, as fork servers do.

    Raises:
        subprocess.CalledProcessError: it failed; what it printed is shown.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(BECOME_SUBREAPER, 1)
    with tempfile.TemporaryFile() as said:
        started = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, stdout=said, stderr=said)
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            print(said.read().decode(errors="replace")[-3000:])
            raise subprocess.CalledProcessError(process.returncode, command)
    spent = [used, *_outlived()]
    return Cost(wall, sum(s.ru_utime + s.ru_stime for s in spent), max(s.ru_maxrss for s in spent) / 2**20)


def _outlived() -> list[resource.struct_rusage]:
    """What processes used that outlived the command: they have to end, or it would not be counted."""
    used, end = [], time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            pid, _, spent = os.wait4(-1, os.WNOHANG)
        except ChildProcessError:
            return used
        if pid:
            used.append(spent)
        else:
            time.sleep(0.01)
    raise TimeoutError("Processes of the command are still running.")
