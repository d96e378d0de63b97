"""Direct messages of Instagram accounts; README.md has the provider's pages and quirks."""

from datetime import timedelta

from switchboard.channels import Channel, Secret, Sender, Watcher
from switchboard.channels.files import MEGABYTE, Files, every
from switchboard.channels.instagram.media import MEDIA
from switchboard.channels.instagram.parse import parse
from switchboard.channels.instagram.verify import verify
from switchboard.channels.length import utf8_length
from switchboard.channels.meta import BODY_LIMIT, WINDOW, handshake, user_to_erase


def connect(secret: Secret, base_url: str | None, timeout: timedelta) -> Sender:
    """See `send.connect`; imported only here because ingest never sends."""
    from switchboard.channels.instagram.send import connect  # noqa: PLC0415  # lazy on purpose: urllib3 costs a cold start

    return connect(secret, base_url, timeout)


def watch(secret: Secret, base_url: str | None, timeout: timedelta) -> Watcher:
    """See `watch.connect`; imported only here because ingest never asks."""
    from switchboard.channels.instagram.watch import connect  # noqa: PLC0415  # lazy on purpose: urllib3 costs a cold start

    return connect(secret, base_url, timeout)


def files_of(_ours: str, _theirs: str) -> Files:
    """One to a message: pictures, sound and video; it has no documents."""
    shown = every(25 * MEGABYTE, "audio/aac", "audio/mp4", "audio/wav", "video/mp4", "video/quicktime", "video/webm")
    return Files(taken={**shown, **every(8 * MEGABYTE, "image/gif", "image/jpeg", "image/png")})


CHANNEL = Channel(
    name="instagram",
    body_limit=BODY_LIMIT,
    text_limit=1000,
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
    text_length=utf8_length,
    media=MEDIA,
    files_of=files_of,
)
