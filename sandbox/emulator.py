"""The embedded AWS: ministack, with IAM enforced, at 127.0.0.1, its state in a directory of ours."""

import json
import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import boto3
import httpx
from botocore.config import Config

from sandbox import locks
from sandbox.children import Child, end_group
from sandbox.errors import SandboxError
from sandbox.ports import HOST

ACCOUNT, REGION = "000000000000", "us-east-1"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": REGION}
"""The embedded AWS's root user: it may do anything, as whoever deploys may. Functions have their own roles."""
PROGRAM = ("ministack",)
LOCK = "aws.lock"
_START_SECONDS = 60
_LOOK_EVERY = 0.1
_CONFIG = Config(retries={"mode": "standard", "max_attempts": 3}, proxies={}, connect_timeout=3, read_timeout=30)


class Emulator:
    """One embedded AWS. What it held is back when it is started again in the same directory."""

    def __init__(self, directory: Path, port: int, program: Sequence[str] = PROGRAM) -> None:
        """Describe one; `program` is the module that is run, with its arguments."""
        self.url = f"http://{HOST}:{port}"
        self._port = port
        self._program = program
        self._directory = directory
        self._log = directory / "logs/aws.log"
        self._child: Child | None = None
        self._clients: list[Any] = []

    def start(self) -> None:
        """Start and wait until it answers; raises `SandboxError`."""
        scratch = self._directory / "tmp"
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir(parents=True)
        _rewind_streams(self._directory / "state/lambda.json")
        lock = locks.take(self._directory / LOCK)
        if lock is None:
            raise SandboxError("the embedded AWS of an earlier run is still there: stop it with make down")
        with lock:
            command = [sys.executable, "-m", *self._program]
            self._child = Child(command, self._log, self._settings(scratch), inherited=[lock.fileno()])
            locks.sign(lock, self._child.pid)
        self._await_answer()

    def stop(self) -> None:
        """Have it save its state, and end it and the functions that it runs; clients of it end with it."""
        for client in self._clients:
            client.close()
        if self._child:
            self._child.stop()
            self._child = None

    def client(self, service: str) -> Any:  # noqa: ANN401  # boto3's stubs have a type per service; callers name it
        """Make boto3's client of a service, as root."""
        client = boto3.client(
            service,  # type: ignore[call-overload]  # the stubs know literals only
            endpoint_url=self.url,
            region_name=REGION,
            aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
            config=_CONFIG,
        )
        self._clients.append(client)
        return client

    def _settings(self, scratch: Path) -> dict[str, str]:
        return CREDENTIALS | {
            "AUTH": "true",
            "BIND_HOST": HOST,
            "GATEWAY_PORT": str(self._port),
            "MINISTACK_ACCOUNT_ID": ACCOUNT,
            "MINISTACK_REGION": REGION,
            "PERSIST_STATE": "1",
            "STATE_DIR": str(self._directory / "state"),
            "S3_PERSIST": "1",
            "S3_DATA_DIR": str(self._directory / "s3"),
            "TMPDIR": str(scratch),
            "IOT_MTLS_ENABLED": "0",  # else it listens at 0.0.0.0:8883 as well
            "SFTP_ENABLED": "0",
        }

    def _await_answer(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        with httpx.Client(trust_env=False, timeout=2) as client:
            while not _answers(client, f"{self.url}/_ministack/health"):
                if self._child is None or not self._child.is_running:
                    raise SandboxError(f"the embedded AWS did not start: see {self._log}")
                if time.monotonic() > deadline:
                    raise SandboxError(f"the embedded AWS did not answer in {_START_SECONDS} s: see {self._log}")
                time.sleep(_LOOK_EVERY)


def end_forgotten(directory: Path, patience: float) -> bool:
    """Stop an embedded AWS that its sandbox left behind, with the functions that it runs; whether there was one."""
    leader = locks.holder(directory / LOCK)
    if leader is None:
        return False
    locks.end_holder(directory / LOCK, patience)
    end_group(leader)
    return True


def _rewind_streams(state: Path) -> None:
    """Let functions read tables' streams from the start again.

    ministack 1.5.33 saves how far they had read but not the streams: each would miss as many changes as it had read.
    """
    if state.exists():
        saved = json.loads(state.read_text(encoding="utf-8"))
        saved["payload"].pop("dynamodb_stream_positions", None)
        state.write_text(json.dumps(saved), encoding="utf-8")


def _answers(client: httpx.Client, url: str) -> bool:
    try:
        return client.get(url).is_success
    except httpx.TransportError:
        return False
