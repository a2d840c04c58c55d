"""What several test files share."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
import xlsxwriter

from bwise.demo import PARTNERS
from bwise.matching import read_delivery
from bwise.questionnaire import load_questionnaire
from bwise.settings import Delivery

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def questionnaire():
    """The questionnaire of the demonstration."""
    return load_questionnaire(ROOT / "params" / "questionnaires" / "skills_survey")


@pytest.fixture(scope="session")
def real():
    """Folder with real exports, which lies beside the project and not in it."""
    folder = ROOT.parent / "shared" / "real"
    if not folder.is_dir():
        pytest.skip("the real exports are not here (../shared/real): this test reads them")
    return folder


@pytest.fixture(scope="session")
def demo_folder():
    return ROOT / "raw" / "demo"


@pytest.fixture(scope="session")
def delivered(questionnaire, demo_folder):
    """Partner's name -> its demonstration delivery, read with nothing declared."""
    found = {}
    for partner in PARTNERS:
        file = Path(partner.country) / partner.file
        delivery = Delivery(partner=partner.name, file=file)
        found[partner.name] = read_delivery(demo_folder / file, file.as_posix(), partner.name, delivery, questionnaire)
    return found


@pytest.fixture
def send(tmp_path, questionnaire):
    """`send(content, **params)` reads what a partner sends: bytes as they are, or rows, written as CSV or XLSX by the name."""

    def send(content, name="answers.csv", sign=";", page="utf-8", questionnaire=questionnaire, **params):
        if not isinstance(content, bytes):
            content = as_xlsx({"Sheet1": content}) if name.endswith("xlsx") else as_csv(content, sign, page)
        path = tmp_path / name
        path.write_bytes(content)
        delivery = Delivery(partner="XX-1", file=Path(name), **params)
        return read_delivery(path, name, "XX-1", delivery, questionnaire)

    return send


def as_csv(rows, sign, page):
    out = io.StringIO()
    csv.writer(out, delimiter=sign).writerows(rows)
    return out.getvalue().encode(page)


def as_xlsx(sheets):
    """Workbook with these sheets: name -> rows."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    for name, rows in sheets.items():
        page = book.add_worksheet(name)
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)
    book.close()
    return out.getvalue()


@pytest.fixture(scope="session")
def workbook():
    """`workbook({name: rows})`: bytes of an XLSX with these sheets."""
    return as_xlsx
