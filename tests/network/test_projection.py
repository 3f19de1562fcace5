"""Lengths on the ellipsoid and the local plane: against published values, against each other, there and back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine.network.projection import LocalProjection, geodesic_lengths_m, ring_centre_and_area


@pytest.mark.parametrize(
    ("latitude", "metres"), [(45.0, 4_984_944.378), (50.0, 5_540_847.042), (-50.0, -5_540_847.042)]
)
def test_northing_is_the_meridian_arc(latitude: float, metres: float) -> None:
    """On the central meridian the plane has the published arcs of WGS 84 from the equator, to a millimetre."""
    x, y = LocalProjection(20.0, 0.0).to_xy(20.0, latitude)
    assert float(x) == pytest.approx(0.0, abs=1e-9)
    assert float(y) == pytest.approx(metres, abs=1e-3)


@pytest.mark.parametrize(
    ("lon", "lat", "metres"),
    [
        ((20.0, 20.0), (49.5, 50.5), 111_229.0),
        ((20.0, 21.0), (50.0, 50.0), 71_696.0),
        ((20.0, 20.0, 20.0), (50.0, 50.0, 50.0), 0.0),
    ],
)
def test_lengths_are_those_of_the_ellipsoid(lon: tuple[float, ...], lat: tuple[float, ...], metres: float) -> None:
    """A degree of latitude, a degree of longitude, and standing still."""
    assert float(geodesic_lengths_m(lon, lat).sum()) == pytest.approx(metres, rel=1e-4)


def test_a_line_of_one_point_has_no_pieces() -> None:
    """No pieces, no lengths, no error."""
    assert geodesic_lengths_m([20.0], [50.0]).shape == (0,)


@given(
    st.floats(-179.0, 179.0),
    st.floats(-75.0, 75.0),
    st.floats(-150_000.0, 150_000.0),
    st.floats(-150_000.0, 150_000.0),
)
def test_plane_and_globe_go_there_and_back(lon0: float, lat0: float, x: float, y: float) -> None:
    """Metres to degrees and back is the same place within a millimetre, anywhere lorries drive."""
    plane = LocalProjection(lon0, lat0)
    again = plane.to_xy(*plane.to_lonlat(x, y))
    assert np.hypot(again[0] - x, again[1] - y) < 1e-3


@given(st.floats(-70.0, 70.0), st.floats(0.0, 150_000.0), st.floats(0.0, 2.0 * np.pi), st.floats(0.0, 2.0 * np.pi))
def test_distances_on_the_plane_are_true(lat0: float, away: float, bearing: float, heading: float) -> None:
    """A kilometre drawn in any direction anywhere within 150 km is a kilometre on the ellipsoid within 0.05 %."""
    plane = LocalProjection(20.0, lat0)
    x = away * np.sin(bearing) + np.array([0.0, 1000.0 * np.sin(heading)])
    y = away * np.cos(bearing) + np.array([0.0, 1000.0 * np.cos(heading)])
    length = float(geodesic_lengths_m(*plane.to_lonlat(x, y))[0])
    assert length == pytest.approx(1000.0, rel=5e-4)


def test_columns_of_any_shape_are_projected() -> None:
    """Shape in, shape out, and the origin is the origin."""
    plane = LocalProjection(22.0, 50.0)
    x, y = plane.to_xy(np.full((2, 3), 22.0), np.full((2, 3), 50.0))
    assert x.shape == y.shape == (2, 3)
    assert not x.any()
    assert np.abs(y).max() < 1e-9


def test_the_middle_of_an_outline_is_its_centroid() -> None:
    """An L of three squares of 100 m: where its weight is, not the mean of its corners; and 30 000 square metres."""
    plane = LocalProjection(22.0, 50.0)
    corners = np.array([[0, 0], [200, 0], [200, 100], [100, 100], [100, 200], [0, 200], [0, 0]], dtype=float)
    lon, lat = plane.to_lonlat(corners[:, 0], corners[:, 1])
    centre_lon, centre_lat, area = ring_centre_and_area(lon.tolist(), lat.tolist())
    x, y = plane.to_xy(centre_lon, centre_lat)
    assert (float(x), float(y)) == (pytest.approx(250 / 3, abs=0.01), pytest.approx(250 / 3, abs=0.01))
    assert area == pytest.approx(30_000.0, rel=1e-5)


def test_an_outline_without_area_has_its_middle_at_the_mean() -> None:
    """There and back along a line."""
    assert ring_centre_and_area([20.0, 20.2, 20.0], [50.0, 50.0, 50.0]) == (pytest.approx(20.0667, abs=1e-4), 50.0, 0.0)
