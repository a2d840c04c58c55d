"""Params: what is particular to a country, and what the consolidation needs. Strict: an unknown key is refused."""

from __future__ import annotations

import builtins
import hashlib
import re
from collections import Counter
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr, ValidationError, field_validator, model_validator
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from bwise.countries import EUROSTAT, country_code
from bwise.paths import OUTSIDE, WHY, file_in, leads_out
from bwise.problems import Problem, ProblemsFound, did_you_mean, stop
from bwise.text import tidy

KEY_FILE = ".pseudonym-key"  # of the pseudonyms, in the project folder: made on the first run, never committed
CONSOLIDATION = "consolidation"  # the run that makes the European tables, beside those of countries
DRAWN = "figures.json"  # in processed/: what each figure of reports/ was drawn from
PUBLISHED = "consolidation.json"  # in reports/: what they were made of
MANIFEST = "manifest.json"
RECORD = ("answers.parquet", "missing.parquet", "mapping.csv", "changes.csv", "exclusions.csv", "flags.csv", "texts_to_read.csv", MANIFEST)
"""What `bwise.lineage.save` writes into the folder of a country, and of each part of what it sent."""
RELEASES = "releases"  # folder of what was released, and below processed/ of who counted in it
COUNTRY_FILE = re.compile(r"^[A-Z]{2}\.yaml$")
COUNTRY_CODES = EUROSTAT  # Eurostat writes EL and UK; GR and GB (ISO 3166-1) are accepted
ALL_ROWS = "all"
INCOME_TOLERANCE = 1.0  # percentage points by which shares of income may differ from 100: those who rounded are not at fault
EXCLUSION_RULES = ("test", "duplicate", "too_few_answers")  # by which respondents are left out
ROW_RULES = ("heading_row", "summary_row")  # by which rows are that are nobody's answers (`bwise.exports.set_aside`)


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Span(Strict):
    """From one day or number to another one, both included; open where one is left away."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)
    first: date | float | None = Field(default=None, alias="from")
    last: date | float | None = Field(default=None, alias="to")


class Delivery(Strict):
    """One export of one partner. All but `partner` and `file` is found out from the file when left away.

    Attributes:
        partner: short name of the partner organisation.
        file: the export, relative to the project folder.
        accepted: sha256 of the file that was looked at and accepted (at least 12 digits); any file is used where it is left away.
        rows: which rows of the file belong to the delivery: heading, its code, or `column 12` -> a value, a list of values, or
            `{from: 2022-03-01, to: 2022-04-30}`, days or numbers; `all` where a file of several countries belongs as a whole.
        weight: heading of the column with a weight for each respondent; kept beside the answers.
        tool, encoding, delimiter, sheet, language: overrides of what is recognised.
        columns: heading, its code, or `column 12` -> question, or question/choice; `ignore` for a column to leave aside.
        wording: `accepted` for headings that word the question of their code otherwise: all of them, or heading, code or place ->
            `accepted`.
        join: question that several columns are -> `first` (the first filled cell counts) or `sum`; `first` for all such questions.
        answers: question, or answer list for all its questions -> {raw answer: code}; the question's own lines come first.
        scales: question -> the answer list used in this export instead of the questionnaire's own.
        units: question -> the unit used in this export; converted to the questionnaire's unit.
        sentinels: question -> numbers that stand for "no answer".
        decimal: the decimal sign, where numbers such as 1,234 would be ambiguous.
        ranges: question -> which number stands for a range such as 10-15 or an open class such as 5+: lower, midpoint, upper.
        dates: whether dates such as 5/10/2022 are written with the day or the month first, where the file leaves it open.
        national: question -> {national category: common code}; the national category is kept beside the code.
        rescale: question whose `scales` differs -> `linear`, or {point of this export's scale: point of the questionnaire's}.
        options: question with one column per option -> what an option without a column is: `all_offered` (nobody ticked it) or
            `not_offered` (it was not asked).
        classifications: question -> the classification used in this export (`NACE Rev. 2.1`) instead of the questionnaire's.
    """

    partner: str
    file: Path
    accepted: str | None = Field(default=None, pattern="^[0-9a-f]{12,64}$")
    rows: dict[str, list[str] | Span] | Literal["all"] | None = None
    weight: str | None = None
    tool: str | None = None
    encoding: str | None = None
    delimiter: str | None = Field(default=None, min_length=1, max_length=1)
    sheet: str | None = None
    language: str | None = None
    columns: dict[str, str] = {}
    wording: Literal["accepted"] | dict[str, Literal["accepted"]] = {}
    join: Literal["first"] | dict[str, Literal["first", "sum"]] = {}
    answers: dict[str, dict[str, Annotated[str, BeforeValidator(str)]]] = {}
    scales: dict[str, str] = {}
    units: dict[str, str] = {}
    sentinels: dict[str, list[float]] = {}
    decimal: Literal[",", "."] | None = None
    ranges: dict[str, Literal["lower", "midpoint", "upper"]] = {}
    dates: Literal["day first", "month first"] | None = None
    national: dict[str, dict[str, Annotated[str, BeforeValidator(str)]]] = {}
    rescale: dict[str, Literal["linear"] | dict[str, Annotated[str, BeforeValidator(str)]]] = {}
    classifications: dict[str, str] = {}
    options: dict[str, Literal["all_offered", "not_offered"]] = {}

    @field_validator("columns", "wording")
    @classmethod
    def _as_seen(cls, given):
        """Headings without what nobody sees, as `bwise.matching.columns.names_of` has them."""
        if isinstance(given, str):
            return given
        seen = {tidy(name): value for name, value in given.items()}
        if len(seen) < len(given):
            raise ValueError("two of the headings look the same; take one of the lines out")
        return seen

    @field_validator("rows", mode="before")
    @classmethod
    def _each_a_list_or_span(cls, rows: Any) -> Any:
        if rows in (None, ALL_ROWS):
            return rows
        if not isinstance(rows, dict) or not rows:
            raise ValueError("write `{heading: value}`, `{heading: [value, value]}`, `{heading: {from: …, to: …}}` or `all`")
        found = {}
        for heading, wanted in rows.items():
            if isinstance(wanted, dict | Span):
                found[heading] = Span.model_validate(wanted)
            else:
                found[heading] = [str(value) for value in (wanted if isinstance(wanted, list) else [wanted])]
        return found

    @field_validator("encoding")
    @classmethod
    def _known_encoding(cls, name: str | None) -> str | None:
        try:
            "a".encode(re.sub(r"^utf-8 twice \(|\)$", "", name or "utf-8"))
        except (LookupError, ValueError):  # no encoding, or one of bytes such as base64
            raise ValueError(f"`{name}` is not an encoding; use utf-8, cp1250, cp1252, …") from None
        return name


Texts = dict[str, Annotated[str, Field(pattern="^t[0-9a-f]{8}$")]]
"""Id of a text -> its mark, as `texts_to_read.csv` has them (`bwise.released_texts`)."""


Folder = Annotated[str, Field(pattern=r"^[^/\\:\x00-\x1f]*[^/\\:\x00-\x1f.]$")]
"""Name of a folder in params/questionnaires/, not a path that leads elsewhere."""


class FocusGroup(Strict):
    """What a country's national focus group returned, in forms of their own: one record per WISE model discussed."""

    questionnaire: Folder
    deliveries: list[Delivery] = Field(min_length=1)
    released_texts: Texts = {}


