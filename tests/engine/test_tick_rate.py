"""The tick rate that is kept: of the last seconds, whatever was before, however rarely ticks come."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine.engine.tick_rate import WINDOW_S, TickRate

LOOK_S = 0.5


def looked_at(rate: TickRate, begun: float, ticks: list[float], end: float) -> float:
    """Let a loop tick at these moments and be looked at twice a second; return what it is said to keep in the end."""
    kept = 0.0
    counted = 0
    for look in range(1, round((end - begun) / LOOK_S) + 1):
        moment = begun + look * LOOK_S
        while counted < len(ticks) and ticks[counted] <= moment:
            rate.count()
            counted += 1
        kept = rate.kept(moment)
    return kept


@given(
    begun=st.floats(0.0, 1e6),
    wanted=st.integers(1, 100),
    seconds=st.integers(1, 60),
)
def test_a_steady_loop_keeps_its_rate(begun: float, wanted: int, seconds: int) -> None:
    """Ticks at equal distances are that many a second, from the first second on."""
    ticks = [begun + (number + 0.5) / wanted for number in range(wanted * seconds)]
    rate = TickRate()
    rate.begin(begun)
    assert looked_at(rate, begun, ticks, begun + seconds) == pytest.approx(wanted, abs=2.0)


@given(gap=st.integers(11, 60))
def test_rare_ticks_are_not_missed(gap: int) -> None:
    """A loop that ticks more rarely than the window is long has a small rate; one that has stopped has none."""
    rate = TickRate()
    rate.begin(0.0)
    assert looked_at(rate, 0.0, [0.5, gap + 0.5], float(gap)) == 0.0
    rate.count()
    assert 0.0 < rate.kept(gap + 0.6) <= 1.0 / WINDOW_S


def test_what_was_before_is_forgotten() -> None:
    """A loop that slows down is seen within the window; one that begins anew has no past."""
    rate = TickRate()
    rate.begin(0.0)
    fast = [number / 100 for number in range(1, 1001)]
    assert looked_at(rate, 0.0, fast, 10.0) == pytest.approx(100.0, abs=2.0)
    slow = [10.0 + number / 3 for number in range(1, 60)]
    assert looked_at(rate, 10.0, slow, 10.0 + WINDOW_S + 2 * LOOK_S) == pytest.approx(3.0, abs=0.5)
    rate.begin(1000.0)
    assert rate.kept(1000.0) == 0.0
    rate.count()
    assert rate.kept(1000.5) == 2.0
