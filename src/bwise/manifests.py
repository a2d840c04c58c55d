"""What the manifest of a record says, for all who tell it: notebook, runner, overview. Light to import."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


def still_open(manifests: Iterable[dict[str, Any]]) -> tuple[int, int]:
    """Columns that belong to no question yet, and answers that could not be read, of these parts of what a country sent."""
    deliveries = [delivery for manifest in manifests for delivery in manifest["deliveries"]]
    columns = sum(d["columns"] - d["columns_matched"] for d in deliveries)
    return columns, sum(d["unreadable_answers"] for d in deliveries)


def all_left_out(of_survey: dict[str, str], of_focus_groups: dict[str, str]) -> dict[str, str]:
    """Country, or its focus group, -> why it is not in the European tables; given by country, for each of the two."""
    return of_survey | {f"focus group of {country}": why for country, why in of_focus_groups.items()}
