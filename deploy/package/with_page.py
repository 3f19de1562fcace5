"""Builds the package as Poetry does, and never without the page by accident.

The dashboard is built from web/ and not committed, and pip shows nothing of what a build says unless it fails. So a wheel or a
source archive without the page is refused, with the way out; installing for development (`pip install --editable .`) is not touched.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from poetry.core.masonry import api
from poetry.core.masonry.api import (
    build_editable,
    get_requires_for_build_editable,
    get_requires_for_build_sdist,
    get_requires_for_build_wheel,
    prepare_metadata_for_build_editable,
    prepare_metadata_for_build_wheel,
)

__all__ = [
    "build_editable",
    "build_sdist",
    "build_wheel",
    "get_requires_for_build_editable",
    "get_requires_for_build_sdist",
    "get_requires_for_build_wheel",
    "prepare_metadata_for_build_editable",
    "prepare_metadata_for_build_wheel",
]

WITHOUT = "SPINE_WITHOUT_PAGE"
PAGE = Path("src/spine/dashboard/dist/index.html")


def require_page() -> None:
    """End the build when there is no page and nobody has asked for a package without it."""
    if not PAGE.is_file() and os.environ.get(WITHOUT) != "1":
        raise SystemExit(
            f"spine-sim: {PAGE} is missing: the dashboard has not been built. Run `make dashboard` first (it needs Node.js; "
            f"`make node` brings it), or set {WITHOUT}=1 for a package whose server has no page at /."
        )


def build_wheel(directory: str, settings: dict[str, Any] | None = None, metadata: str | None = None) -> str:
    """Build a wheel and return its name."""
    require_page()
    return api.build_wheel(directory, settings, metadata)


def build_sdist(directory: str, settings: dict[str, Any] | None = None) -> str:
    """Build a source archive and return its name."""
    require_page()
    return api.build_sdist(directory, settings)
