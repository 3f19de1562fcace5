"""What docs/protocol.md promises, action by action, against a real server over a real socket."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from spine.network.generate import PRESETS
from support.server import Client, Json, Server, as_file, of_file, running_server

_MAP: Json = {
    **PRESETS["reference"], "map_width": 3000, "map_height": 2500, "num_major_centers": 1, "minor_per_major": 1, "seed": 91,
}  # fmt: skip
_PLACEHOLDERS: Json = {
    "num_major_centers": 1, "minor_per_major": 0, "center_separation": 1, "urban_sprawl": 1, "local_density": 1,
    "rural_density": 0, "intra_connectivity": 0, "inter_connectivity": 1, "arterial_ratio": 0, "gridness": 0,
    "ring_road_prob": 0, "highway_curviness": 0, "rural_settlement_prob": 0, "urban_sites_per_km2": 0,
    "rural_sites_per_km2": 0, "urban_parkings_per_km2": 0, "rural_parkings_per_km2": 0, "urban_gas_stations_per_km2": 0,
    "rural_gas_stations_per_km2": 0, "urban_activity_rate_range": [0, 0], "rural_activity_rate_range": [0, 0],
    "gas_station_capacity_range": [1, 1], "gas_station_cost_factor_range": [1, 1], "seed": 0,
}  # fmt: skip
_CITY_WEIGHTS = {"LOW": 0.25, "MEDIUM": 0.5, "HIGH": 0.2, "URGENT": 0.05}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server whose world is emptied before each test."""
    with running_server() as running:
        yield running


@pytest.fixture
def client(server: Server) -> Iterator[Client]:
    """A client of it, with an empty world."""
    with server.client() as connected:
        connected.empty_world()
        yield connected


def _site(name: str, rate: float, weights: Json, patience: int, qualified: bool = False) -> Json:
    prefix = "Priority." if qualified else ""
    return {
        "id": name, "type": "site", "capacity": 3, "current_agents": [], "name": name.title(), "activity_rate": rate,
        "loading_rate_tonnes_per_min": 0.5, "destination_weights": weights,
        "package_config": {
            "size_range": [2.0, 8.0], "value_range_currency": [100.0, 100.0], "pickup_deadline_range_ticks": [patience, 2 * patience],
            "delivery_deadline_range_ticks": [3 * patience, 9 * patience],
            "priority_weights": {prefix + key: value for key, value in _CITY_WEIGHTS.items()},
            "urgency_weights": {"STANDARD": 1.0},
        },
        "active_packages": [],
        "statistics": {"packages_generated": 0, "packages_picked_up": 0, "packages_delivered": 0, "packages_expired": 0,
                       "total_value_delivered": 0.0, "total_value_expired": 0.0},
    }  # fmt: skip


def _ring(rate: float = 30.0, patience: int = 9000, **extra: list[Json]) -> Json:
    """A square of two-way roads, 0-1-2 the short way; node 0 has site a and a parking, node 2 site b; edges count from 0 too."""
    buildings = {
        0: [_site("a", rate, {"b": 1.0}, patience, qualified=True), {"id": "lot", "type": "parking", "capacity": 9}],
        2: [
            _site("b", rate, {"a": 1.0}, patience),
            {"id": "pump", "type": "gas_station", "capacity": 2, "cost_factor": 1.0},
        ],
    }
    corners = [(0, 0), (800, 0), (800, 800), (0, 800)]
    nodes = [
        {"id": str(n), "x": x, "y": y, "buildings": buildings.get(n, []) + extra.get(f"node{n}", [])}
        for n, (x, y) in enumerate(corners)
    ]
    links = [(n, (n + 1) % 4) for n in range(4)]
    edges = [
        {"id": str(i), "from_node": str(one), "to_node": str(other), "length_m": 800.0 if 3 not in (one, other) else 2000.0,
         "mode": 1, "road_class": "G",
         "lanes": 2, "max_speed_kph": 50.0, "weight_limit_kg": None}
        for i, (one, other) in enumerate([*links, *[(b, a) for a, b in links]])
    ]  # fmt: skip
    return {"nodes": nodes, "edges": edges}


