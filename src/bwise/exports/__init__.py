"""Readers of what survey tools write, one small module per tool, one contract (`exports.table`).

A reader takes a grid of text and either says what each column is or declines (None). It never maps an answer and never
guesses meaning; which reading is right is decided by the questionnaire, in `bwise.matching`.
To add a tool: write a module with `NAME` and `read(grid) -> RawTable | None` and put it into `READERS`.
"""

from bwise.exports import eusurvey, google_forms, kobo, limesurvey, microsoft_forms, plain

READERS = (limesurvey, eusurvey, kobo, microsoft_forms, google_forms, plain)
