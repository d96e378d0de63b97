"""Programs that the sandbox runs, and who holds a lock."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sandbox import locks
from sandbox.children import Child

FOREVER = "import time; print('up', flush=True); time.sleep(600)"


def run(code: str, tmp_path: Path, **options: int) -> Child:
    inherited = list(options.values())
    return Child([sys.executable, "-c", code], tmp_path / "child.log", {"COLOUR": "blue"}, inherited=inherited)


def test_what_a_program_prints_is_in_its_log(tmp_path: Path) -> None:
    assert run("import os; print(os.environ['COLOUR'])", tmp_path).wait() == 0

    assert (tmp_path / "child.log").read_text() == "blue\n"


def test_nobody_s_aws_profile_reaches_a_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")

    assert run("import os, sys; sys.exit('AWS_PROFILE' in os.environ)", tmp_path).wait() == 0


def test_stopping_ends_a_program_and_what_it_started(tmp_path: Path) -> None:
    file = locks.take(tmp_path / "lock")
    assert file
    with file:
        command = f"[sys.executable, '-c', {FOREVER!r}], pass_fds=[{file.fileno()}]"
        child = run(f"import subprocess, sys; subprocess.run({command})", tmp_path, lock=file.fileno())
    while "up" not in (tmp_path / "child.log").read_text():
        assert child.is_running

    child.stop()

    deadline = time.monotonic() + 10
    while (freed := locks.take(tmp_path / "lock")) is None:
        assert time.monotonic() < deadline, "what the program started still holds the lock"
    freed.close()


def test_a_lock_names_the_process_that_holds_it(tmp_path: Path) -> None:
    file = locks.take(tmp_path / "lock")
    assert file
    with file:
        locks.sign(file, os.getpid())

        assert locks.holder(tmp_path / "lock") == os.getpid()
        assert locks.take(tmp_path / "lock") is None

    assert locks.holder(tmp_path / "lock") is None


def test_a_lock_without_a_file_is_held_by_nobody(tmp_path: Path) -> None:
    assert locks.holder(tmp_path / "lock") is None
    assert not locks.end_holder(tmp_path / "lock", patience=1)


def test_a_program_keeps_the_lock_that_it_inherits_until_it_is_ended(tmp_path: Path) -> None:
    file = locks.take(tmp_path / "lock")
    assert file
    with file:
        child = run(FOREVER, tmp_path, lock=file.fileno())
        locks.sign(file, child.pid)
    assert locks.holder(tmp_path / "lock") == child.pid

    assert locks.end_holder(tmp_path / "lock", patience=30)

    assert locks.holder(tmp_path / "lock") is None
    child.stop()


def test_the_installer_needs_nothing_that_it_installs() -> None:
    code = "import sys; sys.modules |= dict.fromkeys(['boto3', 'httpx', 'pydantic']); import sandbox.install"

    assert subprocess.run([sys.executable, "-S", "-c", code], check=False).returncode == 0  # ours
