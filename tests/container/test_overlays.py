"""The overlays of deploy/, started for real where their programs can be had: nginx and Prometheus come from Debian's packages."""

from __future__ import annotations

import json
import re
import time
import urllib.parse
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException
from websockets.sync.client import connect

from support.engine import (
    FIGURES,
    Client,
    Project,
    client,
    docker,
    free_port,
    http_status,
    inspect,
    restarts,
    run,
    stop,
    until,
)
from support.patience import LONG_PATIENCE_S, PATIENCE_S

NewProject = Callable[..., Project]
NewMonitored = Callable[..., tuple[Project, int]]
SERVERS = ("spine-backend", "spine-backend-2", "spine-backend-3")
SESSIONS = [f"session-{number}" for number in range(12)]
SCALE = "deploy/scale/compose.yml"
AWAKE = ("pending", "firing")
MONITORING = "deploy/monitoring/compose.yml"


@pytest.fixture(scope="session")
def debian_image(engine: None, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], str]:
    """Builds a stand-in for a published image from a Debian package, on the base that is there anyway."""

    def build(package: str, rest: str) -> str:
        folder = tmp_path_factory.mktemp(package)
        (folder / "Dockerfile").write_text(
            f"FROM python:3.13-slim\n"
            f"RUN apt-get -qq update && apt-get -qq install -y --no-install-recommends {package}\n{rest}\n"
        )
        run("docker", "buildx", "build", "--load", "--quiet", "--tag", f"spine-test-{package}", folder)
        return f"spine-test-{package}"

    return build


@pytest.fixture
def scaled(new_project: NewProject, debian_image: Callable[[str, str], str]) -> Project:
    """Three servers behind nginx, all ready."""
    project = new_project(SCALE)
    project.variables["NGINX_IMAGE"] = debian_image("nginx", "")
    project.up()
    for server in SERVERS:
        until(lambda server=server: _healthy(project.container(server)), f"{server} answers its check")
    return project


def test_nginx_shows_the_server_under_a_path(new_project: NewProject, debian_image: Callable[[str, str], str]) -> None:
    """Page, assets, documents and socket are below the path and nowhere else, and the container calls itself healthy."""
    project = new_project("deploy/proxy/nginx/compose.yml")
    project.variables["NGINX_IMAGE"] = debian_image("nginx", "")
    project.compose("up", "--detach", "--no-build")
    until(lambda: http_status(project.port, "/sim/ready") == 200, "/sim/ready")
    until(lambda: _healthy(project.container()), "the server answers its check")
    with urllib.request.urlopen(f"http://127.0.0.1:{project.port}/sim", timeout=PATIENCE_S) as answer:
        assert answer.url.endswith("/sim/")
        addresses = re.findall(r'(?:src|href)="([^"]+)"', answer.read().decode())
    assert addresses
    for address in (*addresses, "docs/ws", "asyncapi.json"):
        assert http_status(project.port, urllib.parse.urljoin("/sim/", address)) == 200, address
    with client(project.port, "/sim/ws") as visitor:
        assert visitor.expect("agent.listed")["agents"]
    assert http_status(project.port, "/ready") == 404


def _healthy(container: str) -> bool:
    with suppress(AssertionError):
        docker("exec", container, "spine", "healthcheck")
        return True
    return False


def names_of_agents(visitor: Client) -> set[str]:
    """Who lives in the world this client has come to."""
    return {agent["id"] for agent in visitor.expect("agent.listed")["agents"]}


def mark_world(project: Project, session: str) -> str:
    """Leaves a truck with the session's name in the session's world; returns the full name of that world."""
    with client(project.port, f"/ws?session={session}") as visitor:
        visitor.expect("agent.listed")
        visitor.send("agent.create", agent_id=session, agent_kind="truck")
        until(lambda: visitor.expect("agent.created")["id"] == session, "the truck")
        return world_of(visitor)


def world_of(visitor: Client) -> str:
    """The full name of the world this client has come to."""
    assert visitor.connection.response is not None
    return visitor.connection.response.headers["X-Spine-World"]


