"""Starts the server in the finished image and keeps the byte code of what it imported. Runs while the image is built.

Proves that no file is missing: the server starts, answers `spine healthcheck` and stops cleanly, or the build fails. Every
module that was imported on the way gets its byte code, marked as not to be checked against the source: the image is never
edited.
"""

from __future__ import annotations

import os
import py_compile
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SCRATCH = Path(tempfile.gettempdir(), "prove")
PORT = "8000"
PATIENCE_S = 60


def run_server() -> None:
    """One life of the server: started, found healthy, stopped."""
    environment = os.environ | {
        "HOST": "127.0.0.1",
        "PORT": PORT,
        "SPINE_STATE_DIR": str(SCRATCH / "state"),
        "PYTHONPYCACHEPREFIX": str(SCRATCH / "bytecode"),
    }
    (SCRATCH / "state").mkdir(parents=True)
    server = subprocess.Popen(["spine", "serve"], env=environment)
    try:
        deadline = time.monotonic() + PATIENCE_S
        while subprocess.run(["spine", "healthcheck"], env=environment, capture_output=True, check=False).returncode:
            if server.poll() is not None or time.monotonic() > deadline:
                sys.exit("the server does not become healthy in the finished image; its last words are above")
            time.sleep(0.2)
        server.send_signal(signal.SIGTERM)
        if (code := server.wait(timeout=PATIENCE_S)) != 0:
            sys.exit(f"the server ended with exit code {code} after SIGTERM, not 0")
    finally:
        server.kill()


def keep_byte_code() -> None:
    """Compiles, into their usual places, the modules that left byte code in the scratch folder."""
    prefix = SCRATCH / "bytecode"
    tag = f".{sys.implementation.cache_tag}.pyc"
    compiled = sorted(prefix.rglob(f"*{tag}"))
    for path in compiled:
        source = Path("/") / path.relative_to(prefix).with_name(path.name.removesuffix(tag) + ".py")
        if source.is_file():
            py_compile.compile(
                str(source), doraise=True, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH
            )
    print(f"byte code kept of {len(compiled)} modules", flush=True)


def main() -> None:
    """Proves the image, then finishes it."""
    run_server()
    keep_byte_code()
    shutil.rmtree(SCRATCH)


if __name__ == "__main__":
    main()
