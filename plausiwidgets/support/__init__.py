"""Helpers without knowledge of neurons: arguments and their errors, names, files, progress and printed tables."""
