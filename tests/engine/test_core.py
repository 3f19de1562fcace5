"""The engine's core without process, pipe or clock: every message against its model, channels, the place of a journal."""

from __future__ import annotations

import json
from typing import Any

import pytest

from spine.engine.action_queue import ActionQueue
from spine.engine.core import EngineCore
from spine.engine.run_state import Pace
from spine.ipc import EVERYBODY, FIRST_CALLER, PLAIN, Message
from spine.protocol.positions import decode_positions
from spine.protocol.signals import check_signal
from spine.world import World, WorldConfig
from support.worlds import grid_network, small_world

Json = dict[str, Any]


def _core(trucks: int = 8, speed: float = 1200.0, **options: Any) -> EngineCore:
    world = small_world(trucks=trucks, network=grid_network(rate=6.0))
    return EngineCore(world, Pace(20, speed), running=True, **options)


def _ask(core: EngineCore, action: str, client: int = 1, **params: Any) -> Json:
    outcome = core.handle(client, json.dumps({"action": action, "params": params, "request_id": "q"}))
    for message in outcome.messages:
        check_signal(json.loads(message.body))
    assert outcome.answer is not None
    answer: Json = json.loads(outcome.answer.body)
    assert answer["request_id"] == "q"
    return answer


def _names(messages: list[Message]) -> list[str]:
    return [json.loads(message.body)["signal"] for message in messages if not message.binary]


def test_every_message_of_a_busy_day_is_as_its_model_says() -> None:
    """Snapshots and ticks of twelve simulated hours with money below zero hold against the strict models."""
    core = _core(trucks=12)
    messages = core.connect(1)
    _ask(core, "agent.update", agent_id="truck-1", agent_data={"balance_ducats": -50})
    _ask(core, "agent.update", agent_id="truck-2", agent_data={"current_fuel_l": 20})
    _ask(core, "agent.create", agent_id="depot", agent_kind="building")
    seen = set()
    for _ in range(720):
        messages += core.tick()
    messages += core.snapshot(2)
    for message in messages:
        signal = json.loads(message.body)
        check_signal(signal)
        seen.add(signal["signal"])
    assert {"package.created", "package.picked_up", "package.delivered", "agent.event", "building.updated"} <= seen


def test_pictures_built_from_diffs_are_the_world() -> None:
    """After every tick the last diff of each truck has the present watched values, and no diff comes twice."""
    core = _core()
    core.connect(1)
    last: dict[str, Json] = {}
    for _ in range(300):
        for message in core.tick():
            signal = json.loads(message.body)
            if signal["signal"] == "agent.updated":
                data = signal["data"]
                assert {**data, "tick": 0} != {**last.get(data["id"], {}), "tick": 0}
                last[data["id"]] = data
        for truck_id in core.world.truck_ids():
            view = core.world.agent(truck_id)
            for name in ("current_node", "current_edge", "current_speed_kph", "current_building_id"):
                assert last[truck_id][name] == getattr(view, name)
            assert tuple(last[truck_id]["route"]) == view.route
            assert tuple(last[truck_id]["loaded_packages"]) == view.loaded_packages


def test_a_snapshot_is_made_once_between_changes() -> None:
    """Five hundred newcomers at once cost one encoding; after a tick or an action it is made anew."""
    core = _core()
    first = core.connect(1)
    second = core.connect(2)
    assert all(one.body is other.body for one, other in zip(first, second, strict=True))
    core.tick()
    assert core.connect(3)[-1].body != first[-1].body
    before = core.snapshot(4)
    _ask(core, "agent.update", agent_id="truck-0", agent_data={"risk_factor": 0.25})
    assert [message.body for message in core.snapshot(4)] != [message.body for message in before]


def test_nothing_is_encoded_while_nobody_listens_and_nothing_is_missed_then() -> None:
    """An unwatched world says nothing; who comes later sees everything that changes from then on."""
    core = _core()
    assert all(core.tick() == [] for _ in range(50))
    core.connect(1)
    assert _names(core.tick())[0] == "tick.start"
    core.disconnect(1)
    assert core.tick() == []


def test_what_is_prepared_has_changed_nothing() -> None:
    """Questions and nonsense change nothing; everything that may change the world says so before it acts."""
    core = _core()
    before = core.world.dump()
    for text, changes in [
        ({"action": "agent.list"}, False),
        ({"action": "stream.subscribe"}, False),
        ({"action": "agent.create", "params": {}}, False),
        ({"action": "no.such"}, False),
        ("nonsense", False),
        ({"action": "agent.create", "params": {"agent_id": "new", "agent_kind": "truck"}}, True),
        ({"action": "simulation.stop"}, True),
    ]:
        prepared = core.prepare(1, json.dumps(text))
        assert prepared.changes is changes, text
    assert core.world.dump() == before
    assert core.running


