"""Files read in a process of their own: some damaged ones bring a library down, and Python with it."""

from __future__ import annotations

import pickle
import subprocess
import sys
from typing import Any


def read_apart(program: list[str], data: bytes) -> Any:
    """What a program of Python, which takes bytes and gives a pickle, makes of a file.

    Args:
        program: as on the command line: a file, or `-c` and the text.

    Raises:
        ValueError: the program could not read the file.
    """
    done = subprocess.run([sys.executable, *program], input=data, capture_output=True, check=False)
    if done.returncode:
        raise ValueError("the library could not read the file")
    return pickle.loads(done.stdout)
