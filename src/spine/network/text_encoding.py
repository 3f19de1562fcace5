"""Encodings of text files: a UTF-8 byte order mark, as Windows programs write it, is removed; UTF-16 and UTF-32 are refused by name."""

from __future__ import annotations

import codecs

_REFUSED = {
    codecs.BOM_UTF32_LE: "UTF-32",  # before UTF-16, whose mark it begins with
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}


def without_mark(data: bytes) -> bytes:
    """Return UTF-8 text without its byte order mark, if it has one; whether the rest is UTF-8 is not checked.

    Raises:
        ValueError: it is UTF-16 or UTF-32; the message says which and what to do, and does not know the file.
    """
    for mark, name in _REFUSED.items():
        if data.startswith(mark):
            raise ValueError(f"{name} text; save it as UTF-8")
    if _has_wide_characters(data[:2]):
        raise ValueError("UTF-16 text; save it as UTF-8")
    return data.removeprefix(codecs.BOM_UTF8)


def _has_wide_characters(start: bytes) -> bool:
    """Return whether text begins with an ASCII character of two bytes, as UTF-16 without a mark does."""
    return len(start) == 2 and 0 in start and 0x20 <= max(start) < 0x7F
