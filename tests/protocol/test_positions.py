"""Binary frames of positions: what goes in comes out, what is damaged is refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine.errors import ProtocolError
from spine.protocol.positions import decode_positions, encode_positions
from spine.world import TruckPositions
from support.worlds import run, small_world


@given(st.integers(0, 200), st.integers(0, 2**32 - 1), st.integers(0, 10**6))
def test_what_goes_in_comes_out(count: int, tick: int, roster: int) -> None:
    """Every column survives; the load to half a percent."""
    draw = np.random.default_rng(count)
    columns = [draw.uniform(-1e5, 1e5, count).astype(np.float32) for _ in range(3)]
    positions = TruckPositions(
        columns[0],
        columns[1],
        columns[2],
        draw.integers(0, 11, count).astype(np.uint8),
        draw.uniform(0, 1, count).astype(np.float32),
    )
    frame = decode_positions(encode_positions(positions, tick, 12.5, roster))
    assert (frame.tick, frame.elapsed_s, frame.roster) == (tick, 12.5, roster)
    assert frame.index.tolist() == list(range(count))
    assert np.array_equal(frame.x, positions.x)
    assert np.array_equal(frame.y, positions.y)
    assert np.array_equal(frame.heading, positions.heading)
    assert np.array_equal(frame.activity, positions.activity)
    assert np.allclose(frame.load / 255.0, positions.load_share, atol=0.002)


def test_an_area_shows_just_the_trucks_in_it() -> None:
    """Indices lead to the trucks of the whole fleet."""
    world = small_world(trucks=12)
    run(world, 2.0)
    positions = world.positions()
    area = (0.0, 0.0, 3000.0, 3000.0)
    frame = decode_positions(encode_positions(positions, 1, world.now, 1, area))
    inside = [
        index
        for index, truck_id in enumerate(world.truck_ids())
        if 0 <= world.agent(truck_id).x <= 3000 and 0 <= world.agent(truck_id).y <= 3000
    ]
    assert frame.index.tolist() == inside
    assert 0 < len(inside) < 12


def test_damaged_frames_are_refused() -> None:
    """Cut, foreign or newer frames are named."""
    frame = encode_positions(small_world().positions(), 1, 0.0, 1)
    for damaged in (b"", frame[:20], frame[:-1], b"XPOS" + frame[4:], frame[:4] + b"\x02\x00" + frame[6:]):
        with pytest.raises(ProtocolError, match="positions"):
            decode_positions(damaged)
