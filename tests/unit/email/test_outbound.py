"""A mail of ours as SES takes it."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from email.headerregistry import Address

import boto3
import pytest
from botocore.exceptions import ConnectTimeoutError, EndpointConnectionError, ReadTimeoutError
from botocore.stub import Stubber
from hypothesis import given
from hypothesis import strategies as st

from switchboard.aws.mail import Ses
from switchboard.channels.email import known_as
from switchboard.channels.email.outbound import (
    LONGEST_SUBJECT,
    LONGEST_VALUE,
    Letter,
    arguments,
    checked_address,
    from_address,
    headers,
    safe,
    subject,
    trimmed_references,
)
from switchboard.channels.email.send import MailSender, failure, letter_of
from switchboard.channels.email.threading import reply_address, subject_tag
from switchboard.errors import (
    SendError,
    SendRefusedError,
    SendThrottledError,
    SendUnknownError,
)
from switchboard.message import DeliveryStatus, Outgoing, Thread

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
LETTER = Letter(
    sender="support@brand.example",
    recipient="jane@customer.example",
    text="It is on its way.",
    conversation_id="support-eu.c1.1",
    message_id="m1",
    subject="Where is my order?",
    in_reply_to="b@x",
    references=("a@x",),
    configuration_set="support",
)
ACK = replace(LETTER, automatic=True)
KEY = b"a key of ours"
OUTGOING = Outgoing(
    account="support-eu",
    sender="support@brand.example",
    recipient="jane@customer.example",
    text="It is on its way.",
    conversation_id="support-eu.c1.1",
    message_id="m1",
    subject="Where is my order?",
    thread=Thread(message_id="b@x", references=("a@x",)),
)


def test_EM_22_an_answer_names_what_it_answers() -> None:
    assert headers(LETTER) == {"In-Reply-To": "<b@x>", "References": "<a@x> <b@x>"}


def test_EM_22_an_acknowledgement_says_that_a_machine_wrote_it() -> None:
    found = headers(ACK)
    assert found["Auto-Submitted"] == "auto-replied"
    assert found["X-Auto-Response-Suppress"] == "All"
    assert found["Precedence"] == "bulk"


def test_EM_22_references_keep_the_first_and_the_newest() -> None:
    ids = [f"{n}@{'h' * 50}" for n in range(100)]
    found = trimmed_references(ids)
    assert len(found) <= LONGEST_VALUE
    assert found.startswith(f"<{ids[0]}> ")
    assert found.endswith(f" <{ids[-2]}> <{ids[-1]}>")


def test_EM_22_two_references_too_long_together_keep_the_newer() -> None:
    assert trimmed_references(["a" * 900, "b" * 900]) == f"<{'b' * 900}>"
    assert trimmed_references([]) == ""


@given(st.lists(st.text(max_size=400), max_size=40))
def test_EM_22_references_are_always_a_header_that_ses_takes(identifiers: list[str]) -> None:
    assert re.fullmatch(r"[ -~]{0,995}", trimmed_references(identifiers))


@pytest.mark.parametrize(
    ("written", "automatic", "sent"),
    [
        ("Hello", False, "Re: Hello"),
        ("Re: AW: re: Hello", False, "Re: Hello"),
        ("Hello", True, "Auto: Hello"),
        (None, False, "Re:"),
        ("Reply needed", False, "Re: Reply needed"),
    ],
)
def test_EM_22_subjects(written: str | None, automatic: bool, sent: str) -> None:  # noqa: FBT001  # a table's column
    assert subject(replace(LETTER, subject=written, automatic=automatic)) == sent


def test_EM_22_a_long_subject_is_cut_before_its_tag() -> None:
    found = subject(replace(LETTER, subject="a" * 900, subject_key=b"k" * 32))
    assert len(found) == LONGEST_SUBJECT
    assert re.search(r" \[#support-eu\.c1\.1-[a-z2-7]{12}\]$", found)


@given(st.text(max_size=300))
def test_EM_23_no_text_breaks_out_of_a_subject(text: str) -> None:
    found = subject(replace(LETTER, subject=text))
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", found)
    assert len(found) <= LONGEST_SUBJECT


def test_EM_23_header_text_is_composed_and_on_one_line() -> None:
    assert safe("Cafe\u0301\r\nBcc: x\x00y\u2028z\u202e", 100) == "Café Bcc: x y z"
    assert safe("a" * 50, 10) == "a" * 10


@pytest.mark.parametrize("identifier", ["a b", "a\r\nBcc: x", "a<b", "ü@x", "", "a" * 2000])
def test_EM_23_an_id_that_could_break_a_header_is_left_out(identifier: str) -> None:
    assert headers(replace(LETTER, in_reply_to=identifier, references=())) == {}


@pytest.mark.parametrize(
    "address",
    ["", "jane", "a@b\r\nBcc: c@d", "a@b, c@d", "a b@c.example", "Jane <a@b>", "a@b\x00", "a@[127.0.0.1]", "@a", "a@"],
)
def test_SEC_7_a_recipient_is_one_plain_address(address: str) -> None:
    with pytest.raises(ValueError, match="not a single mail address"):
        checked_address(address)


def test_SEC_7_an_international_domain_is_written_in_ascii() -> None:
    assert checked_address("jane@bücher.example") == "jane@xn--bcher-kva.example"


def test_a_sender_has_the_brands_name() -> None:
    assert from_address("a@b.example", None) == "a@b.example"
    assert from_address("a@b.example", 'Brand "B"') == '"Brand \\"B\\"" <a@b.example>'
    assert from_address("a@b.example", "Grüße") == "=?utf-8?b?R3LDvMOfZQ==?= <a@b.example>"
    assert str(Address("Brand", addr_spec="a@b.example")) == "Brand <a@b.example>"


def test_EM_24_the_configuration_set_the_identity_and_our_ids_go_along() -> None:
    found = arguments(replace(LETTER, reply_to="support+c.x@brand.example", cc=("bob@customer.example",)))
    assert found["FromEmailAddress"] == "support@brand.example"
    assert found["ConfigurationSetName"] == "support"
    assert found["ReplyToAddresses"] == ["support+c.x@brand.example"]
    assert found["Destination"] == {
        "ToAddresses": ["jane@customer.example"],
        "CcAddresses": ["bob@customer.example"],
    }
    assert found["EmailTags"] == [
        {"Name": "conversation", "Value": "support-eu_2ec1_2e1"},
        {"Name": "message", "Value": "m1"},
    ]


@pytest.mark.parametrize("letter", [LETTER, ACK, replace(LETTER, html="<p>Hi</p>", sender_name="Grüße", references=())])
def test_what_is_sent_is_what_the_service_takes(letter: Letter) -> None:
    client = boto3.client("sesv2", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x")
    with Stubber(client) as stub:
        stub.add_response("send_email", {"MessageId": "ses1"}, arguments(letter))
        assert Ses(client)(arguments(letter)) == "ses1"


def _sender(error: SendError | None = None) -> MailSender:
    def send_email(_arguments: object) -> str:
        if error is not None:
            raise error
        return "ses1"

    return MailSender(send_email, clock=lambda: NOON, key=KEY)


def test_EM_25_acceptance_is_not_delivery() -> None:
    sent = _sender().send(OUTGOING)
    assert (sent.provider_id, sent.at, sent.status) == ("ses1", NOON, DeliveryStatus.QUEUED)


def test_EM_25_an_address_that_is_none_is_refused_for_good() -> None:
    with pytest.raises(SendRefusedError) as caught:
        _sender().send(OUTGOING.model_copy(update={"recipient": "canary@x, y"}))
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    ("code", "status", "error"),
    [
        ("TooManyRequestsException", 429, SendThrottledError),
        ("LimitExceededException", 400, SendThrottledError),
        ("SendingPausedException", 400, SendThrottledError),
        ("AccountSuspendedException", 400, SendThrottledError),
        ("MailFromDomainNotVerifiedException", 400, SendThrottledError),
        ("NotFoundException", 404, SendThrottledError),
        ("MessageRejected", 400, SendRefusedError),
        ("BadRequestException", 400, SendRefusedError),
        ("SomethingNew", 400, SendRefusedError),
        ("InternalFailure", 500, SendUnknownError),
        ("SomethingNew", None, SendUnknownError),
    ],
)
def test_EM_26_a_failure_says_whether_anything_may_be_out(
    code: str, status: int | None, error: type[SendError]
) -> None:
    assert type(failure(code, status)) is error


def test_EM_26_the_services_own_words_do_not_get_out() -> None:
    client = boto3.client("sesv2", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x")
    with Stubber(client) as stub:
        stub.add_client_error("send_email", "MessageRejected", "canary@customer.example is bad", 400)
        with pytest.raises(SendRefusedError) as caught:
            Ses(client)(arguments(LETTER))
    assert "canary" not in str(caught.value)
    assert caught.value.__context__ is None


@pytest.mark.parametrize(
    ("error", "raised"),
    [
        (EndpointConnectionError(endpoint_url="x"), SendThrottledError),
        (ConnectTimeoutError(endpoint_url="x"), SendThrottledError),
        (ReadTimeoutError(endpoint_url="x"), SendUnknownError),
    ],
)
def test_EM_26_a_broken_connection_says_whether_anything_may_be_out(error: Exception, raised: type[SendError]) -> None:
    class Client:
        def send_email(self, **_arguments: object) -> dict[str, str]:
            raise error

    with pytest.raises(raised):
        Ses(Client())({})


@pytest.mark.parametrize("host", ["eu-west-1.amazonses.com", "email.amazonses.com", "EMAIL.AmazonSES.com"])
def test_EM_20_the_id_that_a_reply_refers_to_is_the_one_that_ses_told(host: str) -> None:
    assert known_as(f"0102-x@{host}") == "0102-x"


@pytest.mark.parametrize("identifier", ["a@customer.example", "a@notamazonses.com", "amazonses.com", ""])
def test_EM_20_another_mails_id_is_known_as_it_is(identifier: str) -> None:
    assert known_as(identifier) == identifier


def test_EM_22_an_answer_comes_back_to_the_signed_address() -> None:
    letter = letter_of(OUTGOING, KEY)
    assert letter.reply_to == reply_address("support@brand.example", "support-eu.c1.1", KEY)
    assert (letter.in_reply_to, letter.references, letter.subject_key) == ("b@x", ("a@x",), None)


def test_EM_20_where_the_address_would_be_too_long_the_subject_carries_the_mark() -> None:
    letter = letter_of(OUTGOING.model_copy(update={"sender": f"{'s' * 60}@brand.example"}), KEY)
    assert letter.reply_to is None
    assert subject_tag("support-eu.c1.1", KEY) in subject(letter)


def test_what_we_tell_by_ourselves_goes_out_as_text_and_as_a_page_of_the_same_words() -> None:
    told = OUTGOING.model_copy(update={"automatic": True, "language": "ar", "text": "مرحبًا <b>"})
    body = arguments(letter_of(told, KEY))["Content"]["Simple"]["Body"]
    assert body["Text"]["Data"] == "مرحبًا <b>"
    assert 'dir="rtl"' in body["Html"]["Data"]
    assert "مرحبًا &lt;b&gt;" in body["Html"]["Data"]


def test_what_an_agent_writes_goes_out_as_they_wrote_it() -> None:
    assert letter_of(OUTGOING.model_copy(update={"language": "en"}), KEY).html is None
    assert letter_of(OUTGOING.model_copy(update={"automatic": True}), KEY).html is None


def test_one_copy_that_can_not_go_out_does_not_hold_up_the_answer() -> None:
    letter = letter_of(OUTGOING.model_copy(update={"cc": ("boss@customer.example", "no address")}), KEY)
    assert letter.cc == ("boss@customer.example",)
