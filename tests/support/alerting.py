"""Prometheus and Alertmanager as `deploy/monitoring` sets them up, but with time made shorter, and watching servers of this machine."""

from __future__ import annotations

import contextlib
import json
import queue
import re
import subprocess
import threading
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import yaml

from support.server import PATIENCE_S, free_port, wait_until

SCRAPE_MS = 1000
_UNITS_MS = {"s": 1000, "m": 60_000, "h": 3_600_000}


def hastened(text: str, factor: int) -> str:
    """Return rules or settings with every duration in them divided, down to no less than the time between two scrapes."""

    def shorter(found: re.Match[str]) -> str:
        number, unit = found.groups()
        return f"{max(SCRAPE_MS, int(number) * _UNITS_MS[unit] // factor)}ms"

    return re.sub(r"\b(\d+)([smh])\b", shorter, text)


def fetch(port: int, path: str, **query: str) -> Any:
    """Return the JSON of a path on this machine."""
    url = f"http://127.0.0.1:{port}{path}?{urllib.parse.urlencode(query)}"
    with urllib.request.urlopen(url, timeout=PATIENCE_S) as answer:
        return json.load(answer)


@dataclass
class Prometheus:
    """A Prometheus that runs."""

    port: int

    def query(self, expression: str) -> list[dict[str, Any]]:
        """Return what an expression is now."""
        return list(fetch(self.port, "/api/v1/query", query=expression)["data"]["result"])

    def firing(self) -> set[tuple[str, str]]:
        """Return names and instances of the alerts that fire now."""
        alerts = fetch(self.port, "/api/v1/alerts")["data"]["alerts"]
        return {
            (alert["labels"]["alertname"], alert["labels"].get("instance", ""))
            for alert in alerts
            if alert["state"] == "firing"
        }


@contextlib.contextmanager
def _program(folder: Path, port: int, *arguments: str) -> Iterator[None]:
    """Run one of the two until it is ready, and end it afterwards."""
    log = folder / f"{Path(arguments[0]).name}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(arguments, stdout=output, stderr=subprocess.STDOUT, cwd=folder)

    def is_ready() -> bool:
        assert process.poll() is None, log.read_text("utf-8")
        with (
            contextlib.suppress(OSError),
            urllib.request.urlopen(f"http://127.0.0.1:{port}/-/ready", timeout=PATIENCE_S),
        ):
            return True
        return False

    try:
        wait_until(is_ready)
        yield
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE_S)


@contextlib.contextmanager
def running_prometheus(
    monitoring: Path, folder: Path, servers: Mapping[str, int], factor: int, alertmanager: int
) -> Iterator[Prometheus]:
    """Run Prometheus with the settings and rules of a folder.

    Args:
        monitoring: `deploy/monitoring`.
        folder: an empty folder.
        servers: ports of this machine, by the names the servers shall have.
        factor: how much shorter the durations are.
        alertmanager: port of this machine.
    """
    settings = yaml.safe_load((monitoring / "prometheus" / "prometheus.yml").read_text())
    settings["global"] = {"scrape_interval": f"{SCRAPE_MS}ms", "evaluation_interval": f"{SCRAPE_MS}ms"}
    settings["alerting"]["alertmanagers"][0]["static_configs"][0]["targets"] = [f"127.0.0.1:{alertmanager}"]
    (job,) = settings["scrape_configs"]
    job["file_sd_configs"][0]["files"] = ["servers.json"]
    (folder / "prometheus.yml").write_text(json.dumps(settings))
    targets = [{"targets": [f"127.0.0.1:{port}"], "labels": {"instance": name}} for name, port in servers.items()]
    (folder / "servers.json").write_text(json.dumps(targets))
    (folder / "rules.yml").write_text(hastened((monitoring / "prometheus" / "rules.yml").read_text(), factor))
    port = free_port()
    with _program(
        folder, port, "prometheus", "--config.file=prometheus.yml", "--storage.tsdb.path=data",
        f"--web.listen-address=127.0.0.1:{port}",
    ):  # fmt: skip
        yield Prometheus(port)


@contextlib.contextmanager
def running_alertmanager(monitoring: Path, folder: Path, factor: int) -> Iterator[tuple[int, queue.SimpleQueue[Any]]]:
    """Run Alertmanager with the example of a folder, all its receivers being this process; yield its port and what it sends."""
    notices: queue.SimpleQueue[Any] = queue.SimpleQueue()

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            notices.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    settings = yaml.safe_load(hastened((monitoring / "alertmanager" / "alertmanager.yml").read_text(), factor))
    with ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        for receiver in settings["receivers"]:
            receiver["webhook_configs"] = [{"url": f"http://127.0.0.1:{server.server_port}/"}]
        (folder / "alertmanager.yml").write_text(json.dumps(settings))
        port = free_port()
        with _program(
            folder, port, "prometheus-alertmanager", "--config.file=alertmanager.yml", "--storage.path=alerts",
            f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address=",
        ):  # fmt: skip
            yield port, notices
        server.shutdown()
