"""The media worker as Lambda calls it, and what the agents' API then hands out."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import IO, Any

import pytest

from functions.agent_api.handler import lambda_handler as agent_api
from functions.fetch_media.handler import lambda_handler, logger
from switchboard import wiring
from switchboard.channels.media import Download
from switchboard.conversation import Entry
from switchboard.events import ConversationMessageAdded, ConversationMessageChanged
from switchboard.flows.media import TRIES
from switchboard.message import Attachment, Content, Message, Party
from tests.aws_events import CONTEXT, api_call, batch, failed, on_bus
from tests.functions.conftest import Deployment, log_of
from tests.world import CUSTOMER

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
URL = "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1"
KEY = "media/acme-sms/MM1/0"


@dataclass
class Network:
    """Answers everything in the same way; implements `Web`."""

    status: int = 200
    asked: list[str] = field(default_factory=list)

    def get(self, download: Download, hosts: Sequence[str], limit: int, into: IO[bytes]) -> int:
        self.asked.append(download.url)
        into.write(PNG)
        return self.status


@pytest.fixture
def network(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> Network:
    made = Network()
    monkeypatch.setattr(wiring, "web", lambda _: made)
    monkeypatch.setenv("SCAN_MEDIA", "")
    return made


def received(deployment: Deployment, **more: Any) -> Entry:
    """A customer's message with a picture, in a conversation of ann's."""
    world = deployment.world
    world.agent("ann")
    file = Attachment(url=URL, content_type="image/png", filename="cat.png")
    message = {"provider_id": "MM1", "sender": Party(address=CUSTOMER), "attachments": (file,), **more}
    world.route(Message(channel="sms", account="acme-sms", **message))
    (entry,) = world.entries(world.only())
    return entry


def of(entry: Entry) -> dict[str, Any]:
    return {
        "at": entry.at,
        "conversation_id": entry.conversation_id,
        "account": entry.account,
        "channel": entry.channel,
        "message_id": entry.id,
    }


def added(entry: Entry, tries: int = 1) -> dict[str, Any]:
    event = ConversationMessageAdded(**of(entry), direction="inbound", author="customer", kind="message", attachments=1)
    made = batch(on_bus(event))
    made["Records"][0]["attributes"]["ApproximateReceiveCount"] = str(tries)
    return made


def call(path: str, **changes: Any) -> tuple[int, Any]:
    answer = agent_api(api_call("GET", path, **changes), CONTEXT)
    return answer["statusCode"], json.loads(answer["body"])


def test_FB_5_a_file_is_fetched_and_can_be_downloaded_by_its_agent(deployment: Deployment, network: Network) -> None:
    entry = received(deployment)
    assert failed(lambda_handler(added(entry), CONTEXT)) == []
    assert deployment.s3.get_object(Bucket="raw", Key=KEY)["Body"].read() == PNG
    status, file = call(f"/conversations/{entry.conversation_id}/messages/MM1/attachments/0")
    assert (status, file["filename"], file["content_type"], file["size"]) == (200, "cat.png", "image/png", len(PNG))
    assert KEY in file["url"]


def test_a_network_that_is_down_keeps_the_task_in_the_queue_until_the_last_try(
    deployment: Deployment, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("switchboard.aws.batches._come_again_soon", lambda *_: None)
    network.status = 503
    entry = received(deployment)
    assert failed(lambda_handler(added(entry, TRIES - 1), CONTEXT)) == ["m0"]
    assert failed(lambda_handler(added(entry, TRIES), CONTEXT)) == []
    (shown,) = call(f"/conversations/{entry.conversation_id}")[1]["messages"][0]["attachments"]
    assert shown["state"] == "refused:unavailable"


def test_FB_4_copies_of_what_was_taken_back_are_removed(deployment: Deployment, network: Network) -> None:
    entry = received(deployment)
    lambda_handler(added(entry), CONTEXT)
    changed = ConversationMessageChanged(**of(entry), change="deleted", removed=(KEY,))
    assert failed(lambda_handler(batch(on_bus(changed)), CONTEXT)) == []
    assert deployment.s3.list_objects_v2(Bucket="raw").get("Contents", []) == []


def test_a_poison_task_stays_in_the_queue(deployment: Deployment, network: Network) -> None:
    assert failed(lambda_handler(batch("no json", {"detail-type": "x", "detail": {}}), CONTEXT)) == ["m0", "m1"]


def test_SEC_11_no_log_line_shows_where_a_file_is_or_what_it_is_called(
    deployment: Deployment, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = log_of(monkeypatch, logger)
    lambda_handler(added(received(deployment)), CONTEXT)
    assert '"outcome":"fetched"' in log.getvalue()
    for private in ("twilio.com", "cat.png", CUSTOMER):
        assert private not in log.getvalue()


def test_SEC_8_in_the_cloud_the_web_is_the_web_and_in_the_sandbox_a_double(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROVIDER_BASE_URL", "")
    assert type(wiring.web("sms").request).__name__ == "Internet"
    monkeypatch.setenv("PROVIDER_BASE_URL", "http://127.0.0.1:9")
    assert "http://127.0.0.1:9/sms" in repr(wiring.web("sms").request)


# The agents' API


def test_a_timeline_lists_files_with_their_state_and_not_where_they_are(
    deployment: Deployment, network: Network
) -> None:
    entry = received(deployment)
    path = f"/conversations/{entry.conversation_id}"
    (before,) = call(path)[1]["messages"][0]["attachments"]
    lambda_handler(added(entry), CONTEXT)
    (after,) = call(path)[1]["messages"][0]["attachments"]
    described = {"n": 0, "filename": "cat.png", "content_type": "image/png", "inline": False}
    assert before == {**described, "sniffed_type": None, "size": None, "state": "fetching"}
    assert after == {**described, "sniffed_type": "image/png", "size": len(PNG), "state": "ready"}


def test_SEC_10_a_file_is_handed_out_only_after_the_scan_where_there_is_one(
    deployment: Deployment, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCAN_MEDIA", "true")
    entry = received(deployment)
    path = f"/conversations/{entry.conversation_id}/messages/MM1/attachments/0"
    status, problem = call(path)
    assert (status, problem["detail"][:15]) == (409, "not fetched yet")
    lambda_handler(added(entry), CONTEXT)
    status, problem = call(path)
    assert (status, problem["detail"][:15]) == (409, "not scanned yet")
    tags = [{"Key": "GuardDutyMalwareScanStatus", "Value": "NO_THREATS_FOUND"}]
    deployment.s3.put_object_tagging(Bucket="raw", Key=KEY, Tagging={"TagSet": tags})
    assert call(path)[0] == 200


@pytest.mark.parametrize("n", ["1", "-1", "x", "\u0661", "9" * 50])
def test_a_file_that_there_is_not_is_not_found(deployment: Deployment, network: Network, n: str) -> None:
    entry = received(deployment)
    assert call(f"/conversations/{entry.conversation_id}/messages/MM1/attachments/{n}")[0] == 404


def test_a_file_of_somebody_elses_conversation_is_not_found(deployment: Deployment, network: Network) -> None:
    entry = received(deployment)
    lambda_handler(added(entry), CONTEXT)
    deployment.world.agent("eve", queues=("elsewhere",))
    path = f"/conversations/{entry.conversation_id}/messages/MM1"
    for asked in (path, f"{path}/attachments/0"):
        assert call(asked, sub="eve")[0] == 404
        assert call(asked)[0] == 200


def test_a_message_of_another_conversation_is_not_found_in_this_one(deployment: Deployment, network: Network) -> None:
    entry = received(deployment)
    assert call(f"/conversations/{entry.thread}.2/messages/MM1")[0] == 404
    assert call(f"/conversations/{entry.conversation_id}/messages/MM2")[0] == 404


def test_the_whole_of_a_message_is_shown_to_its_agent(deployment: Deployment, network: Network) -> None:
    content = Content(text="all of it", full_text="all of it\n> quoted", quoted="> quoted", html="<p>all of it</p>")
    deployment.s3.put_object(Bucket="raw", Key="content/1", Body=content.model_dump_json().encode())
    entry = received(deployment, text="all", content="content/1")
    status, shown = call(f"/conversations/{entry.conversation_id}/messages/MM1")
    assert status == 200
    assert {name: shown[name] for name in Content.model_fields} == content.model_dump()
    assert shown["message_id"] == "MM1"


def test_a_messages_id_may_be_written_as_urls_want_it(deployment: Deployment, network: Network) -> None:
    entry = received(deployment, provider_id="wamid.HBg:1=")
    for written in ("wamid.HBg:1=", "wamid.HBg%3A1%3D"):
        assert call(f"/conversations/{entry.conversation_id}/messages/{written}")[0] == 200
