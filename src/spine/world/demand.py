"""Random demand: when sites send orders, and which ones.

Births are a Poisson process, thinned where the rate changes over the day (Lewis and Shedler 1979): candidates come at the
highest rate of the profile, each is kept with the ratio of the present rate to it. Everything about birth n of a site is drawn
from (seed, site, when the site came into the world, n), so nothing else in the world can change it.

The gap to the next candidate is drawn once, as an exponential number of mean 1, and used up at the candidates' rate (the time change
of a Poisson process). A rate that changes meanwhile makes what is left of the gap longer or shorter, and nothing is drawn anew.
"""

from __future__ import annotations

from math import log
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from spine.world import intake
from spine.world.agenda import Due
from spine.world.calendar import SECONDS_PER_HOUR
from spine.world.causes import RefusalCause
from spine.world.draws import Stream, pick
from spine.world.model import SiteState
from spine.world.orders import DRAWN_ID_PREFIX, Order
from spine.world.state import State
from spine.world.terms import value_of

_DRAWS_PER_ORDER = 8
_MOST_CACHED_WEIGHTS = 8_000_000
"""The cache of cumulative weights grows with the square of the number of sites; beyond this size it is cleared."""

_LATER_DELIVERY_S = (1800.0, 3600.0)
"""A delivery window that would close before the pickup window is replaced by the end of the pickup window plus a time uniform in this."""


class _Arrival(NamedTuple):
    gap: float
    keep: float
    batch: float


def _arrival(state: State, site: SiteState, index: int) -> _Arrival:
    return _Arrival(*state.draws.uniforms(Stream.ARRIVAL, site.spec.id, site.stream + index, 3))


_MILLISECONDS = 1000
_DRAWS_PER_MILLISECOND = 1 << 20
_STREAMS = 1 << 43


def begin_births(state: State, site: SiteState) -> None:
    """Begin the demand of a site that comes into the world now, and put its first candidate birth on the agenda.

    A site that is created again later gets new draws: otherwise one that is created again every hour would repeat the same hour.
    """
    site.stream = int(state.now * _MILLISECONDS) % _STREAMS * _DRAWS_PER_MILLISECOND
    _next_gap(state, site)


def follow_rate(state: State, site: SiteState) -> None:
    """Move the pending candidate birth to where the site's changed rate puts it; nothing changes when the rate is the same."""
    rate = _peak_rate(site)
    if rate == site.birth_rate:
        return
    if site.birth_rate > 0.0:
        site.birth_gap = max(0.0, site.birth_gap - (state.now - site.birth_since) * site.birth_rate / 3600.0)
    _schedule_birth(state, site, rate)


def _next_gap(state: State, site: SiteState) -> None:
    site.birth_gap = -log(1.0 - _arrival(state, site, site.births).gap)
    _schedule_birth(state, site, _peak_rate(site))


def _schedule_birth(state: State, site: SiteState, rate: float) -> None:
    """Schedule the candidate at the end of the present gap; none for a site without activity, whose gap is not used up."""
    site.birth_rate, site.birth_since = rate, state.now
    site.birth_version += 1
    if rate > 0.0:
        state.agenda.put(state.now + site.birth_gap / rate * 3600.0, Due.BIRTH, site.spec.id, site.birth_version)


def _peak_rate(site: SiteState) -> float:
    """Return the highest rate of births an hour: `activity_rate` counts orders, and a birth brings a batch of them."""
    return site.spec.activity_rate * max(site.spec.hourly_profile, default=1.0) / _mean_batch(site)


def _mean_batch(site: SiteState) -> float:
    return sum(site.spec.batch_size_range) / 2.0


def _rate_share(state: State, site: SiteState) -> float:
    """Return the present rate as a share of the peak rate."""
    profile = site.spec.hourly_profile
    if not profile:
        return 1.0
    hour = round(state.config.calendar.week_s(state.now) / SECONDS_PER_HOUR, 10)
    return profile[int(hour) % len(profile)] / max(profile)


def birth(state: State, site: SiteState) -> list[Order]:
    """Settle a candidate birth: return the orders born (none when thinned out) and plan the next candidate."""
    arrival = _arrival(state, site, site.births)
    site.births += 1
    born: list[Order] = []
    if arrival.keep < _rate_share(state, site):
        smallest, largest = site.spec.batch_size_range
        count = smallest + int(arrival.batch * (largest - smallest + 1))
        for _ in range(count):
            order = _draw(state, site)
            if order is not None and intake.accept(state, order):
                born.append(order)
    _next_gap(state, site)
    return born


