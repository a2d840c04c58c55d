"""`reports/data/`: every published figure in one long file, the codebook, and their description for machines.

`figures.csv`: one row per figure of the protected tables, the same numbers as the page shows, none computed here. `codes.csv`: what its
codes stand for. `codebook.csv`: one row per question, where it was asked and how. `datapackage.json` describes the three as a Data Package
v2 (https://datapackage.org). Statuses are codes of SDMX: CL_OBS_STATUS v2.2 and CL_CONF_STATUS v1.2 (https://sdmx.org/?page_id=3215).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from bwise import __version__
from bwise.ledger import CONFIDENTIAL, POOLED, UNRELIABLE
from bwise.lineage import DEMONSTRATION
from bwise.pooling import POOLED as COMPARABLE
from bwise.pooling import STATUSES, Pool
from bwise.questionnaire import Question
from bwise.storage import write_csv, write_json
from bwise.tables import Table
from bwise.text import CSV_RULE, inert

FOLDER = "data"
FIGURES, CODES, CODEBOOK, PACKAGE = "figures.csv", "codes.csv", "codebook.csv", "datapackage.json"
PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
ITEM = "item"
NORMAL, LOW_RELIABILITY, SUPPRESSED, MISSING = "A", "U", "Q", "O"
FREE = "F"
OBS_STATUS = {
    NORMAL: "Normal value",
    LOW_RELIABILITY: "Low reliability: few persons behind the figure",
    SUPPRESSED: "Missing value; suppressed",
    MISSING: "Missing value",
}
"""Those of SDMX's CL_OBS_STATUS that our figures have."""
CONF_STATUS = {FREE: "Free", CONFIDENTIAL: "Confidential statistical information"}
"""Those of SDMX's CL_CONF_STATUS that our figures have."""
COUNTS = ("n", "wises", "countries")
SAID = {
    "table": "the European table that the figure stands in, as in params/tables.yaml and reports/tables/",
    ITEM: "what the table counts or rates, as its code; it stands in its own dimension, too, where it has one",
    "statistic": "what was computed",
    "unit": "unit of the value; empty where there is none",
    "period": "fieldwork of the countries in the figure, first and last day (ISO 8601); empty where params do not state it for all of them",
    "value": "the figure, as exact as reports/tables/ has it; means of countries as they are shown; empty where it is withheld or a code",
    "code": "the figure, where it is a judgement, a status or a name and no number",
    "n": "persons behind the figure",
    "wises": "distinct {organisations} behind the figure",
    "countries": "countries that these persons are from",
    "obs_status": "observation status (SDMX CL_OBS_STATUS)",
    "conf_status": "confidentiality status (SDMX CL_CONF_STATUS)",
    "published_by": "empty for figures of this survey; else the source of a figure that others published, which is none of ours",
}
TAIL = ("statistic", "unit", "period", "value", "code", *COUNTS, "obs_status", "conf_status", "published_by")
NO_MICRODATA = (
    "There is no public-use file of single answers. What is known of a respondent, taken together, can point at a person where few were "
    "asked, and taking out what does would leave little more than the tables say already. Thresholds as those of the tables apply to "
    "aggregates only; answers of single persons stay with the partners (GDPR, Articles 5, 9 and 89; Handbook on Statistical Disclosure "
    "Control, sdctools.github.io/HandbookSDC)."
)


# ------------------------------------------------------------------ the long file


def figures(tables: Iterable[Table], pool: Pool) -> pd.DataFrame:
    """Every figure of the tables, and of others beside them: columns table, item, the dimensions of all tables, then `TAIL`."""
    by_id = {table.id: table for table in tables}
    parts = [part for table in by_id.values() for part in (_long(table, pool, by_id), *_of_others(table))]
    found = pd.concat(parts, ignore_index=True)
    dimensions = [c for c in found if c not in ("table", ITEM, *TAIL)]
    found = found[["table", ITEM, *dimensions, *TAIL]]
    return found.astype(dict.fromkeys(COUNTS, "Int64")).fillna(dict.fromkeys([c for c in found if c not in ("value", *COUNTS)], ""))


def _long(table: Table, pool: Pool, tables: Mapping[str, Table]) -> pd.DataFrame:
    data = table.data if "code" in table.data else table.data.assign(code="")
    item = table.about.item if table.about else ""
    if item in data:
        data = data.assign(**{ITEM: data[item]})
    hidden = data["conf_status"].eq(CONFIDENTIAL)
    known = data["value"].notna() | data["code"].ne("")
    status = np.select([hidden, ~known, data["obs_status"].eq(UNRELIABLE)], [SUPPRESSED, MISSING, LOW_RELIABILITY], default=NORMAL)
    return data.assign(
        table=table.id,
        unit=_units(table, tables),
        period=_periods(table, pool),
        obs_status=status,
        conf_status=np.where(hidden, CONFIDENTIAL, FREE),
        published_by="",
    )


