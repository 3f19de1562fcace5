"""The conformance checklist of the protocol (section 14) and its resolutions, against a real server over a real socket."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from spine.network.generate import PRESETS
from support.server import Client, Server, running_server

_MAP: dict[str, Any] = {
    **PRESETS["reference"],
    "map_width": 3000,
    "map_height": 2500,
    "num_major_centers": 1,
    "minor_per_major": 1,
    "seed": 91,
}
_TRUCK_DIFF = {
    "id", "kind", "max_speed_kph", "capacity", "loaded_packages", "current_speed_kph", "current_node", "current_edge",
    "route", "route_start_node", "route_end_node", "current_building_id", "driving_time_s", "resting_time_s",
    "is_resting", "balance_ducats", "risk_factor", "is_seeking_parking", "is_seeking_idle_parking",
    "original_destination", "fuel_tank_capacity_l", "current_fuel_l", "co2_emitted_kg", "is_seeking_gas_station",
    "is_fueling",
}  # fmt: skip
_TRUCK_FULL = _TRUCK_DIFF | {
    "inbox_count", "outbox_count", "tags", "edge_progress_m", "destination", "required_rest_s",
    "fueling_liters_needed", "delivery_queue", "is_loading", "is_unloading", "loading_progress_s", "loading_target_s",
    "broker_id",
}  # fmt: skip


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server whose world is emptied before each test."""
    with running_server() as running:
        yield running


@pytest.fixture(scope="module")
def untouched() -> Iterator[Server]:
    """A server with an empty world that no test changes."""
    with running_server() as running:
        yield running


@pytest.fixture
def looker(untouched: Server) -> Iterator[Client]:
    """A client of the untouched server."""
    with untouched.client() as connected:
        yield connected


@pytest.fixture
def client(server: Server) -> Iterator[Client]:
    """A client of it, with an empty world."""
    with server.client() as connected:
        connected.empty_world()
        yield connected


def _with_map(client: Client) -> dict[str, Any]:
    answer = client.ask("map.create", **_MAP)
    assert answer["signal"] == "map.created", answer
    return answer["data"]  # type: ignore[no-any-return]


def test_health_and_first_words(server: Server, client: Client) -> None:
    """Healthy; nothing is said to a newcomer of an empty world, map and agents once there is one."""
    assert server.get("/health")["status"] == "healthy"
    assert client.ask("agent.list")["data"] == {"total": 0, "agents": [], "tick": 0}
    assert len(client.heard) == 1
    _with_map(client)
    with server.client() as second:
        assert [second.next()["signal"] for _ in range(3)] == ["map.created", "agent.listed", "simulation.updated"]
        assert all("request_id" not in message for message in second.heard)


def test_a_map_is_previewed_before_it_is_made(server: Server, client: Client) -> None:
    """Beyond the page: what will come out is told to the asker alone, also while a world runs, and nothing is made."""
    before = _with_map(client)
    client.ask("simulation.start")
    with server.client() as other:
        other.ask("agent.list")
        told = client.ask("map.preview", **{**_MAP, "seed": 5})
        assert told["signal"] == "map.previewed"
        refused = client.ask("map.preview", **{**_MAP, "map_width": -5})
        assert refused["signal"] == "error"
        assert "map_width" in refused["data"]["message"]
        other.ask("agent.list")
        assert "map.previewed" not in {message["signal"] for message in other.heard}
    client.ask("simulation.stop")
    assert server.get("/api/map")["seed"] == before["seed"]
    made = client.ask("map.create", **{**_MAP, "seed": 5})["data"]
    stations = sum(
        building["type"] == "gas_station" for node in made["graph"]["nodes"] for building in node["buildings"]
    )
    assert told["data"]["sites"] == made["generated_sites"]
    assert told["data"]["parkings"] == made["generated_parkings"]
    assert told["data"]["gas_stations"] == stations
    assert told["data"]["nodes"] == pytest.approx(made["generated_nodes"], rel=0.25)


