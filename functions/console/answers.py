"""Answers of the HTTP API (payload 2.0): a file in the form that the browser takes, the settings, and refusals."""

import json
from base64 import b64encode
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from functions.console.protection import protection
from functions.console.settings import settings
from functions.console.site import PAGE, File, site


def answer(method: str, path: str, headers: Mapping[str, str]) -> dict[str, Any]:
    """The page below `PAGE`, its front door at the origin's root, and nothing else. Headers' names are lower-case."""
    if method not in {"GET", "HEAD"}:
        return refuse(HTTPStatus.METHOD_NOT_ALLOWED if path.startswith(PAGE) else HTTPStatus.NOT_FOUND)
    found = _find(path, headers)
    return found | {"body": ""} if method == "HEAD" else found


def _find(path: str, headers: Mapping[str, str]) -> dict[str, Any]:
    if path in {"/", PAGE.rstrip("/")}:
        return redirect(PAGE)
    if not path.startswith(PAGE):
        return refuse(HTTPStatus.NOT_FOUND)
    name = path.removeprefix(PAGE)
    if name == "config.json":
        return config(site().version)
    file = site().find(name)
    return show(file, headers) if file else refuse(HTTPStatus.NOT_FOUND)


def show(file: File, headers: Mapping[str, str]) -> dict[str, Any]:
    """A file; 304 where the browser has it already."""
    coding = choose(headers.get("accept-encoding", ""), file)
    given = {
        "content-type": file.content_type,
        "cache-control": "public, max-age=31536000, immutable" if file.is_hashed else "no-cache",
        "etag": file.etag,
        "vary": "Accept-Encoding",
        **({} if coding == "identity" else {"content-encoding": coding}),
    }
    if file.etag in headers.get("if-none-match", ""):
        return _answer(HTTPStatus.NOT_MODIFIED, {name: given[name] for name in ("cache-control", "etag", "vary")})
    content = b64encode(file.forms[coding].read_bytes()).decode()
    return _answer(HTTPStatus.OK, given, content) | {"isBase64Encoded": True}


def choose(accepted: str, file: File) -> str:
    """The smallest form that an Accept-Encoding allows (RFC 9110, 12.5.3): one with `q=0` is refused."""
    codings = (coding.strip().lower().partition(";") for coding in accepted.split(","))
    allowed = {name.strip() for name, _, weight in codings if not _is_nothing(weight)}
    return next(form for form in file.forms if form in allowed or form == "identity")


def config(version: str) -> dict[str, Any]:
    """What the page has to know before anybody is signed in: nothing of it is secret."""
    given = {"content-type": "application/json", "cache-control": "no-store"}
    return _answer(HTTPStatus.OK, given, json.dumps(settings().told() | {"version": version}))


def redirect(path: str) -> dict[str, Any]:
    """Elsewhere on this origin."""
    return _answer(HTTPStatus.FOUND, {"location": path, "cache-control": "no-cache"})


def refuse(status: HTTPStatus) -> dict[str, Any]:
    """Say what is wrong, in the words of the protocol."""
    given = {"content-type": "text/plain; charset=utf-8", "cache-control": "no-store"}
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        given["allow"] = "GET, HEAD"
    return _answer(status, given, f"{status.phrase}: the console is at /console/")


def _answer(status: HTTPStatus, headers: Mapping[str, str], body: str = "") -> dict[str, Any]:
    return {"statusCode": status, "headers": {**protection(settings()), **headers}, "body": body}


def _is_nothing(weight: str) -> bool:
    name, _, value = weight.replace(" ", "").partition("=")
    return name == "q" and not value.strip("0.")
