"""`params/tables.yaml`: the European tables as data, in the order of the report.

Every kind of table (`bwise.tables.kinds`) says in a model of its own which keys its tables have. What cannot be used is refused, all
of it at once: a kind that does not exist, a key that a kind does not know, a question, role or table that is nowhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BeforeValidator, Field, field_validator

from bwise.problems import Problem, ProblemsFound, did_you_mean, stop
from bwise.settings import Organisation, Project, Strict, read_yaml, validated

if TYPE_CHECKING:
    from bwise.questionnaire import Questionnaire

FILE = "params/tables.yaml"
Names = Annotated[list[str], BeforeValidator(lambda given: [given] if isinstance(given, str) else given)]
"""One name or several."""


class Figure(Strict):
    """How a table is drawn.

    Attributes:
        kind: `dots` (a bar for everybody, a mark for each part), `likert`, `gaps`, `by model`, `heat map`, `index`, or `tiles` (a map).
        marks: the dimension whose parts get a mark each.
        unit: what the axis is called, where not by the table's unit.
        scale: whether the axis is a scale of points, which begins at 1.
    """

    kind: Literal["dots", "likert", "gaps", "by model", "heat map", "index", "tiles"]
    marks: str = "group"
    unit: str = ""
    scale: bool = False


class Description(Strict):
    """What every table has, whatever its kind.

    Attributes:
        id, question, by_country: told by where the table stands in the file.
        organisation: what respondents answer for is called, told by the settings of the pool.
        population, base, unit, formula: said under the table; `{label}` stands for the question it counts.
        decimals_of: statistic -> decimals, where it is shown with others than `decimals`.
        lead: dimension -> the value (or the first of several there are) that the computed sentence is about.
        item: the dimension whose values the sentence ranks and the figure draws.
        parts: a dimension whose parts have sentences of their own.
        robustness: whether its leading figure is computed again without flagged respondents.
    """

    id: str
    question: str
    by_country: bool
    organisation: Organisation = Organisation()
    kind: str
    title: str
    population: str
    base: str
    unit: str
    formula: str
    decimals: int = Field(default=1, ge=0, le=3)
    decimals_of: dict[str, int] = Field(default={})
    notes: Names = Field(default=[])
    item: str = ""
    lead: dict[str, Names] = Field(default={})
    parts: str = ""
    figure: Figure | None = None
    robustness: bool = False


class OfQuestions(Description):
    """A table of questions, which play a role in the questionnaire or are named.

    Attributes:
        role, questions: one of the two.
        breakdowns: further columns, by groups of WISEs or countries.
    """

    role: str = ""
    questions: Names = Field(default=[], validate_default=True)
    breakdowns: list[Literal["model", "size", "age", "country_group"]] = Field(default=[])

    @field_validator("questions")
    @classmethod
    def _one_of_the_two(cls, questions: list[str], info) -> list[str]:
        if bool(questions) == bool(info.data.get("role")):
            raise ValueError("a table counts the questions of a `role`, or the `questions` it names: state one of the two")
        return questions


class Section(Strict):
    """A question of the mission and the tables that answer it."""

    question: str
    tables: dict[str, dict]


class Report(Strict):
    """`params/tables.yaml`.

    Attributes:
        report: the questions of the mission in their order, each with its tables.
        by_country: what is published of single countries: the tables that show them; all others show all countries together only.
        first_look: roles of the questions that a country's own notebook shows in bands.
        glance: tables whose leading figures stand on top of the report, in this order.
    """

    report: list[Section]
    by_country: list[str] = Field(default=[])
    first_look: list[str] = Field(default=[])
    glance: list[str] = Field(default=[])


class Tables(dict[str, Description]):
    """The tables by id, in the order of the report."""

    by_country: tuple[str, ...] = ()
    first_look: tuple[str, ...] = ()
    glance: tuple[str, ...] = ()

    def only(self, *ids: str) -> Tables:
        """These tables alone."""
        return self._with({id_: self[id_] for id_ in ids})

    def about(self, organisation: Organisation) -> Tables:
        """The tables of a survey that calls so what respondents answer for."""
        return self._with({id_: about.model_copy(update={"organisation": organisation}) for id_, about in self.items()})

    def _with(self, descriptions: dict[str, Description]) -> Tables:
        found = Tables(descriptions)
        found.by_country, found.first_look, found.glance = self.by_country, self.first_look, self.glance
        return found


def load_tables(project: Project, kinds: dict) -> Tables:
    """Read and check `params/tables.yaml`; `kinds`: name -> module of the kind.

    Raises:
        ProblemsFound: with everything in it that cannot be used.
    """
    content = read_yaml(project.params / "tables.yaml")
    report = validated(Report, content, FILE, inside={"report": Section})
    found, problems = Tables(), []
    for number, section in enumerate(report.report):
        for id_, given in section.tables.items():
            faults = _unusable(id_, given, found, kinds)
            if not faults:
                keys = {**given, "id": id_, "question": section.question, "by_country": id_ in report.by_country}
                lines = content["report"][number]["tables"][id_]
                try:
                    found[id_] = validated(kinds[given["kind"]].Description, keys, f"{FILE}, table {id_}", {"figure": Figure}, lines)
                except ProblemsFound as refused:
                    faults = refused.problems
            problems += faults
    found.by_country, found.first_look, found.glance = map(tuple, (report.by_country, report.first_look, report.glance))
    problems += [
        Problem(f"`{id_}` is not a table", f"{FILE}, {key}", remedy=did_you_mean(id_, found))
        for key, ids in (("by_country", report.by_country), ("glance", report.glance))
        for id_ in ([] if problems else ids)
        if id_ not in found
    ]
    stop(f"{FILE} cannot be used.", *problems)
    return found


def _unusable(id_: str, given: dict, before: dict, kinds: dict) -> list[Problem]:
    where = f"{FILE}, table {id_}"
    if id_ in before:
        return [Problem(f"the table `{id_}` stands twice", where, remedy="give one of the two another name")]
    kind = given.get("kind")
    if kind is None:
        return [Problem(f"the table `{id_}` has no kind", where, remedy=f"add `kind:` with one of {', '.join(sorted(kinds))}")]
    if kind not in kinds:
        return [Problem(f"`{kind}` is not a kind of table", where, remedy=did_you_mean(str(kind), kinds))]
    told = [key for key in TOLD if key in given]
    return [Problem(f"`{key}` is not a setting of a table", where, remedy=TOLD[key]) for key in told]


TOLD = {
    "id": "the id is the key that the table stands under",
    "question": "put the table under its question",
    "organisation": "say it once, in params/consolidation.yaml",
    "by_country": "name the table in `by_country` of the file",
}


def check_questions(tables: Tables, questionnaire: Questionnaire) -> None:
    """Refuse tables of questions that the questionnaire does not have."""
    named = [(id_, name) for id_, about in tables.items() for name in getattr(about, "questions", ())]
    stop(
        f"{FILE} cannot be used.",
        *[_no_question(name, f"{FILE}, table {id_}", questionnaire) for id_, name in named if name not in questionnaire.questions],
    )


def _no_question(name: str, where: str, questionnaire: Questionnaire) -> Problem:
    what = f"`{name}` is not a question of the questionnaire `{questionnaire.name}`"
    return Problem(what, where, remedy=did_you_mean(name, questionnaire.questions))


def check_together(together: dict[str, list[list[str]]], questionnaire: Questionnaire) -> None:
    """Refuse groups to be joined that are no answers of the questionnaire, or are joined twice."""
    where, problems = "params/consolidation.yaml, together", []
    for name, joined in together.items():
        if name not in questionnaire.questions:
            problems.append(_no_question(name, where, questionnaire))
            continue
        answers = [answer for group in joined for answer in group]
        known = questionnaire.choices(name)
        unknown = [Problem(f"`{a}` is not an answer to `{name}`", where, remedy=did_you_mean(a, known)) for a in answers if a not in known]
        twice = sorted({a for a in answers if answers.count(a) > 1})
        again = [Problem(f"`{a}` stands twice under `{name}`", where, remedy="leave it in one of the groups") for a in twice]
        problems += unknown + again
    stop("params/consolidation.yaml cannot be used.", *problems)
