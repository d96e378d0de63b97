"""Publishes committed changes."""
