"""The agents' HTTP API."""