def marks_of(project: Project, path: str) -> set[str]:
    """The sessions that have left their mark in the world a path leads to."""
    with client(project.port, path) as visitor:
        return {name for name in names_of_agents(visitor) if name.startswith("session-")}


def test_sessions_stay_with_their_world(scaled: Project) -> None:
    """A session comes back to the same world, a world is found by its name in every way, and sessions spread over all."""
    worlds = {session: mark_world(scaled, session) for session in SESSIONS}
    assert {world.partition(".")[0] for world in worlds.values()} == {"one", "two", "three"}
    for session, world in worlds.items():
        marks = {other for other in SESSIONS if worlds[other] == world}
        assert marks_of(scaled, f"/ws?session={session}") == marks
        assert marks_of(scaled, f"/ws?world={world}") == marks
        assert marks_of(scaled, f"/{world.partition('.')[0]}/ws") == marks
        cookie = {"Cookie": f"spine_world={world}"}
        with connect(
            f"ws://127.0.0.1:{scaled.port}/ws",
            max_size=None,
            additional_headers=cookie,
            close_timeout=0.1,
            open_timeout=PATIENCE_S,
        ) as connection:
            assert names_of_agents(Client(connection)) & set(SESSIONS) == marks


def test_recreated_servers_hold_the_same_worlds(scaled: Project) -> None:
    """Containers that are made anew, and so get other addresses, leave every session in its world; nginx is not touched."""
    worlds = {session: mark_world(scaled, session) for session in SESSIONS}
    docker("rm", "--force", *(scaled.container(server) for server in SERVERS))
    # One after the other and the other way round: each gets an address that was another one's.
    for server in reversed(SERVERS):
        scaled.compose("up", "--detach", "--no-build", "--no-deps", server)
    for server in SERVERS:
        until(lambda server=server: _healthy(scaled.container(server)), f"{server} answers its check")
    for session, world in worlds.items():
        until(
            lambda world=world: http_status(scaled.port, f"/health?world={world}") == 200, f"the world {world} is found"
        )
        assert session in marks_of(scaled, f"/ws?world={world}")
        assert session in marks_of(scaled, f"/ws?session={session}")


def test_starts_without_one_of_its_servers(new_project: NewProject, debian_image: Callable[[str, str], str]) -> None:
    """A server that is not there keeps nobody from the others: its own world is refused, newcomers get another one."""
    project = new_project(SCALE)
    project.variables["NGINX_IMAGE"] = debian_image("nginx", "")
    project.compose("up", "--detach", "--no-build", "spine-backend", "spine-backend-3", "spine-proxy")
    project.wait_ready()
    assert http_status(project.port, "/two/health") == 503
    for session in SESSIONS:
        until(
            lambda session=session: http_status(project.port, f"/ready?session={session}") == 200, "a session is served"
        )
    assert restarts(project.container("spine-proxy")) == 0


def test_frozen_server_lets_go_of_its_clients(scaled: Project) -> None:
    """A server that does nothing any more costs its clients some seconds: its sockets end, and sessions go on elsewhere."""
    session = SESSIONS[0]
    with client(scaled.port, f"/ws?session={session}") as visitor:
        world = world_of(visitor)
        frozen = scaled.container(SERVERS[["one", "two", "three"].index(world.partition(".")[0])])
        docker("pause", frozen)
        begun = time.monotonic()
        try:
            with pytest.raises(ConnectionClosed):
                visitor.expect("never")
            with client(scaled.port, f"/ws?session={session}") as again:
                assert world_of(again) != world
            FIGURES["a server freezes: its client is elsewhere after"] = f"{time.monotonic() - begun:.1f} s"
            assert http_status(scaled.port, f"/health?world={world}") == 503
        finally:
            docker("unpause", frozen)
    until(lambda: http_status(scaled.port, f"/health?world={world}") == 200, "the server is found again")


def test_newcomer_gets_a_world(scaled: Project) -> None:
    """Who names no world is given one, and its name as a cookie, with plain HTTP and with the WebSocket handshake."""
    with urllib.request.urlopen(f"http://127.0.0.1:{scaled.port}/health", timeout=PATIENCE_S) as answer:
        assert re.match(
            r"spine_world=(one|two|three)\.\w+; Path=/; HttpOnly; SameSite=Lax", answer.headers["Set-Cookie"]
        )
    with connect(
        f"ws://127.0.0.1:{scaled.port}/ws", max_size=None, close_timeout=0.1, open_timeout=PATIENCE_S
    ) as connection:
        assert connection.response is not None
        assert "spine_world=" in connection.response.headers["Set-Cookie"]


