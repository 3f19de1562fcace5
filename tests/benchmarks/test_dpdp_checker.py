"""The checker of visit logs, rule by rule, on days that fit on a page."""

from __future__ import annotations

from itertools import permutations, product
from random import Random

import pytest
from benchmarks.dpdp.checker import Report, check
from benchmarks.dpdp.docks import dock_time_s, replay_docks
from benchmarks.dpdp.instance import Factory, Instance, Order
from benchmarks.dpdp.visit_log import Visit
from hypothesis import given
from hypothesis import strategies as st

from support.dpdp import Entry, instance, order, visits_of

NEVER = 10**6
WAYS = {"AB": (10.0, 1200), "AC": (5.0, 600), "BC": (0.0, 0)}


def _day(*orders: Order, starts: str = "A", ways: dict[str, tuple[float, int]] | None = None) -> Instance:
    return instance(orders, list(starts), WAYS | (ways or {}))


def _stop(
    factory: str, arrive_s: int, dock_s: int, picked: str = "", delivered: str = "", vehicle: str = "V_1"
) -> Entry:
    return Entry(vehicle, factory, arrive_s, arrive_s + dock_s, picked.split(), delivered.split())


def _report(day: Instance, *entries: Entry) -> Report:
    return check(day, visits_of(day, entries))


def _wrong(day: Instance, *entries: Entry) -> list[str]:
    return [str(violation) for violation in _report(day, *entries).violations]


def _pallet(created_s: int = 100, due_s: int = NEVER, name: str = "X", pickup: str = "A", delivery: str = "B") -> Order:
    return order(name, (1, 0, 0), created_s, due_s, pickup, delivery)


def test_a_right_day_has_a_score() -> None:
    """Kilometres of a vehicle of the whole fleet, and the arrival, not the unloading, decides what is late."""
    day = _day(_pallet(due_s=3000), starts="AC")
    report = _report(day, _stop("A", 600, 2040, "X-1"), _stop("B", 3840, 2040, "", "X-1"))
    assert report.violations == []
    assert (report.parts.distance_km, report.parts.vehicles, report.parts.late_s) == (10.0, 2, {"X": 840})
    assert report.score == pytest.approx(5 + 10_000 * 840 / 3600)


def test_the_last_piece_decides_when_an_order_is_late() -> None:
    """The pieces of a small order may be unloaded at several stops; the order is late once."""
    day = _day(order("X", (2, 0, 0), 100, 5000))
    picked = _stop("A", 600, 2280, "X-1 X-2")
    report = _report(day, picked, _stop("B", 4080, 2040, "", "X-2"), _stop("B", 6120, 2040, "", "X-1"))
    assert report.violations == []
    assert report.parts.late_s == {"X": 1120}


@pytest.mark.parametrize(
    ("drive_s", "open_until_s"), [(0, 600), (1, 600), (600, 600), (601, 1200), (1200, 1200), (1201, 1800)]
)
def test_what_is_picked_up_was_known_at_the_last_decision_before_the_arrival(drive_s: int, open_until_s: int) -> None:
    """An arrival exactly at a decision is past, but for one who was sent to where he stood."""
    for created_s, right in ((open_until_s, True), (open_until_s + 1, False)):
        day = _day(_pallet(created_s), starts="C", ways={"AC": (5.0, drive_s)})
        picked = _stop("A", 600 + drive_s, 2040, "X-1")
        wrong = _wrong(day, picked, _stop("B", picked.leave_s + 1200, 2040, "", "X-1"))
        if right:
            assert wrong == []
        else:
            assert len(wrong) == 1
            assert "V_1, visit 1" in wrong[0]
            assert f"picks up order X, not yet known: created at {created_s} s" in wrong[0]
            assert f"the last decision at which this stop was open, {open_until_s} s" in wrong[0]


@pytest.mark.parametrize(("created_s", "right"), [(2400, True), (2401, False)])
def test_an_empty_vehicle_may_get_its_next_stop_the_second_it_leaves(created_s: int, right: bool) -> None:
    """If that is a decision and the stop is where it stands, it loads what is known then."""
    day = _day(_pallet(created_s))
    wrong = _wrong(day, _stop("A", 600, 1800), _stop("A", 2400, 2040, "X-1"), _stop("B", 5640, 2040, "", "X-1"))
    assert bool(wrong) != right


