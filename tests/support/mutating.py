"""Changing things so that they are nearly right: bytes, JSON values, XML, protocol buffers; all from one random generator."""

from __future__ import annotations

import json
import random
import re
import struct
import zlib
from typing import Any

Chance = random.Random

STRANGE_NUMBERS: tuple[Any, ...] = (
    0, -0.0, 1, -1, 2, 0.5, 127, 128, 255, 256, 65535, 65536, 2**31 - 1, 2**31, -(2**31), 2**32, 2**53, 2**53 + 1, 2**63 - 1,
    2**63, -(2**63), 2**64, 10**30, 1e-300, 5e-324, 1e300, 1.7976931348623157e308, -1e300, float("nan"), float("inf"),
    float("-inf"), 1e15, 0.1, 1e-9, 4300, 3600.0,
)  # fmt: skip
STRANGE_TEXTS = (
    "", " ", "\0", "a\nb", "\u2028", "\ud800", "ä", "\U0001f69a", "../../etc/passwd", "null", "NaN", "true", "0x10", "1e400",
    "%s%n", "{}", "[]", "'", '"', "\\", "x" * 300, "y" * 70_000, "__proto__", "-1", "1_000", "１２", "0", "truck", "site",
)  # fmt: skip
_ATTRIBUTE = re.compile(rb"=(\"[^\"]*\"|'[^']*')")
_ELEMENT = re.compile(rb"<[^>]*>")
_INTERESTING_BYTES = (0x00, 0x01, 0x20, 0x22, 0x2C, 0x3A, 0x5B, 0x5C, 0x7B, 0x7F, 0x80, 0xC0, 0xFF)
_SCALARS = (str, int, float, bool, type(None))
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5


def strange_value(chance: Chance) -> Any:
    """Return a value nobody expects."""
    kind = chance.random()
    if kind < 0.5:
        return chance.choice(STRANGE_NUMBERS)
    if kind < 0.8:
        return chance.choice(STRANGE_TEXTS)
    return chance.choice((None, True, False, [], {}, [[]], [None], {"": None}, [0] * 1000, {"a": {"b": {"c": []}}}))


def mutate_bytes(data: bytes, chance: Chance, other: bytes = b"") -> bytes:
    """Return bytes with one to eight places changed, cut, doubled, moved, or taken from others."""
    result = bytearray(data)
    for _ in range(chance.choice((1, 1, 1, 2, 3, 8))):
        size = len(result)
        if not size:
            break
        at = chance.randrange(size)
        some = min(chance.choice((1, 1, 2, 4, 16, 256, 4096)), size - at)
        match chance.randrange(8):
            case 0:
                result[at] ^= 1 << chance.randrange(8)
            case 1:
                result[at] = chance.choice(_INTERESTING_BYTES)
            case 2:
                del result[at : at + some]
            case 3:
                result[at:at] = result[at : at + some] * chance.choice((1, 1, 2, 50))
            case 4:
                result[at : at + some] = chance.randbytes(some)
            case 5:
                value = chance.choice((0, 1, 0x7F, 0x80, 0xFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 2**63, 2**64 - 1))
                result[at : at + 8] = value.to_bytes(8, chance.choice(("big", "little")))[-some:]
            case 6:
                del result[at:]
            case _:
                begin = chance.randrange(len(other)) if other else 0
                result[at : at + some] = other[begin : begin + some]
    return bytes(result)


def mutate_value(value: Any, chance: Chance, times: int | None = None) -> Any:
    """Return a deep copy of a JSON value with a few of its parts changed, dropped, doubled or exchanged."""
    result = json.loads(json.dumps(value))
    for _ in range(times or chance.choice((1, 1, 1, 2, 3, 6))):
        places = _some_places(result, chance)
        if not places:
            return strange_value(chance)
        holder, key = chance.choice(places)
        _mutate_place(holder, key, chance, places)
    return result


def _some_places(value: Any, chance: Chance) -> list[tuple[Any, Any]]:
    """Return the places along a few random ways from the root to a leaf."""
    places = []
    for _ in range(4):
        here = value
        while isinstance(here, (dict, list)) and here:
            key = chance.choice(list(here)) if isinstance(here, dict) else chance.randrange(len(here))
            places.append((here, key))
            here = here[key]
    return places


