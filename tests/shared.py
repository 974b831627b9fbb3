"""The product sets and captured streams that lie beside the project, never inside it."""

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"


def shared(*parts: str) -> Path:
    """A file of the shared folder; the test that asks for it is skipped where a clone has no such folder beside it."""
    path = SHARED.joinpath(*parts)
    if not path.exists():
        pytest.skip("the shared product sets and captures do not lie beside this clone")
    return path
