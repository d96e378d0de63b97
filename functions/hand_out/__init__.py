"""Hands out files that agents sent as links."""