@pytest.mark.parametrize(
    "text",
    [
        "{bad", "7", "null", "[]", "{}", '{"action": "X"}', '{"action": "a.b", "params": null}', "hello", '"x"',
        '{"action": "agent.list", "params": {"a": NaN}}', '{"action": "agent.list", "params": {"a": 1e999}}',
        '{"action": "agent.list", "action": "agent.list"}', '{"action": "agent.list", "params": {"a": "\\ud800"}}',
        '{"action": "agent.list", "params": {"a": ' + "[" * 5000 + "]" * 5000 + "}}",
        '{"action": "agent.list", "params": {"a": ' + "9" * 5000 + "}}",
        '{"action": 5}', '{"action": "agent.list; drop", "params": {}}',
    ],
)  # fmt: skip
def test_what_is_no_action_gets_one_error_of_both_shapes(looker: Client, text: str) -> None:
    """One unicast error that old and new clients understand; the connection goes on."""
    client = looker
    client.websocket.send(text)
    error = client.next()
    assert error["signal"] == error["type"] == error["status"] == "error"
    assert error["data"]["code"] == "GENERIC_ERROR"
    assert error["message"] == error["data"]["message"]
    assert "\n" not in error["message"]
    assert client.ask("agent.list")["signal"] == "agent.listed"
    assert len(client.heard) == 2


def test_binary_frames_get_an_error(looker: Client) -> None:
    """A binary frame is answered, not fatal."""
    client = looker
    client.websocket.send(b"\x00\x01")
    assert client.next()["type"] == "error"
    assert client.ask("agent.list")["signal"] == "agent.listed"


@pytest.mark.parametrize(
    ("action", "params", "named"),
    [
        ("no.such", {}, "no.such"),
        ("simulation.start", {"tick_rate": 0}, "tick_rate"),
        ("simulation.start", {"tick_rate": 101}, "tick_rate"),
        ("simulation.start", {"tick_rate": 2.5}, "tick_rate"),
        ("simulation.start", {"tick_rate": True}, "tick_rate"),
        ("simulation.start", {"speed": 0}, "speed"),
        ("simulation.start", {"speed": 3601}, "speed"),
        ("simulation.start", {"speed": "fast"}, "speed"),
        ("simulation.update", {}, "tick_rate"),
        ("simulation.pause", {}, "not running"),
        ("simulation.resume", {}, "not paused"),
        ("agent.create", {}, "agent_id"),
        ("agent.create", {"agent_id": "", "agent_kind": "truck"}, "agent_id"),
        ("agent.create", {"agent_id": "x", "agent_kind": "plane"}, "agent_kind"),
        ("agent.create", {"agent_id": "x", "agent_kind": "truck"}, "map"),
        ("agent.create", {"agent_id": "x", "agent_kind": "truck", "agent_data": {"capacity": 600}}, "agent_data.capacity"),
        ("agent.create", {"agent_id": "x", "agent_kind": "broker", "agent_data": {"balance_ducats": -1}}, "balance_ducats"),
        ("agent.create", {"agent_id": "x", "agent_kind": "broker", "agent_data": None}, "agent_data"),
        ("agent.describe", {"agent_id": "nobody"}, "nobody"),
        ("agent.describe", {}, "agent_id"),
        ("agent.delete", {"agent_id": 7}, "agent_id"),
        ("agent.update", {"agent_id": "nobody", "agent_data": {}}, "nobody"),
        ("agent.list", {"agent_kind": 3}, "agent_kind"),
        ("map.create", {}, "map_width"),
        ("map.create", {**_MAP, "gridness": 2, "seed": -1}, "seed"),
        ("map.export", {"filename": 3}, "filename"),
        ("map.import", {"file_content": "not base64!"}, "base64"),
        ("map.import", {"file_content": base64.b64encode(b"{}").decode()}, "nodes"),
        ("map.import", {}, "file_content"),
        ("building.create", {"building_type": "silo", "building_id": "b", "node_id": 0}, "building_type"),
        ("map.import", {"file_content": "e30=", "filename": "/etc/passwd"}, "filename"),
        ("simulation.export_state", {"filename": "../up"}, "filename"),
        ("building.create", {"building_type": "parking", "building_id": "b"}, "node_id"),
        ("building.create", {"building_type": "parking", "building_id": "b", "node_id": 5, "capacity": 3}, "node"),
    ],
)  # fmt: skip
def test_every_failed_action_gets_exactly_one_error_that_names_the_field(
    untouched: Server, looker: Client, action: str, params: dict[str, Any], named: str
) -> None:
    """One error with the request id, to the asker alone."""
    client = looker
    with untouched.client() as other:
        error = client.ask(action, **params)
        assert error["signal"] == "error"
        assert error["data"]["code"] == "GENERIC_ERROR"
        assert error["data"]["tick"] == 0
        assert named in error["data"]["message"]
        assert client.ask("agent.list")["signal"] == "agent.listed"
        assert len(client.heard) == 2
        assert other.ask("agent.list")["signal"] == "agent.listed"
        assert len(other.heard) == 1


