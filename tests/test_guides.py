"""Guides: the walk of `docs/first-country.md` prints what it says, and paths, commands and keys that guides name exist."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

from bwise.cli import app

ROOT = Path(__file__).parents[1]
WALK = (ROOT / "docs/first-country.md").read_text(encoding="utf-8")
ALL_COUNTRIES = "bwise run"  # from here on, it is dear
LEFT_OUT = "…"

STEP = re.compile(
    r"```console\n(?P<console>.*?)```"
    r"|Delete `(?P<delete>[^`]+)`"
    r"|Copy `(?P<copy>[^`]+)` to `(?P<to>[^`]+)`"
    r"|replace `(?P<old>[^`]+)` by\s+`(?P<new>[^`]+)`"
    r"|^\| `(?P<says>[^`]+)` \| `(?P<decision>[^`]+)` \|$",
    re.DOTALL | re.MULTILINE,
)
"""What the walk tells its reader to do: commands, and what is done by hand."""


class Reader:
    """Somebody who follows the walk in `folder`, step by step, to its end or up to the run of all countries."""

    def __init__(self, folder, monkeypatch):
        self.folder, self.monkeypatch = folder, monkeypatch
        monkeypatch.chdir(folder)

    def follow(self, walk, *, to_the_end):
        for step in STEP.finditer(walk):
            if step["console"]:
                for command, printed in commands(step["console"]):
                    if command == ALL_COUNTRIES and not to_the_end:
                        return
                    self.compare(command, printed)
            else:
                self.by_hand(step)

    def compare(self, command, printed):
        said = self.say(command)
        assert alike(printed, said), f"{command}\n--- it prints\n{said}\n--- the guide says\n{printed}"
        if command.startswith("bwise init"):
            self.folder /= command.split()[2]
            self.monkeypatch.chdir(self.folder)

    def say(self, command):
        """What the command prints; those that start kernels run by themselves, as in a terminal."""
        words = command.split()[1:]
        if words[0] == "run":
            environment = os.environ | {"PYTHONUTF8": "1", "NO_COLOR": "1"}
            done = subprocess.run([sys.executable, "-m", "bwise.cli", *words], env=environment, capture_output=True, encoding="utf-8")
            assert (done.returncode, done.stderr) == (0, "")
            return done.stdout
        done = CliRunner().invoke(app, words, catch_exceptions=False)
        assert done.exit_code == ("What to do next" in done.output), done.output
        return done.output

    def by_hand(self, step):
        if step["delete"]:
            (self.folder / step["delete"]).unlink()
        elif step["copy"]:
            self.export = self.folder / step["to"]
            self.export.parent.mkdir()
            self.export.write_bytes((self.folder / step["copy"]).read_bytes())
        elif step["old"]:
            content = self.export.read_bytes()
            assert step["old"].encode() in content
            self.export.write_bytes(content.replace(step["old"].encode(), step["new"].encode()))
        else:
            self.decide(step["says"], step["decision"])

    def decide(self, says, decision):
        (path,) = self.folder.glob("processed/*/decisions.xlsx")
        book = openpyxl.load_workbook(path)
        rows = book["decide"].iter_rows()
        head = {cell.value: number for number, cell in enumerate(next(rows))}
        (row,) = (row for row in rows if row[head["it says"]].value == says)
        row[head["decision"]].value = decision
        book.save(path)


def commands(console):
    """(command, what it prints) of a block; a command is a line that begins with `$ `."""
    for part in re.split(r"^\$ ", console, flags=re.MULTILINE)[1:]:
        command, _, printed = part.partition("\n")
        yield command, printed


def same_everywhere(text):
    """Without what differs from one run to the next: days, seconds, and the spaces that pad them."""
    text = re.sub(r"\b20\d\d-\d\d-\d\d\b", "2022-05-31", text)
    text = re.sub(r"\b\d+\.\d s\b", "1.0 s", text)
    return "\n".join(re.sub(r"\s+", " ", line).strip() for line in text.strip().splitlines())


def alike(printed, said):
    """Whether the guide says what was printed; a line `…` of the guide stands for any lines."""
    pattern = r"\n".join("(?:.*\n)*?.*" if line == LEFT_OUT else re.escape(line) for line in same_everywhere(printed).split("\n"))
    return re.fullmatch(pattern, same_everywhere(said)) is not None


def test_one_who_follows_the_walk_sees_what_it_says_up_to_the_page_of_the_country(tmp_path, monkeypatch):
    Reader(tmp_path, monkeypatch).follow(WALK, to_the_end=False)
    assert (tmp_path / "practice/processed/IT/country.html").is_file()


@pytest.mark.long
def test_one_who_follows_the_walk_to_its_end_has_the_european_tables(tmp_path, monkeypatch):
    Reader(tmp_path, monkeypatch).follow(WALK, to_the_end=True)
    for name in ("index.html", "countries/IT.html", "european_tables.xlsx"):
        assert (tmp_path / "practice/reports" / name).is_file()


@pytest.mark.parametrize(
    ("printed", "said", "same"),
    [
        ("a\nb", "a\nb\n", True),
        ("a\n…\nd", "a\nb\nc\nd", True),
        ("ok AT 2.7 s", "ok  AT   13.1 s", True),
        ("a\n…\nd", "a\nb\nc", False),
        ("a\nb", "a\nb\nc", False),
        ("3 kept", "4 kept", False),
    ],
)
def test_a_guide_is_compared_line_by_line(printed, said, same):
    assert alike(printed, said) is same
