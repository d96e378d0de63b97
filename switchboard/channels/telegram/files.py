"""What files Telegram takes by URL, and by which method (https://core.telegram.org/bots/api#sending-files).

By URL a document is a GIF, a PDF or a ZIP only; whatever else there is goes as a link.
"""

from switchboard.channels.files import MEGABYTE, Files

_METHODS = {
    "image/jpeg": ("sendPhoto", "photo"),
    "image/png": ("sendPhoto", "photo"),
    "audio/mp4": ("sendAudio", "audio"),
    "audio/mpeg": ("sendAudio", "audio"),
    "video/mp4": ("sendVideo", "video"),
    "application/pdf": ("sendDocument", "document"),
    "application/zip": ("sendDocument", "document"),
    "image/gif": ("sendDocument", "document"),
}
_PHOTO, _OTHER = 5 * MEGABYTE, 20 * MEGABYTE


def method_of(content_type: str) -> tuple[str, str]:
    """The method that sends a file of this type, and its parameter."""
    return _METHODS[content_type]


def files_of(_ours: str, _theirs: str) -> Files:
    """One to a message."""
    return Files(taken={kind: _PHOTO if way[1] == "photo" else _OTHER for kind, way in _METHODS.items()})
