"""Where the sandbox listens: always at 127.0.0.1, and tomorrow where it did today."""

import json
import socket
from dataclasses import asdict, dataclass
from pathlib import Path

from sandbox.errors import SandboxError

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Ports:
    """The embedded AWS, and the providers' doubles with the customers' phones."""

    aws: int = 4566
    phones: int = 4580


def choose_ports(file: Path, aws: int | None, phones: int | None) -> Ports:
    """What was asked for, else what was used last, else the defaults; remembered in `file`."""
    known = Ports(**json.loads(file.read_text(encoding="utf-8"))) if file.exists() else Ports()
    ports = Ports(aws or known.aws, phones or known.phones)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(asdict(ports)), encoding="utf-8")
    return ports


def read_ports(file: Path) -> Ports:
    """What was used last; raises `SandboxError` if nothing ever was."""
    if not file.exists():
        raise SandboxError("nothing has been started here yet: run make up")
    return choose_ports(file, None, None)


def draw_ports() -> Ports:
    """Draw ports that nobody uses, for a test."""
    with socket.create_server((HOST, 0)) as first, socket.create_server((HOST, 0)) as second:
        return Ports(first.getsockname()[1], second.getsockname()[1])


def require_free(ports: Ports) -> None:
    """Raise `SandboxError` if somebody else listens there."""
    if ports.aws == ports.phones:
        raise SandboxError(f"AWS_PORT and PHONES_PORT are both {ports.aws}: choose two")
    for name, port in (("AWS_PORT", ports.aws), ("PHONES_PORT", ports.phones)):
        if not is_free(port):
            raise SandboxError(f"port {port} is in use by another program: stop it, or run make up {name}={port + 1}")


def is_free(port: int) -> bool:
    """Tell whether one can listen here. Asking first matters on macOS: there one may listen beside 0.0.0.0."""
    with socket.socket() as caller:
        if caller.connect_ex((HOST, port)) == 0:
            return False
    try:
        socket.create_server((HOST, port)).close()
    except OSError:
        return False
    return True
