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
    """How a command has ended, and what it has printed."""

    code: int
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
    return Done(code, done.stdout, done.stderr)


def spine_here(*arguments: object, code: int = 0, encoding: str = "utf-8") -> Done:
    """Run the command within this process; it must end with this exit code."""
    done = tried_here(*arguments, encoding=encoding)
    assert done.code == code, done.stderr
    return done


def tried_here(*arguments: object, encoding: str = "utf-8") -> Done:
    """Run the command within this process, however it ends; its output is encoded, and read back strictly."""
    output, errors = (io.TextIOWrapper(io.BytesIO(), encoding, write_through=True) for _ in range(2))
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
        printed, complained = (stream.buffer.getvalue().decode(encoding) for stream in (output, errors))  # type: ignore[attr-defined]
    return Done(ended, printed, complained)
