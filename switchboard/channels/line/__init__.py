"""LINE Official Accounts; README.md has the provider's pages and quirks."""

from datetime import timedelta

from switchboard.channels import Channel, Secret, Sender, Watcher
from switchboard.channels.files import MEGABYTE, Files
from switchboard.channels.length import utf16_length
from switchboard.channels.line.media import MEDIA
from switchboard.channels.line.parse import parse
from switchboard.channels.line.verify import verify


def connect(secret: Secret, base_url: str | None, timeout: timedelta) -> Sender:
    """See `send.connect`; imported only here because ingest never sends."""
    from switchboard.channels.line.send import connect  # noqa: PLC0415  # lazy on purpose: urllib3 costs a cold start

    return connect(secret, base_url, timeout)


def watch(secret: Secret, base_url: str | None, timeout: timedelta) -> Watcher:
    """See `watch.connect`; imported only here because ingest never asks."""
    from switchboard.channels.line.watch import connect  # noqa: PLC0415  # lazy on purpose: urllib3 costs a cold start

    return connect(secret, base_url, timeout)


def files_of(_ours: str, _theirs: str) -> Files:
    """Pictures that are small enough to be their own preview. Video wants another for that, sound its length: links.

    A push has five messages, so that words and four pictures are one, which is sent once (rule LN-2).
    """
    return Files(taken={"image/jpeg": MEGABYTE, "image/png": MEGABYTE}, most=4, together=4, with_words=True)


CHANNEL = Channel(
    name="line",
    body_limit=1024 * 1024,
    text_limit=5000,
    verify=verify,
    parse=parse,
    connect=connect,
    answer={"content-type": "text/plain"},
    answer_body="",
    text_length=utf16_length,
    watch=watch,
    on_unknown="repeat",
    media=MEDIA,
    files_of=files_of,
)
