"""Text messages through Twilio Programmable Messaging; README.md has the provider's pages and quirks."""

from datetime import timedelta

from switchboard.channels import Channel, Eraser, History, Secret, Sender
from switchboard.channels.sms.files import files_of
from switchboard.channels.sms.media import MEDIA
from switchboard.channels.sms.networks import compose, window_of
from switchboard.channels.sms.parse import parse
from switchboard.channels.sms.reach import is_reachable
from switchboard.channels.sms.verify import verify


def connect(secret: Secret, base_url: str | None, timeout: timedelta) -> Sender:
    """See `send.connect`; imported only here because Twilio's client costs a tenth of a second and 40 MB."""
    from switchboard.channels.sms.send import connect  # noqa: PLC0415  # lazy on purpose: ingest never sends

    return connect(secret, base_url, timeout)


def forget(secret: Secret, base_url: str | None, timeout: timedelta) -> Eraser:
    """See `erase.connect`."""
    from switchboard.channels.sms.erase import connect  # noqa: PLC0415  # lazy for the same reason

    return connect(secret, base_url, timeout)


def history(secret: Secret, base_url: str | None, timeout: timedelta) -> History:
    """See `listing.connect`."""
    from switchboard.channels.sms.listing import connect  # noqa: PLC0415  # lazy for the same reason

    return connect(secret, base_url, timeout)


CHANNEL = Channel(
    name="sms",
    body_limit=64 * 1024,  # rule SEC-4; a message of 1600 characters with ten media is about 20 KB
    text_limit=1600,
    verify=verify,
    parse=parse,
    connect=connect,
    answer={"content-type": "text/xml"},  # Twilio would text a text/plain body to the customer (rule TW-3)
    answer_body='<?xml version="1.0" encoding="UTF-8"?><Response/>',
    transport="sms",
    on_unknown="find",
    window_of=window_of,
    compose=compose,
    is_reachable=is_reachable,
    media=MEDIA,
    files_of=files_of,
    forget=forget,
    history=history,
)
