"""Direct messages of Instagram accounts; README.md has the provider's pages and quirks."""

from datetime import timedelta

from switchboard.channels import Channel, Secret, Sender
from switchboard.channels.instagram.parse import parse
from switchboard.channels.instagram.verify import verify
from switchboard.channels.length import utf8_length
from switchboard.channels.meta import BODY_LIMIT, WINDOW, handshake


def connect(secret: Secret, base_url: str | None, timeout: timedelta) -> Sender:
    """See `send.connect`; imported only here because ingest never sends."""
    from switchboard.channels.instagram.send import connect  # noqa: PLC0415  # lazy on purpose: urllib3 costs a cold start

    return connect(secret, base_url, timeout)


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
    window=WINDOW,
    text_length=utf8_length,
)
