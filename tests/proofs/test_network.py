"""Bring clients on bad networks to a real server, and look whether others notice and whether anything is left of them.

CLIENTS (500) and STORMS (6). Clients that never answer a ping, are cut off without FIN or RST (a pulled cable between network
namespaces: needs root and `ip`, left out otherwise), read a byte a second, never finish what they ask or never take the answer, leave at
once in every manner, and storms of as many at once, several times. The server's limits are shortened, see `support/networking.py`.
Another client must miss no tick; handles, queues and metrics must be as before; memory bounded.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from support.networking import PATIENCE, Cable, Result, Trials
from support.server import running_server
from support.watching import cost_of, metrics_of, over_a_second

pytestmark = [pytest.mark.proof, pytest.mark.timeout(0)]

_REPEATS = 3


def test_clients_on_bad_networks_leave_nothing_behind(
    tmp_path: Path, amount: Callable[[str, int], int], say: Callable[[str], None]
) -> None:
    """Every kind three times; the trials themselves look for what must hold."""
    clients, storms = amount("CLIENTS", 500), amount("STORMS", 6)
    begun = time.monotonic()
    flags = ("--autostart", "--speed", "3600")
    with running_server("demo", *flags, HOST="0.0.0.0", LOG_LEVEL="ERROR", **PATIENCE) as server:
        trials = Trials(server, tmp_path)
        memory = [cost_of(server.process.pid).memory]
        try:
            for _ in range(_REPEATS):
                for trial in (trials.hang_up, trials.silent, trials.trickle, trials.unfinished):
                    _show(trial(clients), say)
                _show(trials.storm(clients, storms), say)
                memory.append(cost_of(server.process.pid).memory)
            _cut_off(trials, clients, say)
            memory.append(cost_of(server.process.pid).memory)
        finally:
            trials.close()
        metrics = metrics_of(server.url)
        say(f"memory of the server before and after each round: {', '.join(f'{part >> 20}' for part in memory)} MiB")
        late = over_a_second(metrics, "spine_tick_duration_seconds")
        say(f"ticks longer than a second: {late}; {time.monotonic() - begun:.0f} s")
        assert server.output == ""


def _cut_off(trials: Trials, clients: int, say: Callable[[str], None]) -> None:
    try:
        with Cable() as cable:
            _show(trials.cut_off(clients, cable), say)
    except OSError as error:
        say(f"clients that are cut off are left out: {error}")


def _show(result: Result, say: Callable[[str], None]) -> None:
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
