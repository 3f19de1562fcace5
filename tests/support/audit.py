"""What the events of a run must add up to, told from the events alone: lives of packages, fines, money, litres."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

import pytest

from spine.world import World, events
from spine.world.orders import OrderStatus
from spine.world.views import Activity, BrokerView, TruckView

LIMIT_S = 8 * 3600.0
_OVER_HOURS_FOR_A_REASON = (
    Activity.RESTING,
    Activity.WAITING_PARKING,
    Activity.FUELLING,
    Activity.WAITING_PUMP,
    Activity.STRANDED,
)


class Audit:
    """Hears every event of a world to which no command is given after its agents are created."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._time = world.now
        self._balance = {truck: self._truck(truck).balance_ducats for truck in world.truck_ids()}
        self._litres = {truck: self._truck(truck).current_fuel_l for truck in world.truck_ids()}
        self._broker = self._purse()
        self._life: dict[str, list[str]] = defaultdict(list)
        self._overdue: Counter[tuple[float, str]] = Counter()
        self._fined: Counter[tuple[float, str]] = Counter()
        self._dry: set[str] = set()

    def _truck(self, truck_id: str) -> TruckView:
        view = self._world.agent(truck_id)
        assert isinstance(view, TruckView)
        return view

    def _purse(self) -> float:
        broker = self._world.broker_id()
        if broker is None:
            return 0.0
        view = self._world.agent(broker)
        assert isinstance(view, BrokerView)
        return view.balance_ducats

    def hear(self, log: Iterable[events.Event]) -> None:
        """Book events; those of trucks and packages must follow from what was heard before."""
        for event in log:
            assert event.time >= self._time, "time runs backwards"
            self._time = event.time
            match event:
                case events.PackageCreated():
                    self._live(event.package_id, "created", after=())
                case events.PackageAssigned():
                    self._live(event.package_id, "assigned", after=("created", "reoffered"))
                case events.PackageReoffered():
                    self._live(event.package_id, "reoffered", after=("assigned",))
                case events.PackagePickedUp():
                    self._live(event.package_id, "picked up", after=("assigned",))
                case events.PackageDelivered():
                    self._live(event.package_id, "delivered", after=("picked up",))
                case events.PackageExpired():
                    self._live(event.package_id, "expired", after=("created", "assigned", "reoffered", "picked up"))
                case events.OrderCancelled() if event.status is not OrderStatus.ANNOUNCED:
                    self._live(event.order_id, "cancelled", after=("created", "assigned", "reoffered"))
                case events.PaymentReceived():
                    self._broker += event.payment
                case events.ExpiryFined():
                    self._broker -= event.fine
                case events.FuellingCompleted():
                    self._balance[event.agent_id] -= event.total_cost
                    self._litres[event.agent_id] += event.litres
                case events.OutOfFuel():
                    self._dry.add(event.agent_id)
                case events.TruckRescued():
                    self._dry.remove(event.agent_id)
                    self._balance[event.agent_id] -= event.total_cost
                    self._litres[event.agent_id] += event.litres
                case events.RestStarted() if event.driven_s > LIMIT_S:
                    self._overdue[event.time, event.agent_id] += 1
                case events.Penalized():
                    self._fined[event.time, event.agent_id] += 1
                    self._balance[event.agent_id] -= event.penalty_amount
                case events.RoadsideFined():
                    self._balance[event.agent_id] -= event.fine

    def _live(self, package_id: str, what: str, after: tuple[str, ...]) -> None:
        life = self._life[package_id]
        assert (life[-1] in after) if after else not life, (package_id, life, what)
        life.append(what)

    def check(self) -> None:
        """Assert that the present state is what the events say."""
        ends = Counter(life[-1] for life in self._life.values())
        counts = self._world.package_counts()
        assert counts.generated == len(self._life)
        assert (counts.waiting, counts.awarded) == (ends["created"] + ends["reoffered"], ends["assigned"])
        assert (counts.aboard, counts.delivered, counts.expired, counts.cancelled) == (
            ends["picked up"],
            ends["delivered"],
            ends["expired"],
            ends["cancelled"],
        )
        assert self._fined == self._overdue, "one fine per rest that came too late, and no other"
        assert set(self._fined.values()) <= {1}
        assert self._purse() == pytest.approx(self._broker)
        co2 = 0.0
        for truck_id in self._world.truck_ids():
            truck = self._truck(truck_id)
            assert truck.balance_ducats == pytest.approx(self._balance[truck_id])
            burnt = self._litres[truck_id] - truck.current_fuel_l
            assert truck.co2_emitted_kg == pytest.approx(burnt * 2.68, abs=1e-6)
            co2 += truck.co2_emitted_kg
            assert (truck.activity is Activity.STRANDED) == (truck_id in self._dry)
            if truck.driving_time_s > LIMIT_S + 1e-6 and truck.activity not in _OVER_HOURS_FOR_A_REASON:
                assert truck.purpose in ("rest", "fuel"), f"{truck_id} drives on {truck.purpose} after eight hours"
        assert self._world.summary().as_dict()["co2_kg"] == pytest.approx(co2, abs=1e-6)
