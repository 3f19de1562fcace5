"""Send a million messages that are nearly right to two real servers, and look whether each is answered once and the worlds live on.

MESSAGES (1 000 000) and SEED (1). Valid actions of every kind are changed in their values, their envelope, their bytes; sent whole or
in fragments, masked, beside binary frames and connections whose frames are broken themselves. The first thing that is not as it
must be ends it, with the seed.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from statistics import median

import pytest

from support.fuzzing_socket import Figures, fuzz_server

pytestmark = [pytest.mark.proof, pytest.mark.timeout(0)]

_GROWTH = 1.02
_MOST_GROWTH = 1.5


def test_every_changed_message_is_answered_once_and_memory_stays(
    amount: Callable[[str, int], int], say: Callable[[str], None]
) -> None:
    """Two processes, a server each; neither the server's memory nor the engine's grows."""
    messages, seed = amount("MESSAGES", 1_000_000), amount("SEED", 1)
    begun = time.monotonic()
    with ProcessPoolExecutor(2) as pool:
        halves = [messages // 2 + messages % 2, messages // 2]
        both = list(pool.map(partial(fuzz_server, aloud=True), halves, [seed, seed + 1]))
    figures = [part for part, _ in both]
    say(
        f"{sum(part.messages for part in figures)} messages in {sum(part.frames for part in figures)} frames, "
        f"{sum(part.wild_connections for part in figures)} wild connections, {time.monotonic() - begun:.0f} s, seeds {seed}, {seed + 1}"
    )
    for what in ("kinds", "answers"):
        total = sum((getattr(part, what) for part in figures[1:]), getattr(figures[0], what))
        say(f"{what}: " + ", ".join(f"{count} x {name}" for name, count in total.most_common()))
    say(
        f"slowest round of up to 1600 messages {max(part.slowest_round_s for part in figures):.2f} s; "
        f"{sum(part.starved for part in figures)} actions and ticks had to wait over a second for the machine"
    )
    assert not [name for part in figures for name in _growing(part, say)]
    assert [output for _, output in both] == ["", ""]


def _growing(part: Figures, say: Callable[[str], None]) -> list[str]:
    """Say how memory went, and return which of the two processes grows."""
    quarter = len(part.memory) // 4
    if not quarter:
        say(f"too few messages to tell of memory: {part.messages}")
        return []
    found = []
    for which, name in enumerate(("server", "engine")):
        spans = (part.memory[quarter * i : quarter * (i + 1)] for i in (1, 2, 3))
        memory = [median(both[which] for both in span) / 2**20 for span in spans]
        say(f"memory of the {name}: {' -> '.join(f'{mebibytes:.1f}' for mebibytes in memory)} MiB")
        if grows(memory):
            found.append(name)
    return found


def grows(memory: list[float]) -> bool:
    """Return whether memory grows, by its medians in the second, third and fourth quarter of a run.

    A leak goes on from quarter to quarter. A peak that the allocator did not give back is one step: of that, half as much again is allowed.
    """
    second, third, fourth = memory
    return fourth > second * _MOST_GROWTH or (third > second * _GROWTH and fourth > third * _GROWTH)
