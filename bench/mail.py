"""How long a mail takes to read: an honest one by its size, beside other parsers, and hostile ones of 256 KB.

Honest mails have a text, its HTML with a quote, and a file. Beside ours stand the standard library's parser and, where
it is installed, mail-parser. Each hostile mail (`tests.hostile_mail`) is read in a process of its own, so that one that
hangs a parser costs no more than its limit.
"""

import json
import subprocess
import sys
import time
from base64 import encodebytes
from collections.abc import Callable, Mapping
from email import message_from_bytes
from email.policy import default
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

from bench.report import save, show_table
from sandbox.progress import step
from switchboard.channels.email.mail import read
from switchboard.channels.email.parse import parse_mail
from tests.hostile_mail import ADVERSARIES

ROOT = Path(__file__).parent.parent
SIZES = {"1 KB": 1024, "10 KB": 10 * 1024, "100 KB": 100 * 1024, "1 MB": 1024 * 1024, "5 MB": 5 * 1024 * 1024}
HOSTILE_SIZE = 256 * 1024
GOAL = 1.0
"""Seconds of CPU for any mail of `HOSTILE_SIZE`."""
LIMIT = 20
"""Seconds after which a process is ended."""
_LARGEST_TEXT = 20 * 1024
_HEADERS = 850
_SECONDS_PER_SIZE = 1.0
_SENTENCE = "The order has not come yet, and the letter that I had from you says that it would be here by Monday. "


def take_apart(raw: bytes) -> None:
    """Split a mail and decode its parts with ours, which is what the other parsers do."""
    for part in read(raw).parts():
        _ = part.text if part.content_type.startswith("text/") else part.payload


def standard_library(raw: bytes) -> None:
    """The same with `email`, as its documentation shows it."""
    message = message_from_bytes(raw, policy=default)
    for name in ("From", "To", "Cc", "Subject", "Date", "References"):
        str(message.get(name))
    for part in message.walk():
        if part.get_content_maintype() == "text":
            part.get_content()
        elif not part.is_multipart():
            part.get_payload(decode=True)


def mail_parser(raw: bytes) -> None:
    """The same with mail-parser, a wrapper around the standard library's."""
    parsed = import_module("mailparser").parse_from_bytes(raw)
    _ = parsed.from_, parsed.to, parsed.subject, parsed.text_plain, parsed.text_html, parsed.attachments


READERS: dict[str, Callable[[bytes], object]] = {
    "event": parse_mail,
    "parts": take_apart,
    "email": standard_library,
    **({"mail-parser": mail_parser} if find_spec("mailparser") else {}),
}
"""`event` is all that we do with a mail; the others take it apart."""


def honest(size: int) -> bytes:
    """Make a reply of about so many bytes, with HTML and a picture."""
    text = _SENTENCE * max(1, min(size // 6, _LARGEST_TEXT) // len(_SENTENCE))
    html = f"<html><body><p>{text}</p><div class=gmail_quote><blockquote>{text}</blockquote></div></body></html>"
    head = "From: Jane Doe <jane@customer.example>\nTo: support@brand.example\nSubject: =?utf-8?q?My_order=3F?=\n"
    alternative = (
        "Content-Type: multipart/alternative; boundary=i\n\n--i\nContent-Type: text/plain; charset=utf-8\n\n"
        f"{text}\n\nOn Mon, 5 Jan 2026 at 10:00, Brand <support@brand.example> wrote:\n> {text}\n--i\n"
        f"Content-Type: text/html; charset=utf-8\n\n{html}\n--i--\n"
    )
    missing = max(0, size - 4 * len(text) - _HEADERS)  # the text stands there four times
    noise = Random(size).randbytes(missing * 57 // 77)  # noqa: S311  # a picture, no secret; 77 letters for 57 bytes
    picture = encodebytes(b"\xff\xd8\xff" + noise)
    attached = "Content-Type: image/jpeg; name=a.jpg\nContent-Transfer-Encoding: base64\n\n"
    return (
        f"{head}MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=o\n\n--o\n{alternative}\n--o\n{attached}"
    ).encode() + (picture + b"--o--\n")


def main() -> None:
    """Measure both, show, save; or, given a hostile mail and a reader, be the process that reads it."""
    if len(sys.argv) == 3:  # noqa: PLR2004  # a mail and a reader
        print(json.dumps(_measured(ADVERSARIES[sys.argv[1]](HOSTILE_SIZE), READERS[sys.argv[2]])))
        return
    with step("Honest mails"):
        sizes = {label: _times(honest(size)) for label, size in SIZES.items()}
    _show_sizes(sizes)
    with step("Hostile mails"):
        hostile = {name: {who: _apart(name, who) for who in ("event", "email")} for name in ADVERSARIES}
    _show_hostile(hostile)
    save("mail", {"milliseconds": sizes, "hostile": hostile})


def _times(raw: bytes) -> dict[str, float]:
    """Milliseconds of CPU by reader: medians, the readers taking turns."""
    found: dict[str, list[float]] = {who: [] for who in READERS}
    ends = time.perf_counter() + _SECONDS_PER_SIZE * len(READERS)
    while time.perf_counter() < ends:
        for who, reader in READERS.items():
            began = time.process_time()
            reader(raw)
            found[who].append(1000 * (time.process_time() - began))
    return {who: median(times) for who, times in found.items()}


def _measured(raw: bytes, reader: Callable[[bytes], object]) -> dict[str, Any]:
    """CPU seconds, and megabytes by which the process grew."""
    reader(honest(1024))  # what is imported on first use is not counted
    before, began = _peak(), time.process_time()
    error = None
    try:
        reader(raw)
    except Exception as raised:  # noqa: BLE001  # whatever a parser raises is a finding
        error = type(raised).__name__
    took = time.process_time() - began
    return {"seconds": took, "megabytes": _peak() - before, "error": error}


def _peak() -> float:
    """The most memory that this process had, in megabytes, as Linux tells it; 0 elsewhere.

    Not `resource.getrusage`, which goes on from what the parent had.
    """
    status = Path("/proc/self/status")
    lines = status.read_text(encoding="ascii").splitlines() if status.exists() else []
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)


def _apart(name: str, who: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.mail", name, who]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=LIMIT, check=True)  # noqa: S603  # our own code
    except subprocess.TimeoutExpired:
        return {"seconds": None, "megabytes": None, "error": None}
    return dict(json.loads(done.stdout))


def _show_sizes(sizes: Mapping[str, Mapping[str, float]]) -> None:
    rows = [
        (label, *(times[who] for who in READERS), times["parts"] / times["email"]) for label, times in sizes.items()
    ]
    show_table("A mail, milliseconds of CPU", ("size", *READERS, "parts / email"), rows)
    if "mail-parser" not in READERS:
        print("\n  mail-parser is not installed; to see it too: .venv/bin/python -m pip install mail-parser")


def _show_hostile(hostile: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> None:
    rows = [
        (name, _seconds(by["event"]), by["event"]["megabytes"], _seconds(by["email"]), by["email"]["megabytes"])
        for name, by in hostile.items()
    ]
    header = ("hostile mail of 256 KB", "event, s", "MB", "email, s", "MB")
    show_table(f"CPU seconds (goal: event under {GOAL:g}) and growth of the process", header, rows)


def _seconds(found: Mapping[str, Any]) -> str:
    if found["seconds"] is None:
        return f"> {LIMIT}"
    return f"{found['seconds']:.2f}" + (f" {found['error']}" if found["error"] else "")


if __name__ == "__main__":
    main()
