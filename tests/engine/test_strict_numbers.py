"""Where a number is wanted, a number is needed: whichever action, however deep."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from spine.engine.core import EngineCore
from support.examples import EXAMPLES
from support.worlds import grid_network, small_world

Json = dict[str, Any]
Path = tuple[str | int, ...]

BROKER: Json = {"agent_id": "broker-2", "agent_kind": "broker", "agent_data": {"balance_ducats": 12.0}}
FULL: list[tuple[str, Json]] = [
    *EXAMPLES.items(),
    ("agent.create", BROKER),
    ("agent.create", {"agent_id": "full", "agent_kind": "truck", "agent_data": {
        "max_speed_kph": 80, "capacity": 20, "risk_factor": 0.5, "initial_balance_ducats": 5, "fuel_tank_capacity_l": 400,
        "initial_fuel_l": 100, "start_node": 0, "home_node": 1}}),
    ("agent.update", {"agent_id": "truck-1", "agent_data": {
        "max_speed_kph": 80, "capacity": 20, "risk_factor": 0.5, "balance_ducats": 5, "current_fuel_l": 100}}),
    ("building.create", {"building_type": "parking", "building_id": "p", "node_id": 0, "capacity": 3}),
    ("building.create", {"building_type": "gas_station", "building_id": "g", "node_id": 0, "capacity": 3, "cost_factor": 1.1}),
    ("building.create", {"building_type": "site", "building_id": "s", "node_id": 0, "name": "S", "activity_rate": 2.0,
                         "loading_rate_tonnes_per_min": 0.5, "hourly_profile": [1.0] * 24, "batch_size_range": [1, 2],
                         "destination_weights": {"elsewhere": 1.5}, "package_config": {
                             "size_range": [1, 2], "value_range_currency": [1, 2], "priority_weights": {"LOW": 1.0}}}),
]  # fmt: skip


def _numbers(value: Any, path: Path = ()) -> Iterator[Path]:
    """Return the place of every number in some parameters."""
    if isinstance(value, dict | list | tuple):
        for key, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _numbers(part, (*path, key))
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield path


def _put(params: Json, path: Path, value: object) -> Json:
    changed: Any = json.loads(json.dumps(params))
    holder = changed
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = value
    return dict(changed)


def _core_for(params: Json) -> EngineCore:
    """Return a world for some parameters: a new broker needs one without."""
    core = EngineCore(small_world(trucks=2, network=grid_network(side=4)))
    if params.get("agent_kind") == "broker":
        core.handle(1, json.dumps({"action": "agent.delete", "params": {"agent_id": core.world.broker_id()}}))
    return core


_CASES = [
    pytest.param(action, params, path, id=f"{number}-{action}-{'.'.join(map(str, path))}")
    for number, (action, params) in enumerate(FULL)
    for path in _numbers({key: value for key, value in params.items() if key != "tags"})
    # What is no attribute of an agent becomes a tag, which may be anything; the middle of a day is like its ends.
    if "tags" not in path and not ("hourly_profile" in path and path[-1] not in (0, 23))
]


@pytest.mark.parametrize(("action", "params", "path"), _CASES)
def test_what_is_no_number_is_refused(action: str, params: Json, path: Path) -> None:
    """A number as text, true, a list, an object: refused, the world stays as it is."""
    core = _core_for(params)
    before = core.world.dump()
    given: Any = copy.deepcopy(params)
    for key in path:
        given = given[key]
    for wrong in (str(given), f" {given} ", True, [given], {"value": given}, ""):
        outcome = core.handle(1, json.dumps({"action": action, "params": _put(params, path, wrong)}))
        assert not outcome.ok, f"{wrong!r} was taken for a number"
    assert core.world.dump() == before


@pytest.mark.parametrize(("action", "params"), FULL[len(EXAMPLES) - len(FULL) :])
def test_what_was_changed_is_good_otherwise(action: str, params: Json) -> None:
    """Or it would be refused whatever stands where the number was."""
    core = _core_for(params)
    outcome = core.handle(1, json.dumps({"action": action, "params": params}))
    assert outcome.ok, outcome.answer


def test_a_whole_number_may_be_written_as_a_fraction() -> None:
    """20.0 is 20; 20.5 is no whole number."""
    core = EngineCore(small_world(trucks=2, network=grid_network(side=4)))
    assert core.handle(1, json.dumps({"action": "simulation.update", "params": {"tick_rate": 20.0}})).ok
    assert not core.handle(1, json.dumps({"action": "simulation.update", "params": {"tick_rate": 20.5}})).ok
