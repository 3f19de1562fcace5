"""Runs the Autobahn WebSocket suite against SPINE's connection class, as the server uses it, behind an echo.

    python -m benchmarks.autobahn path/to/wstest [cases]

`wstest` comes from `autobahntestsuite` 25.10.1, which needs Python 2.7 (`virtualenv==20.15.1` still makes such an environment). The
server proper does not echo, so what is tested is everything below it: handshake, framing, fragments, UTF-8, pings, closing, limits,
compression, and the ready frames it writes. Prints the count of every behaviour and the failed cases; exit code 1 when there is any.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import uvicorn

from benchmarks.serving import free_port
from spine.server.wire import CONNECTION, Connection, make_frame

_GOOD = ("OK", "INFORMATIONAL", "NON-STRICT", "UNIMPLEMENTED")
_LARGEST = 64 * 2**20

Json = dict[str, Any]


async def echo(scope: Json, receive: Callable[[], Awaitable[Json]], send: Callable[[Json], Awaitable[None]]) -> None:
    """Send every message back as a ready frame."""
    await receive()
    await send({"type": "websocket.accept"})
    connection: Connection = scope["extensions"][CONNECTION]
    while (event := await receive())["type"] == "websocket.receive":
        text = event.get("text")
        frame = make_frame(event["bytes"], binary=True) if text is None else make_frame(text.encode())
        connection.write_frames([frame], frame.data)
        await connection.writable.wait()


def main() -> int:
    """Run the suite and return the exit code."""
    wstest, cases = sys.argv[1], sys.argv[2:] or ["*"]
    port = free_port()
    config = uvicorn.Config(
        echo, host="127.0.0.1", port=port, ws=Connection, ws_max_size=_LARGEST, ws_per_message_deflate=True,
        lifespan="off", log_level="critical",
    )  # fmt: skip
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    with tempfile.TemporaryDirectory() as folder:
        target = {"agent": "SPINE", "url": f"ws://127.0.0.1:{port}", "options": {"version": 18}}
        specification = {"outdir": folder, "servers": [target], "cases": cases, "exclude-cases": []}
        file = Path(folder) / "fuzzingclient.json"
        file.write_text(json.dumps(specification))
        subprocess.run([wstest, "-m", "fuzzingclient", "-s", str(file)], check=True, stdout=subprocess.DEVNULL)
        results = json.loads((Path(folder) / "index.json").read_text())["SPINE"]
    server.should_exit = True
    thread.join()
    print(f"{len(results)} cases:", dict(Counter(result["behavior"] for result in results.values())))
    print("closing:", dict(Counter(result["behaviorClose"] for result in results.values())))
    bad = [
        name
        for name, result in results.items()
        if result["behavior"] not in _GOOD or result["behaviorClose"] not in (*_GOOD, "UNCLEAN")
    ]
    print("failed:", ", ".join(sorted(bad)) or "none")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