def _units(table: Table, tables: Mapping[str, Table]) -> list[str]:
    """The unit of each figure; of one that repeats a figure of another table, the unit there."""
    if "of_table" not in table.data:
        return table.data["statistic"].map(table.units).tolist()
    repeated = zip(table.data["of_table"], table.data["statistic"], strict=True)
    return [tables[id_].units.get(statistic, "") if id_ in tables else "" for id_, statistic in repeated]


def _periods(table: Table, pool: Pool) -> list[str]:
    """Fieldwork of the countries of each figure, as an interval of ISO 8601; "" where it is not stated for all of them."""
    stated = {country: _fieldwork(pool, country) for country in pool.countries}
    whole = _period([stated.get(country) for country in table.countries])
    if "country" not in table.data:
        return [whole] * len(table.data)
    return [_period([stated[c]]) if c in stated else whole for c in table.data["country"]]


def _fieldwork(pool: Pool, country: str) -> tuple[str, str] | None:
    """First and last day on which the survey was open in a country: as its own params state it, or those of the consolidation."""
    own, of_all = pool.manifests[country].get("settings", {}).get("fieldwork"), pool.settings.fieldwork
    if own:
        return own["first"], own["last"]
    return (str(of_all.first), str(of_all.last)) if of_all else None


def _period(spans: list[tuple[str, str] | None]) -> str:
    if not spans or not all(spans):
        return ""
    return f"{min(first for first, _ in spans)}/{max(last for _, last in spans)}"


def period(pool: Pool) -> str:
    """Fieldwork of all countries, as an interval of ISO 8601; "" where params do not state it for all of them."""
    return _period([_fieldwork(pool, country) for country in pool.countries])


def _of_others(table: Table) -> list[pd.DataFrame]:
    """What others published: of whom, and how it was averaged, is theirs, so only what the reference names is said of it."""
    status = {"obs_status": NORMAL, "conf_status": FREE}
    rows = [
        each.named
        | {ITEM: each.named[table.about.item], "statistic": each.ours["statistic"], "value": each.value}
        | {"table": table.id, "unit": each.unit, "published_by": each.source}
        | status
        for each in table.references
    ]
    return [pd.DataFrame(rows)] if rows else []


def codes(tables: Iterable[Table]) -> pd.DataFrame:
    """What the codes stand for, those that figures have: columns table, dimension, code, label."""
    rows = []
    for table in tables:
        symbols = {code: words for code, (_, words) in table.symbols.items()}
        for dimension, labels in {**table.codes, "code": symbols}.items():
            if dimension in table.data:
                found = dict.fromkeys(table.data[dimension].astype(str))
                rows += [(table.id, dimension, code, str(labels[code])) for code in found if code in labels]
    return pd.DataFrame(rows, columns=["table", "dimension", "code", "label"])


# ------------------------------------------------------------------ the codebook

NOWHERE = (pd.NA, "")  # persons who answered, and the table that shows it


def codebook(pool: Pool, tables: Iterable[Table], groups: Pool | None = None) -> pd.DataFrame:
    """One row per question, of the survey and of the focus groups' form.

    `asked_in`, `not_asked_in`: countries; `differences`: how the form of a country differs, and which answers not all of them offered.
    `answered`: persons who did, only where a table shows it (`answered_in_table`), so that nothing is told that is withheld there.
    """
    shown = _answered(tables)
    parts = [("survey", pool)] + ([("focus group", groups)] if groups and groups.countries else [])
    rows = [
        _entry(part, question, of, shown.get(name, NOWHERE) if of is pool else NOWHERE)
        for part, of in parts
        for name, question in of.questionnaire.questions.items()
    ]
    return pd.DataFrame(rows).astype({"answered": "Int64"})


def _answered(tables: Iterable[Table]) -> dict[str, tuple[int, str]]:
    """Question -> persons behind a published figure that all who answered it count in, and the table; no other question is in its base."""
    found: dict[str, tuple[int, str]] = {}
    for table in tables:
        if table.evidence is None:
            continue
        told = table.data["n"].notna() & table.data["conf_status"].eq("")
        for behind, n in zip(table.evidence[told], table.data.loc[told, "n"], strict=True):
            for evidence in behind[:1] if len(behind) == 1 else ():
                base = evidence.items.base
                if len(base.questions) == 1 and len(evidence.by.groups) == 1 and evidence.by.countries == (POOLED,):
                    found.setdefault(base.questions[0], (int(n), table.id))
    return found


