"""The double does what Twilio documents."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from twilio.request_validator import RequestValidator

from sandbox.providers import Providers
from sandbox.twilio import HELPED, STARTED, STOPPED, Account, Line, Service, Text, Twilio

SID, TOKEN = "AC" + "1" * 32, "2" * 32
KEY, KEY_SECRET = "SK" + "3" * 32, "4" * 32
OURS, ALSO_OURS, CUSTOMER = "+15005550006", "+15005550007", "+15005550101"
SERVICE = "MG" + "5" * 32
WEBHOOK = "http://us.example/sms/support-us#rc=3&rp=all"
CALLBACK = "http://us.example/sms/support-us?conversation=a.1&message=m%2F1"
API = "/sms"
"""Where Twilio's API is among the providers."""
MESSAGES = f"/2010-04-01/Accounts/{SID}/Messages"
SEND = {"To": CUSTOMER, "From": OURS, "Body": "Hello", "StatusCallback": CALLBACK}


class Webhook:
    """Our end: keeps what it is called with, answers as told."""

    def __init__(self) -> None:
        self.calls: list[tuple[Request, dict[str, str]]] = []
        self.answer = Response("<Response/>", media_type="text/xml")
        self.refuses = 0
        app = Starlette(routes=[Route("/{path:path}", self._serve, methods=["GET", "POST"])])
        self._transport = httpx.ASGITransport(app=app)
        self.client = httpx.AsyncClient(transport=httpx.MockTransport(self._connect))

    @property
    def fields(self) -> list[dict[str, str]]:
        return [fields for _request, fields in self.calls]

    async def _connect(self, request: httpx.Request) -> httpx.Response:
        if self.refuses:
            self.refuses -= 1
            raise httpx.ConnectError("refused")
        return await self._transport.handle_async_request(request)

    async def _serve(self, request: Request) -> Response:
        fields = parse_qsl((await request.body()).decode(), keep_blank_values=True)
        self.calls.append((request, dict(fields)))
        return self.answer


