"""What a delivery of any channel says, as plain JSON-ready values: for people, tests and the command line.

The functions of the system call a channel's `verify` and `parse` themselves; here the same is asked without an account
or a stored secret. The fields are those of `message.py`; docs/messages.schema.json describes them to other programs.
"""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from switchboard import channels
from switchboard.channels import Account, Request
from switchboard.language import language_of
from switchboard.message import DeliveryReport, Message, Received, Unhandled, as_plain


def normalise(
    channel: str, body: bytes, *, headers: Mapping[str, str] | None = None, url: str = ""
) -> list[dict[str, Any]]:
    """Return every event of a delivery; one of kind `unknown`, flagged `malformed`, for what can't be read.

    Whose account it is for isn't known here, so what is for any account counts. Raises nothing but `KeyError` for a
    channel that there isn't.
    """
    parse = channels.channel(channel).parse
    request = _request(body, headers or {}, url)
    account = Account(key=urlsplit(url).path.rpartition("/")[2] if url else "", address="")
    try:
        return [as_plain(_completed(event)) for event in parse(request, account)]
    except Exception:  # noqa: BLE001  # whatever the world sends, it is shown and not dropped
        return [as_plain(_malformed(channel, account, body))]


def verify(channel: str, body: bytes, *, headers: Mapping[str, str], secrets: Sequence[str], url: str = "") -> bool:
    """Tell whether one of the secrets signed a delivery, whichever account it is for.

    False for a channel without signatures. Raises nothing but `KeyError` for a channel that there isn't.
    """
    channels.channel(channel)
    try:
        is_signed = import_module(f"switchboard.channels.{channel}.verify").is_signed
        request = _request(body, headers, url)
        return any(bool(secret) and is_signed(request, secret) for secret in secrets)
    except Exception:  # noqa: BLE001  # rule X-12: a verifier that fails has not verified
        return False


def _request(body: bytes, headers: Mapping[str, str], url: str) -> Request:
    method = "GET" if not body and "?" in url else "POST"
    return Request(method, url, {name.lower(): value for name, value in headers.items()}, body)


def _completed(event: Received) -> Received:
    """An event as others see it: a message with its language and its whole text, a report with the provider's id.

    Inside, a report's id also names its status, so that each status of a message counts once.
    """
    if isinstance(event, DeliveryReport) and event.original_id and event.provider_id.startswith(event.original_id):
        return event.model_copy(update={"provider_id": event.original_id})
    if isinstance(event, Message):
        full_text = event.full_text if event.full_text is not None else event.text or None
        return event.model_copy(update={"language": event.language or language_of(event.text), "full_text": full_text})
    return event


def _malformed(channel: str, account: Account, body: bytes) -> Unhandled:
    return Unhandled(
        kind="unknown",
        channel=channel,
        account=account.key,
        provider_id=sha256(body).hexdigest(),
        flags=("malformed",),
    )
