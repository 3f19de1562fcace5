"""The alert rules of `deploy/monitoring`: each is made to fire, by figures and by real servers that are really in trouble."""

from __future__ import annotations

import contextlib
import os
import queue
import resource
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from support.alerting import Prometheus, running_alertmanager, running_prometheus
from support.patience import LONG_PATIENCE_S
from support.raw_socket import handshake
from support.server import Server, free_port, running_server, wait_until

FACTOR = 15
"""Minutes of the rules are so many times shorter here."""

BY_FIGURES_ONLY = {"SpineMemoryHigh"}
"""What needs a small memory limit is made to fire for real in a container (tests/container)."""

TRUCKS_TOO_MANY = 5000
ROOM_FOR_RECORDING = 32 * 1024


@pytest.fixture(scope="module")
def monitoring(repository: Path) -> Path:
    """The folder with rules and settings; the tests need Debian's packages `prometheus` and `prometheus-alertmanager`."""
    for program in ("promtool", "prometheus", "amtool", "prometheus-alertmanager"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed (Debian: prometheus, prometheus-alertmanager)")
    return repository / "deploy" / "monitoring"


def alert_names(monitoring: Path) -> set[str]:
    """The alerts there are."""
    (group,) = yaml.safe_load((monitoring / "prometheus" / "rules.yml").read_text())["groups"]
    return {rule["alert"] for rule in group["rules"]}


def run(*arguments: str | Path) -> None:
    """Run a program; what it says is the failure when it fails."""
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_settings_are_valid(monitoring: Path) -> None:
    """Prometheus and Alertmanager accept their files."""
    run("promtool", "check", "config", "--syntax-only", monitoring / "prometheus" / "prometheus.yml")
    run("promtool", "check", "rules", monitoring / "prometheus" / "rules.yml")
    run("amtool", "check-config", monitoring / "alertmanager" / "alertmanager.yml")


def test_every_alert_fires_by_its_figures(monitoring: Path) -> None:
    """`promtool test rules` raises each alert at the minute it is due, and not before."""
    cases = Path(__file__).with_name("alerts.test.yml")
    run("promtool", "test", "rules", cases)
    tested = {
        case["alertname"]
        for test in yaml.safe_load(cases.read_text())["tests"]
        for case in test["alert_rule_test"]
        if case.get("exp_alerts")
    }
    assert tested == alert_names(monitoring)


# -- real servers in trouble


@dataclass
class Trouble:
    """Servers that are ill, each of something else, and one that is well.

    Attributes:
        ports: of all of them, by name.
    """

    folder: Path
    stack: contextlib.ExitStack
    ports: dict[str, int] = field(default_factory=dict)

    def start(self, name: str, scenario: str, *flags: str, **environment: str) -> Server:
        """Start a server under a name."""
        server = self.stack.enter_context(running_server(scenario, *flags, **environment))
        self.ports[name] = server.port
        return server

    def scenario(self, name: str, **fields: Any) -> Path:
        """Write a scenario file."""
        path = self.folder / f"{name}.yaml"
        path.write_text(
            yaml.safe_dump({"name": name, "seed": 1, "map": {"generate": {"preset": "reference"}}, **fields})
        )
        return path

    def begin(self) -> None:
        """Start all servers; none is ill yet."""
        self.start("well", "demo", "--autostart", "--tick-rate", "5")
        self.dead = self.start("dead", "none")
        self.ports["restarting"] = free_port()
        self.rebuilt = self.start("rebuilt", "none")
        self.scenario_file = self.scenario("stands", playback={"autostart": True})
        self.stands = self.start("stands", str(self.scenario_file))
        crowd = self.scenario("behind", fleet=[{"count": TRUCKS_TOO_MANY, "start": "parkings"}])
        self.start("behind", str(crowd), "--autostart", "--tick-rate", "100", "--speed", "3600")
        self.unread = self.start(
            "unread", "demo", "--autostart", "--speed", "3600", "--tick-rate", "100", SPINE_SLOW_CLIENT_SECONDS="0.5"
        )
        self.recording = self.folder / "run.recording"
        self.full = self.start(
            "full", "demo", "--autostart", "--state-dir", str(self.folder / "state"), "--record", str(self.recording),
            SPINE_CHECKPOINT_MINUTES="0.02",
        )  # fmt: skip

    def strike(self) -> None:
        """Let each of them have its illness."""
        self.dead.process.kill()
        os.kill(self.rebuilt.engine_pid, signal.SIGKILL)
        self.scenario_file.unlink()
        os.kill(self.stands.engine_pid, signal.SIGKILL)
        # No file may grow any more: to the two processes a full disk, but for the log, which has some room left.
        wait_until(lambda: self.recording.stat().st_size > ROOM_FOR_RECORDING)
        for pid, room in ((self.full.process.pid, ROOM_FOR_RECORDING), (self.full.engine_pid, 0)):
            _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (room, hard))

    def restart(self, prometheus: Prometheus) -> None:
        """Start and end the server that does not stay up, and let Prometheus see it in between."""
        with running_server("none", port=self.ports["restarting"]) as server:
            begun = server.metric("process_start_time_seconds")

            def is_seen() -> bool:
                seen = prometheus.query('process_start_time_seconds{instance="restarting"}')
                return bool(seen) and float(seen[0]["value"][1]) == begun

            wait_until(is_seen)

    def go_on(self) -> None:
        """Half a second more: one more action that cannot be kept, one more client that does not read what it is sent."""
        status, _ = self.full.post({"action": "simulation.pause"})
        assert status == 409
        client = self.stack.enter_context(socket.socket())
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(("127.0.0.1", self.unread.port))
        client.sendall(handshake())
        time.sleep(0.5)


