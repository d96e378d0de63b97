"""The doubles' files: each network's own way to them, which our channels and the guard understand."""

import asyncio
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from sandbox.double import Double
from sandbox.files import PROGRAM, content_of, kind_of, name_of
from sandbox.lines import credentials_of, make_network, make_twilio
from switchboard.channels import channel
from switchboard.channels.media import Answer, Download, Remote, require
from switchboard.errors import MediaRefusedError, MediaUnavailableError
from switchboard.filetype import holds_test_virus, sniff
from switchboard.policy import Policy, load_policy
from switchboard.web.download import GuardedWeb, Reply
from switchboard.web.guard import Target
from tests.world import CUSTOMER, ROOT

NETWORKS = ["whatsapp", "messenger", "instagram", "telegram", "line"]


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load_policy(ROOT / "policy.yaml")


class Served:
    """A double's answer, read at once; implements `Reply`."""

    def __init__(self, answer: httpx.Response) -> None:
        self.status, self.headers = answer.status_code, answer.headers
        self._body = BytesIO(answer.content)

    def read1(self, amt: int, /) -> bytes:
        return self._body.read1(amt)

    def close(self) -> None:
        pass


def fetch(app: Starlette, name: str, secret: Mapping[str, str], reference: str) -> bytes:
    """What the media worker fetches, from a double in process that stands for every host of its network."""

    def request(target: Target, headers: Mapping[str, str]) -> Reply:
        async def call() -> httpx.Response:
            transport = httpx.ASGITransport(app=app)
            async with httpx.AsyncClient(transport=transport, base_url="http://double") as client:
                return await client.get(target.path, headers=dict(headers))

        return Served(asyncio.run(call()))

    media, web = channel(name).media, GuardedWeb(request)
    assert isinstance(media, Remote)
    hosts = media.hosts

    def ask(question: Download) -> Answer:
        body = BytesIO()
        return Answer(web.get(question, hosts, 10_000, body), body.getvalue())

    into = BytesIO()
    require(web.get(media.locate(reference, secret, ask), hosts, media.limit, into))
    return into.getvalue()


def send(double: Double, content_type: str, words: str = "") -> str:
    """A customer sends a file to our only account there; returns the note's id."""
    (ours,) = double.ends

    async def act() -> str:
        async with double.lifespan(double.app):
            return double.send_file(double.customer(CUSTOMER), ours, content_type, words)

    return asyncio.run(act())


def reference_of(name: str, double: Double, note_id: str) -> str:
    """As the channel's parser puts it."""
    file_id = double.file_id(double.note(note_id))
    return {
        "whatsapp": f"whatsapp-media:{file_id}",
        "telegram": f"telegram-file:{file_id}",
        "line": f"line-content:{note_id}",
    }.get(name, f"https://scontent-fra5-1.xx.fbcdn.net/v/{file_id}?oe=1")


@pytest.mark.parametrize("content_type", ["image/png", "application/pdf", "text/csv"])
@pytest.mark.parametrize("name", NETWORKS)
def test_a_networks_file_is_fetched_its_own_way(name: str, content_type: str, policy: Policy) -> None:
    double = make_network(name, policy, "https://us.example")
    note_id = send(double, content_type)
    secret = credentials_of(f"acme-{name}", policy)
    assert fetch(double.app, name, secret, reference_of(name, double, note_id)) == content_of(content_type)


@pytest.mark.parametrize("name", NETWORKS)
def test_a_file_that_was_taken_back_is_gone(name: str, policy: Policy) -> None:
    double = make_network(name, policy, "https://us.example")
    note_id = send(double, "image/png")
    reference = reference_of(name, double, note_id)
    double.note(note_id).status = "deleted"
    with pytest.raises(MediaRefusedError):
        fetch(double.app, name, credentials_of(f"acme-{name}", policy), reference)


@pytest.mark.parametrize("name", ["whatsapp", "telegram", "line"])
def test_nobody_elses_credentials_get_a_file(name: str, policy: Policy) -> None:
    double = make_network(name, policy, "https://us.example")
    reference = reference_of(name, double, send(double, "image/png"))
    secret = credentials_of(f"acme-{name}", policy)
    secret |= {"access_token": "x" * 40, "channel_access_token": "x" * 40, "token": f"{'1' * 9}:{'x' * 35}"}
    with pytest.raises(MediaUnavailableError):  # the secret may have been rotated a moment ago
        fetch(double.app, name, secret, reference)


def test_a_texts_picture_is_behind_a_redirect_that_must_not_see_the_credentials(policy: Policy, tmp_path: Path) -> None:
    twilio = make_twilio(policy, "https://us.example", tmp_path / "twilio.json")
    line = policy.accounts["acme-sms"].address

    async def act() -> str:
        async with twilio.lifespan(twilio.app):
            text = twilio.text(CUSTOMER, line, "", ["image/png"])
            return f"https://api.twilio.com/2010-04-01/Accounts/{text.account_sid}/Messages/{text.sid}/Media/" + next(
                iter(text.media_sids)
            )

    url, secret = asyncio.run(act()), credentials_of("acme-sms", policy)
    assert fetch(twilio.app, "sms", secret, url) == content_of("image/png")
    with pytest.raises(MediaRefusedError):
        fetch(twilio.app, "sms", secret, f"{url}0")


@pytest.mark.parametrize("content_type", ["image/png", "image/jpeg", "image/gif", "video/mp4", "application/pdf"])
def test_a_sample_is_what_it_says(content_type: str) -> None:
    assert sniff(content_of(content_type)) == content_type


def test_a_program_is_what_scanners_find() -> None:
    assert holds_test_virus(BytesIO(content_of(PROGRAM)))
    assert (kind_of(PROGRAM), name_of(PROGRAM)) == ("file", "file.com")
