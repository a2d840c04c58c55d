"""Everything a country sends, read: the survey, and what the focus group returned where there was one."""

from __future__ import annotations

from typing import NamedTuple

from bwise.matching.recognition import DeliveryRead, read_deliveries
from bwise.problems import ProblemsFound
from bwise.questionnaire import Questionnaire, load_questionnaire
from bwise.settings import CountrySettings, Project


class Part(NamedTuple):
    """One part of what a country sends (`CountrySettings.part`), with the questionnaire it answers."""

    settings: CountrySettings
    questionnaire: Questionnaire
    deliveries: list[DeliveryRead]


def read_parts(project: Project, settings: CountrySettings) -> list[Part]:
    """Survey and focus group of a country; the problems of both are told together.

    Raises:
        ProblemsFound: with every problem of every delivery (`read_deliveries`).
    """
    parts, failed = [], []
    for each in settings.parts():
        questionnaire = load_questionnaire(project.params / "questionnaires" / each.questionnaire)
        try:
            parts.append(Part(each, questionnaire, read_deliveries(project, each, questionnaire)))
        except ProblemsFound as found:
            failed.append(found)
    if failed:
        raise ProblemsFound(failed[0].heading, [problem for found in failed for problem in found.problems])
    return parts
