"""Headers that every answer has: for browsers, for caches, for finding a request again in the log."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from email.message import Message
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.patience import PATIENCE_S
from support.server import Server, running_server

_PATHS = ("/", "/docs", "/docs/ws", "/openapi.json", "/asyncapi.json", "/api/state", "/health", "/ready", "/metrics",
          "/nowhere", "/docs/", "/api/actions", "/assets/nothing.js")  # fmt: skip


class _NoRedirection(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        """Leave redirections to the test."""


_open = urllib.request.build_opener(_NoRedirection).open


def _headers(server: Server, path: str, **headers: str) -> Message:
    request = urllib.request.Request(server.url + path, headers=headers)
    try:
        with _open(request, timeout=PATIENCE_S) as response:
            return response.headers
    except urllib.error.HTTPError as error:
        return error.headers


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server with a world, that nobody changes."""
    with running_server("demo", "--no-autostart", SPINE_VIEW_TOKEN="view-token") as running:
        yield running


@pytest.mark.parametrize("path", _PATHS)
def test_every_answer_protects_its_reader(server: Server, path: str) -> None:
    """Good answers and refusals alike: no sniffing, no referrer, no frames, a policy, a rule for caches."""
    headers = _headers(server, path)
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["Cache-Control"]
    assert headers["X-Request-ID"]
    assert "Server" not in headers
    # None comes twice: browsers join policies, and caches do not agree on what two rules mean.
    assert all(len(headers.get_all(name) or []) == 1 for name in set(headers.keys()))


@pytest.mark.parametrize("path", ["/", "/docs", "/docs/ws"])
def test_pages_speak_to_their_own_server_only(server: Server, path: str) -> None:
    """No scheme or host but their own stands in the policy."""
    policy = dict(rule.strip().split(" ", 1) for rule in _headers(server, path)["Content-Security-Policy"].split(";"))
    assert policy["connect-src"] == policy["default-src"] == "'self'"
    assert not any(word in rule for rule in policy.values() for word in ("ws:", "wss:", "http:", "https:", "*", "eval"))


def test_caches_keep_what_never_changes_and_nothing_else(server: Server, repository: Path) -> None:
    """Files with a hash in their name for ever; pages are asked for again; figures are never kept."""
    assert _headers(server, "/")["Cache-Control"] == "no-cache"
    for path in ("/api/state", "/ready", "/openapi.json", "/assets/nothing.js"):
        assert _headers(server, path)["Cache-Control"] == "no-store"
    assets = sorted((repository / "src" / "spine" / "dashboard" / "dist" / "assets").glob("*"))
    if not assets:
        pytest.skip(
            "ASSETS ARE NOT TESTED: the dashboard has not been built (make dashboard; it needs Node.js and npm)"
        )
    for asset in assets:
        assert _headers(server, f"/assets/{asset.name}")["Cache-Control"] == "public, max-age=31536000, immutable"


@given(st.one_of(st.text(alphabet="abcXYZ0189-._:/+=@", min_size=1, max_size=128), st.uuids().map(str)))
def test_a_request_keeps_the_id_it_brings(server: Server, request_id: str) -> None:
    """It comes back as it was."""
    assert _headers(server, "/health", **{"X-Request-ID": request_id})["X-Request-ID"] == request_id


_WRONG_IDS = st.text(alphabet=" <>\"'\\;,{}", min_size=1, max_size=20).map(lambda text: f"x{text}y")


@given(st.one_of(_WRONG_IDS, st.just(""), st.just("a" * 129), st.just("a" * 60_000)))
def test_an_id_that_is_none_is_replaced(server: Server, wrong: str) -> None:
    """What is long, or could mean something to whoever reads the log, is not passed on."""
    answered = _headers(server, "/health", **{"X-Request-ID": wrong})["X-Request-ID"]
    assert re.fullmatch("[0-9a-f]{16}", answered)


def test_handshakes_have_ids_too(server: Server) -> None:
    """The WebSocket's answer brings the id back."""
    headers = {"X-Request-ID": "hand-shake-1", "Authorization": "Bearer view-token"}
    with server.client(additional_headers=headers) as client:
        response = client.websocket.response
        assert response is not None
        assert response.headers["X-Request-ID"] == "hand-shake-1"
