"""The European tables. `params/tables.yaml` describes them, each of a kind that a module of `kinds` makes; the ledger holds their figures.

Every figure comes twice: pooled (each respondent equal) and as the mean of countries (each country equal), over comparable
countries only. Nothing is rounded but means of countries, which have the decimals that are shown. To add a table, describe it in
`params/tables.yaml`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from bwise.ledger import ALL, Items, Ledger
from bwise.pooling import Pool
from bwise.remembered import load_releases
from bwise.summaries import Summary
from bwise.tables import frequencies as _frequencies
from bwise.tables import means
from bwise.tables.cells import AVERAGES, SELF, Part, Plan, Sources, Table, group_labels, offered, table_of
from bwise.tables.descriptions import Description, Tables, check_questions, check_together
from bwise.tables.descriptions import load_tables as _load_tables
from bwise.tables.findings import Finding, checks, findings, within
from bwise.tables.frequencies import frequencies
from bwise.tables.headlines import headline, led_by
from bwise.tables.kinds import KINDS
from bwise.tables.kinds.robustness import enter as _without_flagged

__all__ = [
    "ALL",
    "AVERAGES",
    "SELF",
    "Finding",
    "Published",
    "Table",
    "Tables",
    "by_question",
    "checks",
    "european_tables",
    "first_look",
    "frequencies",
    "group_labels",
    "headline",
    "led_by",
    "load_tables",
    "tables_for",
    "within",
]


MEMORY = "processed/protection.json"
"""Where it is remembered which figures are hidden, so that a trace need not find it out again."""


def load_tables(project) -> Tables:
    """The tables that `params/tables.yaml` describes.

    Raises:
        ProblemsFound: with everything in it that cannot be used.
    """
    return _load_tables(project, KINDS)


def by_question(tables: dict[str, Table]) -> dict[str, list[Table]]:
    """The question of the mission -> its tables, as far as there are any."""
    found: dict[str, list[Table]] = {}
    for table in tables.values():
        found.setdefault(table.about.question, []).append(table)
    return found


class Published(dict[str, Table]):
    """Tables by id, in the order of the report; `ledger`: where their figures are from; `glance`: ids of those that stand on top of it;
    `described`: ids of all that are described, also of those that could not be made."""

    ledger: Ledger
    glance: tuple[str, ...] = ()
    described: tuple[str, ...] = ()

    @cached_property
    def said(self) -> dict[str, list[Finding]]:
        """What may be said of each table, part by part; the report says the same on top of it and in its sections."""
        found = findings(self, self, self.ledger)
        return {id_: [finding for finding in found if finding.table.id == id_] for id_ in self}

    @cached_property
    def findings(self) -> list[Finding]:
        """What stands on top of the report."""
        return [finding for id_ in self.glance for finding in self.said.get(id_, [])]

    @property
    def audit(self) -> dict[str, int]:
        """How many figures were looked at, and how many each rule hides."""
        return self.ledger.audit | {"means of countries left out": means.number_left_out(self.ledger)}


def european_tables(pool: Pool, groups: Pool | None = None, described: Tables | None = None) -> Published:
    """All tables that the questionnaires can answer, by id, in the order of the report.

    Args:
        groups: what focus groups returned, if any did and could be used.
        described: the tables to make; all of `params/tables.yaml` when not given.

    Raises:
        ProblemsFound: a table is described that cannot be made.
    """
    return _made(_entered(pool, described), groups)


def tables_for(id_: str, pool: Pool, load_groups: Callable[[], Pool | None]) -> dict[str, Table]:
    """The European table with this id and as few others as can be: by itself, or, where it is made of other tables, with all of them.

    Args:
        load_groups: gives what focus groups returned; asked only where the table may need it.

    Returns:
        Without the table where there is none with this id.
    """
    entered = _entered(pool)
    for about, found in entered.plans.items():
        for plan in found:
            if id_ == (plan.id or about):
                return {id_: table_of(plan, entered.described[about], entered.ledger)}
    return _made(entered, load_groups())


@dataclass(frozen=True)
class _Entered:
    """Everything that counts respondents, in the closed ledger. `unflagged`: its items -> the same without flagged respondents."""

    described: Tables
    ledger: Ledger
    plans: dict[str, list[Plan]]
    unflagged: dict[Items, Items]


def _entered(pool: Pool, described: Tables | None = None) -> _Entered:
    whole = described is None
    described = (load_tables(pool.project) if described is None else described).about(pool.settings.organisation)
    check_questions(described, pool.questionnaire)
    check_together(pool.settings.together, pool.questionnaire)
    ledger = Ledger(pool, pool.project.root / MEMORY if whole else None, load_releases(pool.project))
    plans = {id_: _plans(ledger, about) for id_, about in described.items() if hasattr(KINDS[about.kind], "plan")}
    return _Entered(described, ledger, *_closed(ledger, plans, described))


def _made(entered: _Entered, groups: Pool | None) -> Published:
    groups = groups if groups and groups.countries else None
    described, ledger = entered.described, entered.ledger
    tables = {id_: [table_of(plan, described[id_], ledger) for plan in found] for id_, found in entered.plans.items()}
    made = {t.id: t for t in chain.from_iterable(tables.values())}
    for about in _in_turn(described):
        table = KINDS[about.kind].made(Sources(ledger, groups, made, entered.unflagged), about)
        tables[about.id] = [] if table is None else [table]
        made |= {t.id: t for t in tables[about.id]}
    published = Published({table.id: table for id_ in described for table in tables[id_]})
    published.ledger, published.glance, published.described = ledger, described.glance, tuple(described)
    return published


def _closed(ledger: Ledger, plans: dict[str, list[Plan]], described: Tables) -> tuple[dict[str, list[Plan]], dict[Items, Items]]:
    """Enter and protect everything, without what is not offered: what that hid in other tables may then be shown. A table of which
    nothing is left is left out.

    Returns:
        The plans, and their items -> the same without flagged respondents.
    """
    while True:
        for part in _parts(plans):
            part.enter(ledger)
        unflagged = _without_flagged(ledger, _parts({id_: found for id_, found in plans.items() if described[id_].robustness}))
        ledger.close()
        kept = {id_: [left for plan in found if (left := offered(plan, ledger)).parts] for id_, found in plans.items()}
        if _parts(kept) == _parts(plans):
            return kept, unflagged
        ledger.reopen()
        plans = kept


def _parts(plans: dict[str, list[Plan]]) -> list[Part]:
    return [part for found in plans.values() for plan in found for part in plan.parts]


def _plans(ledger: Ledger, about: Description) -> list[Plan]:
    found = KINDS[about.kind].plan(ledger, about)
    return found if isinstance(found, list) else [found] if found else []


def _in_turn(described: Tables) -> list[Description]:
    """Tables that are made of other tables, those last that are made of all."""
    found = [about for about in described.values() if hasattr(KINDS[about.kind], "made")]
    return sorted(found, key=lambda about: getattr(KINDS[about.kind], "AFTER_ALL", False))


def first_look(pool: Pool) -> Summary:
    """How the main questions were answered in one country, in bands; `params/tables.yaml` says which questions those are."""
    return _frequencies.first_look(pool, load_tables(pool.project).first_look)
