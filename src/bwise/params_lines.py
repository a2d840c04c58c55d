"""Lines of `params/<CC>.yaml` that a command writes: these are added or changed, every other byte stays."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import pandas as pd
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import YAMLError

from bwise.problems import Problem, ProblemsFound, did_you_mean, stop
from bwise.settings import CountrySettings, Project, validated
from bwise.storage import write_csv, write_text

PLAIN = re.compile(r"[A-Za-z][\w./]*")  # what YAML reads as the same text without quotes
WORDS = ("true", "false", "null", "yes", "no", "on", "off", "y", "n")  # but these, which it or another YAML reads as something else
Lines = dict[str, "str | Lines"]


@dataclass(frozen=True)
class Setting:
    """A key of one delivery; `number` counts the deliveries of its part from 0. `value`: a text in place of any before it, or lines
    (name -> text, or lines below it) beside those that are there."""

    delivery: str
    part: str
    number: int
    key: str
    value: str | Lines


def quoted(text: str) -> str:
    """A text as YAML writes it on one line, whatever is in it."""
    out = StringIO()
    yaml = YAML(typ="safe")
    yaml.width = 10**6
    yaml.default_style = '"'
    yaml.allow_unicode = True
    yaml.dump(text, out)
    return out.getvalue().splitlines()[0]


def check_delivery(wanted: str, known: Iterable[str], country: str, heading: str) -> None:
    """Refuse the name of a delivery that params do not have; "" is any of them."""
    if wanted and wanted not in known:
        stop(heading, Problem(f"there is no delivery `{wanted}`", f"params/{country}.yaml", remedy=did_you_mean(wanted, known)))


def write_settings(project: Project, country: str, settings: Iterable[Setting], heading: str) -> None:
    """Write the settings, all or none.

    Raises:
        ProblemsFound: under this heading, a delivery is not written with one key per line.
    """
    write_text(project.params / f"{country}.yaml", with_settings(project, country, settings, heading)[1])


def with_settings(project: Project, country: str, settings: Iterable[Setting], heading: str) -> tuple[str, str]:
    """The params of a country as they are, and as they would be with these settings; nothing is written.

    Raises:
        ProblemsFound: as `write_settings`.
    """
    path = project.params / f"{country}.yaml"
    mark, before = _read(path)
    text = before
    for setting in settings:
        text = _with(text, setting, f"params/{path.name}", heading)
    return mark + before, mark + text


def country_of(text: str, country: str) -> CountrySettings:
    """The settings that a params file with this text would give.

    Raises:
        ProblemsFound: as `bwise.settings.load_country`.
    """
    settings = validated(CountrySettings, YAML().load(text.removeprefix("\ufeff")), f"params/{country}.yaml")
    settings.country = country
    return settings


def difference(country: str, before: str, after: str) -> str:
    """What becomes of the params of a country, line by line; "" where nothing does."""
    name = f"params/{country}.yaml"
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), name, f"{name}, then", n=2, lineterm="")
    return "\n".join(lines)


def write_together(project: Project, country: str, params: str, corrections: dict[str, pd.DataFrame]) -> None:
    """Write params ("" to leave them) and files of corrections (name -> lines): all of them, or where one cannot be written none."""
    paths = {project.root / name: lines for name, lines in corrections.items()}
    before = {path: path.read_bytes() if path.is_file() else None for path in paths}
    try:
        for path, lines in paths.items():
            write_csv(path, lines)
        if params:
            write_text(project.params / f"{country}.yaml", params)
    except ProblemsFound:
        for path, content in before.items():
            path.unlink(missing_ok=True) if content is None else path.write_bytes(content)
        raise


def _read(path: Path) -> tuple[str, str]:
    """The byte order mark of a params file, "" where it has none, and its text."""
    text = path.read_bytes().decode("utf-8")
    return ("\ufeff", text[1:]) if text.startswith("\ufeff") else ("", text)


def _with(text: str, setting: Setting, where: str, heading: str) -> str:
    """The params with the setting, its lines under the delivery's `file:` where there are none of the key; checked by reading them."""
    content = YAML().load(text)
    delivery = (content[setting.part] if setting.part else content)["deliveries"][setting.number]
    lines = text.split("\n")
    new = _put_text(lines, delivery, setting) if isinstance(setting.value, str) else _put_lines(lines, delivery, setting)
    try:
        same = YAML().load("\n".join(lines)) == content
    except YAMLError:
        same = False
    if not same:
        what = f"the delivery {setting.delivery} is not written with one key per line"
        stop(heading, Problem(what, where, remedy="write under its `file:`:\n" + "\n".join(new)))
    return "\n".join(lines)