def _run_until(client: Client, tick: int, **pace: Any) -> None:
    """Run until a tick has ended, and pause."""
    client.ask("simulation.start", **pace)
    client.until(lambda message: message["signal"] == "tick.end" and message["data"]["tick"] >= tick)
    client.ask("simulation.pause")


def test_every_action_of_the_page_has_exactly_one_answer(server: Server, client: Client) -> None:
    """One signal with the request id; answers to questions and exports go to the asker, the rest to all."""
    first: list[tuple[str, Json, str]] = [
        ("map.create", _MAP, "map.created"),
        ("agent.create", {"agent_id": "b", "agent_kind": "broker"}, "agent.created"),
        ("agent.create", {"agent_id": "t", "agent_kind": "truck"}, "agent.created"),
        ("agent.update", {"agent_id": "b", "agent_data": {"balance_ducats": 5}}, "agent.updated"),
        ("building.create", {"building_type": "parking", "building_id": "p", "node_id": 0, "capacity": 2},
         "building.created"),
        ("simulation.update", {"tick_rate": 25}, "simulation.updated"),
        ("simulation.start", {}, "simulation.started"),
        ("simulation.pause", {}, "simulation.paused"),
        ("simulation.resume", {}, "simulation.resumed"),
        ("simulation.stop", {}, "simulation.stopped"),
        ("agent.delete", {"agent_id": "t"}, "agent.deleted"),
    ]  # fmt: skip
    questions: list[tuple[str, Json, str]] = [
        ("agent.describe", {"agent_id": "b"}, "agent.described"),
        ("agent.list", {}, "agent.listed"),
        ("map.export", {"filename": "m"}, "map.exported"),
        ("simulation.export_state", {"filename": "s.ssave"}, "simulation.state_exported"),
    ]
    with server.client() as other:
        other.settle()
        answers = {}
        for action, params, signal in first + questions:
            answers[action] = client.ask(action, **params)
            assert answers[action]["signal"] == signal
        for action in ("map.import", "simulation.import_state"):
            content = answers["map.export" if action == "map.import" else "simulation.export_state"]["data"]
            answer = client.ask(action, **content)
            assert (answer["signal"], answer["data"]) == (
                {"map.import": "map.imported"}.get(action, "simulation.state_imported"),
                {"filename": content["filename"]},
            )
        assert answers["map.export"]["data"]["filename"] == "m.smap"
        assert answers["simulation.export_state"]["data"]["filename"] == "s.ssave"
        mine, theirs = client.settle(), other.settle()
    ids = [message["request_id"] for message in mine if "request_id" in message]
    assert len(ids) == len(set(ids)) == len(first) + len(questions) + 2
    private = {signal for _, _, signal in questions}
    told = [message["signal"] for message in mine if "request_id" in message and message["signal"] not in private]
    assert [message["signal"] for message in theirs if "request_id" in message] == told
    for action in ("map.export", "simulation.export_state", "map.import", "simulation.import_state"):
        refusal = client.ask(action, filename=7, file_content="e30=")
        assert "filename" in refusal["data"]["message"]


def test_every_one_of_the_26_parameters_is_needed(client: Client) -> None:
    """Without any one of them no map, and the refusal names it; seeds end at their bound."""
    for name in PRESETS["reference"]:
        params = {key: value for key, value in _MAP.items() if key != name}
        assert name in client.ask("map.create", **params)["data"]["message"]
    for seed in (-1, 2**32, 0.5, True):
        assert "seed" in client.ask("map.create", **{**_MAP, "seed": seed})["data"]["message"]
    one = client.ask("map.create", **{**_MAP, "seed": 7.0})["data"]
    assert client.ask("map.create", **one)["data"] == one, "what the front end sends back makes the same map"


