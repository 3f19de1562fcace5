"""Who may do what: tokens over the socket and over HTTP, origins of pages, and the warning when there are none."""

from __future__ import annotations

import pytest
from websockets.exceptions import ConnectionClosed

from support.server import Json, running_server

_VIEW = {"Authorization": "Bearer view-token"}
_CONTROL = {"Authorization": "Bearer control-token"}


def _action(name: str) -> Json:
    return {"action": name, "request_id": "mine"}


def test_tokens_divide_lookers_from_controllers() -> None:
    """Without a token no entry, with the view token only questions, with the control token everything; header or subprotocol."""
    with running_server(SPINE_VIEW_TOKEN="view-token", SPINE_CONTROL_TOKEN="control-token") as server:
        with server.client() as stranger, pytest.raises(ConnectionClosed) as closed:
            stranger.next()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1008
        with server.client(additional_headers={"Authorization": "Bearer view-token"}) as looker:
            assert looker.ask("agent.list")["signal"] == "agent.listed"
            assert "role view" in looker.ask("simulation.start")["message"]
        with server.client(subprotocols=["spine.bearer.control-token"]) as controller:
            assert controller.ask("simulation.start")["signal"] == "simulation.started"
        assert server.status("/api/state") == 401


def test_foreign_origins_are_refused() -> None:
    """A page of another origin may not steer the world when origins are set; programs may."""
    with running_server(SPINE_ALLOWED_ORIGINS="https://good.example") as server:
        for origin, welcome in (("https://good.example", True), ("https://evil.example", False), (None, True)):
            with server.client(origin=origin) as client:
                if welcome:
                    assert client.ask("agent.list")["signal"] == "agent.listed"
                else:
                    with pytest.raises(ConnectionClosed):
                        client.ask("agent.list")


def test_tokens_hold_over_http_too() -> None:
    """401 without a token, 403 for a looker who wants to act, everything with the control token; what carries no world is open."""
    with running_server(SPINE_VIEW_TOKEN="view-token", SPINE_CONTROL_TOKEN="control-token") as server:
        for path in ("/api/state", "/api/map", "/api/agents", "/api/summary"):
            assert server.status(path) == server.status(path, Authorization="Bearer wrong-token") == 401
            assert server.status(path, **_VIEW) == server.status(path, **_CONTROL) == 200
        assert server.post(_action("agent.list"))[0] == 401
        assert server.post(_action("agent.list"), **_VIEW)[0] == 200
        status, error = server.post(_action("simulation.start"), **_VIEW)
        assert (status, error["signal"], error["request_id"]) == (403, "error", "mine")
        assert server.post(_action("simulation.start"), **_CONTROL)[0] == 200
        for path in ("/health", "/ready", "/metrics", "/docs", "/docs/ws", "/asyncapi.json"):
            assert server.status(path) == 200


def test_with_a_control_token_alone_anybody_may_look() -> None:
    """And only look; a large refused message, say with a whole map in it, is answered by its request id too."""
    with running_server(SPINE_CONTROL_TOKEN="control-token") as server, server.client() as looker:
        assert looker.ask("agent.list")["signal"] == "agent.listed"
        assert "role view" in looker.ask("map.create", graph="x" * 2**20)["message"]
        assert server.status("/api/state") == 200


def test_foreign_origins_are_refused_over_http_too() -> None:
    """A page of another origin gets nothing from `/api`."""
    with running_server(SPINE_ALLOWED_ORIGINS="https://good.example") as server:
        assert server.status("/api/state", Origin="https://evil.example") == 403
        assert server.post(_action("agent.list"), Origin="https://evil.example")[0] == 403
        assert server.status("/api/state", Origin="https://good.example") == server.status("/api/state") == 200


@pytest.mark.parametrize(
    ("host", "tokens", "warnings"),
    [("0.0.0.0", {}, 1), ("127.0.0.1", {}, 0), ("0.0.0.0", {"SPINE_CONTROL_TOKEN": "control-token"}, 0)],
)
def test_a_server_open_to_the_world_warns_once(host: str, tokens: dict[str, str], warnings: int) -> None:
    """It binds where told, and says once that everybody who reaches it may do everything."""
    with running_server(HOST=host, **tokens) as server:
        assert server.status("/ready") == 200
        assert server.output.count("without a token") == warnings
