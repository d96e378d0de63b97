"""How long a text is, in the unit in which a provider counts."""


def utf8_length(words: str) -> int:
    """Bytes of UTF-8: Instagram."""
    return len(_utf8(words))


def utf16_length(words: str) -> int:
    """UTF-16 code units, so that most emoji count two: Telegram, LINE."""
    return len(_utf16(words)) // 2


def cut_utf8(words: str, limit: int) -> str:
    """The longest beginning of at most `limit` bytes that cuts no character."""
    return _utf8(words)[:limit].decode(errors="ignore")


def cut_utf16(words: str, limit: int) -> str:
    """The longest beginning of at most `limit` code units that cuts no character."""
    return _utf16(words)[: limit * 2].decode("utf-16-le", errors="ignore")


def _utf8(words: str) -> bytes:
    return words.encode(errors="replace")


def _utf16(words: str) -> bytes:
    return words.encode("utf-16-le", errors="replace")