def test_the_clock_of_the_page(client: Client) -> None:
    """With 10 ticks a second at speed 5, tick 7200 is 13:00; a change of speed makes the clock neither jump nor fall back."""
    save = {
        "graph": _ring(), "agents": [], "packages": [],
        "metadata": {"tick": 7195, "dt_s": 0.5, "now_s": 3597, "time_min": 59, "global_fuel_price": 5, "current_day": 0},
    }  # fmt: skip
    client.ask("simulation.import_state", file_content=as_file(save))
    _run_until(client, 7200, tick_rate=10, speed=5)
    ends = {m["data"]["tick"]: m["data"] for m in client.heard if m["signal"] == "tick.end"}
    assert ends[7200] == {"tick": 7200, "time": 13.0, "day": 1}
    last = max(ends)
    client.heard.clear()
    _run_until(client, last + 3, tick_rate=20, speed=200)
    after = next(m["data"] for m in client.heard if m["signal"] == "tick.end" and m["data"]["tick"] == last + 1)
    assert (after["time"] - ends[last]["time"]) * 3600 == pytest.approx(10.0, abs=1e-6)


def test_a_state_survives_the_round_trip(client: Client) -> None:
    """Graph, tick, clock, agents of every kind, packages and price come back; other weight names are understood."""
    client.ask("map.import", file_content=as_file(_ring(200.0)))
    client.ask("agent.create", agent_id="b", agent_kind="broker", agent_data={"balance_ducats": 700})
    client.ask("agent.create", agent_id="d", agent_kind="building")
    for name in ("t1", "t2"):
        client.ask("agent.create", agent_id=name, agent_kind="truck")
    _run_until(client, 60, tick_rate=100, speed=1000)
    assert client.ask("simulation.stop")["signal"] == "simulation.stopped"
    first = client.ask("simulation.export_state")
    client.empty_world()
    assert client.ask("simulation.import_state", file_content=first["data"]["file_content"])["signal"] == (
        "simulation.state_imported"
    )
    client.ask("simulation.update", tick_rate=100, speed=1000)
    one, two = of_file(first), of_file(client.ask("simulation.export_state"))
    assert one["graph"] == two["graph"]
    assert one["metadata"] == two["metadata"]
    assert one["metadata"]["tick"] >= 60
    assert one["packages"] == two["packages"]
    assert [(a["id"], a["kind"], a["tags"]) for a in one["agents"]] == [
        (a["id"], a["kind"], a["tags"]) for a in two["agents"]
    ]
    for before, after in zip(one["agents"], two["agents"], strict=True):
        # The rest is followed from where the trucks are: the same to within rounding, arrivals estimated anew.
        same = ("balance_ducats", "loaded_packages", "current_node", "current_edge", "route", "route_start_node", "route_end_node",
                "current_building_id", "is_loading", "is_unloading", "broker_id", "assigned_packages", "package_queue")  # fmt: skip
        for name in set(same) & set(before):
            assert after[name] == before[name], (before["id"], name)
    weights = next(b for n in two["graph"]["nodes"] for b in n["buildings"] if b["id"] == "a")["package_config"]
    assert weights["priority_weights"] == _CITY_WEIGHTS


