"""Back to the partner: what was received, what was not understood or contradicts itself, and the partner's answers to it.

`asks` collects the questions to the partner, `wording` has the sentences in each language, `sheet` and `page` write the workbook and
the page, `returned` reads the workbook that comes back. What is written here goes to the partner who sent the data, and to nobody else.
"""

from bwise.feedback.asks import Ask, Dossier, dossiers
from bwise.feedback.page import write_page
from bwise.feedback.returned import Returned, account, apply_returned, read_returned
from bwise.feedback.sheet import write_workbook

__all__ = ["Ask", "Dossier", "Returned", "account", "apply_returned", "dossiers", "read_returned", "write_page", "write_workbook"]
