"""Where the sandbox listens."""

import socket
from dataclasses import replace
from pathlib import Path

import pytest

from sandbox.errors import SandboxError
from sandbox.ports import HOST, Ports, choose_ports, draw_ports, is_free, read_ports, require_free


def test_the_defaults_serve_the_first_time(tmp_path: Path) -> None:
    assert choose_ports(tmp_path / "ports.json", None, None) == Ports(aws=4566, phones=4580, mail=4587, console=4590)


def test_what_was_asked_for_is_used_again_tomorrow(tmp_path: Path) -> None:
    choose_ports(tmp_path / "ports.json", 5001, None, 5003, 5004)

    tomorrow = Ports(aws=5001, phones=5002, mail=5003, console=5004)
    assert choose_ports(tmp_path / "ports.json", None, 5002) == tomorrow
    assert read_ports(tmp_path / "ports.json") == tomorrow


def test_nothing_started_yet_says_how_to_start(tmp_path: Path) -> None:
    with pytest.raises(SandboxError, match="make up"):
        read_ports(tmp_path / "ports.json")


def test_a_port_in_use_is_named_with_a_way_out() -> None:
    with socket.create_server((HOST, 0)) as other:
        port = other.getsockname()[1]

        assert not is_free(port)
        with pytest.raises(SandboxError, match=f"port {port} is in use .* make up AWS_PORT={port + 1}"):
            require_free(replace(draw_ports(), aws=port))


def test_two_servers_can_not_share_a_port() -> None:
    with pytest.raises(SandboxError, match="both 4566"):
        require_free(Ports(aws=4566, phones=4566))


def test_drawn_ports_are_free_and_differ() -> None:
    ports = draw_ports()

    require_free(ports)
    assert len({ports.aws, ports.phones, ports.mail}) == 3
