"""Workers on other machines: a Dask cluster as the `Executor` that runs countries. Needs the extra `bwise[cluster]`.

Every machine sees the project at the same path and has this very program; `bwise.workflow` refuses those that do not.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import CancelledError, Executor
from contextlib import contextmanager
from typing import TYPE_CHECKING

import bwise
from bwise.problems import Problem, stop

if TYPE_CHECKING:
    from distributed import Client

PATIENCE = 60
"""Seconds that the first worker is waited for: a queue may start workers later than their scheduler."""


@contextmanager
def workers(scheduler: str, patience: float = PATIENCE) -> Iterator[Executor]:
    """The workers of a Dask scheduler (`tcp://…`, `tls://…`); what was not begun is called off at the end.

    Raises:
        ProblemsFound: Dask is not installed, nobody answers at the address, no worker has come in time, or one lacks the program.
    """
    try:
        from distributed import Client
    except ImportError:
        _no_cluster(f"`--scheduler {scheduler}` needs the package `distributed`", 'pip install "bwise[cluster]"')
    try:
        client = Client(scheduler, timeout=min(patience, 10), set_as_default=False)
    except (OSError, ValueError) as error:  # nobody there; not an address
        what = "no Dask scheduler answers" if isinstance(error, OSError) else "this is no address of a Dask scheduler"
        _no_cluster(f"{what}: {scheduler}", "start one (`dask scheduler`) and give the address that it prints; see params/README.md")
    with client:
        try:
            client.wait_for_workers(1, timeout=patience)
        except TimeoutError:
            _no_cluster(f"{scheduler} has no worker", f"start one: dask worker {scheduler} --no-nanny; see params/README.md")
        if without := _without_program(client):
            what = f"{len(without)} workers do not have bwise {bwise.__version__}, {without[0]} for one"
            _no_cluster(what, "install it on every machine, then start the workers anew")
        executor = client.get_executor(pure=False)  # the same country twice is two runs
        try:
            yield executor
        finally:
            executor.shutdown(wait=False)


def _without_program(client: Client) -> list[str]:
    """Addresses of workers that would die of the first country: they lack this package, or have another release of it."""
    told = client.get_versions(packages=["bwise"])["workers"]
    return sorted(address for address, has in told.items() if has["packages"].get("bwise") != bwise.__version__)


def lost(error: Exception) -> bool:
    """Whether a country failed with the cluster: its workers died, or the scheduler is gone."""
    return isinstance(error, CancelledError) or type(error).__module__.partition(".")[0] == "distributed"


def _no_cluster(what: str, remedy: str) -> None:
    stop("The countries cannot be sent to a cluster. None was run.", Problem(what, remedy=remedy))
