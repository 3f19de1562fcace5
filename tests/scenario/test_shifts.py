"""Shifts and days off of fleet groups: what they mean for each truck, and what is refused."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from spine.errors import ScenarioError
from spine.scenario import Scenario
from spine.world.views import TruckView

_HOUR = 3600.0
_HEAD = """
start: 2026-03-02T06:00
time_zone: Europe/Warsaw
holidays: {also: [2026-03-05]}
map: {generate: {preset: reference, map_width: 4000, map_height: 4000, num_major_centers: 1}}
"""


def truck_of(folder: Path, group: str, head: str = _HEAD) -> TruckView:
    """Return the first truck of a scenario with one group of a truck."""
    file = folder / "s.yaml"
    file.write_text(f"{head}fleet:\n  - {{count: 1, {group}}}\n", "utf-8")
    world = Scenario.load(file).build()
    view = world.agent(world.truck_ids()[0])
    assert isinstance(view, TruckView)
    return view


def hours_of(view: TruckView, day: date) -> list[tuple[float, float]]:
    """Return the hours of a day as o'clock."""
    assert view.shift is not None
    return [(a / _HOUR, b / _HOUR) for a, b in view.shift.of_day(day.weekday(), day.toordinal())]


def test_shifts_holidays_and_days_off(tmp_path: Path) -> None:
    """A day off is closed whatever else is said of it."""
    group = 'shifts: {mon-fri: "06:00-15:00", "2026-03-06": "08:00-10:00", holidays: closed}, days_off: [2026-03-04, 2026-03-06]'
    view = truck_of(tmp_path, group)
    found = [hours_of(view, date(2026, 3, day)) for day in (2, 3, 4, 5, 6, 7)]
    assert found == [[(6.0, 15.0)], [(6.0, 15.0)], [], [], [], []]
    assert not view.back_by_shift_end


def test_days_off_alone(tmp_path: Path) -> None:
    """At any time but then."""
    view = truck_of(tmp_path, "days_off: [2026-03-04]")
    assert [hours_of(view, date(2026, 3, day)) for day in (3, 4, 7)] == [[(0.0, 24.0)], [], [(0.0, 24.0)]]


def test_who_has_a_depot_is_back_by_the_end(tmp_path: Path) -> None:
    """Unless the scenario says otherwise; without shifts there is nothing to be back by."""
    shifts = 'shifts: {daily: "06:00-15:00"}'
    base = truck_of(tmp_path, "start: sites")
    assert (base.shift, base.back_by_shift_end) == (None, False)
    depot = _depot(tmp_path)
    assert truck_of(tmp_path, f"depot: {depot}, {shifts}").back_by_shift_end
    assert not truck_of(tmp_path, f"depot: {depot}").back_by_shift_end
    assert not truck_of(tmp_path, f"depot: {depot}, end_at: anywhere, {shifts}").back_by_shift_end
    assert truck_of(tmp_path, f"returns_home: true, end_at: depot, {shifts}").back_by_shift_end


def _depot(folder: Path) -> str:
    return Scenario.load(folder / "s.yaml").network().sites[0].id


@pytest.mark.parametrize(
    ("group", "words"),
    [
        ('shifts: {mo: "06:00-15:00"}', "fleet.0.shifts: 'mo' is no day"),
        ('shifts: {mon: "6-15"}', "fleet.0.shifts: mon: '6-15' are no opening hours"),
        ("shifts: {}", "fleet.0.shifts"),
        ("shifts: 06:00-15:00", "fleet.0.shifts"),
        ("days_off: [yesterday]", "fleet.0.days_off.0"),
        ("end_at: depot", "end_at needs shifts or days_off"),
        ('end_at: depot, shifts: {mon: "06:00-15:00"}', "end_at: depot needs a depot, or returns_home: true"),
        ('end_at: home, shifts: {mon: "06:00-15:00"}', "fleet.0.end_at"),
    ],
)
def test_bad_values_are_refused_by_name(tmp_path: Path, group: str, words: str) -> None:
    """With the line and the field."""
    with pytest.raises(ScenarioError) as caught:
        truck_of(tmp_path, group)
    assert words in str(caught.value)
    assert "s.yaml:" in str(caught.value)


def test_days_off_need_dates(tmp_path: Path) -> None:
    """A scenario without a start has none."""
    head = "map: {generate: {preset: reference}}\n"
    with pytest.raises(ScenarioError, match="days_off of vans need a start"):
        truck_of(tmp_path, "name: vans, days_off: [2026-03-04]", head)
