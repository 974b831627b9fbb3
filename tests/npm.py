"""Packages of the npm registry that tests run, fetched once into var/."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.settings import VAR


def installed(name: str, version: str) -> Path:
    """The folder of the package; the test is skipped where node or the registry is missing."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("node and npm are not installed")
    prefix = VAR / f"npm-{name}-{version}"
    folder = prefix / "node_modules" / name
    if not (folder / "package.json").exists():
        prefix.mkdir(exist_ok=True)
        options = ["--no-audit", "--no-fund", "--no-save"]
        try:
            subprocess.run(
                ["npm", "install", "--prefix", str(prefix), *options, f"{name}@{version}"],
                check=True,
                capture_output=True,
                timeout=180,
            )
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
            pytest.skip(f"the npm package {name} {version} cannot be fetched")
    return folder
