"""The fields of a webhook call, as Twilio signed them and as they mean."""

from urllib.parse import parse_qsl, urlsplit

from switchboard.channels import Request


def read_pairs(request: Request) -> list[tuple[str, str]]:
    """Read every field, blank and repeated ones too (rule TW-1): a GET's are in the query, a POST's in the body.

    Raises `UnicodeDecodeError` if bytes or percent-encoded bytes are not UTF-8.
    """
    raw = urlsplit(request.url).query if request.method == "GET" else request.body.decode("utf-8")
    return parse_qsl(raw, keep_blank_values=True, encoding="utf-8", errors="strict")


def status_of(fields: dict[str, str]) -> str | None:
    """Return the status that a status callback reports; None for an inbound message, whose own status is `received`."""
    status = (fields.get("MessageStatus") or fields.get("SmsStatus") or "").lower()
    return status if status not in {"", "received"} else None


def is_ours(fields: dict[str, str], address: str) -> bool:
    """Tell whether this is about a message that our own number sent, not about one that it received (rule X-14)."""
    return fields.get("Direction", "").lower().startswith("outbound") or fields.get("From") == address
