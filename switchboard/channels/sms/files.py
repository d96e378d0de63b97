"""What files go with text messages, and on the networks behind Twilio.

https://www.twilio.com/docs/messaging/guides/accepted-mime-types. Picture messages reach telephones in the United States
and Canada only; anywhere else a file is a link, of ours: the one that Twilio makes of it can be switched off.
"""

from switchboard.channels.files import MEGABYTE, Files, every
from switchboard.channels.sms.networks import network_of

_MMS = 5 * MEGABYTE
"""Bytes of all files of a message."""
_NETWORK = 16 * MEGABYTE
_PICTURE = 5 * MEGABYTE
_PICTURES = ("image/gif", "image/jpeg", "image/png")
_SHOWN = (*_PICTURES, "audio/amr", "audio/mpeg", "video/3gpp", "video/mp4", "application/pdf", "text/vcard")


def files_of(ours: str, theirs: str) -> Files:
    """What may go from a number of ours to a telephone, or within a network."""
    network = network_of(ours)
    if network:
        others = every(_NETWORK, "audio/", "video/", "application/pdf")
        return Files(taken={**others, "image/jpeg": _PICTURE, "image/png": _PICTURE})
    if theirs.startswith("+1") and ours.startswith("+1"):
        return Files(taken=every(_MMS, *_SHOWN), total=_MMS, together=10, with_words=True)
    return Files(taken={})