def test_dead_server_is_passed_over(scaled: Project) -> None:
    """When a session's server is gone, the session is served by a neighbour."""
    stop(scaled.container("spine-backend-2"))
    for session in SESSIONS:

        def greeted(session: str = session) -> bool:
            with (
                suppress(InvalidStatus, WebSocketException, OSError),
                client(scaled.port, f"/ws?session={session}") as visitor,
            ):
                return bool(visitor.expect("agent.listed"))
            return False

        until(greeted, f"{session} is served")


def ask(port: int, path: str, **query: str) -> Any:
    """The data of Prometheus' answer."""
    url = f"http://127.0.0.1:{port}/api/v1/{path}?{urllib.parse.urlencode(query)}"
    with urllib.request.urlopen(url, timeout=PATIENCE_S) as answer:
        document = json.load(answer)
    assert document["status"] == "success", document
    return document["data"]


def dashboard_queries(repository: Path) -> dict[str, str]:
    """Every query of the Grafana dashboard, by the title of its panel, with Grafana's own variables filled in."""
    text = (repository / "deploy" / "monitoring" / "grafana" / "dashboards" / "spine.json").read_text()
    panels = json.loads(text.replace("$__rate_interval", "1m"))["panels"]
    return {
        f"{panel['title']} {target['refId']}": target["expr"] for panel in panels for target in panel.get("targets", ())
    }


@pytest.fixture
def new_monitored(new_project: NewProject, debian_image: Callable[[str, str], str]) -> NewMonitored:
    """Starts servers scraped by Prometheus, which tells Alertmanager; Grafana cannot be had here.

    `new_monitored(*overlays)` returns the project and the port of its Prometheus.
    """

    def of_debian(package: str, program: str, folder: str) -> str:
        return debian_image(package, f'RUN install -d -o nobody {folder}\nUSER nobody\nENTRYPOINT ["{program}"]')

    def start(*overlays: str) -> tuple[Project, int]:
        project = new_project(*overlays, MONITORING)
        port = free_port()
        project.variables |= {
            "PROMETHEUS_PORT": str(port),
            "PROMETHEUS_IMAGE": of_debian("prometheus", "prometheus", "/prometheus"),
            "ALERTMANAGER_PORT": str(free_port()),
            "ALERTMANAGER_IMAGE": of_debian("prometheus-alertmanager", "prometheus-alertmanager", "/alertmanager"),
        }
        if SCALE in overlays:
            project.variables["NGINX_IMAGE"] = debian_image("nginx", "")
        services = project.compose("config", "--services").split()
        project.compose("up", "--detach", "--no-build", *(name for name in services if name != "spine-grafana"))
        project.wait_ready()
        return project, port

    return start


@pytest.fixture
def monitored(new_monitored: NewMonitored) -> tuple[Project, int]:
    """One server that is watched, and the port of its Prometheus."""
    return new_monitored()


def alert_state(port: int, name: str) -> str:
    """What Prometheus thinks of an alert: inactive, pending or firing; "" while it does not answer."""
    with suppress(OSError):
        for rule in ask(port, "rules")["groups"][0]["rules"]:
            if rule["name"] == name:
                return str(rule["state"])
    return ""


def test_prometheus_scrapes_the_server(monitored: tuple[Project, int], repository: Path) -> None:
    """Prometheus finds the server, loads every alert rule, and every panel of the dashboard and every rule has data."""
    project, port = monitored
    with client(project.port) as visitor:
        visitor.send("simulation.start", tick_rate=20, speed=10)
        visitor.expect("tick.end")

        def is_up() -> bool:
            with suppress(OSError):
                return bool(ask(port, "query", query='up{job="spine"} == 1')["result"])
            return False

        until(is_up, "Prometheus has scraped the server", LONG_PATIENCE_S)
        (group,) = ask(port, "rules")["groups"]
        queries = dashboard_queries(repository)
        for title, query in queries.items():
            until(lambda query=query: ask(port, "query", query=query)["result"], f"data of the panel {title}: {query}")
        for rule in group["rules"]:
            assert rule["health"] in ("ok", "unknown"), rule
            # without its threshold a rule must find something to compare, or it could never fire
            for metric in set(re.findall(r"\bspine_\w+", rule["query"])):
                assert ask(port, "query", query=metric)["result"], (
                    f"{rule['name']} looks at {metric}, which is not there"
                )
        FIGURES["dashboard panels with data, alert rules loaded"] = f"{len(queries)}, {len(group['rules'])}"


