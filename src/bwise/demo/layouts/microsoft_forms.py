"""Microsoft Forms: its XLSX, and the CSV somebody saved from it."""

from __future__ import annotations

from bwise.demo.layouts.files import excel_csv, xlsx_bytes
from bwise.demo.layouts.writer import Cell, Table, Writer, joined_cell, names_of, rows_of, when
from bwise.demo.simulation import CANARIES, Respondent

FORMS_HEADINGS = {
    "en": ("ID", "Start time", "Completion time", "Email", "Name"),
    "it": ("ID", "Ora di inizio", "Ora di completamento", "Posta elettronica", "Nome"),
    "ro": ("ID", "Ora începerii", "Ora finalizării", "E-mail", "Nume"),
    "el": ("ID", "Ώρα έναρξης", "Ώρα ολοκλήρωσης", "Email", "Όνομα"),
    "de": ("ID", "Startzeit", "Fertigstellungszeit", "E-Mail", "Name"),
    "nl": ("ID", "Begintijd", "Tijd van voltooien", "E-mail", "Naam"),
    "fr": ("ID", "Heure de début", "Heure de fin", "Adresse de messagerie", "Nom"),
    "pl": ("ID", "Godzina rozpoczęcia", "Godzina ukończenia", "Adres e-mail", "Nazwa"),
    "es": ("ID", "Hora de inicio", "Hora de finalización", "Correo electrónico", "Nombre"),
}


def microsoft_forms(writer: Writer) -> Table:
    names = FORMS_HEADINGS.get(writer.language, FORMS_HEADINGS["en"])
    cells: list[Cell] = [
        lambda n, p: str(n + 1),
        lambda n, p: when(n),
        lambda n, p: when(n, 24),
        lambda n, p: CANARIES["mail"],
        lambda n, p: CANARIES["name"],
    ]
    columns: Table = list(zip(names, cells, strict=True))
    for q in writer.questions(without_other_texts=True):
        heading = (
            f"{writer.battery(q)}.{writer.label(q)}"
            if q.battery and q.kind == "select_one"
            else f"{writer.battery(q)} {writer.label(q)}".strip()
        )
        columns.append((heading, joined_cell(writer, q, "", closing=";", other_in_cell=True)))
    return columns


def _workbook(writer: Writer, people: list[Respondent]) -> bytes:
    table = microsoft_forms(writer)
    return xlsx_bytes(names_of(table), rows_of(table, people), "Sheet1")


def _resaved(writer: Writer, people: list[Respondent]) -> bytes:
    table = microsoft_forms(writer)
    return excel_csv(names_of(table), rows_of(table, people), writer.language)


LAYOUTS = {"microsoft_forms": _workbook, "microsoft_forms_resaved": _resaved}
