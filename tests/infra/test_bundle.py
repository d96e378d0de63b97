"""What functions are deployed as. The libraries are installed once per lock, into `.build/packages`."""

import hashlib
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from importlib.metadata import files
from pathlib import Path

import pytest

from infra.bundle import LIBRARIES, bundle
from infra.packages import PYTHON, Packages
from infra.policy import policy_of
from switchboard.channels import all_channels

pytestmark = pytest.mark.infra

UNCHECKED_HASH = 1  # PEP 552: the flags of a .pyc that is valid whatever its source's time
AARCH64 = b"\xb7\x00"  # ELF: the machine, two bytes from the eighteenth on
LIMIT = 15_000_000


@pytest.fixture(scope="session")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    return bundle(policy_of("prod"), with_libraries=True, build=tmp_path_factory.mktemp("build"))


def files_in(folder: Path) -> dict[str, Path]:
    return {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}


def digest(folder: Path) -> str:
    found = hashlib.sha256()
    for name, path in files_in(folder).items():
        found.update(name.encode() + path.read_bytes())
    return found.hexdigest()


@pytest.mark.parametrize("function", LIBRARIES)
def test_a_bundle_zips_to_less_than_15_megabytes(function: str, bundles: Mapping[str, Path]) -> None:
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, path in files_in(bundles[function]).items():
            archive.write(path, name)
    assert zipped.tell() < LIMIT


@pytest.mark.parametrize("function", LIBRARIES)
def test_native_code_is_for_the_functions_processor_and_python(function: str, bundles: Mapping[str, Path]) -> None:
    native = {name: path for name, path in files_in(bundles[function]).items() if name.endswith(".so")}
    assert any("pydantic_core" in name for name in native)
    for name, path in native.items():
        assert name.endswith((f".cpython-{PYTHON[0]}{PYTHON[1]}-aarch64-linux-gnu.so", ".abi3.so")), name
        assert path.read_bytes()[18:20] == AARCH64, name


@pytest.mark.parametrize("function", LIBRARIES)
def test_a_bundle_has_its_own_handler_and_no_tests_samples_or_prose(function: str, bundles: Mapping[str, Path]) -> None:
    found = files_in(bundles[function])
    assert {name.split("/")[1] for name in found if name.startswith("functions/")} - {"__init__.py", "__pycache__"} == {
        function
    }
    assert not [name for name in found if "/samples/" in name or "/tests/" in name or name.endswith(".md")]


@pytest.mark.parametrize("function", LIBRARIES)
def test_compiled_code_is_valid_whatever_the_files_times(function: str, bundles: Mapping[str, Path]) -> None:
    compiled = [path for name, path in files_in(bundles[function]).items() if name.endswith(".pyc")]
    assert {int.from_bytes(path.read_bytes()[4:8], "little") for path in compiled} <= {UNCHECKED_HASH}


def test_everything_is_compiled_where_this_python_is_the_functions(bundles: Mapping[str, Path]) -> None:
    found = files_in(bundles["router"])
    sources = {name for name in found if name.endswith(".py")}
    compiled = {name for name in found if name.endswith(".pyc")}
    assert "switchboard/events.py" in sources
    if sys.version_info[:2] == PYTHON:
        assert len(compiled) == len(sources)


def test_the_policy_is_the_validated_one(bundles: Mapping[str, Path]) -> None:
    carried = json.loads((bundles["router"] / "policy.json").read_text(encoding="utf-8"))
    assert carried == json.loads(policy_of("prod").model_dump_json())


def test_libraries_installed_anew_are_the_same_bytes(bundles: Mapping[str, Path], tmp_path: Path) -> None:
    Packages.prepare(tmp_path).copy(LIBRARIES["outbound"], tmp_path / "again")
    carried = files_in(bundles["outbound"])
    again = files_in(tmp_path / "again")
    assert again.keys() < carried.keys()
    assert not [name for name, path in again.items() if path.read_bytes() != carried[name].read_bytes()]


def test_the_same_inputs_give_the_same_bytes(tmp_path: Path) -> None:
    first, second = (bundle(policy_of("prod"), with_libraries=True, build=tmp_path / name) for name in ("1", "2"))
    assert list(map(digest, first.values())) == list(map(digest, second.values()))


def test_a_laptops_bundle_is_code_and_policy_only(tmp_path: Path) -> None:
    made = bundle(policy_of("local"), with_libraries=False, build=tmp_path)
    for function, folder in made.items():
        served = {"agent_api": {"docs"}, "console": {"console"}}.get(function, set())
        carried = {path.name for path in folder.iterdir()}
        assert carried == {"functions", "switchboard", "policy.json"} | served, function


LOAD = """
import importlib, sys
sys.path[:0] = [{core!r}, {bundle!r}]
importlib.import_module("functions.{function}.handler").lambda_handler
for module in {later}:
    importlib.import_module(module)
import boto3, tzdata
for service in ("dynamodb", "events", "s3", "secretsmanager", "sqs"):
    boto3.client(service)
from switchboard import wiring
assert wiring.policy().accounts
"""


@pytest.mark.parametrize("function", LIBRARIES)
def test_a_handler_and_what_it_imports_later_load_from_the_bundle_alone(
    function: str, bundles: Mapping[str, Path], tmp_path: Path
) -> None:
    """In an interpreter that sees nothing else, but this machine's build of the one library that has no pure form."""
    core = next(file for file in files("pydantic-core") or () if file.name == "__init__.py")
    (tmp_path / "pydantic_core").symlink_to(Path(str(core.locate())).parent)
    later = [f"switchboard.channels.{name}" for name in all_channels()]
    if function == "outbound":
        later += [f"{module}.send" for module in later]
    if function == "reconcile_sms":
        later.append("switchboard.channels.sms.listing")
    code = LOAD.format(core=str(tmp_path), bundle=str(bundles[function]), function=function, later=later)
    run = subprocess.run(  # our own lines
        [sys.executable, "-I", "-S", "-B", "-W", "ignore", "-c", code],
        env={
            "AWS_DEFAULT_REGION": "us-east-1",
            "POWERTOOLS_SERVICE_NAME": function,
            "POWERTOOLS_METRICS_NAMESPACE": "Switchboard",
        },
        cwd=bundles[function],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
