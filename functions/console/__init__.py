"""Serves the agents' console, a page that is built from `console/`."""
