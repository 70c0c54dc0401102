"""The explorer: its bar, its panels, and what they show."""
