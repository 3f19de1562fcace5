"""Consumption of a leg and what it emits."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine.energy import CLASSES, COMBINATION, DIESEL, VAN, LinearEnergy, Path, VehicleClass, class_of

MODEL = LinearEnergy()


def path_of(lengths: list[float]) -> Path:
    """Return a path of edges of some lengths, driven at 20 m/s."""
    metres = np.cumsum(np.array(lengths))
    return Path(np.arange(len(lengths), dtype=np.int32), metres, metres / 20.0, np.zeros(len(lengths), dtype=np.int8))


@given(st.sampled_from(CLASSES), st.floats(0.0, 300.0), st.lists(st.floats(0.1, 1e5), min_size=1, max_size=20))
def test_a_leg_burns_more_with_every_edge(vehicle: VehicleClass, load: float, lengths: list[float]) -> None:
    """The column never falls, and ends at what the estimate per metre makes of the whole length."""
    litres = MODEL.leg(path_of(lengths), vehicle, load)
    assert np.all(np.diff(litres, prepend=0.0) > 0.0)
    assert litres[-1] == pytest.approx(sum(lengths) * MODEL.litres_per_m(vehicle, load))


@pytest.mark.parametrize(
    ("vehicle", "load", "litres"),
    [(VAN, 0.0, 8.5), (VAN, 14.0, 9.9), (COMBINATION, 0.0, 23.0), (COMBINATION, 255.0, 33.2)],
)
def test_a_hundred_kilometres_of_each_class(vehicle: VehicleClass, load: float, litres: float) -> None:
    """What the class burns empty, and a share of a litre more for each tonne; a cargo unit is 100 kg."""
    assert MODEL.leg(path_of([40_000.0, 60_000.0]), vehicle, load)[-1] == pytest.approx(litres)


@pytest.mark.parametrize(("gross_t", "index"), [(3.5, 0), (3.6, 1), (7.5, 1), (18.0, 2), (26.0, 3), (40.0, 4)])
def test_a_class_goes_by_the_gross_mass(gross_t: float, index: int) -> None:
    """A vehicle at the limit of a class still belongs to it."""
    assert class_of(gross_t) is CLASSES[index]


def test_a_factor_says_where_it_comes_from() -> None:
    """Well to wheel is more than what leaves the exhaust, and both figures name a source with its year."""
    assert DIESEL.tank_to_wheel_of(100.0) == pytest.approx(268.0)
    assert DIESEL.well_to_wheel_of(100.0) == pytest.approx(324.0)
    for source in (DIESEL.tank_to_wheel_source, DIESEL.well_to_wheel_source):
        assert any(year in source for year in ("2006", "2012"))
