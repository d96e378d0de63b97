"""What providers are told: only status codes that none of them takes for something else (rule X-4)."""

import ast
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest

from functions.catch_sms import handler as catch_sms
from functions.ingest_sms import handler as ingest_sms
from functions.ingest_social import handler as ingest_social
from tests.aws_events import CONTEXT, webhook
from tests.functions.conftest import Deployment
from tests.world import ROOT

INGEST = (ingest_sms, ingest_social, catch_sms)
SAYING = [
    *(ROOT / "functions").glob("ingest_*/*.py"),
    *(ROOT / "functions").glob("catch_*/*.py"),
    ROOT / "switchboard/flows/receive.py",
    ROOT / "switchboard/aws/http.py",
]
"""All that decides on a status code."""


def misunderstood(status: int) -> bool:
    """X takes any redirect for a broken webhook, Telegram a 410 for its end, Twilio a 429 for a failure."""
    return 300 <= status < 400 or status in {410, 429}


@pytest.mark.parametrize("path", SAYING, ids=lambda path: str(path.relative_to(ROOT)))
def test_X_4_no_status_that_a_provider_misunderstands_is_named(path: Path) -> None:
    tree = ast.walk(ast.parse(path.read_text("utf-8")))
    named = [
        int(HTTPStatus[node.attr])
        for node in tree
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "HTTPStatus"
    ]
    assert not list(filter(misunderstood, named))


@pytest.mark.parametrize("account", ["acme-sms", "acme-fax"])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
@pytest.mark.parametrize("body", [b"", b"{}", b"Body=%zz", b"a" * 100_000], ids=["nothing", "json", "broken", "large"])
@pytest.mark.parametrize("function", INGEST, ids=lambda function: function.__name__)
def test_X_4_whatever_is_called_nothing_is_answered_that_a_provider_misunderstands(
    deployment: Deployment, function: Any, body: bytes, method: str, account: str
) -> None:
    event = webhook(account, body, method=method, base64=True)
    event["pathParameters"]["channel"] = "telegram"
    assert not misunderstood(function.lambda_handler(event, CONTEXT)["statusCode"])


@pytest.mark.parametrize("missing", ["BUS_NAME", "PUBLIC_BASE_URL", "SECRET_PREFIX", "CAUGHT_QUEUE_URL"])
@pytest.mark.parametrize("function", INGEST, ids=lambda function: function.__name__)
def test_X_4_whatever_is_broken_the_provider_is_told_to_come_again_or_nothing_wrong(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch, function: Any, missing: str
) -> None:
    monkeypatch.delenv(missing, raising=False)
    event = webhook("acme-telegram", b"{}")
    event["pathParameters"]["channel"] = "telegram"
    assert function.lambda_handler(event, CONTEXT)["statusCode"] in {200, 403, 503}
