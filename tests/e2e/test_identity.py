"""One customer over many addresses, on the deployed template: a code joins, agents merge and undo, one timeline."""

from typing import Any

from tests.e2e.lab import CUSTOMER, MAIL_CUSTOMER, Lab

KEY = {"idempotency-key": "k1"}


def asked(lab: Lab, method: str, path: str, body: Any = None, username: str = "dee") -> Any:
    answer = lab.call(username, method, path, body, KEY)
    assert answer.is_success, answer.text
    return answer.json()


def customer(lab: Lab, address: str) -> str | None:
    contact = lab.customers.contact(address)
    return contact.customer_id if contact else None


def by_mail(lab: Lab) -> list[Any]:
    return [known for known in lab.all_conversations() if known.channel == "email"]


def test_who_quotes_the_code_by_mail_goes_on_with_the_same_agent_and_one_timeline(lab: Lab) -> None:
    ann = lab.agent("ann")
    lab.text("hello by text")
    mine = lab.wait_for(ann.conversations, "the conversation")[0]
    invited = asked(
        lab, "POST", f"conversations/{mine['conversation_id']}/invitations", {"account": "acme-email"}, "ann"
    )
    code = invited["text"].rpartition("=")[2]
    lab.wait_for(lambda: any(code in text for text in lab.phone()), "the code on the phone")
    lab.mail(f"It is me.\n{code}", subject="my order")
    (moved,) = lab.wait_for(lambda: by_mail(lab), "the mail's conversation")
    lab.await_quiet()
    assert lab.all_conversations()
    assert by_mail(lab)[0].owner == lab.agent_id("ann")
    found = asked(lab, "GET", f"customers/{moved.customer_id}", username="ann")
    assert {one["address"] for one in found["addresses"]} == {CUSTOMER, MAIL_CUSTOMER}
    assert [made["by"] for made in found["joins"]] == [f"code:{lab.agent_id('ann')}"]
    assert len(found["open"]) == 2
    page = asked(lab, "GET", f"customers/{mine['customer_id']}/timeline", username="ann")
    assert {one["channel"] for one in page["items"]} == {"sms", "email"}
    assert [one["at"] for one in page["items"]] == sorted((one["at"] for one in page["items"]), reverse=True)
    assert code not in str([one["text"] for one in page["items"] if one["author"] == "customer"])


def test_a_merge_can_be_undone_and_a_tier_is_the_persons_until_then(lab: Lab) -> None:
    lab.text("hello by text")
    lab.mail("hello by mail")
    one = lab.wait_for(lambda: customer(lab, f"sms:{CUSTOMER}"), "the customer who texts")
    other = lab.wait_for(lambda: customer(lab, f"email:{MAIL_CUSTOMER}"), "the customer who mails")
    lab.wait_for(lambda: len(lab.all_conversations()) == 2, "both conversations")
    merged = asked(lab, "POST", f"customers/{one}/joins", {"customer_id": other})
    again = asked(lab, "POST", f"customers/{other}/joins", {"customer_id": one})
    assert set(merged["customers"]) == {one, other}
    assert merged["joins"] == again["joins"]
    first = asked(lab, "GET", f"customers/{one}/timeline?limit=1")
    rest = asked(lab, "GET", f"customers/{one}/timeline?cursor={first['cursor']}")
    assert {item["channel"] for item in (*first["items"], *rest["items"])} == {"sms", "email"}
    assert lab.call("ann", "PUT", f"customers/{one}/tier", {"tier": None}).status_code == 403
    parted = asked(lab, "DELETE", f"customers/{one}/joins/{merged['joins'][0]['join_id']}")
    assert parted["customers"] == [one]
    assert parted["joins"][0]["undone_by"] == lab.agent_id("dee")
    assert [item["channel"] for item in asked(lab, "GET", f"customers/{other}/timeline")["items"]].count("sms") == 0
