"""What WhatsApp, RCS and Messenger have that text messages have not, where they come and go through Twilio.

An address there is the network's name and its own id: `whatsapp:+15005550101`, `rcs:brand_agent`.
https://www.twilio.com/docs/messaging/guides/webhook-request has the fields.
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import quote

from switchboard.message import Automation, Party, Thread

WINDOW = timedelta(hours=24)
"""Within which of a customer's last message WhatsApp and Messenger take a free text; later it fails with 63016."""

_ADDRESS = re.compile(r"(whatsapp|rcs|messenger):\S+")
_WITH_WINDOW = {"whatsapp", "messenger"}
_LONGEST_NAME = 200


def network_of(address: str) -> str | None:
    """Return the network that an address belongs to; None for a telephone number."""
    match = _ADDRESS.fullmatch(address)
    return match[1] if match else None


def window_of(ours: str) -> timedelta | None:
    """Return how long a customer's message lets us answer freely from this address (rule TW-14)."""
    return WINDOW if network_of(ours) in _WITH_WINDOW else None


def compose(ours: str, text: str) -> str | None:
    """Return a link that writes this text to us: by telephones (RFC 5724, and as iOS wants it), or by WhatsApp.

    >>> compose("+15005550006", "LINK-7K3QF-9XM2W"), compose("whatsapp:+15005550006", "LINK-7K3QF-9XM2W")
    ('sms:+15005550006?&body=LINK-7K3QF-9XM2W', 'https://wa.me/15005550006?text=LINK-7K3QF-9XM2W')
    """
    network = network_of(ours)
    if network == "whatsapp":
        return f"https://wa.me/{ours.partition('+')[2]}?text={quote(text)}"
    return None if network else f"sms:{ours}?&body={quote(text)}"


def identify(fields: Mapping[str, str]) -> str:
    """Return who wrote: by their id, which stays when they hide or change their number (rule TW-13), else by that."""
    return fields.get("ExternalUserId") or _reached_at(fields)


def _reached_at(fields: Mapping[str, str]) -> str:
    """Where Twilio says that the message came from, and so takes an answer to; empty if it says nothing."""
    number = fields.get("WaId")
    return fields.get("From") or (f"whatsapp:+{number}" if number else "")


def describe_sender(fields: Mapping[str, str], identity: str) -> dict[str, object]:
    """Return the sender with their name, and where answers go, where that isn't the address that identifies them."""
    sender = Party(address=identity, name=fields.get("ProfileName", "").strip()[:_LONGEST_NAME] or None)
    address = _reached_at(fields)
    if address in {"", identity}:
        return {"sender": sender}
    elsewhere = Party(address=address)
    return {
        "sender": sender,
        "from_mailboxes": (Party(address=identity), elsewhere),
        "reply_to": (elsewhere,),
        "auto": Automation(answer_to=address),
    }


def words_of(fields: Mapping[str, str]) -> str | None:
    """Return what a message says, a button's words and a place included; None if it says nothing at all."""
    words = fields.get("Body") or fields.get("ButtonText", fields.get("Body"))
    if not (fields.get("Latitude") and fields.get("Longitude")):
        return words
    place = f"[location] {fields['Latitude']},{fields['Longitude']}"
    named = ", ".join(filter(None, [fields.get("Label"), fields.get("Address")]))
    return "\n".join(filter(None, [words, place, named]))


def describe_context(fields: Mapping[str, str]) -> dict[str, object]:
    """Return what a message says of others: that it was forwarded, and which it answers."""
    is_forwarded = "true" in {fields.get("Forwarded", "").lower(), fields.get("FrequentlyForwarded", "").lower()}
    answered = fields.get("OriginalRepliedMessageSid")
    return {
        "flags": ("forwarded",) if is_forwarded else (),
        "thread": Thread(in_reply_to=answered) if answered else None,
    }
