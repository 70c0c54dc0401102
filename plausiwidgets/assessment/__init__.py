"""Models × patterns: which model shows which pattern, as a table that claims no more than was seen."""

from plausiwidgets.assessment.api import assess, start_assessment
from plausiwidgets.assessment.exchange import export_json, import_json
from plausiwidgets.assessment.store import StoreError, StoreWarning
from plausiwidgets.assessment.study import Study
from plausiwidgets.assessment.study_snapshot import StudySnapshot
from plausiwidgets.assessment.table import COLUMNS, make_table, write_csv

__all__ = [
    "COLUMNS", "StoreError", "StoreWarning", "Study", "StudySnapshot", "assess", "export_json", "import_json",
    "make_table", "start_assessment", "write_csv",
]  # fmt: skip
