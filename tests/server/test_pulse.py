"""Telling a stuck engine from a slow one."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine.server.pulse import LOOK_INTERVAL_S, Pulse, waited_for_processor_s
from support.server import running_server, wait_until
from support.slowed import EngineFaults

_ALLOWED_S = 10.0


class _Machine:
    """A clock, and an engine that gets a share of a processor."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.waited = 5.0
        self.pulse = Pulse(1, _ALLOWED_S, lambda: self.now, lambda _: self.waited)

    def go_on(self, seconds: float, *, share: float = 1.0, beats: bool = True, step: int = 0) -> None:
        """Let time pass, the engine having `share` of a processor; heartbeats tell figures that move by `step`."""
        figure = 0
        for _ in range(round(seconds / LOOK_INTERVAL_S)):
            self.now += LOOK_INTERVAL_S
            self.waited += LOOK_INTERVAL_S * (1.0 - share)
            figure += step
            if beats:
                self.pulse.beat("tick", False, [7, figure])
            self.pulse.look()


def test_work_that_shows_progress_may_take_as_long_as_it_likes() -> None:
    """A snapshot of an hour is no reason to give an engine up, as long as its figures move."""
    machine = _Machine()
    machine.go_on(3600.0, step=1)
    assert machine.pulse.problem is None


def test_an_endless_loop_is_found() -> None:
    """Heartbeats alone prove nothing: their figures must move. First the engine is reported as not well, then given up."""
    machine = _Machine()
    machine.go_on(1.0, step=1)
    machine.go_on(_ALLOWED_S * 0.8)
    assert machine.pulse.problem == "has made no progress for 7.8 s (tick)"
    assert machine.pulse.verdict is None
    machine.go_on(_ALLOWED_S * 0.3)
    assert machine.pulse.verdict is not None


def test_a_frozen_process_is_found_also_at_slow_work() -> None:
    """Slow work may go on for long without progress, but not without a heartbeat."""
    machine = _Machine()
    machine.pulse.beat("map.import", True, [8, 0])
    machine.go_on(_ALLOWED_S * 1.1, beats=False)
    assert machine.pulse.verdict == "has given no sign of life for 10.8 s (map.import)"


@given(share=st.floats(0.01, 1.0), beats=st.booleans())
def test_a_slow_machine_costs_no_engine_its_life(share: float, beats: bool) -> None:
    """What counts is the engine's own time, whatever share of a processor it gets: neither sooner nor later."""
    machine = _Machine()
    machine.go_on(1.0, step=1)
    machine.go_on(0.9 * _ALLOWED_S / share, share=share, beats=beats)
    assert machine.pulse.verdict is None
    machine.go_on(0.3 * _ALLOWED_S / share + 1.0, share=share, beats=beats)
    assert machine.pulse.verdict is not None


def test_a_server_that_slept_itself_blames_nobody() -> None:
    """A container that was paused, both processes: what the engine has said meanwhile is still to be read."""
    machine = _Machine()
    machine.go_on(1.0, step=1)
    machine.now += 3600.0
    machine.pulse.look()
    assert machine.pulse.problem is None


def test_a_server_that_is_late_all_the_time_still_finds_a_frozen_engine() -> None:
    """On a busy machine every look comes late: the time the server slept is left out, and the rest of it adds up."""
    machine = _Machine()
    machine.go_on(1.0, step=1)
    looks = 0
    while machine.pulse.verdict is None:
        machine.now += 5.0
        machine.pulse.look()
        looks += 1
        assert looks < 2 * _ALLOWED_S / LOOK_INTERVAL_S
    assert looks >= _ALLOWED_S / LOOK_INTERVAL_S


