"""Runs the Autobahn WebSocket suite against SPINE's connection class, as the server uses it, behind an echo.

    python -m proofs.autobahn path/to/wstest [cases]

`make autobahn` makes an environment with `wstest` (from `autobahntestsuite`, which needs Python 2.7) and runs all cases. The
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

from spine.server.connection import CONNECTION, Connection, make_frame

_GOOD = ("OK", "INFORMATIONAL", "NON-STRICT", "UNIMPLEMENTED")
_LARGEST = 64 * 2**20
_GROUPS = {
    1: "framing", 2: "pings and pongs", 3: "reserved bits", 4: "opcodes", 5: "fragmentation", 6: "UTF-8",
    7: "closing", 9: "limits and speed", 10: "sending in pieces", 12: "compression, offers", 13: "compression, settings",
}  # fmt: skip
"""What the groups of cases are about; 8 and 11 do not exist."""


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
    return report(results)


def report(results: dict[str, Json]) -> int:
    """Print what came of every group of cases, and the failed ones; return the exit code."""
    groups: dict[str, Counter[str]] = {}
    for name, result in results.items():
        groups.setdefault(name.partition(".")[0], Counter())[result["behavior"]] += 1
    for group in sorted(groups, key=int):
        found = ", ".join(f"{count} {behavior}" for behavior, count in sorted(groups[group].items()))
        print(f"{group:>3} {_GROUPS[int(group)]:<36} {found}")
    bad = [
        name
        for name, result in results.items()
        if result["behavior"] not in _GOOD or result["behaviorClose"] not in (*_GOOD, "UNCLEAN")
    ]
    print(f"{len(results)} cases; failed:", ", ".join(sorted(bad)) or "none")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
