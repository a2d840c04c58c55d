"""Typeform's `responses.csv`, older and newer.

One column per question, and of a multiple answer one column per option, headed by the option alone and holding its text
where it was ticked. What people typed as "other" stands in a column `Other`, whatever the language, after the options or
after the answer, which is then empty. First comes the response's id, last what Typeform adds, from `Response Type` (newer)
or the dates on. Headings may carry markup and answers of the respondent to other questions (`{{field:…}}`).
Sources: the files of github.com/coderefinery/pre-workshop-survey from 2016 to 2018, and newer exports in public code.
"""

from __future__ import annotations

import re

from bwise.exports.table import Column, Grid, RawTable, headings, raw_table
from bwise.text import heading_key

NAME = "Typeform"
ID = "#"
ADDED = {
    heading_key(k): v
    for k, v in {
        "Response Type": "progress",
        "Start Date (UTC)": "started",
        "Stage Date (UTC)": "tool",
        "Submit Date (UTC)": "submitted",
        "Network ID": "person",
        "Tags": "tool",
        "Ending": "tool",
    }.items()
}
FIRST_ADDED = (heading_key("Response Type"), heading_key("Start Date (UTC)"), heading_key("Submit Date (UTC)"))
RECALLED = re.compile(r"\{\{[^{}]*\}\}")


def read(grid: Grid) -> RawTable | None:
    """Accept a table with Typeform's date of submission and, besides, its date of the start or its id."""
    named = headings(grid)
    keys = [heading_key(text) for _, text in named]
    if FIRST_ADDED[2] not in keys or not (FIRST_ADDED[1] in keys or keys[0] == ID):
        return None
    end = min(keys.index(key) for key in FIRST_ADDED if key in keys)
    about = ["respondent_id" if n == 0 and key == ID else ADDED.get(key, "") if n >= end else "" for n, key in enumerate(keys)]
    columns = [Column(p, t, text=RECALLED.sub("", t), about=a) for (p, t), a in zip(named, about, strict=True)]
    return raw_table(NAME, grid, columns, first_data_row=2, bare_options=True)
