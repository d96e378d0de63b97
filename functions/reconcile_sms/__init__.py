"""Finds texts whose webhooks got lost."""
