"""The page that goes with the workbook: the same questions, to be read."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from bwise.feedback.asks import Dossier
from bwise.feedback.sheet import demonstration, feedback_folder, file_name, named, possible, summary
from bwise.pages import page_template
from bwise.settings import Project
from bwise.storage import write_text

SECTIONS = {"heading": "section_columns", "unreadable": "section_answers", "excluded": "section_records"}  # all others are doubts
OPTIONS_SHOWN = 6


def write_page(project: Project, dossier: Dossier) -> Path:
    """`processed/<CC>/feedback/<delivery>.html`, one page that stands alone, readable by screen readers."""
    sections = groupby(dossier.asks, key=lambda ask: SECTIONS.get(ask.about, "section_doubts"))
    text = page_template("feedback.html.j2").render(
        say=dossier.say,
        title=dossier.country.questionnaire.title,
        country=dossier.country.settings.country,
        name=dossier.name,
        demonstration=demonstration(dossier),
        summary=summary(dossier),
        sections=[(name, list(asks)) for name, asks in sections],
        named=lambda ask: named(ask, dossier),
        possible=lambda ask: possible(ask, dossier),
        workbook=file_name(dossier, "xlsx"),
        shown=OPTIONS_SHOWN,
    )
    path = feedback_folder(project, dossier) / file_name(dossier, "html")
    write_text(path, text)
    return path
