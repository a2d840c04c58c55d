"""Guides: the walk of `docs/first-country.md` prints what it says, and paths, commands and keys that guides name exist."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest
from typer.main import get_command
from typer.testing import CliRunner

from bwise.cli import app
from bwise.settings import Project
from bwise.tables import load_tables

ROOT = Path(__file__).parents[1]
FIRST = "first-country.md"
WALK = (ROOT / "docs" / FIRST).read_text(encoding="utf-8")
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


GUIDES = sorted([*(ROOT / "docs").glob("*.md"), ROOT / "CONTRIBUTING.md"])
WRITTEN = ("processed/", "reports/", "raw/", "work/", ".venv/")  # by people and programs: not there in a fresh clone
TOOLS = {"ruff", "pytest", "python", "python3", "py"}  # commands of others


@pytest.fixture(scope="module")
def words_of_the_project():
    """Every word of program, params and READMEs: a name that a guide quotes is among them."""
    files = [*ROOT.glob("src/bwise/**/*.py"), *ROOT.glob("params/**/*.csv"), *ROOT.glob("params/*.yaml"), *ROOT.glob("*/README.md")]
    files += [ROOT / "tests/test_matrix.py", ROOT / "pyproject.toml"]
    return set(re.findall(r"\w+", "\n".join(path.read_text(encoding="utf-8") for path in files)))


def quoted(guide):
    """What a guide puts between backticks in its sentences."""
    text = re.sub(r"^```.*?^```$", "", guide.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    return [" ".join(words.split()) for words in re.findall(r"`([^`]+)`", text)]


def wrong_command(words):
    """What is wrong with a command of ours, "" where `bwise` takes it."""
    name, *rest = words
    command = get_command(app).commands.get(name)
    if command is None:
        return f"no command {name}"
    while hasattr(command, "commands") and rest:
        command, rest = command.commands[rest[0]], rest[1:]
    known = {option for each in command.params for option in each.opts}
    return " ".join(word for word in rest if word.startswith("--") and word not in known)


def wrong(words, known):
    """What is wrong with what a guide quotes: a command, a path, or names."""
    first, *rest = words.split()
    if first == "bwise":
        return wrong_command(rest) if rest else ""
    if first == "make":
        return "" if f"\n{rest[0]}:" in (ROOT / "Makefile").read_text(encoding="utf-8") else "no such target"
    if first.rpartition("/")[2].rpartition("\\")[2] in TOOLS:
        return " ".join(word for word in rest if "/" in word and not (ROOT / word).exists())
    if first.startswith(WRITTEN):
        told = ROOT / first.split("/")[0] / "README.md"
        return "" if not told.exists() or all(part in told.read_text(encoding="utf-8") for part in named(first)) else "told nowhere"
    if re.search(r"/|\.\w+$", words):
        return "" if list(ROOT.glob(re.sub(r"<\w+>", "*", words))) or words in known_files() else "no such file"
    return " ".join(word for word in re.findall(r"[A-Za-z_]{3,}", words) if word not in known)


def named(path):
    """Parts of a path that its folder's README names: not the folder itself, countries and placeholders."""
    parts = path.split("/")[1:]
    return [part for part in parts if part and not re.fullmatch(r"<\w+>(\.\w+)?|[A-Z]{2}(\.\w+)?|export\.csv|demo", part)]


def known_files():
    """Names of files in any folder of the project, as sentences mention them."""
    return {path.name for folder in ("params", "docs") for path in (ROOT / folder).rglob("*")} | {".pseudonym-key"}


@pytest.mark.parametrize("guide", [guide for guide in GUIDES if guide.name != FIRST], ids=lambda path: path.name)
def test_what_guides_name_exists(guide, words_of_the_project):
    assert {words: what for words in quoted(guide) if (what := wrong(words, words_of_the_project))} == {}


@pytest.mark.parametrize("guide", [*GUIDES, ROOT / "README.md"], ids=lambda path: path.name)
def test_links_of_guides_lead_somewhere(guide):
    links = re.findall(r"\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)", guide.read_text(encoding="utf-8"))
    assert [link for link in links if not (guide.parent / link).exists()] == []


@pytest.mark.parametrize("guide", [guide for guide in GUIDES if guide.name != FIRST], ids=lambda path: path.name)
def test_a_guide_is_one_screen(guide):
    assert len(guide.read_text(encoding="utf-8").splitlines()) <= 70


def test_the_table_that_the_guide_adds_is_one(tmp_path):
    (example,) = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs/add-a-table.md").read_text(encoding="utf-8"), re.DOTALL)
    shutil.copytree(ROOT / "params", tmp_path / "params")
    path = tmp_path / "params/tables.yaml"
    begun = "    tables:\n"
    path.write_text(path.read_text(encoding="utf-8").replace(begun, begun + example, 1), encoding="utf-8")
    assert "founding_years" in load_tables(Project(tmp_path))
