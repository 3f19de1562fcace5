"""`docker compose up` as a person has it: healthy, steerable, locked down, logged, stopped, brought back."""

from __future__ import annotations

import errno
import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from support.engine import (
    FIGURES,
    Project,
    client,
    docker,
    free_port,
    host_process,
    http_status,
    inspect,
    restarts,
    run,
    stop,
    until,
)
from support.patience import LONG_PATIENCE_S
from support.threads import frozen_main_thread

NewProject = Callable[..., Project]
MEMORY_LIMIT = 512 * 1024 * 1024
SERVER_USER = 10001


def health(container: str) -> str:
    """What the engine thinks of the container: starting, healthy or unhealthy."""
    return str(inspect(container, ".State.Health.Status"))


def log_lines(project: Project) -> list[dict[str, Any]]:
    """The log of the server, each line decoded."""
    lines = docker("logs", project.container()).splitlines()
    return [json.loads(line) for line in lines if line]


def in_container(container: str, program: str) -> subprocess.CompletedProcess[str]:
    """Runs a few lines of Python in the container, as its user."""
    return subprocess.run(
        ["docker", "exec", container, "python", "-c", program], capture_output=True, text=True, check=False
    )


def healthcheck_code(container: str) -> int:
    """The exit code of the check that the engine makes."""
    done = subprocess.run(["docker", "exec", container, "spine", "healthcheck"], capture_output=True, check=False)
    return done.returncode


def engine_processes(container: str) -> list[int]:
    """The processes in the container that simulate, as the host numbers them."""
    listing = docker("top", container, "-o", "pid,args").splitlines()
    return [int(line.split()[0]) for line in listing if "spine.engine" in line]


def engine_process(container: str) -> int:
    """The one process in the container that simulates."""
    (process,) = engine_processes(container)
    return process


# -- a running project that is only looked at


def test_becomes_healthy(world: Project) -> None:
    """The engine's own health check turns healthy."""
    assert until(lambda: health(world.container()) == "healthy", "the container is healthy")


def test_world_is_driven_over_the_published_port(world: Project) -> None:
    """A client sees the snapshot, starts the world, sees rising ticks and a new truck move, and stops it."""
    with client(world.port) as visitor:
        assert visitor.expect("map.created")
        assert visitor.expect("agent.listed")["agents"]
        visitor.send("agent.create", agent_id="visitor", agent_kind="truck")
        assert visitor.expect("agent.created")["id"] == "visitor"
        visitor.send("simulation.start", tick_rate=20, speed=10)
        assert visitor.expect("simulation.started")["speed"] == 10
        ticks = [visitor.expect("tick.end")["tick"] for _ in range(5)]
        assert ticks == list(range(ticks[0], ticks[0] + 5))
        visitor.send("simulation.stop")
        visitor.expect("simulation.stopped")


