"""What can be learned from a project's reports: `python -m tests.attack [--anew] [--view PARTNER] [--only TEXT] [project]`.

Prints every figure that is withheld, or shown only inside a mean of countries, and lies in too narrow an interval.
"""

import argparse
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from bwise.pooling import load_focus_groups, load_pool
from bwise.publication import write_tables
from bwise.settings import Project
from bwise.tables import european_tables
from tests.attack.intervals import NARROW, intervals
from tests.attack.reading import People, Reading, only_in_means, read_tables


def read(project: Project, anew: bool) -> tuple[People, Reading]:
    """What stands in the reports, or would stand there if they were made now."""
    pool = load_pool(project)
    people = People(pool.answers, pool.questionnaire, pool.settings, frozenset(pool.flagged), project.params / "model_rules.yaml")
    if not anew:
        return people, read_tables(project.reports / "tables", people)
    with TemporaryDirectory() as folder:
        made = Project(Path(folder))
        write_tables(list(european_tables(pool, load_focus_groups(project)).values()), made)
        return people, read_tables(made.reports / "tables", people)


if __name__ == "__main__":
    ask = argparse.ArgumentParser(prog="python -m tests.attack", description=__doc__)
    ask.add_argument("project", nargs="?", default=".", type=Path)
    ask.add_argument("--anew", action="store_true", help="not the tables in reports/, but those that the program makes now")
    ask.add_argument("--view", action="append", help="a partner, who knows its own answers; ALL for each in turn (default: the public)")
    ask.add_argument("--only", default="", help="only families in whose name this text stands (a question, a skill)")
    wanted = ask.parse_args()
    people, reading = read(Project(wanted.project), wanted.anew)
    print("figures that could not be read:", reading.unread)
    views = sorted(set(people.partner)) if wanted.view == ["ALL"] else wanted.view or [""]
    total = Counter()
    for family, rows in reading.rows.items():
        if wanted.only not in "/".join(family):
            continue
        rows = rows + only_in_means(rows, people)
        for view in views:
            for found in intervals(rows, people, view, NARROW):
                total["asked"] += 1
                if found.narrow:
                    kind = "of a published total" if found.of_a_total else "by differences"
                    total[kind, "exact" if found.exact else "narrow"] += 1
                    bounds = f"{found.low:.4g} to {found.high:.4g} (is {found.truth:.4g}; {found.width:.0%} of its range)"
                    print("/".join(family), view or "public", kind, bounds, found.where, sep=" | ", flush=True)
    print(dict(total))
