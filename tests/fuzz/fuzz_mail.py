"""Look for bytes that break the reading of mail, guided by which code they reach (atheris; Linux).

`make fuzz` installs atheris apart and runs this for `FUZZ` seconds (ten minutes); whatever follows on the command line
goes to libFuzzer. An input that fails is written beside the corpus in `.build/fuzz`, and is the beginning of a test.
"""

import sys
from pathlib import Path
from unittest.mock import patch

import atheris  # type: ignore[import-untyped]  # installed by `make fuzz` only: it exists for Linux alone

with atheris.instrument_imports(include=["switchboard.channels.email"]):
    from switchboard.channels.email.parse import parse_mail

from switchboard.channels.email.mail import Mail
from switchboard.message import INBOUND, as_plain

PARSE = sys.modules[parse_mail.__module__]
SAMPLES = Path("switchboard/channels/email/samples")
CORPUS = Path(".build/fuzz/corpus")
WORDS = (
    *("From: ", "To: ", "Subject: ", "Date: ", "References: ", "In-Reply-To: ", "Return-Path: <>", "Auto-Submitted: "),
    *("Content-Type: ", "Content-Transfer-Encoding: ", "Content-Disposition: ", "Content-ID: ", "X-SES-RECEIPT: "),
    *("multipart/mixed; boundary=b", "multipart/alternative; boundary=b", "multipart/related; boundary=b", "--b", "--"),
    *("multipart/report; report-type=delivery-status; boundary=b", "message/delivery-status", "message/rfc822"),
    *("message/feedback-report", "message/disposition-notification", "text/calendar", "text/html", "text/plain"),
    *("application/ms-tnef", "application/zip", "PK\\x03\\x04", "PK\\x01\\x02", "PK\\x05\\x06", 'x\\x9f>\\"'),
    *("; format=flowed", "; charset=utf-16", "; charset=utf-7", "; filename*0*=utf-8''%41", "base64"),
    *("quoted-printable", "x-uuencode", "=?utf-8?b?", "=?utf-8?q?=41?=", "\\x0d\\x0a", "\\x0d\\x0a\\x0d\\x0a"),
    *("Final-Recipient: rfc822; a@b.example", "Action: failed", "Status: 5.1.1", "METHOD:REPLY", "BEGIN:VEVENT"),
    *("<blockquote type=cite>", "<div class=gmail_quote>", "<div id=divRplyFwdMsg>", "<!--", "<pre>", "&#0;", "<td>"),
    *("> ", "-- ", "-----Original Message-----", "---------- Forwarded message ---------", "Begin forwarded message:"),
    *("On Mon, 5 May 2025 at 10:00, Ann <a@b.example> wrote:", "Kind regards,", "Sent from my iPhone", "{\\\\rtf1"),
)


def check(raw: bytes) -> None:
    """Fail on what must not be: an exception inside, an event that isn't valid, another one the second time."""
    with patch.object(PARSE, "_degraded", _give_up):
        [event] = parse_mail(raw)
        [again] = parse_mail(raw)
    plain = as_plain(event)
    if as_plain(again) != plain:
        raise AssertionError("read twice, it is two events")
    if as_plain(INBOUND.validate_python(plain)) != plain:
        raise AssertionError("the event does not survive being written and read")


def _give_up(_mail: Mail, _account: str) -> None:
    """Stand where an exception is caught (rule EM-7): it shows as the cause of this one."""
    raise AssertionError("reading a mail raised")


def main() -> None:
    """Seed the corpus with our samples, and run until libFuzzer's own limit or a failure."""
    CORPUS.mkdir(parents=True, exist_ok=True)
    for sample in SAMPLES.glob("*.eml"):
        (CORPUS / sample.name).write_bytes(sample.read_bytes())
    dictionary = CORPUS.parent / "words"
    dictionary.write_text("".join(f'"{word}"\n' for word in WORDS), encoding="utf-8")
    settings = [f"-dict={dictionary}", "-max_len=32768", "-timeout=20", f"-artifact_prefix={CORPUS.parent}/"]
    atheris.Setup([sys.argv[0], *settings, *sys.argv[1:], str(CORPUS)], check)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