def _entry(part: str, question: Question, pool: Pool, answered: tuple) -> dict:
    questionnaire, name = pool.questionnaire, question.name
    status = {country: pool.status(name, country) for country in pool.countries}
    choices = questionnaire.choices(name).values()
    return {
        "part": part,
        "question": name,
        "battery": question.battery,
        "wording": question.label(),
        "asked_by_battery": question.battery_labels.get("en", ""),
        "type": question.kind,
        "answers": "; ".join(f"{c.name} = {c.labels.get('en', c.name)}" for c in choices),
        "missing_answers": "; ".join(c.name for c in choices if c.missing),
        "classification": questionnaire.classification(name),
        "role": question.role,
        "concept": question.concept,
        "measure": question.measure,
        "subject": question.subject,
        "unit": question.unit,
        "sensitive": question.sensitive,
        "shown_if": " and ".join(question.relevant),
        "asked_in": " ".join(c for c, how in status.items() if how not in ("not asked", "pending")),
        "not_asked_in": " ".join(c for c, how in status.items() if how == "not asked"),
        "differences": "; ".join(_differences(pool, question, status)),
        **dict(zip(("answered", "answered_in_table"), answered, strict=True)),
    }


def _differences(pool: Pool, question: Question, status: dict[str, str]) -> list[str]:
    """How national forms differ from the questionnaire."""
    told = []
    for how, meaning in STATUSES.items():
        where = [country for country, its in status.items() if its == how]
        if where and how not in (COMPARABLE[0], "not asked"):
            told.append(f"{how} ({meaning}): {' '.join(where)}")
    if question.kind == "select_multiple":
        asked = [c for c in pool.countries if status[c] != "not asked"]
        for choice in pool.questionnaire.choices(question.name):
            without = [c for c in asked if c not in pool.offered(f"{question.name}/{choice}")]
            told += [f"answer {choice} not offered: {' '.join(without)}"] if without else []
    return told


# ------------------------------------------------------------------ their description


def write_data(tables: Iterable[Table], pool: Pool, book: pd.DataFrame) -> list[str]:
    """Write `reports/data/`.

    Args:
        book: as `codebook` gives it.

    Returns:
        The names of the files.
    """
    tables, folder = list(tables), pool.project.reports / FOLDER
    made = {FIGURES: figures(tables, pool), CODES: codes(tables), CODEBOOK: book}
    for name, frame in made.items():
        write_csv(folder / name, frame)
    package = describe(made, tables, pool)
    for resource in package["resources"]:
        content = (folder / resource["path"]).read_bytes()
        resource |= {"bytes": len(content), "hash": f"sha256:{hashlib.sha256(content).hexdigest()}"}
    write_json(folder / PACKAGE, package)
    return [*made, PACKAGE]


def describe(made: Mapping[str, pd.DataFrame], tables: list[Table], pool: Pool) -> dict:
    """The files as a Data Package; no moment is in it but the day of the release that params state."""
    settings, title = pool.settings, pool.questionnaire.title
    about = [DEMONSTRATION + "."] if pool.demonstration else []
    about += [
        f"Published figures of {title}, {len(pool.countries)} countries: {', '.join(pool.countries)}.",
        "Figures on small groups, and those that would give them away, are withheld (obs_status Q, conf_status C).",
        "Samples that partners recruited: exploratory and indicative, no margins of error.",
        f"In the CSV files, {CSV_RULE}.",
        NO_MICRODATA,
    ]
    package = {
        "$schema": PROFILE,
        "name": _slug(f"{settings.title} european tables"),
        "title": f"{title}: European tables",
        "description": " ".join(about),
        "version": str(settings.released or __version__),
        **({"created": f"{settings.released}T00:00:00Z"} if settings.released else {}),
        **({"licenses": [_licence(settings.licence)]} if settings.licence else {}),
        **({"contributors": [{"title": settings.contact, "roles": ["contact"]}]} if settings.contact else {}),
        "sources": [
            {"title": f"{title}: answers to the survey and returns of the focus groups"},
            *({"title": source} for source in dict.fromkeys(each.source for table in tables for each in table.references)),
        ],
        "keywords": [settings.organisation.in_full, "survey", "Europe"],
    }
    resources = [
        _resource(FIGURES, "Published figures", _figure_fields(made[FIGURES], tables)),
        _resource(CODES, "Codes of the figures", [_field(name, CODE_SAID[name], required=True) for name in made[CODES]]),
        _resource(CODEBOOK, "Codebook", [_codebook_field(name) for name in made[CODEBOOK]]),
    ]
    resources[1]["schema"]["primaryKey"] = ["table", "dimension", "code"]
    resources[2]["schema"]["primaryKey"] = ["part", "question"]
    return package | {"resources": resources}


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-")


