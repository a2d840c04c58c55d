"""Parameters of the country notebook: taken from the cell that states them, and from nowhere else."""

from __future__ import annotations

import ast
import types
from datetime import date
from typing import Any

from bwise.problems import Problem, did_you_mean, stop
from bwise.settings import CountrySettings, Project, find_project, load_country

PLAIN = (str, int, float, bool, list, dict, tuple, types.NoneType, date)
PARAMETERS = {"project", *CountrySettings.model_fields}


def notebook_settings(names: dict[str, Any]) -> tuple[Project, CountrySettings]:
    """Project and settings from the parameters of a notebook: call it with `globals()`, below the parameters.

    Keys of the params file may be given beside `country` and `project` (papermill's `-f params/AT.yaml` gives all of them); they replace
    what the file on disk says. papermill passes a misspelt parameter on without a word, and the notebook would run the default
    country: so every parameter must be one we know. What other cells made, in this run or in one before, is no parameter.

    Raises:
        ProblemsFound: a parameter nobody knows; no cell that states the country was run; settings that cannot be used (`load_country`).
    """
    cells = names.get("In", [])  # only an empty text where the sources are not kept, as under nbval
    given = _stated(cells) if any(cells) else {name: value for name, value in names.items() if _may_be_given(name, value)}
    stop(
        "A parameter of this notebook is not known. Nothing was run.",
        *[
            Problem(
                f"`{name}` is not a parameter",
                "the notebook's parameters",
                why="the default country would be run instead of the one you meant",
                remedy=f"{did_you_mean(name, PARAMETERS)} (A variable of your own goes into a cell below the settings.)",
            )
            for name in given
            if name not in PARAMETERS
        ],
    )
    project = find_project(given.pop("project", None))
    return project, load_country(project, given.pop("country", ""), **given)


def _may_be_given(name: str, value: Any) -> bool:
    """Where there are no cells, every plain value counts, but for those of IPython."""
    return not name.startswith("_") and name not in ("In", "Out") and isinstance(value, PLAIN)


def _stated(cells: list[str]) -> dict[str, Any]:
    """What the parameters say: the cell that names the country, run last, with papermill's own cell beside it.

    Args:
        cells: the source of each cell, in the order in which they were run (IPython's `In`).
    """
    literals = [_assignments(source) for source in cells]
    with_country = [number for number, values in enumerate(literals) if "country" in values]
    if not with_country:
        what, remedy = "no cell that states `country` was run", 'run the first cell of code: country = "AT", or another code'
        stop("The notebook does not know its country. Nothing was run.", Problem(what, "the notebook's parameters", remedy=remedy))
    first = last = with_country[-1]
    while first and literals[first - 1]:
        first -= 1
    while last + 1 < len(literals) and literals[last + 1]:
        last += 1
    return {name: value for values in literals[first : last + 1] for name, value in values.items()}


def _assignments(source: str) -> dict[str, Any]:
    """Name -> value where a cell does nothing but give names to plain values, as cells of parameters do; else empty."""
    found: dict[str, Any] = {}
    try:
        for statement in ast.parse(source).body:
            match statement:
                case ast.Assign(targets=[ast.Name(name)], value=value) | ast.AnnAssign(target=ast.Name(name), value=ast.expr() as value):
                    found[name] = ast.literal_eval(value)
                case _:
                    return {}
    except (SyntaxError, ValueError):  # a command of IPython; a call or a name in place of a value
        return {}
    return found
