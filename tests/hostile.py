"""Files that no survey tool writes, made to bring a reader down. Small on disk; what they unpack to is not."""

from __future__ import annotations

import io
import json
import os
import struct
import sys
import zipfile
from pathlib import Path

import xlsxwriter

from bwise.exports import read_as
from bwise.exports.containers import grids
from bwise.problems import ProblemsFound

ROOT = Path(__file__).parents[1]
SHEET, STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
ENTITIES = b'<!DOCTYPE sst [<!ENTITY a0 "%s">' % (b"a" * 100)
ENTITIES += b"".join(b'<!ENTITY a%d "%s">' % (n + 1, b"&a%d;" % n * 100) for n in range(6)) + b"]>"
CELL = b'<table:table-cell office:value-type="string"%s><text:p>x</text:p></table:table-cell>'


def xlsx(fill=lambda page: None) -> bytes:
    """A workbook with two headings, and what `fill(page)` writes below them."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        page = book.add_worksheet("Answers")
        page.write_row(0, 0, ["wise_code", "staff"])
        fill(page)
    return out.getvalue()


def swapped(data: bytes, part: str, old: bytes, new: bytes) -> bytes:
    """A workbook with a text of one of its parts replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, content.replace(old, new) if name == part else content)
    return out.getvalue()


def rows(xml: bytes) -> bytes:
    """A workbook with these rows at the end of its sheet."""
    return swapped(xlsx(), SHEET, b"</sheetData>", xml + b"</sheetData>")


def ods(xml: bytes) -> bytes:
    names = b"".join(b' xmlns:%s="urn:oasis:names:tc:opendocument:xmlns:%s:1.0"' % (n, n) for n in (b"office", b"table", b"text"))
    return zipped(
        {
            "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": b"<office:document-content%s><office:body><office:spreadsheet><table:table table:name='A'>%s</table:table>"
            b"</office:spreadsheet></office:body></office:document-content>" % (names, xml),
            "META-INF/manifest.xml": b"<manifest/>",
        }
    )


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def sav(place: int, number: int) -> bytes:
    """The SPSS file of the demonstration with another number in its header."""
    content = bytearray(next((ROOT / "raw/demo/ES").glob("*.sav")).read_bytes())
    content[place : place + 4] = struct.pack("<i", number)
    return bytes(content)


def xml(body: bytes) -> bytes:
    return b'<?xml version="1.0"?><Results><Survey alias="x"></Survey><Answers>%s</Answers></Results>' % body


HOSTILE = {
    "far_cell.xlsx": lambda: xlsx(lambda page: page.write(1_048_575, 16_383, "x")),
    "far_cell_in_single_quotes.xlsx": lambda: rows(b"<row r='1048576'><c r='XFD1048576'><v>1</v></c></row>"),
    "far_columns.xlsx": lambda: rows(b"".join(b'<row r="%d"><c r="XFD%d"><v>1</v></c></row>' % (n, n) for n in range(2, 4_000))),
    "far_row.xlsx": lambda: xlsx(lambda page: page.write(1_048_575, 1, "x")),
    "cells_without_a_place.xlsx": lambda: rows(b"<row>" + b"<c><v>1</v></c>" * 200_000 + b"</row>"),
    "entities.xlsx": lambda: swapped(
        rows(b'<row r="2"><c r="A2" t="e"><v>&a6;</v></c></row>'), SHEET, b"<worksheet", ENTITIES + b"<worksheet"
    ),
    "repeated_rows.ods": lambda: ods(
        b'<table:table-row table:number-rows-repeated="1048576">' + CELL % b' table:number-columns-repeated="16384"' + b"</table:table-row>"
    ),
    "repeated_columns.ods": lambda: ods(
        b"<table:table-row>" + CELL % b' table:number-columns-repeated="2000000000"' + b"</table:table-row>"
    ),
    "deep.ods": lambda: ods(b"<a>" * 100_000),
    "bomb.zip": lambda: zipped({f"{n}.csv": b"a;b\n" * 5_000_000 for n in range(3)}),
    "many.zip": lambda: zipped({f"{n}.csv": b"a;b\n1;2\n" for n in range(1_000)}),
    "lzma.zip": lambda: zipped({"a.csv": b"a;b\n1;2\n"}, zipfile.ZIP_LZMA),
    "delimiters.csv": lambda: b"a" + b";" * 100_000 + b"\n" + b"1;2\n" * 1_000,
    "delimiters_below.csv": lambda: b"a;b\n1;2\n" + b";" * 100_000 + b"\n" + b"1;2\n" * 1_000,
    "delimiters_at_the_end.csv": lambda: b"a;b\n" + b"1;2\n" * 1_000 + b";" * 100_000 + b"\n",
    "one_cell.csv": lambda: b"a;b\n1;" + b"x" * 11_000_000 + b"\n",
    "nul.csv": lambda: b"\x00" * 100_000,
    "deep.xml": lambda: xml(b"<a>" * 200_000),
    "many_elements.xml": lambda: xml(b"<a/>" * 2_500_000),
    "entities.xml": lambda: b'<!DOCTYPE x [<!ENTITY a "aaaa">]>'.join([b'<?xml version="1.0"?>', xml(b"&a;")[21:]]),
    "cases.sav": lambda: sav(80, 2**31 - 1),
}
"""Name of a file -> how to make it. Each is refused."""


def main(folder: Path) -> None:
    """Read every file of a folder as a delivery is read, and print as JSON what is said of it, after how many seconds of work; at the end
    the bytes of memory at their peak."""
    import resource

    told = {}
    for path in sorted(folder.iterdir()):
        before = work()
        try:
            tables = [table for grid in grids(path, path.name) for table in read_as(grid)]
            said = "" if any(not table.problems for table in tables) else "no table, or one with problems"
        except ProblemsFound as found:
            said = str(found)
        told[path.name] = {"said": said, "seconds": work() - before}
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    told["memory"] = 1024 * max(int(status.split("VmHWM:")[1].split()[0]), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
    print(json.dumps(told))


def work() -> float:
    """Processor seconds of this process and of those it waited for."""
    times = os.times()
    return sum(times[:4])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