@pytest.mark.parametrize(("created_s", "right"), [(2400, True), (2401, False)])
def test_a_loaded_vehicle_had_its_next_stop_before_it_leaves(created_s: int, right: bool) -> None:
    """Its plan cannot be empty; so a stop where it stands, reached exactly at a decision, was closed at that decision."""
    day = _day(order("W", (2, 1, 0), 100, NEVER), _pallet(created_s))
    first, second = _stop("A", 600, 2400, "W-1 W-2 W-3"), _stop("A", 3000, 2040, "X-1")
    wrong = _wrong(day, first, second, _stop("B", 6240, 2640, "", "X-1 W-3 W-2 W-1"))
    assert bool(wrong) != right


@pytest.mark.parametrize("arrive_s", [600, 1800, 2400])
def test_a_parked_vehicle_sets_out_at_a_decision(arrive_s: int) -> None:
    """With 600 s to drive: not at 0 s, but at 1 200 or 1 800 s, and never in between."""
    day = _day(_pallet(), starts="C")
    for shift_s in (0, 1, -1):
        picked = _stop("A", arrive_s + shift_s, 2040, "X-1")
        wrong = _wrong(day, picked, _stop("B", picked.leave_s + 1200, 2040, "", "X-1"))
        if shift_s or arrive_s == 600:
            (moment,) = (line for line in wrong if "set out" in line)
            assert f"so it set out at {arrive_s + shift_s - 600} s" in moment
            assert "not at a decision" in moment
        else:
            assert wrong == []


@pytest.mark.parametrize(
    ("set_out_s", "words"),
    [
        (2400, None),
        (3000, None),
        (2399, "too early: its dock time at the stop before ends at 2400 s"),
        (1800, "too early"),
        (2401, "neither when its dock time ended (2400 s (00:40:00)) nor at a decision"),
    ],
)
def test_a_vehicle_goes_on_at_once_or_parks(set_out_s: int, words: str | None) -> None:
    """From a stop with nothing to do, which lasts 1 800 s."""
    day = _day(_pallet(), starts="A")
    picked = _stop("A", set_out_s + 600, 2040, "X-1")
    wrong = _wrong(day, _stop("C", 1200, 1200), picked, _stop("B", picked.leave_s + 1200, 2040, "", "X-1"))
    assert any("leaves at 2400 s (00:40:00); right is 3000 s (00:50:00)" in line for line in wrong)
    others = [line for line in wrong if "right is" not in line]
    assert len(others) == (words is not None)
    assert words is None or words in others[0]


def test_nobody_parks_with_pieces_aboard() -> None:
    """The plan of a loaded vehicle is never empty."""
    day = _day(_pallet(), _pallet(name="Y", created_s=4000), starts="AA")
    mine = (_stop("A", 600, 2040, "X-1"), _stop("B", 4200, 2040, "", "X-1"))
    other = (_stop("A", 4200, 2040, "Y-1", vehicle="V_2"), _stop("B", 7440, 2040, "", "Y-1", vehicle="V_2"))
    (wrong,) = _wrong(day, *mine, *other)
    assert "V_1, visit 2" in wrong
    assert "it was parked with pieces aboard and no destination since 2640 s" in wrong


@pytest.mark.parametrize(("set_out_s", "right"), [(1200, True), (1800, False)])
def test_decisions_end_when_all_is_picked_up(set_out_s: int, right: bool) -> None:
    """The decision after the last pick-up is the last at which somebody parked may set out."""
    day = _day(_pallet(), starts="AC")
    wrong = _wrong(
        day,
        _stop("A", 600, 2040, "X-1"),
        _stop("B", 3840, 2040, "", "X-1"),
        _stop("A", 7080, 1800),
        _stop("C", set_out_s, 1800, vehicle="V_2"),
    )
    if right:
        assert wrong == []
    else:
        assert len(wrong) == 1
        assert "V_2, visit 1" in wrong[0]
        assert "after the last decision at 1200 s" in wrong[0]


