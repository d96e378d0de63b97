"""What files WhatsApp takes, and as what it shows them.

https://developers.facebook.com/docs/whatsapp/cloud-api/reference/media#supported-media-types
"""

from typing import Literal

from switchboard.channels.files import LINKED, MEGABYTE, Files

_KINDS: dict[str, Literal["image", "video", "audio"]] = {
    "image/jpeg": "image",
    "image/png": "image",
    "video/3gpp": "video",
    "video/mp4": "video",
    "audio/aac": "audio",
    "audio/amr": "audio",
    "audio/mp4": "audio",
    "audio/mpeg": "audio",
    "audio/ogg": "audio",
}
_LIMITS = {"image": 5 * MEGABYTE, "video": 16 * MEGABYTE, "audio": 16 * MEGABYTE}
_DOCUMENTS = (
    "application/msword",
    "application/pdf",
    "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "text/plain",
)


def kind_of(content_type: str) -> Literal["image", "video", "audio", "document"]:
    """The type of message in which it goes."""
    return _KINDS.get(content_type, "document")


def files_of(_ours: str, _theirs: str) -> Files:
    """One to a message. It would take documents of 100 MB; no larger ones are uploaded than go anywhere else."""
    taken = {kind: _LIMITS[shown] for kind, shown in _KINDS.items()}
    return Files(taken={**taken, **dict.fromkeys(_DOCUMENTS, LINKED)})
