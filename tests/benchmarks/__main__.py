"""All benchmarks in one run, and the small table of the README: `make benchmark`. An hour on two cores; each can be run by itself."""

from __future__ import annotations

from importlib.util import find_spec

from tests.benchmarks import cluster, commands, demonstration, ledger, loss, matching, record, scale
from tests.benchmarks.ratios import shown, write


def main() -> None:
    found = demonstration.measure() + demonstration.by_hand() + demonstration.cells_alone() + commands.measure()
    found += scale.measure(100_000, "pandas")
    if find_spec("polars"):
        found += scale.measure(1_000_000, "polars") + scale.growth(10_000, 1_000_000)
    else:
        print("polars is not installed (the dependency group `benchmark`): nothing is compared with it.")
    found += ledger.measure() + cluster.measure()
    for each in (matching, record, loss):
        each.main()
    print(shown(found))
    write(found)


if __name__ == "__main__":
    main()
