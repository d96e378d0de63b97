"""Fetches customers' files."""
