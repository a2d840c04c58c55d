"""Files, whole or absent: written beside, then renamed. The same content gives the same bytes."""

from __future__ import annotations

import csv
import errno
import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bwise.problems import Problem, stop
from bwise.text import FORMULA, as_typed, inert

if TYPE_CHECKING:
    import pyarrow as pa


PART = ".part"  # in the name of what is not written to its end, which begins with a dot: `.part`, `.flags.csv.123.part`


def write_whole(path: Path, write: Callable[[Path], None]) -> None:
    """Call `write` with a neighbouring name, then rename: nobody ever sees half a file.

    Raises:
        ProblemsFound: as `told_plainly`.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    with told_plainly(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            write(beside)
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)


@contextmanager
def told_plainly(path: Path) -> Iterator[None]:
    """What the disk refuses while this file, or this folder, is written, in words.

    Raises:
        ProblemsFound: the disk is full, the folder read-only, the file too large, or open in another program (Excel, on Windows, keeps
            others from replacing it).
    """
    try:
        yield
    except OSError as error:
        if problem := refusal(error, f"{path.parent.name}/{path.name}"):
            stop("A file cannot be written.", problem)
        raise


def refusal(error: OSError, name: str) -> Problem | None:
    """Why this file cannot be written; None where the error is of another kind."""
    if isinstance(error, PermissionError):
        remedy = "close it in Excel, let OneDrive finish, or make its folder writable; then run again"
        return Problem(f"{name} is open in another program, or protected", name, remedy=remedy)
    if error.errno in REFUSALS:
        what, remedy = REFUSALS[error.errno]
        return Problem(what, name, remedy=f"{remedy}, then run again")
    return None


REFUSALS = {
    errno.ENOSPC: ("the disk is full", "free some space"),
    errno.EDQUOT: ("your share of the disk is used up", "free some space"),
    errno.EROFS: ("the folder can only be read", "work in a copy of the project that you may write to"),
    errno.EFBIG: ("the file would be larger than this computer allows", "ask who looks after it for a higher limit, or use another disk"),
}


@contextmanager
def written_together(folder: Path, last: str, own: Iterable[str] = ()) -> Iterator[Path]:
    """A folder beside, for files that belong together, also in folders below: at the end they take the place of those in `folder`, `last`
    as the last of them. `own`: patterns of files that go then, where they were not written anew.

    Where writing fails, or one of the old files is held by another program, what was there stays as it was; where the new ones cannot
    all take their places, none is left.

    Raises:
        ProblemsFound: as `told_plainly`.
    """
    beside = folder / PART
    shutil.rmtree(beside, ignore_errors=True)  # of a process that was killed
    try:
        with told_plainly(folder):
            beside.mkdir(parents=True)
            yield beside
        written = sorted(path.relative_to(beside) for path in beside.rglob("*") if path.is_file())
        written.sort(key=lambda path: path.name == last)
        old = {path.relative_to(folder) for pattern in own for path in folder.glob(pattern)} - set(written)
        for path in (folder / each for each in [*written, *old] if (folder / each).is_file()):
            with told_plainly(path):
                path.replace(path)  # nothing, but for a file that is open on Windows
        remove(folder / last)  # from here to the end, nobody takes the files for complete
        for each in old:
            remove(folder / each)
        try:
            for each in written:
                (folder / each).parent.mkdir(exist_ok=True)
                (beside / each).replace(folder / each)
        except OSError:
            for path in (folder / each for each in written):
                if path.is_file():
                    remove(path)
            with told_plainly(folder / each):
                raise
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def remove(path: Path) -> None:
    """Delete a file that may be absent; told in plain words when another program holds it open."""
    with told_plainly(path):
        path.unlink(missing_ok=True)


def remove_leftovers(folder: Path) -> None:
    """Delete what a killed run left half written in a folder, and in those below it: it may hold answers."""
    for path in [path for path in folder.rglob(".*") if PART in path.name]:
        with told_plainly(path):
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink(missing_ok=True)


def _texts_changed(frame: pd.DataFrame, change: Callable[[str], str]) -> pd.DataFrame:
    """The frame with a function applied to each distinct text that begins as a formula might; numbers stay as they are."""
    changed = {}
    for number, (_, column) in enumerate(frame.items()):
        if not pd.api.types.is_numeric_dtype(column):
            texts = [t for t in column.drop_duplicates() if isinstance(t, str) and FORMULA.match(t)]
            if texts:
                new = {text: change(text) for text in texts}
                changed[number] = [new.get(cell, cell) if isinstance(cell, str) else cell for cell in column]
    if not changed:
        return frame
    columns = {
        n: pd.Series(changed[n], index=frame.index, dtype=object) if n in changed else frame.iloc[:, n] for n in range(frame.shape[1])
    }
    return pd.concat(columns, axis=1).set_axis(frame.columns, axis=1)


def as_csv(frame: pd.DataFrame) -> str:
    """A table as text for spreadsheets and machines: nothing in it is executed (`inert`), every text is read as it stands."""
    inert_texts = _texts_changed(frame, inert)
    out = inert_texts.to_csv(index=False, lineterminator="\n")
    # a lone carriage return ends a row where it stands without quotes; the module puts them around line feeds only
    return inert_texts.to_csv(index=False, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC) if "\r" in out else out


def write_csv(path: Path, frame: pd.DataFrame) -> None:
    """UTF-8 with BOM, so that Excel shows every letter."""
    write_whole(path, lambda p: p.write_text(as_csv(frame), encoding="utf-8-sig", newline=""))


def write_parquet(path: Path, frame: pd.DataFrame) -> None:
    write_whole(path, lambda p: frame.to_parquet(p, index=False, compression="zstd"))


def write_text(path: Path, text: str) -> None:
    write_whole(path, lambda p: p.write_text(text, encoding="utf-8", newline="\n"))


def write_bytes(path: Path, content: bytes) -> None:
    write_whole(path, lambda p: p.write_bytes(content))


def write_json(path: Path, content: Any) -> None:
    write_text(path, json.dumps(content, ensure_ascii=False, indent=1) + "\n")


def read_csv(path: Path) -> pd.DataFrame:
    """A CSV of ours: all text as it was before it was written, nothing taken for missing."""
    return csv_of(path.read_bytes())


def csv_of(content: bytes) -> pd.DataFrame:
    """What a CSV of ours with this content says."""
    return _texts_changed(pd.read_csv(BytesIO(content), dtype=str, keep_default_na=False, encoding="utf-8-sig"), as_typed)


def read_table(path: Path) -> pa.Table:
    """A Parquet file of ours."""
    return table_of(path.read_bytes())


def table_of(content: bytes) -> pa.Table:
    """What a Parquet file of ours with this content holds."""
    import pyarrow as pa
    from pyarrow.parquet import ParquetFile

    with ParquetFile(pa.BufferReader(content)) as file:
        return file.read()


def stack_tables(tables: list[pa.Table]) -> pd.DataFrame:
    """Tables below each other: what `pandas.concat` makes of them, in a third of the time.

    A record has hundreds of columns of few rows. Where a column has the same categories in all tables, only their codes are put
    together, and what pandas does for each column of each table is done once for each list of categories.
    """
    import pyarrow as pa

    types = [dict(zip(table.column_names, table.schema.types, strict=True)) for table in tables]
    names = list(dict.fromkeys(name for each in types for name in each))
    everywhere = [name for name in names if all(name in each for each in types)]
    found: dict[str, Any] = {}
    dtypes: dict[tuple[str, ...], pd.CategoricalDtype] = {}
    for name in everywhere:
        if not all(pa.types.is_dictionary(each[name]) for each in types):
            continue
        columns = [table.column(name) for table in tables]
        arrays = [column.chunk(0) if column.num_chunks == 1 else column.combine_chunks() for column in columns]
        categories = arrays[0].dictionary
        if all(array.dictionary.equals(categories) for array in arrays):
            known = tuple(categories.to_numpy(zero_copy_only=False))
            if known not in dtypes:
                dtypes[known] = pd.CategoricalDtype(list(known))
            codes = np.concatenate([array.indices.fill_null(-1).to_numpy() for array in arrays])
            found[name] = pd.Categorical.from_codes(codes, dtype=dtypes[known], validate=False)
    alike = [name for name in everywhere if len(kinds := {each[name] for each in types}) == 1 and not pa.types.is_dictionary(*kinds)]
    found |= dict(pa.concat_tables([table.select(alike) for table in tables]).to_pandas())
    rest = [name for name in names if name not in found]
    if rest:
        parts = [table.select([name for name in rest if name in each]).to_pandas() for table, each in zip(tables, types, strict=True)]
        found |= dict(pd.concat(parts, ignore_index=True))
    return pd.DataFrame({name: found[name] for name in names}, copy=False)


def codes_as_texts(table: pa.Table) -> pa.Table:
    """The same table with texts instead of categories."""
    import pyarrow as pa

    plain = [field.with_type(field.type.value_type) if pa.types.is_dictionary(field.type) else field for field in table.schema]
    return table.cast(pa.schema(plain, table.schema.metadata))