class Fieldwork(Strict):
    """The days on which the survey was open, both included."""

    first: date
    last: date

    @model_validator(mode="after")
    def _in_order(self) -> Fieldwork:
        if self.first > self.last:
            raise ValueError("`first` is after `last`")
        return self


def _as_codes(value: Any) -> list[str]:
    """One code or several, as text: YAML takes `17` for a number."""
    return [str(code) for code in (value if isinstance(value, list) else [value])]


class CountrySettings(Strict):
    """`params/<CC>.yaml`.

    Attributes:
        part: where the answers are kept below `processed/<CC>/`; those of the survey stand there themselves.
        exclude: rules by which respondents are left out; all others are kept, at most flagged.
        minimum_answered: `too_few_answers` means below this share of the questions shown to the respondent.
        fieldwork: a record submitted on another day is flagged `out_of_frame`.
        wises: enterprises that several partners surveyed, one line each: partner -> the codes it has there (`bwise.wises`).
        released_texts: texts that somebody has read and that may be published; no other text ever is.
    """

    part: ClassVar[str] = ""
    _sha256: str = PrivateAttr("")

    country: str = Field(pattern="^[A-Z]{2}$")
    questionnaire: Folder
    deliveries: list[Delivery] = Field(min_length=1)
    exclude: list[Literal[*EXCLUSION_RULES, *ROW_RULES]] = [*EXCLUSION_RULES, *ROW_RULES]
    minimum_answered: float = Field(default=0.2, ge=0, le=1)
    fieldwork: Fieldwork | None = None
    wises: list[dict[str, Annotated[list[str], BeforeValidator(_as_codes)]]] = []
    released_texts: Texts = {}
    focus_group: FocusGroup | None = None

    @field_validator("wises")
    @classmethod
    def _each_code_once(cls, lines: list[dict[str, list[str]]]) -> list[dict[str, list[str]]]:
        if any(sum(map(len, line.values())) < 2 for line in lines):
            raise ValueError('a line joins two codes or more, such as {BE-1: "17", BE-2: "A-17"}')
        places = Counter((partner, code) for line in lines for partner, codes in line.items() for code in codes)
        if twice := [f"{partner}: {code}" for (partner, code), times in places.items() if times > 1]:
            raise ValueError(f"two lines name {', '.join(twice)}: write all codes that are one and the same into one line")
        return lines

    def for_focus_group(self) -> FocusGroupSettings | None:
        """The settings for the returns of the focus group, or None where the country has sent none."""
        if self.focus_group is None:
            return None
        settings = FocusGroupSettings(country=self.country, exclude=list(ROW_RULES), **dict(self.focus_group))
        settings._sha256 = self._sha256
        return settings

    def read_from(self) -> dict[str, str]:
        """The params file -> sha256, as it was when it was read; nothing for settings that were made elsewhere."""
        return {f"params/{self.country}.yaml": self._sha256} if self._sha256 else {}

    def parts(self) -> list[CountrySettings]:
        """The settings of everything the country sends: of the survey, and of the focus group where there was one."""
        focus_group = self.for_focus_group()
        return [self] if focus_group is None else [self, focus_group]

    def stated(self) -> dict[str, Any]:
        """What a run with these settings writes down of them: its own part, so that neither part is out of date for the other."""
        return self.model_dump(mode="json", exclude={"focus_group"})

    def delivery_names(self) -> list[str]:
        """One name per delivery: the partner's, numbered where a partner sent several."""
        partners = [d.partner for d in self.deliveries]
        seen: dict[str, int] = {}
        names = []
        for partner in partners:
            seen[partner] = seen.get(partner, 0) + 1
            names.append(partner if partners.count(partner) == 1 else f"{partner}-{seen[partner]}")
        return names


