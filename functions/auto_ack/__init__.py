"""Acknowledges opened conversations."""