@pytest.fixture
def trouble(tmp_path: Path) -> Iterator[Trouble]:
    """The servers, before anything has happened to them."""
    with contextlib.ExitStack() as stack:
        servers = Trouble(tmp_path, stack)
        servers.begin()
        yield servers


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_every_alert_fires_for_a_server_in_that_trouble(monitoring: Path, trouble: Trouble, tmp_path: Path) -> None:
    """Prometheus notices each illness and the server that has it, Alertmanager tells people, and who is well is left alone."""
    expected = {
        ("SpineDown", "dead"),
        ("SpineRestarting", "restarting"),
        ("SpineEngineRebuilt", "rebuilt"),
        ("SpineStandsStill", "stands"),
        ("SpineBehind", "behind"),
        ("SpineDropsSlowClients", "unread"),
        ("SpineActionsNotKept", "full"),
        ("SpineCheckpointsFail", "full"),
        ("SpineNotRecording", "full"),
        ("SpineRecordingGap", "full"),
        ("SpineRefusesActions", "full"),
    }
    assert {name for name, _ in expected} == alert_names(monitoring) - BY_FIGURES_ONLY
    with (
        running_alertmanager(monitoring, tmp_path, FACTOR) as (alertmanager, notices),
        running_prometheus(monitoring, tmp_path, trouble.ports, FACTOR, alertmanager) as prometheus,
    ):
        wait_until(lambda: len(prometheus.query('up{job="spine"} == 1')) == len(trouble.ports) - 1)
        trouble.strike()
        fired: set[tuple[str, str]] = set()

        def all_have_fired() -> bool:
            if ("SpineRestarting", "restarting") not in fired:
                trouble.restart(prometheus)
            trouble.go_on()
            fired.update(prometheus.firing())
            return expected <= fired

        with contextlib.suppress(AssertionError):
            wait_until(all_have_fired, 2 * LONG_PATIENCE_S)
        assert expected - fired == set()
        assert {name for name, instance in fired if instance == "well"} == set()
        urgent = (alert for receiver, alert in told(notices) if receiver == "somebody-now")
        dead = next(alert for alert in urgent if alert["labels"]["instance"] == "dead")
        assert dead["annotations"]["summary"] == "dead does not answer"


def told(notices: queue.SimpleQueue[Any]) -> Iterator[tuple[str, Any]]:
    """Whom Alertmanager tells of which alert, as it comes; fails when nothing more does."""
    while True:
        notice = notices.get(timeout=LONG_PATIENCE_S)
        for alert in notice["alerts"]:
            yield notice["receiver"], alert
