"""Lines of `params/<CC>.yaml` that a command writes: these are added or changed, every other byte stays."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from bwise.problems import Problem, did_you_mean, stop
from bwise.settings import Project
from bwise.storage import write_text


@dataclass(frozen=True)
class Setting:
    """A key of one delivery; `number` counts the deliveries of its part from 0. `value`: a text in place of any before it, or lines
    (name -> text) beside those that are there."""

    delivery: str
    part: str
    number: int
    key: str
    value: str | dict[str, str]


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
    path = project.params / f"{country}.yaml"
    mark, text = _read(path)
    for setting in settings:
        text = _with(text, setting, f"params/{path.name}", heading)
    write_text(path, mark + text)


def _read(path: Path) -> tuple[str, str]:
    """The byte order mark of a params file, "" where it has none, and its text."""
    text = path.read_bytes().decode("utf-8")
    return ("\ufeff", text[1:]) if text.startswith("\ufeff") else ("", text)


def _with(text: str, setting: Setting, where: str, heading: str) -> str:
    """The params with the setting, its lines under the delivery's `file:` where there are none of the key; checked by reading them."""
    content = YAML().load(text)
    delivery = (content[setting.part] if setting.part else content)["deliveries"][setting.number]
    key, before = setting.key, delivery.get(setting.key)
    at, column = delivery.lc.key(key if before else "file")
    lines = text.split("\n")
    end = "\r" if lines[at].endswith("\r") else ""
    if isinstance(setting.value, str):
        new = [f"{' ' * column}{key}: {quoted(setting.value)}"]
        delivery[key] = setting.value
    else:
        indent = before.lc.key(next(iter(before)))[1] if before else column + 2
        new = [] if before else [f"{' ' * column}{key}:"]
        new += [f"{' ' * indent}{quoted(name)}: {value}" for name, value in setting.value.items()]
        delivery[key] = {**(before or {}), **setting.value}
    if before and isinstance(setting.value, str):
        written = re.compile(rf"""^{re.escape(key)}\s*:\s*("[^"]*"|'[^']*'|[^\s#]*)""")
        lines[at] = lines[at][:column] + written.sub(lambda _: new[0].lstrip(), lines[at][column:])
    else:
        lines[at + 1 : at + 1] = [line + end for line in new]
    try:
        same = YAML().load("\n".join(lines)) == content
    except YAMLError:
        same = False
    if not same:
        what = f"the delivery {setting.delivery} is not written with one key per line"
        stop(heading, Problem(what, where, remedy="write under its `file:`:\n" + "\n".join(new)))
    return "\n".join(lines)


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
