"""`order.*` over the engine's core: answers, errors, what subscribers hear and others do not, pages, dates, and the same after a replay."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine.engine.core import EngineCore
from spine.engine.run_state import Pace
from spine.ipc import EVERYBODY, PLAIN, Message
from spine.protocol.signals import ORDER_SIGNALS, check_signal
from spine.scenario.dates import calendar_from, moment_of, zone_named
from spine.world import CreateBroker, CreateTruck, TruckSpec, World, WorldConfig
from support.trials import trials
from support.worlds import grid_network

Json = dict[str, Any]
_PLAIN, _SUBSCRIBED = 1, 2


def _core(trucks: int = 2, **config: Any) -> EngineCore:
    """Return a running core without demand of its own, with a plain client and one that has subscribed to orders."""
    world = World(grid_network(rate=0.0), WorldConfig(seed=5, **config))
    world.apply(CreateBroker("broker"))
    for index in range(trucks):
        world.apply(CreateTruck(f"t{index}", TruckSpec(capacity=20.0)))
    core = EngineCore(world, Pace(20, 1200.0), running=True)
    core.connect(_PLAIN)
    core.connect(_SUBSCRIBED)
    _ask(core, "stream.subscribe", orders=True)
    return core


def _ask(core: EngineCore, action: str, **params: Any) -> Json:
    """Return the answer to an action of the subscribed client; answers about orders are for it alone."""
    outcome = core.handle(_SUBSCRIBED, json.dumps({"action": action, "params": params, "request_id": "q"}))
    for message in outcome.messages:
        check_signal(json.loads(message.body))
    assert outcome.answer is not None
    if action.startswith("order."):
        assert [message.receiver for message in outcome.messages] == [_SUBSCRIBED]
    answer: Json = json.loads(outcome.answer.body)
    return answer


def _create(core: EngineCore, order_id: str = "A", **fields: Any) -> Json:
    usual = {
        "order_id": order_id,
        "origin": "site-0",
        "destination": "site-1",
        "mass_t": 0.8,
        "latest_delivery": 80_000,
    }
    return _ask(core, "order.create", **{**usual, **fields})


def _heard(messages: list[Message], receiver: int) -> list[Json]:
    heard = [json.loads(message.body) for message in messages if message.receiver == receiver]
    for signal in heard:
        check_signal(signal)
    return heard


def _play(core: EngineCore, ticks: int = 400) -> tuple[list[Json], list[Json]]:
    """Return what plain clients hear in some ticks, and what the subscribed one hears of orders."""
    plain: list[Json] = []
    orders: list[Json] = []
    for _ in range(ticks):
        messages = core.tick()
        plain += [signal for receiver in (PLAIN, EVERYBODY) for signal in _heard(messages, receiver)]
        channels = {message.receiver for message in messages} - {PLAIN, EVERYBODY}
        for channel in channels:
            orders += [signal for signal in _heard(messages, channel) if signal["signal"] in ORDER_SIGNALS]
    return plain, orders


def test_an_order_is_followed_by_those_who_subscribed_and_is_a_package_to_all_others() -> None:
    """Both hear of the same deliveries; no plain client hears of an order, and no order but this one is told of."""
    core = _core()
    created = _create(core, pickup_service_min=5, revenue=100)
    assert created["signal"] == "order.created"
    assert (created["data"]["status"], created["request_id"]) == ("awarded", "q")
    plain, orders = _play(core)
    names = [signal["signal"] for signal in orders]
    assert names == ["order.created", "order.assigned", "order.picked_up", "order.delivered"]
    assert {signal["data"]["order_id"] for signal in orders} == {"A"}
    assert orders[-1]["data"]["lateness_s"] == 0
    times = [signal["data"]["elapsed_s"] for signal in orders]
    assert times == sorted(times)
    assert times[0] == 0
    packages = [signal["signal"] for signal in plain if signal["signal"].startswith(("package.", "order."))]
    assert packages == ["package.created", "package.picked_up", "package.delivered"]


def test_who_wants_orders_only_gets_no_packages() -> None:
    """`events` and `orders` are chosen apart."""
    core = _core()
    _ask(core, "stream.subscribe", orders=True, events=False, agent_kinds=[], buildings=False)
    _create(core)
    messages = [message for _ in range(400) for message in core.tick()]
    channel = {message.receiver for message in messages} - {PLAIN, EVERYBODY}
    names = {signal["signal"] for signal in _heard(messages, channel.pop())}
    assert names == {
        "tick.start", "tick.end", "order.created", "order.assigned", "order.picked_up", "order.delivered",
    }  # fmt: skip


def test_a_cancelled_order_is_gone_for_everybody() -> None:
    """A plain client hears that its package has left the world, at no loss; a subscribed one hears why."""
    core = _core()
    _create(core)
    answer = _ask(core, "order.cancel", order_id="A")
    assert (answer["signal"], answer["data"]["status"], answer["data"]["vehicle"]) == (
        "order.cancelled",
        "awarded",
        "t0",
    )
    plain, orders = _play(core, 3)
    assert [signal["signal"] for signal in orders][-1] == "order.cancelled"
    (expired,) = [signal for signal in plain if signal["signal"] == "package.expired"]
    assert (expired["data"]["package_id"], expired["data"]["value_lost"]) == ("A", 0)
    assert _ask(core, "order.describe", order_id="A")["data"]["message"].startswith("order_id: there is no order 'A'")
    assert core.query("summary")["orders_cancelled"] == 1  # type: ignore[index]


def test_a_cancelled_order_that_nobody_knew_of_is_told_to_subscribers_alone() -> None:
    """Plain clients never heard that it would come."""
    core = _core()
    assert _create(core, known_from=40_000)["data"]["status"] == "announced"
    assert _ask(core, "order.describe", order_id="A")["data"]["known_from"] == 40_000
    _ask(core, "order.cancel", order_id="A")
    plain, orders = _play(core, 3)
    assert [signal["signal"] for signal in orders] == ["order.cancelled"]
    assert not [signal for signal in plain if signal["signal"].startswith("package.")]


def test_a_changed_order_is_described_as_it_was_given() -> None:
    """Every field that can be given comes back by its name and in its unit."""
    core = _core(trucks=0)
    given: Json = {
        "mass_t": 1.3, "quantities": {"boxes": 7.0}, "earliest_pickup": 100.0, "latest_pickup": 3000.0,
        "earliest_delivery": 200.0, "latest_delivery": 9000.0, "pickup_service_min": 5.0, "delivery_service_min": 2.5,
        "requirements": ["adr", "tail_lift"], "priority": "HIGH", "revenue": 70.0,
    }  # fmt: skip
    _create(core)
    updated = _ask(core, "order.update", order_id="A", order_data={**given, "pallets": 3})
    assert updated["signal"] == "order.updated"
    assert set(updated["data"]["changed"]) == set(given) - {"mass_t"}
    described = _ask(core, "order.describe", order_id="A")["data"]
    assert described == {**described, **given, "quantities": {"boxes": 7.0, "pallets": 3.0}, "vehicle": None}
    windows = [[100.0, 200.0], [300.0, 9000.0]]
    _ask(core, "order.update", order_id="A", order_data={"delivery_windows": windows, "latest_pickup": 250})
    described = _ask(core, "order.describe", order_id="A")["data"]
    assert (described["delivery_windows"], described["latest_delivery"]) == (windows, 9000.0)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"order_id": "taken"}, "order_id: 'taken' is already used by an order"),
        ({"order_id": "pkg-7"}, "order_id: 'pkg-7' begins with 'pkg-'"),
        ({"origin": "nowhere"}, "origin: there is no site 'nowhere'"),
        ({"origin": "lot-0"}, "origin: there is no site 'lot-0'"),
        ({"destination": "site-0"}, "destination: 'site-0' is also the origin"),
        ({"mass_t": 0}, "quantities: at least one must be greater than 0"),
        ({"mass_t": "1"}, "mass_t: '1' must be a number"),
        ({"quantities": {"size": 3}}, "quantities.size: is given beside it; the mass is mass_t, in tonnes"),
        ({"latest_delivry": 5}, "latest_delivry: Extra inputs are not permitted"),
        ({"latest_delivery": -5}, "latest_pickup: -5 must be greater than 0"),
        ({"known_from": -5}, "known_from: -5 must be at least 0"),
        (
            {"latest_delivery": "2026-03-02T15:10"},
            "latest_delivery: '2026-03-02T15:10' is no number, and this world has",
        ),
        ({"latest_delivery": True}, "latest_delivery: must be simulated seconds since the start, or a date and time"),
        ({"delivery_windows": [[1, 2]]}, "delivery_windows: earliest_delivery and latest_delivery must be left out"),
        ({"priority": "high"}, "priority: "),
        ({"pickup_service_min": 1441}, "pickup_service_min: "),
    ],
)
def test_a_bad_order_changes_nothing_and_names_the_field(fields: Json, message: str) -> None:
    """As for every action: one error for the asker."""
    core = _core()
    _create(core, "taken")
    before = core.world.dump()
    answer = _create(core, **fields)
    assert answer["signal"] == "error"
    assert answer["data"]["message"].startswith(message)
    assert core.world.dump() == before


def test_an_order_larger_than_every_truck_is_refused_and_counted() -> None:
    """The answer says so, and so does the signal; the demand counts in the service level."""
    core = _core()
    created = _create(core, mass_t=3.0)
    assert (created["signal"], created["data"]["status"]) == ("order.created", "refused")
    _, orders = _play(core, 2)
    assert [(signal["signal"], signal["data"]["reason"]) for signal in orders] == [("order.refused", "oversize")]
    assert core.query("summary")["packages_rejected"] == 1  # type: ignore[index]


def test_an_order_may_be_loaded_at_once() -> None:
    """A truck that stands at its origin docks as soon as it is awarded."""
    core = _core(trucks=0)
    node = core.world.building("site-0").node_id
    core.world.apply(CreateTruck("there", TruckSpec(start_node=node)))
    assert _create(core)["data"]["status"] == "loading"


def test_an_order_aboard_is_neither_cancelled_nor_loaded_anew() -> None:
    """Each error names how far it is."""
    core = _core()
    _create(core)
    while _ask(core, "order.describe", order_id="A")["data"]["status"] != "aboard":
        core.tick()
    cancelled = _ask(core, "order.cancel", order_id="A")
    assert cancelled["data"]["message"].startswith("order_id: 'A' is aboard; only orders that are not aboard yet can")
    changed = _ask(core, "order.update", order_id="A", order_data={"mass_t": 1})
    assert changed["data"]["message"].startswith("quantities: cannot be changed while the order is aboard")
    assert _ask(core, "order.update", order_id="A", order_data={"latest_delivery": 90_000})["signal"] == "order.updated"


def test_without_latest_times_an_order_can_wait_for_ever() -> None:
    """As in order lists; the windows of the delivery also end those of the pickup."""
    core = _core(trucks=0)
    _create(core, "A", latest_delivery=None)
    _create(core, "B", latest_delivery=None, delivery_windows=[[0, 10], [20, 5_000]])
    orders = _ask(core, "order.list")["data"]["orders"]
    assert [(order["latest_pickup"], order["latest_delivery"]) for order in orders] == [(1e9, 1e9), (5_000, 5_000)]


def test_pages_of_orders_hold_what_was_asked_for() -> None:
    """All pages together are all orders, once; states and texts choose."""
    core = _core()
    for number in range(7):
        _create(core, f"A-{number}", known_from=50_000 if number < 3 else None, destination=f"site-{1 + number % 2}")
    pages = [_ask(core, "order.list", offset=offset, most=3)["data"] for offset in range(0, 9, 3)]
    assert [page["total"] for page in pages] == [7, 7, 7]
    ids = [order["order_id"] for page in pages for order in page["orders"]]
    assert sorted(ids) == [f"A-{number}" for number in range(7)]
    assert ids[-3:] == ["A-0", "A-1", "A-2"]
    assert sum(pages[0]["counts"].values()) == 7
    assert pages[0]["counts"]["announced"] == 3
    announced = _ask(core, "order.list", status=["announced"])["data"]
    assert [order["order_id"] for order in announced["orders"]] == ["A-0", "A-1", "A-2"]
    found = _ask(core, "order.list", text="SITE-2")["data"]
    assert {order["destination"] for order in found["orders"]} == {"site-2"}
    assert found["total"] == 3
    by_truck = _ask(core, "order.list", text="t0")["data"]["orders"]
    assert by_truck
    assert all(order["vehicle"] == "t0" and order["planned_delivery"] > 0 for order in by_truck)
    assert "most" in _ask(core, "order.list", most=1001)["data"]["message"]


def test_times_can_be_dates_where_the_world_has_some() -> None:
    """With an offset and as local time, before and after clocks are put forward."""
    zone = zone_named("Europe/Warsaw")
    core = _core(trucks=0, calendar=calendar_from(moment_of("2026-03-28T06:00", zone), "Europe/Warsaw", []))
    _create(
        core,
        earliest_pickup="2026-03-28T07:30",
        latest_pickup="2026-03-28T09:00:00+01:00",
        earliest_delivery="2026-03-28T08:00Z",
        latest_delivery="2026-03-29T06:00",
    )
    order = _ask(core, "order.describe", order_id="A")["data"]
    hours = [
        order[name] / 3600 for name in ("earliest_pickup", "latest_pickup", "earliest_delivery", "latest_delivery")
    ]
    assert hours == [1.5, 3.0, 3.0, 23.0]
    for wrong in ("2026-03-29", "2026-03-29T02:30", "tomorrow", "15:10", "9"):
        assert _create(core, "B", latest_delivery=wrong)["data"]["message"].startswith("latest_delivery: ")


_WISHES = st.lists(
    st.one_of(
        st.tuples(st.just("order.create"), st.integers(0, 6), st.floats(0.1, 2.5), st.integers(0, 30_000)),
        st.tuples(st.just("order.update"), st.integers(0, 6), st.floats(0.1, 2.5), st.integers(0, 60_000)),
        st.tuples(st.just("order.cancel"), st.integers(0, 6), st.just(0.0), st.just(0)),
        st.tuples(st.just("tick"), st.integers(1, 60), st.just(0.0), st.just(0)),
    ),
    max_size=25,
)


@trials(8)
@given(_WISHES)
def test_listening_to_orders_changes_nothing_and_the_same_actions_lead_to_the_same_world(
    wishes: list[tuple[str, int, float, int]],
) -> None:
    """What a journal replays, in a world nobody listens to, ends bit for bit where the live one does; every signal is as its model says."""
    heard, silent = _core(), _core()
    silent.disconnect(_PLAIN)
    silent.disconnect(_SUBSCRIBED)
    known: set[str] = set()
    for action, number, mass_t, time in wishes:
        if action == "tick":
            for signal in _play(heard, number)[1]:
                order_id = signal["data"]["order_id"]
                assert (order_id in known) == (signal["signal"] not in ("order.created", "order.refused"))
                (
                    known.discard
                    if signal["signal"] in ("order.cancelled", "order.expired", "order.delivered")
                    else known.add
                )(order_id)
                if signal["signal"] == "order.refused":
                    known.discard(order_id)
            silent.catch_up(number)
            continue
        params: Json = {"order_id": f"o-{number}"}
        if action == "order.create":
            params |= {
                "origin": "site-0",
                "destination": "site-1",
                "mass_t": mass_t,
                "latest_pickup": time,
                "latest_delivery": 2 * time,
            }
        elif action == "order.update":
            params |= {"order_data": {"mass_t": mass_t, "latest_delivery": time}}
        for core in (heard, silent):
            core.handle(_SUBSCRIBED, json.dumps({"action": action, "params": params}))
    assert heard.world.dump() == silent.world.dump()
