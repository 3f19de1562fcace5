"""Docks take a fixed time a visit, and vehicles of every size weigh and burn what those of their class do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine.energy import CAPACITY_RANGE_CU, LinearEnergy, class_of, usual_empty_mass_t
from spine.network import Parking, Site
from spine.network.facility_json import facility_from_json, facility_to_json
from spine.scenario.model import ScenarioFile
from spine.scenario.sites import with_sites
from spine.world import CreateBroker, CreateTruck, TruckSpec, UpdateBuilding, World, events
from spine.world.calendar import Calendar
from support.lines import delivery_world, line_network, truck_view
from support.worlds import run


def test_every_visit_to_a_dock_takes_its_fixed_part_once() -> None:
    """30 minutes a visit, and two a tonne: a visit with several packages has the fixed part once, and promises know of it."""
    world = delivery_world()
    for site in ("a", "b"):
        world.apply(UpdateBuilding(site, {"fixed_handling_s": 1800.0, "batch_size_range": (2, 2)}))
    world.apply(CreateTruck("t", TruckSpec(start_node=2)))
    log = run(world, 8.0)
    visits = {round(event.duration_s) for event in log if isinstance(event, events.HandlingStarted)}
    assert visits <= {1800 + 120, 1800 + 240}
    assert 1800 + 240 in visits
    planned = {event.package_id: event.promised for event in log if isinstance(event, events.PackageAssigned)}
    delivered = [event for event in log if isinstance(event, events.PackageDelivered)]
    assert delivered
    assert all(event.time <= planned[event.package_id] + 60.0 for event in delivered)


def test_the_fixed_part_is_a_figure_of_sites_files_and_scenarios() -> None:
    """It travels through map files when it is not the default, and a scenario may set it."""
    site = Site("s", 0, "S", 1.0, fixed_handling_s=900.0)
    item = facility_to_json(site)
    assert item["fixed_handling_s"] == 900.0
    assert facility_from_json(item, 0) == site
    assert "fixed_handling_s" not in facility_to_json(Site("s", 0, "S", 1.0))
    part = ScenarioFile.model_validate({"map": {"empty": True}, "sites": {"fixed_handling_min": 20.0}}).sites
    network = with_sites(line_network(1000.0, 1, site), part, Calendar())
    assert [changed.fixed_handling_s for changed in network.sites] == [1200.0]


@given(capacity=st.floats(*CAPACITY_RANGE_CU), load=st.floats(0.0, 1.0))
def test_consumption_is_that_of_vehicles_on_the_road(capacity: float, load: float) -> None:
    """Heavier classes burn more, none more than a full combination, and a van never what a lorry does."""
    gross_t = usual_empty_mass_t(capacity) + capacity * 0.1
    litres = LinearEnergy().litres_per_m(class_of(gross_t), capacity * load) * 1e5
    assert 8.0 <= litres <= 36.0
    if gross_t <= 3.5:
        assert litres <= 10.0
    assert litres <= LinearEnergy().litres_per_m(class_of(gross_t + 20.0), capacity * load) * 1e5


@pytest.mark.parametrize(("capacity", "empty_t", "litres"), [(12.0, 2.1, 8.5), (33.0, 4.2, 11.5), (250.0, 14.5, 23.0)])
def test_a_truck_burns_as_its_class_does(capacity: float, empty_t: float, litres: float) -> None:
    """100 km empty: a van 8.5 l, a combination 23."""
    world = World(line_network(10_000.0, 10, Parking("p", 10, 1)))
    world.apply(CreateBroker("b"))
    assert usual_empty_mass_t(capacity) == empty_t
    world.apply(CreateTruck("t", TruckSpec(start_node=0, capacity=capacity, empty_mass_t=empty_t)))
    run(world, 2.0)
    view = truck_view(world)
    assert view.odometer_m == pytest.approx(100_000.0)
    assert view.fuel_tank_capacity_l - view.current_fuel_l == pytest.approx(litres)