class FocusGroupSettings(CountrySettings):
    """Settings for the returns of a focus group, made of the country's. Every record is kept: a group says each thing once."""

    part: ClassVar[str] = "focus_group"


class Organisation(Strict):
    """What the survey calls the organisations that respondents answer for, as pages and workbooks say it.

    Attributes:
        one, many: the noun. meaning: what it stands for, in the plural, where it is an abbreviation.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    one: str = Field(default="organisation", min_length=1)
    many: str = Field(default="organisations", min_length=1)
    meaning: str = ""

    @property
    def in_full(self) -> str:
        return self.meaning or self.many


class ConsolidationSettings(Strict):
    """`params/consolidation.yaml`.

    Attributes:
        title: of the project, before the names of its notebooks' pages.
        organisation: what respondents answer for is called.
        released, licence, contact: the day of the release, what others may do with it, whom to ask; on the cover of the workbook.
        fieldwork: the days on which the survey was open, of countries whose own params state none.
        questionnaire, focus_group: the questionnaires of the survey and of the focus groups; answers to others are not pooled.
        countries: the order in which countries stand in every table and figure.
        minimum_persons, minimum_wises: a figure whose base has fewer persons, or persons of fewer distinct WISEs, is
            confidential (conf_status C). Default 5 and 3: a cautious choice between the 3 and 10 that statistical offices
            use. The threshold is on the base, not on the answer: in samples of 5 to 12 per country every share would go.
        sensitive_persons, sensitive_numerator: the same for questions marked `sensitive` in the questionnaire: persons in the base, and
            persons who gave the answer as well as those who did not (none and all are hidden, too).
        dominance: per cent p of the p % rule, for amounts of money: hidden where all but the two largest contributors (WISEs, partners)
            add less than p % of the largest. None for no such rule.
        minimum_countries: a mean of countries needs so many: of few, it and the pooled figure tell what those of one country answered.
        minimum_median: a median or quartile needs a base of so many persons: of few, it is the answer of one of them.
        minimum_movement: a hidden figure must be able to move in this share of its scale without any published figure changing; so
            must one of a single country that is only in a mean of countries, or the mean is left out.
        low_reliability: figures on fewer persons carry obs_status u.
        income_tolerance: percentage points by which income shares may differ from 100.
        income_rule: what becomes of shares that differ by more: `refuse` (left out, counted), `rescale` to 100, `keep`.
        size_classes: lower bounds of the size classes of WISEs above the first, in persons employed.
        age_classes: lower bounds of the age classes of WISEs above the first, in years, at `reference_year`.
        country_groups: name -> countries, for a breakdown; none when empty.
        together: question -> lists of its answers that are one group wherever respondents are grouped by it.
        minimum_shown: groups across are left out of a table where a smaller share of them may be shown.
        minutes_per_notebook: a notebook that runs longer is stopped.
    """

    title: str = ""
    released: date | None = None
    licence: str = ""
    contact: str = ""
    organisation: Organisation = Organisation()
    fieldwork: Fieldwork | None = None
    questionnaire: Folder
    focus_group: Folder = "focus_group"
    countries: list[str]
    minimum_persons: int = Field(default=5, ge=1)
    minimum_wises: int = Field(default=3, ge=1)
    minimum_countries: int = Field(default=4, ge=1)
    minimum_median: int = Field(default=10, ge=1)
    sensitive_persons: int = Field(default=10, ge=1)
    sensitive_numerator: int = Field(default=3, ge=1)
    dominance: float | None = Field(default=10.0, gt=0, le=100)
    minimum_movement: float = Field(default=0.2, ge=0, le=1)
    low_reliability: int = Field(default=30, ge=1)
    income_tolerance: float = Field(default=INCOME_TOLERANCE, ge=0)
    income_rule: Literal["refuse", "rescale", "keep"] = "refuse"
    size_classes: list[int] = Field(default=[10, 50, 250], min_length=1)
    age_classes: list[int] = Field(default=[5, 15], min_length=1)
    reference_year: int = 2022
    country_groups: dict[str, list[str]] = {}
    together: dict[str, list[Annotated[list[str], Field(min_length=2)]]] = {}
    minimum_shown: float = Field(default=0.5, ge=0, le=1)
    minutes_per_notebook: int = Field(default=60, ge=1)

    @field_validator("countries")
    @classmethod
    def _eurostat_codes(cls, codes: list[str]) -> list[str]:
        return [COUNTRY_CODES.get(code, code) for code in codes]


def corrections_file(country: str, part: str = "") -> str:
    """Where corrections of single answers are stated, of the survey or of a part (`CountrySettings.part`); from the project folder."""
    return "params/" + ".".join(filter(None, (country, part, "corrections", "csv")))


OF_ALL = ("consolidation.yaml", "tables.yaml", "factsheets.yaml", "model_rules.yaml")
"""Files of `params/` that are of no single country."""


@dataclass(frozen=True)
class Project:
    """A folder with `params/` and `raw/`; everything else is made in it."""

    root: Path

    @property
    def params(self) -> Path:
        return self.root / "params"

    @property
    def reports(self) -> Path:
        return self.root / "reports"

    def processed(self, country: str, part: str = "") -> Path:
        """Where the cleaned answers of a country are kept, or those of a part (`CountrySettings.part`) of what it sent."""
        return self.root / "processed" / country / part

    def countries(self) -> list[str]:
        """Countries that have params, in the order of the consolidation, then of the alphabet.

        Raises:
            ProblemsFound: a file in params/ has a name under which it would never be read.
        """
        files = [p.name for p in sorted(self.params.glob("*.y*ml"))]
        stray = [name for name in files if not COUNTRY_FILE.match(name) and name not in OF_ALL]
        stray += [f"{code}.yaml" for code in COUNTRY_CODES if (self.params / f"{code}.yaml").is_file()]
        stop(
            "Some files in params/ would not be read.",
            *[
                Problem(f"params/{name}", remedy="name it <CC>.yaml: two capital letters, Eurostat's code (EL, not GR)")
                for name in dict.fromkeys(stray)
            ],
        )
        found = sorted(p.stem for p in self.params.glob("[A-Z][A-Z].yaml"))
        order = self.consolidation().countries
        return sorted(found, key=lambda c: (order.index(c) if c in order else len(order), c))

    def consolidation(self) -> ConsolidationSettings:
        return validated(ConsolidationSettings, read_yaml(self.params / "consolidation.yaml"), "params/consolidation.yaml")

    def file(self, given: Path | str) -> Path:
        """The file that params name by its path from here (`bwise.paths.file_in`)."""
        return file_in(self.root, given, "put it into raw/<CC>/, and give its path from the project folder")

    def inside(self, path: Path) -> str:
        """A path that somebody gave, from here or from the project folder, as params write it: from the project folder.

        Raises:
            ProblemsFound: the file is outside the project, where what was made from it could not be proved later.
        """
        root = self.root.resolve()
        tried = [path.resolve(), (root / path).resolve()]
        found = next((p for p in tried if p.is_file() and p.is_relative_to(root)), None)
        if not found and tried[0].is_file():
            stop("Nothing was written.", Problem(OUTSIDE, path.name, WHY, "put it into raw/<CC>/ of the project, and give it from there"))
        return found.relative_to(root).as_posix() if found else path.as_posix()

    def shown(self, path: Path) -> str:
        """A path as it may be printed: relative to the project, never a path of somebody's computer."""
        path = Path(path)
        return path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else path.name


