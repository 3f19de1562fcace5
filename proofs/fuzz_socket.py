"""Sends a million messages that are nearly right to two real servers, and looks whether each is answered once and the worlds live on.

    python -m proofs.fuzz_socket [messages] [seed]

Valid actions of every kind are changed in their values, their envelope, their bytes; sent whole or in fragments, masked, beside binary
frames and connections whose frames are broken themselves. The first thing that is not as it must be ends it, with the seed.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from statistics import median

from proofs.common import number, say
from support.fuzzing_socket import UNBOUND, Figures, SocketFuzz  # type: ignore[import-not-found]
from support.server import running_server  # type: ignore[import-not-found]
from support.small_files import small_files  # type: ignore[import-not-found]

_GROWTH = 1.02
_MOST_GROWTH = 1.5


def fuzz(messages: int, seed: int) -> tuple[Figures, str]:
    """Fuzz one server; return the figures and what it has printed."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = {each.name: each.data for each in small_files(folder)}
        scenario = folder / "world.yaml"
        scenario.write_bytes(files["by-file.yaml"])
        with running_server(str(scenario), LOG_LEVEL="ERROR", **UNBOUND) as server:
            fuzzing = SocketFuzz(server, seed, json.loads(files["running.ssave"]), json.loads(files["grid.smap"]))
            try:
                figures = fuzzing.run(messages, lambda text: say(f"seed {seed}: {text}"))
            except AssertionError as error:
                raise AssertionError(f"seed {seed}: {error}\n{server.output[-3000:]}") from None
            return figures, server.output


def grows(memory: list[float]) -> bool:
    """Return whether memory grows, by its medians in the second, third and fourth quarter of a run.

    A leak goes on from quarter to quarter. A peak that the allocator did not give back is one step: of that, half as much again is allowed.
    """
    second, third, fourth = memory
    return fourth > second * _MOST_GROWTH or (third > second * _GROWTH and fourth > third * _GROWTH)


def main() -> int:
    """Run the proof, print its figures and return the exit code."""
    messages, seed = number(1, 1_000_000), number(2, 1)
    begun = time.monotonic()
    with ProcessPoolExecutor(2) as pool:
        both = list(pool.map(fuzz, [messages // 2 + messages % 2, messages // 2], [seed, seed + 1]))
    figures = [part for part, _ in both]
    print(
        f"{sum(part.messages for part in figures)} messages in {sum(part.frames for part in figures)} frames, "
        f"{sum(part.wild_connections for part in figures)} wild connections, {time.monotonic() - begun:.0f} s, seeds {seed}, {seed + 1}"
    )
    for what in ("kinds", "answers"):
        total = sum((getattr(part, what) for part in figures[1:]), getattr(figures[0], what))
        print(f"{what}: " + ", ".join(f"{count} x {name}" for name, count in total.most_common()))
    print(
        f"slowest round of up to 1600 messages {max(part.slowest_round_s for part in figures):.2f} s; "
        f"{sum(part.starved for part in figures)} actions and ticks had to wait over a second for the machine"
    )
    flat = True
    for part in figures:
        quarter = len(part.memory) // 4
        if not quarter:
            print(f"too few messages to tell of memory: {part.messages}")
            continue
        for which, name in enumerate(("server", "engine")):
            spans = (part.memory[quarter * i : quarter * (i + 1)] for i in (1, 2, 3))
            memory = [median(both[which] for both in span) / 2**20 for span in spans]
            flat &= not grows(memory)
            print(f"memory of the {name}: {' -> '.join(f'{mebibytes:.1f}' for mebibytes in memory)} MiB")
    print("\n".join(output[-2000:] for _, output in both if output))
    return 0 if flat else 1


if __name__ == "__main__":
    sys.exit(main())
