"""Byte code for a file system that is never edited: it is not checked against its source, and the same source gives the same bytes."""

from __future__ import annotations

import importlib.util
import py_compile
from pathlib import Path


def compile_into(tree: Path, sources: list[Path]) -> None:
    """Compiles sources and puts the byte code where Python looks for it, in a tree beside the file system they are in."""
    for source in sorted(sources):
        place = tree / Path(importlib.util.cache_from_source(str(source))).relative_to("/")
        py_compile.compile(
            str(source), cfile=str(place), doraise=True, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH
        )
