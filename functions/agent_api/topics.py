"""Where the routes are. What few ask for is imported with the first request for it, so that no other waits for it.

A part of a path tells the topic: `settings` that of `/settings/agents`, `canned` that of `/conversations/{id}/canned`.
"""

from importlib import import_module

from functions.agent_api import actions, customers, inbox, push, reading, routes, uploads, workspace

COMMON = (routes, actions, customers, inbox, push, uploads, workspace, reading)
"""What every console asks for; importing them is what adds their routes."""

RARE = {
    "alerts": "alerts",
    "canned": "canned",
    "settings": "settings",
    **dict.fromkeys(("quarantine", "optouts", "held", "erasures"), "leads"),
}
"""The modules of the others, by the part of a path that asks for them."""


def add_routes(path: str) -> None:
    """Add the routes that a request's path may be one of, if they aren't there yet."""
    for part in path.split("/"):
        if part in RARE:
            import_module(f"functions.agent_api.{RARE[part]}")


def add_all() -> None:
    """Add all routes, for the document."""
    for part in RARE:
        add_routes(part)
