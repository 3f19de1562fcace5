"""What policies return, checked: each policy is wrapped in one that refuses, by its name, an answer the world cannot use."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import inf, isnan
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from spine.energy import EnergyModel, LinearEnergy, Path, VehicleClass
from spine.errors import ConfigurationError, PolicyError, quoted
from spine.hours import Arrival, Clock, Duty, HoursRule, Infringement, LogEntry, MustStop, PlainHours, Task
from spine.world.policies.base import Dispatcher, DriverHabit, ParkingRule, PriceProcess
from spine.world.policies.dispatch import ContractNet, Polling
from spine.world.policies.view import Award, OrderView, WorldView

MEMBERS: Final[dict[str, tuple[str, ...]]] = {
    "hours": ("fines", "begin", "after", "must_stop", "arrival", "infringements", "fine"),
    "habit": ("rest_threshold_s", "fuel_threshold_share", "risk_after_fine", "risk_after_rest"),
    "parking": ("search_kph", "search_s", "roadside_fine"),
    "fuel": ("leg", "litres_per_m"),
    "price": ("next_price",),
    "destinations": ("weights",),
    "dispatch": ("award", "award_to"),
}
"""What a policy of each slot must have."""


class _Checked:
    """A policy and the name it is refused by."""

    def __init__(self, policy: Any, name: str) -> None:
        self.policy = policy
        self._name = name

    def _ask(self, question: Callable[..., Any], *arguments: object) -> Any:
        try:
            return question(*arguments)
        except PolicyError:
            raise
        except Exception as error:  # whatever another package's code raises must name that package's policy
            raise PolicyError(f"{self._name}: {question.__name__} failed: {type(error).__name__}: {error}") from error

    def _number(self, what: str, value: object, low: float, high: float = inf, *, above: bool = False) -> float:
        if type(value) is float and low < value < high:
            return value
        number = float(value) if isinstance(value, float | int | np.number) and type(value) is not bool else None
        if number is None or not low <= number <= high or number in (inf, -inf) or (above and number == low):
            bounds = f"from {low:g} to {high:g}" if high < inf else f"{'above' if above else 'of at least'} {low:g}"
            raise PolicyError(f"{self._name}: {what} = {quoted(value)}: must be a finite number {bounds}")
        return number


class CheckedHours(_Checked):
    """An hours rule whose answers are checked."""

    policy: HoursRule

    def __init__(self, policy: HoursRule, name: str) -> None:
        super().__init__(policy, name)
        self.fines = tuple(self._number("fines", fine, 0.0) for fine in policy.fines)

    def begin(self) -> Clock:
        """Return a clock of finite numbers."""
        return self._clock("begin", self._ask(self.policy.begin))

    def after(self, clock: Clock, duty: Duty, start: float, seconds: float) -> Clock:
        """Return a clock of finite numbers."""
        return self._clock("after", self._ask(self.policy.after, clock, duty, start, seconds))

    def must_stop(self, clock: Clock, now: float) -> MustStop:
        """Return times that are numbers."""
        stop = self._ask(self.policy.must_stop, clock, now)
        if not isinstance(stop, MustStop) or not stop.rest_s >= 0.0 or isnan(stop.drive_s) or isnan(stop.until):
            raise PolicyError(
                f"{self._name}: must_stop = {quoted(stop)}: must be a MustStop of numbers, rest_s of at least 0"
            )
        return stop

    def drive_left_s(self, clock: Clock, now: float) -> float:
        """Return what `must_stop` says of the driving alone."""
        stop = self.must_stop(clock, now)
        return min(stop.drive_s, stop.until - now)

    def arrival(self, clock: Clock, now: float, drive_s: float, plan: Sequence[Task] = ()) -> Arrival:
        """Return an arrival that is not before now."""
        found = self._ask(self.policy.arrival, clock, now, drive_s, plan)
        if not isinstance(found, Arrival) or not found.time >= now:
            raise PolicyError(f"{self._name}: arrival = {quoted(found)}: must be an Arrival not before {now:g} s")
        return found

    def infringements(self, log: Sequence[LogEntry]) -> list[Infringement]:
        """Return what the rule finds in a log."""
        return list(self._ask(self.policy.infringements, log))

    def fine(self, excess_s: float) -> float:
        """Return an amount from 0 on, ducats."""
        return self._number("fine", self._ask(self.policy.fine, excess_s), 0.0)

    def _clock(self, what: str, clock: object) -> Clock:
        if not isinstance(clock, Clock) or not (0.0 <= clock.driven_s < inf and 0.0 <= clock.rested_s < inf):
            raise PolicyError(
                f"{self._name}: {what} = {quoted(clock)}: must be a Clock of finite numbers of at least 0"
            )
        return clock


class CheckedHabit(_Checked):
    """A driver's habit whose answers are checked."""

    policy: DriverHabit

    def rest_threshold_s(self, drive_s: float, risk: float, uniform: float) -> float:
        """Return a time from 0 on, seconds."""
        return self._number("rest_threshold_s", self._ask(self.policy.rest_threshold_s, drive_s, risk, uniform), 0.0)

    def fuel_threshold_share(self, risk: float, uniform: float) -> float:
        """Return a share from 0 to 1."""
        return self._number(
            "fuel_threshold_share", self._ask(self.policy.fuel_threshold_share, risk, uniform), 0.0, 1.0
        )

    def risk_after_fine(self, risk: float, uniform: float) -> float:
        """Return a factor from 0 to 1."""
        return self._number("risk_after_fine", self._ask(self.policy.risk_after_fine, risk, uniform), 0.0, 1.0)

    def risk_after_rest(self, risk: float, uniform: float) -> float:
        """Return a factor from 0 to 1."""
        return self._number("risk_after_rest", self._ask(self.policy.risk_after_rest, risk, uniform), 0.0, 1.0)


