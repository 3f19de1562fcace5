"""The HTTP part keeps the promises of its own OpenAPI document."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support.server import running_server


def test_schemathesis_finds_nothing(tmp_path: Path) -> None:
    """Generated requests, good and bad, to every path are answered as the document says; needs `schemathesis` installed."""
    tool = shutil.which("schemathesis", path=str(Path(sys.executable).parent)) or shutil.which("schemathesis")
    if tool is None:
        pytest.skip("schemathesis is not installed (pip install schemathesis)")
    with running_server("demo") as server:
        done = subprocess.run(
            [tool, "run", f"{server.url}/openapi.json", "--max-examples", "40", "--workers", "1", "--no-color"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-4000:]
        assert server.status("/ready") == 200
