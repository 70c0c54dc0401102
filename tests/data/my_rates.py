"""A module beside the file of neurons."""

DECAY = 1.0
