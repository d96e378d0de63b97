"""Files of mails: they are in the raw mail, in the order in which its event lists them."""

from switchboard.channels.email import attachments, body
from switchboard.channels.email.mail import read


def files(raw: bytes) -> list[bytes]:
    """Return the bytes of each file that `attachments.describe` describes; no archive is opened (rule EM-16)."""
    return [part.payload for part in body.read(read(raw)).files[: attachments.MOST]]
