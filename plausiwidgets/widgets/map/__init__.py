"""The plausibility map, and an assessment as it fills in."""
