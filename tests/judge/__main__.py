"""Every mutation on every delivery: `python -m tests.judge [seed]`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.judge.files import DELIVERIES, sheet
from tests.judge.mutations import EVERY, KEEP, mutant
from tests.judge.verdicts import WRONG, judged, project_in, tally


def main(seed: int) -> None:
    table = Table("meaning", "mutation", "tried", "same", "asked", "refused", "wrong")
    everything, wrong = [], []
    with tempfile.TemporaryDirectory() as folder:
        project = project_in(Path(folder))
        for kind in EVERY:
            changed = {name: m for name, partner in DELIVERIES.items() if (m := mutant(kind, sheet(partner), seed))}
            verdicts = {name: judged(kind, m, project) for name, m in changed.items()}
            everything += verdicts.values()
            wrong += [f"{kind}, {name}: {v.why}" for name, v in verdicts.items() if v.outcome == WRONG]
            print(kind, *(f"{outcome} {count}" for outcome, count in tally(list(verdicts.values())).items()), flush=True)
            table.add_row("kept" if kind in KEEP else "destroyed", kind.replace("_", " "), *map(str, tally(list(verdicts.values()))))
    table.add_section()
    table.add_row("", "all", *map(str, tally(everything)))
    Console(width=120).print(table)
    print(*wrong, sep="\n")
    raise SystemExit(bool(wrong))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