@pytest.mark.parametrize(
    ("due_s", "picked_s", "other", "failing_s"),
    [
        (900, 1200, (), None),
        (900, 2400, (), 1200),
        (1200, 2400, (), 1800),
        # V_2 is under way to its only stop until 1 200 s: what stood behind it at 600 s would be fixed at 1 200 s.
        (100, 2400, (_stop("A", 1200, 1800, vehicle="V_2"),), 600),
        # Under way until 1 900 s, its plan is made anew at 1 200 s, but not behind its last stop after 1 800 s.
        (100, 2400, (_stop("D", 1900, 1800, vehicle="V_2"),), 1800),
        # It goes on: what stands behind the second stop is planned anew until 2 400 s, and fixed after 3 000 s.
        (100, 3000, (_stop("A", 1200, 1800, vehicle="V_2"), _stop("C", 3600, 1800, vehicle="V_2")), None),
        (100, 3600, (_stop("A", 1200, 1800, vehicle="V_2"), _stop("C", 3600, 1800, vehicle="V_2")), 3000),
        # It parks between its stops: at 600 s nothing may stand behind the first, and until 3 600 s it has no plan.
        (100, 3600, (_stop("A", 1200, 1800, vehicle="V_2"), _stop("C", 4200, 1800, vehicle="V_2")), 600),
        (900, 3600, (_stop("A", 1200, 1800, vehicle="V_2"), _stop("C", 4200, 1800, vehicle="V_2")), 1200),
    ],
)
def test_what_is_overdue_is_in_a_plan(
    due_s: int, picked_s: int, other: tuple[Entry, ...], failing_s: int | None
) -> None:
    """A piece that waits beyond its due time needs a vehicle whose plan can hold it, at every decision until its pick-up."""
    ways = WAYS | {"CD": (1.0, 1300), "AD": (1.0, 1), "BD": (1.0, 1)}
    day = instance([_pallet(due_s=due_s)], ["A", "C"], ways, docks={"A": 2})
    wrong = _wrong(day, _stop("A", picked_s, 2040, "X-1"), _stop("B", picked_s + 3240, 2040, "", "X-1"), *other)
    if failing_s is None:
        assert wrong == []
    else:
        assert len(wrong) == 1
        assert wrong[0].startswith(f"at {failing_s} s")
        assert f"order X was due at {due_s} s" in wrong[0]
        assert "waits to be picked up, and is in nobody's plan" in wrong[0]


def test_unloading_goes_from_the_top_of_the_stack() -> None:
    """Last in, first out, and what is not aboard cannot be unloaded."""
    day = _day(_pallet(), _pallet(name="Y"))
    picked = _stop("A", 600, 2280, "X-1 Y-1")
    assert _wrong(day, picked, _stop("B", 4080, 2280, "", "Y-1 X-1")) == []
    (wrong,) = _wrong(day, picked, _stop("B", 4080, 2280, "", "X-1 Y-1"))
    assert wrong == "V_1, visit 2, at 4080 s (01:08:00): unloads X-1, which is not on top of the stack: first comes Y-1"
    wrong_twice = _wrong(day, picked, _stop("B", 4080, 2520, "", "Y-1 X-1 Y-1"))
    assert any("unloads Y-1, which is not aboard" in line for line in wrong_twice)
    assert any("Y-1 is delivered a second time; the first is at V_1, visit 2" in line for line in wrong_twice)


def test_a_piece_is_not_loaded_and_unloaded_at_one_stop() -> None:
    """Unloading comes first."""
    day = _day(_pallet(pickup="A", delivery="B"))
    wrong = _wrong(day, _stop("B", 1800, 2280, "X-1", "X-1"))
    assert any("unloads X-1, which is not aboard" in line for line in wrong)
    assert any("ends its day with X-1 still aboard" in line for line in wrong)