class World:
    """A double in process, with a webhook and a clock that moves a second per look."""

    def __init__(self, state_file: Path | None = None, *, advanced_opt_out: bool = False) -> None:
        self.webhook = Webhook()
        ids, seconds = count(1), count()
        self.twilio = Twilio(
            [
                Account(
                    SID,
                    TOKEN,
                    lines=[Line(OURS, "Support", WEBHOOK), Line(ALSO_OURS, "Sales")],
                    api_keys={KEY: KEY_SECRET},
                    services={SERVICE: Service(ALSO_OURS)},
                )
            ],
            state_file=state_file,
            advanced_opt_out=advanced_opt_out,
            new_id=lambda: f"{next(ids):032x}",
            now=lambda: datetime(2026, 11, 21, 12, tzinfo=UTC) + timedelta(seconds=next(seconds)),
            client=self.webhook.client,
        )
        self.loop = asyncio.new_event_loop()
        self.api = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=Providers(self.twilio).app),
            base_url="http://providers",
            auth=(KEY, KEY_SECRET),
        )

    def call(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        async def call() -> httpx.Response:
            answer = await self.api.request(method, path, **arguments)
            await self.twilio.settle()
            return answer

        return self.loop.run_until_complete(call())

    def send(self, **changes: str) -> httpx.Response:
        form = {name: value for name, value in (SEND | changes).items() if value}
        return self.call("POST", f"{API}{MESSAGES}.json", data=form)

    def text(self, body: str, media: tuple[str, ...] = ()) -> Text:
        message = {"to": OURS, "body": body, "media": list(media)}
        self.call("POST", f"/phones/{CUSTOMER}/messages", json=message)
        return [text for text in self.twilio.state.texts if text.direction == "inbound"][-1]

    def on_phone(self) -> list[str]:
        return [t.body for t in self.twilio.state.texts if t.recipient == CUSTOMER and t.status == "delivered"]

    def close(self) -> None:
        self.loop.run_until_complete(self.api.aclose())
        self.loop.run_until_complete(self.webhook.client.aclose())
        self.loop.close()


@pytest.fixture
def make_world() -> Iterator[Callable[..., World]]:
    worlds: list[World] = []

    def make(state_file: Path | None = None, *, advanced_opt_out: bool = False) -> World:
        worlds.append(World(state_file, advanced_opt_out=advanced_opt_out))
        return worlds[-1]

    yield make
    for made in worlds:
        made.close()


@pytest.fixture
def world(make_world: Callable[..., World]) -> World:
    return make_world()


def test_a_message_is_created_with_twilios_document(world: World) -> None:
    answer = world.send()
    assert answer.status_code == 201
    sid = "SM" + "1".zfill(32)
    assert answer.json() == {
        "account_sid": SID,
        "api_version": "2010-04-01",
        "body": "Hello",
        "date_created": "Sat, 21 Nov 2026 12:00:00 +0000",
        "date_sent": None,
        "date_updated": "Sat, 21 Nov 2026 12:00:00 +0000",
        "direction": "outbound-api",
        "error_code": None,
        "error_message": None,
        "from": OURS,
        "messaging_service_sid": None,
        "num_media": "0",
        "num_segments": "1",
        "price": None,
        "price_unit": "USD",
        "sid": sid,
        "status": "queued",
        "subresource_uris": {"media": f"{MESSAGES}/{sid}/Media.json"},
        "to": CUSTOMER,
        "uri": f"{MESSAGES}/{sid}.json",
    }


def test_a_message_reaches_the_phone(world: World) -> None:
    world.send()
    assert world.on_phone() == ["Hello"]


def test_status_callbacks_leave_out_the_initial_status(world: World) -> None:
    world.send()
    assert [fields["MessageStatus"] for fields in world.webhook.fields] == ["sent", "delivered"]
    assert world.webhook.fields[0] == {
        "MessageSid": "SM" + "1".zfill(32),
        "SmsSid": "SM" + "1".zfill(32),
        "AccountSid": SID,
        "From": OURS,
        "To": CUSTOMER,
        "MessageStatus": "sent",
        "SmsStatus": "sent",
        "ApiVersion": "2010-04-01",
    }


def test_a_status_callback_is_signed_with_its_query(world: World) -> None:
    world.send()
    request, fields = world.webhook.calls[0]
    assert request.url.query == "conversation=a.1&message=m%2F1"
    assert RequestValidator(TOKEN).validate(CALLBACK, fields, request.headers["x-twilio-signature"])


def test_a_phone_that_is_off_gets_nothing_and_the_callback_says_why(world: World) -> None:
    world.call("POST", "/phones", json={"number": CUSTOMER, "name": "Ada"})
    world.call("PUT", f"/phones/{CUSTOMER}", json={"on": False})
    world.send()
    assert world.on_phone() == []
    assert (world.webhook.fields[-1]["MessageStatus"], world.webhook.fields[-1]["ErrorCode"]) == (
        "undelivered",
        "30003",
    )


def test_a_messaging_service_chooses_its_number(world: World) -> None:
    answer = world.send(From="", MessagingServiceSid=SERVICE).json()
    assert (answer["from"], answer["status"], answer["num_segments"]) == (ALSO_OURS, "accepted", "0")


def test_segments_are_counted(world: World) -> None:
    assert world.send(Body="a" * 161).json()["num_segments"] == "2"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"To": ""}, 21604),
        ({"From": ""}, 21603),
        ({"Body": ""}, 21602),
        ({"To": "0171 2345"}, 21211),
        ({"To": "+0155"}, 21211),
        ({"From": "+15005550099"}, 21659),
        ({"From": "ACME"}, 21606),
        ({"MessagingServiceSid": "MG0"}, 21603),
        ({"Body": "a" * 1601}, 21617),
        ({"StatusCallback": "ftp://us.example/"}, 21609),
        ({"StatusCallback": "https://"}, 21609),
        ({"StatusCallback": "https://us_example.com/"}, 21609),
        ({"ValidityPeriod": "0"}, 21624),
        ({"ValidityPeriod": "36001"}, 21624),
    ],
)
def test_an_invalid_send_is_refused_with_twilios_code(world: World, change: Mapping[str, str], code: int) -> None:
    answer = world.send(**change)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert set(answer.json()) == {"code", "message", "more_info", "status"}
    assert world.twilio.state.texts == []


