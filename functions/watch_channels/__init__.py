"""Watches whether providers still call us."""