def test_pauses_without_effect_are_silent_without_a_request_id(client: Client) -> None:
    """Who does not correlate answers hears nothing."""
    client.websocket.send('{"action": "simulation.pause"}')
    client.websocket.send('{"action": "simulation.resume", "request_id": 7}')
    assert client.ask("agent.list")["signal"] == "agent.listed"
    assert len(client.heard) == 1


def test_the_run_states(client: Client) -> None:
    """Start works anywhere, update too; pause, resume and stop answer; map.create is refused while running or paused."""
    _with_map(client)
    assert client.ask("simulation.update", tick_rate=25, speed=3.5)["data"] == {"tick_rate": 25, "speed": 3.5}
    assert client.ask("simulation.start", tick_rate=30.0)["data"] == {"tick_rate": 30, "speed": 3.5}
    assert client.ask("simulation.start")["signal"] == "simulation.started"
    assert "running" in client.ask("map.create", **_MAP)["data"]["message"]
    assert client.ask("simulation.pause")["signal"] == "simulation.paused"
    assert client.ask("simulation.pause")["signal"] == "simulation.paused"
    assert client.ask("map.create", **_MAP)["signal"] == "error"
    assert client.ask("simulation.start")["signal"] == "simulation.started"
    assert client.ask("simulation.pause")["signal"] == "simulation.paused"
    assert client.ask("simulation.resume")["signal"] == "simulation.resumed"
    assert client.ask("simulation.stop")["data"] == {}
    assert client.ask("simulation.stop")["signal"] == "simulation.stopped"
    assert client.ask("map.create", **_MAP, extra=1, generated_nodes=3, graph={})["signal"] == "map.created"


def test_after_a_stop_everybody_gets_the_picture_again(server: Server, client: Client) -> None:
    """Issue: front ends clear their panels on stop, so the connect snapshot follows."""
    _with_map(client)
    with server.client() as other:
        other.signal("simulation.updated")
        client.ask("simulation.start")
        client.ask("simulation.stop")
        other.signal("simulation.stopped")
        assert [other.next()["signal"] for _ in range(3)] == ["map.created", "agent.listed", "simulation.updated"]


def test_map_created_has_exactly_its_keys(client: Client) -> None:
    """31 keys; ids in the graph are text; edges and nodes have disjoint numbers; one-way in, text out."""
    data = _with_map(client)
    assert len(data) == 31
    assert set(PRESETS["reference"]) < set(data)
    assert {type(item["id"]) for item in [*data["graph"]["nodes"], *data["graph"]["edges"]]} == {str}
    assert not {n["id"] for n in data["graph"]["nodes"]} & {e["id"] for e in data["graph"]["edges"]}
    assert data["generated_nodes"] == len(data["graph"]["nodes"])
    assert set(data["graph"]["edges"][0]) == {
        "id", "from_node", "to_node", "length_m", "mode", "road_class", "lanes", "max_speed_kph", "weight_limit_kg",
    }  # fmt: skip
    site = next(b for n in data["graph"]["nodes"] for b in n["buildings"] if b["type"] == "site")
    assert set(site["package_config"]["priority_weights"]) == {
        "Priority.LOW", "Priority.MEDIUM", "Priority.HIGH", "Priority.URGENT",
    }  # fmt: skip


