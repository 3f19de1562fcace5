"""Reading JSON from outside: parsed strictly, field by field; every error names the object and the field."""

from __future__ import annotations

import json
from math import isfinite
from typing import Any

import msgspec

from spine.errors import MapFormatError, quoted
from spine.network.text_encoding import without_mark
from spine.strict_json import StrictJsonError, read_strictly

Json = dict[str, Any]

LARGEST_INT = 2**53 - 1
"""Largest whole number that every JSON reader represents exactly."""


def parse_json(data: bytes, source: str, most_bytes: int) -> object:
    """Parse the JSON of a file: strictly, of bounded size; a byte order mark is skipped.

    Raises:
        MapFormatError: it is not such JSON.
    """
    if len(data) > most_bytes:
        raise MapFormatError(f"{source}: {len(data)} bytes are more than the allowed {most_bytes}")
    try:
        return read_strictly(without_mark(data), half_characters=True)
    except StrictJsonError as error:
        raise MapFormatError(f"{source}: not JSON: {error}") from None
    except ValueError as error:
        raise MapFormatError(f"{source}: {error}") from None


def indented_json(item: object) -> bytes:
    """Return JSON of two spaces of indent with everything beyond ASCII escaped, as `json.dumps(item, indent=2)` has it.

    Raises:
        ValueError: a number is not finite.
    """
    # The standard library indents in Python, item by item; written plainly and indented afterwards takes a third of the time.
    return msgspec.json.format(json.dumps(item, allow_nan=False).encode("ascii"), indent=2)


class JsonReader:
    """Reads typed fields of one JSON object; errors name the object and the field."""

    def __init__(self, item: object, where: str) -> None:
        if not isinstance(item, dict):
            raise MapFormatError(f"{where}: must be an object, not {kind_of(item)}")
        self.item: Json = item
        self.where = where

    def _get(self, name: str) -> object:
        if name not in self.item:
            raise MapFormatError(f"{self.where}: {name} is missing")
        return self.item[name]

    def array(self, name: str, *, optional: bool = False) -> list[Any]:
        """Return an array field; [] when it is optional and absent."""
        if optional and name not in self.item:
            return []
        value = self._get(name)
        if not isinstance(value, list):
            raise MapFormatError(f"{self.where}: {name} must be an array, not {kind_of(value)}")
        return value

    def number(self, name: str, default: float | None = None) -> float:
        """Return a finite number field, or its default when absent."""
        if default is not None and name not in self.item:
            return default
        value = self._get(name)
        if not is_number(value):
            raise MapFormatError(f"{self.where}: {name} = {quoted(value)} must be a finite number")
        return float(value)  # type: ignore[arg-type]  # is_number has looked

    def at_least_0(self, name: str, default: float | None = None) -> float:
        """Return a finite number field that is not negative, or its default when absent."""
        value = self.number(name, default)
        if value < 0.0:
            raise MapFormatError(f"{self.where}: {name} = {value:g} must be at least 0")
        return value

    def whole(self, name: str, low: int, high: int, default: int | None = None) -> int:
        """Return a whole number field within bounds, or its default when absent."""
        if default is not None and name not in self.item:
            return default
        value = self._get(name)
        if not is_number(value) or int(value) != value or not low <= int(value) <= high:  # type: ignore[call-overload]
            raise MapFormatError(f"{self.where}: {name} = {quoted(value)} must be a whole number from {low} to {high}")
        return int(value)  # type: ignore[call-overload,no-any-return]

    def text(self, name: str) -> str:
        """Return a text field."""
        value = self._get(name)
        if not isinstance(value, str):
            raise MapFormatError(f"{self.where}: {name} must be text, not {kind_of(value)}")
        if not is_whole_text(value):
            raise MapFormatError(f"{self.where}: {name} holds half a character (lone surrogate)")
        return value

    def texts(self, name: str) -> list[str]:
        """Return an array field of texts; [] when absent."""
        values = self.array(name, optional=True)
        for value in values:
            if not isinstance(value, str) or not is_whole_text(value):
                raise MapFormatError(f"{self.where}: {name} holds {quoted(value)}; it must be an array of texts")
        return values

    def weights(self, name: str) -> dict[str, float]:
        """Return an object field of finite numbers of at least 0 by name; {} when absent."""
        weights = {}
        for key, value in self.object(name).items():
            if not is_whole_text(key):
                raise MapFormatError(f"{self.where}: {name} has a key with half a character (lone surrogate)")
            if not is_number(value) or value < 0:
                raise MapFormatError(f"{self.where}: {name}[{quoted(key)}] = {quoted(value)} must be at least 0")
            weights[key] = float(value)
        return weights

    def identifier(self, name: str) -> int:
        """Read a node or edge id: a whole number, or decimal text of one."""
        value = self._get(name)
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 16:
            value = int(value)
        if not is_number(value) or int(value) != value or not 0 <= int(value) <= LARGEST_INT:  # type: ignore[call-overload]
            raise MapFormatError(
                f"{self.where}: {name} = {quoted(value)} must be a whole number from 0 to {LARGEST_INT}"
            )
        return int(value)  # type: ignore[call-overload,no-any-return]

    def object(self, name: str) -> Json:
        """Return an object field, {} when absent."""
        if name not in self.item:
            return {}
        value = self.item[name]
        if not isinstance(value, dict):
            raise MapFormatError(f"{self.where}: {name} must be an object, not {kind_of(value)}")
        return value

    def pair(self, name: str, default: tuple[float, float]) -> tuple[float, float]:
        """Return a field of two ordered numbers of at least 0, or its default when absent."""
        if name not in self.item:
            return default
        values = self.array(name)
        if len(values) != 2 or not all(is_number(value) and value >= 0 for value in values) or values[0] > values[1]:
            raise MapFormatError(
                f"{self.where}: {name} = {quoted(values)} must be [smallest, largest], both at least 0"
            )
        return float(values[0]), float(values[1])


def is_number(value: object) -> bool:
    """Return whether a JSON value is a finite number and no boolean."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    try:
        return isfinite(value)
    except OverflowError:
        return False


def is_whole_text(text: str) -> bool:
    """Return whether text can be sent on: JSON lets half a character (a lone surrogate) through, UTF-8 does not."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def kind_of(value: object) -> str:
    """Return what a JSON value is, in words."""
    names = {dict: "an object", list: "an array", str: "text", bool: "true/false", type(None): "null"}
    return names.get(type(value), "a number")
