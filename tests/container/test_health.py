"""What the container engine's health check finds: a busy world on little, a frozen first process, too little memory."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from support.engine import FIGURES, Project, docker, host_process, inspect, restarts, until
from support.patience import LONG_PATIENCE_S

NewProject = Callable[..., Project]


def _override(folder: Path, lines: str) -> None:
    """Lay some settings over the service, with a check every two seconds so that a test sees many."""
    text = f"services:\n  spine-backend:\n    healthcheck:\n      interval: 2s\n{lines}"
    (folder / "docker-compose.override.yml").write_text(text)


def _health(container: str) -> str:
    return str(inspect(container, ".State.Health.Status"))


def _checks(container: str) -> list[dict[str, Any]]:
    """The last checks, five at most, oldest first."""
    return list(inspect(container, ".State.Health.Log"))


def test_a_busy_world_on_little_is_healthy(new_project: NewProject) -> None:
    """`region`, running, on a quarter of a processor: every check passes, whatever it costs the world, and the engine is left alone."""
    project = new_project()
    project.variables |= {"SPINE_SCENARIO": "region", "SPINE_AUTOSTART": "true", "SPINE_MEMORY": "300m"}
    _override(project.folder, "    cpus: 0.25\n")
    container = project.up()
    until(lambda: _health(container) == "healthy", "the first check passes")
    seen = {check["Start"]: check for check in _checks(container)}

    def enough() -> bool:
        seen.update((check["Start"], check) for check in _checks(container))
        return len(seen) >= 15

    until(enough, "fifteen checks", LONG_PATIENCE_S)
    well = [check for check in seen.values() if check["ExitCode"] == 0]
    # Only while it still started there may have been others.
    first = min(check["Start"] for check in well)
    assert [check for start, check in seen.items() if start >= first and check["ExitCode"]] == []
    assert restarts(container) == 0
    assert "engine lost" not in docker("logs", container)
    program = (
        "import resource, subprocess; subprocess.run(['spine', 'healthcheck'], check=True, capture_output=True); "
        "used = resource.getrusage(resource.RUSAGE_CHILDREN); print(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)"
    )
    processor_s, memory_mb = map(float, docker("exec", container, "python", "-c", program).split())
    FIGURES["one health check beside a running region"] = f"{processor_s:.2f} s of a processor, {memory_mb:.0f} MB"
    assert memory_mb < 20


def test_a_frozen_first_process_is_unhealthy(new_project: NewProject) -> None:
    """Its watchdog is frozen with it, so nothing inside can help; the check says so, and takes it back when it goes on."""
    project = new_project()
    _override(project.folder, "")
    container = project.up()
    until(lambda: _health(container) == "healthy", "the first check passes")
    process = host_process(container)
    os.kill(process, signal.SIGSTOP)
    try:
        until(lambda: _health(container) == "unhealthy", "three checks fail")
        assert "no answer within" in _checks(container)[-1]["Output"]
    finally:
        os.kill(process, signal.SIGCONT)
    until(lambda: _health(container) == "healthy", "a check passes again")
    assert restarts(container) == 0


def test_too_little_memory_is_said_in_words(new_project: NewProject) -> None:
    """An engine that the kernel kills at its start: the log says what it held, what the limit is, and where to set it."""
    project = new_project()
    project.variables |= {"SPINE_SCENARIO": "region", "SPINE_MEMORY": "90m"}
    _override(project.folder, '    restart: "no"\n')
    project.compose("up", "--detach", "--no-build")
    container = project.container()
    until(lambda: inspect(container, ".State.Status") == "exited", "the server ends")
    log = docker("logs", container)
    assert inspect(container, ".State.ExitCode") == 2, log
    assert "out of memory: this world needs more than the" in log
    assert "the limit is 90 MB" in log
    assert "SPINE_MEMORY" in log
    assert "Traceback" not in log