def test_agents_of_every_kind(client: Client) -> None:
    """Full forms have all keys, kinds are known, a second broker and a taken id are refused."""
    _with_map(client)
    truck = client.ask("agent.create", agent_id="t", agent_kind="truck", agent_data={"capacity": 20})["data"]
    assert set(truck) == _TRUCK_FULL
    assert isinstance(truck["current_node"], int)
    assert truck["current_edge"] is None
    broker = client.ask("agent.create", agent_id="b", agent_kind="broker")["data"]
    assert set(broker) == {
        "id", "kind", "inbox_count", "outbox_count", "tags", "balance_ducats", "package_queue", "assigned_packages",
        "known_packages_count", "active_negotiation",
    }  # fmt: skip
    depot = client.ask("agent.create", agent_id="d", agent_kind="building")["data"]
    assert depot["building"] == {"id": "d", "type": "building"}
    assert client.ask("agent.create", agent_id="b2", agent_kind="broker")["signal"] == "error"
    assert client.ask("agent.create", agent_id="t", agent_kind="truck")["signal"] == "error"
    listed = client.ask("agent.list")["data"]
    assert [agent["agent_id"] for agent in listed["agents"]] == ["t", "b", "d"]
    assert listed["total"] == 3
    assert client.ask("agent.list", agent_kind="plane")["data"]["agents"] == []
    assert set(client.ask("agent.describe", agent_id="t")["data"]) == _TRUCK_FULL | {"tick"}


def test_updates_and_deletions_are_answered_at_once(client: Client) -> None:
    """Also while stopped; negative money is shown beside a clamped one; unknown keys become tags."""
    _with_map(client)
    client.ask("agent.create", agent_id="b", agent_kind="broker")
    data = client.ask("agent.update", agent_id="b", agent_data={"balance_ducats": -41.5})["data"]
    assert data == {
        "id": "b", "kind": "broker", "balance_ducats": 0.0, "balance_ducats_signed": -41.5, "queue_size": 0,
        "assigned_count": 0, "has_active_negotiation": False, "agent_id": "b", "tick": 0,
    }  # fmt: skip
    client.ask("agent.create", agent_id="t", agent_kind="truck")
    diff = client.ask("agent.update", agent_id="t", agent_data={"risk_factor": 0.9, "colour": "red"})["data"]
    assert set(diff) == _TRUCK_DIFF | {"agent_id", "tick"}
    assert client.ask("agent.describe", agent_id="t")["data"]["tags"] == {"colour": "red"}
    assert client.ask("agent.update", agent_id="t", agent_data={"route": [1]})["signal"] == "error"
    assert client.ask("agent.delete", agent_id="t")["data"] == {"agent_id": "t", "tick": 0}
    assert client.ask("agent.describe", agent_id="t")["signal"] == "error"


def test_ticks_come_in_their_order(client: Client) -> None:
    """Start, events, agents, buildings, end; numbers rise by one; the clock is the documented one."""
    _with_map(client)
    client.ask("agent.create", agent_id="b", agent_kind="broker")
    for number in range(4):
        client.ask("agent.create", agent_id=f"t{number}", agent_kind="truck")
    client.ask("simulation.start", tick_rate=50, speed=500)
    client.until(lambda message: message["signal"] == "tick.end" and message["data"]["tick"] >= 150)
    order = {"tick.start": 0, "agent.updated": 2, "building.updated": 3, "tick.end": 4}
    begin = next(i for i, message in enumerate(client.heard) if message["signal"] == "tick.start")
    rank, tick = 4, 0
    seen: set[str] = set()
    for message in client.heard[begin:]:
        name, data = message["signal"], message["data"]
        if name in ("simulation.started", "simulation.tick_rate_warning"):
            continue
        if name == "tick.start":
            assert rank == 4
            assert data["tick"] == tick + 1
            tick = data["tick"]
            assert data["time"] == pytest.approx((12.0 + tick * 10.0 / 3600.0) % 24.0, abs=1e-9)
        else:
            assert order.get(name, 1) >= rank % 4 or rank == 0
        if name == "agent.updated" and data["kind"] == "truck":
            assert set(data) - {"balance_ducats_signed"} == _TRUCK_DIFF | {"agent_id", "tick"}
        assert data["tick"] == tick
        rank = order.get(name, 1)
        seen.add(name)
    assert {"package.created", "agent.updated", "building.updated", "event.created"} <= seen
    added = [m["data"] for m in client.heard if m["signal"] == "event.created" and m["data"]["type"] == "agent_added"]
    assert [event["agent_id"] for event in added] == ["b", "t0", "t1", "t2", "t3"]
    born = next(m["data"] for m in client.heard if m["signal"] == "package.created")
    assert set(born) == {
        "id", "package_id", "origin_site", "origin_building_id", "destination_site", "destination_building_id", "size",
        "value_currency", "priority", "urgency", "spawn_tick", "created_at_tick", "pickup_deadline_tick",
        "delivery_deadline_tick", "status", "tick"}  # fmt: skip


