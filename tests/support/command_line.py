"""The `spine` command: as a process of its own, or within the test, which saves the second that a new interpreter needs to load it."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from typing import NamedTuple

import pytest

from spine.cli import main
from support.patience import LONG_PATIENCE_S


class Done(NamedTuple):
    """What a command has printed."""

    stdout: str
    stderr: str


def spine_process(*arguments: object, code: int = 0, **environment: str) -> Done:
    """Run the command as a process; it must end with this exit code, and without a traceback."""
    done = subprocess.run(
        [sys.executable, "-m", "spine", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=LONG_PATIENCE_S,
        env={**os.environ, **environment},
        check=False,
    )
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return Done(done.stdout, done.stderr)


def spine_here(*arguments: object, code: int = 0) -> Done:
    """Run the command within this process; it must end with this exit code."""
    output, errors = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
    ended = 0
    with (
        pytest.MonkeyPatch.context() as patch,
        contextlib.redirect_stdout(output),
        contextlib.redirect_stderr(errors),
        output,
        errors,
    ):
        patch.setattr(sys, "argv", ["spine", *map(str, arguments)])
        try:
            main()
        except SystemExit as end:
            ended = int(end.code or 0)
        done = Done(*(stream.buffer.getvalue().decode() for stream in (output, errors)))  # type: ignore[attr-defined]
    assert ended == code, done.stderr
    return done
