"""What the proofs of keeping share: the helpers of the tests, arguments, printing."""

from __future__ import annotations

import sys
import time
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent / "tests"
sys.path.insert(0, str(TESTS))


def number(place: int, default: int) -> int:
    """Return an argument of the command line as a whole number."""
    return int(sys.argv[place]) if len(sys.argv) > place else default


def say(text: str) -> None:
    """Print a line with the time of day, at once."""
    print(time.strftime("%H:%M:%S"), text, flush=True)
