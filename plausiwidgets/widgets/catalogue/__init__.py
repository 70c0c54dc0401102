"""What the app receives about models, patterns and lessons before it sends any request."""