def test_export_and_import_of_a_map(server: Server, client: Client) -> None:
    """The graph survives; an import stops, tells, shows the new picture; a broken one changes nothing."""
    _with_map(client)
    client.ask("agent.create", agent_id="t", agent_kind="truck")
    exported = client.ask("map.export", filename="mine")["data"]
    assert exported["filename"] == "mine.smap"
    graph = json.loads(base64.b64decode(exported["file_content"]))
    site = next(b for n in graph["nodes"] for b in n["buildings"] if b["type"] == "site")
    assert set(site["package_config"]["urgency_weights"]) == {"STANDARD", "EXPRESS", "SAME_DAY"}
    client.ask("simulation.start")
    assert client.ask("map.import", file_content="e30=")["signal"] == "error"
    with server.client() as other:
        other.signal("simulation.started")
        content = exported["file_content"][:40] + "\n " + exported["file_content"][40:]
        request = client.send("map.import", file_content=content, filename="mine.smap")
        client.until(lambda message: message.get("request_id") == request)
        names = [message["signal"] for message in client.heard if not message["signal"].startswith("tick")]
        stopped = max(index for index, name in enumerate(names) if name == "simulation.stopped")
        assert names[stopped + 1] == "map.imported"
        assert [client.next()["signal"] for _ in range(3)] == ["map.created", "agent.listed", "agent.updated"]
        other.signal("simulation.stopped")
    again = json.loads(base64.b64decode(client.ask("map.export")["data"]["file_content"]))
    assert [n["id"] for n in again["nodes"]] == [n["id"] for n in graph["nodes"]]
    assert again["edges"] == graph["edges"]


def test_a_new_building_is_checked_in_the_order_of_the_page(client: Client) -> None:
    """The node, then the id, then what the type needs; the one error is about the first that is wrong."""
    _with_map(client)
    lot: dict[str, Any] = {"building_type": "parking", "building_id": "lot", "node_id": 0, "capacity": 3}
    assert client.ask("building.create", **lot)["signal"] == "building.created"
    for params, named in (
        ({**lot, "node_id": 10**9, "capacity": 0}, "node_id"),
        ({**lot, "capacity": 0}, "building_id"),
        ({**lot, "building_id": "new", "capacity": 0}, "capacity"),
        ({**lot, "building_id": "new", "building_type": "gas_station"}, "cost_factor"),
        ({**lot, "building_id": "new", "building_type": "site"}, "name"),
        ({"building_type": "site", "building_id": "new", "node_id": 0, "name": "New", "activity_rate": 1,
          "destination_weights": {"lot": -1}}, "destination_weights"),
    ):  # fmt: skip
        assert client.ask("building.create", **params)["data"]["message"].startswith(named)


def test_new_buildings_take_part(client: Client) -> None:
    """Answered with the full object, shown on a fresh map, unique by id, gone when deleted."""
    _with_map(client)
    answer = client.ask("building.create", building_type="parking", building_id="lot", node_id=0, capacity=3)
    assert answer["data"] == {
        "node_id": 0,
        "building": {"id": "lot", "type": "parking", "capacity": 3, "current_agents": []},
        "tick": 0,
    }
    fresh = client.signal("map.created")
    assert any(b["id"] == "lot" for n in fresh["data"]["graph"]["nodes"] for b in n["buildings"])
    again = client.ask("building.create", building_type="parking", building_id="lot", node_id=0, capacity=3)
    assert again["signal"] == "error"
    assert client.ask("building.delete", building_id="lot")["signal"] == "building.deleted"


