"""What the system tells of memory: the limit of this container, who was killed for want of it, how much a process has held."""

from __future__ import annotations

import resource
import sys
from pathlib import Path
from typing import Final

_LIMITS: Final = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
_EVENTS: Final = (Path("/sys/fs/cgroup/memory.events"), Path("/sys/fs/cgroup/memory/memory.oom_control"))
"""As a container sees its own control group, version 2 and 1."""

_NO_LIMIT: Final = 1 << 60
_MB: Final = 1 << 20


def limit_bytes() -> int | None:
    """Return how much memory this process may have, bytes: of its container, or its own; None when there is no limit."""
    own, _ = resource.getrlimit(resource.RLIMIT_AS)
    limits = [own] if own != resource.RLIM_INFINITY else []
    for path in _LIMITS:
        try:
            limits.append(int(path.read_text("ascii")))
        except (OSError, ValueError):
            continue
    return min((limit for limit in limits if limit < _NO_LIMIT), default=None)


def killed_processes() -> int:
    """Return how many processes of this container were killed so far for want of memory; 0 when the system does not tell."""
    for path in _EVENTS:
        try:
            lines = path.read_text("ascii").splitlines()
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