def _mutate_place(holder: Any, key: Any, chance: Chance, places: list[tuple[Any, Any]]) -> None:
    try:
        value = holder[key]
    except (KeyError, IndexError):
        return  # an earlier change has taken it away
    match chance.randrange(8):
        case 0 | 1:
            holder[key] = strange_value(chance)
        case 2:
            del holder[key]
        case 3 if isinstance(value, list):
            holder[key] = value * chance.choice((0, 2, 2, 30)) if len(value) < 1000 else value[::2]
        case 3 if isinstance(holder, list):
            holder.append(value)
        case 4 if isinstance(value, (int, float)) and not isinstance(value, bool):
            holder[key] = chance.choice((value + 1, value - 1, -value, value * 10, value / 7, str(value)))
        case 5 if isinstance(holder, dict):
            holder[chance.choice(("", "id", "kind", key + "x", "data"))] = value
        case 6:
            other, there = chance.choice(places)
            if isinstance(other, dict) is isinstance(holder, dict) and (isinstance(other, dict) or there < len(other)):
                taken = other.get(there) if isinstance(other, dict) else other[there]
                # A copy: exchanged parts could otherwise contain themselves.
                holder[key] = json.loads(json.dumps(taken))
        case _:
            holder[key] = [value] if chance.random() < 0.5 or not isinstance(value, _SCALARS) else {"value": value}


def to_json(value: Any, chance: Chance) -> bytes:
    """Write JSON in one of the ways it may be written, or nearly so."""
    text = json.dumps(value, ensure_ascii=chance.random() < 0.5, indent=chance.choice((None, None, 2)))
    data = text.encode("utf-8", "surrogatepass")
    style = chance.random()
    if style < 0.04:
        data = b"\xef\xbb\xbf" + data
    elif style < 0.06:
        data = text.encode("utf-16", "surrogatepass")
    elif style < 0.1 and data.startswith(b"{"):
        data = data.replace(b"{", b"{" + chance.choice((b'"id":1,"id":2,', b'"a":NaN,', b'"n":1e999,', b"//\n")), 1)
    return data


def nested(chance: Chance, opening: bytes, closing: bytes, inner: bytes = b"") -> bytes:
    """Return something nested some dozen to some hundred thousand times."""
    depth = chance.choice((30, 60, 70, 1000, 20_000, 200_000))
    return opening * depth + inner + closing * chance.choice((depth, depth, 0, depth - 1))


def mutate_xml(data: bytes, chance: Chance, other: bytes) -> bytes:
    """Return XML with attributes, elements, entities or bytes changed."""
    for _ in range(chance.choice((1, 1, 2, 4))):
        match chance.randrange(9):
            case 0 | 1 | 2:
                data = _replace_one(_ATTRIBUTE, data, chance, _strange_attribute(chance))
            case 3:
                data = _replace_one(_ELEMENT, data, chance, b"")
            case 4:
                elements = list(_ELEMENT.finditer(data))
                if elements:
                    data = _replace_one(_ELEMENT, data, chance, chance.choice(elements).group())
            case 5:
                data = _replace_one(_ATTRIBUTE, data, chance, b'="&laugh;"')
                levels = b"".join(
                    b'<!ENTITY l%d "%s">' % (n + 1, b"&l%d;" % n * 10) for n in range(chance.choice((3, 8)))
                )
                doctype = b'<!DOCTYPE any [<!ENTITY l0 "ha">' + levels + b'<!ENTITY laugh "&l3;&l8;">]>'
                data = data.replace(b"?>", b"?>" + doctype, 1)
            case 6:
                at = chance.randrange(len(data) + 1)
                data = data[:at] + nested(chance, b"<way>", b"</way>") + data[at:]
            case 7:
                outside = b'<!DOCTYPE any [<!ENTITY out SYSTEM "file:///etc/hostname">]>'
                data = _replace_one(_ATTRIBUTE, data.replace(b"?>", b"?>" + outside, 1), chance, b'="&out;"')
            case _:
                data = mutate_bytes(data, chance, other)
    return data


def _strange_attribute(chance: Chance) -> bytes:
    value = strange_value(chance)
    text = value if isinstance(value, str) else json.dumps(value)
    return b'="' + text.encode("utf-8", "surrogatepass").replace(b'"', b"'") + b'"'


def _replace_one(pattern: re.Pattern[bytes], data: bytes, chance: Chance, new: bytes) -> bytes:
    found = list(pattern.finditer(data))
    if not found:
        return data
    chosen = chance.choice(found)
    return data[: chosen.start()] + new + data[chosen.end() :]


def varint(value: int) -> bytes:
    """Return a number as protocol buffers write it."""
    value &= 2**64 - 1
    result = bytearray()
    while value > 0x7F:
        result.append(value & 0x7F | 0x80)
        value >>= 7
    result.append(value)
    return bytes(result)


Field = tuple[int, int, Any]
"""Number, wire type, value: a whole number or bytes."""