def test_what_is_refused_is_told_to_its_sender_alone_and_does_not_act() -> None:
    """A refusal from outside, say of the journal, is one error for the sender; what was nonsense stays the same nonsense."""
    core = _core()
    prepared = core.prepare(
        3, json.dumps({"action": "agent.create", "params": {"agent_id": "new", "agent_kind": "truck"}})
    )
    outcome = core.refuse(prepared, "the disk is full")
    assert not outcome.ok
    assert [message.receiver for message in outcome.messages] == [3]
    assert "agent.create: the disk is full" in json.loads(outcome.messages[0].body)["data"]["message"]
    assert "new" not in core.world.agents()
    nonsense = core.prepare(3, "nonsense")
    assert core.refuse(nonsense, "the disk is full") == core.act(nonsense)


@pytest.mark.slow
def test_actions_at_the_same_ticks_make_the_same_world_again() -> None:
    """Ticks caught up at once instead of one by one, the same actions between them, end in the same bytes."""
    core = _core()
    core.connect(1)
    again = _core()
    for ticks, action, params in [
        (1, "agent.create", {"agent_id": "late", "agent_kind": "truck", "agent_data": {"capacity": 10}}),
        (1, "agent.delete", {"agent_id": "truck-3"}),
        (33, "simulation.update", {"speed": 77, "tick_rate": 7}),
        (100, "simulation.reset", {}),
        (0, "simulation.start", {"speed": 3333.3}),
        (200, "agent.update", {"agent_id": "truck-1", "agent_data": {"balance_ducats": -3}}),
        (17, "agent.delete", {"agent_id": "nobody"}),
    ]:
        for _ in range(ticks):
            core.tick()
        again.catch_up(ticks)
        text = json.dumps({"action": action, "params": params})
        assert core.handle(1, text).ok == again.handle(0, text).ok
    assert (again.tick_number, again.world.now) == (core.tick_number, core.world.now)
    assert again.world.dump() == core.world.dump()


def test_a_fault_in_a_handler_is_told_and_harms_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    """An internal fault is one error for its sender, the core goes on."""
    core = _core()
    core.world.network.__dict__["sites"] = None
    core.limits = None  # type: ignore[assignment]  # any broken invariant will do
    answer = _ask(core, "map.import", file_content="e30=")
    assert answer["signal"] == "error"
    assert "internal fault" in answer["data"]["message"]
    assert "Traceback" in capsys.readouterr().err
    assert _ask(core, "agent.list")["signal"] == "agent.listed"


class _BrokenPrice:
    """A policy of a third party that fails when the first price day begins."""

    def next_price(self, price: float, initial_price: float, uniforms: list[float]) -> float:
        raise ZeroDivisionError(f"no market, {price=} {initial_price=} {uniforms=}")


def test_a_fault_in_a_tick_is_told_to_all_and_pauses(capsys: pytest.CaptureFixture[str]) -> None:
    """What fails inside a tick, here a policy of somebody else, is an error, then a pause; clients can still ask."""
    world = World(grid_network(), WorldConfig(price="broken"), extra_policies={"price": {"broken": _BrokenPrice}})
    core = EngineCore(world, Pace(1, 3600.0), running=True)
    live = ActionQueue(core, lambda *_: None)
    core.connect(1)
    messages: list[Message] = []
    while not core.paused:
        messages = live.tick()
    assert _names(messages) == ["error", "simulation.paused"]
    assert {message.receiver for message in messages} == {EVERYBODY}
    assert "no market" in json.loads(messages[0].body)["data"]["message"]
    assert "Traceback" in capsys.readouterr().err
    assert not core.active
    assert _ask(core, "agent.list")["signal"] == "agent.listed"


# Channels


def _subscribed(core: EngineCore, client: int, **wish: Any) -> int:
    outcome = core.handle(client, json.dumps({"action": "stream.subscribe", "params": wish}))
    assert outcome.ok, outcome.messages
    assert outcome.channel is not None
    return outcome.channel


def test_only_the_kinds_somebody_hears_are_told_and_nothing_is_missed_by_who_comes_later() -> None:
    """While all hear of the broker alone no truck is told; a newcomer's picture and diffs are the world all the same."""
    core = _core()
    core.connect(1)
    for _ in range(30):
        core.tick()
    _subscribed(core, 1, agent_kinds=["broker"], events=False, buildings=False)
    kinds = [json.loads(message.body)["data"].get("kind") for _ in range(30) for message in core.tick()]
    assert "broker" in kinds
    assert "truck" not in kinds
    listed = next(message for message in core.connect(2) if b'"agent.listed"' in message.body)
    seen = {agent["id"]: agent for agent in json.loads(listed.body)["data"]["agents"]}
    for _ in range(60):
        for message in core.tick():
            signal = json.loads(message.body)
            if signal["signal"] == "agent.updated" and message.receiver == PLAIN:
                seen[signal["data"]["id"]] = signal["data"]
        for truck_id in core.world.truck_ids():
            view = core.world.agent(truck_id)
            assert seen[truck_id]["current_node"] == view.current_node
            assert seen[truck_id]["current_building_id"] == view.current_building_id
            assert tuple(seen[truck_id]["route"]) == view.route


