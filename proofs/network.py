"""Brings clients on bad networks to a real server, and looks whether others notice and whether anything is left of them.

    python -m proofs.network [clients] [storms]

Clients that never answer a ping, are cut off without FIN or RST (a pulled cable between network namespaces: needs root and `ip`, left out
otherwise), read a byte a second, never finish what they ask or never take the answer, leave at once in every manner, and storms of as
many at once, several times. Limits of patience are shortened, see `support/networking.py`. Another client must miss no tick; handles,
queues and metrics must be as before; memory bounded.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from proofs.common import number, say
from support.networking import PATIENCE, Cable, Result, Trials  # type: ignore[import-not-found]
from support.server import running_server  # type: ignore[import-not-found]
from support.watching import cost_of, metrics_of, over_a_second  # type: ignore[import-not-found]

_REPEATS = 3


def main() -> None:
    """Run all trials and print their figures; the first thing that is not as it must be ends it."""
    clients, storms = number(1, 500), number(2, 6)
    begun = time.monotonic()
    flags = ("--autostart", "--speed", "3600")
    with (
        tempfile.TemporaryDirectory() as folder,
        running_server("demo", *flags, HOST="0.0.0.0", LOG_LEVEL="ERROR", **PATIENCE) as server,
    ):
        trials = Trials(server, Path(folder))
        memory = [cost_of(server.process.pid).memory]
        try:
            for _ in range(_REPEATS):
                for trial in (trials.hang_up, trials.silent, trials.trickle, trials.unfinished):
                    _show(trial(clients))
                _show(trials.storm(clients, storms))
                memory.append(cost_of(server.process.pid).memory)
            _cut_off(trials, clients)
            memory.append(cost_of(server.process.pid).memory)
        finally:
            trials.close()
        metrics = metrics_of(server.url)
        print(f"memory of the server before and after each round: {', '.join(f'{part >> 20}' for part in memory)} MiB")
        print(
            f"ticks longer than a second: {over_a_second(metrics, 'spine_tick_duration_seconds')}; {time.monotonic() - begun:.0f} s"
        )
        print(server.output[-2000:])


def _cut_off(trials: Trials, clients: int) -> None:
    try:
        with Cable() as cable:
            _show(trials.cut_off(clients, cable))
    except OSError as error:
        say(f"clients that are cut off are left out: {error}")


def _show(result: Result) -> None:
    heard = result.heard
    say(
        f"{result.clients} that {result.name}: gone after {result.took_s:.1f} s, counted as {dict(result.disconnects)}; "
        f"server at most {result.most_memory >> 20} MiB, {result.most_handles} handles; the witness heard {heard.ticks} ticks, "
        f"missed {heard.missed}, between two {_percentiles(heard.gap_s)}"
    )
    if result.snapshot_s:
        last = len(result.snapshot_s) - 1
        say(f"  their snapshots were complete after {_percentiles(lambda share: result.snapshot_s[int(share * last)])}")


def _percentiles(of: Callable[[float], float]) -> str:
    return f"{1000 * of(0.5):.0f} ms (99 of 100: {1000 * of(0.99):.0f}, most {1000 * of(1.0):.0f})"


if __name__ == "__main__":
    main()
