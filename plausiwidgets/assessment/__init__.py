"""Assessments: which model shows which pattern, as a table."""

from plausiwidgets.assessment.api import assess, estimate, start_assessment
from plausiwidgets.assessment.costs import ESTIMATE_COLUMNS
from plausiwidgets.assessment.merge import merge_studies
from plausiwidgets.assessment.plane import ParameterPlane, parameter_plane
from plausiwidgets.assessment.published import published_parameters, published_score, published_table
from plausiwidgets.assessment.published_repertoires import published_repertoires
from plausiwidgets.assessment.repertoire import repertoire
from plausiwidgets.assessment.score import SCORE_COLUMNS, plausibility_score
from plausiwidgets.assessment.store import StoreError, StoreWarning
from plausiwidgets.assessment.study import Study, StudySnapshot
from plausiwidgets.assessment.table import COLUMNS, make_table, read_csv, write_csv
from plausiwidgets.assessment.versatile import most_versatile

__all__ = [
    "COLUMNS",
    "ESTIMATE_COLUMNS",
    "SCORE_COLUMNS",
    "ParameterPlane",
    "StoreError",
    "StoreWarning",
    "Study",
    "StudySnapshot",
    "assess",
    "estimate",
    "make_table",
    "merge_studies",
    "most_versatile",
    "parameter_plane",
    "plausibility_score",
    "published_parameters",
    "published_repertoires",
    "published_score",
    "published_table",
    "read_csv",
    "repertoire",
    "start_assessment",
    "write_csv",
]  # fmt: skip
