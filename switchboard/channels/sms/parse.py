"""From Twilio's webhook to events. Pure: nothing is fetched, media stay references (rule TW-10).

https://www.twilio.com/docs/messaging/guides/webhook-request; WhatsApp and RCS come the same way, with more fields.
"""

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

from switchboard.channels import Account, Request
from switchboard.channels.sms.form import is_ours, read_pairs, status_of
from switchboard.channels.sms.networks import describe_context, describe_sender, identify, words_of
from switchboard.channels.sms.status import STATUSES
from switchboard.consent import Keyword, keyword
from switchboard.errors import UnparseableError
from switchboard.message import Attachment, ConsentChange, Delivery, DeliveryReport, Message, Party, Received, Unhandled

_BAD_PERCENT = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_SID = re.compile(r"[A-Za-z0-9]{1,64}")
_ADDRESS = re.compile(r"[!-~](?:[ -~]{0,318}[!-~])?")  # a number, a short code, a sender's name, whatsapp:+…
_WORD = re.compile(r"\w{1,64}", re.ASCII)
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")  # neither JSON nor DynamoDB carries them everywhere
_OPT_OUT_TYPES: dict[str, Keyword] = {"stop": "opt_out", "start": "opt_in", "help": "help"}
_MOST_MEDIA = 10
_UNKNOWN_TYPE = "application/octet-stream"


def parse(request: Request, account: Account) -> list[Received]:
    """Read the one event of a webhook call; raises `UnparseableError` with a code that names what is wrong."""
    fields = _read_fields(request)
    status = status_of(fields)
    if status is not None:
        return [_report(fields, status, request.url, account)]
    if is_ours(fields, account.address):
        return [Unhandled(kind="echo", **_from_us(fields, account, _sid(fields)))]
    return [read_inbound(fields, account)]


def read_inbound(fields: dict[str, str], account: Account) -> Message | ConsentChange:
    """Read a customer's message; raises `UnparseableError`."""
    sid, identity = _sid(fields), _checked(identify(fields), "From")
    common = _common(fields, account, sid) | describe_sender(fields, identity)
    attachments, words = _attachments(fields), words_of(fields)
    if words is None and not attachments:
        raise UnparseableError("no_body")
    text = _UNSTORABLE.sub("\ufffd", words or "")
    kind = _OPT_OUT_TYPES.get(fields.get("OptOutType", "").lower()) or keyword(text)
    if kind is not None:
        return ConsentChange(kind=kind, wording=text, **common)
    return Message(text=text, attachments=attachments, **common | describe_context(fields))


def _read_fields(request: Request) -> dict[str, str]:
    if request.method != "GET" and _BAD_PERCENT.search(request.body):
        raise UnparseableError("bad_percent_encoding")
    try:
        return dict(read_pairs(request))
    except UnicodeDecodeError:
        raise UnparseableError("not_utf8") from None  # the original error quotes the bytes


def _report(fields: dict[str, str], status: str, url: str, account: Account) -> DeliveryReport | Unhandled:
    """Read what became of a message; which one stands in the query of the callback URL that we gave to Twilio."""
    if not _WORD.fullmatch(status):
        raise UnparseableError("bad_status")
    common = _from_us(fields, account, f"{_sid(fields)}:{status}")
    if status not in STATUSES:
        return Unhandled(kind="unknown", **common)
    query = parse_qs(urlsplit(url).query)
    return DeliveryReport(
        delivery=Delivery(status=STATUSES[status], reason=_code(fields)),
        conversation_id=query.get("conversation", [None])[0],
        message_id=query.get("message", [None])[0],
        **common,
    )


def _from_us(fields: dict[str, str], account: Account, provider_id: str) -> dict[str, Any]:
    return {
        **_common(fields, account, provider_id),
        "sender": Party(address=_checked(fields.get("From", ""), "From")),
    }


def _common(fields: dict[str, str], account: Account, provider_id: str) -> dict[str, Any]:
    """Read the fields of every kind."""
    to = _checked(fields.get("To", ""), "To")
    return {"channel": "sms", "account": account.key, "provider_id": provider_id, "to": (Party(address=to),)}


def _sid(fields: dict[str, str]) -> str:
    sid = fields.get("MessageSid") or fields.get("SmsSid")
    if not sid:
        raise UnparseableError("no_message_sid")
    if not _SID.fullmatch(sid):
        raise UnparseableError("bad_message_sid")
    return sid


def _checked(address: str, name: str) -> str:
    if not address:
        raise UnparseableError(f"no_{name.lower()}")
    if not _ADDRESS.fullmatch(address):
        raise UnparseableError(f"bad_{name.lower()}")
    return address


def _attachments(fields: dict[str, str]) -> tuple[Attachment, ...]:
    """Go by the URLs that are there: NumMedia may say otherwise, and one gap must not lose the rest (rule X-8)."""
    return tuple(
        Attachment(url=fields[f"MediaUrl{n}"], content_type=fields.get(f"MediaContentType{n}") or _UNKNOWN_TYPE)
        for n in range(_MOST_MEDIA)
        if fields.get(f"MediaUrl{n}")
    )


def _code(fields: dict[str, str]) -> str | None:
    """Return Twilio's error code; "0" and anything that is no word mean that there is none."""
    code = fields.get("ErrorCode", "")
    return code if _WORD.fullmatch(code) and code != "0" else None
