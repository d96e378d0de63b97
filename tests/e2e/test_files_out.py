"""An agent answers with files on the deployed template, copies somebody in, and passes mail on."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from sandbox.files import content_of
from sandbox.mailbox import Mail
from tests.e2e.lab import CUSTOMER, MAIL_CUSTOMER, OUR_MAIL, Lab

PICTURE, PAPER = "image/png", "application/pdf"
EXPERT, BOSS = "expert@partners.example", "boss@customers.example"


def post(lab: Lab, path: str, body: dict[str, Any], key: str = "", who: str = "ann") -> httpx.Response:
    headers = {"idempotency-key": key} if key else {}
    return lab.call(who, "POST", path, body, headers)


def upload(lab: Lab, conversation_id: str, name: str, content_type: str) -> str:
    """What a console does with a file that its agent picks."""
    content = content_of(content_type)
    wanted = {"filename": name, "content_type": content_type, "size": len(content)}
    answer = post(lab, f"conversations/{conversation_id}/uploads", wanted)
    assert answer.status_code == 201, answer.text
    asked = answer.json()
    put = httpx.request(asked["method"], asked["url"], headers=asked["headers"], content=content, trust_env=False)
    assert put.status_code == 200, put.text
    return str(asked["upload_id"])


def answer_with(lab: Lab, conversation_id: str, text: str, *uploads: str, **more: Any) -> dict[str, Any]:
    body = {"text": text, "attachments": list(uploads), **more}
    answer = post(lab, f"conversations/{conversation_id}/replies", body, key="k1")
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def mine(lab: Lab) -> str:
    ann = lab.agent("ann")
    return str(lab.wait_for(ann.conversations, "a conversation of ann's")[0]["conversation_id"])


def sent(lab: Lab, conversation_id: str) -> dict[str, Any]:
    """The answer, once it is out."""

    def look() -> dict[str, Any] | None:
        said = lab.agent("ann").conversation(conversation_id)["messages"]
        return next(
            (one for one in said if one["author"] == "agent" and one["status"] not in {"queued", "sending"}), None
        )

    return lab.wait_for(look, "the answer to be sent") or {}


def mailed(lab: Lab, where: Callable[[Mail], bool], to: str = MAIL_CUSTOMER) -> Mail:
    return lab.wait_for(lambda: [mail for mail in lab.mailbox(to) if where(mail)], "the mail")[0]


@pytest.mark.parametrize("network", ["telegram", "whatsapp", "messenger", "line"])
def test_a_picture_and_words_reach_the_customers_phone(lab: Lab, network: str) -> None:
    lab.agent("ann")
    lab.write(network, "what does it look like?")
    conversation_id = mine(lab)
    answer_with(lab, conversation_id, "Like this.", upload(lab, conversation_id, "lamp.png", PICTURE))
    double = lab.running.providers.networks[network]

    def shown() -> list[tuple[str, str, str]]:
        return [(note.body, note.file, note.name) for note in double.notes if not note.inbound][-2:]

    expected = [("Like this.", "", ""), ("", PICTURE, "lamp.png")]
    lab.wait_for(lambda: shown() == expected, f"words and picture, not {shown()}")
    assert sent(lab, conversation_id)["attachments"][0]["filename"] == "lamp.png"


def test_a_text_message_goes_with_its_picture(lab: Lab) -> None:
    lab.agent("ann")
    lab.text("what does it look like?")
    conversation_id = mine(lab)
    message = answer_with(lab, conversation_id, "Like this.", upload(lab, conversation_id, "lamp.png", PICTURE))

    def texts() -> list[Any]:
        return [text for text in lab.running.twilio.state.texts if text.body == "Like this." and text.names]

    (text,) = lab.wait_for(texts, "the picture message")
    assert (text.media, text.names, text.recipient) == ([PICTURE], ["lamp.png"], CUSTOMER)
    path = f"conversations/{conversation_id}/messages/{message['message_id']}/attachments/0"
    released = lab.call("ann", "GET", path).json()
    assert httpx.get(released["url"], trust_env=False).content == content_of(PICTURE)


def test_what_a_network_has_no_documents_for_goes_as_a_link(lab: Lab) -> None:
    lab.agent("ann")
    lab.write("line", "may I have the invoice?")
    conversation_id = mine(lab)
    answer_with(lab, conversation_id, "", upload(lab, conversation_id, "invoice.pdf", PAPER))
    double = lab.running.providers.networks["line"]

    def link() -> str:
        said = [note.body for note in double.notes if not note.inbound and note.body.startswith("invoice.pdf\n")]
        return said[0].partition("\n")[2] if said else ""

    lab.wait_for(link, "the link")
    fetched = httpx.get(link(), follow_redirects=True, trust_env=False)
    assert (fetched.content, fetched.headers["content-type"]) == (content_of(PAPER), PAPER)
    assert fetched.headers["content-disposition"].startswith("attachment;")
    assert httpx.get(f"{link()}x", follow_redirects=True, trust_env=False).status_code == 404


def test_a_mail_has_its_files_and_goes_to_whom_the_agent_said(lab: Lab) -> None:
    lab.agent("ann")
    lab.mail("Please send the invoice")
    conversation_id = mine(lab)
    files = [upload(lab, conversation_id, name, kind) for name, kind in (("a.pdf", PAPER), ("b\u00fc.png", PICTURE))]
    answer_with(lab, conversation_id, "Here they are.", *files, cc=[BOSS])
    mail = mailed(lab, lambda one: bool(one.opened().files)).opened()
    assert [(file.name, file.content) for file in mail.files] == [
        ("a.pdf", content_of(PAPER)),
        ("b\u00fc.png", content_of(PICTURE)),
    ]
    assert mail.text.strip() == "Here they are."
    assert mailed(lab, lambda one: bool(one.opened().files), BOSS).opened().subject == mail.subject
    assert [party["address"] for party in sent(lab, conversation_id)["cc"]] == [BOSS]


def test_X_15_a_copy_to_ourselves_is_refused(lab: Lab) -> None:
    lab.agent("ann")
    lab.mail("hello")
    conversation_id = mine(lab)
    refused = post(lab, f"conversations/{conversation_id}/replies", {"text": "hi", "cc": [BOSS, OUR_MAIL]}, key="k2")
    assert (refused.status_code, refused.json()["detail"][:5]) == (422, "cc.1:")


def test_what_is_passed_on_is_answered_into_the_same_conversation(lab: Lab) -> None:
    lab.agent("ann")
    lab.mail("The lamp hums. Is that dangerous?")
    conversation_id = mine(lab)
    lab.wait_for(lambda: lab.agent("ann").conversation(conversation_id)["promised_at"], "the promise")
    before = lab.agent("ann").conversation(conversation_id)
    body = {"to": [EXPERT], "note": "Can you tell?"}
    answer = post(lab, f"conversations/{conversation_id}/forward", body, key="f1")
    assert (answer.status_code, answer.json()["kind"]) == (201, "forward")
    forwarded = mailed(lab, lambda one: one.opened().subject.startswith("Fwd:"), EXPERT)
    assert "The lamp hums." in forwarded.opened().text
    lab.mail("No, it is not.", sender=EXPERT, answers=forwarded)

    def said() -> list[str]:
        return [one["text"] for one in lab.agent("ann").conversation(conversation_id)["messages"]]

    lab.wait_for(lambda: "No, it is not." in said(), "the expert's answer")
    after = lab.agent("ann").conversation(conversation_id)
    assert (after["awaiting_since"], after["promised_at"]) == (before["awaiting_since"], before["promised_at"])
    assert len(lab.all_conversations()) == 1


def test_SEC_10_a_file_of_another_size_than_was_declared_is_not_sent(lab: Lab) -> None:
    lab.agent("ann")
    lab.text("hello")
    conversation_id = mine(lab)
    wanted = {"filename": "a.png", "content_type": PICTURE, "size": 5}
    asked = post(lab, f"conversations/{conversation_id}/uploads", wanted).json()
    content = content_of(PICTURE)
    httpx.put(asked["url"], headers=asked["headers"], content=content, trust_env=False)
    body = {"text": "", "attachments": [asked["upload_id"]]}
    refused = post(lab, f"conversations/{conversation_id}/replies", body, key="k1")
    assert refused.status_code in {409, 422}
    assert "attachments:" in refused.json()["detail"]


def test_SEC_16_files_are_erased_with_their_customer(lab: Lab) -> None:
    lab.agent("ann")
    lab.write("telegram", "hello")
    conversation_id = mine(lab)
    one, _unused = (upload(lab, conversation_id, name, PICTURE) for name in ("a.png", "b.png"))
    answer_with(lab, conversation_id, "", one)
    sent(lab, conversation_id)
    found = [key for key in lab.kept()["raw"] if conversation_id in key]
    assert sorted(key.partition("/")[0] for key in found) == ["outgoing", "uploads", "uploads"]
    customer = lab.agent("ann").conversation(conversation_id)["customer"]
    lab.agent("dee")
    asked = post(lab, "erasures", {"channel": "telegram", "address": customer}, who="dee")
    assert asked.status_code == 202, asked.text
    lab.wait_for(lambda: not [key for key in lab.kept()["raw"] if conversation_id in key], "the files to be gone")
