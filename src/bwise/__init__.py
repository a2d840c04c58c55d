"""From questionnaire exports of many countries to European tables people can trust.

The modules stand in the order of the data, and a module imports only from modules before it:

    text, problems, paths, countries, masking, questionnaire, settings, hashes,
    logic, exports, matching, cleaning, wises, checks, privacy,
    storage, records, params_lines, released_texts, lineage, open_texts, confirmation, summaries, pooling, protection,
    remembered, ledger, tables, references, data_package, figures, publication, forms, sent_back, feedback, decisions, translation,
    demo, kernels, staleness, locks, cluster, workflow, releases, unexpected, cli
"""

from importlib.metadata import version

__version__ = version("bwise")
