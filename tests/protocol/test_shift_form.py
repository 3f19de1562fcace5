"""Trucks whose driver has a shift tell it; other trucks look as they always did."""

from __future__ import annotations

import json
from datetime import date

from spine.network.opening import OpeningHours
from spine.protocol.encode import TickClock, truck_full
from spine.protocol.schema import TruckFull
from spine.world import CreateTruck, TruckSpec, World, WorldConfig
from support.lines import line_network, truck_view

_EXTRA = {"shift", "back_by_shift_end", "home_node", "returns_home"}


def test_the_full_form_has_the_shift_of_those_who_have_one() -> None:
    """In the form its schema describes."""
    world = World(line_network(1000.0, 2), WorldConfig(seed=1))
    hours = OpeningHours(((21_600.0, 54_000.0),), {date(2021, 3, 1).toordinal(): ()})
    world.apply(CreateTruck("t", TruckSpec(start_node=1, returns_home=True, shift=hours, back_by_shift_end=True)))
    world.apply(CreateTruck("plain", TruckSpec(start_node=1, returns_home=True)))
    clock = TickClock(0, 0.0, 1.0)
    form, plain = truck_full(truck_view(world), clock), truck_full(truck_view(world, "plain"), clock)
    assert {key: form[key] for key in _EXTRA} == {
        "shift": {"weekly": [[21_600.0, 54_000.0]], "dates": {"2021-03-01": []}},
        "back_by_shift_end": True,
        "home_node": 1,
        "returns_home": True,
    }
    assert set(form) - set(plain) == _EXTRA
    TruckFull.model_validate_json(json.dumps(form))
    TruckFull.model_validate_json(json.dumps(plain))
