"""How long an analyst waits for a command, in a project in which all has been run: `make benchmark`.

python -m tests.benchmarks.commands [TURNS]
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from pathlib import Path

from bwise.settings import Project
from tests.benchmarks.demonstration import ROOT, bwise_run, copied
from tests.benchmarks.processes import cost
from tests.benchmarks.ratios import Ratio, shown

TURNS = 5
COUNTRY = "AT"
UNCHANGED = ", nothing changed"
COMMANDS = {  # words of the command -> seconds it may take
    "run": 1.0,
    f"check {COUNTRY}": 2.0,
    f"trace models {COUNTRY} training": 2.0,
    "--help": 0.5,
}


def seconds(project: Project, *words: str) -> float:
    command = [sys.executable, "-m", "bwise.cli", *words]
    return cost(command if words == ("--help",) else [*command, "--project", str(project.root)], ROOT).wall


def one_changed(project: Project, turn: int) -> float:
    """One more remark in the params of a country: it and the consolidation have to be run again."""
    with (project.params / f"{COUNTRY}.yaml").open("a", encoding="utf-8") as params:
        params.write(f"# turn {turn}\n")
    return seconds(project, "run", "--jobs", "2")


def measure(turns: int = TURNS) -> list[Ratio]:
    taken: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        project = copied(Path(folder) / "project")
        for turn in range(turns):
            now = {"full run": bwise_run(project).wall, "one country changed": one_changed(project, turn)}
            now |= {words: seconds(project, *words.split()) for words in ("verify", *COMMANDS)}
            print(", ".join(f"{what} {wall:.2f} s" for what, wall in now.items()), flush=True)
            for what, wall in now.items():
                taken.setdefault(what, []).append(wall)
    found = {what: statistics.median(walls) for what, walls in taken.items()}
    return [
        Ratio("one country changed / full run", found["one country changed"] / found["full run"], 1 / 5),
        Ratio("`bwise verify` / full run", found["verify"] / found["full run"], 1 / 3),
        *(Ratio(f"`bwise {words}`{UNCHANGED * (words == 'run')}", found[words], bar, " s") for words, bar in COMMANDS.items()),
    ]


if __name__ == "__main__":
    print(shown(measure(int(sys.argv[1]) if len(sys.argv) > 1 else TURNS)))
