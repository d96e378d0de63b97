"""The double of SES does what AWS documents, and our channel understands it."""

import asyncio
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ReadTimeoutError

from sandbox.double import serving
from sandbox.providers import Providers
from sandbox.ses import Ses
from sandbox.ses_aws import Refusal
from sandbox.twilio import Twilio
from switchboard.channels.email.mail import read
from switchboard.channels.email.outbound import Letter, arguments
from tests.sandbox.mail import ACCOUNTS, MIA, OURS, Aws

LETTER = Letter(
    sender=OURS,
    sender_name="Acme",
    recipient=MIA,
    subject="Where is it?",
    text="Dear Mia,\nit is on its way, señora.\n.\n",
    conversation_id="acme-email.mia.1",
    message_id="ack",
    in_reply_to="1@customers.example",
    references=("0@customers.example",),
    reply_to="support+c.one.abcdefabcdef@acme.example",
    automatic=True,
)
REQUEST = arguments(LETTER)
TAGS = {tag["Name"]: [tag["Value"]] for tag in REQUEST["EmailTags"]}


class World:
    """A double in process, with an account in memory."""

    def __init__(self, state_file: Path | None = None) -> None:
        self.aws = Aws()
        self.ses = Ses(ACCOUNTS, self.aws, state_file=state_file)
        self.app = Providers(Twilio([]), ses=self.ses).app

    def call(self, document: dict[str, Any] | bytes) -> httpx.Response:
        async def call() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app)
            async with (
                self.ses.inbound.listening(0),
                httpx.AsyncClient(transport=transport, base_url="http://x") as api,
            ):
                body = document if isinstance(document, bytes) else json.dumps(document).encode()
                answer = await api.post("/email/v2/email/outbound-emails", content=body)
                await self.ses.settle()
                return answer

        return asyncio.run(call())

    def send(self, *recipients: str, **changes: Any) -> httpx.Response:
        destination = {"ToAddresses": list(recipients or [MIA])}
        return self.call({**REQUEST, "Destination": destination, **changes})

    @property
    def events(self) -> list[Mapping[str, Any]]:
        return self.aws.events


@pytest.fixture
def world() -> World:
    return World()


def simple(**changes: Any) -> dict[str, Any]:
    return {"Simple": {**REQUEST["Content"]["Simple"], **changes}}


def test_a_mail_arrives_as_ses_makes_it(world: World) -> None:
    sent = world.send().json()["MessageId"]

    (mail,) = world.ses.mailbox.of(MIA)
    headers = dict(read(mail.raw).headers.items())
    assert headers.pop("Date")
    assert headers == {
        "Message-ID": f"<{sent}@email.amazonses.com>",
        "From": '"Acme" <support@acme.example>',
        "To": MIA,
        "Reply-To": "support+c.one.abcdefabcdef@acme.example",
        "Subject": "Auto: Where is it?",
        "In-Reply-To": "<1@customers.example>",
        "References": "<0@customers.example> <1@customers.example>",
        "Auto-Submitted": "auto-replied",
        "X-Auto-Response-Suppress": "All",
        "Precedence": "bulk",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "quoted-printable",
    }
    assert mail.opened().text == LETTER.text.rstrip("\n")
    assert (mail.account, mail.fate) == (OURS, "delivered")


def test_html_comes_beside_the_text_and_subjects_in_any_language(world: World) -> None:
    body = {"Text": {"Data": "Hallo"}, "Html": {"Data": "<p>Hallo <script>x</script><b>Mia</b></p>"}}
    world.send(Content=simple(Subject={"Data": "Größe? " * 20}, Body=body))

    (mail,) = world.ses.mailbox.of(MIA)
    opened = mail.opened()
    assert read(mail.raw).root.content_type == "multipart/alternative"
    assert (opened.text, opened.subject) == ("Hallo", "Größe? " * 20)
    assert opened.html == "<p>Hallo <b>Mia</b></p>"
    assert max(len(line) for line in mail.raw.splitlines()) < 998


