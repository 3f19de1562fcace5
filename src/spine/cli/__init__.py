"""The `spine` command; thin."""

from spine.cli.app import main

__all__ = ["main"]
