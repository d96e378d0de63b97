"""`python -m sandbox.install python` or `node`: the locked dependencies. It runs before there are any."""

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from sandbox.errors import SandboxError
from sandbox.progress import step

ROOT = Path(__file__).parents[1]
LOGS = ROOT / ".local/logs"
VENV = ROOT / ".venv"
NODE = 20
"""The oldest Node.js that the CDK runs on."""


def main() -> None:
    """Install what the command line names."""
    try:
        {"python": install_python, "node": install_node}[sys.argv[1]]()
    except SandboxError as error:
        sys.exit(f"\n{error}")


def install_python() -> None:
    """Make `.venv`, or bring it up to date; raises `SandboxError`."""
    log = LOGS / "install-python.log"
    python = VENV / "bin/python"
    with step("Installing the Python libraries"):
        if not _works(python):
            shutil.rmtree(VENV, ignore_errors=True)
            _make_venv(log)
        lock = str(ROOT / "requirements/dev.txt")
        command = [str(python), "-m", "pip", "install", "--disable-pip-version-check", "--require-hashes", "-r", lock]
        _run(command, log, "installing the Python libraries failed: is there a network?")


def install_node() -> None:
    """Fill `node_modules`; raises `SandboxError`."""
    require_node()
    with step("Installing the deployment tool"):
        command = ["npm", "ci", "--no-audit", "--no-fund", "--no-update-notifier"]
        _run(command, LOGS / "install-node.log", "installing the deployment tool failed: is there a network?")


def require_node() -> None:
    """Raise `SandboxError` unless a Node.js that is new enough is there, with its npm."""
    if not shutil.which("node") or not shutil.which("npm"):
        raise SandboxError(f"Node.js is missing: install version {NODE} or newer with npm (https://nodejs.org)")
    said = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False)  # noqa: S607  # of the PATH
    version = said.stdout.strip()
    if not version[1:].partition(".")[0].isdigit() or int(version[1:].partition(".")[0]) < NODE:
        raise SandboxError(f"Node.js {version or 'here'} is too old: install version {NODE} or newer")


def _make_venv(log: Path) -> None:
    """Debian ships `venv` and what it needs apart from Python."""
    release = f"{sys.version_info.major}.{sys.version_info.minor}"
    remedy = f"Python {release} can't make an environment: install its venv module (Debian: python{release}-venv)"
    try:
        import ensurepip  # noqa: F401, PLC0415  # absent there
        import venv  # noqa: F401, PLC0415
    except ImportError:
        raise SandboxError(remedy) from None
    _run([sys.executable, "-m", "venv", str(VENV)], log, remedy)


def _works(python: Path) -> bool:
    """Tell whether an environment's Python is still there and new enough."""
    if not python.exists():
        return False
    code = "import pip, sys; sys.exit(sys.version_info < (3, 11))"
    return subprocess.run([str(python), "-c", code], capture_output=True, check=False).returncode == 0  # noqa: S603  # ours


def _run(command: Sequence[str], log: Path, remedy: str) -> None:
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        ended = subprocess.run(command, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT, check=False)  # noqa: S603  # ours
    if ended.returncode != 0:
        raise SandboxError(f"{remedy} (all of it: {log})")


if __name__ == "__main__":
    main()