@pytest.mark.parametrize("auth", [(KEY, "wrong"), (SID, ""), ("", ""), ("SK0", KEY_SECRET)])
def test_wrong_credentials_are_refused(world: World, auth: tuple[str, str]) -> None:
    answer = world.call("GET", f"{API}{MESSAGES}.json", auth=auth)
    assert (answer.status_code, answer.json()["code"]) == (401, 20003)


def test_the_auth_token_may_send_too(world: World) -> None:
    assert world.call("POST", f"{API}{MESSAGES}.json", data=SEND, auth=(SID, TOKEN)).status_code == 201


def test_an_unknown_account_is_not_found(world: World) -> None:
    answer = world.call("POST", f"{API}/2010-04-01/Accounts/AC0/Messages.json", data=SEND)
    assert (answer.status_code, answer.json()["code"]) == (404, 20404)


def test_messages_are_listed_by_number_and_time_newest_first(world: World) -> None:
    for body in ("one", "two", "three"):
        world.send(Body=body)
    world.send(Body="to another", To="+15005550102")
    listed = world.call("GET", f"{API}{MESSAGES}.json", params={"To": CUSTOMER, "From": OURS, "PageSize": "2"}).json()
    assert [message["body"] for message in listed["messages"]] == ["three", "two"]
    following = world.call("GET", API + listed["next_page_uri"]).json()
    assert [message["body"] for message in following["messages"]] == ["one"]
    assert following["next_page_uri"] is None
    sent = world.twilio.state.texts[1].sent
    assert sent is not None
    since = world.call("GET", f"{API}{MESSAGES}.json", params={"DateSent>": sent.strftime("%Y-%m-%dT%H:%M:%SZ")}).json()
    assert [message["body"] for message in since["messages"]] == ["to another", "three", "two"]


def test_a_message_is_fetched_and_deleted(world: World) -> None:
    uri = world.send().json()["uri"]
    assert world.call("GET", API + uri).json()["status"] == "delivered"
    assert world.call("DELETE", API + uri).status_code == 204
    assert world.call("GET", API + uri).json()["code"] == 20404


@pytest.mark.parametrize(
    ("fault", "status", "code", "taken"),
    [("throttled", 429, 20429, 0), ("error", 500, 20500, 0), ("error_after_accept", 500, 20500, 1)],
)
def test_faults_are_injected_once(world: World, fault: str, status: int, code: int, taken: int) -> None:
    assert world.call("POST", f"{API}/faults", json={"fault": fault}).status_code == 204
    answer = world.send()
    assert (answer.status_code, answer.json()["code"], len(world.twilio.state.texts)) == (status, code, taken)
    assert world.send().status_code == 201


def test_an_unknown_fault_is_refused(world: World) -> None:
    assert world.call("POST", f"{API}/faults", json={"fault": "flood"}).status_code == 400


def test_a_customers_text_calls_the_webhook_with_twilios_fields(world: World) -> None:
    text = world.text("Hi ☂")
    [fields] = world.webhook.fields
    assert fields == {
        **{f"{end}{place}": "" for end in ("From", "To") for place in ("City", "State", "Zip")},
        "FromCountry": "US",
        "ToCountry": "US",
        "MessageSid": text.sid,
        "SmsSid": text.sid,
        "SmsMessageSid": text.sid,
        "SmsStatus": "received",
        "AccountSid": SID,
        "From": CUSTOMER,
        "To": OURS,
        "Body": "Hi ☂",
        "NumMedia": "0",
        "NumSegments": "1",
        "ApiVersion": "2010-04-01",
    }
    assert text.webhook == "200"


def test_the_webhook_is_signed_without_the_fragment(world: World) -> None:
    world.text("Hi")
    request, fields = world.webhook.calls[0]
    assert RequestValidator(TOKEN).validate(WEBHOOK.partition("#")[0], fields, request.headers["x-twilio-signature"])


