"""Texts whose webhooks failed, on the deployed template: the fallback keeps them, the reconciler finds them (X-3)."""

from collections import Counter

from switchboard.consent import ConsentState
from tests.e2e.lab import CUSTOMER, Lab

OTHER = "+15551230009"


def _written(lab: Lab) -> Counter[str]:
    return Counter(entry.id for entry in lab.all_entries() if entry.author == "customer")


def _caught(lab: Lab, signature: str) -> int:
    url = f"{lab.outputs['PublicBaseUrl']}/caught/sms/acme-sms"
    headers = {"content-type": "application/x-www-form-urlencoded", "x-twilio-signature": signature}
    return lab.http.post(url, content=b"Body=hello", headers=headers).status_code


def test_X_3_lost_texts_are_in_conversations_once_and_a_late_webhook_changes_nothing(lab: Lab) -> None:
    lab.compared_an_hour_ago()
    sids = [lab.lose("hello"), lab.lose("is anybody there?"), lab.lose("hi", OTHER)]
    assert _written(lab) == {}
    assert lab.invoke("reconcile_sms", {})["failed"] == 0
    lab.wait_for(lambda: set(_written(lab)) == set(sids), "the three texts")
    lab.await_quiet()
    assert [known.address for known in lab.all_conversations()].count(CUSTOMER) == 1

    late = lab.fields("hello", MessageSid=sids[0])
    assert [lab.webhook(late).status_code for _ in range(2)] == [200, 200]
    assert lab.invoke("reconcile_sms", {}) == {"found": 0, "failed": 0}
    lab.await_quiet()
    assert _written(lab) == dict.fromkeys(sids, 1)
    assert len(lab.all_conversations()) == 2


def test_X_3_a_lost_stop_takes_effect(lab: Lab) -> None:
    lab.compared_an_hour_ago()
    lab.lose("STOP")
    lab.invoke("reconcile_sms", {})

    def is_stopped() -> bool:
        contact = lab.customers.contact(f"sms:{CUSTOMER}")
        return contact is not None and contact.consent("acme-sms").state is ConsentState.STOPPED

    lab.wait_for(is_stopped, "the opt-out")
    lab.await_quiet()
    assert lab.invoke("reconcile_sms", {}) == {"found": 0, "failed": 0}
    assert lab.all_conversations() == []


def test_X_3_what_the_webhook_could_not_take_is_caught_and_taken_later(lab: Lab) -> None:
    with lab.without("ingest_sms", "PutOnBus"):
        lab.text("hello")
        lab.wait_for(lambda: lab.running.twilio.state.texts[-1].webhook == "503", "the webhook to fail")
        lab.wait_for(lambda: lab.depth("IngestSmsQueueUrl"), "the fallback to keep it")
        assert _written(lab) == {}
    lab.wait_for(lambda: _written(lab), "the text")
    lab.await_quiet()
    assert _written(lab) == {lab.running.twilio.state.texts[0].sid: 1}


def test_SEC_1_and_X_3_what_nobody_signed_is_dropped_behind_the_fallback_too(lab: Lab) -> None:
    before, refused = lab.settled(), lab.metric("ingest_sms", "SignatureFailed")
    assert _caught(lab, "forged") == 200
    lab.wait_for(lambda: lab.metric("ingest_sms", "SignatureFailed") > refused, "the forged text to be refused")
    lab.await_quiet()
    assert lab.kept() == before
