"""What channels are held against: a provider at this machine, and the functions as they are deployed."""

from collections.abc import Iterator

import pytest

from tests.contract.network import Network
from tests.functions.conftest import deployment

__all__ = ["deployment"]


@pytest.fixture(scope="session")
def _network() -> Iterator[Network]:
    """One for all tests: a server takes longer to start and stop than a test."""
    with Network().serve() as network:
        yield network


@pytest.fixture
def provider(_network: Network) -> Network:
    _network.say(200)
    return _network
