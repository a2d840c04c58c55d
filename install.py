"""Sets up all that is needed in .venv, on every system: `python3 install.py`. It needs nothing but Python, and says what it does.

The versions are those of requirements.lock, proved by their hashes. `uv` installs them, which is many times faster than pip; where uv
cannot be had, or cannot reach the packages, pip does the same.
"""

import os
import subprocess
import sys
import time
import venv
from pathlib import Path

OLDEST = (3, 11)
ROOT = Path(__file__).resolve().parent
PLACE = ROOT / ".venv"
PYTHON = PLACE / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
LOCKED = ["--require-hashes", "--no-deps", "-r"]  # the lock is complete: nothing else is looked for
PROJECT = ["--no-deps", "--no-build-isolation", "--editable", "."]


def main():
    """Four steps, each said in a line before it begins."""
    if sys.version_info < OLDEST:
        sys.exit(too_old(sys.version_info))
    started = time.time()
    step(1, "an environment for Python {}.{} in .venv, a few seconds".format(*sys.version_info))
    environment()
    step(2, "uv, the program that installs the packages, a few seconds")
    fast = pip(*LOCKED, "requirements-uv.lock")
    if not fast:
        print("      uv cannot be had here: pip installs the packages")
    step(3, "the packages of requirements.lock, " + ("half a minute" if fast else "two minutes") + " with a good connection")
    packages(fast)
    step(4, "this project, a few seconds")
    if not ((fast and uv(*PROJECT)) or pip(*PROJECT)):
        sys.exit("This project could not be installed; the reason stands above.")
    run("compileall", "-q", "src")
    (PLACE / "ready").touch()
    print(f"ready after {time.time() - started:.0f} seconds", flush=True)


def too_old(version):
    """What to do where Python is older than B-WISE needs."""
    return (
        "B-WISE needs Python {}.{} or later, and this is {}.{}. Nothing was installed.\n".format(*OLDEST, *version[:2])
        + "Install a newer Python beside it, then name it: `make report PYTHON=python3.13`; without make: `python3.13 install.py`."
    )


def environment():
    """Make .venv, or keep one that is there and is of this Python; one of another Python is made anew."""
    asked = [str(PYTHON), "-c", f"import pip, sys; sys.exit(list(sys.version_info[:2]) != {list(sys.version_info[:2])})"]
    if PYTHON.exists() and subprocess.call(asked, stderr=subprocess.DEVNULL) == 0:
        return
    try:
        venv.create(str(PLACE), clear=True, symlinks=os.name != "nt", with_pip=True)
    except (OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"The folder .venv could not be made ({type(error).__name__}). Delete it, close what uses it, then try again.")


def packages(fast):
    """Install what the lock names: with uv, and with pip where that fails."""
    if fast and uv("--compile-bytecode", *LOCKED, "requirements.lock"):
        return
    if fast:
        print("      uv did not succeed, the reason stands above: pip tries, two minutes")
    if not pip(*LOCKED, "requirements.lock"):
        sys.exit("The packages could not be installed; the reason stands above. Without it: is there a connection, is the disk full?")


def uv(*words):
    return run("uv", "pip", "install", "--quiet", "--python", str(PYTHON), *words)


def pip(*words):
    return run("pip", "install", "--quiet", "--disable-pip-version-check", *words)


def run(module, *words):
    """Run a module in the environment; whether it ended well. What it says of an error is shown."""
    return subprocess.call([str(PYTHON), "-m", module, *words], cwd=str(ROOT)) == 0


def step(number, what):
    print(f"{number} of 4  {what}", flush=True)


if __name__ == "__main__":
    main()
