"""The function behind the console's page: which file, in which form, for how long, and what browsers must refuse."""

import gzip
import json
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.console import answers
from functions.console import settings as console_settings
from functions.console.answers import choose
from functions.console.handler import lambda_handler, logger
from functions.console.site import File, Site
from tests.aws_events import CONTEXT
from tests.functions.conftest import log_of

FILES = {
    "index.html": "<!doctype html><script src=/console/assets/app-1a2b3c.js></script>" + " " * 200,
    "assets/app-1a2b3c.js": "const answer = 42;\n" * 50,
    "assets/logo-9f8e7d.svg": "<svg/>",
    "robots.txt": "User-agent: *\nDisallow: /\n",
}
SMALL = "assets/logo-9f8e7d.svg"
ENVIRONMENT = {
    "STAGE": "prod",
    "ISSUER": "https://cognito-idp.eu-central-1.amazonaws.com/pool",
    "CLIENT_ID": "client",
    "SIGN_IN_URL": "https://acme.auth.eu-central-1.amazoncognito.com",
    "PUSH_URL": "wss://push.example/push",
    "FILE_ORIGINS": "https://raw.s3.amazonaws.com https://raw.s3.eu-central-1.amazonaws.com",
    "FRAMED_BY": "",
}


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A page as the bundle carries it, compressed where that helps, in a folder beside which lies a secret."""
    dist = tmp_path / "dist"
    for name, text in FILES.items():
        (dist / name).parent.mkdir(parents=True, exist_ok=True)
        (dist / name).write_text(text)
        if name != SMALL:
            (dist / f"{name}.br").write_bytes(brotli.compress(text.encode()))
            (dist / f"{name}.gz").write_bytes(gzip.compress(text.encode()))
    (tmp_path / "secret.txt").write_text("secret")
    monkeypatch.setattr(answers, "site", lambda: Site(dist))
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    console_settings.settings.cache_clear()
    yield dist
    console_settings.settings.cache_clear()


def ask(path: str, method: str = "GET", **headers: str) -> dict[str, Any]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    event = {"rawPath": path, "headers": named, "requestContext": {"http": {"method": method, "path": path}}}
    return lambda_handler(event, CONTEXT)


def text_of(answer: dict[str, Any]) -> str:
    body: bytes = b64decode(answer["body"]) if answer.get("isBase64Encoded") else answer["body"].encode()
    opened = {"br": brotli.decompress, "gzip": gzip.decompress}
    coding = answer["headers"].get("content-encoding")
    return str(opened[coding](body) if coding else body, "utf-8")


def policy_of(answer: dict[str, Any]) -> dict[str, list[str]]:
    directives = (part.split() for part in answer["headers"]["content-security-policy"].split("; "))
    return {name: values for name, *values in directives}


@pytest.mark.usefixtures("built")
class TestFiles:
    @pytest.mark.parametrize("path", ["/", "/console"])
    def test_the_front_doors_lead_to_the_page(self, path: str) -> None:
        answer = ask(path)
        assert (answer["statusCode"], answer["headers"]["location"]) == (302, "/console/")

    @pytest.mark.parametrize("path", ["", "inbox", "conversations/acme-sms.abc.1", "assets", "index.html"])
    def test_a_path_of_the_page_s_own_is_the_page_which_browsers_ask_for_each_time(self, path: str) -> None:
        answer = ask(f"/console/{path}")
        assert (answer["statusCode"], text_of(answer)) == (200, FILES["index.html"])
        assert answer["headers"]["content-type"] == "text/html; charset=utf-8"
        assert answer["headers"]["cache-control"] == "no-cache"

    def test_a_hashed_file_is_kept_for_a_year(self) -> None:
        answer = ask("/console/assets/app-1a2b3c.js")
        assert text_of(answer) == FILES["assets/app-1a2b3c.js"]
        assert answer["headers"]["content-type"] == "text/javascript; charset=utf-8"
        assert answer["headers"]["cache-control"] == "public, max-age=31536000, immutable"

    def test_a_file_without_a_hash_is_asked_for_each_time(self) -> None:
        answer = ask("/console/robots.txt")
        assert text_of(answer) == FILES["robots.txt"]
        assert answer["headers"]["cache-control"] == "no-cache"

    def test_a_hashed_file_of_another_build_is_not_the_page(self) -> None:
        answer = ask("/console/assets/app-0000.js")
        assert (answer["statusCode"], answer["headers"]["cache-control"]) == (404, "no-store")

    @pytest.mark.parametrize("path", ["/consoles/", "/agent", "/favicon.ico", "//console/", "/.env"])
    def test_nothing_else_is_there(self, path: str) -> None:
        assert ask(path)["statusCode"] == 404

    @pytest.mark.parametrize(
        "path",
        ["../secret.txt", "../../secret.txt", "assets/../../secret.txt", "%2e%2e/secret.txt", "..\\secret.txt", "/etc"],
    )
    def test_no_path_leads_out_of_the_folder(self, path: str) -> None:
        answer = ask(f"/console/{path}")
        assert answer["statusCode"] == 404 or text_of(answer) == FILES["index.html"]

    @pytest.mark.parametrize("name", ["app-1a2b3c.js.br", "app-1a2b3c.js.gz"])
    def test_the_compressed_forms_are_no_files_of_their_own(self, name: str) -> None:
        assert ask(f"/console/assets/{name}")["statusCode"] == 404

    def test_HEAD_is_GET_without_the_body(self) -> None:
        got, head = (ask("/console/", method, accept_encoding="br") for method in ("GET", "HEAD"))
        assert head == got | {"body": ""}

    @pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
    def test_another_method_is_told_which_there_are(self, method: str) -> None:
        answer = ask("/console/", method)
        assert (answer["statusCode"], answer["headers"]["allow"]) == (405, "GET, HEAD")

    def test_a_page_that_the_browser_has_already_is_not_sent_again(self) -> None:
        etag = ask("/console/", accept_encoding="br")["headers"]["etag"]
        answer = ask("/console/", if_none_match=f'"other", {etag}', accept_encoding="gzip")
        assert (answer["statusCode"], answer["body"], answer["headers"]["etag"]) == (304, "", etag)
        assert answer["headers"]["vary"] == "Accept-Encoding"

    def test_a_page_of_another_build_is_sent(self) -> None:
        assert ask("/console/", if_none_match='W/"0000"')["statusCode"] == 200

    def test_paths_are_not_logged_since_they_name_conversations(self, monkeypatch: pytest.MonkeyPatch) -> None:
        log = log_of(monkeypatch, logger)
        ask("/console/conversations/acme-sms.abc.1")
        assert '"status":200' in log.getvalue()
        assert "acme-sms" not in log.getvalue()


@pytest.mark.usefixtures("built")
class TestForms:
    @pytest.mark.parametrize(
        ("accepted", "coding"),
        [
            ("gzip, deflate, br, zstd", "br"),
            ("gzip", "gzip"),
            ("GZIP;q=0.5", "gzip"),
            ("br;q=0, gzip", "gzip"),
            ("br; q=0.000 , gzip;q=0.0", None),
            ("identity", None),
            ("", None),
        ],
    )
    def test_the_smallest_form_that_the_browser_takes(self, accepted: str, coding: str | None) -> None:
        answer = ask("/console/", accept_encoding=accepted)
        assert answer["headers"].get("content-encoding") == coding
        assert answer["headers"]["vary"] == "Accept-Encoding"
        assert text_of(answer) == FILES["index.html"]

    def test_what_compression_makes_larger_is_sent_as_it_is(self) -> None:
        answer = ask(f"/console/{SMALL}", accept_encoding="gzip")
        assert "content-encoding" not in answer["headers"]
        assert text_of(answer) == "<svg/>"


@given(accepted=st.text())
def test_there_is_a_form_for_whatever_a_browser_says(accepted: str) -> None:
    known = {"br": Path("br"), "gzip": Path("gzip"), "identity": Path("plain")}
    assert choose(accepted, File("text/plain", known, "", is_hashed=False)) in known


@pytest.mark.usefixtures("built")
class TestConfig:
    def test_the_page_is_told_where_to_sign_in_and_nobody_keeps_it(self) -> None:
        answer = ask("/console/config.json")
        assert answer["headers"]["cache-control"] == "no-store"
        told = json.loads(answer["body"])
        version = told.pop("version")
        assert version in ask("/console/")["headers"]["etag"]
        assert told == {
            "stage": "prod",
            "issuer": ENVIRONMENT["ISSUER"],
            "client_id": "client",
            "authorize_url": "https://acme.auth.eu-central-1.amazoncognito.com/oauth2/authorize",
            "token_url": "https://acme.auth.eu-central-1.amazoncognito.com/oauth2/token",
            "revoke_url": "https://acme.auth.eu-central-1.amazoncognito.com/oauth2/revoke",
            "logout_url": "https://acme.auth.eu-central-1.amazoncognito.com/logout",
            "api": "/agent",
        }

    def test_the_version_changes_with_the_page(self, built: Path) -> None:
        before = Site(built).version
        (built / "index.html").write_text("another build")
        assert Site(built).version != before


@pytest.mark.usefixtures("built")
class TestProtection:
    @pytest.mark.parametrize("path", ["/", "/console/", "/console/config.json", "/console/assets/none.js", "/other"])
    def test_every_answer_carries_it(self, path: str) -> None:
        headers = ask(path)["headers"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert headers["strict-transport-security"].startswith("max-age=")
        assert "microphone=()" in headers["permissions-policy"]
        assert policy_of(ask(path))["default-src"] == ["'none'"]

    def test_scripts_come_from_the_page_s_own_origin_and_no_text_becomes_one(self) -> None:
        policy = policy_of(ask("/console/"))
        assert policy["script-src"] == ["'self'"]
        assert policy["require-trusted-types-for"] == ["'script'"]
        assert "'unsafe-inline'" not in policy["style-src"] + policy["script-src"]

    def test_the_page_speaks_to_the_api_the_sign_in_the_push_and_the_files_only(self) -> None:
        sign_in = ENVIRONMENT["SIGN_IN_URL"]
        assert policy_of(ask("/console/"))["connect-src"] == [
            "'self'",
            ENVIRONMENT["PUSH_URL"],
            f"{sign_in}/oauth2/token",
            f"{sign_in}/oauth2/revoke",
            *ENVIRONMENT["FILE_ORIGINS"].split(),
        ]

    def test_nobody_may_frame_the_page(self) -> None:
        assert policy_of(ask("/console/"))["frame-ancestors"] == ["'none'"]

    def test_one_origin_may_where_the_stage_says_so(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("FRAMED_BY", "http://127.0.0.1:4580")
        console_settings.settings.cache_clear()
        assert policy_of(ask("/console/"))["frame-ancestors"] == ["http://127.0.0.1:4580"]
