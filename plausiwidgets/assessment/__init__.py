"""Assessments: tables of the patterns that models can show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plausiwidgets.support.lazy import lazily

if TYPE_CHECKING:
    from plausiwidgets.assessment.api import assess as assess
    from plausiwidgets.assessment.api import estimate as estimate
    from plausiwidgets.assessment.api import start_assessment as start_assessment
    from plausiwidgets.assessment.estimates import ESTIMATE_COLUMNS as ESTIMATE_COLUMNS
    from plausiwidgets.assessment.packaged import packaged_score as packaged_score
    from plausiwidgets.assessment.packaged import packaged_table as packaged_table
    from plausiwidgets.assessment.score import SCORE_COLUMNS as SCORE_COLUMNS
    from plausiwidgets.assessment.score import plausibility_score as plausibility_score
    from plausiwidgets.assessment.store import StoreError as StoreError
    from plausiwidgets.assessment.store import StoreWarning as StoreWarning
    from plausiwidgets.assessment.store import read_study as read_study
    from plausiwidgets.assessment.stored_repertoires import packaged_repertoires as packaged_repertoires
    from plausiwidgets.assessment.study import Study as Study
    from plausiwidgets.assessment.study import StudySnapshot as StudySnapshot
    from plausiwidgets.assessment.table import COLUMNS as COLUMNS
    from plausiwidgets.assessment.table import make_table as make_table
    from plausiwidgets.assessment.table import read_csv as read_csv
    from plausiwidgets.assessment.table import write_csv as write_csv
    from plausiwidgets.patterns.packaged import packaged_parameters as packaged_parameters
else:
    __getattr__, __dir__, __all__ = lazily(
        __name__,
        {
            "assessment.api": ("assess", "estimate", "start_assessment"),
            "assessment.estimates": ("ESTIMATE_COLUMNS",),
            "assessment.packaged": ("packaged_score", "packaged_table"),
            "assessment.stored_repertoires": ("packaged_repertoires",),
            "assessment.score": ("SCORE_COLUMNS", "plausibility_score"),
            "assessment.store": ("StoreError", "StoreWarning", "read_study"),
            "assessment.study": ("Study", "StudySnapshot"),
            "assessment.table": ("COLUMNS", "make_table", "read_csv", "write_csv"),
            "patterns.packaged": ("packaged_parameters",),
        },
    )
