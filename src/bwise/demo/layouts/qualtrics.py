"""Qualtrics: CSV with three heading rows, in the legacy format with two, TSV (exports in the tests of ropensci/qualtRics)."""

from __future__ import annotations

import codecs
import json
from dataclasses import dataclass
from itertools import groupby

from bwise.demo.layouts.files import csv_bytes
from bwise.demo.layouts.writer import OTHER_TEXT, Cell, Writer, rows_of, when
from bwise.demo.simulation import CANARIES, Respondent
from bwise.questionnaire import Question

GERMAN = {
    "StartDate": "Anfangsdatum",
    "EndDate": "Enddatum",
    "Status": "Antworttyp",
    "IPAddress": "IP-Adresse",
    "Progress": "Aktueller Stand",
    "Duration (in seconds)": "Dauer (in Sekunden)",
    "Finished": "Beendet",
    "RecordedDate": "Erfassungsdatum",
    "ResponseId": "Antwort-ID",
    "RecipientLastName": "Nachname des Empfängers",
    "RecipientFirstName": "Vorname des Empfängers",
    "RecipientEmail": "E-Mail des Empfängers",
    "ExternalReference": "Externe Datenreferenz",
    "LocationLatitude": "Breitengrad des Standorts",
    "LocationLongitude": "Längengrad des Standorts",
    "DistributionChannel": "Verteilungskanal",
    "UserLanguage": "Benutzersprache",
}
ENGLISH = {
    "StartDate": "Start Date",
    "EndDate": "End Date",
    "Status": "Response Type",
    "IPAddress": "IP Address",
    "RecordedDate": "Recorded Date",
    "ResponseId": "Response ID",
    "RecipientLastName": "Recipient Last Name",
    "RecipientFirstName": "Recipient First Name",
    "RecipientEmail": "Recipient Email",
    "ExternalReference": "External Data Reference",
    "LocationLatitude": "Location Latitude",
    "LocationLongitude": "Location Longitude",
    "DistributionChannel": "Distribution Channel",
    "UserLanguage": "User Language",
}


@dataclass
class _Column:
    """A column with its three headings."""

    tag: str
    text: str
    id: dict[str, str]
    cell: Cell


def _date(minutes: int) -> Cell:
    return lambda n, p: f"{when(n, minutes):%Y-%m-%d %H:%M:%S}"


def _own(writer: Writer) -> list[_Column]:
    """What Qualtrics adds before the answers."""
    zone = {"timeZone": "Europe/Brussels"}
    cells: list[tuple[str, dict[str, str], Cell]] = [
        ("StartDate", {"ImportId": "startDate", **zone}, _date(0)),
        ("EndDate", {"ImportId": "endDate", **zone}, _date(24)),
        ("Status", {"ImportId": "status"}, lambda n, p: "Survey Preview" if p.fate == "test" else "IP Address"),
        ("IPAddress", {"ImportId": "ipAddress"}, lambda n, p: CANARIES["ip"]),
        ("Progress", {"ImportId": "progress"}, lambda n, p: "100" if p.submitted else "42"),
        ("Duration (in seconds)", {"ImportId": "duration"}, lambda n, p: "1440"),
        ("Finished", {"ImportId": "finished"}, lambda n, p: "True" if p.submitted else "False"),
        ("RecordedDate", {"ImportId": "recordedDate", **zone}, _date(24)),
        ("ResponseId", {"ImportId": "_recordId"}, lambda n, p: f"R_{n:015d}"),
        ("RecipientLastName", {"ImportId": "recipientLastName"}, lambda n, p: CANARIES["name"]),
        ("RecipientFirstName", {"ImportId": "recipientFirstName"}, lambda n, p: CANARIES["name"]),
        ("RecipientEmail", {"ImportId": "recipientEmail"}, lambda n, p: CANARIES["mail"]),
        ("ExternalReference", {"ImportId": "externalDataReference"}, lambda n, p: CANARIES["token"]),
        ("LocationLatitude", {"ImportId": "locationLatitude"}, lambda n, p: CANARIES["latitude"]),
        ("LocationLongitude", {"ImportId": "locationLongitude"}, lambda n, p: CANARIES["longitude"]),
        ("DistributionChannel", {"ImportId": "distributionChannel"}, lambda n, p: "preview" if p.fate == "test" else "anonymous"),
        ("UserLanguage", {"ImportId": "userLanguage"}, lambda n, p: writer.language.upper()),
    ]
    names = GERMAN if writer.language == "de" else ENGLISH
    return [_Column(tag, names.get(tag, tag), id_, cell) for tag, id_, cell in cells]


LEGACY = (
    "ResponseID",
    "ResponseSet",
    "Name",
    "ExternalDataReference",
    "EmailAddress",
    "IPAddress",
    "Status",
    "StartDate",
    "EndDate",
    "Finished",
)


def _legacy_own() -> list[_Column]:
    cells: list[Cell] = [
        lambda n, p: f"R_{n:015d}",
        lambda n, p: "Default Response Set",
        lambda n, p: CANARIES["name"],
        lambda n, p: CANARIES["token"],
        lambda n, p: CANARIES["mail"],
        lambda n, p: CANARIES["ip"],
        lambda n, p: "1" if p.fate == "test" else "0",
        _date(0),
        _date(24),
        lambda n, p: "1" if p.submitted else "0",
    ]
    return [_Column(f"V{i}", name, {}, cell) for i, (name, cell) in enumerate(zip(LEGACY, cells, strict=True), 1)]


