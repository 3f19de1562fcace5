"""The page's generated file holds what the server has now."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_the_page_knows_the_server_of_today(repository: Path) -> None:
    """`make web-data` writes it anew."""
    command = [sys.executable, "web/generate.py"]
    written = subprocess.run(command, cwd=repository, capture_output=True, check=True).stdout.decode()
    assert (repository / "web" / "src" / "generated" / "server.ts").read_text("utf-8") == written
