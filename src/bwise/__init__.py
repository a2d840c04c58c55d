"""From questionnaire exports of many countries to European tables people can trust.

The modules stand in the order of the data: questionnaire, settings, exports, matching, cleaning, checks, privacy,
storage, pooling, tables, disclosure, figures, publication, lineage, workflow, demo, cli.
"""

from importlib.metadata import version

__version__ = version("bwise")
