"""Servers that keep their world: killed and back, on disks that fail, with another server's directory, with another scenario."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from spine.server.healthcheck import healthcheck
from spine.storage import StateDirectory
from spine.storage.recording import Recording
from support.crashing import CrashProof
from support.patience import PATIENCE_S
from support.server import Server, free_port, running_server, wait_until


def _engine_pid(server: Server) -> int:
    children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children").read_text("ascii").split()
    return int(children[0])


def _metric(server: Server, name: str) -> float:
    with urllib.request.urlopen(server.url + "/metrics") as response:
        lines = response.read().decode().splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith(name + " "))


def _refused(*flags: str) -> str:
    """Start a server that cannot start, and return what it says."""
    done = subprocess.run(
        [sys.executable, "-m", "spine", "serve", "--port", str(free_port()), *flags],
        env={**os.environ, "HOST": "127.0.0.1", "LOG_FORMAT": "json"},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 2
    return done.stderr + done.stdout


def test_a_killed_server_goes_on_where_it_was(tmp_path: Path) -> None:
    """After SIGKILL of all: agents, pace and run state are there, time has not fallen back by more than moments, the snapshot says so."""
    flags = ("--state-dir", str(tmp_path / "state"))
    with running_server("demo", *flags) as server, server.client() as client:
        assert client.ask("agent.create", agent_id="survivor", agent_kind="truck")["signal"] == "agent.created"
        assert client.ask("simulation.start", tick_rate=50, speed=30)["signal"] == "simulation.started"
        before = [client.signal("tick.end") for _ in range(100)][-1]["data"]
        os.kill(_engine_pid(server), signal.SIGKILL)
        server.stop(signal.SIGKILL)
    with running_server("demo", *flags) as server, server.client() as client:
        listed = client.signal("agent.listed")["data"]
        assert "survivor" in {agent["id"] for agent in listed["agents"]}
        assert listed["tick"] > before["tick"] - 75
        assert client.signal("simulation.started")["data"] == {"tick_rate": 50, "speed": 30.0}
        assert client.signal("tick.start")["data"]["tick"] >= listed["tick"]
        # The first one after the snapshot's own is the next tick of the run that was interrupted.
        ticks = [client.signal("tick.end")["data"]["tick"] for _ in range(5)]
        assert ticks[1:] == list(range(ticks[1], ticks[-1] + 1))


@pytest.mark.slow
def test_an_engine_that_dies_comes_back_with_its_world_under_living_clients(tmp_path: Path) -> None:
    """Clients stay connected, are told, and get a snapshot of the world as it was; it runs on without being asked."""
    with running_server("demo", "--autostart", "--state-dir", str(tmp_path)) as server, server.client() as client:
        client.ask("agent.create", agent_id="survivor", agent_kind="truck")
        before = [client.signal("tick.end") for _ in range(30)][-1]["data"]["tick"]
        os.kill(_engine_pid(server), signal.SIGKILL)
        client.until(lambda message: message["signal"] == "error" and "engine" in message["data"]["message"])
        listed = client.signal("agent.listed")["data"]
        assert "survivor" in {agent["id"] for agent in listed["agents"]}
        assert listed["tick"] > before - 30
        assert client.signal("tick.end")["data"]["tick"] >= listed["tick"]
        assert client.ask("agent.delete", agent_id="survivor")["signal"] == "agent.deleted"


def test_a_disk_that_fails_stops_actions_not_the_world(tmp_path: Path) -> None:
    """Refused with the reason while nothing can be written; ticks go on, `/ready` and a metric say so; all is well when it works again."""
    with running_server("demo", "--autostart", "--state-dir", str(tmp_path)) as server, server.client() as client:
        assert _metric(server, "spine_journal_healthy") == 1.0
        engine = _engine_pid(server)
        limits = resource.prlimit(engine, resource.RLIMIT_FSIZE)
        resource.prlimit(engine, resource.RLIMIT_FSIZE, (1, limits[1]))
        answer = client.ask("agent.create", agent_id="one", agent_kind="truck")
        assert answer["signal"] == "error"
        assert "not carried out, because it cannot be saved" in answer["data"]["message"]
        assert "cannot be written" in answer["data"]["message"]
        wait_until(lambda: server.status("/ready") == 503)
        assert _metric(server, "spine_journal_healthy") == 0.0
        ticks = [client.signal("tick.end")["data"]["tick"] for _ in range(5)]
        assert ticks == list(range(ticks[0], ticks[0] + 5))
        assert client.ask("agent.describe", agent_id="one")["signal"] == "error"
        resource.prlimit(engine, resource.RLIMIT_FSIZE, limits)
        wait_until(lambda: server.status("/ready") == 200)
        assert server.get("/ready")["journal"]["problem"] == ""
        assert client.ask("agent.create", agent_id="one", agent_kind="truck")["signal"] == "agent.created"
        assert _metric(server, "spine_journal_healthy") == 1.0
        wait_until(lambda: _metric(server, "spine_journal_last_action") >= 1.0)


@pytest.mark.slow
def test_the_directory_of_another_server_is_refused(tmp_path: Path) -> None:
    """Two servers on one directory: the second ends with exit code 2 and names the first; the first is not disturbed."""
    with running_server("none", "--state-dir", str(tmp_path)) as server:
        assert f"in use by another server (process {_engine_pid(server)})" in _refused("--state-dir", str(tmp_path))
        with server.client() as client:
            assert client.ask("agent.create", agent_id="a", agent_kind="broker")["signal"] == "agent.created"


@pytest.mark.slow
def test_another_scenario_is_refused_and_fresh_sets_the_old_world_aside(tmp_path: Path) -> None:
    """A directory keeps its scenario: another is refused by name, none asked for goes on, `--fresh` begins anew and deletes nothing."""
    flags = ("--state-dir", str(tmp_path))
    with running_server("demo", *flags) as server:
        assert server.stop()[0] == 0
    words = _refused("--scenario", "none", *flags)
    assert "keeps a world of scenario 'demo', not 'none'" in words
    assert "--fresh" in words
    with running_server("none", "--fresh", *flags) as server, server.client() as client:
        client.ask("agent.create", agent_id="a", agent_kind="broker")
        # An engine that dies later must take up the new world, not begin yet another.
        os.kill(_engine_pid(server), signal.SIGKILL)
        client.until(lambda message: message["signal"] == "agent.listed" and message["data"]["total"] == 1)
    assert len(StateDirectory(tmp_path).set_aside_folders()) == 1


def test_a_place_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    """A state directory that is a file, or below one, ends the start with one line that names it."""
    (tmp_path / "file").write_text("")
    words = _refused("--scenario", "none", "--state-dir", str(tmp_path / "file"))
    assert f"state directory {tmp_path / 'file'}: cannot be used" in words
    assert "Traceback" not in words


@pytest.mark.slow
def test_a_disk_that_is_full_at_the_start_is_named(tmp_path: Path) -> None:
    """A server that cannot write its journal at all says which file, and what may be the matter; the world is not harmed."""
    flags = ("--scenario", "none", "--state-dir", str(tmp_path))
    with running_server("none", *flags[2:]) as server:
        assert server.stop()[0] == 0
    program = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (1, 1)); from spine.cli import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "state", "prune", str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 2
    assert "is the disk full, read-only or failing?" in done.stderr
    with running_server("none", *flags[2:]) as server:
        assert server.stop()[0] == 0


@pytest.mark.slow
def test_a_directory_that_lost_its_journal_is_refused(tmp_path: Path) -> None:
    """Checkpoints without a journal are not taken for a world: nothing is loaded by halves."""
    flags = ("--scenario", "none", "--state-dir", str(tmp_path))
    with running_server("none", *flags[2:]) as server:
        assert server.stop()[0] == 0
    StateDirectory(tmp_path).journal.unlink()
    assert "there are checkpoints but no journal.sqlite" in _refused(*flags)


def test_a_clean_stop_leaves_nothing_to_replay(tmp_path: Path) -> None:
    """The last checkpoint holds everything; the log of the next start says that nothing was replayed."""
    flags = ("--state-dir", str(tmp_path))
    with running_server("demo", "--autostart", *flags) as server, server.client() as client:
        client.ask("agent.create", agent_id="a", agent_kind="truck")
        assert server.stop()[0] == 0
    with running_server("demo", *flags) as server:
        _, log = server.stop()
    taken_up = next(line for line in map(json.loads, log.splitlines()) if line["event"] == "world taken up")
    assert (taken_up["actions_replayed"], taken_up["ticks_replayed"]) == (0, 0)


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody else")
def test_a_directory_of_somebody_else_is_refused(tmp_path: Path) -> None:
    """Permission denied, by name, in one line, and nothing is left in it."""
    program = (
        "import encodings.idna, os, sys; from spine.cli import main; import spine.engine.loop; from spine.server import app, process;"
        "os.setgid(65534); os.setuid(65534);"
        "from spine.engine.loop import open_world; from spine.engine.heartbeat import CurrentWork; from spine.errors import SpineError\n"
        "try: open_world({'state_dir': sys.argv[1], 'scenario': 'none', 'insists': True, 'fresh': False}, None, CurrentWork())\n"
        "except SpineError as error: print(error); sys.exit(2)"
    )
    tmp_path.chmod(0o755)
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )
    assert (done.returncode, done.stderr) == (2, "")
    assert done.stdout.startswith(
        f"state directory {tmp_path}: cannot be used: Permission denied; it must be a writable"
    )
    assert list(tmp_path.iterdir()) == []


def _mounted(folder: Path, options: str) -> None:
    """Mount a small file system of its own; skip where that is not allowed."""
    folder.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], capture_output=True, check=False)
    if done.returncode:
        pytest.skip(f"cannot mount a file system here: {done.stderr.decode().strip()}")


@pytest.mark.slow
def test_a_read_only_file_system_is_refused(tmp_path: Path) -> None:
    """Journal and recording name it, in one line, with exit code 2."""
    folder = tmp_path / "disk"
    _mounted(folder, "ro")
    try:
        words = _refused("--scenario", "none", "--state-dir", str(folder))
        assert f"state directory {folder}: cannot be used: Read-only file system" in words
        words = _refused("--scenario", "none", "--record", str(folder / "run.rec"))
        assert f"{folder / 'run.rec'}: cannot be written: Read-only file system" in words
    finally:
        subprocess.run(["umount", folder], check=True)


_BROKEN = [
    "the journal cannot be written: actions are refused",
    "checkpoints cannot be written: a recovery would take longer",
    "recording has a gap",
]
_MENDED = ["the journal is written again", "checkpoints are written again", "recording resumed"]


@pytest.mark.slow
def test_a_disk_that_is_really_full(tmp_path: Path) -> None:
    """Journal, checkpoints, recording on a small disk somebody else fills: the world goes on; with room again, so do they.

    The log has one line when each begins to fail, and one when it works again.
    """
    folder = tmp_path / "disk"
    _mounted(folder, "size=8m")
    flags = ("--autostart", "--state-dir", str(folder / "state"), "--record", str(folder / "run.rec"))
    try:
        with (
            running_server("demo", *flags, SPINE_CHECKPOINT_MINUTES="0.02") as server,
            server.client() as client,
        ):
            wait_until(lambda: _metric(server, "spine_recording") == 1.0)
            filler = folder / "filler"
            with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
                while True:
                    file.write(bytes(4096))
            wait_until(lambda: "No space left" in server.get_any("/ready")["recording"])
            refused = [client.ask("agent.create", agent_id=f"{number}", agent_kind="truck") for number in range(200)]
            assert refused[-1]["signal"] == "error"
            assert "cannot be saved" in refused[-1]["data"]["message"]
            ticks = [client.signal("tick.end")["data"]["tick"] for _ in range(5)]
            assert ticks == list(range(ticks[0], ticks[0] + 5))
            wait_until(lambda: "checkpoints cannot be written" in server.output)
            # No restart would mend it.
            assert healthcheck("127.0.0.1", server.port) == 0
            filler.unlink()
            wait_until(lambda: server.status("/ready") == 200 and server.get("/ready")["recording"] == "ok")
            wait_until(lambda: all(event in server.output for event in _MENDED))
            lines = [json.loads(line) for line in server.output.splitlines()]
            events = [line["event"] for line in lines]
            assert [events.count(event) for event in _BROKEN + _MENDED] == [1] * 6
            (journal,) = [line for line in lines if line["event"] == _MENDED[0]]
            assert journal["actions_refused"] == sum(answer["signal"] == "error" for answer in refused)
            assert all(
                "No space left" in line["reason"] or "full" in line["reason"]
                for line in lines
                if line["event"] in _BROKEN
            )
            assert client.ask("agent.create", agent_id="after", agent_kind="truck")["signal"] == "agent.created"
            assert server.stop()[0] == 0
        with running_server("demo", *flags[1:]) as server, server.client() as client:
            ids = {agent["id"] for agent in client.signal("agent.listed")["data"]["agents"]}
            created = {str(number) for number, answer in enumerate(refused) if answer["signal"] == "agent.created"}
            assert {one for one in ids if one.isdigit()} == created
            assert "after" in ids
    finally:
        subprocess.run(["umount", folder], check=True)


def _newest_checkpoint(state: Path) -> str:
    return max(path.name for path in StateDirectory(state).checkpoints.glob("*.spine"))


@pytest.mark.slow
def test_a_wall_clock_that_jumps_back_changes_nothing(tmp_path: Path) -> None:
    """Every look at it is an hour earlier, in both processes: ticks, journal, checkpoints, recording and recovery do not care."""
    (tmp_path / "sitecustomize.py").write_text(
        "import itertools, time\n"
        "real, calls = time.time, itertools.count()\n"
        "time.time = lambda: real() - 3600.0 * next(calls)\n"
        "time.time_ns = lambda: int(time.time() * 1e9)\n"
    )
    state, recording = tmp_path / "state", tmp_path / "run.rec"
    flags = ("--autostart", "--state-dir", str(state), "--record", str(recording))
    environment = {"PYTHONPATH": str(tmp_path), "SPINE_CHECKPOINT_MINUTES": "0.005"}
    for number in range(2):
        with running_server("demo", *flags, **environment) as server, server.client() as client:
            listed = client.signal("agent.listed")["data"]
            assert number == 0 or "agent 0" in {agent["id"] for agent in listed["agents"]}
            assert (
                client.ask("agent.create", agent_id=f"agent {number}", agent_kind="truck")["signal"] == "agent.created"
            )
            ticks = [client.signal("tick.end")["data"]["tick"] for _ in range(30)]
            assert ticks == list(range(ticks[0], ticks[0] + 30))
            newest = _newest_checkpoint(state)
            wait_until(lambda newest=newest: _newest_checkpoint(state) > newest)
            assert server.status("/ready") == 200
            server.stop(signal.SIGKILL if number == 0 else signal.SIGTERM)
    kept = Recording(recording)
    times = [kept.begin_of(index) for index in range(kept.blocks)]
    kept.close()
    assert times == sorted(times)


@pytest.mark.slow
def test_a_few_kills_lose_nothing(tmp_path: Path) -> None:
    """`make prove-crash` in small: kills at random moments, every acknowledged action once, worlds byte for byte."""
    figures = CrashProof(tmp_path, seed=3).run(4)
    assert figures.acknowledged > 20
    assert figures.comparisons >= 1
