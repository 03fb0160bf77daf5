"""What one can ask: explain, search; and the answers as data."""
