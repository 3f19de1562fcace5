"""The section `costs`: which sheet holds for which vehicle, and what is refused, where and why."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from spine.energy import class_of
from spine.errors import ScenarioError
from spine.network.roads import RoadClass
from spine.scenario import Scenario
from spine.scenario.costs import Costs, CostSheet
from spine.scenario.vehicle_types import TYPICAL_COSTS, VEHICLE_TYPES

_MAP = "map: {generate: {preset: reference, num_major_centers: 2, seed: 4}}\n"
_FLEET = """fleet:
  - {count: 2, name: van, type: van_3.5t}
  - {count: 1, name: van, type: rigid_12t}
  - {count: 1, name: own}
"""


def costs_of(tmp_path: Path, costs: str, fleet: str = _FLEET) -> Costs:
    """Return the costs of a scenario."""
    path = tmp_path / "costs.yaml"
    path.write_text(f"{_MAP}{fleet}costs: {costs}\n")
    found = Scenario.load(path).costs()
    assert found is not None
    return found


def test_the_most_special_sheet_that_says_something_holds(tmp_path: Path) -> None:
    """Group before type before typical values before default, field by field."""
    costs = costs_of(
        tmp_path,
        "{currency: EUR, fuel_price_per_l: 1.5, presets: true, default: {per_km: 1, per_vehicle: 5, parking: {per_stay: 2}},"
        " by_type: {rigid_12t: {per_km: 3, per_day: 7}}, by_group: {own: {toll_per_km: {A: 0.3}}, van: {per_km: 4}}}",
    )
    van, rigid, own = (costs.sheet_of(name) for name in ("van-0001", "van-0003", "own-0001"))
    typical = TYPICAL_COSTS["van_3.5t"]
    assert costs.sheet_of("van-0002") == van
    assert (van.per_km, van.per_day, van.per_vehicle) == (4.0, typical.per_day, 5.0)
    assert (rigid.per_km, rigid.per_day) == (4.0, 7.0)
    assert rigid.wage_per_hour.driving == TYPICAL_COSTS["rigid_12t"].wage_per_hour
    assert own == CostSheet(per_km=1.0, per_vehicle=5.0, parking=own.parking, toll_per_km={"A": 0.3})
    assert (own.parking.per_stay, own.parking.per_hour) == (2.0, 0.0)
    assert costs.sheet_of("came-later") == costs.default
    assert (costs.default.per_km, costs.default.per_day) == (1.0, 0.0)


def test_one_wage_is_that_of_all_time_on_duty(tmp_path: Path) -> None:
    """Not of rests and of waiting for work."""
    wages = costs_of(
        tmp_path, "{currency: EUR, fuel_price_per_l: 1, default: {wage_per_hour: 20}}"
    ).default.wage_per_hour
    assert (wages.driving, wages.work, wages.availability, wages.standby, wages.rest) == (20.0, 20.0, 20.0, 0.0, 0.0)


def test_fuel_alone_is_a_cost(tmp_path: Path) -> None:
    """Where no sheet is given none is missed; a default fleet has the default sheet."""
    assert costs_of(tmp_path, "{currency: USD, fuel_price_per_l: 1}").sheet_of("own-0001") == CostSheet()
    assert costs_of(tmp_path, "{currency: USD, fuel_price_per_l: 1, default: {per_km: 1}}", "").default.per_km == 1.0


@pytest.mark.parametrize(
    ("costs", "words"),
    [
        ("5", "costs: must be a mapping"),
        ("{fuel_price_per_l: 1}", "costs.currency: missing"),
        ("{currency: EUR}", "costs.fuel_price_per_l: missing"),
        ("{currency: euro, fuel_price_per_l: 1}", "costs.currency: 'euro' is not the code of a currency; ISO 4217"),
        ("{currency: EUR, fuel_price_per_l: cheap}", "costs.fuel_price_per_l: must be a number"),
        ("{currency: EUR, fuel_price_per_l: -1}", "costs.fuel_price_per_l: must be greater than or equal to 0"),
        ("{currency: EUR, fuel_price_per_l: .inf}", "costs.fuel_price_per_l: must be finite"),
        ("{currency: EUR, fuel_price: 1}", "costs.fuel_price: unknown field; did you mean 'fuel_price_per_l'?"),
        ("{currency: PLN, fuel_price_per_l: 1, presets: true}", "presets: typical costs are in EUR, not in PLN"),
        ("{currency: EUR, fuel_price_per_l: 1, presets: 1}", "costs.presets: must be true or false"),
        (
            "{currency: EUR, fuel_price_per_l: 1, default: {per_kilometre: 1}}",
            "costs.default.per_kilometre: unknown field; did you mean 'per_km'?",
        ),
        (
            "{currency: EUR, fuel_price_per_l: 1, default: {wage_per_hour: {drivin: 1}}}",
            "costs.default.wage_per_hour.drivin: unknown field; did you mean 'driving'?",
        ),
        (
            "{currency: EUR, fuel_price_per_l: 1, default: {wage_per_hour: a lot}}",
            "costs.default.wage_per_hour: must be a mapping",
        ),
        (
            "{currency: EUR, fuel_price_per_l: 1, default: {overtime: {after_hours: 25, factor: 2}}}",
            "costs.default.overtime.after_hours: must be less than or equal to 24",
        ),
        (
            "{currency: EUR, fuel_price_per_l: 1, default: {overtime: {after_hours: 8, factor: 0.5}}}",
            "costs.default.overtime.factor: must be greater than or equal to 1",
        ),
        (
            "{currency: EUR, fuel_price_per_l: 1, default: {toll_per_km: {motorway: 1}}}",
            "costs.default.toll_per_km.motorway: must be 'A', 'S'",
        ),
        (
            "{currency: EUR, fuel_price_per_l: 1, by_type: {lorry: {per_km: 1}}}",
            "costs.by_type.lorry: must be 'van_3.5t', ",
        ),
        (
            "{currency: EUR, fuel_price_per_l: 1, by_group: {vans: {per_km: 1}}}",
            "costs.by_group.vans: there is no fleet group 'vans'; there are 'van', 'own'",
        ),
        (
            "{currency: EUR, fuel_price_per_l: 1, presets: true}",
            "costs: there is no cost sheet for the trucks 'own' that have no type; add one under default or by_group",
        ),
        (
            "{currency: EUR, fuel_price_per_l: 1, by_group: {own: {}}}",
            "costs: there is no cost sheet for the trucks 'van' of the type van_3.5t; add one under default or by_group",
        ),
        (
            "{currency: EUR, fuel_price_per_l: 1, penalties: {late: 1}}",
            "costs.penalties.late: unknown field",
        ),
    ],
)
def test_what_makes_no_sense_is_refused(tmp_path: Path, costs: str, words: str) -> None:
    """With file, line and field, and what would be right."""
    with pytest.raises(ScenarioError, match=re.escape(words)) as caught:
        costs_of(tmp_path, costs)
    assert re.match(r".*costs\.yaml:\d+: ", str(caught.value))


@pytest.mark.parametrize("name", VEHICLE_TYPES)
def test_typical_costs_of_a_day_are_in_the_range_that_carriers_report(name: str) -> None:
    """An articulated lorry with 500 km and 10 hours of duty a day costs 1.1 to 1.6 EUR a kilometre; lighter ones less."""
    costs, vehicle = TYPICAL_COSTS[name], VEHICLE_TYPES[name]
    burns = class_of(vehicle.gross_t)
    fuel = 1.45 * (burns.empty_l + burns.per_tonne_l * vehicle.payload_t / 2.0) / 100.0
    parts = [fuel, costs.wage_per_hour * 10.0 / 500.0, costs.per_day / 500.0, costs.toll_per_km, costs.per_km]
    whole = sum(parts)
    if name.startswith("articulated"):
        assert 1.1 <= whole <= 1.6
        lowest, highest = (0.25, 0.25, 0.15, 0.10, 0.05), (0.37, 0.37, 0.20, 0.20, 0.08)
        for part, low, high in zip(parts, lowest, highest, strict=True):
            assert low <= part / whole <= high
    else:
        assert 0.5 <= whole <= 1.3


def test_every_type_has_typical_costs_and_heavier_ones_cost_more() -> None:
    """By day, hour and toll; tolls are due on the roads of the classes A and S."""
    assert list(TYPICAL_COSTS) == list(VEHICLE_TYPES)
    for field in ("per_day", "wage_per_hour", "toll_per_km"):
        values = [getattr(costs, field) for costs in TYPICAL_COSTS.values()]
        assert values == sorted(values), field
    assert {RoadClass.A, RoadClass.S} < set(RoadClass)