def test_an_import_tells_everything_in_its_order(server: Server, client: Client) -> None:
    """Stopped, answer, who is gone, map, agents; a broken file changes nothing, not even the run state."""
    client.ask("map.create", **_MAP)
    client.ask("agent.create", agent_id="t", agent_kind="truck")
    save = client.ask("simulation.export_state")["data"]["file_content"]
    for name in ("late", "later"):
        client.ask("agent.create", agent_id=name, agent_kind="truck")
    client.ask("simulation.start")
    broken = [
        {"file_content": as_file({"graph": {"nodes": []}})},
        {"file_content": as_file([])},
        {"file_content": save[:-7]},
        {},
    ]
    for params in broken:
        assert client.ask("simulation.import_state", **params)["signal"] == "error"
    assert server.get("/api/state")["run_state"] == "running"
    with server.client() as other:
        other.signal("tick.end")
        client.ask("simulation.import_state", file_content=save)
        heard = [m for m in other.settle() if not m["signal"].startswith("tick.")]
    told = [m["signal"] for m in heard][[m["signal"] for m in heard].index("simulation.stopped") :]
    assert told[:6] == [
        "simulation.stopped", "simulation.state_imported", "agent.deleted", "agent.deleted", "map.created", "agent.listed",
    ]  # fmt: skip
    assert "request_id" not in next(m for m in heard if m["signal"] == "simulation.stopped")
    assert [m["data"]["agent_id"] for m in heard if m["signal"] == "agent.deleted"] == ["late", "later"]


def test_an_imported_map_has_placeholders_and_all_numbers_count(server: Server, client: Client) -> None:
    """Parameters nobody knows are valid placeholders, node and edge 0 are as good as any, generic buildings stay in files."""
    graph = _ring(200.0, node1=[{"id": "ruin", "type": "castle"}])
    client.ask("map.import", file_content=as_file(graph))
    for number in range(6):
        client.ask("agent.create", agent_id=f"t{number}", agent_kind="truck")
    with server.client() as other:
        shown = other.signal("map.created")["data"]
    expected = {"map_width": 800, "map_height": 800, **_PLACEHOLDERS}
    assert {name: shown[name] for name in expected} == expected
    assert [b["id"] for n in shown["graph"]["nodes"] for b in n["buildings"]] == ["a", "lot", "b", "pump"]
    assert {n["id"] for n in shown["graph"]["nodes"]} == {"0", "1", "2", "3"}
    exported = of_file(client.ask("map.export"))
    assert {"id": "ruin", "type": "building"} in exported["nodes"][1]["buildings"]
    client.ask("agent.create", agent_id="b", agent_kind="broker")
    _run_until(client, 100, tick_rate=100, speed=3000)
    seen = [m["data"] for m in client.heard if m["signal"] == "agent.updated" and m["data"]["kind"] == "truck"]
    edges = {data["current_edge"] for data in seen} - {None}
    assert edges >= {0, 1, 4, 5}, "the short way there and back is used, number 0 too"
    assert all((data["current_node"] is None) != (data["current_edge"] is None) for data in seen)


def test_agents_without_a_map_are_listed_alone(server: Server, client: Client) -> None:
    """With an empty graph and a broker a newcomer hears `agent.listed`, and no map."""
    client.ask("agent.create", agent_id="b", agent_kind="broker")
    with server.client() as other:
        names = [m["signal"] for m in [other.next(), other.next(), other.next()]]
        assert names == ["agent.listed", "simulation.updated", "agent.updated"]
        assert other.settle()[3:] == []


def test_a_paused_world_shows_itself_whole(server: Server, client: Client) -> None:
    """Run state, pace, every truck and broker, busy buildings, the last tick again."""
    client.ask("map.import", file_content=as_file(_ring(200.0)))
    for name, kind in (("b", "broker"), ("t", "truck"), ("d", "building")):
        client.ask("agent.create", agent_id=name, agent_kind=kind)
    _run_until(client, 50, tick_rate=100, speed=500)
    client.settle()
    state = server.get("/api/state")
    with server.client() as other:
        heard = other.settle()
    names = [m["signal"] for m in heard]
    assert names[:4] == ["map.created", "agent.listed", "simulation.started", "simulation.paused"]
    assert heard[2]["data"] == {"tick_rate": 100, "speed": 500.0}
    assert [m["data"]["id"] for m in heard if m["signal"] == "agent.updated"] == ["b", "t"]
    assert {m["data"]["building_id"] for m in heard if m["signal"] == "building.updated"} >= {"a", "b"}
    assert names[-2:] == ["tick.start", "tick.end"]
    assert heard[-1]["data"]["tick"] == state["tick"]


