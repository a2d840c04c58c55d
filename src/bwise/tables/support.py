"""Public support, direct and indirect, and reserved contracts, by WISE model."""

from __future__ import annotations

import pandas as pd

from bwise.pooling import Pool
from bwise.tables.cells import Table, across, across_codes, codes_of, domain_of, given, labels, shares, tidy


def support(pool: Pool) -> Table | None:
    """Public support per instrument and how far it reaches. Population: WISEs in the sample, as their enablers see them. Base: enablers who
    said none, partly or fully ("don't know" is left out). Unit: per cent. Country groups, because the project compared countries by
    how strongly policies support WISEs (https://nasor.bg/1689-2/). Source: role `support`, list none, partly, fully."""
    questions = pool.questionnaire.with_role("support", "extent")
    if not questions:
        return None
    names = [q.name for q in questions]
    items = pd.concat(
        {(domain_of(pool, q), q.concept): given(pool, q) for q in questions}, axis=1, names=["domain", "instrument", "extent"]
    )
    asked = {item: next((q.name,) for q in questions if q.concept == item[1]) for item in items.columns}
    by = ("model", "country_group")
    return Table(
        "support",
        "Public support by instrument",
        "WISEs in the sample, as their enablers see them",
        "respondents who said to what extent they receive it",
        "%",
        "respondents naming the extent / respondents naming any extent",
        tidy(across(pool, items, asked, by).assign(statistic="share")),
        ("domain", "instrument", "extent"),
        ("breakdown", "group", "average"),
        {
            **codes_of(pool),
            **across_codes(pool, by),
            "instrument": {q.concept: q.label() for q in questions},
            "extent": labels(pool, questions[0]),
        },
        tuple(pool.comparable(*names)),
    )


def reserved_contracts(pool: Pool) -> Table | None:
    """Contracts reserved for WISEs (Directive 2014/24/EU, Art. 20): access and use. Base: respondents who know. Unit: per cent.
    Source: role `reserved_contracts`."""
    return shares(pool, "reserved_contracts", "reserved_contracts", "Work under reserved contracts")