class CheckedParking(_Checked):
    """A parking rule whose answers are checked."""

    policy: ParkingRule

    def __init__(self, policy: ParkingRule, name: str) -> None:
        super().__init__(policy, name)
        self.search_kph = self._number("search_kph", policy.search_kph, 0.0)

    def search_s(self, uniform: float) -> float:
        """Return a time from 0 on, seconds."""
        return self._number("search_s", self._ask(self.policy.search_s, uniform), 0.0)

    def roadside_fine(self, uniform: float) -> float:
        """Return an amount from 0 on, ducats."""
        return self._number("roadside_fine", self._ask(self.policy.roadside_fine, uniform), 0.0)


class CheckedEnergy(_Checked):
    """A consumption model whose answers are checked."""

    policy: EnergyModel

    def litres_per_m(self, vehicle: VehicleClass, load: float) -> float:
        """Return a consumption above 0, litres per metre."""
        return self._number("litres_per_m", self._ask(self.policy.litres_per_m, vehicle, load), 0.0, above=True)

    def leg(self, path: Path, vehicle: VehicleClass, load: float) -> NDArray[np.float64]:
        """Return rising litres, one per edge."""
        litres = np.asarray(self._ask(self.policy.leg, path, vehicle, load), dtype=np.float64)
        count = len(path.metres)
        if litres.shape != (count,) or not np.all(np.isfinite(litres)) or np.any(np.diff(litres, prepend=0.0) <= 0.0):
            raise PolicyError(
                f"{self._name}: leg: must return {count} finite numbers of litres, each above the one before"
            )
        return litres


class CheckedPrice(_Checked):
    """A price process whose answers are checked."""

    policy: PriceProcess

    def next_price(self, price: float, initial_price: float, uniforms: Sequence[float]) -> float:
        """Return a price above 0, ducats per litre."""
        answer = self._ask(self.policy.next_price, price, initial_price, uniforms)
        return self._number("next_price", answer, 0.0, above=True)


class CheckedDestinations(_Checked):
    """A choice of destinations whose answers are checked."""

    def weights(self, view: WorldView, origin: str) -> list[float]:
        """Return one weight from 0 on per site."""
        answer = self._ask(self.policy.weights, view, origin)
        try:
            found = list(answer)
        except TypeError:
            raise PolicyError(f"{self._name}: weights = {quoted(answer)}: must be a list of numbers") from None
        count = len(view.sites)
        if len(found) != count:
            raise PolicyError(f"{self._name}: {len(found)} weights for {count} sites: must be one per site")
        return [self._number(f"weight {at} of origin {quoted(origin)}", weight, 0.0) for at, weight in enumerate(found)]


