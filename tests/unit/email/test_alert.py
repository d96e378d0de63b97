"""A mail to one of our agents: nobody's answer, and nothing that a robot answers."""

import pytest

from switchboard.channels.email.alert import alert_arguments
from switchboard.channels.email.mail import Envelope
from switchboard.channels.email.parse import Ours, parse_mail
from switchboard.message import Message

SENDER, AGENT = "alerts@acme.example", "ann@acme.example"


def test_it_says_that_a_machine_wrote_it_and_has_nowhere_to_answer_to() -> None:
    asked = alert_arguments(SENDER, AGENT, "A conversation waits", "Look.")
    headers = {header["Name"]: header["Value"] for header in asked["Content"]["Simple"]["Headers"]}
    assert headers["Auto-Submitted"] == "auto-generated"
    assert (asked["FromEmailAddress"], asked["Destination"]) == (SENDER, {"ToAddresses": [AGENT]})
    assert "ReplyToAddresses" not in asked


def test_SEC_7_an_address_with_more_in_it_is_refused() -> None:
    with pytest.raises(ValueError, match="not a single mail address"):
        alert_arguments(SENDER, "ann@acme.example\r\nBcc: x@y.example", "s", "t")


def test_AK_2_one_that_comes_back_to_us_is_known_for_a_machines() -> None:
    head = alert_arguments(SENDER, AGENT, "s", "t")["Content"]["Simple"]["Headers"]
    lines = "".join(f"{header['Name']}: {header['Value']}\r\n" for header in head)
    raw = f"From: {SENDER}\r\nTo: support@acme.example\r\n{lines}\r\nLook.\r\n".encode()
    (message,) = parse_mail(raw, Envelope(provider_id="m1"), account="acme-email", ours=Ours(addresses=(SENDER,)))
    assert isinstance(message, Message)
    assert message.auto
    assert (message.auto.generated, message.auto.may_reply) == (True, False)
