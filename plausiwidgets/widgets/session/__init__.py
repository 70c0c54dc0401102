"""What is shown, and who observes it: below every panel, tool and page."""
