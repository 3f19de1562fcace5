"""Sorting OpenStreetMap XML: nodes, ways, relations, each by id, as readers need it.

Map editors and query services write ways before their nodes, or elements in no order at all; binary extracts always are in order.
"""

from __future__ import annotations

import re
from itertools import pairwise
from xml.etree.ElementTree import ParseError, fromstring, tostring

_RANK = {"node": 0, "way": 1, "relation": 2}
_WAY_OR_RELATION = re.compile(rb"<(way|relation)\s[^>]*?\bid=[\"'](-?\d+)[\"']")

Key = tuple[int, bool, int]


def in_order(data: bytes) -> bytes:
    """Return an OpenStreetMap XML file with its elements in order; unchanged when they are, or when it is damaged."""
    if not _is_disordered(data):
        return data
    try:
        root = fromstring(data)  # noqa: S314 - expat bounds the expansion of entities; the size of the file is bounded by the caller
        keyed = [(_key(item.tag, item.get("id", "")), item) for item in root if item.tag in _RANK]
    except (ParseError, ValueError):
        # The reader that gets it next reports what is wrong and where.
        return data
    first: dict[Key, int] = {}
    for index, (key, _) in enumerate(keyed):
        first.setdefault(key, index)
    for item in list(root):
        root.remove(item)
    root.extend([keyed[index][1] for _, index in sorted(first.items())])
    return tostring(root)


def _is_disordered(data: bytes) -> bool:
    first_way = data.find(b"<way ")
    if first_way >= 0 and data.rfind(b"<node ") > first_way:
        return True
    keys = (_key(kind.decode(), number.decode()) for kind, number in _WAY_OR_RELATION.findall(data))
    return any(later <= earlier for earlier, later in pairwise(keys))


def _key(kind: str, number: str) -> Key:
    """Return the sort key of elements: ids given by editors are negative and come first, counting downwards."""
    value = int(number)
    return _RANK[kind], value > 0, abs(value)
