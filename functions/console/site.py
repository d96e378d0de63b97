"""The built page's files, each with its compressed forms beside it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PAGE = "/console/"
"""Where the page is: `base` in console/vite.config.ts."""
DIST = Path(__file__).parents[2] / "console/dist"
FORMS = {"br": ".br", "gzip": ".gz", "identity": ""}
"""What `infra/bundle.py` makes of a file, the smallest first: content coding by ending."""
_INDEX = "index.html"
_HASHED = "assets/"
"""Vite puts a hash of the content into these files' names: another content is another file."""
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}


@dataclass(frozen=True, slots=True)
class File:
    """One file. `forms` has those of `FORMS` that there are; `etag` is weak: all forms are the same page."""

    content_type: str
    forms: Mapping[str, Path]
    etag: str
    is_hashed: bool


class Site:
    """A folder of files as it is now: only what was found in it is ever opened, whatever is asked for."""

    def __init__(self, folder: Path) -> None:
        endings = tuple(filter(None, FORMS.values()))
        plain = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix not in endings]
        self._files = {path.relative_to(folder).as_posix(): _read(path, folder) for path in plain}

    @property
    def version(self) -> str:
        """Another one for each build that differs: the page names all other files by their hashes."""
        return self._files[_INDEX].etag.strip('W/"')

    def find(self, name: str) -> File | None:
        """A file, else the page, which knows its own paths; None for a hashed file of another build."""
        return self._files.get(name) or (None if name.startswith(_HASHED) else self._files[_INDEX])


@cache
def site() -> Site:
    """What was deployed with this code."""
    return Site(DIST)


def _read(path: Path, folder: Path) -> File:
    forms = {coding: path.with_name(path.name + ending) for coding, ending in FORMS.items()}
    return File(
        content_type=_TYPES.get(path.suffix, "application/octet-stream"),
        forms={coding: form for coding, form in forms.items() if form.is_file()},
        etag=f'W/"{hashlib.sha256(path.read_bytes()).hexdigest()[:16]}"',
        is_hashed=path.relative_to(folder).as_posix().startswith(_HASHED),
    )