def test_alert_when_the_server_is_gone(monitored: tuple[Project, int]) -> None:
    """A server that cannot be scraped any more raises its alert."""
    project, port = monitored
    until(lambda: alert_state(port, "SpineDown") == "inactive", "it is quiet while the server is up", LONG_PATIENCE_S)
    stop(project.container())
    until(lambda: alert_state(port, "SpineDown") in AWAKE, "the alert wakes up", LONG_PATIENCE_S)


def test_alert_when_memory_runs_out(monitored: tuple[Project, int]) -> None:
    """What both processes use is held against the container's own limit, whatever that is."""
    project, port = monitored
    used = 'spine_memory_used_bytes{instance="spine-backend:8000"}'
    until(lambda: ask(port, "query", query=used)["result"], "Prometheus has scraped the server", LONG_PATIENCE_S)
    assert alert_state(port, "SpineMemoryHigh") == "inactive"
    limit = int(float(ask(port, "query", query=used)["result"][0]["value"][1]) * 1.1)
    docker("update", "--memory", str(limit), "--memory-swap", str(limit), project.container())
    until(lambda: alert_state(port, "SpineMemoryHigh") in AWAKE, "the alert wakes up", LONG_PATIENCE_S)


def test_alert_when_one_of_several_servers_is_gone(new_monitored: NewMonitored) -> None:
    """With the scale overlay, in whatever order, every server is watched, and missed by its name."""
    project, port = new_monitored(SCALE)

    def servers(value: int) -> set[str]:
        with suppress(OSError):
            found = ask(port, "query", query=f'up{{job="spine"}} == {value}')["result"]
            return {series["metric"]["instance"] for series in found}
        return set()

    everyone = {f"world-{world}:8000" for world in ("one", "two", "three")}
    until(lambda: servers(1) == everyone, "all are scraped", LONG_PATIENCE_S)
    stop(project.container("spine-backend-2"))
    until(lambda: servers(0) == {"world-two:8000"}, "one is missed", LONG_PATIENCE_S)
    until(lambda: alert_state(port, "SpineDown") in AWAKE, "the alert wakes up", LONG_PATIENCE_S)


def test_prometheus_tells_alertmanager(monitored: tuple[Project, int]) -> None:
    """Alertmanager runs with the example, and Prometheus has found it."""
    project, port = monitored

    def found() -> bool:
        with suppress(OSError):
            return bool(ask(port, "alertmanagers")["activeAlertmanagers"])
        return False

    until(found, "Prometheus knows Alertmanager", LONG_PATIENCE_S)
    until(lambda: http_status(int(project.variables["ALERTMANAGER_PORT"]), "/-/ready") == 200, "Alertmanager is ready")


def test_projects_on_one_machine_do_not_meet(new_monitored: NewMonitored, new_project: NewProject) -> None:
    """Two projects with the usual network: each one's Prometheus knows only its own server. Another network keeps all apart."""
    for project, _ in (new_monitored(), new_monitored()):
        networks = inspect(project.container(), ".NetworkSettings.Networks")
        assert set(networks) == {"spine-network", f"{project.name}_default"}
        known = docker("exec", project.container("spine-prometheus"), "getent", "ahostsv4", "spine-backend")
        assert {line.split()[0] for line in known.splitlines()} == {networks[f"{project.name}_default"]["IPAddress"]}
    apart = new_project()
    apart.variables["SPINE_NETWORK"] = "spine-test-apart"
    assert set(inspect(apart.up(), ".NetworkSettings.Networks")) == {"spine-test-apart"}
