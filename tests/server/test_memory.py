"""Memory as the operating system counts it: against the container's limit where there is one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from spine.memory import look
from support.server import running_server

MACHINE = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def files(root: Path, **contents: str) -> Path:
    """Write the files of a control group, `__` standing for a dot."""
    root.mkdir()
    for name, content in contents.items():
        (root / name.replace("__", ".")).write_text(content)
    return root


def test_a_limit_of_either_version_counts(tmp_path: Path) -> None:
    """Used is what the container holds, less the files that could be dropped."""
    new = files(
        tmp_path / "new", memory__max="536870912\n", memory__current="300000000\n",
        memory__stat="anon 1\ninactive_file 100000000\nactive_file 5\n",
    )  # fmt: skip
    assert look([], new) == (200_000_000, 536_870_912)
    old = tmp_path / "old"
    old.mkdir()
    files(
        old / "memory", memory__limit_in_bytes="536870912\n", memory__usage_in_bytes="300000000\n",
        memory__stat="inactive_file 7\ntotal_inactive_file 100000000\n",
    )  # fmt: skip
    assert look([], old) == (200_000_000, 536_870_912)


@pytest.mark.parametrize("limit", ["max", "9223372036854771712", None])
def test_without_a_limit_the_processes_count(tmp_path: Path, limit: str | None) -> None:
    """The machine's memory is the limit then; a process that is gone counts nothing."""
    root = files(
        tmp_path / "root", memory__current="1\n", memory__stat="", **({} if limit is None else {"memory__max": limit})
    )
    used, most = look([os.getpid()], root)
    assert most == MACHINE
    assert 10e6 < used < MACHINE
    assert look([2**22 + 1], root).used == 0


def test_both_processes_are_seen() -> None:
    """The metrics have the server's own memory, the engine's, and what counts against the limit."""
    with running_server("demo") as server:
        ours = server.metric("process_resident_memory_bytes")
        engines = server.metric("spine_engine_process_resident_memory_bytes")
        assert ours > 10e6
        assert engines > 10e6
        assert server.metric("spine_memory_limit_bytes") <= MACHINE
        assert server.metric("spine_memory_used_bytes") > engines
