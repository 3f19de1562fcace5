"""The places of a facility against a model that only keeps a diary of who asked, got a place and left."""

from __future__ import annotations

from dataclasses import dataclass
from math import isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine.world.places import USUAL_STAY_S, Places

TRUCKS = [f"truck-{number}" for number in range(8)]
STEPS = st.lists(
    st.tuples(
        st.integers(0, 600),
        st.one_of(
            st.tuples(st.just("ask"), st.sampled_from(TRUCKS)),
            st.tuples(st.just("leave"), st.sampled_from(TRUCKS)),
            st.tuples(st.just("resize"), st.integers(1, 6)),
            st.tuples(st.just("close"), st.none()),
        ),
    ),
    max_size=60,
)


@dataclass
class Stay:
    """One truck's entry in the diary."""

    truck: str
    asked: float
    got: float | None = None
    left: float | None = None


class Diary:
    """What should happen, from the rule alone: a free place goes to whoever has waited longest."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.stays: list[Stay] = []

    def present(self) -> list[Stay]:
        return [stay for stay in self.stays if stay.left is None]

    def inside(self) -> list[Stay]:
        return [stay for stay in self.present() if stay.got is not None]

    def outside(self) -> list[Stay]:
        return [stay for stay in self.present() if stay.got is None]

    def hand_out(self, now: float) -> list[str]:
        free = self.count - len(self.inside())
        lucky = sorted(self.outside(), key=lambda stay: stay.asked)[: max(0, free)]
        for stay in lucky:
            stay.got = now
        return [stay.truck for stay in lucky]


def run_both(count: int, steps: list[tuple[int, tuple[str, object]]]) -> tuple[Places, Diary, float]:
    """Do the same to both, compare what every step lets in, and check the invariants."""
    places, diary, now = Places(count), Diary(count), 0.0
    for pause, (what, whom) in steps:
        # Never two at the same instant: the diary knows the order of arrival by time alone.
        now += pause + 1.0
        here = {stay.truck: stay for stay in diary.present()}
        if what == "ask" and whom not in here:
            diary.stays.append(Stay(str(whom), now))
            assert places.ask(str(whom), now) == (diary.hand_out(now) == [whom])
        elif what == "leave" and whom in here:
            here[str(whom)].left = now
            assert places.leave(str(whom), now) == diary.hand_out(now)
        elif what == "resize":
            diary.count = max(int(str(whom)), len(diary.inside()), 1)
            assert places.resize(diary.count, now) == diary.hand_out(now)
        elif what == "close":
            gone = diary.outside()
            for stay in gone:
                stay.left = now
            assert places.close_queue() == [stay.truck for stay in gone]
        check(places, diary)
    return places, diary, now


def check(places: Places, diary: Diary) -> None:
    """Assert the invariants, and that both agree on who is inside and who waits."""
    waiting = [request.truck_id for request in places.waiting]
    assert len(places.held) <= places.count
    assert not set(waiting) & set(places.held)
    assert not waiting or len(places.held) == places.count
    assert places.has_room == (len(places.held) < places.count)
    assert places.held == {stay.truck: stay.got for stay in diary.inside()}
    assert places.waiting == [(stay.truck, stay.asked) for stay in diary.outside()]


@given(count=st.integers(1, 4), steps=STEPS)
def test_places_go_to_who_has_waited_longest(count: int, steps: list[tuple[int, tuple[str, object]]]) -> None:
    """A place is taken at once when one is free, else in the order of arrival."""
    run_both(count, steps)


@given(count=st.integers(1, 4), steps=STEPS)
def test_figures_are_those_of_the_diary(count: int, steps: list[tuple[int, tuple[str, object]]]) -> None:
    """Visits, waits and stays add up to those in the diary."""
    places, diary, _ = run_both(count, steps)
    served = [(stay, stay.got) for stay in diary.stays if stay.got is not None]
    waits = [got - stay.asked for stay, got in served if got > stay.asked]
    figures = places.figures
    assert figures.served == len(served)
    assert figures.waited == len(waits)
    assert isclose(figures.wait_s, sum(waits))
    assert figures.longest_wait_s == max(waits, default=0.0)
    assert isclose(figures.occupied_s, sum(stay.left - got for stay, got in served if stay.left is not None))


@given(count=st.integers(1, 4), steps=STEPS)
def test_the_expected_wait_is_that_of_the_mean_stay(count: int, steps: list[tuple[int, tuple[str, object]]]) -> None:
    """A planner expects those ahead to stay as long as those before them."""
    places, diary, _ = run_both(count, steps)
    stays = [stay.left - stay.got for stay in diary.stays if stay.got is not None and stay.left is not None]
    mean = sum(stays) / len(stays) if stays else USUAL_STAY_S
    ahead = len(diary.outside()) + 1 if len(diary.inside()) == diary.count else 0
    assert isclose(places.expected_wait_s(), ahead * mean / diary.count)


def test_what_must_not_be_asked_is_refused() -> None:
    """No truck asks twice, no place in use is taken away, nobody leaves where he is not."""
    places = Places(1)
    places.ask("inside", 0.0)
    places.ask("waiting", 0.0)
    for truck in ("inside", "waiting"):
        with pytest.raises(AssertionError):
            places.ask(truck, 1.0)
    with pytest.raises(AssertionError):
        places.resize(0, 1.0)
    with pytest.raises(KeyError):
        places.leave("elsewhere", 1.0)