def test_buildings_are_configured_over_the_wire(client: Client) -> None:
    """Beyond 8.18: a site is created with its docks and what it sends, and changed while it lives; bad values change nothing."""
    _with_map(client)
    config = {"size_range": [2, 3], "urgency_weights": {"EXPRESS": 1.0}}
    site = client.ask(
        "building.create", building_type="site", building_id="plant", node_id=0, name="Plant", activity_rate=12.5,
        docks=5, loading_rate_tonnes_per_min=2.0, package_config=config, hourly_profile=[1.0] * 168, batch_size_range=[2, 4],
        attraction=7.5,
    )["data"]["building"]  # fmt: skip
    assert (site["capacity"], site["loading_rate_tonnes_per_min"], site["batch_size_range"]) == (5, 2.0, [2, 4])
    assert site["package_config"]["size_range"] == [2.0, 3.0]
    assert (len(site["hourly_profile"]), site["attraction"]) == (168, 7.5)
    answer = client.ask(
        "building.update",
        building_id="plant",
        building_data={"docks": 2, "package_config": {"value_range_currency": [5, 6]}},
    )
    assert answer["signal"] == "building.updated"
    changed = answer["data"]["building"]
    assert (changed["capacity"], changed["activity_rate"], changed["batch_size_range"]) == (2, 12.5, [2, 4])
    assert changed["package_config"]["value_range_currency"] == [5.0, 6.0]
    assert (changed["package_config"]["size_range"], changed["attraction"]) == ([2.0, 3.0], 7.5)
    client.ask(
        "building.create", building_type="gas_station", building_id="pump", node_id=0, capacity=1, cost_factor=1.0
    )
    pump = client.ask("building.update", building_id="pump", building_data={"cost_factor": 1.2})["data"]["building"]
    assert (pump["capacity"], pump["cost_factor"]) == (1, 1.2)
    for building, data, named in (
        ("plant", {"docks": 0}, "capacity"),
        ("plant", {"hourly_profile": [1.0]}, "hourly_profile"),
        ("plant", {"attraction": -1}, "attraction"),
        ("plant", {"package_config": 3}, "package_config"),
        ("plant", {"colour": 3}, "colour"),
        ("pump", {"cost_factor": "much"}, "cost_factor"),
        ("pump", {"docks": 2}, "docks"),
        ("nowhere", {}, "nowhere"),
    ):
        refused = client.ask("building.update", building_id=building, building_data=data)
        assert refused["signal"] == "error"
        assert named in refused["data"]["message"]


def _ends(message: dict[str, Any], tick: int) -> bool:
    return bool(message["signal"] == "tick.end" and message["data"]["tick"] == tick)


def test_newcomers_see_the_running_world(server: Server, client: Client) -> None:
    """Snapshot first, then the stream without a gap or a double; late and early joiners agree with the server."""
    _with_map(client)
    client.ask("agent.create", agent_id="b", agent_kind="broker")
    for number in range(3):
        client.ask("agent.create", agent_id=f"t{number}", agent_kind="truck")
    client.ask("simulation.start", tick_rate=50, speed=100)
    client.until(lambda message: message["signal"] == "tick.end" and message["data"]["tick"] >= 30)
    with server.client() as late:
        first = [late.next() for _ in range(3)]
        assert [message["signal"] for message in first] == ["map.created", "agent.listed", "simulation.started"]
        shown = late.signal("tick.end")["data"]["tick"]
        assert late.signal("tick.start")["data"]["tick"] == shown + 1
        client.ask("simulation.pause")
        late.signal("simulation.paused")
        client.ask("agent.list")
        state = server.get("/api/state")
        for one in (client, late):
            # Both are compared with the server at the same tick, however late they hear of it.
            if not any(_ends(message, state["tick"]) for message in one.heard):
                one.until(lambda message: _ends(message, state["tick"]))
            picture = {}
            for message in one.heard:
                if message["signal"] == "agent.updated":
                    picture[message["data"]["agent_id"]] = message["data"]
            for agent in state["agents"]:
                if agent["kind"] == "truck":
                    for name in ("current_node", "current_edge", "route", "loaded_packages", "current_building_id"):
                        assert picture[agent["id"]][name] == agent[name]


def test_large_and_oversized_messages(server: Server) -> None:
    """16 MiB are accepted, what is over the limit closes with 1009, and others do not notice."""
    with server.client() as client, server.client() as other:
        padding = "x" * (16 * 2**20 - 200)
        assert client.ask("agent.list", padding=padding)["signal"] == "agent.listed"
        with pytest.raises(ConnectionClosed) as closed:
            client.ask("agent.list", padding="x" * (65 * 2**20))
        assert closed.value.rcvd is None or closed.value.rcvd.code == 1009
        assert other.ask("agent.list")["signal"] == "agent.listed"
