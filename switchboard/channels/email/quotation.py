"""What the structure of a mail's HTML marks as quoted or as a signature (rule EM-19).

Mail programs name the elements that they wrap a quote in; the names are from their own mails.
"""

import re
from collections.abc import Mapping

Attributes = Mapping[str, str | None]

_CLASSES = re.compile(
    r"(?:^|\s)(?:gmail_attr|moz-cite-prefix|yahoo_quoted|protonmail_quote|tutanota_quote|front-blockquote|cm_quote"
    r"|zmail_extra|WordSection_quote|mail_quote_wrapper|wpsQuote|mcnReply|OutlookMessageHeader)",
    re.IGNORECASE,
)
_NAMES = re.compile(r"messageReplySection|quoted-content", re.IGNORECASE)
_MARKERS = re.compile(r"__(?:QUOTED_TEXT|HEADERS|DIVIDER)__")
_TO_THE_END = re.compile(
    r"(?:x_)*(?:divRplyFwdMsg|appendonsend|OLK_SRC_BODY_SECTION|mail-editor-reference-message-container|stopSpelling"
    r"|reply-intro|isForwardContent|cm_replymail_content_wrap)",
    re.IGNORECASE,
)
_QUOTING_BLOCK = re.compile(r"gmail_quote|protonmail_quote|moz-|iosymail|front-|cm_|quote|cite", re.IGNORECASE)
_BAR = re.compile(
    r"border-(?:left|inline-start)(?:-[a-z]+)?\s*:\s*(?!none|0(?!\.)(?:px)?\s*[;n]|medium none)", re.IGNORECASE
)
_SIGNATURES = re.compile(
    r"(?:^|\s)(?:x_)*(?:gmail_signature|moz-signature|protonmail_signature_block(?:-user)?|Signature|AppleMailSignature"
    r"|AppleMailSignatureIncludingWebkit|ms-outlook-mobile-signature|zm_signature|__SIG_POST__|__SIG_PRE__"
    r"|messageSignatureSection|cm_signature|front-signature)(?:\s|$)"
)


def is_quote(tag: str, attributes: Attributes) -> bool:
    """Tell whether an element holds what its program quoted, and nothing else."""
    if not attributes:
        return False
    named = attributes.get("class") or ""
    if tag != "blockquote":
        return bool(
            _CLASSES.search(named)
            or _NAMES.fullmatch(attributes.get("name") or "")
            or _MARKERS.fullmatch(attributes.get("data-marker") or "")
        )
    return bool(
        attributes.get("type") == "cite"
        or "cite" in attributes
        or _QUOTING_BLOCK.search(f"{named} {attributes.get('id')}")
        or _BAR.search(attributes.get("style") or "")
    )


def begins_quote(attributes: Attributes) -> bool:
    """Tell whether all from an element on is quoted."""
    return _TO_THE_END.fullmatch(attributes.get("id") or "") is not None


def is_signature(attributes: Attributes) -> bool:
    """Tell whether an element holds the author's signature."""
    names = (attributes.get(name) or "" for name in ("class", "id", "name", "data-marker"))
    return "data-signatureblock" in attributes or any(_SIGNATURES.search(name) for name in names)
