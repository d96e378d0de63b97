"""Tells agents outside of the console what waits for them."""