def test_everybody_in_to_and_cc_gets_it(world: World) -> None:
    world.send(Destination={"ToAddresses": [MIA], "CcAddresses": ["Bo <bo@customers.example>"]})
    assert [(mail.customer, mail.account) for mail in world.ses.mailbox.mails] == [
        (MIA, OURS),
        ("bo@customers.example", OURS),
    ]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"Destination": {}}, "BadRequestException"),
        ({"Destination": {"ToAddresses": ["mia"]}}, "BadRequestException"),
        ({"Destination": {"ToAddresses": ["mía@customers.example"]}}, "BadRequestException"),
        ({"Destination": {"ToAddresses": [MIA] * 51}}, "BadRequestException"),
        ({"FromEmailAddress": "stranger@customers.example"}, "MessageRejected"),
        ({"Content": {"Raw": {"Data": ""}}}, "BadRequestException"),
        ({"Content": simple(Subject={"Data": ""})}, "BadRequestException"),
        ({"Content": simple(Subject={"Data": "a\r\nBcc: x"})}, "BadRequestException"),
        ({"Content": simple(Body={})}, "BadRequestException"),
        ({"Content": simple(Headers=[{"Name": f"X-{n}", "Value": "1"} for n in range(16)])}, "BadRequestException"),
        ({"Content": simple(Headers=[{"Name": "X-A", "Value": "é"}])}, "BadRequestException"),
        ({"Content": simple(Headers=[{"Name": "X-A", "Value": "a\r\nb"}])}, "BadRequestException"),
        ({"Content": simple(Headers=[{"Name": "X-A", "Value": "a" * 996}])}, "BadRequestException"),
        ({"Content": simple(Headers=[{"Name": "X A", "Value": "a"}])}, "BadRequestException"),
        ({"Content": simple(Headers=[{"Name": "References", "Value": "a"}] * 2)}, "BadRequestException"),
        ({"Content": simple(Headers=[{"Name": "Message-ID", "Value": "<a@b>"}])}, "BadRequestException"),
        ({"EmailTags": [{"Name": "conversation", "Value": "a.b"}]}, "BadRequestException"),
    ],
)
def test_what_ses_refuses_is_refused(world: World, changes: dict[str, Any], code: str) -> None:
    answer = world.send(**changes) if "Destination" not in changes else world.call(REQUEST | changes)
    assert (answer.status_code, answer.headers["x-amzn-errortype"]) == (400, code)
    assert not world.ses.mailbox.mails
    assert not world.events


def test_the_longest_header_fits(world: World) -> None:
    headers = [{"Name": "R", "Value": "a" * 995}]
    assert world.send(Content=simple(Headers=headers)).status_code == 200


def test_a_request_that_is_no_json_is_refused(world: World) -> None:
    assert world.call(b"{").headers["x-amzn-errortype"] == "SerializationException"


def test_who_may_not_send_does_not(world: World) -> None:
    world.aws.denied = Refusal("AccessDeniedException", "User: x is not authorized")
    answer = world.send()
    assert (answer.status_code, answer.headers["x-amzn-errortype"]) == (403, "AccessDeniedException")
    assert world.ses.mailbox.mails == []


def test_iam_is_asked_about_the_call_as_it_was_signed(world: World) -> None:
    world.send()
    (call,) = world.aws.calls
    assert call.path == "/email/v2/email/outbound-emails"
    assert json.loads(call.body)["FromEmailAddress"] == REQUEST["FromEmailAddress"]


def test_an_account_out_of_reach_sends_nothing(world: World) -> None:
    world.aws.is_out_of_reach = True
    assert world.send().status_code == 503
    assert world.ses.mailbox.mails == []


