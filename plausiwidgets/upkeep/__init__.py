"""Keep the packaged results current: fingerprints of their rows, the list of stale pairs, and one command."""