def _legacy_place() -> list[_Column]:
    cells = {"Latitude": CANARIES["latitude"], "Longitude": CANARIES["longitude"], "Accuracy": "-1"}
    return [_Column(f"Location{k}", f"Location{k}", {}, lambda n, p, v=v: v) for k, v in cells.items()]


def _answers(writer: Writer, split: bool = False, seen_only: str = "") -> list[_Column]:
    """One question after the other; a battery is one question, the text of "other" belongs to its question.

    Args:
        split: multiple answers in one column per option. seen_only: what stands where a question was seen and not answered.
    """
    columns: list[_Column] = []
    for number, (_, block) in enumerate(groupby(writer.questions(without_other_texts=True), lambda q: q.battery or q.name), 1):
        questions = list(block)
        tag, id_ = f"Q{number}", f"QID{number}"
        if questions[0].battery:
            columns += [
                _Column(
                    f"{tag}_{row}", f"{writer.battery(q)} - {writer.label(q)}", {"ImportId": f"{id_}_{row}"}, _cell(writer, q, seen_only)
                )
                for row, q in enumerate(questions, 1)
            ]
        elif questions[0].kind.startswith("select"):
            columns += _choice(writer, questions[0], tag, id_, split, seen_only)
        else:
            text = writer.label(questions[0])
            columns.append(_Column(tag, text, {"ImportId": f"{id_}_TEXT"}, _cell(writer, questions[0], seen_only)))
    return columns


def _choice(writer: Writer, question: Question, tag: str, id_: str, split: bool, seen_only: str) -> list[_Column]:
    choices = {code: str(number) for number, code in enumerate(writer.questionnaire.choices(question.name), 1)}
    label, other = writer.label(question), OTHER_TEXT.get(question.name)
    heading = f"{label} - Selected Choice" if other else label
    if question.kind == "select_multiple" and split:
        columns = [
            _Column(f"{tag}_{n}", f"{heading} - {writer.choice(question, c)}", {"ImportId": id_, "choiceId": n}, _tick(writer, question, c))
            for c, n in choices.items()
        ]
    else:
        columns = [_Column(tag, heading, {"ImportId": id_}, _cell(writer, question, seen_only))]
    if other:
        n, text = choices["other"], writer.questionnaire[other]
        name = f"{label} - {writer.choice(question, 'other')} - Text"
        columns.append(_Column(f"{tag}_{n}_TEXT", name, {"ImportId": f"{id_}_{n}_TEXT"}, lambda n, p: writer.text(p, text)))
        columns.append(_Column(f"{tag}_DO", f"{label} - Display Order", {"ImportId": f"{id_}_DO"}, lambda n, p: "|".join(choices.values())))
    return columns


def _tick(writer: Writer, question: Question, choice: str) -> Cell:
    return lambda n, p: writer.choice(question, choice) if choice in writer.ticked(p, question) else ""


def _cell(writer: Writer, question: Question, seen_only: str) -> Cell:
    def cell(n: int, person: Respondent) -> str:
        if question.kind == "select_multiple":
            text = ",".join(writer.choice(question, c) for c in writer.ticked(person, question))
        else:
            text = writer.one(person, question) if question.kind == "select_one" else writer.text(person, question)
        seen = person.submitted and not writer.hidden(person, question)
        return text or (seen_only if seen else "")

    return cell


def _three_rows(writer: Writer, people: list[Respondent], delimiter: str, encoding: str, **how) -> bytes:
    columns = _own(writer) + _answers(writer, **how)
    heads = [[c.text for c in columns], [json.dumps(c.id, separators=(",", ":")) for c in columns]]
    rows = heads + rows_of([(c.tag, c.cell) for c in columns], people)
    return csv_bytes([c.tag for c in columns], rows, delimiter, encoding, quote_all=False, line_end="\n")


def _joined(writer: Writer, people: list[Respondent]) -> bytes:
    return _three_rows(writer, people, ",", "utf-8")


def _split(writer: Writer, people: list[Respondent]) -> bytes:
    return _three_rows(writer, people, ",", "utf-8", split=True, seen_only="-99")


def _tsv(writer: Writer, people: list[Respondent]) -> bytes:
    return codecs.BOM_UTF16_LE + _three_rows(writer, people, "\t", "utf-16-le")


def _legacy(writer: Writer, people: list[Respondent]) -> bytes:
    """Each line ends in a comma: a last column without anything in it."""
    columns = _legacy_own() + _answers(writer) + _legacy_place() + [_Column("", "", {}, lambda n, p: "")]
    rows = [[c.text for c in columns], *rows_of([(c.tag, c.cell) for c in columns], people)]
    return csv_bytes([c.tag for c in columns], rows, ",", "utf-8-sig", quote_all=False, line_end="\n")


LAYOUTS = {"qualtrics": _joined, "qualtrics_split": _split, "qualtrics_legacy": _legacy, "qualtrics_tsv": _tsv}
