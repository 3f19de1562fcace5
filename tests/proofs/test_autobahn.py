"""Run the Autobahn WebSocket suite against SPINE's connection class, as the server uses it, behind an echo.

WSTEST is the path of `wstest` (from `autobahntestsuite`, which needs Python 2.7; `make autobahn` installs it and runs this), CASES
the cases to run (all), separated by blanks. The server proper does not echo, so what is tested is everything below it: handshake,
framing, fragments, UTF-8, pings, closing, limits, compression, and the ready frames it writes.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import threading
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from spine.server.connection import CONNECTION, Connection, make_frame
from support.server import free_port, wait_until

pytestmark = [pytest.mark.proof, pytest.mark.timeout(0)]

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


def test_the_connection_passes_the_autobahn_suite(tmp_path: Path, say: Callable[[str], None]) -> None:
    """Every case ends as the suite wants it."""
    wstest = shutil.which(os.environ.get("WSTEST", "wstest"))
    if wstest is None:
        pytest.skip("wstest is not installed: make autobahn")
    port = free_port()
    config = uvicorn.Config(
        echo, host="127.0.0.1", port=port, ws=Connection, ws_max_size=_LARGEST, ws_per_message_deflate=True,
        lifespan="off", log_level="critical",
    )  # fmt: skip
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        wait_until(lambda: server.started)
        specification = {
            "outdir": str(tmp_path),
            "servers": [{"agent": "SPINE", "url": f"ws://127.0.0.1:{port}", "options": {"version": 18}}],
            "cases": os.environ.get("CASES", "*").split(),
            "exclude-cases": [],
        }
        file = tmp_path / "fuzzingclient.json"
        file.write_text(json.dumps(specification))
        subprocess.run([wstest, "-m", "fuzzingclient", "-s", str(file)], check=True, stdout=subprocess.DEVNULL)
    finally:
        server.should_exit = True
        thread.join()
    results: dict[str, Json] = json.loads((tmp_path / "index.json").read_text())["SPINE"]
    _show(results, say)
    bad = [
        name
        for name, result in results.items()
        if result["behavior"] not in _GOOD or result["behaviorClose"] not in (*_GOOD, "UNCLEAN")
    ]
    assert sorted(bad) == []


def _show(results: dict[str, Json], say: Callable[[str], None]) -> None:
    """Print what came of every group of cases."""
    groups: dict[str, Counter[str]] = {}
    for name, result in results.items():
        groups.setdefault(name.partition(".")[0], Counter())[result["behavior"]] += 1
    for group in sorted(groups, key=int):
        found = ", ".join(f"{count} {behavior}" for behavior, count in sorted(groups[group].items()))
        say(f"{group:>3} {_GROUPS[int(group)]:<36} {found}")
    say(f"{len(results)} cases")
