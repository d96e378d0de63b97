"""Mail on the deployed template: by SMTP in, by SES's API out, SES's events back."""

import json
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from sandbox.api import AgentApi, ProblemError
from sandbox.mail_program import File
from sandbox.mailbox import Mail
from sandbox.smtp import EICAR, GTUBE
from switchboard.channels import channel
from switchboard.channels.email.mail import read
from switchboard.conversation import Conversation
from tests.e2e.lab import MAIL_CUSTOMER, OUR_MAIL, Lab

MAIL = channel("email")
GONE = "gone@bounces.example"


def assigned(lab: Lab, agent: AgentApi) -> dict[str, Any]:
    """The conversation that the agent has, with its messages."""
    found: dict[str, Any] = lab.wait_for(lambda: next(iter(agent.conversations()), {}), "a conversation to be assigned")
    return agent.conversation(found["conversation_id"])


def acknowledged(lab: Lab, customer: str = MAIL_CUSTOMER) -> Mail:
    return lab.wait_for(lambda: lab.mailbox(customer), "the acknowledgement")[0]


def header(mail: Mail, name: str) -> str | None:
    return read(mail.raw).headers.get(name)


def authors(agent: AgentApi, conversation_id: str) -> list[tuple[str, str]]:
    return [(message["author"], message["kind"]) for message in agent.conversation(conversation_id)["messages"]]


def decided(lab: Lab, customer: str = MAIL_CUSTOMER) -> Conversation:
    """The customer's conversation, once it is decided whether to acknowledge it and nothing is on its way any more."""

    def look() -> Conversation | None:
        known = lab.conversation_of(customer)
        return known if known and known.acknowledgement else None

    found = lab.wait_for(look, "the decision whether to acknowledge")
    lab.await_quiet()
    assert found
    return found


def test_a_mail_is_acknowledged_once_assigned_answered_and_the_customers_reply_joins_in(lab: Lab) -> None:
    ann = lab.agent("ann")
    sent = lab.mail("Hello,\n\nwhere is my lamp?")
    conversation_id = assigned(lab, ann)["conversation_id"]
    acknowledgement = acknowledged(lab)
    ann.reply(conversation_id, "It is on its way.")
    answer = lab.wait_for(lambda: lab.mailbox()[1:], "the answer in the mailbox")[0]
    lab.mail("Thank you!", answers=answer)
    lab.wait_for(lambda: len(authors(ann, conversation_id)) == 4, "the thanks")
    lab.await_quiet()

    theirs = read(sent).headers.get("message-id")
    assert acknowledgement.opened().subject == "Auto: Where is my order?"
    assert header(acknowledgement, "auto-submitted") == "auto-replied"
    assert header(acknowledgement, "x-auto-response-suppress") == "All"
    assert header(acknowledgement, "precedence") == "bulk"
    assert header(acknowledgement, "in-reply-to") == theirs
    assert (answer.opened().subject, answer.opened().text) == ("Re: Where is my order?", "It is on its way.")
    assert header(answer, "auto-submitted") is None
    assert header(answer, "in-reply-to") == theirs
    assert theirs is not None
    assert theirs in (header(answer, "references") or "")
    assert authors(ann, conversation_id) == [
        ("customer", "message"),
        ("system", "acknowledgement"),
        ("agent", "message"),
        ("customer", "message"),
    ]
    assert ann.conversation(conversation_id)["messages"][3]["text"] == "Thank you!"
    assert len(lab.all_conversations()) == 1
    assert len(lab.mailbox()) == 2, "one acknowledgement, one answer"
    assert {mail.exchange for mail in lab.running.ses.mailbox.of(MAIL_CUSTOMER)} == {acknowledgement.exchange}


def test_EM_20_an_answer_to_the_signed_address_joins_its_conversation_without_any_reference(lab: Lab) -> None:
    ann = lab.agent("ann")
    lab.mail("hello")
    conversation_id = assigned(lab, ann)["conversation_id"]
    marked = acknowledged(lab).opened().reply_to
    assert marked.startswith("support+c.")
    lab.mail("one more thing", to=marked, subject="Nothing in common")
    lab.wait_for(lambda: len(authors(ann, conversation_id)) == 3, "the second mail in the same conversation")
    assert len(lab.all_conversations()) == 1


