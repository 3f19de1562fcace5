"""Starts the server in the finished image and keeps the byte code of what it imported. Runs while the image is built.

Proves that no file is missing: the server starts, answers `spine healthcheck` and stops cleanly, or the build fails, with all that
was said. No clock judges: a slow machine may take as long as it takes. Byte code that is not in the image yet goes into the folder
named on the command line, a layer of its own.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path

from byte_code import compile_into

STATE = Path(tempfile.gettempdir(), "prove")
PORT = "8000"
CHECKS = 300
"""So often it is asked whether it is well. A start is worth three or four checks in processor time, however slow the machine is."""


def run_server() -> None:
    """One life of the server: started, found healthy, stopped."""
    environment = os.environ | {"HOST": "127.0.0.1", "PORT": PORT, "SPINE_STATE_DIR": str(STATE)}
    STATE.mkdir()
    server = subprocess.Popen(["spine", "serve"], env=environment)
    try:
        wait_healthy(server, environment)
        server.send_signal(signal.SIGTERM)
        if (code := server.wait()) != 0:
            sys.exit(f"the server ended with exit code {code} after SIGTERM, not 0")
    finally:
        server.kill()
    shutil.rmtree(STATE)


def wait_healthy(server: subprocess.Popen[bytes], environment: dict[str, str]) -> None:
    """Asks until the server is well; fails when it ends before, or has had every chance."""
    said = ""
    for _ in range(CHECKS):
        check = subprocess.run(
            ["spine", "healthcheck"],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if check.stdout != said:
            said = check.stdout
            print(f"spine healthcheck, exit code {check.returncode}: {said.strip()}", flush=True)
        if check.returncode == 0:
            return
        if server.poll() is not None:
            sys.exit(f"the server has ended with exit code {server.returncode}; its last words are above")
        time.sleep(0.2)
    sys.exit(f"the server is not well after {CHECKS} checks; what it and they have said is above")


def byte_code() -> set[Path]:
    """All byte code in the image."""
    folders = {Path(sysconfig.get_path("stdlib")), Path(sysconfig.get_path("purelib"))}
    return {path for folder in folders for path in folder.rglob("*.pyc")}


def main() -> None:
    """Proves the image, then keeps the byte code that this has made."""
    tree = Path(sys.argv[1])
    tree.mkdir()
    before = byte_code()
    run_server()
    made = byte_code() - before
    sources = [path.parent.parent / f"{path.name.partition('.')[0]}.py" for path in made]
    compile_into(tree, sources)
    for path in [tree, *tree.rglob("*")]:
        os.utime(path, (0, 0), follow_symlinks=False)
    print(f"byte code of {len(before)} modules was there, of {len(made)} more is kept", flush=True)


if __name__ == "__main__":
    main()