def _put_text(lines: list[str], delivery: CommentedMap, setting: Setting) -> list[str]:
    """Change the lines, and the delivery, so that the key has this text; the new line."""
    key, before = setting.key, delivery.get(setting.key)
    at, column = delivery.lc.key(key if before else "file")
    new = f"{' ' * column}{key}: {quoted(setting.value)}"
    if before:
        written = re.compile(rf"""^{re.escape(key)}\s*:\s*("[^"]*"|'[^']*'|[^\s#]*)""")
        lines[at] = lines[at][:column] + written.sub(lambda _: new.lstrip(), lines[at][column:])
    else:
        lines.insert(at + 1, new + _ending(lines[at]))
    delivery[key] = setting.value
    return [new]


def _put_lines(lines: list[str], delivery: CommentedMap, setting: Setting) -> list[str]:
    """Change the lines, and the delivery, so that these stand below the key, beside those that are there; the new lines."""
    at, column = delivery.lc.key("file")
    below, new = delivery, {setting.key: setting.value}
    while len(new) == 1 and (name := next(iter(new))) in below and isinstance(below[name], CommentedMap) and below[name]:
        at, below, new = below.lc.key(name)[0], below[name], new[name]
        column = below.lc.key(next(iter(below)))[1]
    written = _block(new, " " * column)
    if below is not delivery and below.fa.flow_style():  # {a: b} on one line
        head, brace, rest = lines[at].rpartition("}")
        lines[at] = f"{head}, {_flow(new)}{brace}{rest}"
    else:
        lines[at + 1 : at + 1] = [line + _ending(lines[at]) for line in written]
    below.update(new)
    return written


def _ending(line: str) -> str:
    return "\r" if line.endswith("\r") else ""


def _block(value: Lines, indent: str) -> list[str]:
    found = []
    for name, told in value.items():
        if isinstance(told, str):
            found.append(f"{indent}{quoted(name)}: {_word(told)}")
        else:
            found += [f"{indent}{_word(name)}:", *_block(told, indent + "  ")]
    return found


def _flow(value: Lines) -> str:
    return ", ".join(f"{quoted(name)}: {_word(told) if isinstance(told, str) else f'{{{_flow(told)}}}'}" for name, told in value.items())


def _word(text: str) -> str:
    """A text as YAML reads it back: codes as they are, all else in quotes."""
    return text if PLAIN.fullmatch(text) and text.casefold() not in WORDS else quoted(text)


def add_country(project: Project, country: str) -> bool:
    """Add a country at the end of `countries:` in `params/consolidation.yaml`; every other byte stays.

    Returns:
        Whether it was added: not where it stands there already, nor where the list is written in a way that is not safe to change.
    """
    path = project.params / "consolidation.yaml"
    mark, text = _read(path)
    content = YAML().load(text)
    if country in content["countries"]:
        return False
    expected = {**content, "countries": [*content["countries"], country]}
    at = content.lc.key("countries")[0]
    lines = text.split("\n")
    if "[" in lines[at]:
        lines[at] = re.sub(r"\s*\]", f", {country}]" if content["countries"] else f"{country}]", lines[at], count=1)
    else:
        last = content["countries"].lc.item(len(content["countries"]) - 1)[0]
        lines.insert(last + 1, re.sub(r"-.*?(\r?)$", rf"- {country}\1", lines[last]))
    try:
        if YAML().load("\n".join(lines)) != expected:
            return False
    except YAMLError:
        return False
    write_text(path, mark + "\n".join(lines))
    return True
