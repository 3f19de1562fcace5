"""Server start and idle memory. Yardstick: a bare Python process that imports FastAPI and uvicorn."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from statistics import median

from benchmarks.common import Row, seconds_of


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _resident_mb(pid: int) -> float:
    """Return the resident memory of a process and its children, megabytes."""
    children = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    total = 0.0
    for process in [pid, *map(int, children.stdout.split())]:
        with contextlib.suppress(OSError):
            text = Path(f"/proc/{process}/status").read_text()
            total += next(float(line.split()[1]) for line in text.splitlines() if line.startswith("VmRSS")) / 1024.0
    return total


def _start() -> tuple[float, float]:
    """Return the time until `/ready` says yes, seconds, and the memory of both processes then, megabytes."""
    port = _free_port()
    begin = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "spine", "serve", "--host", "127.0.0.1", "--port", str(port), "--scenario", "demo"],
        stdout=subprocess.DEVNULL,
        env={**os.environ, "LOG_FORMAT": "json"},
    )
    try:
        while True:
            with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/ready", timeout=5):
                took = time.perf_counter() - begin
                break
            time.sleep(0.01)
        return took, _resident_mb(process.pid)
    finally:
        process.terminate()
        process.wait()


def measure() -> list[Row]:
    """Return the rows of this benchmark."""
    runs = [_start() for _ in range(6)][1:]
    took, memory = median(run[0] for run in runs), median(run[1] for run in runs)
    bare = seconds_of(lambda: subprocess.run([sys.executable, "-c", "import fastapi, uvicorn"], check=True), runs=3)
    return [
        Row(
            "server start to ready (demo)",
            "<= 1.5 s",
            f"{took:.2f} s",
            f"importing FastAPI alone {bare:.2f} s",
            took <= 1.5,
        ),
        Row("idle memory, both processes", "<= 150 MB", f"{memory:.0f} MB", "-", memory <= 150.0),
    ]
