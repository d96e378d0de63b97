"""What the sandbox says when something on this machine is in its way."""


class SandboxError(Exception):
    """One line for a person: what is wrong, and what to do about it."""