def test_a_picture_comes_by_reference(world: World) -> None:
    text = world.text("", media=("image/png",))
    [fields] = world.webhook.fields
    assert text.sid.startswith("MM")
    assert (fields["NumMedia"], fields["MediaContentType0"], fields["Body"]) == ("1", "image/png", "")
    assert fields["MediaUrl0"].startswith(f"https://api.twilio.com{MESSAGES}/{text.sid}/Media/ME")


def test_a_webhook_that_can_not_be_reached_is_tried_once_more(world: World) -> None:
    world.webhook.refuses = 1
    assert world.text("Hi").webhook == "200"
    world.webhook.refuses = 2
    assert world.text("Hi").webhook == "11200"
    assert world.webhook.refuses == 0


def test_a_webhook_that_fails_is_not_tried_again(world: World) -> None:
    world.webhook.answer = Response(status_code=503)
    assert world.text("Hi").webhook == "503"
    assert len(world.webhook.calls) == 1


@pytest.mark.parametrize(
    "answer",
    [
        Response("Sent by mistake", media_type="text/plain"),
        Response("<Response><Message><Body>Sent by mistake</Body></Message></Response>", media_type="text/xml"),
    ],
)
def test_TW_3_an_answer_with_text_goes_to_the_customer(world: World, answer: Response) -> None:
    world.webhook.answer = answer
    world.text("Hi")
    assert world.on_phone() == ["Sent by mistake"]


@pytest.mark.parametrize("body", ["<Response/>", "<Respon", "ok"])
def test_TW_3_any_other_answer_is_silent(world: World, body: str) -> None:
    world.webhook.answer = Response(body, media_type="text/xml")
    world.text("Hi")
    assert world.on_phone() == []


def test_stop_blocks_the_pair_of_numbers_and_still_calls_the_webhook(world: World) -> None:
    world.text(" stop ")
    assert world.on_phone() == [STOPPED]
    assert world.webhook.fields[0]["Body"] == " stop "
    refused = world.send()
    assert (refused.status_code, refused.json()["code"]) == (400, 21610)
    assert world.send(From=ALSO_OURS).status_code == 201


def test_start_lifts_the_block(world: World) -> None:
    world.text("STOP")
    world.text("Yes")
    assert world.on_phone() == [STOPPED, STARTED]
    assert world.send().status_code == 201


def test_a_second_stop_is_not_answered(world: World) -> None:
    world.text("STOP")
    world.text("STOP")
    assert world.on_phone() == [STOPPED]


@pytest.mark.parametrize("body", ["please stop", "opt out", "YES"])
def test_only_a_single_keyword_counts(world: World, body: str) -> None:
    world.text(body)
    assert world.on_phone() == []
    assert world.send().status_code == 201


def test_help_is_answered(world: World) -> None:
    world.text("HELP")
    assert world.on_phone() == [HELPED]


@pytest.mark.parametrize(("body", "kind"), [("STOP", "STOP"), ("START", "START"), ("info", "HELP")])
def test_advanced_opt_out_names_the_keyword(make_world: Callable[..., World], body: str, kind: str) -> None:
    world = make_world(advanced_opt_out=True)
    world.text(body)
    assert world.webhook.fields[0]["OptOutType"] == kind


def test_without_advanced_opt_out_the_keyword_is_not_named(world: World) -> None:
    world.text("STOP")
    assert "OptOutType" not in world.webhook.fields[0]


def test_yesterdays_phones_come_back(make_world: Callable[..., World], tmp_path: Path) -> None:
    before = make_world(tmp_path / "phones.json")
    before.call("POST", "/phones", json={"number": "+1 (500) 555-0101", "name": "Ada"})
    before.text("STOP")
    after = make_world(tmp_path / "phones.json")
    assert after.twilio.state == before.twilio.state
    assert after.twilio.state.phones[CUSTOMER].name == "Ada"
    assert after.send().json()["code"] == 21610


@pytest.mark.parametrize("number", ["", "0171", OURS, "+1500555x"])
def test_a_phone_needs_a_number_of_its_own(world: World, number: str) -> None:
    assert world.call("POST", "/phones", json={"number": number}).status_code == 400


