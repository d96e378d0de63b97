"""Agents' consoles: who may connect, who is connected, and what they say over it."""