def test_the_kernel_tells_who_waits_for_a_processor() -> None:
    """Of two processes on one processor each waits while the other works; one that sleeps waits for nothing."""
    processor = {min(os.sched_getaffinity(0))}
    pin = f"import os; os.sched_setaffinity(0, {processor}); "
    programs = [pin + "print(flush=True)\nwhile True: pass"] * 2 + [
        pin + "import time; print(flush=True); time.sleep(600)"
    ]
    processes = [subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) for program in programs]
    try:
        for process in processes:
            assert process.stdout is not None
            process.stdout.readline()
        before = [waited_for_processor_s(process.pid) for process in processes]
        wait_until(lambda: waited_for_processor_s(processes[0].pid) > before[0] + 1.0)
        waited = [waited_for_processor_s(process.pid) - was for process, was in zip(processes, before, strict=True)]
        assert waited[1] > 0.5
        assert waited[2] < 0.5
    finally:
        for process in processes:
            process.kill()
            process.wait()
            assert process.stdout is not None
            process.stdout.close()


@pytest.mark.slow
def test_a_snapshot_of_many_seconds_is_no_stuck_engine(tmp_path: Path) -> None:
    """Stopping a world whose map takes several times the patience to write out answers with the snapshot; nothing is lost."""
    faults = EngineFaults(tmp_path)
    with running_server("demo", "--autostart", SPINE_ENGINE_SILENCE_SECONDS="3", **faults.environment) as server:
        tick = server.get("/ready")["tick"]
        faults.slow_down(11.0)
        begun = time.monotonic()
        status, answer = server.post({"action": "simulation.stop", "params": {}, "request_id": "s"})
        took_s = time.monotonic() - begun
        faults.mend()
        assert (status, answer.get("signal")) == (200, "simulation.stopped"), answer
        # Else it was not slow, and this proves nothing.
        assert took_s > 10.0
        assert server.metric("spine_engine_restarts_total") == 0
        assert server.get("/api/state")["tick"] >= tick
        assert '"engine lost"' not in server.output


@pytest.mark.slow
def test_an_engine_in_an_endless_loop_is_replaced(tmp_path: Path) -> None:
    """It has a heartbeat, but makes no progress: not ready, unhealthy, given up; the log says at which work."""
    faults = EngineFaults(tmp_path)
    with running_server("demo", "--autostart", SPINE_ENGINE_SILENCE_SECONDS="2", **faults.environment) as server:
        faults.loop_endlessly()
        wait_until(lambda: server.status("/ready") == 503)
        wait_until(lambda: '"engine lost"' in server.output)
        faults.mend()
        wait_until(lambda: server.status("/ready") == 200)
        assert server.metric("spine_engine_restarts_total") == 1
        assert "(tick)" in server.output


@pytest.mark.slow
def test_an_engine_that_freezes_just_after_its_start_is_replaced_as_soon_as_any_other() -> None:
    """Its first heartbeat comes before it is ready: from then on a frozen process is known from one that starts slowly."""
    with running_server("demo", SPINE_ENGINE_SILENCE_SECONDS="3") as server:
        (engine,) = _children(server.process.pid)
        os.kill(engine, signal.SIGSTOP)
        wait_until(lambda: '"engine lost"' in server.output)
        silent = re.search(r"has given no sign of life for (\d+\.\d) s", server.output)
        assert silent is not None
        # A start may take a minute. On a busy machine one look may come seconds after the other.
        assert 3.0 <= float(silent[1]) < 20.0


@pytest.mark.slow
def test_a_paused_server_keeps_its_engine() -> None:
    """Both processes stopped for longer than the engine's patience, as by `docker pause`: they go on as if nothing had been."""
    with running_server("demo", "--autostart", SPINE_ENGINE_SILENCE_SECONDS="1") as server:
        group = [server.process.pid, *_children(server.process.pid)]
        assert len(group) == 2
        for pid in group:
            os.kill(pid, signal.SIGSTOP)
        time.sleep(3.0)
        for pid in reversed(group):
            os.kill(pid, signal.SIGCONT)
        tick = server.get("/ready")["tick"]
        wait_until(lambda: server.get_any("/ready")["tick"] > tick)
        assert server.metric("spine_engine_restarts_total") == 0


def _children(pid: int) -> list[int]:
    done = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=True)
    return [int(line) for line in done.stdout.split()]
