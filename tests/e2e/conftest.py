"""One deployment of the real template for all end-to-end tests, emptied before each."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.emulator import PROGRAM
from sandbox.ports import draw_ports
from sandbox.running import run
from switchboard.policy import load_policy
from tests.e2e.browser import browser_url, windows  # noqa: F401  # fixtures
from tests.e2e.lab import Lab
from tests.world import ROOT


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "/e2e/" in str(item.path):
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def deployed(request: pytest.FixtureRequest) -> Iterator[Lab]:
    lag = request.config.getoption("--lag")
    aws = ("tests.e2e.slow_aws", str(lag)) if lag else PROGRAM
    with (
        tempfile.TemporaryDirectory(prefix="switchboard-") as directory,
        run(Path(directory), draw_ports(), aws) as running,
    ):
        made = Lab(running, load_policy(ROOT / "policy.yaml"), lag)
        yield made
        made.close()


@pytest.fixture
def lab(deployed: Lab) -> Lab:
    deployed.clear()
    return deployed
