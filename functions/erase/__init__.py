"""Erases customers who asked for it."""
