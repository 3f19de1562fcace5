"""What is said is recorded, whatever happens to server, engine and disk meanwhile."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from spine.storage.recording import Block, Recording
from support.patience import PATIENCE_S
from support.server import Client, Server, free_port, running_server, wait_until

Json = dict[str, Any]
_LEFT_OUT = ("simulation.", "error")


def _blocks(path: Path) -> list[Block]:
    recording = Recording(path)
    try:
        assert (recording.torn_bytes, recording.damaged_bytes) == (0, 0)
        return [recording.read(index) for index in range(recording.blocks)]
    finally:
        recording.close()


def _said(blocks: list[Block]) -> list[Json]:
    """Return what was said, without snapshots, position frames and figures."""
    return [
        json.loads(body)
        for block in blocks
        for moment in block.moments
        for body, key in moment.parts
        if key not in ("positions", "roster", "summary", "pace")
    ]


def _metric(server: Server, name: str) -> float:
    with urllib.request.urlopen(server.url + "/metrics") as response:
        lines = response.read().decode().splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith(name + " "))


def _heard(messages: list[Json]) -> list[Json]:
    """Return what a client has heard that everybody heard, as a recording has it."""
    return [
        {key: value for key, value in message.items() if key != "request_id"}
        for message in messages
        if not message["signal"].startswith(_LEFT_OUT)
    ]


def _after_snapshot(client: Client) -> None:
    """Read on to the end of the snapshot of a world that has ticked."""
    client.signal("tick.end")
    client.heard.clear()


def test_a_recording_holds_what_clients_heard_in_order(tmp_path: Path) -> None:
    """Ticks, events and the results of actions, the same bodies in the same order, without request ids and private answers."""
    path = tmp_path / "run.rec"
    with running_server("demo", "--autostart", "--speed", "60", "--record", str(path)) as server:
        with server.client() as client:
            _after_snapshot(client)
            client.ask("agent.create", agent_id="new", agent_kind="truck")
            client.ask("agent.update", agent_id="new", agent_data={"note": 'a "request_id": of somebody'})
            client.ask("agent.list", agent_kind="broker")
            client.ask("agent.delete", agent_id="nobody")
            for _ in range(30):
                client.signal("tick.end")
            client.ask("simulation.stop")
            client.signal("tick.end")
            assert server.get("/ready")["recording"] == "ok"
        assert server.stop()[0] == 0
    blocks = _blocks(path)
    assert blocks[0].snapshot
    said = _said(blocks)
    private = {"agent.listed"}
    heard = [
        message
        for message, whole in zip(_heard(client.heard), [m for m in client.heard if _heard([m])], strict=True)
        if not (message["signal"] in private and "request_id" in whole)
    ]
    assert [message["signal"] for message in heard].count("tick.end") > 30
    first = said.index(heard[0])
    assert said[first : first + len(heard)] == heard
    # The last words are there, though nothing was said after them.
    assert said[-1] == heard[-1]


@pytest.mark.slow
def test_a_killed_server_goes_on_with_its_recording(tmp_path: Path) -> None:
    """SIGKILL costs the last seconds at most; the next server appends, with a gap; time does not fall back."""
    path = tmp_path / "run.rec"
    flags = ("--autostart", "--speed", "120", "--record", str(path))
    for number in range(3):
        with running_server("demo", *flags) as server, server.client() as client:
            client.signal("tick.end")
            size = path.stat().st_size
            client.ask("agent.create", agent_id=f"truck {number}", agent_kind="truck")
            wait_until(lambda size=size: path.stat().st_size > size)
            if number < 2:
                server.stop(signal.SIGKILL)
            else:
                server.stop()
    recording = Recording(path)
    blocks = [recording.read(index) for index in range(recording.blocks)]
    assert [block.gap for block in blocks].count(True) == 2
    assert all(block.snapshot for block in blocks if block.gap)
    created = [message["data"]["id"] for message in _said(blocks) if message["signal"] == "agent.created"]
    assert created == ["truck 0", "truck 1", "truck 2"]
    times = [time for block in blocks for time in (block.begin, *(moment.time for moment in block.moments), block.end)]
    assert times == sorted(times)
    assert recording.about["scenario"] == "demo"


@pytest.mark.slow
def test_words_are_on_the_disk_soon_even_when_nothing_follows(tmp_path: Path) -> None:
    """A world that stands still says one thing; a kill half a minute later must not lose it."""
    path = tmp_path / "run.rec"
    with running_server("demo", "--record", str(path)) as server, server.client() as client:
        client.ask("agent.create", agent_id="only", agent_kind="truck")
        wait_until(lambda: "agent.created" in [message["signal"] for message in _said(_blocks(path))])
        server.stop(signal.SIGKILL)


@pytest.mark.slow
def test_an_engine_that_dies_leaves_a_gap_and_a_new_snapshot(tmp_path: Path) -> None:
    """The recording goes on with the new engine's world by itself, position frames too."""
    path = tmp_path / "run.rec"
    flags = ("--autostart", "--speed", "60", "--record", str(path))
    with running_server("demo", *flags) as server, server.client() as client:
        for _ in range(20):
            client.signal("tick.end")
        children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children").read_text("ascii").split()
        os.kill(int(children[0]), signal.SIGKILL)
        client.until(lambda message: message["signal"] == "agent.listed")
        for _ in range(20):
            client.signal("tick.end")
        server.stop()
    blocks = _blocks(path)
    after = next(index for index, block in enumerate(blocks) if block.gap)
    assert blocks[after].snapshot
    for part in (blocks[:after], blocks[after:]):
        keys = [key for block in part for moment in block.moments for _, key in moment.parts]
        assert keys.index("roster") < keys.index("positions")


