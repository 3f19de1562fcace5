"""An OpenStreetMap extract of a town that does not exist: streets wide enough for every lorry, works, fuel, parking for lorries."""

from __future__ import annotations

_SIDE = 8
_WORKS = (1, 5, 19, 38, 44, 52)
"""The lower left corners of the blocks with works."""


def town_xml() -> bytes:
    """Return a grid of 8 x 8 crossings half a kilometre apart, each street with a bend between two crossings."""
    nodes: list[str] = []
    ways: list[str] = []
    tags = {10: {"amenity": "fuel", "hgv": "yes", "name": "Stop"}}
    for number in range(_SIDE * _SIDE):
        nodes.append(_node(number, number % _SIDE, number // _SIDE, tags.get(number, {})))
        for other, dx, dy in ((number + 1, 0.5, 0.1), (number + _SIDE, 0.1, 0.5)):
            if other >= _SIDE * _SIDE or (dx == 0.5 and other % _SIDE == 0):
                continue
            bend = 1000 * (number + 1) + other
            nodes.append(_node(bend, number % _SIDE + dx, number // _SIDE + dy, {}))
            ways.append(_way(bend, [number, bend, other], {"highway": "primary", "maxspeed": "70", "lanes": "2"}))
    for corner in _WORKS:
        ring = [corner, corner + 1, corner + _SIDE + 1, corner + _SIDE, corner]
        ways.append(_way(90_000 + corner, ring, {"landuse": "industrial", "name": f"Works {corner}"}))
    ways.append(_way(91_000, [20, 21, 29, 28, 20], {"amenity": "parking", "hgv": "designated", "capacity:hgv": "12"}))
    relation = '<relation id="1"><member type="way" ref="90001" role="outer"/>' + _tags(
        {"type": "multipolygon", "landuse": "industrial", "name": "Joined works"}
    )
    body = "".join(nodes) + "".join(ways) + relation + "</relation>"
    return f'<?xml version="1.0" encoding="UTF-8"?><osm version="0.6">{body}</osm>'.encode()


def _node(number: int, column: float, row: float, tags: dict[str, str]) -> str:
    # Half a kilometre is 0.007 degrees of longitude here, and 0.0045 of latitude.
    return f'<node id="{number + 1}" lon="{20.0 + 0.007 * column:.5f}" lat="{50.0 + 0.0045 * row:.5f}">{_tags(tags)}</node>'


def _way(number: int, nodes: list[int], tags: dict[str, str]) -> str:
    return (
        f'<way id="{number}">{"".join(f"<nd ref={chr(34)}{node + 1}{chr(34)}/>" for node in nodes)}{_tags(tags)}</way>'
    )


def _tags(tags: dict[str, str]) -> str:
    return "".join(f'<tag k="{key}" v="{value}"/>' for key, value in tags.items())
