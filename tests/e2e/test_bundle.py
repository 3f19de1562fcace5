"""The built dashboard is small."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

MOST_BYTES = 600_000


def test_the_bundle_is_small(repository: Path) -> None:
    """All that a browser may fetch, compressed, is at most 600 kB."""
    built = repository / "src" / "spine" / "dashboard" / "dist"
    if not (built / "index.html").is_file():
        pytest.skip("THE DASHBOARD IS NOT TESTED: it has not been built (make dashboard; it needs Node.js and npm)")
    sizes = {path.name: len(gzip.compress(path.read_bytes(), 9)) for path in built.rglob("*") if path.is_file()}
    assert any(name.endswith(".js") for name in sizes)
    assert sum(sizes.values()) <= MOST_BYTES, sizes
