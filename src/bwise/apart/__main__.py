"""Opens one container: kind and limits as arguments, bytes on standard input, JSON on standard output.

It imports nothing of ours but its neighbours, and those only for the kind asked for: each file costs one start of it.
Exit code 0: read; 1: the library cannot read the file; any other, or a signal: a limit was reached.
A library that finds no memory says so in many ways (a damaged zip, a missing module): what is left tells.
"""

import json
import sys

BINARY = b"\xd0\xcf\x11\xe0"  # the first bytes of an Office file before 2007
NO_MEMORY = 3
ROOM = 64_000_000  # bytes that must be left when a library fails, or it failed for want of them


def limit(seconds: int, memory: int) -> None:
    """Processor seconds and bytes of memory of this process from now on; no file is written, a core neither. Windows has no such limits."""
    try:
        import resource
    except ImportError:
        return
    for what, most in ((resource.RLIMIT_CPU, seconds), (resource.RLIMIT_AS, memory), (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_CORE, 0)):
        try:
            resource.setrlimit(what, (most, most))
        except (ValueError, OSError):  # macOS lets nobody limit memory
            continue


def opened(kind: str, data: bytes) -> object:
    """What the parent gets: of a workbook pages and facts, of an SPSS file its variables."""
    if kind == "sav":
        import sav

        return sav.variables(data)
    import pages
    import sheet_facts

    binary = data.startswith(BINARY)
    far = {} if binary else {name: cells for name, cells in sheet_facts.cells_spanned(data).items() if cells > pages.MOST_CELLS}
    if far:
        return {"far": far}
    sheets = pages.pages(data)
    far = {name: cells for name, _, rows, _ in sheets if (cells := pages.spread(rows))}
    if far:
        return {"far": far}
    if binary:
        import binary_facts

        facts = {name: sheet_facts.of_binary(*told) for name, told in binary_facts.binary_facts(data).items()}
    else:
        facts = sheet_facts.sheet_facts(data)
    return {"far": {}, "sheets": [sheet(*page, facts.get(page[0])) for page in sheets]}


def sheet(name: str, shown: bool, rows: list[list], merged: list, facts: object) -> dict:
    """One sheet, with what is said of cells that are there; the text of an error stands in its cell."""
    found = {"name": name, "shown": shown, "rows": rows, "merged": merged}
    found |= {"percent": [], "hidden_rows": [], "hidden_columns": []}
    if facts is not None and rows:
        for (row, column), text in facts.errors.items():
            if row <= len(rows) and column < len(rows[0]):
                rows[row - 1][column] = text
        found |= {
            "percent": [place for place in facts.percent if place[0] <= len(rows) and place[1] < len(rows[0])],
            "hidden_rows": [row for row in facts.hidden_rows if row <= len(rows)],
            "hidden_columns": [column for column in facts.hidden_columns if column < len(rows[0])],
        }
    return found


def moment(value: object) -> object:
    """Days and hours as JSON; a duration as the text Python gives it."""
    return {type(value).__name__: value.isoformat()} if hasattr(value, "isoformat") else str(value)


def room_is_left() -> bool:
    """Whether there is memory for more."""
    try:
        bytearray(ROOM)
    except MemoryError:
        return False
    return True


if __name__ == "__main__":
    limit(int(sys.argv[2]), int(sys.argv[3]))
    try:
        told = json.dumps(opened(sys.argv[1], sys.stdin.buffer.read()), default=moment)
    except (MemoryError, ImportError):  # a library that finds no room to be loaded
        sys.exit(NO_MEMORY)
    except BaseException:  # a panic of a library in Rust is no Exception
        sys.exit(1 if room_is_left() else NO_MEMORY)
    sys.stdout.write(told)
