"""What a world is told at its birth: seed, policies and the constants of the domain (specification chapter 17)."""

from __future__ import annotations

from dataclasses import dataclass

PRIORITY_FACTORS = (1.0, 1.0, 1.5, 2.0)
"""Value factor by priority LOW, MEDIUM, HIGH, URGENT (domain 5.2)."""

URGENCY_FACTORS = (1.0, 1.3, 1.8)
"""Value factor by urgency STANDARD, EXPRESS, SAME_DAY (domain 5.2)."""

PUMP_LITRES_PER_S = 0.833
"""Flow of one pump (domain 8.4)."""

EXPIRY_FINE_SHARE = 0.5
"""Share of the value the broker is fined for a package that expires (domain 11.6)."""

LATE_LOSS_PER_S = 0.001
"""Share of the value lost per second of lateness; the specification says per tick of 1 s (domain 11.6, W3)."""


@dataclass(frozen=True, slots=True)
class WorldConfig:
    """Seed, policies by name and tunable constants of a world.

    Attributes:
        seed: every random number of the world derives from it.
        start_of_day_s: time of day at simulated time 0, seconds after midnight.
        dispatch: `contract_net` (best marginal bid wins) or `polling` (nearest first, first acceptor wins).
        destinations: `weights` (the site's weights, uniform without), `uniform` or `gravity` (attraction and travel time).
        hours: drivers' hours rule, `baseline` (domain 7).
        habit: when a driver looks for a rest and for fuel, and what fines change in that, `baseline`.
        fuel: consumption model, `linear` (domain 8.1).
        parking: what a full parking and the roadside cost, `baseline`.
        price: fuel price process, `mean_reverting` (W38) or `random_walk` (domain 8.5).
        refuse_oversize: whether demand that fits no truck is rejected at birth with an event (W23).
        initial_fuel_price: ducats per litre.
        price_sigma: standard deviation of the daily log price step (`mean_reverting`), share (`random_walk`).
        price_reversion_per_day: pull towards the initial price per day (`mean_reverting`).
        gravity_beta_per_h: decay of the gravity weights per hour of travel.
        candidates: trucks called for bids on one package.
        max_open_stops: a truck with this many planned stops is not called.
        promise_margin_share: share of the time from a planned delivery to its deadline that its promise leaves as room for later awards.
        offer_interval_s: open packages are offered again this often.
        offers_per_interval: at most this many of them, by priority among those that have waited longest.
        fuel_reserve_share: share of the tank that planning keeps untouched (W32).
        rescue_delay_s: time until the breakdown service reaches a stranded truck (W32).
        rescue_fee: its fee, ducats.
        rescue_litres: what it brings.
        parking_search_s: mean time a driver drives around a full parking before he gives up, seconds.
        parking_search_kph: how fast.
        roadside_check_share: share of the rests at the roadside that are checked.
        roadside_fine: fine for one that is, ducats.
        sample_interval_s: distance of the samples of the statistics' time series.
        warmup_s: figures of a window count from then on, beside those of the whole run; 0 for no window.
    """

    seed: int = 0
    start_of_day_s: float = 43_200.0
    dispatch: str = "contract_net"
    destinations: str = "weights"
    hours: str = "baseline"
    habit: str = "baseline"
    fuel: str = "linear"
    parking: str = "baseline"
    price: str = "mean_reverting"
    refuse_oversize: bool = True
    initial_fuel_price: float = 5.0
    price_sigma: float = 0.015
    price_reversion_per_day: float = 0.02
    gravity_beta_per_h: float = 2.0
    candidates: int = 8
    max_open_stops: int = 8
    promise_margin_share: float = 0.1
    offer_interval_s: float = 60.0
    offers_per_interval: int = 24
    fuel_reserve_share: float = 0.08
    rescue_delay_s: float = 5400.0
    rescue_fee: float = 500.0
    rescue_litres: float = 100.0
    parking_search_s: float = 1200.0
    parking_search_kph: float = 20.0
    roadside_check_share: float = 0.25
    roadside_fine: float = 200.0
    sample_interval_s: float = 900.0
    warmup_s: float = 0.0
