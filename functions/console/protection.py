"""What browsers are told to refuse the page: it shows what strangers wrote.

A frame that shows a mail (`srcdoc`) inherits this policy: no scripts, and of styles only those in `style` attributes,
which the mail's sanitiser has been through (`switchboard/channels/email/html.py`). Pictures from elsewhere have to be
allowed here for an agent who asks for them; the frame's own policy forbids them until then.
"""

from collections.abc import Mapping

from functions.console.settings import Settings

_DENIED = "accelerometer camera display-capture geolocation gyroscope magnetometer microphone midi payment serial usb"


def protection(settings: Settings) -> dict[str, str]:
    """Headers of every answer. Browsers ignore HSTS over plain HTTP (RFC 6797, 8.1), as on a laptop."""
    return {
        "content-security-policy": "; ".join(f"{name} {value}" for name, value in _policy(settings).items()),
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": ", ".join(f"{name}=()" for name in _DENIED.split()),
        "referrer-policy": "no-referrer",
        "strict-transport-security": "max-age=63072000",
        "x-content-type-options": "nosniff",
    }


def _policy(settings: Settings) -> Mapping[str, str]:
    files = settings.file_origins
    return {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "style-src-attr": "'unsafe-inline'",
        "img-src": f"'self' data: blob: https: {files}",
        "media-src": f"blob: {files}",
        "font-src": "'self'",
        "connect-src": f"'self' {settings.push_url} {settings.token_url} {settings.revoke_url} {files}",
        "frame-ancestors": settings.framed_by or "'none'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "mail",
    }