def test_the_load_never_exceeds_the_capacity() -> None:
    """Counted piece by piece; what is unloaded first makes room."""
    full, box = order("X", (15, 0, 0), 100, NEVER), order("Y", (0, 0, 1), 100, NEVER, "B", "C")
    day = _day(full, box)
    aboard = [f"X-{number}" for number in range(1, 16)]
    picked = Entry("V_1", "A", 600, 600 + 1800 + 3600, aboard)
    rest = picked.leave_s + 1200
    right = _wrong(
        day, picked, _stop("B", rest, 5460, "Y-1", " ".join(aboard[::-1])), _stop("C", rest + 5460, 1860, "", "Y-1")
    )
    assert right == []
    wrong = _wrong(day, picked, _stop("B", rest, 5220, "Y-1", " ".join(aboard[:0:-1])))
    assert not any("capacity" in line for line in wrong)
    wrong = _wrong(day, picked, _stop("B", rest, 1860, "Y-1"))
    assert any("loads Y-1 and holds 15.25 pallets, more than its capacity of 15" in line for line in wrong)


@pytest.mark.parametrize(("pallets", "right"), [(15, False), (16, True)])
def test_only_an_order_larger_than_a_vehicle_is_split(pallets: int, right: bool) -> None:
    """Between vehicles or stops."""
    day = instance([order("X", (pallets, 0, 0), 100, NEVER)], ["A", "A"], WAYS, docks={"A": 2, "B": 2})
    pieces = [piece.id for piece in day.orders["X"].pieces]
    entries = []
    for vehicle, load in (("V_1", pieces[:10]), ("V_2", pieces[10:])):
        dock_s = 1800 + 240 * len(load)
        entries.append(Entry(vehicle, "A", 600, 600 + dock_s, load))
        entries.append(Entry(vehicle, "B", 1800 + dock_s, 1800 + 2 * dock_s, [], load[::-1]))
    wrong = _wrong(day, *entries)
    if right:
        assert wrong == []
    else:
        assert wrong == [
            "order X of 15 pallets is split: picked up at V_1, visit 1 and V_2, visit 1; only an order of more than 15 pallets may be"
        ]


def test_pieces_go_where_they_belong() -> None:
    """They are picked up and delivered at the factories of their order."""
    day = _day(_pallet(pickup="A", delivery="B"))
    wrong = _wrong(day, _stop("C", 1200, 2040, "X-1"), _stop("A", 3840, 2040, "", "X-1"))
    assert any("V_1, visit 1" in line and "picks up X-1 at C; it waits at A" in line for line in wrong)
    assert any("V_1, visit 2" in line and "delivers X-1 at A; it goes to B" in line for line in wrong)


def test_nothing_is_missing() -> None:
    """Whole orders and single pieces are named, and there is no score."""
    day = _day(order("X", (3, 0, 0), 100, NEVER), _pallet(name="Y"))
    report = _report(day, _stop("A", 600, 2280, "X-1 X-2"), _stop("B", 4080, 2040, "", "X-2"))
    wrong = [str(violation) for violation in report.violations]
    assert "order X is not picked up in full: X-3 missing" in wrong
    assert "order X is not delivered in full: X-1, X-3 missing" in wrong
    assert "order Y is never picked up" in wrong
    assert "order Y is never delivered" in wrong
    assert any("V_1, visit 2" in line and "ends its day with X-1 still aboard" in line for line in wrong)
    assert report.score is None
    assert report.parts.late_s == {}


def test_nothing_is_picked_up_twice() -> None:
    """Neither by another vehicle nor after its delivery."""
    day = instance([_pallet()], ["A", "A"], WAYS, docks={"A": 2, "B": 2})
    stops = (_stop("A", 600, 2040, "X-1"), _stop("B", 3840, 2040, "", "X-1"))
    others = (_stop("A", 600, 2040, "X-1", "", "V_2"), _stop("B", 3840, 2040, "", "X-1", "V_2"))
    assert any(
        "X-1 is picked up a second time; the first is at V_1, visit 1" in line for line in _wrong(day, *stops, *others)
    )
    again = (*stops, _stop("A", 7080, 2040, "X-1"), _stop("B", 10_320, 2040, "", "X-1"))
    assert any("V_1, visit 3" in line and "X-1 is picked up a second time" in line for line in _wrong(day, *again))


