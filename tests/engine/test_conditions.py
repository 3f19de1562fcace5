"""One line in the log at each end of what goes wrong for a while."""

from __future__ import annotations

import logging

from hypothesis import given
from hypothesis import strategies as st

from spine.engine.conditions import SETTLED_S, Condition


class _Watched:
    """A condition, its clock, and what it has told."""

    def __init__(self) -> None:
        self.now = 50.0
        self.told: list[tuple[int, str, dict[str, object]]] = []
        self.condition = Condition("broken", "mended", lambda: self.now)

    def go_on(self, seconds: float, problem: str) -> None:
        """Let time pass, a problem being there or not."""
        self.now += seconds
        self.told += self.condition.look(problem)


def test_the_end_says_what_it_has_cost() -> None:
    """How long it was, and how many actions were refused; the next time counts anew."""
    watched = _Watched()
    watched.go_on(1.0, "disk full")
    watched.condition.refused += 17
    watched.go_on(30.0, "disk full, still")
    watched.go_on(10.0, "")
    watched.go_on(SETTLED_S, "")
    watched.go_on(1.0, "disk full")
    watched.go_on(2.0, "")
    watched.go_on(SETTLED_S, "")
    assert watched.told == [
        (logging.ERROR, "broken", {"reason": "disk full"}),
        (logging.INFO, "mended", {"seconds": 40.0, "actions_refused": 17}),
        (logging.ERROR, "broken", {"reason": "disk full"}),
        (logging.INFO, "mended", {"seconds": 2.0, "actions_refused": 0}),
    ]


@given(st.lists(st.tuples(st.floats(0.01, SETTLED_S * 0.9), st.booleans()), max_size=60))
def test_a_disk_that_is_nearly_full_does_not_fill_the_log(course: list[tuple[float, bool]]) -> None:
    """Now well, now not: a line at the beginning, and no other before it has been well for a while without a break."""
    watched = _Watched()
    for seconds, broken in course:
        watched.go_on(seconds, "disk full" if broken else "")
    names = [event for _, event, _ in watched.told]
    assert names == ["broken", "mended"] * (len(names) // 2) + ["broken"] * (len(names) % 2)
    assert bool(names) == any(broken for _, broken in course)
    longest, well_for = 0.0, None
    for seconds, broken in course:
        well_for = None if broken else 0.0 if well_for is None else well_for + seconds
        longest = max(longest, well_for or 0.0)
    if longest < SETTLED_S:
        assert len(names) <= 1
