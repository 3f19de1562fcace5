"""Random actions from several clients at once: in the end everybody's picture is the world's own."""

from __future__ import annotations

import json
from contextlib import ExitStack
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from spine.network.generate import PRESETS
from support.server import Client, Server, running_server

Json = dict[str, Any]
_MAP = {**PRESETS["reference"], "map_width": 2500, "map_height": 2000, "num_major_centers": 1, "minor_per_major": 1}
_WATCHED = (
    "current_node", "current_edge", "route", "route_start_node", "route_end_node", "loaded_packages",
    "current_building_id", "max_speed_kph", "capacity",
)  # fmt: skip
_NAMES = st.sampled_from([f"t{number}" for number in range(6)])
_DATA = st.fixed_dictionaries(
    {},
    optional={
        "capacity": st.sampled_from([3, 4, 24.0, 45, 46, True, "x", None]),
        "initial_fuel_l": st.sampled_from([0, 5, 80.5, -1, 1e300, None]),
        "fuel_tank_capacity_l": st.sampled_from([60, 500, 0]),
        "max_speed_kph": st.sampled_from([30, 90.5, -5]),
        "odd": st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=5),
    },
)


class Picture:
    """What a front end knows: built from signals alone."""

    def __init__(self) -> None:
        self.agents: dict[str, Json] = {}
        self.buildings: dict[str, Json] = {}
        self.run_state = "stopped"
        self.pace: Json = {}
        self.tick: int | None = None

    def hear(self, message: Json) -> None:
        """Take in one signal."""
        name, data = message["signal"], message["data"]
        if name == "map.created":
            nodes = data["graph"]["nodes"]
            self.buildings = {item["id"]: item for node in nodes for item in node["buildings"]}
        elif name == "agent.listed" and message.get("request_id") is None:
            self.agents = {agent["id"]: {} for agent in data["agents"]}
        elif name == "agent.created":
            self.agents[data["id"]] = {}
        elif name == "agent.updated":
            assert data["id"] in self.agents, f"{data['id']} was never announced"
            self.agents[data["id"]] = data
        elif name == "agent.deleted":
            del self.agents[data["agent_id"]]
        elif name == "building.updated":
            self.buildings[data["building_id"]] = data["building"]
        elif name == "building.deleted":
            self.buildings.pop(data["building_id"], None)
        elif name == "tick.end":
            assert self.tick is None or data["tick"] in (self.tick, self.tick + 1)
            self.tick = data["tick"]
        elif name.startswith("simulation."):
            self._hear_state(name.partition(".")[2], data)

    def _hear_state(self, what: str, data: Json) -> None:
        states = {
            "started": "running",
            "resumed": "running",
            "paused": "paused",
            "stopped": "stopped",
            "resetted": "stopped",
        }
        self.run_state = states.get(what, self.run_state)
        if what in ("started", "updated"):
            self.pace = data
        elif what == "state_imported":
            # The one action that may turn the tick counter back.
            self.tick = None

    def compare(self, state: Json) -> None:
        """Hold this picture against the whole state."""
        assert (self.run_state, self.tick) == (state["run_state"], state["tick"])
        assert self.pace == {"tick_rate": state["tick_rate"], "speed": state["speed"]}
        assert set(self.agents) == {agent["id"] for agent in state["agents"]}
        for agent in state["agents"]:
            mine = self.agents[agent["id"]]
            if agent["kind"] == "truck":
                assert {name: mine[name] for name in _WATCHED} == {name: agent[name] for name in _WATCHED}
            elif agent["kind"] == "broker":
                assert mine["queue_size"] == len(agent["package_queue"])
                assert mine["assigned_count"] == len(agent["assigned_packages"])
                assert mine["balance_ducats"] == agent["balance_ducats"]
        assert self.buildings == {building["id"]: building for building in state["buildings"]}
        by_status: dict[str, set[str]] = {"WAITING_PICKUP": set(), "IN_TRANSIT": set()}
        for package in state["packages"]:
            by_status[package["status"]].add(package["id"])
        shown = {package for building in self.buildings.values() for package in building.get("active_packages", ())}
        aboard = {package for agent in self.agents.values() for package in agent.get("loaded_packages", ())}
        assert (shown, aboard) == (by_status["WAITING_PICKUP"], by_status["IN_TRANSIT"])