NAME_PROJECT = {
    False: "give --project DIR",
    True: 'write project = "DIR" into the first cell of code (papermill: -p project DIR)',
}


def in_a_notebook() -> bool:
    """Whether IPython runs this, as the kernels of notebooks do: options of the command line cannot be given there."""
    return hasattr(builtins, "get_ipython")


def find_project(start: Path | str | None = None) -> Project:
    """The folder given, or the nearest one from here upwards that holds `params/`: notebooks work from any folder of the project.

    Raises:
        ProblemsFound: the folder given is no project; never is another one taken in its place.
    """
    here = Path(start or ".").resolve()
    for folder in (here,) if start else (here, *here.parents):
        if (folder / "params").is_dir():
            return Project(folder)
    raise ProblemsFound(
        "This is not a project folder.",
        [
            Problem(
                "no folder `params/` in it" if start else "no folder `params/` here or above",
                here.name,
                remedy=f"change to the project's folder, or {NAME_PROJECT[in_a_notebook()]}",
            ),
        ],
    )


def load_country(project: Project, country: str, **overrides: Any) -> CountrySettings:
    """Settings of one country from its params file; `overrides` replace single keys.

    Raises:
        ProblemsFound: unknown country, unknown key (with the nearest key and the line), wrong value, missing file.
    """
    country = COUNTRY_CODES.get(str(country).upper(), str(country).upper())
    path = project.params / f"{country}.yaml"
    known = sorted(p.stem for p in project.params.glob("[A-Z][A-Z].yaml"))
    if country not in known:  # a path that leads elsewhere is none of them
        code = country_code(country, known)
        begin = f"put the export into raw/{code}/ and write the file with: bwise new {code} --file raw/{code}/NAME"
        remedy = f"use one of: {', '.join(known)}; or {begin}" if known else begin
        stop("There are no settings for this country.", Problem(f"no file params/{code}.yaml", remedy=remedy))
    content, digest = _read_yaml(path)
    content.update(overrides)
    where = f"params/{country}.yaml"
    settings = validated(CountrySettings, content, where)
    settings._sha256 = digest
    settings.country = COUNTRY_CODES.get(settings.country, settings.country)
    if settings.country != country:
        stop(
            "The settings belong to another country.",
            Problem(
                f"the file says country {settings.country}, its name says {country}",
                where,
                why="the answers of one country would be counted for another",
                remedy="make the two agree",
            ),
        )
    return settings


