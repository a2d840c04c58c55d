"""The demonstration's records written as real tools and people write them, with the dirt that real files carry.

One module per tool, like the readers in `bwise.exports`. Each has `LAYOUTS`: name -> function of writer and people that
gives the bytes of a file. `writer` makes labels, codes and cells; `files` makes CSV and XLSX.
"""

from __future__ import annotations

from bwise.demo.layouts import (
    eusurvey,
    google_forms,
    indico,
    kobo,
    limesurvey,
    microsoft_forms,
    odk,
    plain,
    qualtrics,
    redcap,
    spss,
    surveymonkey,
    typeform,
)
from bwise.demo.layouts.writer import Writer
from bwise.demo.simulation import Respondent
from bwise.questionnaire import Questionnaire

TOOLS = (limesurvey, eusurvey, kobo, odk, redcap, google_forms, microsoft_forms, qualtrics, surveymonkey, spss, indico, typeform, plain)
LAYOUTS = {name: layout for tool in TOOLS for name, layout in tool.LAYOUTS.items()}


def export(layout: str, people: list[Respondent], questionnaire: Questionnaire) -> bytes:
    """The file that a partner would send, as bytes.

    Args:
        layout: a key of `LAYOUTS`. people: records of one partner, in their order.
    """
    return LAYOUTS[layout](Writer(questionnaire, people[0].partner.language), people)
