"""Two consolidations side by side: which figures moved, why, and which very cells are behind it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from bwise.differences import COLUMNS, differences, stored
from bwise.ledger import CONFIDENTIAL, wises_of
from bwise.lineage import nameless
from bwise.paths import json_of
from bwise.pooling import load_pool
from bwise.privacy import KEY_FILE
from bwise.problems import Problem, ProblemsFound, did_you_mean, stop
from bwise.questionnaire import load_questionnaire
from bwise.records import read_manifest
from bwise.remembered import folder_of, load_releases, respondents_since
from bwise.settings import PUBLISHED, CountrySettings, Project, load_country
from bwise.storage import read_csv

RESULTS = ["value", "n", "wises", "countries", "code", "rank", "obs_status", "conf_status"]  # all other columns say what the figure is
FIGURES = ["table", "figure", "kind", "old", "new", "change", "old_n", "new_n", "countries", "reasons"]
CELLS = ["country", "part", *COLUMNS]
WITHHELD, NONE = "withheld", "–"
SHOWN = 40  # figures or cells that the page lists one by one
PARTS = {"survey": 0, "focus group": 1}  # place in `CountrySettings.parts`


@dataclass(frozen=True, eq=False)
class Comparison:
    """What differs between two consolidations.

    `figures`: one row per figure that moved, appeared or vanished, with n, the countries it is owed to and the reasons; a value that
    either side withholds is in neither. `causes`: country -> what changed in what it sent, `all` for what concerns all countries.
    `cells` as in `bwise.differences`, with country and part. `remarks`: what could not be told, and why.
    """

    figures: pd.DataFrame
    causes: dict[str, list[str]]
    cells: pd.DataFrame
    remarks: tuple[str, ...]


@dataclass(frozen=True)
class Side:
    """One of the two consolidations: its tables, the record of what they were made of, and the project, where there is one."""

    folder: Path
    reports: Path
    project: Project | None
    record: dict


def compare_consolidations(before: Path, after: Path) -> Comparison:
    """Compare two project folders, or two `reports` folders (then cells cannot be named).

    Raises:
        ProblemsFound: a folder holds no tables.
    """
    return _compared(_side(before), _side(after), {})


def compare_with_release(project: Project, name: str) -> Comparison:
    """Compare a release with the figures of today: who came, who went and who answers otherwise is counted by country.

    Raises:
        ProblemsFound: there is no such release, it is not known any more who counted in it, or there are no tables of today.
    """
    releases = {each.name: each for each in load_releases(project)}
    if name not in releases:
        stop("There is nothing to compare.", Problem(f"there is no release `{name}`", "releases/", remedy=did_you_mean(name, releases)))
    pool = load_pool(project)
    moved = respondents_since(releases[name], pool, wises_of(pool))
    return _compared(_side(folder_of(project, name)), _side(project.root), moved)


def _compared(before: Side, after: Side, moved: dict[str, list[str]]) -> Comparison:
    """`moved`: country -> what is known already of its respondents."""
    sides = before, after
    causes = _causes(*(s.record for s in sides))
    for country, found in moved.items():
        causes.setdefault(country, []).extend(found)
    figures = _figures(*sides)
    owed = [_owed_to(row, causes) for row in figures.to_dict("records")]
    figures = figures.assign(countries=[", ".join(c) for c, _ in owed], reasons=["; ".join(r) for _, r in owed])[FIGURES]
    cells, remarks = _cells(*sides, causes)
    missing = [s.folder.name for s in sides if not s.record]
    remarks += [f"{name}: no reports/consolidation.json, so why figures moved cannot be told" for name in missing]
    return Comparison(figures, causes, cells, tuple(remarks))


def _side(folder: Path) -> Side:
    folder = folder.resolve()
    reports = folder / "reports" if (folder / "reports").is_dir() else folder
    if not (reports / "tables").is_dir():
        what, remedy = "no folder `reports/tables/` in it", "give a project folder or its `reports`, after `bwise run`"
        stop("There is nothing to compare.", Problem(what, folder.name, remedy=remedy))
    project = Project(folder) if (folder / "params").is_dir() else None
    return Side(folder, reports, project, json_of(reports / PUBLISHED))


# ------------------------------------------------------------------ figures


def _figures(before: Side, after: Side) -> pd.DataFrame:
    names = sorted({p.name for side in (before, after) for p in (side.reports / "tables").glob("*.csv")})
    order = {f"{id_}.csv": n for n, id_ in enumerate(after.record.get("tables", ()))}
    names = sorted(names, key=lambda name: order.get(name, len(order)))
    tables = [_moved(name, *(_table(side.reports / "tables" / name) for side in (before, after))) for name in names]
    return pd.concat([pd.DataFrame(columns=[*FIGURES[:-2], "country"]), *tables], ignore_index=True)


def _table(path: Path) -> pd.DataFrame:
    """Figure by figure: `country` (or average), and what was found; the index says in words what the figure is."""
    if not path.is_file():
        return pd.DataFrame(columns=["country", *RESULTS], dtype="str").rename_axis("figure")
    table = read_csv(path).drop(columns="table")
    labels = [c for c in table if c.endswith("_label")]
    names = [c for c in table if c not in (*RESULTS, *labels)]
    figure = pd.Series("", index=table.index)
    for name in names:
        told = ", " + ("" if name == "statistic" else f"{name} ") + table[name]
        figure = figure + told.where(table[name].ne(""), "")
    place = next((c for c in ("country", "average") if c in table), None)
    found = table.reindex(columns=RESULTS, fill_value="").assign(
        country=table[place] if place else "", figure=figure.str.removeprefix(", ")
    )
    return found.set_index("figure")


def _moved(name: str, before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    both = before.add_suffix("_old").join(after.add_suffix("_new"), how="outer", sort=False)
    appeared, vanished = both["conf_status_old"].isna(), both["conf_status_new"].isna()
    both = both.fillna("")
    differs = (both[[f"{c}_old" for c in RESULTS]].to_numpy() != both[[f"{c}_new" for c in RESULTS]].to_numpy()).any(axis=1)
    both, appeared, vanished = (x[differs | appeared | vanished] for x in (both, appeared, vanished))
    hidden = both["conf_status_old"].eq(CONFIDENTIAL) | both["conf_status_new"].eq(CONFIDENTIAL)
    made = pd.DataFrame({"table": name.removesuffix(".csv"), "figure": both.index, "kind": "moved"}, index=both.index)
    made["kind"] = made["kind"].mask(appeared, "appeared").mask(vanished, "vanished")
    for side, absent in (("old", appeared), ("new", vanished)):
        told = both[f"value_{side}"].where(both[f"value_{side}"].ne(""), both[f"code_{side}"] + both[f"rank_{side}"])
        state = both[f"conf_status_{side}"].map(lambda status: WITHHELD if status == CONFIDENTIAL else "shown")
        made[side] = told.where(~hidden, state).where(~absent, NONE)
        made[f"{side}_n"] = both[f"n_{side}"].where(~hidden, "")
    by = pd.to_numeric(made["new"], errors="coerce") - pd.to_numeric(made["old"], errors="coerce")
    made["change"] = [f"{v:+.6g}" if pd.notna(v) else "" for v in by]
    return made.assign(country=both["country_new"].where(both["country_new"].ne(""), both["country_old"])).reset_index(drop=True)


# ------------------------------------------------------------------ causes


def _causes(before: dict, after: dict) -> dict[str, list[str]]:
    """Country -> what changed of what its figures were made of; `all`: what concerns every country. Nothing where a record is absent."""
    if not (before and after):
        return {}
    causes: dict[str, list[str]] = {"all": []}
    if before["program"] != after["program"]:
        causes["all"].append("the program is another version")
    settings = (before["settings"], after["settings"])
    changed = [k for k in dict.fromkeys([*settings[0], *settings[1]]) if settings[0].get(k) != settings[1].get(k)]
    causes["all"] += [f"setting `{k}` of the consolidation: {settings[0].get(k)} → {settings[1].get(k)}" for k in changed]
    causes["all"] += [f"list {path}" for path in _differing(before["lists"], after["lists"])]
    for part in PARTS:
        old, new = (record["countries"].get(part, {}) for record in (before, after))
        for country in dict.fromkeys([*old, *new]):
            found = _causes_of(country, part, old, new, after["left_out"].get(part, {}))
            causes.setdefault(country, []).extend(f for f in found if f not in causes.get(country, ()))
    return {country: found for country, found in causes.items() if found}


def _causes_of(country: str, part: str, old: dict, new: dict, left_out: dict[str, str]) -> list[str]:
    if country not in new:
        return [f"{part}: left out now: {left_out.get(country, 'it has no params any more')}"]
    if country not in old:
        return [f"{part}: was not in the consolidation before"]
    found = [f"{part}: {_input(path)}" for path in _differing(old[country]["inputs"], new[country]["inputs"])]
    return [f.removeprefix(f"{part}: ") if " params/" in f else f for f in found]


def _differing(old: dict[str, str], new: dict[str, str]) -> list[str]:
    return [path for path in dict.fromkeys([*old, *new]) if old.get(path) != new.get(path)]


def _input(path: str) -> str:
    if path.endswith(".corrections.csv"):
        return f"corrections {path}"
    if path.startswith("params/questionnaires/"):
        return f"questionnaire {path}"
    return f"settings {path}" if path.startswith("params/") else path  # `export 1`: names of exports are not published


def _owed_to(figure: dict, causes: dict[str, list[str]]) -> tuple[list[str], list[str]]:
    """Countries and reasons for a figure: its own country where that changed, else all that changed (averages, suppression)."""
    changed = [c for c in causes if c != "all"]
    countries = [figure["country"]] if figure["country"] in changed else changed
    return countries, [*(f"{c}: {why}" for c in countries for why in causes[c]), *causes.get("all", ())]


# ------------------------------------------------------------------ cells


def _cells(before: Side, after: Side, causes: dict[str, list[str]]) -> tuple[pd.DataFrame, list[str]]:
    """The answers that differ, of the countries that changed; and what could not be compared."""
    none = pd.DataFrame(columns=CELLS)
    if not (before.project and after.project):
        return none, ["cells can be named between two project folders only: reports and releases keep no answers"]
    if not _same_key(before.project, after.project):
        return none, ["the two folders have different pseudonym keys, so their respondents cannot be matched and no cell is named"]
    tables, remarks = [none], []
    for country in [c for c in causes if c != "all"]:
        for part, number in PARTS.items():
            if all(country in side.record["countries"].get(part, {}) for side in (before, after)):
                found, why = _cells_of(country, part, number, before, after)
                tables.append(found)
                remarks += why
    return pd.concat(tables, ignore_index=True), remarks


def _same_key(*projects: Project) -> bool:
    keys = {(p.root / KEY_FILE).read_bytes() if (p.root / KEY_FILE).is_file() else b"" for p in projects}
    return len(keys) == 1


def _cells_of(country: str, part: str, number: int, before: Side, after: Side) -> tuple[pd.DataFrame, list[str]]:
    none = pd.DataFrame(columns=CELLS)
    try:
        settings = load_country(after.project, country).parts()[number]
        questionnaire = load_questionnaire(after.project.params / "questionnaires" / settings.questionnaire)
    except (ProblemsFound, IndexError):
        return none, [f"{country}: its params cannot be used, so its cells cannot be named"]
    for side in (before, after):
        if _cleaned_from(side, settings) != side.record["countries"][part][country]["inputs"]:
            return none, [f"{country}: processed/{country} in {side.folder.name} is not what the tables were made of; no cell is named"]
    old, new = (stored(side.project, settings, questionnaire, corrected=True) for side in (before, after))
    if old is None or new is None:
        return none, [f"{country}: its record in processed/{country} is not whole on both sides; no cell is named"]
    return differences(old, new, questionnaire).assign(country=country, part=part)[CELLS], []


def _cleaned_from(side: Side, settings: CountrySettings) -> dict[str, str] | None:
    manifest, why = read_manifest(side.project, settings.country, settings.part)
    return None if why else nameless(manifest["inputs"])


# ------------------------------------------------------------------ shown


def page(found: Comparison) -> str:
    """What moved, why, and the cells behind it, to be read by people."""
    if found.figures.empty:
        lines = ["No figure moved."]
    else:
        counts = found.figures["kind"].value_counts()
        told = ", ".join(f"{counts[kind]} {kind}" for kind in ("moved", "appeared", "vanished") if kind in counts)
        lines = [f"Figures: {told}, in {found.figures['table'].nunique()} tables"]
    lines += ["", "Why", *(f"  {country}: {why}" for country, causes in found.causes.items() for why in causes)] if found.causes else []
    lines += ["", f"Cells ({len(found.cells)})", *_few([_cell(c) for c in found.cells.itertuples()])] if len(found.cells) else []
    for table, figures in found.figures.groupby("table", sort=False):
        lines += ["", table, *_few([_figure(f) for f in figures.itertuples()])]
    lines += ["", *(f"Remark: {remark}" for remark in found.remarks)] if found.remarks else []
    return "\n".join(lines)


def _figure(f) -> str:
    base = "" if f.old_n == f.new_n else f"; n {f.old_n or NONE} → {f.new_n or NONE}"
    owed = f"   [{f.countries}]" if f.countries else ""
    return f"{f.figure}: {_short(f.old)} → {_short(f.new)}{f' ({f.change})' if f.change else ''}{base}{owed}"


def _short(value: str) -> str:
    try:
        return f"{float(value):.6g}"
    except ValueError:
        return value


def _cell(c) -> str:
    rows = c.new_row if c.old_row in ("", c.new_row) else f"{c.old_row} → {c.new_row or NONE}"
    what = f"{c.question}: {c.old or NONE} → {c.new or NONE}" if c.question or c.old else c.kind
    return f"{c.country}, {c.part}, {c.delivery}, row {rows}: {what}"


def _few(lines: list[str]) -> list[str]:
    more = [f"  … and {len(lines) - SHOWN} more; `--csv` lists all"] if len(lines) > SHOWN else []
    return [f"  {line}" for line in lines[:SHOWN]] + more


def for_machines(found: Comparison) -> pd.DataFrame:
    """Figures and cells in one tidy table: `what` says which of the two a row is."""
    figures = found.figures.assign(what="figure")
    cells = found.cells.assign(what="cell")
    return pd.concat([figures, cells], ignore_index=True).reindex(columns=["what", *dict.fromkeys([*FIGURES, *CELLS])]).fillna("")
