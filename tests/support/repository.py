"""The files of the repository, for tests that look at them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest


def tracked(repository: Path, *patterns: str) -> list[Path]:
    """The files git tracks that match the patterns (all without one) and still exist."""
    try:
        done = subprocess.run(
            ["git", "ls-files", "-z", "--", *patterns], cwd=repository, capture_output=True, text=True, check=True
        )
    except (FileNotFoundError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout")
    return [path for name in done.stdout.split("\0") if name and (path := repository / name).is_file()]
