"""Sends to providers."""
