"""Messages for a server's socket, right ones and changed ones, each with what must come back, worked out from the protocol's text."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass
from typing import Any

from spine.protocol.actions import ACTIONS
from support.mutating import STRANGE_TEXTS, Chance, mutate_bytes, mutate_value, nested, to_json

Json = dict[str, Any]
_NAME = re.compile(r"[a-z_]+\.[a-z_]+")
_MOST_DEPTH = 64
_LONGEST_REQUEST_ID = 256
_NODES = 25


@dataclass(frozen=True)
class Sent:
    """A message and what must come back: a transport error, or one answer of an action.

    Attributes:
        is_action: whether it is a well-formed action.
        name: of the action.
        request_id: what must be told with the answer, None for nothing.
    """

    is_action: bool
    name: str = ""
    request_id: str | None = None


class NotStrictError(ValueError):
    """JSON beyond what the protocol allows."""


def expected(text: bytes) -> Sent:
    """Return what a text must be answered with, by docs/protocol.md."""
    try:
        message = _strict(text)
    except (ValueError, RecursionError):
        return Sent(is_action=False)
    if not isinstance(message, dict):
        return Sent(is_action=False)
    given = message.get("request_id")
    request_id = given if isinstance(given, str) else None
    if request_id is not None and len(request_id) > _LONGEST_REQUEST_ID:
        return Sent(is_action=False)
    name = message.get("action")
    well_formed = isinstance(name, str) and _NAME.fullmatch(name) and isinstance(message.get("params", {}), dict)
    return Sent(bool(well_formed), name if well_formed and isinstance(name, str) else "", request_id)


def _strict(text: bytes) -> Any:
    def pairs(items: list[tuple[str, Any]]) -> Json:
        if len(dict(items)) < len(items):
            raise NotStrictError("a key twice")
        return dict(items)

    def refuse(word: str) -> Any:
        raise NotStrictError(word)

    def whole(digits: str) -> float:
        # As long as it has a finite value it is a number, however many digits it has.
        return finite(digits) if len(digits) > 300 else int(digits)

    def finite(digits: str) -> float:
        value = float(digits)
        if value in (float("inf"), float("-inf")):
            raise NotStrictError(digits)
        return value

    value = json.loads(
        text.decode("utf-8"), object_pairs_hook=pairs, parse_constant=refuse, parse_float=finite, parse_int=whole
    )
    json.dumps(value, ensure_ascii=False).encode("utf-8")
    if _depth(value) > _MOST_DEPTH:
        raise NotStrictError("too deep")
    return value


def _depth(value: Any) -> int:
    if isinstance(value, dict):
        value = list(value.values())
    return 1 + max(map(_depth, value), default=0) if isinstance(value, list) else 0


class Script:
    """Thinks up actions: right ones first, then changed.

    Args:
        chance: decides everything.
        save, map_file: good files to import.
    """

    def __init__(self, chance: Chance, save: Json, map_file: Json) -> None:
        self._chance = chance
        self._save = save
        self._map = map_file
        self._number = 0

    def good(self) -> Json:
        """Return an action that is right in form."""
        chance = self._chance
        name = chance.choice(_WEIGHTED)
        self._number += 1
        action: Json = {"action": name, "params": self._params(name), "request_id": f"f{self._number}"}
        if chance.random() < 0.1:
            del action["request_id"]
        return action

    def message(self) -> tuple[str, bytes, Sent]:
        """Return a message with what was done to it, and what must come back; "binary" ones are not for text frames."""
        chance = self._chance
        action = self.good()
        way = chance.random()
        if way < 0.1:
            kind, data = "unchanged", json.dumps(action).encode()
        elif way < 0.55:
            action["params"] = mutate_value(action["params"], chance)
            kind, data = "parameters changed", to_json(action, chance)
        elif way < 0.7:
            kind, data = "envelope changed", to_json(mutate_value(action, chance), chance)
        elif way < 0.9:
            kind, data = "bytes changed", mutate_bytes(json.dumps(action).encode(), chance, b'{"action":"agent.list"}')
        elif way < 0.93:
            inner = nested(chance, *chance.choice(((b"[", b"]"), (b'{"a":', b"}"))), b"1")
            kind, data = "nested", b'{"action":"agent.list","params":{"x":' + inner + b"}}"
        elif way < 0.97:
            kind, data = "binary", mutate_bytes(json.dumps(action).encode(), chance)
        else:
            kind, data = "nonsense", chance.choice(STRANGE_TEXTS).encode("utf-8", "surrogatepass")
        if kind != "binary":
            try:
                data.decode("utf-8")
            except UnicodeDecodeError:
                # No text: it would end the connection, which is what wild ones are for.
                kind = "binary"
        return kind, data, Sent(is_action=False) if kind == "binary" else expected(data)

    def _params(self, name: str) -> Json:
        chance = self._chance
        match name.partition("."):
            case ("agent", _, "create"):
                kind = chance.choice(("truck", "truck", "building", "broker"))
                truck = {"max_speed_kph": chance.uniform(20, 120), "capacity": 20, "start_node": self._node()}
                return {
                    "agent_id": self._agent(), "agent_kind": kind, "agent_data": truck if kind == "truck" else {},
                }  # fmt: skip
            case ("agent", _, "update"):
                data = {"risk_factor": chance.random(), "max_speed_kph": 80, "tags": {"a": 1}, "balance_ducats": 10.5}
                return {
                    "agent_id": self._agent(),
                    "agent_data": {key: data[key] for key in chance.sample(list(data), 2)},
                }
            case ("agent", _, "list"):
                return {"agent_kind": chance.choice(("truck", "broker", "building", "nobody"))}
            case ("agent", _, _):
                return {"agent_id": self._agent()}
            case ("building", _, "create"):
                kind = chance.choice(("parking", "gas_station", "site"))
                return {
                    "building_type": kind, "building_id": f"b{chance.randrange(12)}", "node_id": self._node(),
                    "capacity": 3, "name": "x", "activity_rate": 2.5, "cost_factor": 1.2,
                    "destination_weights": {"site-1": 2.0},
                }  # fmt: skip
            case ("building", _, _):
                return {"building_id": chance.choice((f"b{chance.randrange(12)}", f"site-{chance.randrange(8)}"))}
            case ("simulation", _, "start" | "update"):
                return {"tick_rate": chance.randint(1, 100), "speed": chance.choice((1, 60, 3600.0, 0.01))}
            case ("simulation" | "map", _, "import_state" | "import"):
                good = self._save if name == "simulation.import_state" else self._map
                content = (
                    to_json(mutate_value(good, chance), chance) if chance.random() < 0.7 else json.dumps(good).encode()
                )
                if chance.random() < 0.1:
                    content = mutate_bytes(content, chance)
                return {"file_content": base64.b64encode(content).decode(), "filename": "x"}
            case (_, _, "export" | "export_state"):
                return {"filename": "save"}
            case ("map", _, "create"):
                return {
                    "preset": "reference", "map_width": 1500, "map_height": 1200, "num_major_centers": 1,
                    "minor_per_major": 1, "center_separation": 500, "seed": chance.randrange(5),
                }  # fmt: skip
            case ("stream", _, "subscribe"):
                wish: Json = {
                    "rate_hz": 5, "area": [0, 0, 2000, 2000], "agent_kinds": ["truck"], "fields": ["route", "kind"],
                    "events": True, "buildings": False, "positions_hz": 10,
                }  # fmt: skip
                return {key: wish[key] for key in chance.sample(list(wish), 3)}
            case ("replay", _, _):
                return {"time": 12.5}
        return {}

    def _agent(self) -> str:
        return self._chance.choice((f"t{self._chance.randrange(15)}", f"truck-{self._chance.randrange(6)}", "broker"))

    def _node(self) -> int:
        return self._chance.randrange(_NODES + 1)


_RARE = (
    "simulation.import_state",
    "map.import",
    "map.create",
    "simulation.export_state",
    "map.export",
    "simulation.reset",
)
_WEIGHTED = [name for name in ACTIONS for _ in range(1 if name in _RARE else 12)]