class CheckedDispatcher(_Checked):
    """A dispatcher whose awards are checked: the truck, the places in its plan, its capacity at every stop, the figures."""

    policy: Dispatcher

    def award(self, view: WorldView, order: OrderView) -> Award | None:
        """Return an award the world can book."""
        found = self._ask(self.policy.award, view, order)
        return None if found is None else self._checked(view, order, found)

    def award_to(self, view: WorldView, order: OrderView, truck_id: str) -> Award | None:
        """Return an award to this truck the world can book."""
        found = self._ask(self.policy.award_to, view, order, truck_id)
        if found is None:
            return None
        award = self._checked(view, order, found)
        if award.truck_id != truck_id:
            raise PolicyError(
                f"{self._name}: order {quoted(order.id)} was to go to truck {quoted(truck_id)}, "
                f"and is awarded to {quoted(award.truck_id)}"
            )
        return award

    def resequence(self, view: WorldView, truck_id: str) -> Sequence[tuple[str, bool]] | None:
        """Return a sequence of the same stops that can be driven, None to leave the plan as it is."""
        if not hasattr(self.policy, "resequence"):
            return None
        answer = self._ask(self.policy.resequence, view, truck_id)
        if answer is None:
            return None
        truck = view.truck(truck_id)
        present = [(stop.order_id, stop.pickup) for stop in truck.stops]
        sequence = [tuple(stop) for stop in answer]
        where = f"{self._name}: new sequence of truck {quoted(truck_id)}"
        if sorted(map(repr, sequence)) != sorted(map(repr, present)):
            raise PolicyError(f"{where}: must hold the {len(present)} stops of its plan, each once")
        if sequence[: truck.fixed] != present[: truck.fixed]:
            raise PolicyError(f"{where}: the first {truck.fixed} stops are under way and cannot be moved")
        picked_up = {order_id: at for at, (order_id, pickup) in enumerate(sequence) if pickup}
        for at, (order_id, pickup) in enumerate(sequence):
            if not pickup and picked_up.get(order_id, -1) > at:
                raise PolicyError(f"{where}: delivers order {quoted(order_id)} before it is picked up")
        return sequence

    def _checked(self, view: WorldView, order: OrderView, award: object) -> Award:
        where = f"award of order {quoted(order.id)}"
        if not isinstance(award, Award):
            raise PolicyError(f"{self._name}: {where} = {quoted(award)}: must be an Award or None")
        try:
            truck = view.truck(award.truck_id)
        except KeyError:
            raise PolicyError(f"{self._name}: {where}: there is no truck {quoted(award.truck_id)}") from None
        count = len(truck.stops)
        if not truck.fixed <= award.pickup_at <= count:
            raise PolicyError(
                f"{self._name}: {where}: pickup_at = {award.pickup_at}: must be from {truck.fixed} to {count} in this truck's plan"
            )
        if not award.pickup_at < award.delivery_at <= count + 1:
            raise PolicyError(
                f"{self._name}: {where}: delivery_at = {award.delivery_at}: "
                f"must be after the pickup at {award.pickup_at} and at most {count + 1}"
            )
        problem = view.why_not(order, truck.id, award.pickup_at, award.delivery_at)
        if problem is not None:
            raise PolicyError(f"{self._name}: {where} to truck {quoted(truck.id)}: {problem}")
        self._number(f"{where}: cost_s", award.cost_s, -inf)
        pickup_eta = self._number(f"{where}: pickup_eta", award.pickup_eta, view.now)
        self._number(f"{where}: delivery_eta", award.delivery_eta, pickup_eta)
        return award


_WRAPPERS: Final[dict[str, Callable[[Any, str], object]]] = {
    "hours": CheckedHours,
    "habit": CheckedHabit,
    "parking": CheckedParking,
    "fuel": CheckedEnergy,
    "price": CheckedPrice,
    "destinations": CheckedDestinations,
    "dispatch": CheckedDispatcher,
}


_TRUSTED: Final = (PlainHours, LinearEnergy, ContractNet, Polling)
"""Built-in policies on the hot path of every bid: their own tests check them, no wrapper does."""


def checked(slot: str, name: str, policy: object) -> Any:
    """Return a policy wrapped in one that checks its answers.

    Raises:
        ConfigurationError: it lacks what a policy of this slot must have.
        PolicyError: a number it carries is unusable.
    """
    missing = [member for member in MEMBERS[slot] if not hasattr(policy, member)]
    if missing:
        raise ConfigurationError(
            f"policy {slot} = {quoted(name)}: lacks {', '.join(missing)}; see spine.world.policies.base for what it needs"
        )
    if type(policy) in _TRUSTED:
        return policy
    return _WRAPPERS[slot](policy, f"policy {slot} = {quoted(name)}")