@pytest.mark.parametrize(
    ("first_s", "second_s", "right"), [(600, 2640, True), (2640, 600, True), (600, 600, False), (2640, 4680, False)]
)
def test_a_dock_serves_one_at_a_time(first_s: int, second_s: int, right: bool) -> None:
    """Of two that arrive together either may be first, but not both."""
    day = _day(_pallet(), _pallet(name="Y"), starts="AA")
    entries = []
    for vehicle, piece, granted_s in (("V_1", "X-1", first_s), ("V_2", "Y-1", second_s)):
        entries.append(Entry(vehicle, "A", 600, granted_s + 2040, [piece]))
        arrive_s = granted_s + 2040 + 1200
        # Behind each other at the other factory, too, however wrong the first is.
        waits_s = 2040 - abs(first_s - second_s) if granted_s == max(first_s, second_s) and vehicle == "V_2" else 0
        entries.append(Entry(vehicle, "B", arrive_s, arrive_s + waits_s + 2040, [], [piece]))
    wrong = _wrong(day, *entries)
    assert (wrong == []) == right
    assert right or any("dock granted at" in line for line in wrong)


def test_a_dock_is_given_out_in_the_order_of_arrival() -> None:
    """Who comes a second later waits, though he would be served more quickly."""
    slow = order("X", (10, 0, 0), 100, NEVER)
    loads = " ".join(piece.id for piece in slow.pieces)
    day = _day(slow, _pallet(name="Y"), starts="AC", ways={"AC": (5.0, 1)})
    first, second = _stop("A", 600, 4200, loads), Entry("V_2", "A", 601, 4800 + 2040, ["Y-1"])
    there = _stop("B", 6000, 4200, "", " ".join(loads.split()[::-1]))
    assert _wrong(day, first, second, there, Entry("V_2", "B", 8040, 10_200 + 2040, [], ["Y-1"])) == []
    wrong = _wrong(
        day,
        Entry("V_1", "A", 600, 2641 + 4200, loads.split()),
        _stop("A", 601, 2040, "Y-1", vehicle="V_2"),
        _stop("B", 8041, 4200, "", " ".join(loads.split()[::-1])),
        _stop("B", 3841, 2040, "", "Y-1", "V_2"),
    )
    assert len(wrong) == 2
    assert "V_1, visit 1, at 600 s (00:10:00): leaves at 6841 s (01:54:01); right is 4800 s (01:20:00)" in wrong[0]


@given(
    arrivals=st.lists(st.tuples(st.sampled_from([0, 0, 60, 1800]), st.integers(0, 2)), min_size=1, max_size=5),
    docks=st.integers(1, 2),
    order_of_service=st.randoms(use_true_random=False),
    shift_s=st.sampled_from([0, 0, 60, -60, 1860]),
)
def test_dock_times_are_right_if_some_order_among_equals_gives_them(
    arrivals: list[tuple[int, int]], docks: int, order_of_service: Random, shift_s: int
) -> None:
    """Compared with trying all orders."""
    day = _day(order("X", (2, 0, 0), 0, NEVER))
    visits = [
        Visit(f"V_{number}", 1, "A", arrive_s, 0, day.orders["X"].pieces[:pieces], ())
        for number, (arrive_s, pieces) in enumerate(arrivals)
    ]
    shuffled = order_of_service.sample(visits, len(visits))
    leaving = _served(sorted(shuffled, key=lambda visit: visit.arrive_s), docks)
    leaving[shuffled[0].vehicle] += shift_s
    logged = [
        Visit(visit.vehicle, 1, "A", visit.arrive_s, leaving[visit.vehicle], visit.picked, ()) for visit in visits
    ]
    groups = [
        list(permutations([visit for visit in visits if visit.arrive_s == arrive_s]))
        for arrive_s in sorted({arrive_s for arrive_s, _ in arrivals})
    ]
    possible = [_served([visit for group in choice for visit in group], docks) for choice in product(*groups)]
    assert (replay_docks(Factory("A", 0.0, 0.0, docks), logged) == []) == (leaving in possible)


def _served(queue: list[Visit], docks: int) -> dict[str, int]:
    """Return when each of a queue leaves."""
    free_s = [0] * docks
    leaving = {}
    for visit in queue:
        dock = free_s.index(min(free_s))
        free_s[dock] = max(free_s[dock], visit.arrive_s) + dock_time_s(visit)
        leaving[visit.vehicle] = free_s[dock]
    return leaving
