"""Routes messages to agents."""
