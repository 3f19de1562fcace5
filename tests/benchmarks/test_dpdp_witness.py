"""The witness of the pickup and delivery benchmark stands outside of what it judges."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_the_witness_shares_no_code_with_the_simulator(repository: Path) -> None:
    """It imports nothing of it, directly or by way of others, and the simulator imports no benchmark."""
    code = (
        "import sys, benchmarks.dpdp.check, benchmarks.dpdp.scores\n"
        "print([name for name in sys.modules if name.partition('.')[0] == 'spine'])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=repository, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
    sources = (repository / "src").rglob("*.py")
    assert [str(path) for path in sources if "benchmarks.dpdp" in path.read_text("utf-8")] == []
