"""Telephone numbers as E.164, however people and providers write them."""

import re

_WRITTEN = re.compile(r"[+\uff0b]?[\d\s().\-/\u00a0\u2010-\u2015\uff10-\uff19]{3,40}")
_CHANNEL_PREFIX = re.compile(r"(?:tel|sms|whatsapp|rcs):", re.IGNORECASE)


def to_e164(written: str, region: str | None = None) -> str | None:
    """Return a number as +<country><subscriber>; None if it is none, or is a short code or an alphanumeric sender.

    `region` (ISO 3166, such as US) is where a number without a country code is dialled.

    >>> to_e164("(415) 555-2671", "US")
    '+14155552671'
    """
    bare = _CHANNEL_PREFIX.sub("", written.strip(), count=1)
    if not _WRITTEN.fullmatch(bare):
        return None
    import phonenumbers  # noqa: PLC0415  # 30 ms that only those who meet a number pay

    try:
        number = phonenumbers.parse(bare, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
