"""The page that says how a request to be forgotten went: without scripts, without anything of the person."""

import base64
from collections.abc import Mapping
from hashlib import sha256
from http import HTTPStatus
from string import Template
from typing import Any

from switchboard.erasure import Erasure, State, is_code
from switchboard.ports import Erasures

_STYLE = """
:root { color-scheme: light dark; --ink: #1c1c1e; --paper: #fbfbf9; --quiet: #63636b; --line: #dcdcd6 }
@media (prefers-color-scheme: dark) { :root { --ink: #ececee; --paper: #161618; --quiet: #a0a0a8; --line: #38383d } }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1.0625rem/1.6 system-ui, sans-serif }
main { max-width: 34rem; margin: 0 auto; padding: 12vh 1.5rem 4rem }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 1rem }
dl { margin: 2rem 0 0; border-top: 1px solid var(--line) }
div { display: flex; justify-content: space-between; gap: 1.5rem; padding: .6rem 0; }
div { border-bottom: 1px solid var(--line) }
dt { color: var(--quiet) }
dd { margin: 0; overflow-wrap: anywhere }
"""
_PAGE = Template("""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>$title</title>
<style>$style</style>
<main>
<h1>$title</h1>
<p>$text</p>
$facts
</main>
</html>
""")
_SAID: Mapping[State, tuple[str, str]] = {
    State.ASKED: (
        "Your request has arrived",
        "We will erase your messages and what we know of you. It begins shortly.",
    ),
    State.RUNNING: ("Your data is being erased", "Most of it is gone. We look once more to be sure; it takes minutes."),
    State.DONE: (
        "Your data is erased",
        "Your messages, files and contact are gone; backups end within 35 days. If you wanted no messages, that stays.",
    ),
}
_UNKNOWN = ("No such request", "This address belongs to no request that we have. Please check it.")
_HASH = base64.b64encode(sha256(_STYLE.encode()).digest()).decode()
_HEADERS = {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}


def show(code: str, erasures: Erasures) -> dict[str, Any]:
    """The answer to whoever has the code."""
    known = erasures.get(code) if is_code(code) else None
    title, text = _SAID[known.state] if known else _UNKNOWN
    facts = _facts(known) if known else ""
    page = _PAGE.substitute(title=title, text=text, facts=facts, style=_STYLE)
    status = HTTPStatus.OK if known else HTTPStatus.NOT_FOUND
    return {"statusCode": status, "headers": _HEADERS, "body": page}


def _facts(known: Erasure) -> str:
    facts = {"Asked": f"{known.asked[-1].at:%Y-%m-%d}"}
    if known.state is State.DONE and known.done_at:
        facts["Erased"] = f"{known.done_at:%Y-%m-%d}"
    facts["Confirmation code"] = known.code
    rows = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in facts.items())
    return f"<dl>{rows}</dl>"
