"""Mail that only its sender and an agent with a key can read (rule EM-15)."""

from switchboard.channels.email.mail import Mail, Part

_SMIME = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_SIGNED_ONLY = frozenset({"signed-data", "compressed-data", "certs-only"})
_PGP = frozenset({"application/pgp-encrypted", "multipart/encrypted"})
_INLINE_MARK = "-----BEGIN PGP MESSAGE-----"


def is_encrypted(mail: Mail, text: str) -> bool:
    """Tell whether S/MIME or PGP hides what was written; a signature alone hides nothing."""
    return any(_hides(part) for part in mail.parts()) or text.lstrip().startswith(_INLINE_MARK)


def _hides(part: Part) -> bool:
    if part.content_type in _PGP:
        return True
    return part.content_type in _SMIME and part.params.get("smime-type", "").lower() not in _SIGNED_ONLY
