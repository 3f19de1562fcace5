"""Whole days against the checker: it accepts what the rules allow, and rejects every mistake that is made in it, in the right words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from benchmarks.dpdp.check import main
from benchmarks.dpdp.checker import Report, check
from benchmarks.dpdp.instance import Instance, load_instance
from hypothesis import assume, given
from hypothesis import strategies as st

from support.dpdp import Entry, instance, order, visits_of, write_instance, write_log
from support.dpdp_days import greedy_day, whimsical_day


@st.composite
def instances(draw: st.DrawFn) -> Instance:
    """Days of a few factories, vehicles and orders; times are such that arrivals often meet each other and decisions."""
    places = "ABCDE"[: draw(st.integers(3, 5))]
    pairs = [one + other for number, one in enumerate(places) for other in places[number + 1 :]]
    kilometres, seconds = st.integers(0, 20).map(lambda half: half / 2), st.sampled_from([0, 60, 300, 600, 900, 1260])
    drives = {pair: (draw(kilometres), draw(seconds)) for pair in pairs}
    orders = []
    for number in range(draw(st.integers(1, 8))):
        pickup, delivery = draw(st.permutations(places))[:2]
        pieces = draw(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 3)).filter(any))
        created_s = draw(st.integers(0, 7200) | st.sampled_from([600, 1200, 2400, 3000]))
        due_s = created_s + draw(st.sampled_from([0, 1800, 3600, 14_400]))
        orders.append(order(f"O{number}", pieces, created_s, due_s, pickup, delivery))
    starts = draw(st.lists(st.sampled_from(places), min_size=1, max_size=3))
    docks = {place: draw(st.integers(1, 2)) for place in places}
    return instance(orders, starts, drives, docks, capacity=3.0)


def _report(day: Instance, log: list[Entry]) -> Report:
    return check(day, visits_of(day, log))


def _score(day: Instance, log: list[Entry]) -> float:
    """Work the score out from the log alone."""
    places = {vehicle.id: vehicle.start for vehicle in day.vehicles.values()}
    kilometres, arrivals = 0.0, {}
    for entry in sorted(log, key=lambda entry: entry.arrive_s):
        kilometres += day.drive(places[entry.vehicle], entry.factory).distance_km
        places[entry.vehicle] = entry.factory
        arrivals |= dict.fromkeys((name.rpartition("-")[0] for name in entry.delivered), entry.arrive_s)
    late_s = sum(max(0, arrivals[one.id] - one.due_s) for one in day.orders.values())
    return kilometres / len(day.vehicles) + 10_000 * late_s / 3600


@given(instances())
def test_a_simple_day_is_right(day: Instance) -> None:
    """Orders one after the other; the score is what the log says."""
    log = greedy_day(day)
    report = _report(day, log)
    assert report.violations == []
    assert report.score == pytest.approx(_score(day, log))


@given(instances(), st.integers(0, 10**6))
def test_whatever_the_rules_allow_is_right(day: Instance, seed: int) -> None:
    """All that is open is planned anew at every decision: held back, moved, nested, split, with stops for nothing."""
    log = whimsical_day(day, Random(seed))
    report = _report(day, log)
    assert report.violations == []
    assert report.score == pytest.approx(_score(day, log))


@given(instances(), st.integers(0, 10**6), st.data())
def test_what_could_be_known_is_known_to_the_second(day: Instance, seed: int, data: st.DataObject) -> None:
    """An order may come into being up to the last decision before its pick-up, as the day has really gone, and not later."""
    log = whimsical_day(day, Random(seed))
    entry = data.draw(st.sampled_from([entry for entry in log if entry.picked]))
    of = day.pieces[entry.picked[0]].order
    first = min(
        (one for one in log if any(day.pieces[name].order == of for name in one.picked)), key=lambda one: one.decided_s
    )
    # At a decision itself it depends on whether the vehicle had the stop before; see the tests of the checker.
    assume(first.arrive_s % 600)
    for created_s, right in ((first.decided_s, True), (first.decided_s + 1, False)):
        orders = day.orders | {of: replace(day.orders[of], created_s=created_s)}
        report = _report(replace(day, orders=orders), log)
        assert (report.violations == []) == right
        assert right or f"picks up order {of}, not yet known" in str(report.violations[0])


Change = Callable[[st.DataObject, Instance, list[Entry]], str]
"""Makes one mistake in a log, and returns words by which it is to be rejected."""


def _pick(data: st.DataObject, entries: list[Entry]) -> Entry:
    assume(entries)
    return data.draw(st.sampled_from(entries))


def _leave_at_another_time(data: st.DataObject, _: Instance, log: list[Entry]) -> str:
    entry = _pick(data, log)
    entry.leave_s += data.draw(st.integers(-3600, 3600).filter(bool))
    return f"leaves at {entry.leave_s} s"


def _leave_early(data: st.DataObject, _: Instance, log: list[Entry]) -> str:
    """Go on early, too, so that only the dock time is wrong."""
    entry = _pick(data, log)
    early_s = data.draw(st.integers(1, 1800))
    for later in log:
        if later.vehicle == entry.vehicle and later.arrive_s > entry.arrive_s:
            later.arrive_s -= early_s
            later.leave_s -= early_s
    entry.leave_s -= early_s
    return f"leaves at {entry.leave_s} s"


def _arrive_at_another_time(data: st.DataObject, day: Instance, log: list[Entry]) -> str:
    entry = _pick(data, log)
    mine = [one for one in log if one.vehicle == entry.vehicle]
    before = mine.index(entry) - 1
    place = mine[before].factory if before >= 0 else day.vehicles[entry.vehicle].start
    entry.arrive_s += data.draw(st.integers(-3600, 3600).filter(bool))
    set_out_s = entry.arrive_s - day.drive(place, entry.factory).time_s
    assume(set_out_s % 600)
    return f"so it set out at {set_out_s} s"


def _swap_deliveries(data: st.DataObject, _: Instance, log: list[Entry]) -> str:
    one = _pick(data, [entry for entry in log if entry.delivered])
    other = _pick(data, [entry for entry in log if entry.delivered and entry.factory != one.factory])
    one.delivered, other.delivered = other.delivered, one.delivered
    return f"delivers {one.delivered[0]} at {one.factory}; it goes to {other.factory}"


def _do_not_pick_up(data: st.DataObject, _: Instance, log: list[Entry]) -> str:
    entry = _pick(data, [entry for entry in log if entry.picked])
    piece = data.draw(st.sampled_from(entry.picked))
    entry.picked.remove(piece)
    return f"unloads {piece}, which is not aboard"


def _do_not_deliver(data: st.DataObject, _: Instance, log: list[Entry]) -> str:
    entry = _pick(data, [entry for entry in log if entry.delivered])
    piece = data.draw(st.sampled_from(entry.delivered))
    entry.delivered.remove(piece)
    return f"ends its day with {piece} still aboard"


def _drop_everywhere(data: st.DataObject, day: Instance, log: list[Entry]) -> str:
    piece = data.draw(st.sampled_from(list(day.pieces)))
    for entry in log:
        for names in (entry.picked, entry.delivered):
            if piece in names:
                names.remove(piece)
    of = day.orders[day.pieces[piece].order]
    return (
        f"order {of.id} is not delivered in full: {piece} missing"
        if len(of.pieces) > 1
        else f"order {of.id} is never delivered"
    )


def _pick_up_twice(data: st.DataObject, _: Instance, log: list[Entry]) -> str:
    one, other = _pick(data, [entry for entry in log if entry.picked]), _pick(data, log)
    other.picked.append(one.picked[0])
    return f"{one.picked[0]} is picked up a second time"


def _unload_out_of_order(data: st.DataObject, _: Instance, log: list[Entry]) -> str:
    entry = _pick(data, [entry for entry in log if len(entry.delivered) > 1])
    at = data.draw(st.integers(1, len(entry.delivered) - 1))
    entry.delivered[at - 1], entry.delivered[at] = entry.delivered[at], entry.delivered[at - 1]
    return f"unloads {entry.delivered[at - 1]}, which is not on top of the stack: first comes {entry.delivered[at]}"


def _split_a_small_order(data: st.DataObject, day: Instance, log: list[Entry]) -> str:
    small = [one for one in day.orders.values() if len(one.pieces) > 1 and not day.may_split(one)]
    assume(small)
    piece = data.draw(st.sampled_from(small)).pieces[-1]
    (entry,) = (entry for entry in log if piece.id in entry.picked)
    other = _pick(data, [one for one in log if one is not entry])
    entry.picked.remove(piece.id)
    other.picked.append(piece.id)
    return f"order {piece.order} of {day.orders[piece.order].demand:g} pallets is split"


@pytest.mark.parametrize(
    "change",
    [
        _leave_at_another_time,
        _leave_early,
        _arrive_at_another_time,
        _swap_deliveries,
        _do_not_pick_up,
        _do_not_deliver,
        _drop_everywhere,
        _pick_up_twice,
        _unload_out_of_order,
        _split_a_small_order,
    ],
)
@given(day=instances(), seed=st.integers(0, 10**6), data=st.data())
def test_a_mistake_is_rejected(change: Change, day: Instance, seed: int, data: st.DataObject) -> None:
    """In words that say what it is."""
    log = whimsical_day(day, Random(seed))
    words = change(data, day, log)
    report = _report(day, log)
    assert any(words in str(violation) for violation in report.violations), [str(one) for one in report.violations]
    assert report.score is None


@given(day=instances(), seed=st.integers(0, 10**6))
def test_overload_is_rejected(day: Instance, seed: int) -> None:
    """The same day with vehicles that hold a quarter of a pallet less than was once aboard."""
    log = whimsical_day(day, Random(seed))
    most = 0.0
    for vehicle in day.vehicles:
        load = 0.0
        for entry in (entry for entry in log if entry.vehicle == vehicle):
            load += sum(day.pieces[name].size for name in entry.picked)
            load -= sum(day.pieces[name].size for name in entry.delivered)
            most = max(most, load)
    smaller = {vehicle.id: replace(vehicle, capacity=most - 0.25) for vehicle in day.vehicles.values()}
    words = f"holds {most:g} pallets, more than its capacity of {most - 0.25:g}"
    assert any(words in str(violation) for violation in _report(replace(day, vehicles=smaller), log).violations)


def test_the_command_checks_a_log(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It prints the score and ends with 0, prints what is wrong and ends with 1, or names what it cannot read."""
    data = write_instance(tmp_path)
    day = load_instance(data, "01")
    log = greedy_day(day)
    path = write_log(tmp_path / "log.csv", log)
    assert main(["--data", str(data), "--instance", "01", str(path)]) == 0
    printed = capsys.readouterr().out
    assert "instance 01: 3 orders, 2 vehicles" in printed
    assert "violations: 0" in printed
    assert f"score: {_score(day, log):.2f}" in printed

    log[0].leave_s += 60
    write_log(path, log)
    assert main(["--data", str(data), "--instance", "01", str(path)]) == 1
    printed = capsys.readouterr().out
    assert f"leaves at {log[0].leave_s} s" in printed
    assert "score: none" in printed

    path.unlink()
    assert main(["--data", str(data), "--instance", "01", str(path)]) == 1
    assert "log.csv cannot be read" in capsys.readouterr().err
