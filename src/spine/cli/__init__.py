"""The `spine` command; thin."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command."""
    if sys.argv[1:] == ["healthcheck"]:
        # A container engine asks this every half minute, within the server's limits: it does without the command line's libraries.
        from spine.server.healthcheck import healthcheck

        sys.exit(healthcheck())
    from spine.cli.app import main as run

    run()
