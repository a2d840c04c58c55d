import itertools
from fractions import Fraction

import numpy as np
import pytest
from scipy.sparse import csr_array

from bwise.protection import Cells, People, Rules, protect

# ------------------------------------------------------------------ an independent checker: fractions, persons, all sets


def null_space(rows, columns):
    """Basis of all vectors (per column) that every row is orthogonal to, in fractions."""
    rows = [[Fraction(int(row[c])) for c in columns] for row in rows]
    pivots = []
    for column in range(len(columns)):
        chosen = next((r for r in range(len(pivots), len(rows)) if rows[r][column]), None)
        if chosen is None:
            continue
        top = len(pivots)
        rows[top], rows[chosen] = rows[chosen], rows[top]
        rows[top] = [x / rows[top][column] for x in rows[top]]
        for r in range(len(rows)):
            if r != top and rows[r][column]:
                rows[r] = [x - rows[r][column] * y for x, y in zip(rows[r], rows[top], strict=True)]
        pivots.append(column)
    basis = []
    for free in (c for c in range(len(columns)) if c not in pivots):
        vector = [Fraction(0)] * len(columns)
        vector[free] = Fraction(1)
        for row, pivot in enumerate(pivots):
            vector[pivot] = -rows[row][free]
        basis.append(vector)
    return basis


def dependent(rows):
    """Whether some combination of the rows (fractions) is zero."""
    columns = list(zip(*rows, strict=True))
    return bool(null_space(columns, range(len(rows))))


def attackers_of(people, rules):
    """Name, whom they know, and how few of the others are too few persons and WISEs."""
    everybody = range(len(people.wise))
    attackers = [("public", set(), rules.persons, rules.wises)]
    for partner in sorted(set(people.partner.tolist()) - {-1}):
        attackers.append((f"partner {partner}", {i for i in everybody if people.partner[i] == partner}, rules.persons, rules.wises))
    if rules.wises > 2:  # the rule that is to protect each WISE from each other one
        for wise in sorted(set(people.wise.tolist())):
            attackers.append((f"WISE {wise}", {i for i in everybody if people.wise[i] == wise}, min(2, rules.persons), 2))
    return attackers


def leaks(members, people, hidden, rules):
    """Smallest sets of too few persons or WISEs of which a combination of answers is computable: (who attacks, persons).

    Complete: all sets of all persons, where those that no shown cell tells apart go together; in fractions.
    """
    shown = [row for row, hide in zip(members, hidden, strict=True) if not hide]
    found = []
    for name, known, persons, wises in attackers_of(people, rules):
        alike = {}
        for i in range(members.shape[1]):
            if i not in known:
                alike.setdefault(tuple(int(row[i]) for row in shown), []).append(i)
        basis = null_space([list(pattern) for pattern in zip(*alike, strict=True)], range(len(alike)))
        points = [[vector[k] for vector in basis] for k in range(len(alike))]
        sets = []
        for size in range(1, len(alike) + 1):
            for chosen in itertools.combinations(range(len(alike)), size):
                who = [i for k in chosen for i in list(alike.values())[k]]
                few = len(who) < persons or len({int(people.wise[i]) for i in who}) < wises
                if few and not any(s <= set(chosen) for s in sets) and dependent([points[k] for k in chosen]):
                    sets.append(set(chosen))
                    found.append((name, sorted(who)))
    return found


def problem(rows, wise=None, partner=None, order=None, **more):
    """Cells of one family from sets of persons, most important first."""
    count = 1 + max(max(r, default=0) for r in rows)
    members = np.zeros((len(rows), count), dtype=np.int8)
    for cell, row in enumerate(rows):
        members[cell, list(row)] = 1
    people = People(np.arange(count) if wise is None else np.asarray(wise), np.full(count, -1) if partner is None else np.asarray(partner))
    order = np.arange(len(rows)) if order is None else np.asarray(order)
    return Cells(csr_array(members), np.zeros(len(rows), dtype=int), order, **more), people


def hidden_of(rows, rules, **more):
    cells, people = problem(rows, **more)
    verdict = protect(cells, people, rules)
    assert leaks(cells.members.toarray(), people, verdict.hidden, rules) == []
    return np.flatnonzero(verdict.hidden).tolist()


def blocks(*sizes):
    """Persons 0, 1, 2, … in consecutive sets of these sizes."""
    ends = np.cumsum(sizes).tolist()
    return [set(range(end - size, end)) for end, size in zip(ends, sizes, strict=True)]


THREE = Rules(persons=3, wises=1)


def test_a_small_part_is_covered_by_another_one_when_the_total_is_shown():
    a, b, c = blocks(1, 3, 4)
    assert hidden_of([a | b | c, c, b, a], THREE) == [2, 3]


def test_a_two_way_table_hides_a_rectangle():
    ab, ax, by, xy = blocks(1, 3, 3, 4)  # rows a, x; columns b, y
    table = [ab | ax | by | xy, ab | by, ax | xy, ab | ax, by | xy, xy, by, ax, ab]
    assert hidden_of(table, THREE) == [5, 6, 7, 8]


@pytest.mark.parametrize("seed", range(12))
def test_no_combination_on_too_few_is_computable_whatever_the_cells(seed):
    random = np.random.default_rng(seed)
    people = random.integers(5, 9)
    rows = [set(np.flatnonzero(random.random(people) < random.choice([0.4, 0.7])).tolist()) for _ in range(6)]
    rows = [set(range(people)), *(r for r in rows if r)]
    rules = Rules(persons=int(random.integers(1, 4)), wises=int(random.integers(1, 4)))
    hidden_of(rows, rules, wise=random.integers(0, 5, people), partner=random.integers(-1, 2, people))
