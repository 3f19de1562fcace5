"""What the proofs share: how much they do, and their lines on the terminal.

Every amount is an environment variable, named where it is used and listed in docs/reliability.md.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable

import pytest


@pytest.fixture
def amount() -> Callable[[str, int], int]:
    """Look up how much to do: `amount("KILLS", 500)` is the variable KILLS, or 500 where it is not set."""

    def look_up(variable: str, default: int) -> int:
        text = os.environ.get(variable) or str(default)
        if not text.isdecimal():
            pytest.fail(f"{variable} = {text!r} should be a whole number, 0 or more")
        return int(text)

    return look_up


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Print a line with the time of day at once, whatever pytest captures."""

    def print_line(text: str) -> None:
        with capsys.disabled():
            print(time.strftime("%H:%M:%S"), text, flush=True)  # noqa: T201 - what a proof has seen is for people

    return print_line
