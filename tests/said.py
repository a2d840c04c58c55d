"""What `bwise` answers on the command line, for tests. Light to import: each command that is forked does it anew."""

import os
import subprocess
import sys
import tempfile
from multiprocessing import get_context
from pathlib import Path

from bwise.kernels import LIBRARIES, can_fork

ENVIRONMENT = {"PYTHONUTF8": "1", "COLUMNS": "160", "NO_COLOR": "1"}


class Said:
    """What `bwise` answered: exit code, standard output, standard error; `root` is the project it was called for.

    A process of its own for each command: a fresh Python for runs, which start others, and where nothing can be forked; else one forked
    from a server that has the libraries, as kernels are.
    """

    def __init__(self, root, *words, cwd=None):
        words, cwd = list(map(str, words)), str(cwd or root)
        ask = _forked if can_fork() and words[0] != "run" else _started
        self.root, (self.code, out, err) = root, ask(words, cwd)
        self.out, self.err = out.decode("utf-8"), err.decode("utf-8")

    def well(self):
        return (self.code, self.err) == (0, "")

    def refused(self, *words):
        """A plain message on standard error, nothing on standard output, exit code 1."""
        assert (self.code, self.out) == (1, "")
        assert "Traceback" not in self.err and ".py" not in self.err
        assert [w for w in words if w not in self.err] == []


def _started(words, cwd):
    command = [sys.executable, "-m", "bwise.cli", *words]
    done = subprocess.run(command, cwd=cwd, env=os.environ | ENVIRONMENT, capture_output=True)
    return done.returncode, done.stdout, done.stderr


def _forked(words, cwd):
    context = get_context("forkserver")
    context.set_forkserver_preload(["__main__", *LIBRARIES])
    with tempfile.TemporaryDirectory() as folder:
        process = context.Process(target=_answer, args=(words, cwd, folder))
        process.start()
        process.join()
        return process.exitcode, *((Path(folder) / name).read_bytes() for name in ("stdout", "stderr"))


def _answer(words, cwd, folder):
    for number, name in ((1, "stdout"), (2, "stderr")):
        os.dup2(os.open(os.path.join(folder, name), os.O_WRONLY | os.O_CREAT), number)
        setattr(sys, name, os.fdopen(number, "w", encoding="utf-8", closefd=False))
    os.environ |= ENVIRONMENT
    os.chdir(cwd)
    sys.argv = ["bwise", *words]
    from bwise.cli import main

    main()