def test_texting_a_number_nobody_has_is_refused(world: World) -> None:
    answer = world.call("POST", f"/phones/{CUSTOMER}/messages", json={"to": "+15005550099", "body": "Hi"})
    assert answer.status_code == 400


def test_the_page_shows_numbers_phones_and_texts(world: World) -> None:
    world.text("Hi")
    shown = world.call("GET", "/phones").json()
    assert shown["lines"] == [
        {"channel": "sms", "number": OURS, "name": "Support"},
        {"channel": "sms", "number": ALSO_OURS, "name": "Sales"},
    ]
    assert shown["phones"] == [
        {
            "channel": "sms",
            "number": CUSTOMER,
            "name": CUSTOMER,
            "on": True,
            "mail": "15005550101@customers.example",
        }
    ]
    assert [(text["body"], text["segments"], text["webhook"]) for text in shown["texts"]] == [("Hi", 1, "200")]


def test_the_page_needs_nothing_from_elsewhere(world: World) -> None:
    page = world.call("GET", "/").text
    assert page.startswith("<!doctype html>")
    assert "http://" not in page.replace("http://www.w3.org/", "")
    assert "https://" not in page


def test_changes_are_pushed_while_it_is_served() -> None:
    twilio = Twilio([Account(SID, TOKEN, lines=[Line(OURS, "Support")])])
    with (
        Providers(twilio).serve() as base_url,
        httpx.Client(base_url=base_url, trust_env=False) as client,
        client.stream("GET", "/phones/changes") as changes,
    ):
        lines = changes.iter_lines()
        assert next(lines) == "retry: 1000"
        client.post(f"/phones/{CUSTOMER}/messages", json={"to": OURS, "body": "Hi"})
        assert '"body": "Hi"' in next(line for line in lines if line.startswith("data: "))
    assert twilio.state.phones[CUSTOMER].number == CUSTOMER


def test_stopping_ends_the_pages_connection() -> None:
    twilio = Twilio([Account(SID, TOKEN, lines=[Line(OURS, "Support")])])
    with Providers(twilio).serve() as base_url:
        client = httpx.Client(base_url=base_url, trust_env=False)
        changes = client.send(client.build_request("GET", "/phones/changes"), stream=True)
        lines = changes.iter_lines()
        assert next(lines) == "retry: 1000"
    assert list(lines) == [""]
    client.close()


WHATSAPP, ON_WHATSAPP = f"whatsapp:{OURS}", f"whatsapp:{CUSTOMER}"


@pytest.fixture
def whatsapp(world: World) -> World:
    (account,) = world.twilio.accounts.values()
    account.lines.append(Line(WHATSAPP, "Support", WEBHOOK))
    world.call("POST", "/phones", json={"number": CUSTOMER, "name": "Ada"})
    world.twilio.add_phone(ON_WHATSAPP, "Ada")
    return world


def write(world: World, body: str) -> None:
    world.call("POST", f"/phones/{ON_WHATSAPP}/messages", json={"to": WHATSAPP, "body": body})


def test_a_text_on_whatsapp_says_who_wrote(whatsapp: World) -> None:
    write(whatsapp, "Hi")
    [fields] = whatsapp.webhook.fields
    told = {name: fields[name] for name in ("From", "To", "ProfileName", "WaId", "ExternalUserId")}
    assert told == {
        "From": ON_WHATSAPP,
        "To": WHATSAPP,
        "ProfileName": "Ada",
        "WaId": "15005550101",
        "ExternalUserId": "whatsapp:ID.15005550101",
    }


def test_TW_15_whatsapp_does_nothing_about_a_stop(whatsapp: World) -> None:
    write(whatsapp, "STOP")
    assert whatsapp.send(From=WHATSAPP, To=ON_WHATSAPP).status_code == 201
    assert [text.status for text in whatsapp.twilio.state.texts] == ["received", "delivered"]


