"""The questionnaire as an XLSForm workbook (https://xlsform.org/en/), for KoBoToolbox, ODK and all that reads XLSForm.

The columns and the sheet of ours go with it: these tools leave them aside, and the workbook is again a questionnaire of this project.
"""

from __future__ import annotations

import io

import pandas as pd
import xlsxwriter

from bwise.forms.form import Form
from bwise.publication import NO_FIXED_TIME
from bwise.questionnaire import SHEETS, label_columns

WIDTHS = {"type": 24, "name": 24}  # of columns, in characters; the others
WIDE = 40


def workbook(form: Form) -> bytes:
    """The sheets `survey`, `choices`, `settings` and `concepts`, in the languages of the form."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"title": form.questionnaire.title, "created": NO_FIXED_TIME.to_pydatetime()})
        heading, text = book.add_format({"bold": True}), book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
        for name in SHEETS:
            if name not in form.sheets:
                continue
            cells = _default_language(_spoken(form.sheets[name], form), form) if name == "settings" else _spoken(form.sheets[name], form)
            page = book.add_worksheet(name)
            page.freeze_panes(1, 0)
            page.write_row(0, 0, cells.columns, heading)
            for column, title in enumerate(cells.columns):
                page.set_column(column, column, WIDTHS.get(title, WIDE))
            for row, values in enumerate(cells.itertuples(index=False), 1):
                for column, value in enumerate(values):
                    if value:
                        page.write_string(row, column, value, text)
    return target.getvalue()


def _spoken(sheet: pd.DataFrame, form: Form) -> pd.DataFrame:
    """The sheet without the labels of languages that the form does not speak; the base language first."""
    columns = label_columns(sheet)
    spoken = [columns[language] for language in form.languages if language in columns]
    if not spoken:
        return sheet
    before = list(sheet.columns[: sheet.columns.get_loc(next(iter(columns.values())))])
    return sheet[[*before, *spoken, *[c for c in sheet.columns if c not in (*before, *columns.values())]]]


def _default_language(settings: pd.DataFrame, form: Form) -> pd.DataFrame:
    """XLSForm wants the default language as it stands in the headings of the labels: `Deutsch (de)`."""
    column = label_columns(form.sheets["survey"])[form.languages[0]]
    _, named, language = column.partition("::")
    return settings.assign(default_language=language) if named else settings
