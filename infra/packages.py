"""Third-party libraries as the functions carry them: for arm64 and Python 3.13, trimmed, and compiled to last.

They come from wheels that the lock's hashes name, and are prepared once per lock.
"""

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from importlib.metadata import Distribution, distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from infra.permissions import services_used
from infra.policy import ROOT

PYTHON = (3, 13)
PLATFORMS = ("manylinux2014_aarch64", "manylinux_2_28_aarch64")  # Amazon Linux 2023 has glibc 2.34
LOCK = ROOT / "requirements/runtime.txt"

_VERSION = ".".join(map(str, PYTHON))
_TARGET = {
    "python_version": _VERSION,
    "python_full_version": f"{_VERSION}.0",
    "platform_machine": "aarch64",
    "platform_system": "Linux",
    "sys_platform": "linux",
    "implementation_name": "cpython",
    "platform_python_implementation": "CPython",
    "extra": "",
}
_UNUSED = (
    "bin/*",
    "*/__pycache__/*",
    "*/tests/*",
    "*.pyi",
    "*.pyx",
    "*.pxd",
    "boto3/data/*",  # resources and
    "boto3/examples/*",  # documentation: clients need neither
    "pydantic/v1/*",  # the older pydantic, for those who still use it
    "aws_lambda_powertools/utilities/*_alpha/*",
    "*/swagger_ui/*.js",
    "*/swagger_ui/*.css",
)
_BOTOCORE_DATA = "botocore/data/"
_TWILIO_APIS = "twilio/rest/"


@dataclass(frozen=True, slots=True)
class Library:
    """A distribution and all that it requires save `without`; or `only` some files of it, alone."""

    name: str
    only: tuple[str, ...] = ()
    without: tuple[str, ...] = ()


class Packages:
    """The lock's distributions, installed in one folder."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._distributions: dict[str, Distribution] = {
            str(canonicalize_name(found.name)): found for found in distributions(path=[str(root)])
        }

    @classmethod
    def prepare(cls, cache: Path) -> "Packages":
        """From the cache, if lock, recipe and interpreter are the same as when it was filled."""
        root = cache / _key()
        if not root.exists():
            partial = root.with_name(f"{root.name}.partial")
            shutil.rmtree(partial, ignore_errors=True)
            _install(partial)
            _trim(partial)
            compile_to_last(partial)
            partial.rename(root)
        return cls(root)

    def copy(self, libraries: Iterable[Library], target: Path) -> None:
        """Copy libraries and what they require."""
        for distribution, only in sorted(self._closure(libraries).items()):
            for file in self._files(self._distributions[distribution], only):
                copy_file(self._root / file, target / file)

    def _closure(self, libraries: Iterable[Library]) -> dict[str, tuple[str, ...]]:
        """Distributions, with the files to take of each; none named is all."""
        found: dict[str, tuple[str, ...]] = {}
        waiting = list(libraries)
        while waiting:
            library = waiting.pop()
            if library.name in found:
                continue
            found[library.name] = library.only
            if not library.only:
                required = _required(self._distributions[library.name])
                waiting += [Library(name) for name in required if name not in library.without]
        return found

    def _files(self, distribution: Distribution, only: tuple[str, ...]) -> Iterator[str]:
        """What is left of a distribution after trimming, compiled too, and METADATA, where it reads its version."""
        for file in sorted(map(str, distribution.files or ())):
            if only and not matches(file, only):
                continue
            if ".dist-info/" in file and not file.endswith("/METADATA"):
                continue
            yield from (path for path in (file, _compiled(file)) if (self._root / path).is_file())


def compile_to_last(root: Path) -> None:
    """Compile so that it is valid whatever the files' times.

    CDK's zip resets them, and what looks stale is compiled anew at each cold start, which doubles it.
    """
    if interpreter := _interpreter():
        command = [interpreter, "-m", "compileall", "-q", "-f", "--invalidation-mode", "unchecked-hash"]
        subprocess.run([*command, "-s", str(root), "-p", "/var/task", str(root)], check=True)  # noqa: S603  # own paths


def copy_file(source: Path, target: Path) -> None:
    """Copy contents only: neither times nor modes, which differ between machines."""
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def matches(file: str, patterns: Iterable[str]) -> bool:
    """Whether a path, with slashes, fits one of the patterns; `*` spans folders."""
    return any(fnmatch(file, pattern) for pattern in patterns)


def say(line: str) -> None:
    """Tell the person at the terminal; the CDK's command line passes standard error on."""
    print(line, file=sys.stderr)  # noqa: T201  # progress of a command, not a log


def _install(target: Path) -> None:
    say(f"installing {LOCK.name} for Python {_VERSION} on arm64")
    command = [
        *(sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
        *("--require-hashes", "--no-deps", "--only-binary=:all:", "--no-compile"),
        *("--implementation", "cp", "--python-version", _VERSION),
        *(option for platform in PLATFORMS for option in ("--platform", platform)),
        *("--target", str(target), "--requirement", str(LOCK)),
    ]
    subprocess.run(command, check=True)  # noqa: S603  # our own lock


def _trim(root: Path) -> None:
    """Leave out what no function uses: a third of the bytes."""
    for path in root.rglob("*"):
        if path.is_file() and _is_unused(path.relative_to(root).as_posix()):
            path.unlink()


def _is_unused(file: str) -> bool:
    if file.startswith(_BOTOCORE_DATA):
        service, _, rest = file.removeprefix(_BOTOCORE_DATA).partition("/")
        return bool(rest) and service not in services_used()
    if file.startswith(_TWILIO_APIS):
        api, _, rest = file.removeprefix(_TWILIO_APIS).partition("/")
        return bool(rest) and api != "api"
    return matches(file, _UNUSED)


def _required(distribution: Distribution) -> Iterator[str]:
    for text in distribution.requires or ():
        requirement = Requirement(text)
        if requirement.marker is None or requirement.marker.evaluate(_TARGET):
            yield str(canonicalize_name(requirement.name))


def _compiled(file: str) -> str:
    path = Path(file)
    return str(path.parent / "__pycache__" / f"{path.stem}.cpython-{PYTHON[0]}{PYTHON[1]}.pyc")


def _interpreter() -> str | None:
    """A Python of the functions' version: its byte code is theirs. Another's would be dead weight."""
    if sys.version_info[:2] == PYTHON:
        return sys.executable
    found = shutil.which(f"python{_VERSION}")
    if found and _version(found).startswith(f"{_VERSION}."):
        return found
    say(f"not compiling: no Python {_VERSION} here; cold starts will take twice as long")
    return None


def _version(interpreter: str) -> str:
    """Empty if it doesn't run: a version manager's stand-in, say."""
    command = [interpreter, "-c", "import platform; print(platform.python_version())"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()  # noqa: S603  # found above


def _key() -> str:
    """Changes with whatever the cache is made from."""
    interpreter = _interpreter()
    version = _version(interpreter) if interpreter else "not compiled"
    parts = (LOCK.read_bytes(), Path(__file__).read_bytes(), *map(str.encode, (*services_used(), version)))
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]
