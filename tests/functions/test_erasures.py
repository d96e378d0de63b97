"""Asking to be forgotten: a network's callback, a lead's request, the page that says how it went, and the worker."""

import base64
import hmac
import json
import re
from collections.abc import Callable
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

import pytest

from functions.agent_api.handler import lambda_handler as agent_api
from functions.erase.handler import lambda_handler as erase
from functions.erasure_api.handler import lambda_handler, logger
from functions.erasure_api.page import _STYLE
from functions.watch_channels.handler import lambda_handler as watch
from switchboard import wiring
from switchboard.__main__ import main
from switchboard.erasure import SETTLING, State, code_of, finish
from switchboard.errors import UnavailableError
from switchboard.message import Attachment, Message, Party
from tests.aws_events import CONTEXT, api_call, batch, failed
from tests.functions.conftest import Deployment, client, log_of
from tests.world import BASE_URL, CUSTOMER

ACCOUNT, PERSON = "acme-messenger", "218471"
APP_SECRET, PREVIOUS = "0" * 31 + "1", "0" * 31 + "2"
SECRET = {"app_secret": APP_SECRET, "verify_token": "a-verify-token-1", "access_token": "x" * 40}
CODE = code_of(f"messenger:{PERSON}", b"pepper")
LEADS = "[agents leads]"


@pytest.fixture
def office(deployment: Deployment) -> Deployment:
    """A deployment with a Messenger account."""
    secrets = client("secretsmanager")
    secrets.create_secret(Name=f"switchboard/{ACCOUNT}", SecretString=json.dumps(SECRET))
    return deployment


def signed(person: str = PERSON, app_secret: str = APP_SECRET) -> bytes:
    wanted = {"user_id": person, "algorithm": "HMAC-SHA256", "issued_at": 1795000000}
    payload = base64.urlsafe_b64encode(json.dumps(wanted).encode()).rstrip(b"=")
    signature = base64.urlsafe_b64encode(hmac.digest(app_secret.encode(), payload, sha256)).rstrip(b"=")
    return urlencode({"signed_request": (signature + b"." + payload).decode()}).encode()


def work(code: str) -> list[str]:
    """What the worker gives back of a message of its queue."""
    return failed(erase(batch({"code": code}), CONTEXT))


def call(body: bytes = b"", channel: str = "messenger", account: str = ACCOUNT, method: str = "POST") -> dict[str, Any]:
    event = {
        "rawQueryString": "",
        "headers": {"content-type": "application/x-www-form-urlencoded"},
        "pathParameters": {"channel": channel, "account": account},
        "requestContext": {"http": {"method": method}},
        "body": base64.b64encode(body).decode(),
        "isBase64Encoded": True,
    }
    return dict(lambda_handler(event, CONTEXT))


def page(code: str) -> dict[str, Any]:
    event = {"pathParameters": {"code": code}, "requestContext": {"http": {"method": "GET"}}}
    return dict(lambda_handler(event, CONTEXT))


def queued(deployment: Deployment) -> list[dict[str, Any]]:
    url = deployment.sqs.get_queue_url(QueueName="erase")["QueueUrl"]
    messages = deployment.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    return [json.loads(message["Body"]) for message in messages]


def test_MT_5_a_callback_is_verified_recorded_queued_and_answered_with_where_to_look(office: Deployment) -> None:
    answer = call(signed())
    assert answer["statusCode"] == 200
    assert json.loads(answer["body"]) == {"url": f"{BASE_URL}/erasure/{CODE}", "confirmation_code": CODE}
    assert answer["headers"]["content-type"] == "application/json"
    assert queued(office) == [{"code": CODE}]
    known = wiring.erasures().get(CODE)
    assert known
    assert (known.state, known.address, known.asked[0].by) == (
        State.ASKED,
        f"messenger:{PERSON}",
        f"provider:{ACCOUNT}",
    )


def test_MT_5_asking_twice_gives_the_same_answer_and_one_request(office: Deployment) -> None:
    assert call(signed()) == call(signed())
    known = wiring.erasures().get(CODE)
    assert known
    assert len(known.asked) == 1


@pytest.mark.parametrize(
    "refused",
    [
        lambda: call(b""),
        lambda: call(signed(app_secret=PREVIOUS)),
        lambda: call(signed().replace(b"signed_request=", b"signed_request=A")),
        lambda: call(signed(), account="nobody"),
        lambda: call(signed(), channel="instagram"),
        lambda: call(signed(), channel="rest"),
        lambda: call(signed(), channel="sms", account="acme-sms"),
        lambda: call(signed(), channel="telegram", account="acme-telegram"),
        lambda: call(signed(person="x" * 321)),
    ],
)
def test_MT_5_nobody_but_the_network_can_have_somebody_erased(
    office: Deployment, refused: Callable[[], dict[str, Any]]
) -> None:
    assert refused() == {"statusCode": 403}
    assert queued(office) == []
    assert wiring.erasures().get(CODE) is None


