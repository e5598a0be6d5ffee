"""The virtual environment that holds the peers, at the versions that requirements.txt pins.

requirements.txt is a complete list, dependencies included, and is installed with --no-deps. That keeps out
what the peers declare but do not need to run a network: pnnx's torch (gigabytes), OpenVINO's telemetry.
"""
import re
import subprocess
import sys
from pathlib import Path

MINIMUM_PYTHON = (3, 11)

# Prints the pinned packages that are missing or have another version, one a line.
_FIND_MISSING = """
import sys
from importlib import metadata
for pin in sys.argv[1:]:
    name, version = pin.split("==")
    try:
        found = metadata.version(name)
    except metadata.PackageNotFoundError:
        found = None
    if found != version:
        print(pin)
"""


def ensure(folder: Path, requirements: Path) -> Path:
    """Return the Python of the environment in `folder`, made or completed as `requirements` says.

    Exits with a message when Python is too old or an installation fails.
    """
    if sys.version_info < MINIMUM_PYTHON:
        sys.exit(f"bench/peers needs Python {'.'.join(map(str, MINIMUM_PYTHON))} or newer, this is {sys.version.split()[0]}")
    python = folder / "bin" / "python"
    if not python.exists():
        print(f"making the virtual environment {folder}", flush=True)
        _check([sys.executable, "-m", "venv", str(folder)])
    missing = _missing(python, pins(requirements))
    if missing:
        print(f"installing {', '.join(missing)}", flush=True)
        _check([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps",
                "--requirement", str(requirements)])
    return python.absolute()


def pins(requirements: Path) -> list[str]:
    """The `name==version` lines of a requirements file."""
    lines = (re.sub(r"#.*", "", line).strip() for line in requirements.read_text().splitlines())
    return [line for line in lines if line]


def _missing(python: Path, wanted: list[str]) -> list[str]:
    found = subprocess.run([str(python), "-c", _FIND_MISSING, *wanted], check=True, capture_output=True, text=True)
    return found.stdout.split()


def _check(command: list[str]) -> None:
    code = subprocess.run(command).returncode
    if code != 0:
        sys.exit(f"bench/peers: '{' '.join(command)}' failed with exit code {code}")
