"""WhatsApp through Meta's Cloud API; README.md has the provider's pages and quirks."""

from datetime import timedelta

from switchboard.channels import Channel, Secret, Sender, Watcher
from switchboard.channels.meta import BODY_LIMIT, WINDOW, handshake, user_to_erase
from switchboard.channels.whatsapp.files import files_of
from switchboard.channels.whatsapp.media import MEDIA
from switchboard.channels.whatsapp.parse import parse
from switchboard.channels.whatsapp.verify import verify


def connect(secret: Secret, base_url: str | None, timeout: timedelta) -> Sender:
    """See `send.connect`; imported only here because ingest never sends."""
    from switchboard.channels.whatsapp.send import connect  # noqa: PLC0415  # lazy on purpose: urllib3 costs a cold start

    return connect(secret, base_url, timeout)


def watch(secret: Secret, base_url: str | None, timeout: timedelta) -> Watcher:
    """See `watch.connect`; imported only here because ingest never asks."""
    from switchboard.channels.whatsapp.watch import connect  # noqa: PLC0415  # lazy on purpose: urllib3 costs a cold start

    return connect(secret, base_url, timeout)


CHANNEL = Channel(
    name="whatsapp",
    identity=lambda address: address.removeprefix("+"),  # Meta names numbers without it; people write it
    body_limit=BODY_LIMIT,
    text_limit=4096,
    verify=verify,
    parse=parse,
    connect=connect,
    answer={"content-type": "text/plain"},
    answer_body="",
    handshake=handshake,
    whom_to_erase=user_to_erase,
    watch=watch,
    window_of=lambda _ours: WINDOW,
    media=MEDIA,
    files_of=files_of,
)
