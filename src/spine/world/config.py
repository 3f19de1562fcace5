"""What a world is made with: seed, policies and the constants of the domain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from spine.world.calendar import Calendar

PUMP_LITRES_PER_S = 0.833
"""Flow of one pump, litres per second."""


@dataclass(frozen=True, slots=True)
class WorldConfig:
    """Seed, policies by name and tunable constants of a world.

    Attributes:
        seed: every random number of the world derives from it.
        calendar: the time of day at simulated time 0, and its date where there is one.
        dispatch: who carries an order: `contract_net` (best marginal bid wins) or `polling` (nearest first, first acceptor wins).
        destinations: where orders go: `weights` (the site's weights, uniform without), `uniform` or `gravity` (attraction and travel time).
        hours: drivers' hours rule, `baseline`, or `unlimited` for none.
        habit: when a driver looks for a rest and for fuel, and what fines change in that, `baseline`.
        fuel: consumption model, `linear`.
        parking: what a full parking and the roadside cost, `baseline`.
        price: fuel price process, `mean_reverting` or `random_walk`.
        parameters: parameters of these policies, by slot (`dispatch`, ...) and name; each policy's class declares its own.
        orders_expire: whether an order that is not loaded by its latest pickup leaves the world; else it stays, and is delivered late.
        combined_visits: whether a truck unloads and then loads at a site in one visit to a dock; what it does there is then fixed when it
            arrives.
        refuse_oversize: whether demand that fits no truck is rejected at birth with an event.
        initial_fuel_price: ducats per litre.
        promise_margin_share: share of the time from a planned delivery to its deadline that its promise leaves as room for later awards.
        offer_interval_s: open packages are offered again this often.
        offers_per_interval: at most this many of them, by priority among those that have waited longest.
        fuel_reserve_share: share of the tank that planning keeps untouched.
        rescue_delay_s: time until the breakdown service reaches a stranded truck.
        rescue_fee: its fee, ducats.
        rescue_litres: what it brings.
        sample_interval_s: distance of the samples of the statistics' time series.
        tours: whether what trucks use is booked to tours (`tours`), from which costs and emissions of orders follow.
        warmup_s: figures of a window count from then on, beside those of the whole run; 0 for no window.
    """

    seed: int = 0
    calendar: Calendar = field(default_factory=Calendar)
    dispatch: str = "contract_net"
    destinations: str = "weights"
    hours: str = "baseline"
    habit: str = "baseline"
    fuel: str = "linear"
    parking: str = "baseline"
    price: str = "mean_reverting"
    parameters: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    orders_expire: bool = True
    combined_visits: bool = False
    refuse_oversize: bool = True
    initial_fuel_price: float = 5.0
    promise_margin_share: float = 0.1
    offer_interval_s: float = 60.0
    offers_per_interval: int = 24
    fuel_reserve_share: float = 0.08
    rescue_delay_s: float = 5400.0
    rescue_fee: float = 500.0
    rescue_litres: float = 100.0
    sample_interval_s: float = 900.0
    tours: bool = False
    warmup_s: float = 0.0
