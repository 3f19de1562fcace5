"""Save files: a world survives the round trip as far as the file goes, whatever it is doing; what contradicts itself is refused by name."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine.engine.core import EngineCore
from spine.engine.run_state import Pace
from spine.world import CreateOrder, CreateTruck, TruckSpec, World
from spine.world.orders import OrderStatus
from support.worlds import check_invariants, grid_network, run, small_world

Json = dict[str, Any]


def _core(hours: float = 3.0) -> EngineCore:
    core = EngineCore(small_world(trucks=10, network=grid_network(rate=8.0), fuel_tank_capacity_l=60.0), Pace(20, 20.0))
    run(core.world, hours)
    core.tick_number = round(core.world.now / core.pace.dt)
    return core


def _ask(core: EngineCore, action: str, **params: Any) -> Json:
    outcome = core.handle(1, json.dumps({"action": action, "params": params}))
    assert outcome.answer is not None
    return dict(json.loads(outcome.answer.body))


def _exported(core: EngineCore) -> Json:
    answer = _ask(core, "simulation.export_state")
    return dict(json.loads(base64.b64decode(answer["data"]["file_content"])))


def _imported(core: EngineCore, content: Any) -> Json:
    text = base64.b64encode(json.dumps(content).encode()).decode()
    return _ask(core, "simulation.import_state", file_content=text, filename="x.ssave")


@pytest.mark.parametrize("hours", [0.0, 0.4, 1.3, 9.5, pytest.param(26.0, marks=pytest.mark.slow)])
def test_a_busy_world_comes_back_as_it_was(hours: float) -> None:
    """Graph, tick, clock, packages, and of every agent the very state, at moments of every kind; and it runs on soundly."""
    core = _core(hours)
    first = _exported(core)
    other = EngineCore(small_world(trucks=1), Pace(20, 20.0))
    assert _imported(other, first)["signal"] == "simulation.state_imported"
    check_invariants(other.world)
    again = _exported(other)
    assert again["graph"] == first["graph"]
    assert again["metadata"] == first["metadata"]
    assert sorted(again["packages"], key=str) == sorted(first["packages"], key=str)
    assert [agent["id"] for agent in again["agents"]] == [agent["id"] for agent in first["agents"]]
    for mine, its in zip(again["agents"], first["agents"], strict=True):
        for name in (
            "balance_ducats",
            "loaded_packages",
            "current_node",
            "current_edge",
            "current_building_id",
            "tags",
        ):
            assert mine.get(name) == its.get(name), (its["id"], name)
        for name in ("edge_progress_m", "current_fuel_l", "driving_time_s", "co2_emitted_kg"):
            assert mine.get(name, 0.0) == pytest.approx(its.get(name, 0.0), abs=1e-6), (its["id"], name)
    run(other.world, 6.0)
    check_invariants(other.world)


def test_minimal_and_foreign_files_are_read() -> None:
    """Defaults, ids as text, unknown kinds skipped, a truck that has lost its edge, noon as the beginning."""
    core = _core(0.0)
    graph = _exported(core)["graph"]
    content = {
        "graph": graph,
        "agents": [
            {"kind": "truck", "id": "bare", "current_node": "5"},
            {"kind": "truck", "id": "lost", "current_node": None, "current_edge": None, "route": [7, 8]},
            {"kind": "plane", "id": "skipped"},
            {"kind": "building", "id": "depot", "tags": {"a": 1}},
        ],
        "packages": [],
        "metadata": {"tick": 640, "dt_s": 0.125},
    }
    assert _imported(core, content)["signal"] == "simulation.state_imported"
    assert core.world.agents() == ["bare", "lost", "depot"]
    assert (core.tick_number, core.world.now, core.world.fuel_price) == (640, 80.0, 5.0)
    assert core.world.agent("bare").current_node == 5
    assert core.world.agent("lost").current_node == 7
    assert core.tick_data()["time"] == pytest.approx(12.0 + 80.0 / 3600.0)


def test_the_list_of_a_building_wins() -> None:
    """A truck a building counts as inside is inside; one that says so itself is added."""
    core = _core(0.0)
    content = _exported(core)
    lots = [(n, b) for n in content["graph"]["nodes"] for b in n["buildings"] if b["type"] == "parking"]
    (_, first), (node, second) = lots[:2]
    first["current_agents"] = ["truck-0"]
    truck_1 = next(agent for agent in content["agents"] if agent["id"] == "truck-1")
    truck_1["current_building_id"], truck_1["current_node"] = second["id"], int(node["id"])
    assert _imported(core, content)["signal"] == "simulation.state_imported"
    assert core.world.agent("truck-0").current_building_id == first["id"]
    assert core.world.building(second["id"]).occupants == ("truck-1",)


@pytest.mark.parametrize(
    ("path", "value", "named"),
    [
        (("graph",), None, "graph"),
        (("agents",), {}, "agents"),
        (("metadata",), [], "metadata"),
        (("metadata", "dt_s"), 0, "dt_s"),
        (("metadata", "tick"), -1, "tick"),
        (("agents", 1, "capacity"), 999, "capacity"),
        (("agents", "driving", "current_edge"), 123456, "current_edge"),
        (("agents", 1, "id"), "truck-1", "truck-1"),
        (("agents", 1, "loaded_packages"), ["ghost"], "ghost"),
        (("packages", 0, "priority"), "SUPER", "priority"),
        (("packages", 0, "origin_site"), "nowhere", "nowhere"),
        (("packages", 0, "extra"), 1, "extra"),
        (("graph", "edges", 0, "length_m"), -5, "length_m"),
    ],
)  # fmt: skip
def test_a_file_that_contradicts_itself_changes_nothing(path: tuple[Any, ...], value: Any, named: str) -> None:
    """One error that names the element; world, tick and run state stay as they are."""
    core = _core(1.0)
    _ask(core, "simulation.start")
    before, tick = core.world.dump(), core.tick_number
    content = _exported(core)
    driving = next(index for index, agent in enumerate(content["agents"]) if agent.get("current_edge") is not None)
    place: Any = content
    for part in path[:-1]:
        place = place[driving if part == "driving" else part]
    place[path[-1]] = value
    answer = _imported(core, content)
    assert answer["signal"] == "error"
    assert named in answer["data"]["message"]
    assert (core.world.dump(), core.tick_number, core.running) == (before, tick, True)


@pytest.mark.parametrize("part", ["agents", "packages"])
def test_complaints_stay_readable(part: str) -> None:
    """What stands where an id should be is not repeated at length."""
    core = _core(1.0)
    content = _exported(core)
    content[part][0]["id"] = [content["metadata"]] * 100
    assert len(_imported(core, content)["data"]["message"]) < 300


@given(st.data())
def test_no_mutation_of_a_file_harms_the_engine(data: st.DataObject) -> None:
    """Whatever is put in place of any part of a file, the answer is one signal and the world remains sound."""
    core = EngineCore(small_world(trucks=4, network=grid_network(side=5)), Pace(20, 20.0))
    run(core.world, 1.0)
    content = _exported(core)
    place: Any = content
    while True:
        key = data.draw(st.sampled_from(sorted(place) if isinstance(place, dict) else list(range(len(place)))))
        inner = place[key]
        if not isinstance(inner, (dict, list)) or not inner or data.draw(st.integers(0, 3)) == 0:
            break
        place = inner
    junk = st.none() | st.booleans() | st.integers(-(2**62), 2**62) | st.floats(allow_nan=False, allow_infinity=False)
    place[key] = data.draw(junk | st.text(max_size=5) | st.lists(junk, max_size=3) | st.dictionaries(st.text(), junk))
    answer = _imported(core, content)
    assert answer["signal"] in ("simulation.state_imported", "error")
    assert "internal fault" not in json.dumps(answer)
    core.tick()
    core.snapshot(1)


def test_an_order_from_outside_comes_back_with_all_it_has() -> None:
    """Quantities, windows, service times, equipment and terms, waiting or not known yet; and what a truck has for it."""
    core = EngineCore(small_world(trucks=0, network=grid_network(rate=0.0)), Pace(20, 20.0))
    core.world.apply(CreateTruck("t", TruckSpec(capacities={"pallets": 18.0}, equipment=("adr", "tail_lift"))))
    for order_id, known in (("now", None), ("later", 7200.0)):
        core.world.apply(
            CreateOrder(
                order_id,
                "site-0",
                "site-1",
                {"size": 5.0, "pallets": 3.0},
                latest_pickup=36_000.0,
                latest_delivery=72_000.0,
                known_from=known,
                earliest_pickup=10_000.5,
                earliest_delivery=20_000.5,
                pickup_service_s=30.0,
                delivery_service_s=40.0,
                requirements=["adr"],
                value_ducats=77.0,
                late_loss_per_s=0.0,
                failure_fine_share=2.0,
            )
        )
    other = EngineCore(small_world(trucks=1), Pace(20, 20.0))
    assert _imported(other, _exported(core))["signal"] == "simulation.state_imported"
    for orders in (World.packages, World.announced_packages):
        assert [replace(view, agent_id=None, order_status=OrderStatus.OPEN) for view in orders(other.world)] == [
            replace(view, agent_id=None, order_status=OrderStatus.OPEN) for view in orders(core.world)
        ]
    (truck,) = (other.world.agent(truck_id) for truck_id in other.world.truck_ids())
    assert (truck.capacities, truck.equipment) == ({"pallets": 18.0}, ("adr", "tail_lift"))
