"""Telegram bots; README.md has the provider's pages and quirks."""

from datetime import timedelta

from switchboard.channels import Channel, Secret, Sender, Watcher
from switchboard.channels.length import utf16_length
from switchboard.channels.telegram.files import files_of
from switchboard.channels.telegram.media import MEDIA
from switchboard.channels.telegram.parse import parse
from switchboard.channels.telegram.verify import verify


def connect(secret: Secret, base_url: str | None, timeout: timedelta) -> Sender:
    """See `send.connect`; imported only here because ingest never sends."""
    from switchboard.channels.telegram.send import connect  # noqa: PLC0415  # lazy on purpose: urllib3 costs a cold start

    return connect(secret, base_url, timeout)


def watch(secret: Secret, base_url: str | None, timeout: timedelta) -> Watcher:
    """See `watch.connect`; imported only here because ingest never asks."""
    from switchboard.channels.telegram.watch import connect  # noqa: PLC0415  # lazy on purpose: urllib3 costs a cold start

    return connect(secret, base_url, timeout)


CHANNEL = Channel(
    name="telegram",
    body_limit=1024 * 1024,
    text_limit=4096,
    verify=verify,
    parse=parse,
    connect=connect,
    answer={"content-type": "text/plain"},
    answer_body="",
    text_length=utf16_length,
    watch=watch,
    media=MEDIA,
    files_of=files_of,
)