MOMENT = re.compile(r"\d{4}-\d{1,2}-\d{1,2}")


def _impossible_moments(text: str, where: str) -> list[Problem]:
    """A date that does not exist, each with its line: YAML itself turns dates into days, and does not say where it could not."""
    problems = []
    for number, line in enumerate(text.splitlines(), 1):
        for text in MOMENT.findall(line.partition("#")[0]):
            year, month, day = map(int, text.split("-"))
            try:
                date(year, month, day)
            except ValueError:
                problems.append(Problem(f"`{text}` is no date", f"{where}, line {number}", remedy="write year-month-day, as in 2022-03-31"))
    value = Problem("a value looks like a date or a number, and is none", where, remedy="put it into quotes if it is a text")
    return problems or [value]


def read_yaml(path: Path) -> CommentedMap:
    """A params file, each key with its line.

    Raises:
        ProblemsFound: no file, no YAML, not UTF-8, no keys in it.
    """
    return _read_yaml(path)[0]


@lru_cache(maxsize=128)  # one command asks many times for the params of each country
def _parsed(text: str) -> CommentedMap:
    return YAML(typ="rt").load(text)


def _read_yaml(path: Path) -> tuple[CommentedMap, str]:
    """The same, with the sha256 of what was read."""
    if not path.is_file():
        stop("A settings file is missing.", Problem(f"no file {path.parent.name}/{path.name}", remedy="write it; see params/README.md"))
    where = f"{path.parent.name}/{path.name}"
    if leads_out(path.parent.parent, path):
        stop("A settings file cannot be read.", Problem(OUTSIDE, where, WHY, "put the file itself there instead of a link"))
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
        content = deepcopy(_parsed(text))
    except RecursionError:
        what, remedy = "it holds lists or keys within one another, hundreds deep", "look for a row of brackets or of indentations in it"
        raise ProblemsFound("A settings file cannot be read.", [Problem(what, where, remedy=remedy)]) from None
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else "?"
        raise ProblemsFound(
            "A settings file cannot be read.",
            [
                Problem(str(error.problem), f"{where}, line {line}", remedy="check the spelling, the colons and the indentation there"),
            ],
        ) from None
    except YAMLError:
        raise ProblemsFound(
            "A settings file cannot be read.",
            [Problem("it holds a character that no text should hold", where, remedy="save it again as plain text with encoding UTF-8")],
        ) from None
    except UnicodeDecodeError:  # a ValueError, too: it must come first
        raise ProblemsFound(
            "A settings file cannot be read.",
            [
                Problem("the file is not UTF-8", where, remedy="save it again with encoding UTF-8"),
            ],
        ) from None
    except ValueError:
        raise ProblemsFound("A settings file cannot be read.", _impossible_moments(text, where)) from None
    if not isinstance(content, CommentedMap):
        stop("A settings file cannot be read.", Problem("it holds no `key: value` lines", where, remedy="see params/README.md"))
    return content, hashlib.sha256(data).hexdigest()