def test_TW_14_whatsapp_takes_a_free_text_for_a_day(whatsapp: World) -> None:
    whatsapp.send(From=WHATSAPP, To=ON_WHATSAPP)
    assert (whatsapp.webhook.fields[-1]["MessageStatus"], whatsapp.webhook.fields[-1]["ErrorCode"]) == (
        "failed",
        "63016",
    )
    write(whatsapp, "Hi")
    whatsapp.send(From=WHATSAPP, To=ON_WHATSAPP)
    assert whatsapp.webhook.fields[-1]["MessageStatus"] == "delivered"


def test_X_3_a_lost_webhook_is_called_by_nobody_and_the_text_is_listed(world: World) -> None:
    world.call("POST", f"{API}/faults", json={"fault": "lost_webhook", "times": 1})
    text = world.text("Hi")
    assert (text.webhook, world.webhook.calls) == ("11200", [])
    listed = world.call("GET", f"{API}{MESSAGES}.json", params={"To": OURS}).json()["messages"]
    assert [(message["sid"], message["direction"]) for message in listed] == [(text.sid, "inbound")]
    assert world.text("Hi again").webhook == "200"


def test_X_3_where_the_webhook_fails_the_fallback_is_called_and_told_why(world: World) -> None:
    _account, line = world.twilio.line(OURS) or (None, None)
    assert line
    line.fallback = "http://us.example/caught/sms/support-us#rc=3"
    world.webhook.answer = Response(status_code=503)
    world.text("Hi")
    [(_, first), (request, fields)] = world.webhook.calls
    assert fields == {**first, "ErrorCode": "11200", "ErrorUrl": WEBHOOK.partition("#")[0]}
    url = line.fallback.partition("#")[0]
    assert RequestValidator(TOKEN).validate(url, fields, request.headers["x-twilio-signature"])


def test_a_messages_media_are_listed_and_deleted(world: World) -> None:
    text = world.text("", media=("image/png", "image/gif"))
    url = world.webhook.fields[0]["MediaUrl1"]
    path = f"{API}{MESSAGES}/{text.sid}/Media"
    listed = world.call("GET", f"{path}.json").json()["media_list"]
    assert [media["content_type"] for media in listed] == ["image/png", "image/gif"]
    assert url.endswith(listed[1]["sid"])
    assert world.call("DELETE", f"{path}/{listed[0]['sid']}.json").status_code == 204
    assert world.call("DELETE", f"{path}/{listed[0]['sid']}.json").status_code == 404
    assert len(world.call("GET", f"{path}.json").json()["media_list"]) == 1


def test_a_message_on_its_way_can_not_be_deleted(world: World) -> None:
    uri = world.send().json()["uri"]
    world.twilio.state.texts[0].status = "sending"
    assert (world.call("DELETE", API + uri).status_code, len(world.twilio.state.texts)) == (409, 1)


def test_a_number_is_told_where_its_messages_go(world: World) -> None:
    numbers = f"{API}/2010-04-01/Accounts/{SID}/IncomingPhoneNumbers"
    [number] = world.call("GET", f"{numbers}.json", params={"PhoneNumber": OURS}).json()["incoming_phone_numbers"]
    assert (number["phone_number"], number["sms_url"]) == (OURS, WEBHOOK)
    form = {"SmsUrl": "http://us.example/new", "SmsFallbackUrl": "http://us.example/fallback"}
    assert world.call("POST", f"{numbers}/{number['sid']}.json", data=form).json()["sms_url"] == form["SmsUrl"]
    _account, line = world.twilio.line(OURS) or (None, None)
    assert line
    assert (line.webhook, line.fallback) == (form["SmsUrl"], form["SmsFallbackUrl"])
    assert world.call("POST", f"{numbers}/PN0.json", data=form).status_code == 404


def test_a_messaging_service_is_told_where_its_messages_go(world: World) -> None:
    service = f"{API}/v1/Services/{SERVICE}"
    form = {"InboundRequestUrl": "http://us.example/new", "StatusCallback": "http://us.example/status"}
    world.call("POST", service, data=form)
    told = world.call("GET", service).json()
    assert (told["inbound_request_url"], told["status_callback"]) == tuple(form.values())
    assert world.call("GET", f"{API}/v1/Services/MG0").status_code == 404
