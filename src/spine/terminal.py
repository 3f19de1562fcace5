"""Standard output and standard error, whatever encoding the terminal, pipe or file behind them has."""

from __future__ import annotations

import io
import sys


def accept_any_text() -> None:
    """Let standard output and error take any text: a character their encoding lacks is written as the escape Python has for it.

    Names come from files of people all over the world, terminals are still ASCII, Latin-1 or a Windows code page here and there.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def say(text: str, *, error: bool = False) -> None:
    """Write a line to standard output, or to standard error, at once and in the encoding it has; nowhere when it is closed."""
    # Not click's echo: that takes ASCII for a mistake and writes UTF-8 instead.
    print(text, file=sys.stderr if error else sys.stdout, flush=True)


def can_show(text: str) -> bool:
    """Return whether standard output has all the characters of a text."""
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        return False
    return True
