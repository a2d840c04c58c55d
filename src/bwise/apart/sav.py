"""The variables of an SPSS file, as the library reads them. Imports nothing of ours."""

import io
import struct

import pyreadstat

CASES = slice(80, 84)  # of the header: the number of cases, -1 where the program that wrote it did not know (PSPP: System File Format)


def variables(data: bytes) -> dict:
    """Names, labels, values, labels of values and declared missing values of all variables; encoding; cases by the header.

    Labels of values are pairs: a key of JSON is a text.
    """
    cells, meta = pyreadstat.read_sav(io.BytesIO(data), user_missing=True, output_format="dict")
    return {
        "cells": {name: list(values) for name, values in cells.items()},
        "labels": meta.column_names_to_labels,
        "value_labels": {name: list(labels.items()) for name, labels in meta.variable_value_labels.items()},
        "missing": meta.missing_ranges,
        "encoding": meta.file_encoding or "",
        "declared": _declared(data),
    }


def _declared(data: bytes) -> int:
    """Cases that the header tells, -1 where it does not. The number of the layout, 2 or 3, tells the order of the bytes."""
    order = "<" if data[64:65] in (b"\x02", b"\x03") else ">"
    return struct.unpack(f"{order}i", data[CASES])[0]
