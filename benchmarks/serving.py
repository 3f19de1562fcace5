"""What the benchmarks of the server share: a server process with many trucks, and a thin client that does little but take the time."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

SCENARIO = """
name: fan-out
seed: 3
map:
  generate: {{preset: reference, map_width: 16000, map_height: 16000, urban_sites_per_km2: 3.0, seed: 5}}
fleet:
  - {{count: {trucks}, start: random}}
playback: {{tick_rate: 20, speed: {speed}, autostart: {autostart}}}
"""

HANDSHAKE = (
    b"GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
"""What a client that compresses nothing opens its connection with."""


def free_port() -> int:
    """Return a port of the loopback interface nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def resident_mb(pid: int) -> float:
    """Return the resident memory of a process and its children, megabytes."""
    children = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    total = 0.0
    for process in [pid, *map(int, children.stdout.split())]:
        with contextlib.suppress(OSError):
            text = Path(f"/proc/{process}/status").read_text()
            total += next(float(line.split()[1]) for line in text.splitlines() if line.startswith("VmRSS")) / 1024.0
    return total


def wait_for(url: str, process: subprocess.Popen[bytes], patience_s: float = 120.0) -> None:
    """Wait until a process answers with 200 at a URL."""
    deadline = time.perf_counter() + patience_s
    while time.perf_counter() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=5):
            return
        time.sleep(0.02)
    raise SystemExit(f"{url} did not answer within {patience_s:g} s")


@contextlib.contextmanager
def server(trucks: int, speed: float, *, autostart: bool = True, **environment: str) -> Iterator[tuple[int, int]]:
    """Run a server and yield its port and process id."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        scenario = Path(folder) / "scenario.yaml"
        scenario.write_text(SCENARIO.format(trucks=trucks, speed=speed, autostart=str(autostart).lower()))
        command = [sys.executable, "-m", "spine", "serve", "--host", "127.0.0.1", "--port", str(port)]
        process = subprocess.Popen(
            [*command, "--scenario", str(scenario)],
            stdout=subprocess.DEVNULL,
            env={**os.environ, "LOG_FORMAT": "json", **environment},
        )
        try:
            wait_for(f"http://127.0.0.1:{port}/ready", process)
            yield port, process.pid
        finally:
            process.terminate()
            process.wait()


class Reader(asyncio.Protocol):
    """A WebSocket client that hands every whole message to a function and does nothing else.

    Args:
        on_message: called with the payload of each text or binary message.
    """

    def __init__(self, on_message: Callable[[bytes], None]) -> None:
        self._on_message = on_message
        self._buffer = bytearray()
        self._open = False
        self.received = 0
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the upgrade."""
        transport = cast("asyncio.Transport", transport)
        self.transport = transport
        transport.write(HANDSHAKE)

    def data_received(self, data: bytes) -> None:
        """Cut the stream into messages; server frames are neither masked nor, here, fragmented."""
        buffer = self._buffer
        buffer += data
        self.received += len(data)
        if not self._open:
            end = buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            del buffer[: end + 4]
            self._open = True
        at = 0
        while len(buffer) - at >= 2:
            size, begin = buffer[at + 1], at + 2
            if size == 126:
                size, begin = int.from_bytes(buffer[at + 2 : at + 4], "big"), at + 4
            elif size == 127:
                size, begin = int.from_bytes(buffer[at + 2 : at + 10], "big"), at + 10
            if len(buffer) < begin + size:
                break
            if buffer[at] in (0x81, 0x82):
                self._on_message(bytes(buffer[begin : begin + size]))
            at = begin + size
        del buffer[:at]

    def send(self, text: str) -> None:
        """Send a text message, masked with zeros."""
        payload = text.encode()
        size = len(payload)
        header = bytes((0x81, 0x80 | size)) if size < 126 else bytes((0x81, 0xFE)) + size.to_bytes(2, "big")
        assert self.transport is not None
        self.transport.write(header + b"\0\0\0\0" + payload)


def percentile(values: list[float], share: float) -> float:
    """Return a percentile by rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