def test_X_13_an_account_without_a_secret_erases_nobody(deployment: Deployment) -> None:
    assert call(signed()) == {"statusCode": 403}


def test_SEC_12_a_callback_signed_with_the_new_secret_is_taken_at_once(
    office: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    call(signed())
    client("secretsmanager").put_secret_value(
        SecretId=f"switchboard/{ACCOUNT}", SecretString=json.dumps(SECRET | {"app_secret": PREVIOUS})
    )
    later = office.world.now + SETTLING
    secrets = wiring.secrets()
    monkeypatch.setattr(
        wiring, "secrets", lambda: type(secrets)(secrets.client, secrets.prefix, lambda: later, secrets.cached)
    )
    assert call(signed(app_secret=PREVIOUS))["statusCode"] == 200
    assert call(signed())["statusCode"] == 200, "and with the old one"


def test_X_2_a_callback_by_another_method_or_too_large_is_refused(office: Deployment) -> None:
    assert call(signed(), method="GET") == {"statusCode": 405}
    assert call(b"x" * 70_000) == {"statusCode": 413}


def test_X_2_while_a_store_is_down_the_network_is_to_come_again(
    office: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise UnavailableError("the secrets are out of reach: try again")

    monkeypatch.setattr(wiring.secrets().client, "get_secret_value", fail)
    assert call(signed()) == {"statusCode": 503}


def test_SEC_11_no_line_of_the_log_names_who_asked(office: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    written = log_of(monkeypatch, logger)
    call(signed())
    monkeypatch.setattr(wiring, "take_erasure", lambda *_: 1 / 0)
    assert call(signed()) == {"statusCode": 503}
    assert '"outcome":"asked"' in written.getvalue()
    assert "ZeroDivisionError" in written.getvalue()
    assert PERSON not in written.getvalue()


# -- the page ---------------------------------------------------------------------------------------


def test_MT_5_the_page_says_how_it_goes_until_it_is_done(office: Deployment) -> None:
    call(signed())
    assert "has arrived" in page(CODE)["body"]
    known = wiring.erasures().get(CODE)
    assert known
    assert work(CODE) == []
    assert "being erased" in page(CODE)["body"]
    age(known.code)
    assert work(CODE) == []
    done = page(CODE)["body"]
    assert "is erased" in done
    assert CODE in done


def age(code: str) -> None:
    """The first look was a while ago."""
    client("dynamodb").update_item(
        TableName="erasures",
        Key={"code": {"S": code}, "item": {"S": "erasure"}},
        UpdateExpression="SET #until = :past",
        ExpressionAttributeNames={"#until": "until"},
        ExpressionAttributeValues={":past": {"S": f"{wiring.office().clock() - SETTLING:%Y-%m-%dT%H:%M:%S.000Z}"}},
    )


@pytest.mark.parametrize("code", ["0" * 32, "", "x9", "../agents", "<script>", CODE])
def test_whoever_has_no_code_learns_nothing(office: Deployment, code: str) -> None:
    answer = page(code)
    assert answer["statusCode"] == 404
    assert "No such request" in answer["body"]
    assert code not in answer["body"] or not code


def test_the_page_has_nothing_of_the_person_and_loads_nothing(office: Deployment) -> None:
    call(signed())
    answer = page(CODE)
    policy = answer["headers"]["content-security-policy"]
    assert PERSON not in answer["body"]
    assert "default-src 'none'" in policy
    assert base64.b64encode(sha256(_STYLE.encode()).digest()).decode() in policy
    assert f"<style>{_STYLE}</style>" in answer["body"]
    assert not re.search(r"<script|src=|href=|style=|@import|url\(", answer["body"])
    assert answer["headers"]["x-content-type-options"] == "nosniff"
    assert answer["headers"]["cache-control"] == "no-store"
    assert answer["headers"]["referrer-policy"] == "no-referrer"


def test_the_page_follows_the_readers_light_or_dark(office: Deployment) -> None:
    assert "color-scheme: light dark" in page(CODE)["body"]
    assert "prefers-color-scheme: dark" in page(CODE)["body"]


# -- a lead -----------------------------------------------------------------------------------------


def ask(method: str, path: str, body: object = None, groups: str = LEADS) -> tuple[int, Any]:
    answer = agent_api(api_call(method, path, body, sub="dee", groups=groups), CONTEXT)
    return answer["statusCode"], json.loads(answer["body"])


def test_SEC_16_a_lead_has_a_customer_erased_and_sees_how_it_goes(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wiring, "eraser", lambda *_: None)
    deployment.world.text("my words")
    status, taken = ask("POST", "/erasures", {"channel": "sms", "address": CUSTOMER})
    assert (status, taken["state"], taken["asked"][0]["by"]) == (202, "asked", "agent:dee")
    assert queued(deployment) == [{"code": taken["code"]}]
    work(taken["code"])
    age(taken["code"])
    work(taken["code"])
    status, done = ask("GET", f"/erasures/{taken['code']}")
    assert (status, done["state"], done["conversations"], done["messages"]) == (200, "done", 1, 1)
    assert done["done_at"]
    assert CUSTOMER not in json.dumps(done)


def test_only_leads_erase_customers_and_see_requests(deployment: Deployment) -> None:
    assert ask("POST", "/erasures", {"channel": "sms", "address": CUSTOMER}, "[agents]")[0] == 403
    assert ask("GET", f"/erasures/{CODE}", groups="[agents]")[0] == 403
    assert queued(deployment) == []


@pytest.mark.parametrize(
    "body", [{}, {"channel": "sms"}, {"channel": "pigeon", "address": "1"}, {"channel": "sms", "address": "", "all": 1}]
)
def test_a_request_that_is_not_well_formed_is_refused(deployment: Deployment, body: dict[str, Any]) -> None:
    assert ask("POST", "/erasures", body)[0] == 422
    assert queued(deployment) == []


@pytest.mark.parametrize("code", ["0" * 32, "x"])
def test_there_is_no_such_request(deployment: Deployment, code: str) -> None:
    assert ask("GET", f"/erasures/{code}")[0] == 404


# -- the worker -------------------------------------------------------------------------------------


def test_SEC_16_files_go_from_the_bucket(deployment: Deployment) -> None:
    attachment = Attachment(key="media/acme-line/m1/0")
    deployment.world.route(
        Message(
            channel="line",
            account="acme-line",
            provider_id="m1",
            sender=Party(address="U1"),
            attachments=(attachment,),
        )
    )
    for key in ("media/acme-line/m1/0", "media/acme-line/m2/0"):
        deployment.s3.put_object(Bucket="raw", Key=key, Body=b"x")
    taken = ask("POST", "/erasures", {"channel": "line", "address": "U1"})[1]
    assert work(taken["code"]) == []
    left = deployment.s3.list_objects_v2(Bucket="raw")["Contents"]
    assert [found["Key"] for found in left] == ["media/acme-line/m2/0"]


def test_what_can_not_be_erased_now_stays_in_the_queue(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wiring.sqs(), "change_message_visibility", lambda **_: None)
    deployment.world.text("my words")
    taken = ask("POST", "/erasures", {"channel": "sms", "address": CUSTOMER})[1]

    def fail(*_: object) -> None:
        raise UnavailableError("the provider is out of reach: try again")

    monkeypatch.setattr(wiring, "eraser", fail)
    assert work(taken["code"]) == ["m0"]
    assert deployment.world.all_conversations()


def test_SEC_16_after_a_restore_a_person_has_them_erased_again(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(wiring, "eraser", lambda *_: None)
    deployment.world.text("my words")
    backup = client("dynamodb").scan(TableName="customers")["Items"]
    code = ask("POST", "/erasures", {"channel": "sms", "address": CUSTOMER})[1]["code"]
    work(code)
    known = wiring.erasures().get(code)
    assert known
    wiring.erasures().save(known, finish(known, wiring.office().clock()))
    for item in backup:
        client("dynamodb").put_item(TableName="customers", Item=item)
    client("sqs").purge_queue(QueueUrl=wiring.setting("ERASE_QUEUE_URL"))
    capsys.readouterr()
    assert main(["erase-again"]) == 0
    assert capsys.readouterr().out == "customers who are back and will be erased again: 1\n"
    assert queued(deployment) == [{"code": code}]


# -- the watchdog -----------------------------------------------------------------------------------


def test_X_5_the_watchdog_tells_of_every_account_or_of_one(deployment: Deployment) -> None:
    everything = watch({}, CONTEXT)
    assert everything.keys() == deployment.world.policy.accounts.keys()
    assert watch({"account": "acme-sms"}, CONTEXT) == {
        "acme-sms": {"channel": "sms", "outcome": "not_watched", "notes": ()}
    }
    assert everything["acme-line"]["outcome"] == "not_watched"