def _licence(text: str) -> dict:
    """A licence by its identifier (`CC BY 4.0` is CC-BY-4.0), with its address where it is one."""
    if re.match(r"https?://", text):
        return {"path": text}
    return {"name": re.sub(r"[^-a-zA-Z0-9._]+", "-", text).strip("-") or "other", "title": text}


CODE_SAID = {
    "table": "the table whose code it is: the same code may stand for other things elsewhere",
    "dimension": "the column of figures.csv that has the code",
    "code": "the code",
    "label": "what it stands for",
}
CODEBOOK_SAID = {
    "part": "who was asked: respondents of the survey, or national focus groups",
    "question": "name of the question, as in the questionnaire (XLSForm)",
    "battery": "the battery it is a row of",
    "wording": "its wording in English",
    "asked_by_battery": "what the battery asks, in English",
    "type": "type of the question (XLSForm)",
    "answers": "the codes of its answers and what they stand for",
    "missing_answers": "those that count as no answer",
    "classification": "the official classification that the answers are of",
    "role": "what the question is to the tables",
    "concept": "the skill, technology or support that is rated",
    "measure": "what is rated of it: relevance, endowment, future",
    "subject": "whose skill: that of the respondents themselves, or of another group",
    "unit": "unit of the number asked for",
    "sensitive": "how sensitive the answers are; special: a category of Article 9 of the GDPR",
    "shown_if": "the condition under which it is shown (XLSForm)",
    "asked_in": "countries that asked it",
    "not_asked_in": "countries that did not",
    "differences": "how national forms differ from the questionnaire",
    "answered": "persons who answered, where a published table shows it; else empty",
    "answered_in_table": "the table that shows it",
}


def _resource(path: str, title: str, fields: list[dict]) -> dict:
    return {
        "name": path.partition(".")[0],
        "path": path,
        "type": "table",
        "title": title,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": {"fields": fields, "missingValues": [""]},
    }


def _field(name: str, said: str, kind: str = "string", listed: Mapping[str, str] | Iterable[str] = (), required: bool = False) -> dict:
    """A column. `listed`: the codes it may have, with their labels where they have one in all tables."""
    constraints = ({"required": True} if required else {}) | ({"enum": [inert(code) for code in listed]} if listed else {})
    labels = [{"value": inert(code), "label": label} for code, label in listed.items()] if isinstance(listed, Mapping) else []
    field = {"name": name, "type": kind, "description": said}
    return field | ({"categories": labels} if labels else {}) | ({"constraints": constraints} if constraints else {})


def _figure_fields(found: pd.DataFrame, tables: list[Table]) -> list[dict]:
    fixed = {"obs_status": OBS_STATUS, "conf_status": CONF_STATUS, "table": {table.id: table.title for table in tables}}
    fields = []
    for name in found:
        if name in ("value", *COUNTS):
            said = SAID[name].format(organisations=tables[0].organisation.in_full)
            fields.append(_field(name, said, "number" if name == "value" else "integer"))
        elif name in fixed:
            fields.append(_field(name, SAID[name], listed=fixed[name], required=True))
        elif name in ("statistic", "unit"):
            fields.append(_field(name, SAID[name], listed=[u for u in dict.fromkeys(found[name]) if u], required=name == "statistic"))
        elif name in SAID:
            fields.append(_field(name, SAID[name]))
        else:
            fields.append(_field(name, "dimension; what its codes stand for is in codes.csv", listed=_listed(name, found[name], tables)))
    return fields


def _listed(dimension: str, found: pd.Series, tables: list[Table]) -> dict[str, str] | list[str]:
    """The codes of a dimension, with labels unless two tables have two for the same code."""
    used = [code for code in dict.fromkeys(found.astype(str)) if code]
    labels: dict[str, set[str]] = {code: set() for code in used}
    for table in tables:
        if dimension in table.data:
            for code in labels.keys() & set(table.data[dimension].astype(str)):
                labels[code].add(str(table.codes.get(dimension, {}).get(code, code)))
    if any(len(names) > 1 for names in labels.values()):
        return used
    return {code: next(iter(names), code) for code, names in labels.items()}


def _codebook_field(name: str) -> dict:
    kind = "integer" if name == "answered" else "string"
    return _field(name, CODEBOOK_SAID[name], kind, required=name in ("part", "question", "wording", "type"))
