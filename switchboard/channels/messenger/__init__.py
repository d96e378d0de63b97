"""Messenger: the messages of Facebook pages; README.md has the provider's pages and quirks."""

from datetime import timedelta

from switchboard.channels import Channel, Secret, Sender, Watcher
from switchboard.channels.files import MEGABYTE, Files, every
from switchboard.channels.messenger.media import MEDIA
from switchboard.channels.messenger.parse import parse
from switchboard.channels.messenger.verify import verify
from switchboard.channels.meta import BODY_LIMIT, WINDOW, handshake, user_to_erase


def connect(secret: Secret, base_url: str | None, timeout: timedelta) -> Sender:
    """See `send.connect`; imported only here because ingest never sends."""
    from switchboard.channels.messenger.send import connect  # noqa: PLC0415  # lazy on purpose: urllib3 costs a cold start

    return connect(secret, base_url, timeout)


def watch(secret: Secret, base_url: str | None, timeout: timedelta) -> Watcher:
    """See `watch.connect`; imported only here because ingest never asks."""
    from switchboard.channels.messenger.watch import connect  # noqa: PLC0415  # lazy on purpose: urllib3 costs a cold start

    return connect(secret, base_url, timeout)


def files_of(_ours: str, _theirs: str) -> Files:
    """One to a message: https://developers.facebook.com/docs/messenger-platform/reference/send-api."""
    return Files(taken=every(25 * MEGABYTE))


CHANNEL = Channel(
    name="messenger",
    body_limit=BODY_LIMIT,
    text_limit=2000,
    verify=verify,
    parse=parse,
    connect=connect,
    answer={"content-type": "text/plain"},
    answer_body="",
    handshake=handshake,
    discloses=True,
    whom_to_erase=user_to_erase,
    watch=watch,
    window_of=lambda _ours: WINDOW,
    media=MEDIA,
    files_of=files_of,
)
