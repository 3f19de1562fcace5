"""Models, schemas and the AsyncAPI document agree with each other and with what is sent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine.errors import GenerationError, ProtocolError
from spine.network import FuelStation
from spine.network.generate import PRESETS
from spine.protocol.actions import ACTIONS, QUESTIONS, MapCreate, read_params
from spine.protocol.asyncapi import asyncapi_document
from spine.protocol.encode import TickClock, bare_network, map_parameters
from spine.protocol.map_text import MapText
from spine.protocol.signals import SIGNALS, check_signal
from spine.server.access import VIEW_ACTIONS
from spine.world import CreateBuilding, World
from support.worlds import grid_network, run, small_world

_PAGE_ACTIONS = {
    "simulation.start", "simulation.stop", "simulation.pause", "simulation.resume", "simulation.update",
    "simulation.export_state", "simulation.import_state", "agent.create", "agent.update", "agent.delete",
    "agent.describe", "agent.list", "map.create", "map.export", "map.import", "building.create",
}  # fmt: skip
_PAGE_SIGNALS = {
    "tick.start", "tick.end", "simulation.started", "simulation.stopped", "simulation.paused", "simulation.resumed",
    "simulation.updated", "simulation.tick_rate_warning", "simulation.state_exported", "simulation.state_imported",
    "error", "agent.created", "agent.updated", "agent.described", "agent.listed", "agent.deleted", "agent.event",
    "map.created", "map.exported", "map.imported", "building.created", "building.updated", "package.created",
    "package.picked_up", "package.delivered", "package.expired", "event.created",
}  # fmt: skip


def test_every_action_and_signal_of_the_page_has_a_model() -> None:
    """Nothing is missing, and every answer is a known signal."""
    assert set(ACTIONS) >= _PAGE_ACTIONS
    assert set(SIGNALS) >= _PAGE_SIGNALS
    assert {model.answer for model in ACTIONS.values()} <= set(SIGNALS)
    assert set(ACTIONS) >= QUESTIONS
    assert QUESTIONS == VIEW_ACTIONS


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for item in value.values():
            yield from _references(item)
    elif isinstance(value, list):
        for item in value:
            yield from _references(item)


def test_the_asyncapi_document_is_whole() -> None:
    """It is JSON, and every reference in it leads somewhere."""
    document = json.loads(json.dumps(asyncapi_document()))
    assert document["asyncapi"] == "3.0.0"
    for reference in set(_references(document)):
        place: Any = document
        for part in reference.removeprefix("#/").split("/"):
            place = place[part]
    assert len(document["operations"]) == len(ACTIONS) + 1
    schemas = document["components"]["schemas"]
    assert len(schemas["MapCreate"]["required"]) == 26
    assert set(schemas["BuildingCreate"]["properties"]) == {
        "building_type", "building_id", "node_id", "capacity", "cost_factor", "name", "activity_rate", "destination_weights",
        "docks", "loading_rate_tonnes_per_min", "fixed_handling_s", "package_config", "hourly_profile", "batch_size_range",
        "attraction",
    }  # fmt: skip
    # In AsyncAPI a discriminator is the name of a property; pydantic writes the object that OpenAPI has.
    assert '"discriminator": {' not in json.dumps(document)
    # Bounds reach the schemas under the names of JSON Schema.
    assert schemas["TruckData"]["properties"]["capacity"].items() >= {"minimum": 4, "maximum": 300}.items()
    assert (
        schemas["SimulationStart"]["properties"]["speed"]["anyOf"][0].items()
        >= {"exclusiveMinimum": 0, "maximum": 3600}.items()
    )
    assert not {'"ge":', '"gt":', '"le":', '"lt":'} & set(json.dumps(document).split())


def test_the_delivery_deadline_comes_after_the_pickup_deadline() -> None:
    """Also where both fall into one coarse tick."""
    clock = TickClock(tick=10, now=60.0, dt=6.0)
    assert clock.deadlines(72.0, 90.0) == {"pickup_deadline_tick": 12, "delivery_deadline_tick": 15}
    assert clock.deadlines(72.5, 73.0) == {"pickup_deadline_tick": 13, "delivery_deadline_tick": 14}


@pytest.mark.parametrize(
    ("action", "params", "value"),
    [
        ("simulation.start", {"tick_rate": 30.0, "speed": 2}, {"tick_rate": 30, "speed": 2.0}),
        ("simulation.start", {"tick_rate": None}, {"tick_rate": None}),
        ("simulation.update", {"speed": 3600}, {"speed": 3600.0}),
        ("map.export", {}, {"filename": "map"}),
        ("simulation.import_state", {"file_content": ""}, {"filename": "unknown.ssave"}),
        ("building.create", {"building_type": "site", "building_id": "s", "node_id": 0.0, "name": "S",
                             "activity_rate": 1, "capacity": "ignored"}, {"node_id": 0}),
    ],
)  # fmt: skip
def test_numbers_are_taken_as_the_page_says(action: str, params: dict[str, Any], value: dict[str, Any]) -> None:
    """Whole floats are integers, null is absent, foreign keys are ignored."""
    read = read_params(action, params)
    for name, wanted in value.items():
        assert getattr(read, name) == wanted
        assert type(getattr(read, name)) is type(wanted)


@pytest.mark.parametrize(
    ("action", "params", "names"),
    [
        ("simulation.start", {"tick_rate": True, "speed": False}, ["tick_rate", "speed"]),
        ("simulation.update", {}, ["tick_rate", "speed"]),
        ("simulation.update", {"speed": 3600.5}, ["speed"]),
        ("map.export", {"filename": None}, ["filename"]),
        ("map.export", {"filename": "../../etc/passwd"}, ["filename"]),
        ("map.import", {"file_content": 5, "filename": []}, ["file_content", "filename"]),
        ("agent.list", {"agent_kind": None}, ["agent_kind"]),
        ("agent.create", {"agent_id": "", "agent_kind": "plane", "agent_data": None},
         ["agent_id", "agent_kind", "agent_data"]),
        ("building.create", {"building_type": 7, "building_id": 1, "node_id": "x"}, ["building_type"]),
        ("stream.subscribe", {"area": [5, 0, 1, 1]}, ["area"]),
        ("no.such", {}, ["no.such"]),
        # So slow that what is to be told once piles up (found by the fuzz proof: 1e-320 Hz stopped the world).
        ("stream.subscribe", {"rate_hz": 5e-324}, ["rate_hz"]),
        ("stream.subscribe", {"rate_hz": 0.001, "positions_hz": 1e-300}, ["rate_hz", "positions_hz"]),
    ],
)  # fmt: skip
def test_bad_parameters_are_named_all_at_once(action: str, params: dict[str, Any], names: list[str]) -> None:
    """One error on one line names every offending field."""
    with pytest.raises(ProtocolError) as refusal:
        read_params(action, params)
    assert all(name in str(refusal.value) for name in names)
    assert "\n" not in str(refusal.value)


@given(st.dictionaries(st.sampled_from(sorted(PRESETS["reference"])), st.none() | st.text(max_size=3) | st.floats()))
def test_map_parameters_are_checked_or_read(changes: dict[str, Any]) -> None:
    """Whatever stands in the 26 keys gives parameters or one refusal that names a field."""
    params = read_params("map.create", {**PRESETS["reference"], **changes, "graph": {}, "generated_nodes": 3})
    assert isinstance(params, MapCreate)
    problems: list[str] = []
    try:
        read = params.parameters().as_dict()
    except GenerationError as error:
        problems = error.problems
    assert problems or len(read) == 26


def test_the_kept_text_of_a_map_is_the_map() -> None:
    """31 keys, all nodes and edges in order, buildings as they are now, also after one has come."""
    world = small_world()
    text = MapText()
    for name in ("one", "two"):
        data = json.loads(bytes(text.data(world)))
        check_signal({"signal": "map.created", "data": data})
        assert len(data) == 31
        graph = data["graph"]
        assert [node["id"] for node in graph["nodes"]] == [str(node) for node in world.network.node_ids]
        assert [edge["id"] for edge in graph["edges"]] == [str(edge) for edge in world.network.edge_ids]
        shown = [building["id"] for node in graph["nodes"] for building in node["buildings"]]
        assert sorted(shown) == sorted(world.building_ids())
        run(world, 1.0)
        world.apply(CreateBuilding(FuelStation(name, 0, 2, 1.0)))


def test_a_map_without_known_parameters_gets_valid_placeholders() -> None:
    """A front end accepts an imported map."""
    world = World(bare_network(grid_network()))
    data = json.loads(bytes(MapText().data(world)))
    check_signal({"signal": "map.created", "data": data})
    assert map_parameters(world.network)["map_width"] == max(world.network.node_x)
