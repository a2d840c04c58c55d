"""Which WISE model exists in which country, under which national forms, as the national focus groups say.

Population: national focus groups. Unit: a judgement per model and focus group (fully, partly, not recognised). Symbols with words, never
percentages. Source: roles `model`, `recognised` and `national_form` of the focus groups' form.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from bwise.ledger import EVIDENCE
from bwise.tables.cells import Plan, Sources, Table, codes_of, described, labels, qualities
from bwise.tables.descriptions import Description as Common
from bwise.tables.focus_groups import RECOGNISED, heard

NONE_NAMED = "none named"


class Description(Common):
    """Says nothing of its own."""


def made(sources: Sources, about: Description) -> Table | None:
    groups = sources.groups
    if groups is None:
        return None
    model, recognised, forms = (groups.questionnaire.one(role) for role in ("model", "recognised", "national_form"))
    names = {c.name: c.labels.get("en", c.name) for c in groups.questionnaire.choices(forms.name).values()}
    rows, symbols = [], dict(RECOGNISED)
    told_by = {c: list(dict.fromkeys(d["partner"] for d in m["deliveries"])) for c, m in groups.manifests.items()}
    for number, record in enumerate(groups.records):
        country = str(record["country"])
        group = str(1 + told_by[country].index(record["partner"]))  # people chose the names of partners
        known = {"country": country, "focus_group": group, "model": record[model.name]}
        judged = record[recognised.name]
        only = np.where(np.arange(len(groups.answers)) == number, 1.0, np.nan)
        told = {q.name: heard(groups, (q.name,), only) for q in (recognised, forms)}
        said = {"code": judged if isinstance(judged, str) else "dont_know", EVIDENCE: told[recognised.name]}
        rows.append(known | {"statistic": "recognised"} | said)
        ticked = [c for c in names if not pd.isna(cell := record[f"{forms.name}/{c}"]) and cell]
        code = "; ".join(ticked) or NONE_NAMED
        symbols[code] = ("", "; ".join(names[c] for c in ticked) or NONE_NAMED)
        rows.append(known | {"statistic": "national forms", "code": code, EVIDENCE: told[forms.name]})
    codes = {**codes_of(groups), "model": labels(groups, model)}
    plan = Plan((), ("country", "focus_group"), ("model", "statistic"), codes, tuple(groups.countries))
    return described(about, qualities(pd.DataFrame(rows)), plan, symbols)
