"""Tells agents' consoles what happened."""