def test_negative_money_passes_everywhere(server: Server, client: Client) -> None:
    """Clamped with the truth beside it where front ends want it, signed in the full form of a truck."""
    client.ask("map.import", file_content=as_file(_ring()))
    client.ask("agent.create", agent_id="b", agent_kind="broker")
    client.ask("agent.create", agent_id="t", agent_kind="truck", agent_data={"initial_balance_ducats": -3.5})
    client.ask("agent.update", agent_id="b", agent_data={"balance_ducats": -10})
    with server.client() as other:
        heard = other.settle()
    listed = {a["id"]: a for a in next(m for m in heard if m["signal"] == "agent.listed")["data"]["agents"]}
    assert listed["t"]["balance_ducats"] == -3.5
    assert (listed["b"]["balance_ducats"], listed["b"]["balance_ducats_signed"]) == (0.0, -10.0)
    diffs = {m["data"]["id"]: m["data"] for m in heard if m["signal"] == "agent.updated"}
    for name, money in (("t", -3.5), ("b", -10.0)):
        assert (diffs[name]["balance_ducats"], diffs[name]["balance_ducats_signed"]) == (0.0, money)
    answer = client.ask("agent.update", agent_id="t", agent_data={"balance_ducats": 1.0})["data"]
    assert answer["balance_ducats"] == 1.0
    assert "balance_ducats_signed" not in answer


def test_who_is_deleted_gives_its_place_back(client: Client) -> None:
    """`agent.deleted` at once, then the building without it; the event comes with the next tick."""
    graph = _ring()
    graph["nodes"][0]["buildings"][1]["current_agents"] = ["t"]
    truck = {"id": "t", "kind": "truck", "current_node": 0, "current_building_id": "lot"}
    save = {"graph": graph, "agents": [truck], "packages": [], "metadata": {"tick": 5, "dt_s": 1.0}}
    client.ask("simulation.import_state", file_content=as_file(save))
    client.settle()
    client.ask("agent.delete", agent_id="t")
    deleted, building = client.settle()
    assert deleted["data"] == {"agent_id": "t", "tick": 5}
    assert (building["signal"], building["data"]["building"]["current_agents"]) == ("building.updated", [])
    client.ask("simulation.start")
    events = [client.signal("event.created")["data"] for _ in range(2)]
    assert events == [
        {"type": "state_restored", "tick": 6},
        {"type": "agent_removed", "agent_id": "t", "agent_kind": "truck", "tick": 6},
    ]


def test_updates_are_whole_or_not_at_all(client: Client) -> None:
    """A bad value refuses all of an update; whole floats are integers, booleans never; kinds and ids are checked."""
    client.ask("map.import", file_content=as_file(_ring()))
    client.ask("agent.create", agent_id="t", agent_kind="truck")
    before = client.ask("agent.describe", agent_id="t")["data"]
    for bad in ({"capacity": 600}, {"max_speed_kph": True}, {"id": "x"}, {"inbox_count": 3}, {"current_fuel_l": 1e9}):
        assert client.ask("agent.update", agent_id="t", agent_data={"risk_factor": 0.1, **bad})["signal"] == "error"
    assert client.ask("agent.describe", agent_id="t")["data"] == before
    client.ask("agent.update", agent_id="t", agent_data={"initial_fuel_l": 3, "tags": {"a": 1}})
    assert client.ask("agent.describe", agent_id="t")["data"]["tags"] == {"a": 1, "initial_fuel_l": 3}
    parking = {"building_type": "parking", "building_id": "p", "node_id": 1.0}
    assert client.ask("building.create", **parking, capacity=True)["signal"] == "error"
    assert client.ask("building.create", **parking, capacity=2.0)["data"]["building"]["capacity"] == 2
    assert client.ask("agent.create", agent_id="x", agent_kind="transport")["signal"] == "error"
    assert client.ask("agent.create", agent_id="", agent_kind="building")["signal"] == "error"


