"""Takes mail."""
