"""What the system tells of memory: the limit of this container, who was killed for want of it, how much a process has held."""

from __future__ import annotations

import os
import re
import resource
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final, NamedTuple

_CONTROL_GROUPS: Final = Path("/sys/fs/cgroup")
_LIMITS: Final = ("memory.max", "memory/memory.limit_in_bytes")
_USES: Final = (
    ("memory.current", "memory.stat", "inactive_file"),
    ("memory/memory.usage_in_bytes", "memory/memory.stat", "total_inactive_file"),
)
_EVENTS: Final = ("memory.events", "memory/memory.oom_control")
"""As a container sees its own control group, version 2 and 1."""

_NO_LIMIT: Final = 1 << 60
_MB: Final = 1 << 20
_PAGE_BYTES: Final = os.sysconf("SC_PAGE_SIZE")


class Memory(NamedTuple):
    """Bytes of memory.

    Attributes:
        used: what counts against the limit.
        limit: beyond it the container is killed; without one, what the machine has.
    """

    used: int
    limit: int


def look(processes: Iterable[int], root: Path = _CONTROL_GROUPS) -> Memory:
    """Return the memory of the container this process is in; outside of one with a limit, that of some processes.

    Args:
        processes: their ids; those that are gone count nothing.
        root: where control groups are mounted.
    """
    machine = _PAGE_BYTES * os.sysconf("SC_PHYS_PAGES")
    limit = _container_limit(root)
    used = None if limit is None else _container_bytes(root)
    if used is None:
        used = sum(_resident_bytes(process) for process in processes)
    return Memory(used, machine if limit is None else min(limit, machine))


def _container_limit(root: Path) -> int | None:
    for path in _LIMITS:
        try:
            limit = int((root / path).read_text("ascii"))
        except (OSError, ValueError):
            continue
        # "max" in version 2 is no number; version 1 has a limit beyond all memory.
        return limit if limit < _NO_LIMIT else None
    return None


def _container_bytes(root: Path) -> int | None:
    """Return the memory of a container without inactive file cache, bytes; None when the system does not say."""
    for usage, statistics, idle in _USES:
        try:
            found = re.search(rf"^{idle} (\d+)$", (root / statistics).read_text("ascii"), re.MULTILINE)
            return int((root / usage).read_text("ascii")) - (int(found[1]) if found else 0)
        except (OSError, ValueError):
            continue
    return None


def _resident_bytes(process: int) -> int:
    try:
        return int(Path(f"/proc/{process}/statm").read_text("ascii").split()[1]) * _PAGE_BYTES
    except OSError:
        return 0


def limit_bytes() -> int | None:
    """Return how much memory this process may have, bytes: of its container, or its own; None when there is no limit."""
    own, _ = resource.getrlimit(resource.RLIMIT_AS)
    limits = (own if own != resource.RLIM_INFINITY else None, _container_limit(_CONTROL_GROUPS))
    return min((limit for limit in limits if limit is not None), default=None)


def killed_processes() -> int:
    """Return how many processes of this container were killed so far for want of memory; 0 when the system does not tell."""
    for path in _EVENTS:
        try:
            lines = (_CONTROL_GROUPS / path).read_text("ascii").splitlines()
        except OSError:
            continue
        for line in lines:
            name, _, count = line.partition(" ")
            if name == "oom_kill" and count.isdecimal():
                return int(count)
    return 0


def peak_bytes(*, of_children: bool = False) -> int:
    """Return the most memory this process has held at a time, or the largest of its children that have ended, bytes."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN if of_children else resource.RUSAGE_SELF)
    return usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def too_little(held_bytes: int, detail: str = "") -> str:
    """Return in words that memory did not suffice.

    Args:
        held_bytes: what the process held when it wanted more.
        detail: what it wanted, where that is known.
    """
    limit = limit_bytes()
    given = f"the limit is {limit // _MB} MB" if limit is not None else "the machine has no more"
    wanted = f" ({detail})" if detail else ""
    return (
        f"out of memory: this world needs more than the {held_bytes // _MB} MB the engine held{wanted}; {given}. Give it more memory "
        "(docker --memory, SPINE_MEMORY with compose, resources.limits.memory on Kubernetes) or serve a smaller world"
    )
