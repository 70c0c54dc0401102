"""Recorded cells: their files, units and current, and the pattern that a recording defines."""