class Clients(RuleBasedStateMachine):
    """Several clients act as they like on one world."""

    server: Server

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.clients: list[tuple[Client, Picture]] = []
        self.late = 0

    @initialize()
    def begin(self) -> None:
        """An empty world with a small map and two clients."""
        self._join()
        self._ask(0, "simulation.stop")
        for agent in self._ask(0, "agent.list")["data"]["agents"]:
            self._ask(0, "agent.delete", agent_id=agent["id"])
        self._ask(0, "map.create", **_MAP)
        self._ask(0, "agent.create", agent_id="broker", agent_kind="broker")
        self._join()

    def _join(self) -> None:
        client = self.stack.enter_context(self.server.client())
        self.clients.append((client, Picture()))

    def _ask(self, number: int, action: str, **params: Any) -> Json:
        """Send an action and hear everything up to its answer."""
        client, picture = self.clients[number % len(self.clients)]
        request = client.send(action, **params)
        while True:
            message = client.next()
            picture.hear(message)
            if message.get("request_id") == request:
                return message

    @rule(number=st.integers(0, 3), name=_NAMES, data=_DATA)
    def create_truck(self, number: int, name: str, data: Json) -> None:
        self._ask(number, "agent.create", agent_id=name, agent_kind="truck", agent_data=data)

    @rule(number=st.integers(0, 3), name=_NAMES, data=_DATA)
    def update_truck(self, number: int, name: str, data: Json) -> None:
        self._ask(number, "agent.update", agent_id=name, agent_data=data)

    @rule(number=st.integers(0, 3), name=_NAMES)
    def delete_truck(self, number: int, name: str) -> None:
        self._ask(number, "agent.delete", agent_id=name)

    @rule(number=st.integers(0, 3), speed=st.sampled_from([0.001, 50, 1000.0, 3600, 0, 4000]))
    def start(self, number: int, speed: float) -> None:
        self._ask(number, "simulation.start", tick_rate=100, speed=speed)

    @rule(number=st.integers(0, 3), action=st.sampled_from(["stop", "pause", "resume", "update"]))
    def change_run(self, number: int, action: str) -> None:
        self._ask(number, f"simulation.{action}")

    @rule(number=st.integers(0, 3), count=st.integers(1, 30))
    def let_it_run(self, number: int, count: int) -> None:
        """Hear some ticks, if there are any."""
        if self._ask(number, "simulation.start", tick_rate=100, speed=1000)["signal"] == "simulation.started":
            client, picture = self.clients[number % len(self.clients)]
            for _ in range(count):
                while True:
                    message = client.next()
                    picture.hear(message)
                    if message["signal"] == "tick.end":
                        break

    @rule(number=st.integers(0, 3), name=st.sampled_from(["lot", "pump", "mill"]), kind=st.integers(0, 2))
    def create_building(self, number: int, name: str, kind: int) -> None:
        params: list[Json] = [
            {"building_type": "parking", "capacity": 2},
            {"building_type": "gas_station", "capacity": 1, "cost_factor": 1.5},
            {"building_type": "site", "name": "Mill", "activity_rate": 60},
        ]
        answer = self._ask(number, "building.create", building_id=name, node_id=0, **params[kind])
        if answer["signal"] == "building.created":
            # Front ends learn of a building by the map; a run hides that until somebody reconnects.
            for _, picture in self.clients:
                picture.buildings.setdefault(name, answer["data"]["building"])

    @rule(number=st.integers(0, 3), name=st.sampled_from(["lot", "pump", "mill", "nothing"]))
    def delete_building(self, number: int, name: str) -> None:
        self._ask(number, "building.delete", building_id=name)

    @rule(number=st.integers(0, 3), balance=st.sampled_from([-5.5, 0, 1e6, "much"]))
    def change_the_broker(self, number: int, balance: Any) -> None:
        self._ask(number, "agent.update", agent_id="broker", agent_data={"balance_ducats": balance})

    @rule(number=st.integers(0, 3), kind=st.sampled_from(["broker", "building"]))
    def replace_an_agent(self, number: int, kind: str) -> None:
        self._ask(number, "agent.delete", agent_id=kind)
        self._ask(number, "agent.create", agent_id=kind, agent_kind=kind)

    @rule(number=st.integers(0, 3), seed=st.integers(1, 3))
    def create_a_map(self, number: int, seed: int) -> None:
        """Refused unless stopped."""
        self._ask(number, "map.create", **{**_MAP, "seed": seed})

    @rule(number=st.integers(0, 3))
    def reset(self, number: int) -> None:
        assert self._ask(number, "simulation.reset")["signal"] == "simulation.resetted"

    @rule(number=st.integers(0, 3), text=st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
    def talk_nonsense(self, number: int, text: str) -> None:
        client, picture = self.clients[number % len(self.clients)]
        client.websocket.send(text)
        while True:
            message = client.next()
            picture.hear(message)
            if message["signal"] == "error" and message.get("type") == "error":
                break

    @precondition(lambda self: len(self.clients) < 4)
    @rule()
    def somebody_joins(self) -> None:
        self._join()

    @rule(number=st.integers(0, 3))
    def map_goes_round(self, number: int) -> None:
        """Export and import again: everybody is placed anew."""
        content = self._ask(number, "map.export")["data"]["file_content"]
        assert self._ask(number, "map.import", file_content=content)["signal"] == "map.imported"

    @rule(number=st.integers(0, 3))
    def state_goes_round(self, number: int) -> None:
        """The same with everything in it; the clock goes back by what has run meanwhile."""
        content = self._ask(number, "simulation.export_state")["data"]["file_content"]
        answer = self._ask(number, "simulation.import_state", file_content=content)
        assert answer["signal"] == "simulation.state_imported"

    def teardown(self) -> None:
        """Run a little, pause, and compare all pictures with the world."""
        try:
            if self.clients:
                self.let_it_run(0, 3)
                self._ask(0, "simulation.pause")
                for number in range(len(self.clients)):
                    # Whoever has its answer has heard everything before it.
                    self._ask(number, "agent.list")
                state = self.server.get("/api/state")
                for _, picture in self.clients:
                    picture.compare(state)
        finally:
            self.stack.close()


@pytest.mark.slow
def test_all_pictures_are_the_world() -> None:
    """Whatever several clients do at once, all end with the same picture as `/api/state`."""
    with running_server(SPINE_ACTIONS_PER_SECOND="100000") as server:
        machine = type("ClientsOfThisServer", (Clients,), {"server": server})
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=12,
                stateful_step_count=20,
                suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
            ),
        )
        assert json.dumps(server.get("/api/summary"))
