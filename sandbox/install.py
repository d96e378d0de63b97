"""`python -m sandbox.install python`, `node`, `console` or `browser`: what is missing of the locked dependencies.

It runs before there are any.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from sandbox.errors import SandboxError
from sandbox.progress import step

ROOT = Path(__file__).parents[1]
LOGS = ROOT / ".local/logs"
VENV = ROOT / ".venv"
NODE = 20
"""The oldest Node.js that the CDK runs on."""
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
"""What the tests of the console may be run with, by their names on the PATH."""
_IN_THE_CLONE = {"PLAYWRIGHT_BROWSERS_PATH": str(ROOT / ".build/browsers")}
_BROWSER_REMEDY = "install Chromium (Debian: apt-get install chromium) or name one: make test CHROMIUM=/path/to/chrome"


def main() -> None:
    """Install what the command line names."""
    try:
        _INSTALLED[sys.argv[1]]()
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


def install_console() -> None:
    """Fill `console/node_modules`; raises `SandboxError`."""
    require_node()
    with step("Installing the console's libraries"):
        command = ["npm", "ci", "--prefix", "console", "--no-audit", "--no-fund", "--no-update-notifier"]
        _run(command, LOGS / "install-console.log", "installing the console's libraries failed: is there a network?")


def install_browser() -> None:
    """See that the tests have a browser: the machine's, or else Playwright's own; raises `SandboxError`."""
    if _browser_here():
        return
    with step("Installing a browser for the tests"):
        command = [str(VENV / "bin/python"), "-m", "playwright", "install", "--no-shell", "chromium"]
        _run(command, LOGS / "install-browser.log", f"no browser could be installed: {_BROWSER_REMEDY}", _IN_THE_CLONE)


def find_browser() -> str:
    """Return the path of a Chromium or Chrome; raises `SandboxError` if there is none."""
    found = _browser_here() or _own_browser()
    if not found:
        raise SandboxError(f"there is no browser: run make install, or {_BROWSER_REMEDY}")
    return found


def _browser_here() -> str | None:
    """Return what `CHROMIUM` names, else what the machine has."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)


def _own_browser() -> str | None:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  # the other commands run before it is installed

    os.environ |= _IN_THE_CLONE
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


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


def _run(command: Sequence[str], log: Path, remedy: str, settings: Mapping[str, str] | None = None) -> None:
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        ended = subprocess.run(  # noqa: S603  # ours
            command, cwd=ROOT, env=os.environ | (settings or {}), stdout=output, stderr=subprocess.STDOUT, check=False
        )
    if ended.returncode != 0:
        raise SandboxError(f"{remedy} (all of it: {log})")


_INSTALLED = {"python": install_python, "node": install_node, "console": install_console, "browser": install_browser}


if __name__ == "__main__":
    main()
