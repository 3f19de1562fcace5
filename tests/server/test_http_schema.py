"""The HTTP part keeps the promises of its own OpenAPI document."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from support.server import running_server


@pytest.mark.slow
def test_schemathesis_finds_nothing(tmp_path: Path) -> None:
    """Generated requests, good and bad, to every path are answered as the document says."""
    with running_server("demo") as server:
        done = subprocess.run(
            [
                str(Path(sys.executable).with_name("schemathesis")), "run", f"{server.url}/openapi.json",
                "--max-examples", "60", "--generation-deterministic", "--no-color",
            ],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout[-4000:]
        operations = sum(len(methods) for methods in server.get("/openapi.json")["paths"].values())
        assert f"Tested: {operations}\n" in done.stdout, "every operation was tried"
        assert server.status("/ready") == 200
