"""Proofs of the records of many countries, several at a time, each process with the libraries loaded once. Light to import."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing import get_all_start_methods, get_context
from multiprocessing.context import BaseContext

from bwise.problems import Problem, ProblemsFound
from bwise.settings import Project, load_country


@dataclass(frozen=True)
class Proved:
    """What came of one record: `name` of country and part, how many rows and cells were recomputed, and what does not hold."""

    name: str
    rows: int = 0
    cells: int = 0
    problems: tuple[Problem, ...] = ()


def prove(project: Project, countries: list[str], jobs: int) -> Iterator[Proved]:
    """Prove each part of each country, in their order, `jobs` countries at a time.

    Raises:
        ProblemsFound: the params of a country cannot be read.
    """
    of_country = partial(_of_country, project)
    if min(jobs, len(countries)) <= 1:
        for country in countries:
            yield from of_country(country)
        return
    with ProcessPoolExecutor(min(jobs, len(countries)), mp_context=_context()) as executor:
        for found in executor.map(of_country, countries):
            yield from found


def _context() -> BaseContext:
    """Processes that share what one has imported, where there are such."""
    if "forkserver" not in get_all_start_methods():
        return get_context("spawn")
    context = get_context("forkserver")
    context.set_forkserver_preload(["bwise.verification"])
    return context


def _of_country(project: Project, country: str) -> list[Proved]:
    from bwise.verification import verify

    found = []
    for settings in load_country(project, country).parts():
        name = f"{settings.country} {settings.part.replace('_', ' ')}".strip()
        try:
            left = verify(project, settings)["left"]
        except ProblemsFound as problems:
            found.append(Proved(name, problems=tuple(replace(p, where=f"{name}: {p.where}") for p in problems.problems)))
        else:
            found.append(Proved(name, int(left.iloc[0]), int(left.iloc[-1])))
    return found
