"""The report: `report.html`, one self-contained page about a result or a comparison.

page (what it is made of) → chapters (question, picture, table) → pictures (`svg`, and one file each) and `answer`,
`what_if`, `compared`, `basis`; the words that never change stand in `templates`.
"""

from sim.show.report.page import report_of

__all__ = ["report_of"]