def validated(model: type[Strict], content: dict, where: str, inside: dict | None = None, lines: Any = None):
    """The content of a params file as this model.

    Args:
        inside: key -> the model of what stands below it, where a key may be misspelt there.
        lines: the part of the file that holds the content, where it is a part only.

    Raises:
        ProblemsFound: with every key that is unknown, missing or has a value that cannot be used, and its line.
    """
    try:
        return model.model_validate(_plain(content))
    except ValidationError as error:
        problems = [_as_problem(e, model, lines or content, where, inside or INSIDE) for e in error.errors()]
        raise ProblemsFound(f"{where} has settings that cannot be used.", problems) from None


def _plain(value: Any) -> Any:
    """ruamel's containers as plain ones; numbers that stand for text keys and answers become text."""
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    return value


INSIDE = {
    "deliveries": Delivery,
    "organisation": Organisation,
    "fieldwork": Fieldwork,
    "focus_group": FocusGroup,
}  # key -> what stands below it


def _as_problem(error: dict, model: type[Strict], content: Any, where: str, inside: dict[str, type[Strict]]) -> Problem:
    path = list(error["loc"])
    line = _line(content, path)
    where = f"{where}, line {line}" if line else where
    dotted = ".".join(str(p) for p in path)
    if error["type"] == "extra_forbidden":
        fields = next((inside[key] for key in reversed(path[:-1]) if key in inside), model).model_fields
        return Problem(f"`{path[-1]}` is not a setting", where, remedy=did_you_mean(str(path[-1]), fields))
    if error["type"] == "missing":
        return Problem(f"the setting `{dotted}` is missing", where, remedy="add it; see params/README.md")
    if error["type"] == "literal_error":
        return Problem(f"`{error['input']}` is not a value of `{dotted}`", where, remedy=f"use {error['ctx']['expected']}")
    message = error["msg"].removeprefix("Value error, ")
    return Problem(f"`{dotted}`: {message[0].lower()}{message[1:]}", where)


def _line(content: Any, path: list) -> int | None:
    """Line of the key at the end of the path, or of the nearest container that has one."""
    line = None
    for step in path:
        if isinstance(content, CommentedMap) and step in content:
            line = content.lc.key(step)[0] + 1 if step in (content.lc.data or {}) else line
            content = content[step]
        elif isinstance(content, CommentedSeq) and isinstance(step, int) and step < len(content):
            line = content.lc.item(step)[0] + 1
            content = content[step]
        else:
            break
    return line
