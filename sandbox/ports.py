"""Where the sandbox listens: always at 127.0.0.1, and tomorrow where it did today."""

import json
import socket
from contextlib import ExitStack
from dataclasses import asdict, dataclass, fields
from itertools import combinations
from pathlib import Path

from sandbox.errors import SandboxError

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Ports:
    """The embedded AWS, the providers' doubles with the customers' phones, the server that takes mail, the console."""

    aws: int = 4566
    phones: int = 4580
    mail: int = 4587
    console: int = 4590


def choose_ports(
    file: Path, aws: int | None, phones: int | None, mail: int | None = None, console: int | None = None
) -> Ports:
    """What was asked for, else what was used last, else the defaults; remembered in `file`."""
    known = Ports(**json.loads(file.read_text(encoding="utf-8"))) if file.exists() else Ports()
    ports = Ports(aws or known.aws, phones or known.phones, mail or known.mail, console or known.console)
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
    with ExitStack() as stack:
        drawn = [stack.enter_context(socket.create_server((HOST, 0))) for _ in fields(Ports)]
        return Ports(*(server.getsockname()[1] for server in drawn))


def require_free(ports: Ports) -> None:
    """Raise `SandboxError` if somebody else listens there."""
    wanted = {f"{what.upper()}_PORT": port for what, port in asdict(ports).items()}
    for (name, port), (other, same) in combinations(wanted.items(), 2):
        if port == same:
            raise SandboxError(f"{name} and {other} are both {port}: choose two")
    for name, port in wanted.items():
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
