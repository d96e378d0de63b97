"""What SES found out about a mail: spam, virus, SPF, DKIM, DMARC (rules EM-2, EM-3, EM-5)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from switchboard.channels.email.mail import Mail


class Verdict(StrEnum):
    """SES's words; `unknown` where nobody trustworthy said anything, which is never taken for a pass."""

    PASS = "pass"  # noqa: S105  # a verdict, no password
    FAIL = "fail"
    GRAY = "gray"
    PROCESSING_FAILED = "processing_failed"
    DISABLED = "disabled"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Verdicts:
    """`dmarc_policy` is the sender domain's wish (none, quarantine, reject), present only where DMARC failed."""

    spam: Verdict = Verdict.UNKNOWN
    virus: Verdict = Verdict.UNKNOWN
    spf: Verdict = Verdict.UNKNOWN
    dkim: Verdict = Verdict.UNKNOWN
    dmarc: Verdict = Verdict.UNKNOWN
    dmarc_policy: str | None = None

    @property
    def is_sender_verified(self) -> bool:
        """Whether the From domain is the sender's own; nothing else may be concluded from a From (rule EM-5)."""
        return self.dmarc is Verdict.PASS


def judged(mail: "Mail") -> Verdicts:
    """Return what the SES event said, else what SES wrote above its receipt; a sender's own claims don't count."""
    if mail.envelope is not None and mail.envelope.verdicts is not None:
        return mail.envelope.verdicts
    return from_headers(mail)


def from_headers(mail: "Mail") -> Verdicts:
    """Read the headers above the first `X-SES-RECEIPT`: SES puts its own on top, so a sender's are always below it."""
    own = mail.headers.above("X-SES-RECEIPT")
    results = [text for text in own.all("Authentication-Results") if _authority(text) == "amazonses.com"]
    methods = _methods(results[0]) if results else {}
    spf = own.get("Received-SPF")
    return Verdicts(
        spam=verdict(own.get("X-SES-Spam-Verdict")),
        virus=verdict(own.get("X-SES-Virus-Verdict")),
        spf=verdict(methods.get("spf") or (spf.split(None, 1)[0] if spf and spf.strip() else None)),
        dkim=verdict(methods.get("dkim")),
        dmarc=verdict(methods.get("dmarc")),
        dmarc_policy=None,
    )


def verdict(word: str | None) -> Verdict:
    """Read one verdict; a word that SES doesn't document is unknown."""
    try:
        return Verdict((word or "").strip().lower())
    except ValueError:
        return Verdict.UNKNOWN


def _authority(results: str) -> str:
    return results.partition(";")[0].strip().lower()


def _methods(results: str) -> dict[str, str]:
    """Return the result of each method (RFC 8601); of several DKIM signatures the best counts."""
    found: dict[str, str] = {}
    for item in results.split(";")[1:]:
        method, equals, rest = item.strip().partition("=")
        word = rest.split(None, 1)[0].lower() if equals and rest.strip() else ""
        if word and found.get(method.lower()) != "pass":
            found[method.lower()] = word
    return found
