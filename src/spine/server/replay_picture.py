"""`ReplayPicture`: what clients know at one time of a recording, gathered from what they were told."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from spine.protocol.forms import Json
from spine.storage.recording import Part

_BRACKETS = ("tick.start", "tick.end")
_NO_PICTURE = (b'{"signal":"package.', b'{"signal":"agent.event"', b'{"signal":"event.')
"""Signals of what happens; who comes later is not told of it."""


class ReplayPicture:
    """The last snapshot and what has been said since, as far as it still counts."""

    def __init__(self) -> None:
        self._base: list[Part] = []
        self._since: dict[object, Part] = {}
        self._brackets: dict[str, bytes] = {}
        self._unkeyed = 0
        self._agents: dict[str, Json] | None = None

    def begin(self, snapshot: Sequence[Part]) -> None:
        """Take up a snapshot."""
        self._base = [part for part in snapshot if part[1] not in _BRACKETS]
        self._since = {}
        self._agents = None
        self._brackets |= {key: body for body, key in snapshot if key in _BRACKETS}

    def take(self, parts: Sequence[Part]) -> None:
        """Take in what was said next."""
        self._agents = None
        for part in parts:
            body, key = part
            if key in _BRACKETS:
                self._brackets[key] = body
            elif not body.startswith(_NO_PICTURE):
                # Later words about the same thing take the place of earlier ones, at their own place in the order.
                self._unkeyed += not key
                mark: object = key or self._unkeyed
                self._since.pop(mark, None)
                self._since[mark] = part

    def snapshot(self, state: Sequence[Part]) -> list[Part]:
        """Return what a newcomer is told; `state` is what it must hear of the run."""
        head = 0
        while head < len(self._base) and self._base[head][0].startswith(
            (b'{"signal":"map.created"', b'{"signal":"agent.listed"')
        ):
            head += 1
        brackets = [(body, key) for key, body in self._brackets.items()]
        return [*self._base[:head], *state, *self._base[head:], *self._since.values(), *brackets]

    @property
    def tick(self) -> int:
        """The last tick that was told of, 0 before the first."""
        data = self.tick_data()
        return 0 if data is None else int(data["tick"])

    def tick_data(self) -> Json | None:
        """Return TickData of the last tick (7.1), None before the first."""
        body = self._brackets.get("tick.end")
        return None if body is None else dict(json.loads(body)["data"])

    def agents(self) -> dict[str, Json]:
        """Return the full forms of all agents by id, as far as what was said tells them."""
        if self._agents is None:
            self._agents = {}
            for name, data in self._said():
                if name == "agent.listed":
                    self._agents = {agent["id"]: agent for agent in data["agents"]}
                elif name == "agent.created":
                    self._agents[data["id"]] = {**data, "agent_id": data["id"]}
                elif name == "agent.deleted":
                    self._agents.pop(data["agent_id"], None)
                elif name == "agent.updated" and data["id"] in self._agents:
                    full = self._agents[data["id"]]
                    full |= {key: value for key, value in data.items() if key in full}
        return self._agents

    def buildings(self) -> dict[str, Json]:
        """Return all buildings by id."""
        found: dict[str, Json] = {}
        for name, data in self._said():
            if name == "map.created":
                nodes = data["graph"]["nodes"]
                found = {item["id"]: item for node in nodes for item in node["buildings"]}
            elif name == "building.created":
                found[data["building"]["id"]] = data["building"]
            elif name == "building.updated" and data["building_id"] in found:
                found[data["building_id"]] = data["building"]
            elif name == "building.deleted":
                found.pop(data["building_id"], None)
        return found

    def map_data(self) -> Json:
        """Return the data of `map.created` with its buildings as they are now; `{}` when there is no map."""
        shown: Json = {}
        for name, data in self._said():
            if name == "map.created":
                shown = data
        if shown:
            present = self.buildings()
            for node in shown["graph"]["nodes"]:
                node["buildings"] = [present.get(item["id"], item) for item in node["buildings"]]
        return shown

    def _said(self) -> list[tuple[str, Any]]:
        read = [json.loads(body) for body, _ in [*self._base, *self._since.values()]]
        return [(message["signal"], message["data"]) for message in read]


def merged(groups: Sequence[Sequence[Part]]) -> list[Part]:
    """Return several moments as one: at most one tick, the last, around everything that no later word has made superfluous."""
    ticks = sum(key == "tick.start" for parts in groups for _, key in parts)
    if ticks <= 1:
        return [part for parts in groups for part in parts]
    last: dict[str, int] = {}
    flat = [part for parts in groups for part in parts]
    for index, (_, key) in enumerate(flat):
        if key:
            last[key] = index
    inside = [
        part for index, part in enumerate(flat) if part[1] not in _BRACKETS and (not part[1] or last[part[1]] == index)
    ]
    return [flat[last["tick.start"]], *inside, flat[last["tick.end"]]]