def parse_message(data: bytes) -> list[Field] | None:
    """Return the fields of a protocol buffer, None when it is none."""
    fields: list[Field] = []
    at = 0

    def number() -> int:
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    try:
        while at < len(data):
            key = number()
            wire, value = key & 7, None
            if wire == _VARINT:
                value = number()
            elif wire in (_FIXED64, _FIXED32):
                width = 8 if wire == _FIXED64 else 4
                value, at = data[at : at + width], at + width
            elif wire == _BYTES:
                size = number()
                value, at = data[at : at + size], at + size
            else:
                return None
            if key < 8 or at > len(data):
                return None
            fields.append((key >> 3, wire, value))
    except IndexError:
        return None
    return fields


def write_message(fields: list[Field]) -> bytes:
    """Return a protocol buffer of these fields."""
    parts = []
    for number, wire, value in fields:
        parts.append(varint(number << 3 | wire))
        if wire == _VARINT:
            parts.append(varint(value))
        elif wire == _BYTES:
            parts.append(varint(len(value)) + value)
        else:
            parts.append(value)
    return b"".join(parts)


def mutate_message(data: bytes, chance: Chance) -> bytes:
    """Return a protocol buffer with something changed somewhere in it, its lengths right again."""
    fields = parse_message(data)
    if not fields:
        return mutate_bytes(data, chance)
    at = chance.randrange(len(fields))
    number, wire, value = fields[at]
    match chance.randrange(8):
        case 0:
            del fields[at]
        case 1:
            fields.insert(at, fields[chance.randrange(len(fields))])
        case 2:
            fields[at] = (chance.choice((1, 2, 3, 4, 8, 9, 10, 17, 100, 2**28)), wire, value)
        case 3 if wire == _BYTES:
            # Numbers stand in rows: what is inserted shifts all that follow.
            strange = varint(chance.choice((0, 1, 2, 2**31, 2**32, 2**63, 2**64 - 1)))
            place = chance.randrange(len(value) + 1)
            fields[at] = (number, wire, value[:place] + strange + value[place + chance.randrange(2) :])
        case _ if wire == _BYTES:
            fields[at] = (number, wire, mutate_message(value, chance))
        case _ if wire == _VARINT:
            fields[at] = (number, wire, chance.choice((0, 1, value + 1, 2**31, 2**32, 2**63, 2**64 - 1)))
        case _:
            fields[at] = (number, wire, mutate_bytes(value, chance))
    return write_message(fields)


Blob = tuple[bytes, bytes]
"""Kind (OSMHeader, OSMData) and unpacked content."""


def read_blobs(data: bytes) -> list[Blob]:
    """Return what the blobs of an .osm.pbf hold."""
    blobs: list[Blob] = []
    at = 0
    while at < len(data):
        (size,) = struct.unpack_from("!I", data, at)
        head = {number: value for number, _, value in parse_message(data[at + 4 : at + 4 + size]) or []}
        at += 4 + size
        body = {number: value for number, _, value in parse_message(data[at : at + head[3]]) or []}
        blobs.append((head[1], zlib.decompress(body[3]) if 3 in body else body[1]))
        at += head[3]
    return blobs


def write_blobs(blobs: list[Blob], chance: Chance | None = None) -> bytes:
    """Return an .osm.pbf of these blobs; with a chance given, its frames lie now and then."""
    parts = []
    for kind, content in blobs:
        liar = chance.randrange(40) if chance is not None else None
        size = (
            chance.choice((0, 1, len(content) * 2, 2**31 - 1, 2**32, 2**63)) if chance and liar == 0 else len(content)
        )
        packed = zlib.compress(content, 1)
        body = write_message(
            [(2, _VARINT, size), (chance.choice((1, 4, 6)) if chance and liar == 1 else 3, _BYTES, packed)]
        )
        length = chance.choice((0, 2**25 + 1, 2**31 - 1, len(body) + 1)) if chance and liar == 2 else len(body)
        head = write_message([(1, _BYTES, kind), (3, _VARINT, length)])
        parts.append(struct.pack("!I", 2**32 - 1 if liar == 3 else len(head)) + head + body)
    return b"".join(parts)


def mutate_pbf(data: bytes, chance: Chance) -> bytes:
    """Return an .osm.pbf with something changed: most times below its compression, sometimes its frames."""
    if chance.random() < 0.15:
        return mutate_bytes(data, chance)
    blobs = read_blobs(data)
    for _ in range(chance.choice((1, 1, 2, 5))):
        at = chance.randrange(len(blobs))
        kind, content = blobs[at]
        blobs[at] = (kind, mutate_message(content, chance) if chance.random() < 0.9 else mutate_bytes(content, chance))
    if chance.random() < 0.05:
        blobs.insert(chance.randrange(len(blobs)), chance.choice(blobs))
    return write_blobs(blobs, chance)
