"""Demonstration exports for `raw/demo/`: synthetic, with known truth, in the layouts of real tools.

`simulation` makes the respondents of the survey, `focus_groups` the returns of the national focus groups, `layouts` the files.
"""

from pathlib import Path

from bwise.demo.layouts import export
from bwise.demo.simulation import PARTNERS, SEED, Respondent, simulate
from bwise.questionnaire import Questionnaire

__all__ = ["PARTNERS", "SEED", "Respondent", "exports", "simulate"]


def exports(questionnaire: Questionnaire, seed: int = SEED) -> dict[Path, bytes]:
    """Path below `raw/demo/` -> content, for every partner's export of the survey."""
    people = simulate(questionnaire, seed)
    return {
        Path(partner.country) / partner.file: export(partner.layout, [p for p in people if p.partner == partner], questionnaire)
        for partner in PARTNERS
    }