def _draw(state: State, site: SiteState) -> Order | None:
    """Draw one order; None, and an event, when no destination is possible. The draw does not depend on the fleet."""
    index = site.serial
    site.serial += 1
    draws = state.draws.uniforms(Stream.PACKAGE, site.spec.id, site.stream + index, _DRAWS_PER_ORDER)
    profile = site.spec.packages
    size = _between(profile.size_range, draws[1])
    destination = _destination(state, site, draws[0])
    if destination is None:
        intake.refuse_demand(state, site.spec.id, size, RefusalCause.NO_DESTINATION)
        return None
    priority = pick(profile.priority_weights, draws[3])
    urgency = pick(profile.urgency_weights, draws[4])
    pickup_s = _between(profile.pickup_window_s, draws[5])
    delivery_s = _between(profile.delivery_window_s, _share_of_window(profile.urgency_weights, urgency, draws[6]))
    if delivery_s <= pickup_s:
        delivery_s = pickup_s + _between(_LATER_DELIVERY_S, draws[7])
    return Order(
        id=f"{DRAWN_ID_PREFIX}{site.spec.id}-{index}",
        origin=site.spec.id,
        destination=destination,
        size=size,
        value=value_of(_between(profile.value_range, draws[2]), priority, urgency),
        priority=priority,
        urgency=urgency,
        created=state.now,
        pickup_deadline=state.now + pickup_s,
        delivery_deadline=state.now + delivery_s,
        earliest_pickup=state.now,
        earliest_delivery=state.now,
    )


def _share_of_window(weights: tuple[float, ...], urgency: int, uniform: float) -> float:
    """Return where in the range of delivery windows an order falls: the more urgent, the shorter its window.

    Each urgency has the part of the range that is its share of the orders, so that the windows of all of them together stay uniform.
    """
    more_urgent = sum(weights[urgency + 1 :])
    return (more_urgent + uniform * weights[urgency]) / sum(weights)


def expected_refusals(state: State) -> dict[RefusalCause, float]:
    """Return the share of all demand that will be refused at birth, per cause, for the sites and the fleet there are now."""
    demand = 0.0
    refused = dict.fromkeys(RefusalCause, 0.0)
    for site in state.sites.values():
        profile = site.spec.hourly_profile
        rate = site.spec.activity_rate * (sum(profile) / len(profile) if profile else 1.0)
        demand += rate
        if rate > 0.0 and _destination(state, site, 0.0) is None:
            refused[RefusalCause.NO_DESTINATION] += rate
        elif state.config.refuse_oversize and state.largest_capacity > 0.0:
            refused[RefusalCause.OVERSIZE] += rate * _share_above(site.spec.packages.size_range, state.largest_capacity)
    return {cause: amount / demand if demand else 0.0 for cause, amount in refused.items()}


def _share_above(bounds: tuple[float, float], limit: float) -> float:
    """Return the share of a uniform distribution that lies above a limit."""
    low, high = bounds
    if limit < low or limit >= high:
        return 0.0 if limit >= high else 1.0
    return (high - limit) / (high - low)


def _between(bounds: tuple[float, float], uniform: float) -> float:
    return bounds[0] + (bounds[1] - bounds[0]) * uniform


def _destination(state: State, site: SiteState, uniform: float) -> str | None:
    """Draw a destination by the policy's weights; None when no other site can be one."""
    cumulative = state.destination_cache.get(site.spec.id)
    if cumulative is None:
        cumulative = _cumulative(state, site)
        if len(state.destination_cache) * len(cumulative) > _MOST_CACHED_WEIGHTS:
            state.destination_cache.clear()
        state.destination_cache[site.spec.id] = cumulative
    total = float(cumulative[-1]) if len(cumulative) else 0.0
    if total <= 0.0:
        return None
    at = int(np.searchsorted(cumulative, uniform * total, side="right"))
    return state.site_order()[min(at, len(cumulative) - 1)]


def _cumulative(state: State, site: SiteState) -> NDArray[np.float64]:
    return np.cumsum(np.asarray(state.policies.destinations.weights(state.view, site.spec.id), dtype=np.float64))
