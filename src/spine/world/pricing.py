"""Pricing a path into columns of time, distance and fuel; done here and nowhere else.

A leg is priced once, at departure. Position, fuel and hours between two events are read off its columns by interpolation (`progress`,
`litres_at`, `time_at`); nothing else in the world works out how long an edge takes or what it burns. What makes a road slower, steeper
or dearer changes `price`. Where the path is not known yet there is an estimate (`most_litres_per_s`).
"""

from __future__ import annotations

from math import inf
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from spine.energy import Path, class_of
from spine.world.activities import Activity
from spine.world.leg import Leg
from spine.world.model import Truck
from spine.world.state import State

FASTEST_MPS = 80.0 / 3.6
"""The highest legal speed of a truck: travel times are converted to litres at this speed, so that the estimate is never too low."""


class Price(NamedTuple):
    """A priced path. Every column counts from departure to the end of each edge; shape (n,).

    Attributes:
        seconds: driving time.
        metres: distance.
        litres: fuel burnt.
        toll: toll due, ducats; None where the world has none.
    """

    seconds: NDArray[np.float64]
    metres: NDArray[np.float64]
    litres: NDArray[np.float64]
    toll: NDArray[np.float64] | None = None


class Progress(NamedTuple):
    """How far along its leg a truck is.

    Attributes:
        edge_at: index into the leg's edges.
        metres: driven since departure.
        seconds: driven since departure.
    """

    edge_at: int
    metres: float
    seconds: float


def price(state: State, truck: Truck, edges: NDArray[np.int32], start: float) -> Price:
    """Price a path for a truck that departs at simulated time `start` as it is loaded now."""
    network = state.network
    lengths = network.edge_length_m[edges]
    seconds = _seconds(state, truck, edges, lengths, start)
    metres = np.cumsum(lengths)
    path = Path(edges, metres, seconds, network.edge_class)
    return Price(seconds, metres, state.policies.fuel.leg(path, class_of(truck.gross_t), truck.load))


def driving_times_s(state: State, truck: Truck, edges: NDArray[np.int32], start: float) -> NDArray[np.float64]:
    """Return only the first column of `price`, where nothing but times is needed."""
    return _seconds(state, truck, edges, state.network.edge_length_m[edges], start)


def _seconds(
    state: State, truck: Truck, edges: NDArray[np.int32], lengths: NDArray[np.float64], start: float
) -> NDArray[np.float64]:
    # A limiter may be set so close to 0 that the truck never arrives.
    with np.errstate(divide="ignore", over="ignore"):
        return state.router.traffic.driving_times_s(
            state.config.calendar.week_s(start), edges, lengths, state.edge_speed_mps[edges], truck.max_speed_kph / 3.6
        )


def litres_for(state: State, truck: Truck, metres: float) -> float:
    """Return an estimate of what a truck burns on a distance as it is loaded now, litres."""
    return metres * state.policies.fuel.litres_per_m(class_of(truck.gross_t), truck.load)


def most_litres_per_s(state: State, truck: Truck) -> float:
    """Return an upper estimate of what a truck burns per second of driving as it is loaded now, litres per second."""
    return FASTEST_MPS * state.policies.fuel.litres_per_m(class_of(truck.gross_t), truck.load)


def dry_at_m(litres: NDArray[np.float64], metres: NDArray[np.float64], tank_l: float) -> float:
    """Return the distance at which a tank is empty on a priced path, `inf` when it lasts to the end.

    Args:
        litres, metres: columns of the path.
        tank_l: litres in the tank at departure.
    """
    if litres.item(-1) <= tank_l:
        return inf
    at = int(litres.searchsorted(tank_l, side="right"))
    before_l, before_m = (litres.item(at - 1), metres.item(at - 1)) if at else (0.0, 0.0)
    return before_m + (tank_l - before_l) / (litres.item(at) - before_l) * (metres.item(at) - before_m)


def time_at(leg: Leg, metres: float) -> float:
    """Return the simulated time at which a truck has driven `metres` of its leg, halts so far included."""
    seconds = np.interp(metres, np.concatenate(([0.0], leg.metres)), np.concatenate(([0.0], leg.seconds)))
    return leg.start_time + leg.halted + float(seconds)


def progress(truck: Truck, now: float) -> Progress:
    """Return how far a truck on a leg has come at simulated time `now`."""
    leg = truck.leg
    if leg is None:
        raise ValueError(f"truck {truck.id}: progress asked for while it is not on a leg")
    if truck.activity is Activity.STRANDED:
        metres = leg.dry_at_m
        edge_at = min(int(np.searchsorted(leg.metres, metres, side="left")), len(leg.edges) - 1)
        return Progress(edge_at, metres, time_at(leg, metres) - leg.start_time - leg.halted)
    return point_at(leg, min(max(now - leg.start_time - leg.halted, 0.0), leg.seconds.item(-1)))


def point_at(leg: Leg, seconds: float) -> Progress:
    """Return the point of a leg after some seconds of driving, from 0 to as long as it takes."""
    edge_at = int(leg.seconds.searchsorted(seconds))
    before_s = float(leg.seconds[edge_at - 1]) if edge_at else 0.0
    before_m = float(leg.metres[edge_at - 1]) if edge_at else 0.0
    edge_s = float(leg.seconds[edge_at]) - before_s
    # Where edges bring their times, one may take none.
    share = (seconds - before_s) / edge_s if edge_s > 0.0 else 1.0
    return Progress(edge_at, before_m + share * (float(leg.metres[edge_at]) - before_m), seconds)


def litres_at(leg: Leg, at: Progress) -> float:
    """Return what has been burnt on a leg up to a point, litres: along an edge in proportion to the distance."""
    if at.metres >= leg.metres.item(at.edge_at):
        return leg.litres.item(at.edge_at)
    before_m, before_l = (
        (leg.metres.item(at.edge_at - 1), leg.litres.item(at.edge_at - 1)) if at.edge_at else (0.0, 0.0)
    )
    share = (at.metres - before_m) / (leg.metres.item(at.edge_at) - before_m)
    return before_l + share * (leg.litres.item(at.edge_at) - before_l)


def burnt_l(truck: Truck, now: float) -> float:
    """Return what a truck has burnt on its leg by now, litres; 0 when it is on none."""
    leg = truck.leg
    return 0.0 if leg is None else litres_at(leg, progress(truck, now))
