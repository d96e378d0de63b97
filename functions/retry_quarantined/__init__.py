"""Reads again what is in quarantine."""
