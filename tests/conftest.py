"""For every test: no network but this machine's, and no AWS account."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings
from pytest_socket import socket_allow_hosts

from tests.world import World, make_world

settings.register_profile("switchboard", deadline=None)  # a busy machine is no failure
settings.load_profile("switchboard")

os.environ |= {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "POWERTOOLS_DEV": "false",
    "POWERTOOLS_METRICS_NAMESPACE": "Switchboard",
    "POWERTOOLS_SERVICE_NAME": "test",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--lag", type=float, default=0.0, help="let the embedded AWS start functions up to so many s late")


@pytest.fixture(autouse=True)
def _only_this_machine() -> None:
    socket_allow_hosts(["127.0.0.1", "::1"], allow_unix_socket=True)


@pytest.fixture
def world() -> Iterator[World]:
    with make_world() as made:
        yield made
