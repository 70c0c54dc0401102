"""Models × patterns: which model shows which pattern, as a table that claims no more than was seen."""

from plausiwidgets.assessment.api import assess, start_assessment
from plausiwidgets.assessment.store import StoreError, StoreWarning
from plausiwidgets.assessment.study import Study, StudySnapshot, UnitState
from plausiwidgets.assessment.table import COLUMNS, make_table, write_csv

__all__ = [
    "COLUMNS", "StoreError", "StoreWarning", "Study", "StudySnapshot", "UnitState", "assess", "make_table",
    "start_assessment", "write_csv",
]  # fmt: skip
