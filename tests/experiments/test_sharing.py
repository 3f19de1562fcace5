"""Whole amounts are shared out without a remainder, and fairly."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from spine.experiments.sharing import VehicleUse, allocated, shared_out

_WEIGHTS = st.lists(st.floats(0.0, 1e9, allow_subnormal=False), min_size=1, max_size=30)


@given(total=st.integers(0, 10**12), weights=_WEIGHTS)
def test_shares_add_up_and_are_within_one_of_the_exact_ones(total: int, weights: list[float]) -> None:
    """Against exact fractions; equal weights differ by one at most, the first ones getting more."""
    shares = shared_out(total, weights)
    assert sum(shares) == total
    whole = sum(map(Fraction, weights))
    for share, weight in zip(shares, weights, strict=True):
        exact = total * Fraction(weight) / whole if whole else Fraction(total, len(weights))
        # Weights are taken in parts of 2^53 of their sum.
        assert abs(share - exact) < 1 + Fraction(total * len(weights), 2**52)
    assert shared_out(total, [1.0] * len(weights)) == sorted(shared_out(total, [1.0] * len(weights)), reverse=True)


def test_the_largest_remainders_get_what_is_left() -> None:
    """The example of every textbook on apportionment: 10 seats for 4.7, 3.2, 2.1 of votes, and ties in order."""
    assert shared_out(10, [4.7, 3.2, 2.1]) == [5, 3, 2]
    assert shared_out(10, [1.0, 1.0, 1.0]) == [4, 3, 3]
    assert shared_out(7, [0.0, 0.0]) == [4, 3]
    assert shared_out(5, [0.0, 3.0, 0.0]) == [0, 5, 0]


@given(data=st.data())
def test_what_vehicles_cost_is_borne_by_orders_to_the_last_cent(data: st.DataObject) -> None:
    """Any vehicles, orders and amounts: the sum stays, each order bears no less than 0, and what a vehicle carried bears its costs."""
    vehicles = data.draw(st.integers(1, 4))
    uses, tonne_km, amounts = {}, {}, {}
    for vehicle in range(vehicles):
        orders = [f"{vehicle}-{number}" for number in range(data.draw(st.integers(0, 3)))]
        amount = st.floats(0.0, 1e6, allow_subnormal=False)
        uses[f"v{vehicle}"] = VehicleUse({order: data.draw(amount) for order in orders}, data.draw(amount))
        tonne_km |= {order: data.draw(st.sampled_from([0.0, 1.5, 80.0])) for order in orders}
        amounts[f"v{vehicle}"] = data.draw(st.integers(0, 10**7))
    by_order, left = allocated(amounts, uses, tonne_km)
    assert sum(by_order.values()) + left == sum(amounts.values())
    assert set(by_order) == set(tonne_km)
    assert all(share >= 0 for share in by_order.values())
    assert (left == 0) or not tonne_km
    for vehicle, use in uses.items():
        if use.by_order:
            assert sum(by_order[order] for order in use.by_order) >= amounts[vehicle]


def test_what_belongs_to_no_order_goes_by_tonne_kilometres() -> None:
    """Of a vehicle to what it carried, of one that carried nothing to everything carried."""
    uses = {"a": VehicleUse({"X": 10.0, "Y": 10.0}, 40.0), "idle": VehicleUse({}, 8.0), "b": VehicleUse({"Z": 1.0})}
    tonne_km = {"X": 30.0, "Y": 10.0, "Z": 40.0}
    by_order, left = allocated({"a": 60, "idle": 8, "b": 1}, uses, tonne_km)
    assert (by_order, left) == ({"X": 10 + 30 + 3, "Y": 10 + 10 + 1, "Z": 1 + 4}, 0)
    assert allocated({"idle": 8}, {"idle": VehicleUse({}, 8.0)}, {}) == ({}, 8)
