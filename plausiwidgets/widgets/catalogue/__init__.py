"""Data about models, patterns and lessons that the app receives before it sends a request."""