def test_a_new_map_takes_the_agents_along(client: Client) -> None:
    """Trucks stand at nodes of the new map with nothing aboard, the broker has forgotten, packages are gone, the rest stays."""
    client.ask("map.import", file_content=as_file(_ring(300.0)))
    client.ask("agent.create", agent_id="b", agent_kind="broker")
    client.ask("agent.create", agent_id="t", agent_kind="truck", agent_data={"capacity": 30, "risk_factor": 0.9})
    _run_until(client, 100, tick_rate=100, speed=1000)
    assert client.ask("simulation.stop")["signal"] == "simulation.stopped"
    old = client.ask("agent.describe", agent_id="t")["data"]
    tick = client.ask("agent.list")["data"]["tick"]
    client.settle()
    created = client.ask("map.create", **_MAP)["data"]
    after = client.settle()[1:]
    assert [(m["signal"], m["data"]["id"]) for m in after] == [("agent.updated", "b"), ("agent.updated", "t")]
    assert after[1]["data"]["tick"] == tick
    new = client.ask("agent.describe", agent_id="t")["data"]
    assert str(new["current_node"]) in {node["id"] for node in created["graph"]["nodes"]}
    assert (new["route"], new["loaded_packages"], new["delivery_queue"], new["current_building_id"]) == (
        [],
        [],
        [],
        None,
    )
    for name in ("capacity", "risk_factor", "balance_ducats", "current_fuel_l", "co2_emitted_kg"):
        assert new[name] == old[name]
    broker = client.ask("agent.describe", agent_id="b")["data"]
    assert (broker["package_queue"], broker["assigned_packages"], broker["active_negotiation"]) == ([], {}, None)
    assert of_file(client.ask("simulation.export_state"))["packages"] == []


def test_only_waiting_packages_expire_and_the_broker_pays(client: Client) -> None:
    """Without a truck every package expires at its deadline, and the broker is fined half its value."""
    client.ask("map.import", file_content=as_file(_ring(2000.0, patience=40)))
    client.ask("agent.create", agent_id="b", agent_kind="broker")
    client.ask("simulation.start", tick_rate=100, speed=100)
    fine = client.until(
        lambda m: m["signal"] == "event.created" and m["data"].get("event_type") == "pickup_expiry_fine"
    )
    born = {m["data"]["id"]: m["data"] for m in client.heard if m["signal"] == "package.created"}
    gone = [m["data"] for m in client.heard if m["signal"] == "package.expired"]
    package = born[fine["data"]["package_id"]]
    assert fine["data"]["fine"] == pytest.approx(0.5 * package["value_currency"])
    assert gone[0]["package_id"] == package["id"]
    assert gone[0]["site_id"] == package["origin_site"]
    assert gone[0]["value_lost"] == package["value_currency"]
    assert gone[0]["tick"] >= package["pickup_deadline_tick"]
    assert json.dumps(package).count(package["origin_site"]) >= 2


def test_buildings_come_with_a_fresh_map_unless_it_runs(client: Client) -> None:
    """A stopped or paused world shows the new building on a map, a running one only in the answer."""
    client.ask("map.import", file_content=as_file(_ring()))
    client.settle()
    for name, state in (("p1", "stop"), ("p2", "pause"), ("p3", "start")):
        client.ask("simulation.start")
        client.ask(f"simulation.{state}")
        client.settle()
        client.ask("building.create", building_type="parking", building_id=name, node_id=0, capacity=1)
        names = [m["signal"] for m in client.settle() if not m["signal"].startswith("tick.")]
        assert ("map.created" in names) == (state != "start"), state
        assert client.ask("agent.list")["signal"] == "agent.listed"