@pytest.mark.parametrize(
    ("recipient", "told"),
    [
        (MIA, ["Send", "Delivery"]),
        ("bounce@simulator.amazonses.com", ["Send", "Bounce"]),
        ("bounce+tag@simulator.amazonses.com", ["Send", "Bounce"]),
        ("gone@bounces.example", ["Send", "Bounce"]),
        ("complaint@simulator.amazonses.com", ["Send", "Delivery", "Complaint"]),
        ("angry@complaints.example", ["Send", "Delivery", "Complaint"]),
        ("suppressionlist@simulator.amazonses.com", ["Send", "Bounce"]),
        ("success@simulator.amazonses.com", ["Send", "Delivery"]),
    ],
)
def test_events_tell_how_a_mail_fared(world: World, recipient: str, told: list[str]) -> None:
    sent = world.send(recipient).json()["MessageId"]

    assert [event["eventType"] for event in world.events] == told
    for event in world.events:
        assert event["mail"]["messageId"] == sent
        assert event["mail"]["destination"] == [recipient]
        assert TAGS.items() <= event["mail"]["tags"].items()


def test_a_bounce_says_who_and_why(world: World) -> None:
    world.send("gone@bounces.example")
    bounce = world.events[-1]["bounce"]
    assert (bounce["bounceType"], bounce["bounceSubType"]) == ("Permanent", "General")
    assert bounce["bouncedRecipients"][0]["emailAddress"] == "gone@bounces.example"
    assert world.ses.mailbox.of("gone@bounces.example") == []


def test_the_suppression_list_is_a_bounce_of_its_own(world: World) -> None:
    world.send("suppressionlist@simulator.amazonses.com")
    assert world.events[-1]["bounce"]["bounceSubType"] == "OnAccountSuppressionList"


def test_an_out_of_office_answer_comes_by_smtp(world: World) -> None:
    sent = world.send("ooto@simulator.amazonses.com").json()["MessageId"]

    ((key, lying),) = world.aws.bucket.items()
    assert key.startswith("mail/acme-email/")
    headers = read(lying).headers
    assert headers.get("return-path") == "<>"
    assert headers.get("auto-submitted") == "auto-replied"
    assert headers.get("in-reply-to") == f"<{sent}@email.amazonses.com>"
    assert headers.get("to") == LETTER.reply_to


def test_yesterdays_mail_comes_back(tmp_path: Path) -> None:
    World(tmp_path / "email.json").send()
    (mail,) = World(tmp_path / "email.json").ses.mailbox.of(MIA)
    assert mail.opened().text.startswith("Dear Mia,")


def boto(world: World, act: Callable[[Any], Any]) -> Any:
    """Call the double, served, with boto3's own client, which tries once and waits a second."""
    with serving(world.ses) as url:
        config = Config(retries={"total_max_attempts": 1}, read_timeout=1)
        client = boto3.client("sesv2", endpoint_url=url, region_name="us-east-1", config=config)
        try:
            return act(client)
        finally:
            client.close()


def test_boto_reads_the_answer(world: World) -> None:
    assert boto(world, lambda client: client.send_email(**REQUEST)["MessageId"]).endswith("-000000")


@pytest.mark.parametrize(
    ("fault", "code", "status", "mails"),
    [
        ("throttled", "TooManyRequestsException", 429, 0),
        ("error", "InternalFailure", 500, 0),
        ("error_after_accept", "500", 500, 1),
    ],
)
def test_faults_come_as_boto_knows_them(fault: Any, code: str, status: int, mails: int, world: World) -> None:
    world.ses.fail_next(fault)
    with pytest.raises(ClientError) as failed:
        boto(world, lambda client: client.send_email(**REQUEST))
    assert failed.value.response["Error"]["Code"] == code
    assert failed.value.response["ResponseMetadata"]["HTTPStatusCode"] == status
    assert len(world.ses.mailbox.mails) == mails


def test_an_answer_can_get_lost(world: World) -> None:
    world.ses.fail_next("timeout_after_accept")
    with pytest.raises(ReadTimeoutError):
        boto(world, lambda client: client.send_email(**REQUEST))
    assert len(world.ses.mailbox.mails) == 1
