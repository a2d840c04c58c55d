"""The kinds of tables, one module each: what a description of this kind may say (`Description`), and how its figures come about.

A kind that counts respondents has `plan(ledger, about)`: it enters its figures into the ledger and says how they are read, or gives None
where the questionnaire does not ask for it. A kind made of other tables' published figures, of settings or of focus groups has
`made(sources, about)`: a finished table, or None. A new kind is a new module here.
"""

from importlib import import_module
from pkgutil import iter_modules

KINDS = {module.name: import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__)}
"""Name of each kind, as `params/tables.yaml` says it, and its module."""
