"""JSON from outside, parsed strictly: the one reader for files and sockets."""

from __future__ import annotations

import json
import re
from collections import Counter
from math import isinf

import msgspec

from spine.errors import quoted, shortened

_MOST_DEPTH = 64
_MOST_DIGITS = 20
_LARGEST_WHOLE = 2**63 - 1
_LONG_NUMBER = re.compile(rb"(?<![.\d])\d{18}|[eE]\+?\d{3}")
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_OPENING = b"[{"
_NO_BRACKETS = bytes(byte for byte in range(256) if byte not in b"[]{}")


class StrictJsonError(ValueError):
    """Text is no JSON as this reader takes it; the message says why, without naming the text."""


def read_strictly(data: bytes, *, half_characters: bool = False) -> object:
    """Parse JSON: UTF-8, finite numbers, no key twice in an object, no lone surrogates, bounded depth. Files and sockets share it.

    Whole numbers beyond 64 bits become fractions, as no reader keeps all their digits.

    Args:
        data: the text.
        half_characters: let lone surrogates pass, for readers that refuse them by the field's name (`JsonReader`).

    Raises:
        StrictJsonError: it is not such JSON.
    """
    if _depth_exceeds(data):
        raise StrictJsonError("nested too deeply")
    # Looking at each number on its own takes three times as long; only long ones can be too large.
    whole, real = (_whole, _real) if _LONG_NUMBER.search(data) else (None, None)
    try:
        parsed: object = json.loads(
            data.decode("utf-8"), parse_constant=_refuse, object_pairs_hook=_unique, parse_int=whole, parse_float=real
        )
        # json accepts escapes of lone surrogates; no UTF-8 message could carry them back.
        if not half_characters and (b"\\ud" in data or b"\\uD" in data):
            msgspec.json.encode(parsed)
    except StrictJsonError:
        raise
    except UnicodeDecodeError as error:
        raise StrictJsonError(f"not UTF-8 text (byte {error.start})") from None
    except UnicodeError:
        raise StrictJsonError("holds half a character (lone surrogate)") from None
    except json.JSONDecodeError as error:
        raise StrictJsonError(f"{error.msg} at line {error.lineno} column {error.colno}") from None
    except RecursionError:
        raise StrictJsonError("nested too deeply") from None
    return parsed


def _refuse(name: str) -> object:
    raise StrictJsonError(f"{name} is not allowed, only finite numbers are")


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    result = dict(pairs)
    if len(result) != len(pairs):
        twice = next(key for key, times in Counter(key for key, _ in pairs).items() if times > 1)
        raise StrictJsonError(f"key {quoted(twice)} appears twice in one object")
    return result


def _whole(digits: str) -> float:
    if len(digits) > _MOST_DIGITS or abs(number := int(digits)) > _LARGEST_WHOLE:
        return _real(digits)
    return number


def _real(digits: str) -> float:
    number = float(digits)
    if isinf(number):
        raise StrictJsonError(f"the number {shortened(digits)} is too large")
    return number


def _depth_exceeds(data: bytes) -> bool:
    """Return whether brackets nest deeper than allowed, in little more than the time it takes to read the text."""
    if data.count(b"[") + data.count(b"{") <= _MOST_DEPTH:
        return False
    depth = 0
    for bracket in _STRING.sub(b"", data).translate(None, _NO_BRACKETS):
        if bracket in _OPENING:
            depth += 1
            if depth > _MOST_DEPTH:
                return True
        else:
            depth -= 1
    return False