def test_EM_21_a_stranger_with_a_forwarded_id_begins_a_conversation_of_their_own(lab: Lab) -> None:
    lab.agent("ann")
    lab.mail("hello")
    lab.mail("me too", sender="eve@customers.example", answers=acknowledged(lab))
    lab.wait_for(lambda: lab.conversation_of("eve@customers.example"), "the stranger's conversation")
    lab.await_quiet()
    mia, eve = lab.conversation_of(MAIL_CUSTOMER), lab.conversation_of("eve@customers.example")
    assert mia
    assert eve
    assert eve.thread != mia.thread
    assert eve.possibly == mia.id


def test_two_subjects_of_one_customer_are_two_conversations(lab: Lab) -> None:
    lab.mail("hello", subject="My lamp")
    lab.mail("hello", subject="My chair", to="returns@acme.example")
    lab.mail("hello again", subject="My table")
    lab.wait_for(lambda: len(lab.all_conversations()) == 3, "three conversations")
    lab.await_quiet()
    assert sorted(known.account for known in lab.all_conversations()) == ["acme-email"] * 2 + ["acme-returns-email"]


def test_delivery_is_told_by_ses_s_events(lab: Lab) -> None:
    ann = lab.agent("ann")
    lab.mail("hello")
    conversation_id = assigned(lab, ann)["conversation_id"]
    acknowledged(lab)
    ann.reply(conversation_id, "Hi!")

    def statuses() -> list[str | None]:
        return [message["status"] for message in ann.conversation(conversation_id)["messages"]]

    lab.wait_for(lambda: statuses() == [None, "delivered", "delivered"], "two delivery reports")


def test_an_out_of_office_answer_is_not_acknowledged(lab: Lab) -> None:
    lab.mail(
        "I am away until Monday.",
        subject="Automatic reply: Your order",
        headers={"Auto-Submitted": "auto-replied"},
        envelope_sender="<>",
    )
    lab.wait_for(lab.all_entries, "the mail in a timeline")
    lab.await_quiet()
    assert lab.mailbox() == []


def test_our_mail_to_somebody_on_holiday_is_answered_by_their_machine_and_there_it_ends(lab: Lab) -> None:
    away = "ooto@simulator.amazonses.com"
    ann = lab.agent("ann")
    lab.mail("hello", sender=away)
    conversation_id = assigned(lab, ann)["conversation_id"]
    acknowledged(lab, away)
    lab.wait_for(lambda: len(authors(ann, conversation_id)) == 3, "the machine's answer")
    lab.await_quiet()
    assert len(lab.mailbox(away)) == 1
    assert len(lab.all_conversations()) == 1


def test_EM_25_a_bounce_suppresses_the_address(lab: Lab) -> None:
    ann = lab.agent("ann")
    lab.mail("hello", sender=GONE)
    conversation_id = assigned(lab, ann)["conversation_id"]

    def reason() -> str | None:
        contact = lab.customers.contact(MAIL.contact(GONE))
        return contact.undeliverable if contact else None

    lab.wait_for(lambda: reason() == "bounced", "the bounce")
    lab.await_quiet()
    before = len(lab.running.ses.mailbox.mails)
    with pytest.raises(ProblemError, match="another way"):
        ann.reply(conversation_id, "Are you there?")
    lab.await_quiet()
    assert len(lab.running.ses.mailbox.mails) == before, "nothing more was sent"


def test_EM_25_a_complaint_suppresses_the_address(lab: Lab) -> None:
    angry = "angry@complaints.example"
    lab.mail("hello", sender=angry)

    def reason() -> str | None:
        contact = lab.customers.contact(MAIL.contact(angry))
        return contact.undeliverable if contact else None

    lab.wait_for(lambda: reason() == "complained", "the complaint")


def test_EM_3_a_virus_is_quarantined_and_nobody_is_told_but_leads(lab: Lab) -> None:
    dee = lab.agent("dee", online=False)
    lab.mail("See the file", files=[File("invoice.exe", EICAR)])
    (item,) = lab.wait_for(lambda: dee.quarantine("acme-email"), "the quarantined mail")
    lab.await_quiet()
    assert item["reason"] == "virus"
    assert lab.all_conversations() == []
    assert lab.mailbox() == []


