"""Run benchmarks and print their table: all of them, or those named."""

from __future__ import annotations

import importlib
import os
import platform
import sys

from benchmarks.common import Row, table

NAMES = (
    "movement",
    "routing",
    "hours",
    "generation",
    "world",
    "open_orders",
    "scaling",
    "startup",
    "fanout",
    "roundtrip",
    "journal",
    "recording",
)


def main() -> None:
    """Run what is asked for."""
    wanted = sys.argv[1:] or list(NAMES)
    unknown = [name for name in wanted if name not in NAMES]
    if unknown:
        sys.exit(f"unknown benchmark {unknown[0]!r}; known are {', '.join(NAMES)}")
    rows: list[Row] = []
    for name in wanted:
        print(f"... {name}", file=sys.stderr, flush=True)
        rows += importlib.import_module(f"benchmarks.{name}").measure()
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores; medians of several runs.\n")
    print(table(rows))


if __name__ == "__main__":
    main()
