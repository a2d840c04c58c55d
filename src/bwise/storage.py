"""Files, whole or absent: written beside, then renamed. The same content gives the same bytes."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from bwise.problems import Problem, stop


def write_whole(path: Path, write: Callable[[Path], None]) -> None:
    """Call `write` with a neighbouring name, then rename: nobody ever sees half a file.

    Raises:
        ProblemsFound: the file is open in another program (Excel on Windows keeps others from replacing it).
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        write(beside)
        beside.replace(path)
    except PermissionError:
        _in_use(path)
    finally:
        beside.unlink(missing_ok=True)


def remove(path: Path) -> None:
    """Delete a file that may be absent; told in plain words when another program holds it open."""
    try:
        path.unlink(missing_ok=True)
    except PermissionError:
        _in_use(path)


def _in_use(path: Path) -> None:
    name = f"{path.parent.name}/{path.name}"
    stop(
        "A file cannot be written.",
        Problem(f"{name} is open in another program, or protected", name, remedy="close it in Excel and run again"),
    )


def write_csv(path: Path, frame: pd.DataFrame) -> None:
    """UTF-8 with BOM, so that Excel shows every letter."""
    write_whole(path, lambda p: frame.to_csv(p, index=False, encoding="utf-8-sig", lineterminator="\n"))


def write_parquet(path: Path, frame: pd.DataFrame) -> None:
    write_whole(path, lambda p: frame.to_parquet(p, index=False, compression="zstd"))


def write_text(path: Path, text: str) -> None:
    write_whole(path, lambda p: p.write_text(text, encoding="utf-8", newline="\n"))


def write_json(path: Path, content: Any) -> None:
    write_text(path, json.dumps(content, ensure_ascii=False, indent=1) + "\n")


def read_csv(path: Path) -> pd.DataFrame:
    """A CSV of ours: all text, nothing taken for missing."""
    return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