def test_equal_wishes_share_a_channel_and_answers_reach_all() -> None:
    """Each thing is encoded once per wish; plain clients hear what they always hear."""
    core = _core()
    for client in (1, 2, 3):
        core.connect(client)
    channel = _subscribed(core, 2, rate_hz=5)
    assert _subscribed(core, 3, rate_hz=5) == channel
    assert channel < PLAIN
    receivers = {message.receiver for _ in range(8) for message in core.tick()}
    assert receivers == {PLAIN, channel}
    outcome = core.handle(1, json.dumps({"action": "simulation.update", "params": {"speed": 100}}))
    assert [message.receiver for message in outcome.messages] == [EVERYBODY]


def test_a_rate_limit_thins_ticks_but_loses_no_event() -> None:
    """Of 20 ticks a second 2 are told, with all events in between and the last state of everything."""
    core = _core()
    core.connect(1)
    core.connect(2)
    channel = _subscribed(core, 2, rate_hz=2)
    plain, thin = [], []
    for _ in range(200):
        for message in core.tick():
            (thin if message.receiver == channel else plain).append(message)
    assert _names(thin).count("tick.end") == 20
    kept = [m.body for m in thin if json.loads(m.body)["signal"].startswith(("package.", "event.", "agent.event"))]
    told = [m.body for m in plain if json.loads(m.body)["signal"].startswith(("package.", "event.", "agent.event"))]
    assert kept == told
    for key in {message.key for message in plain if message.key.startswith("agent truck")}:
        last_plain = json.loads([m for m in plain if m.key == key][-1].body)["data"]
        last_thin = json.loads([m for m in thin if m.key == key][-1].body)["data"]
        for name in ("current_node", "current_edge", "route", "loaded_packages"):
            assert last_plain[name] == last_thin[name]


def test_kinds_fields_and_area_narrow_the_stream() -> None:
    """Only the asked kinds and keys; only trucks inside the area, and each once more when it leaves."""
    core = _core(trucks=20)
    core.connect(1)
    area = [0.0, 0.0, 2500.0, 2500.0]
    _subscribed(core, 1, area=area, agent_kinds=["truck"], fields=["current_node"], events=False, buildings=False)
    inside: set[str] = set()
    for _ in range(300):
        for message in core.tick():
            signal = json.loads(message.body)
            if signal["signal"].startswith("tick."):
                continue
            data = signal["data"]
            assert signal["signal"] == "agent.updated"
            assert set(data) == {"id", "kind", "agent_id", "tick", "current_node"}
            view = core.world.agent(data["id"])
            now_inside = 0 <= view.x <= 2500 and 0 <= view.y <= 2500
            assert now_inside or data["id"] in inside
            (inside.add if now_inside else inside.discard)(data["id"])
    assert inside


def test_positions_come_as_binary_frames_with_their_roster() -> None:
    """The roster precedes the first frame and every change of the fleet; frames show where trucks are."""
    core = _core()
    core.connect(1)
    _subscribed(core, 1, agent_kinds=[], events=False, buildings=False, positions_hz=10)
    ids: list[str] = []
    rosters = 0
    for tick in range(40):
        if tick == 20:
            _ask(core, "agent.delete", agent_id="truck-2")
        for message in core.tick():
            if not message.binary:
                signal = json.loads(message.body)
                if signal["signal"] == "stream.roster":
                    ids, rosters = signal["data"]["ids"], rosters + 1
                continue
            frame = decode_positions(message.body)
            assert frame.tick == core.tick_number
            for place, x, y in zip(frame.index.tolist(), frame.x.tolist(), frame.y.tolist(), strict=True):
                view = core.world.agent(ids[place])
                assert (x, y) == (pytest.approx(view.x, abs=0.01), pytest.approx(view.y, abs=0.01))
    assert rosters == 2
    assert len(ids) == 7


def test_unsubscribing_brings_the_plain_stream_back() -> None:
    """The client gets a snapshot first, and its channel ends with its last member."""
    core = _core()
    core.connect(1)
    channel = _subscribed(core, 1, positions_hz=1)
    outcome = core.handle(1, '{"action": "stream.unsubscribe"}')
    assert outcome.channel == PLAIN
    assert _names(outcome.messages)[:3] == ["stream.subscribed", "map.created", "agent.listed"]
    assert all(message.receiver != channel for _ in range(20) for message in core.tick())
    assert not core.handle(1, '{"action": "stream.unsubscribe"}').ok


def test_a_caller_over_http_cannot_subscribe() -> None:
    """There is no stream behind a call."""
    core = _core()
    assert not core.handle(FIRST_CALLER, '{"action": "stream.subscribe"}').ok