def test_EM_3_spam_reaches_people_and_is_not_acknowledged(lab: Lab) -> None:
    lab.mail(f"Buy now\n{GTUBE.decode()}")
    known = decided(lab)
    assert known.acknowledgement
    assert known.acknowledgement.reason == "spam"
    assert lab.mailbox() == []


def test_EM_5_an_impostor_is_not_acknowledged(lab: Lab) -> None:
    lab.mail("hello", sender="mia@forged.example")
    known = decided(lab, "mia@forged.example")
    assert known.acknowledgement
    assert not known.acknowledgement.sent
    assert lab.mailbox("mia@forged.example") == []


@pytest.mark.parametrize("fault", ["throttled", "error_after_accept", "timeout_after_accept"])
def test_EM_26_a_send_that_fails_reaches_the_customer_at_most_once(lab: Lab, fault: Any) -> None:
    lab.running.ses.fail_next(fault)
    with lab.quick_retries("OutboundQueueUrl"):
        lab.mail("hello")
        acknowledged(lab)
        lab.await_quiet()
    assert len(lab.mailbox()) == 1


def _sender(lab: Lab, statements: list[dict[str, Any]], **credentials: str) -> Any:
    """SES's client at the double, with a role that may do just this."""
    iam, name = lab.iam, f"sender-{len(lab.iam.list_roles()['Roles'])}"
    anybody = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(_policy([anybody])))["Role"]
    iam.put_role_policy(RoleName=name, PolicyName="Own", PolicyDocument=json.dumps(_policy(statements)))
    assumed = lab.running.client("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="test")["Credentials"]
    known = {
        "aws_access_key_id": assumed["AccessKeyId"],
        "aws_secret_access_key": assumed["SecretAccessKey"],
        "aws_session_token": assumed["SessionToken"],
    }
    config = Config(retries={"total_max_attempts": 1}, proxies={})
    return boto3.client(
        "sesv2",
        endpoint_url=f"{lab.running.phones_url}/email",
        region_name="us-east-1",
        config=config,
        **(known | credentials),
    )


def _policy(statements: list[dict[str, Any]]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": statements}


def _send(client: Any, **more: Any) -> str:
    content = {"Simple": {"Subject": {"Data": "Hi"}, "Body": {"Text": {"Data": "Hello"}}}}
    destination = {"ToAddresses": [MAIL_CUSTOMER]}
    return str(
        client.send_email(FromEmailAddress=OUR_MAIL, Destination=destination, Content=content, **more)["MessageId"]
    )


IDENTITY = "arn:aws:ses:us-east-1:000000000000:identity/acme.example"
SENDING = {"Effect": "Allow", "Action": "ses:SendEmail"}


@pytest.mark.parametrize("resource", ["*", IDENTITY])
def test_SEC_17_who_may_send_as_our_domain_does(lab: Lab, resource: str) -> None:
    assert _send(_sender(lab, [{**SENDING, "Resource": resource}]))


@pytest.mark.parametrize(
    ("statements", "code"),
    [
        ([{**SENDING, "Resource": IDENTITY.replace("acme", "other")}], "AccessDeniedException"),
        ([{**SENDING, "Action": "s3:GetObject", "Resource": "*"}], "AccessDeniedException"),
    ],
)
def test_SEC_17_who_may_not_send_as_our_domain_is_refused(
    lab: Lab, statements: list[dict[str, Any]], code: str
) -> None:
    with pytest.raises(ClientError) as refused:
        _send(_sender(lab, statements))
    assert refused.value.response["Error"]["Code"] == code
    assert lab.mailbox() == []


def test_SEC_17_a_configuration_set_is_a_right_of_its_own(lab: Lab) -> None:
    with pytest.raises(ClientError) as refused:
        _send(_sender(lab, [{**SENDING, "Resource": IDENTITY}]), ConfigurationSetName="other")
    assert refused.value.response["Error"]["Code"] == "AccessDeniedException"


def test_SEC_17_a_forged_signature_sends_nothing(lab: Lab) -> None:
    with pytest.raises(ClientError) as refused:
        _send(_sender(lab, [{**SENDING, "Resource": "*"}], aws_secret_access_key="x" * 40))
    assert refused.value.response["Error"]["Code"] == "InvalidSignatureException"
    assert lab.mailbox() == []
