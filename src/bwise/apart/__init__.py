"""Containers opened in a process of their own, with limits: some damaged or hostile ones bring a library down, and Python with it.

The neighbours of this file are the program of that process (`__main__`). It gets the bytes of one file and gives JSON, never a
pickle: what a hostile file may make of the process must not run here.
Time, output and a kill are seen to from here, on every system. Memory and CPU time are limited by the process itself, where the
system can (Linux; macOS keeps to the CPU time only, Windows to neither).
"""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date, datetime, time
from pathlib import Path
from threading import Timer
from typing import Any

PROGRAM = Path(__file__).parent
WORKBOOK, SAV = "workbook", "sav"
MEGABYTE = 1_000_000
SMALL = 5 * MEGABYTE  # bytes of a file up to which these limits hold; beyond, they grow with it
SECONDS, MEMORY, OUTPUT = 8, 512 * MEGABYTE, 100 * MEGABYTE
WAIT = 2 if sys.platform == "win32" else 10  # times the seconds of work: other programs want the processor, too
MOMENTS = {"datetime": datetime, "date": date, "time": time}


class TooMuch(ValueError):
    """To open the file takes more time or memory than any export of its size."""


def opened(kind: str, data: bytes) -> Any:
    """What the program makes of a file: `WORKBOOK` or `SAV`.

    Raises:
        TooMuch: a limit was reached, or the library went down.
        ValueError: the library cannot read the file.
    """
    times = max(1, len(data) // SMALL)
    limits = [SECONDS * times, MEMORY * times]
    program = [sys.executable, "-I", str(PROGRAM), kind, *map(str, limits)]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        watch = Timer(WAIT * SECONDS * times, process.kill)
        watch.start()
        try:
            process.stdin.write(data)
            process.stdin.close()
        except OSError:
            pass  # it went down while it read; its exit says so
        told = process.stdout.read(OUTPUT * times + 1)
        if len(told) > OUTPUT * times:
            process.kill()
        process.wait()
        watch.cancel()
    if process.returncode == 1:
        raise ValueError("the library cannot read the file")
    if process.returncode:
        raise TooMuch("opening the file takes too much time or memory")
    return json.loads(told, object_hook=_moment)


def _moment(told: dict) -> Any:
    """A moment that the program wrote as `{"datetime": "2022-05-31T12:00:00"}`."""
    kind = next(iter(told), "")
    return MOMENTS[kind].fromisoformat(told[kind]) if kind in MOMENTS and len(told) == 1 else told