def test_process_has_no_rights(world: Project) -> None:
    """The process is user 10001, holds no capability, cannot gain any, and is under a system call filter."""
    status = dict(
        line.split(":\t", 1)
        for line in Path(f"/proc/{host_process(world.container())}/status").read_text().splitlines()
        if ":\t" in line
    )
    assert set(status["Uid"].split()) == set(status["Gid"].split()) == {str(SERVER_USER)}
    assert {int(status[name], 16) for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")} == {0}
    assert status["NoNewPrivs"] == "1"
    assert status["Seccomp"] == "2"


def test_root_is_read_only(world: Project) -> None:
    """Nothing can be written but the temporary and the state folder."""
    program = "open('{}/x', 'w').write('x')"
    for place in ("", "/app", "/usr/local/bin", "/etc"):
        done = in_container(world.container(), program.format(place))
        assert f"[Errno {errno.EROFS}]" in done.stderr, done
    for place in ("/tmp", "/state"):
        assert in_container(world.container(), program.format(place)).returncode == 0


def test_limits_of_the_container(world: Project) -> None:
    """Memory, processes and log files are limited, and the restart policy is the one that survives a reboot."""
    host = inspect(world.container(), ".HostConfig")
    assert host["Memory"] == MEMORY_LIMIT
    assert host["PidsLimit"] == 256
    assert host["RestartPolicy"]["Name"] == "unless-stopped"
    assert host["LogConfig"] == {"Type": "json-file", "Config": {"max-size": "10m", "max-file": "10"}}
    check = inspect(world.container(), ".Config.Healthcheck")
    assert [check[name] / 1e9 for name in ("Interval", "Timeout", "StartPeriod")] == [30, 10, 40]
    assert check["Retries"] == 3


def test_log_lines_are_json(world: Project) -> None:
    """Every line of the log, uvicorn's own included, is one JSON object with the fields an index expects."""
    with client(world.port) as visitor:
        visitor.expect("map.created")
    http_status(world.port, "/health")
    lines = until(lambda: log_lines(world), "log lines")
    for line in lines:
        assert {"time", "level", "event", "logger", "version"} <= line.keys(), line
        assert line["level"] in ("debug", "info", "warning", "error", "critical"), line
    assert any(line["logger"].startswith("uvicorn") for line in lines)
    assert any("client_id" in line for line in lines)


# -- projects that things are done to


def test_memory_with_a_thousand_trucks(new_project: NewProject) -> None:
    """A thousand trucks that drive stay under the default limit of 512 MB."""
    project = new_project()
    container = project.up()
    FIGURES["memory, idle"] = f"{memory(container) / 2**20:.0f} MiB"
    with client(project.port) as visitor:
        visitor.expect("agent.listed")
        for number in range(1000):
            visitor.send("agent.create", agent_id=f"extra-{number}", agent_kind="truck")
            assert visitor.expect("agent.created")["id"] == f"extra-{number}"
        visitor.send("simulation.start", tick_rate=20, speed=10)
        for _ in range(200):
            visitor.expect("tick.end")
    used = memory(container)
    FIGURES["memory, 1000 trucks driving, 200 ticks"] = f"{used / 2**20:.0f} MiB"
    assert used < MEMORY_LIMIT
    assert restarts(container) == 0


def memory(container: str) -> float:
    """Bytes the container uses, file cache that could be dropped left out, as the engine reports it."""
    report = docker("stats", "--no-stream", "--format", "{{.MemUsage}}", container)
    found = re.match(r"([\d.]+)(KiB|MiB|GiB)", report)
    assert found, report
    used, unit = found.groups()
    return float(used) * {"KiB": 2**10, "MiB": 2**20, "GiB": 2**30}[unit]


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_stops_gracefully(new_project: NewProject, name: str) -> None:
    """Asked to stop, the server tells its clients that it goes away, keeps its world and ends with exit code 0, without an init."""
    project = new_project()
    container = project.up()
    with client(project.port) as visitor:
        visitor.expect("agent.listed")
        visitor.send("simulation.start", tick_rate=20, speed=10)
        reached = [visitor.expect("tick.end")["tick"] for _ in range(20)][-1]
        asked = time.monotonic()
        # `docker stop` kills after the time limit, and then the exit code would be 137
        stop(container, signal=name)
        FIGURES[f"stop after {name}, one client, running world"] = f"{time.monotonic() - asked:.2f} s"
        with pytest.raises(ConnectionClosed) as closed:
            visitor.expect("never")
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1001
    assert inspect(container, ".State.ExitCode") == 0
    kept = json.loads(
        project.compose("run", "--rm", "--entrypoint", "spine", "spine-backend", "state", "ls", "--json", "/state")
    )
    assert kept["checkpoints"][0]["tick"] == kept["journal"]["tick"] >= reached
    assert kept["checkpoints"][0]["running"]


def test_second_signal_ends_at_once(new_project: NewProject) -> None:
    """An engine that hangs holds up the end of its server; a second signal does not wait for it, and exit code 1 tells."""
    project = new_project()
    container = project.up()
    os.kill(engine_process(container), signal.SIGSTOP)
    docker("kill", "--signal", "SIGTERM", container)
    until(lambda: any(line["event"] == "stopping" for line in log_lines(project)), "the first signal is heard")
    docker("kill", "--signal", "SIGTERM", container)
    docker("wait", container)
    assert inspect(container, ".State.ExitCode") == 1
    assert log_lines(project)[-1]["event"] == "second signal, ending at once"


def test_stops_while_it_starts(new_project: NewProject) -> None:
    """Nobody has to wait until a large world is there before the server can be stopped."""
    project = new_project()
    project.variables["SPINE_SCENARIO"] = "region"
    project.compose("up", "--detach", "--no-build")
    container = project.container()
    until(lambda: engine_processes(container), "the engine has been started")
    stop(container)
    assert inspect(container, ".State.ExitCode") == 0


def test_wedged_engine_is_unhealthy_and_replaced(new_project: NewProject) -> None:
    """An engine that hangs makes the check fail; the server starts another one, in the same container, and is well again."""
    project = new_project()
    container = project.up()
    docker("exec", container, "spine", "healthcheck")
    os.kill(engine_process(container), signal.SIGSTOP)
    until(lambda: healthcheck_code(container) == 1, "the check fails")
    until(lambda: healthcheck_code(container) == 0, "the check is satisfied again")
    assert restarts(container) == 0


def test_start_is_quick(new_project: NewProject) -> None:
    """The time from the start of the container to a ready server is measured, and printed with the other figures."""
    project = new_project()
    container = project.up()
    times = []
    for _ in range(5):
        stop(container)
        begun = time.monotonic()
        docker("start", container)
        until(lambda: http_status(project.port, "/ready") == 200, "/ready")
        times.append(time.monotonic() - begun)
    FIGURES["start of the container to ready, best and worst of 5"] = f"{min(times):.2f} s, {max(times):.2f} s"


def test_killed_server_is_brought_back(new_project: NewProject) -> None:
    """After kill -9 the restart policy brings the server back, and it serves."""
    project = new_project()
    container = project.up()
    os.kill(host_process(container), signal.SIGKILL)
    until(lambda: restarts(container) == 1, "the restart")
    project.wait_ready()
    with client(project.port) as visitor:
        visitor.expect("agent.listed")


def test_killed_server_recovers_its_world_from_the_volume(new_project: NewProject) -> None:
    """After kill -9 the world is the one that was acknowledged: a truck made before is there, and ticks do not fall back to 0."""
    project = new_project()
    container = project.up()
    with client(project.port) as visitor:
        visitor.send("agent.create", agent_id="survivor", agent_kind="truck")
        until(lambda: visitor.expect("agent.created")["id"] == "survivor", "the truck")
        visitor.send("simulation.start", tick_rate=20, speed=10)
        reached = [visitor.expect("tick.end")["tick"] for _ in range(40)][-1]
    os.kill(host_process(container), signal.SIGKILL)
    until(lambda: restarts(container) == 1, "the restart")
    project.wait_ready()
    with client(project.port) as visitor:
        listed = visitor.expect("agent.listed")
        assert "survivor" in {agent["id"] for agent in listed["agents"]}
        # the last second or so may be simulated again, nothing before it
        assert listed["tick"] > reached - 40


def test_frozen_server_is_brought_back(new_project: NewProject) -> None:
    """A server whose main thread hangs says so in its last log line, ends itself, and the restart policy brings it back."""
    project = new_project()
    container = project.up()
    with frozen_main_thread(host_process(container)):
        begun = time.monotonic()
        until(lambda: http_status(project.port, "/ready") != 200, "/ready fails")
        assert healthcheck_code(container) == 1
        until(lambda: restarts(container) == 1, "the restart", LONG_PATIENCE_S)
        FIGURES["frozen main thread to restarted container"] = f"{time.monotonic() - begun:.1f} s"
    project.wait_ready()
    events = [line for line in log_lines(project) if line["level"] == "critical"]
    assert any("watchdog" in json.dumps(line) or "stuck" in json.dumps(line) for line in events), events


# -- settings from outside


def test_env_file_takes_effect(new_project: NewProject) -> None:
    """What stands in .env beside the compose file is used."""
    project = new_project()
    del project.variables["SPINE_PORT"]
    port = free_port()
    (project.folder / ".env").write_text(f"SPINE_PORT={port}\nSPINE_LOG_LEVEL=DEBUG\nSPINE_MEMORY=640m\n")
    config = project.config()
    assert config["ports"][0]["published"] == str(port)
    assert config["environment"]["LOG_LEVEL"] == "DEBUG"
    assert config["mem_limit"] == str(640 * 1024 * 1024)
    project.port = port
    project.up()
    assert any(line["level"] == "debug" for line in log_lines(project))


def test_variables_win_over_the_env_file(new_project: NewProject) -> None:
    """A variable of the caller beats the same one in .env, and defaults hold for the rest."""
    project = new_project()
    (project.folder / ".env").write_text("SPINE_LOG_LEVEL=DEBUG\n")
    project.variables["SPINE_LOG_LEVEL"] = "WARNING"
    environment = project.config()["environment"]
    assert environment["LOG_LEVEL"] == "WARNING"
    assert environment["HOST"] == "0.0.0.0"
    assert environment["PORT"] == "8000"
    del project.variables["SPINE_LOG_LEVEL"]
    (project.folder / ".env").unlink()
    assert project.config()["environment"]["LOG_LEVEL"] == "INFO"


def test_override_file_takes_effect(new_project: NewProject) -> None:
    """docker-compose.override.yml beside the compose file is merged in."""
    project = new_project()
    (project.folder / "docker-compose.override.yml").write_text(
        "services:\n  spine-backend:\n    environment:\n      SPINE_SCENARIO: none\n    mem_limit: 300m\n"
    )
    container = project.up()
    assert inspect(container, ".HostConfig.Memory") == 300 * 1024 * 1024
    with client(project.port) as visitor:
        visitor.send("agent.list")
        assert visitor.expect("agent.listed")["agents"] == []


def test_commented_mounts_work(new_project: NewProject) -> None:
    """With their comment signs taken off, ./data and ./config can be read but not written, and ./logs can be written."""
    project = new_project()
    file = project.folder / "docker-compose.yml"
    text = file.read_text()
    assert text.count("# - ./") == 3
    file.write_text(text.replace("# - ./", "- ./"))
    for name in ("data", "config", "logs"):
        (project.folder / name).mkdir()
        (project.folder / name / "hello").write_text(name)
    os.chown(project.folder / "logs", SERVER_USER, SERVER_USER)
    container = project.up()
    for name in ("data", "config"):
        done = in_container(container, f"print(open('/{name}/hello').read()); open('/{name}/new', 'w')")
        assert done.stdout.strip() == name
        assert f"[Errno {errno.EROFS}]" in done.stderr
    assert in_container(container, "open('/logs/new', 'w').write('x')").returncode == 0
    assert (project.folder / "logs" / "new").read_text() == "x"


def test_compose_builds(repository: Path) -> None:
    """`docker compose build` works, with the build argument for inline cache data too."""
    run("docker", "compose", "build", "--quiet", cwd=repository)
    run("docker", "compose", "build", "--quiet", "--build-arg", "BUILDKIT_INLINE_CACHE=1", cwd=repository)
