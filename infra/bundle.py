"""What each function is deployed as: the product's code, the policy, and in the cloud its libraries. Without Docker.

The same inputs give the same bytes, so that deploying twice changes nothing. Locally libraries come from the
environment that runs the functions.
"""

import fcntl
import gzip
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import brotli

from infra.packages import Library, Packages, compile_to_last, copy_file, matches, say
from infra.policy import ROOT
from switchboard.acknowledgement import languages
from switchboard.policy import Policy
from switchboard.urgency import write_compiled

BUILD = ROOT / ".build"
CONSOLE = Path("console/dist")
"""The console's built page, relative to the repository's root."""
_LARGEST = 4_000_000
"""Bytes of a file of it: Lambda answers with six million, of which base64 takes a quarter."""

_LOCALES = ("root", *(form for tag in languages() for form in (tag.partition("-")[0], f"{tag.partition('-')[0]}_*")))
_COMMON = (Library("aws-lambda-powertools"), Library("boto3"), Library("pydantic"), Library("tzdata"))
_TWILIO = Library("twilio", without=("aiohttp", "aiohttp-retry"))  # they serve its async client
_BABEL = Library(
    "babel",  # a tenth of it: the languages that there are texts in
    only=("babel/*.py", "babel/global.dat", *(f"babel/locale-data/{locale}.dat" for locale in _LOCALES)),
)
_MAIL = (Library("chardet"), Library("nh3"), Library("selectolax"))

LIBRARIES: Mapping[str, tuple[Library, ...]] = {
    "ingest_sms": (*_COMMON, Library("twilio", only=("twilio/__init__.py", "twilio/request_validator.py"))),
    "catch_sms": _COMMON,
    "reconcile_sms": (*_COMMON, _TWILIO),
    "ingest_social": _COMMON,
    "ingest_email": (*_COMMON, *_MAIL),
    "router": _COMMON,
    "auto_ack": (*_COMMON, _BABEL),
    "outbound": (*_COMMON, _TWILIO),
    "fetch_media": (*_COMMON, *_MAIL),
    "outbox": _COMMON,
    "notify": _COMMON,
    "push": _COMMON,
    "agent_api": (*_COMMON, _BABEL),
    "console": _COMMON,
    "hand_out": _COMMON,
    "alert": _COMMON,
    "retry_quarantined": (*_COMMON, *_MAIL),
    "erasure_api": _COMMON,
    "erase": (*_COMMON, Library("twilio", without=("aiohttp", "aiohttp-retry"))),
    "watch_channels": _COMMON,
}
"""The functions, with what each imports. boto3 too: Lambda's own is another version, and four times the size."""

_LEFT_OUT = ("*/__pycache__/*", "*.pyc", "*/samples/*", "*.md", "*/supports.toml", "*/lexicons/*.toml", "*/preview.*")


def bundle(
    policy: Policy, *, with_libraries: bool, build: Path = BUILD, packages: Path = BUILD / "packages"
) -> dict[str, Path]:
    """Make `build/<local|cloud>/<function>/`; returns where each is. One at a time: a second process waits.

    `packages` keeps the prepared libraries from one run to the next.
    """
    packages.mkdir(parents=True, exist_ok=True)
    with _locked(packages / "lock"):
        prepared = Packages.prepare(packages) if with_libraries else None
        kind = build / ("cloud" if with_libraries else "local")
        return {function: _assemble(function, kind / function, policy, prepared) for function in LIBRARIES}


def _assemble(function: str, target: Path, policy: Policy, packages: Packages | None) -> Path:
    shutil.rmtree(target, ignore_errors=True)
    for source in _sources(function):
        copy_file(ROOT / source, target / source)
    (target / "policy.json").write_text(policy.model_dump_json(), encoding="utf-8")
    write_compiled(target / "switchboard/urgency")
    if function == "console":
        _add_console(ROOT / CONSOLE, target / CONSOLE)
    if packages:
        compile_to_last(target)
        packages.copy(LIBRARIES[function], target)
        say(f"bundled {function}")
    return target


def _sources(function: str) -> Iterator[Path]:
    """The files that a function carries of the product's, relative to the repository's root."""
    yield Path("functions/__init__.py")
    if function == "agent_api":
        yield Path("docs/openapi.json")  # which it serves
    for folder in (ROOT / "switchboard", ROOT / "functions" / function):
        for path in sorted(folder.rglob("*")):
            source = path.relative_to(ROOT)
            if path.is_file() and not matches(source.as_posix(), _LEFT_OUT):
                yield source


class ConsoleMissingError(FileNotFoundError):
    """The console is not built; the message says how to."""


def _add_console(built: Path, target: Path) -> None:
    """Copy the page's files, each with its compressed forms (`functions/console/site.py`)."""
    if not (built / "index.html").is_file():
        raise ConsoleMissingError(f"the console is not built, {built} is missing: run make {CONSOLE}/index.html")
    for file in sorted(path for path in built.rglob("*") if path.is_file()):
        content, copy = file.read_bytes(), target / file.relative_to(built)
        if len(content) > _LARGEST:
            raise ValueError(f"{file} is larger than Lambda can answer: split it, or load a part of it later")
        copy_file(file, copy)
        for ending, compressed in {".br": brotli.compress(content), ".gz": gzip.compress(content, mtime=0)}.items():
            if len(compressed) < len(content):
                copy.with_name(copy.name + ending).write_bytes(compressed)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