@pytest.mark.slow
def test_a_reset_and_an_import_do_not_turn_time_back(tmp_path: Path) -> None:
    """The recording's clock goes on although the world's does not."""
    path = tmp_path / "run.rec"
    with running_server("demo", "--record", str(path)) as server, server.client() as client:
        client.ask("simulation.start", tick_rate=50, speed=600)
        save = client.ask("simulation.export_state", filename="save")["data"]["file_content"]
        for _ in range(50):
            client.signal("tick.end")
        for action, params in [
            ("simulation.reset", {}),
            ("simulation.import_state", {"file_content": save, "filename": "save"}),
        ]:
            assert client.ask(action, **params)["signal"] != "error"
            client.ask("simulation.start")
            for _ in range(50):
                client.signal("tick.end")
        server.stop()
    blocks = _blocks(path)
    moments = [moment for block in blocks for moment in block.moments]
    assert [moment.time for moment in moments] == sorted(moment.time for moment in moments)
    # Three times fifty ticks of twelve seconds, but for the first one after each jump; no jump itself.
    assert 1700 < blocks[-1].end - blocks[0].begin < 2400


@pytest.mark.slow
def test_a_disk_that_fails_harms_the_recording_only(tmp_path: Path) -> None:
    """Ticks and actions go on, `/ready` stays good and says what is the matter; when the disk works again, so does the recording."""
    path = tmp_path / "run.rec"
    with running_server("demo", "--autostart", "--record", str(path)) as server, server.client() as client:
        wait_until(lambda: _metric(server, "spine_recording") == 1.0)
        limits = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE)
        size = max(path.stat().st_size, 20_000)
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (size, limits[1]))
        wait_until(lambda: server.get("/ready")["recording"] != "ok")
        assert server.get("/ready")["recording"] == f"{path}: cannot be written: File too large"
        wait_until(lambda: _metric(server, "spine_recording_gaps_total") == 1.0)
        assert _metric(server, "spine_recording") == 0.0
        client.settle()
        assert client.ask("agent.create", agent_id="meanwhile", agent_kind="truck")["signal"] == "agent.created"
        ticks = [client.signal("tick.end")["data"]["tick"] for _ in range(5)]
        assert ticks == list(range(ticks[0], ticks[0] + 5))
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, limits)
        wait_until(lambda: server.get("/ready")["recording"] == "ok")
        assert _metric(server, "spine_recording") == 1.0
        assert _metric(server, "spine_recording_gaps_total") == 1.0
        assert client.ask("agent.delete", agent_id="meanwhile")["signal"] == "agent.deleted"
        code, log = server.stop()
        assert code == 0
    assert [json.loads(line)["event"] for line in log.splitlines()].count("recording has a gap") == 1
    blocks = _blocks(path)
    gap = next(block for block in blocks if block.gap)
    assert gap.snapshot is not None
    assert any(b'"meanwhile"' in body for body, _ in gap.snapshot)
    assert _said(blocks)[-1]["signal"] in ("agent.deleted", "tick.end")
    assert "agent.created" not in [message["signal"] for message in _said(blocks)]


def _refused(*flags: str) -> str:
    """Start a server that cannot start, and return the one line it says."""
    done = subprocess.run(
        [sys.executable, "-m", "spine", "serve", "--scenario", "none", "--port", str(free_port()), *flags],
        env={**os.environ, "HOST": "127.0.0.1", "LOG_FORMAT": "console"},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 2
    lines = [line for line in (done.stderr + done.stdout).splitlines() if line]
    assert len(lines) == 1, lines
    return lines[0]


@pytest.mark.slow
def test_places_that_cannot_be_recorded_to_are_refused_at_the_start(tmp_path: Path) -> None:
    """Missing folder, folder, another file, another server's recording: one line, exit code 2, nothing overwritten."""
    assert "No such file or directory" in _refused("--record", str(tmp_path / "missing" / "run.rec"))
    assert "Is a directory" in _refused("--record", str(tmp_path))
    notes = tmp_path / "notes.txt"
    notes.write_text("dear diary")
    assert _refused("--record", str(notes)) == f"spine: {notes}: is no recording of SPINE"
    assert notes.read_text() == "dear diary"
    with running_server("none", "--record", str(tmp_path / "run.rec")):
        assert "another server is recording into this file" in _refused("--record", str(tmp_path / "run.rec"))


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody else")
def test_a_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    """Permission denied, by name, in one line."""
    program = (
        "import os, sys; from pathlib import Path; from spine.errors import StorageError;"
        "from spine.storage.recording import RecordingWriter; os.setgid(65534); os.setuid(65534)\n"
        "try: RecordingWriter(Path(sys.argv[1]), {})\n"
        "except StorageError as error: print(error)"
    )
    path = tmp_path / "run.rec"
    done = subprocess.run(
        [sys.executable, "-c", program, str(path)], capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )
    assert (done.stdout, done.stderr) == (f"{path}: cannot be written: Permission denied\n", "")
    assert not path.exists()
