"""Upkeep of the packaged results: fingerprints of rows, a list of stale pairs, and a command for updates."""
