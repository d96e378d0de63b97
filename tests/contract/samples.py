"""Deliveries with the events that they give: what lies in a channel's `samples/`.

`NAME.json` is a request as the provider made it, `NAME.eml` a mail; beside it, `NAME.expected.json` has its events.
`account.toml` says whose they are and what signed them: `key`, `address`, a table `secret` (as in the account's secret:
it sends, too), and `signs`: what a signature covers, "body" unless it is only a shared "token", which then tells
nothing of the account either.
"""

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from typing_extensions import override

from switchboard.channels import Account, Channel, Request, Secret, channel
from switchboard.message import as_plain
from tests.world import ROOT

FOLDERS = ROOT / "switchboard/channels"


@dataclass(frozen=True)
class Sample:
    """One delivery; `files` are all files of its folder, by name."""

    channel: str
    file: str
    files: Mapping[str, bytes]

    @override
    def __str__(self) -> str:
        return f"{self.channel}/{self.name}"

    @property
    def name(self) -> str:
        return self.file.partition(".")[0]

    @property
    def is_mail(self) -> bool:
        return self.file.endswith(".eml")

    @property
    def is_json(self) -> bool:
        return self.request.body.lstrip().startswith(b"{")

    @property
    def signs_body(self) -> bool:
        return bool(self.about.get("signs", "body") == "body")

    @cached_property
    def about(self) -> Mapping[str, Any]:
        return tomllib.loads(self.files["account.toml"].decode())

    @cached_property
    def request(self) -> Request:
        if self.is_mail:
            return Request("POST", "", {}, self.files[self.file])
        made = json.loads(self.files[self.file])
        return Request(made["method"], made["url"], made["headers"], made["body"].encode())

    @cached_property
    def expected(self) -> list[dict[str, Any]]:
        events: list[dict[str, Any]] = json.loads(self.files[f"{self.name}.expected.json"])
        return events

    @property
    def account(self) -> Account:
        return Account(self.about["key"], self.about["address"])

    @property
    def secret(self) -> Secret:
        secret: Secret = self.about["secret"]
        return secret

    @property
    def folder(self) -> Channel:
        return channel(self.channel)

    def events(self, request: Request | None = None) -> list[dict[str, Any]]:
        return [as_plain(event) for event in self.folder.parse(request or self.request, self.account)]

    def verifies(self, *secrets: Secret, request: Request | None = None, account: Account | None = None) -> bool:
        return self.folder.verify(request or self.request, account or self.account, secrets)


def samples_of(name: str, files: Mapping[str, bytes]) -> Iterator[Sample]:
    """The deliveries among the files of a channel's samples."""
    for file in sorted(files):
        if file.endswith((".eml", ".json")) and not file.endswith(".expected.json"):
            yield Sample(name, file, files)


def files_in(folder: Path) -> dict[str, bytes]:
    """What lies in a folder, by name."""
    return {path.name: path.read_bytes() for path in folder.iterdir()} if folder.exists() else {}
