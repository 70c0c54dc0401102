"""The figure of the explorer, and what is drawn of a response."""
