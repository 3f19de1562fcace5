"""The overlays of deploy/, started for real where their programs can be had: nginx and Prometheus come from Debian's packages."""

from __future__ import annotations

import json
import re
import urllib.parse
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus, WebSocketException
from websockets.sync.client import connect

from support.engine import FIGURES, Client, Project, client, docker, free_port, run, until
from support.patience import LONG_PATIENCE_S, PATIENCE_S

NewProject = Callable[..., Project]
SERVERS = ("spine-backend", "spine-backend-2", "spine-backend-3")
SCALE = "deploy/scale/compose.yml"
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


def _healthy(container: str) -> bool:
    with suppress(AssertionError):
        docker("exec", container, "spine", "healthcheck")
        return True
    return False


def names_of_agents(visitor: Client) -> set[str]:
    """Who lives in the world this client has come to."""
    return {agent["id"] for agent in visitor.expect("agent.listed")["agents"]}


def mark_world(project: Project, session: str) -> None:
    """Leaves a truck with the session's name in the session's world."""
    with client(project.port, f"/ws?session={session}") as visitor:
        visitor.expect("agent.listed")
        visitor.send("agent.create", agent_id=session, agent_kind="truck")
        until(lambda: visitor.expect("agent.created")["id"] == session, "the truck")


def test_sessions_stay_with_their_world(scaled: Project) -> None:
    """A session comes back to the same world, by query and by cookie, and sessions spread over several worlds."""
    sessions = [f"session-{number}" for number in range(12)]
    for session in sessions:
        mark_world(scaled, session)
    worlds = set()
    for session in sessions:
        with client(scaled.port, f"/ws?session={session}") as visitor:
            marks = names_of_agents(visitor) & set(sessions)
        assert session in marks
        worlds.add(frozenset(marks))
        cookie = {"Cookie": f"spine_session={session}"}
        with connect(
            f"ws://127.0.0.1:{scaled.port}/ws", max_size=None, additional_headers=cookie, close_timeout=0.1
        ) as connection:
            assert names_of_agents(Client(connection)) & set(sessions) == marks
    assert len(worlds) == len(SERVERS)


def test_newcomer_gets_a_session(scaled: Project) -> None:
    """Who has no session is given one as a cookie, with plain HTTP and with the WebSocket handshake."""
    with urllib.request.urlopen(f"http://127.0.0.1:{scaled.port}/health", timeout=PATIENCE_S) as answer:
        assert re.match(r"spine_session=\w+; Path=/; HttpOnly; SameSite=Lax", answer.headers["Set-Cookie"])
    with connect(f"ws://127.0.0.1:{scaled.port}/ws", max_size=None, close_timeout=0.1) as connection:
        assert connection.response is not None
        assert "spine_session=" in connection.response.headers["Set-Cookie"]


def test_dead_server_is_passed_over(scaled: Project) -> None:
    """When a session's server is gone, the session is served by a neighbour."""
    for session in (f"session-{number}" for number in range(12)):
        mark_world(scaled, session)
    docker("stop", "--time", "5", scaled.container("spine-backend-2"))
    for session in (f"session-{number}" for number in range(12)):

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
def monitored(new_project: NewProject, debian_image: Callable[[str, str], str]) -> tuple[Project, int]:
    """A server scraped by Prometheus, whose port comes with it. Grafana cannot be had here."""
    project = new_project(MONITORING)
    port = free_port()
    project.variables |= {
        "PROMETHEUS_PORT": str(port),
        "PROMETHEUS_IMAGE": debian_image(
            "prometheus", 'RUN install -d -o nobody /prometheus\nUSER nobody\nENTRYPOINT ["prometheus"]'
        ),
    }
    project.compose("up", "--detach", "--no-build", "spine-backend", "spine-prometheus")
    project.wait_ready()
    return project, port


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

    def state() -> str:
        with suppress(OSError):
            for rule in ask(port, "rules")["groups"][0]["rules"]:
                if rule["name"] == "SpineDown":
                    return str(rule["state"])
        return ""

    until(lambda: state() == "inactive", "the alert is quiet while the server is up", LONG_PATIENCE_S)
    docker("stop", "--time", "5", project.container())
    until(lambda: state() in ("pending", "firing"), "the alert wakes up", LONG_PATIENCE_S)
