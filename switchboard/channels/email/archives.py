"""What an archive says that it holds: its directory is read and nothing is ever unpacked (rule EM-16).

A zip ends in a directory of entries, each with the size of its file. The sizes are only declared, and an archive that
declares too much is one that nobody should open. What lies about its sizes is for the scanner that opens files.
"""

import struct

LARGEST = 200 * 1024 * 1024
"""Bytes that the files of an archive may have together."""
HIGHEST_RATIO = 100
"""How many times as large as the archive its files may be."""

_END = b"PK\x05\x06"
_ENTRY = b"PK\x01\x02"
_END_WITHIN = 22 + 0xFFFF  # the end mark and the longest comment behind it
_ENTRY_BYTES = 46


def is_bomb(data: bytes) -> bool:
    """Tell whether a zip declares more than may be unpacked; False for what is no zip. Linear in its directory.

    ZIP64, which counts more than 65,535 files or four gigabytes, is more than a mail brings.
    """
    end = data.rfind(_END, max(0, len(data) - _END_WITHIN))
    if end < 0 or len(data) < end + 22:
        return False
    count, size, start = struct.unpack_from("<HII", data, end + 10)
    if count == 0xFFFF or 0xFFFFFFFF in {size, start}:  # noqa: PLR2004  # these mark ZIP64
        return True
    return _declared(data, max(0, end - size), end) > min(LARGEST, HIGHEST_RATIO * len(data))


def _declared(data: bytes, position: int, end: int) -> int:
    """Add up the sizes of the entries, as far as they can be read."""
    total = 0
    while position + _ENTRY_BYTES <= end and data.startswith(_ENTRY, position):
        (size,) = struct.unpack_from("<I", data, position + 24)
        name, extra, comment = struct.unpack_from("<HHH", data, position + 28)
        total += size
        position += _ENTRY_BYTES + name + extra + comment
    return total
