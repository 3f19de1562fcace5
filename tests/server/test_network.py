"""Clients on bad networks; `make prove-network` brings hundreds of each kind, and pulls a cable."""

from __future__ import annotations

import resource
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from spine.server.stalled_connections import MOST_HEAD_BYTES
from support.networking import Trials
from support.patience import PATIENCE_S
from support.raw_socket import CLOSE, TEXT, RawClient, frame, handshake
from support.server import Server, running_server, wait_until
from support.watching import cost_of, metrics_of

CLIENTS = 12
QUICK = {
    "SPINE_PING_SECONDS": "1",
    "SPINE_PING_GRACE_SECONDS": "4",
    "SPINE_SLOW_CLIENT_SECONDS": "2",
    "SPINE_REQUEST_SECONDS": "1",
}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A demo that ticks and has little patience."""
    with running_server("demo", "--autostart", "--speed", "3600", LOG_LEVEL="ERROR", **QUICK) as running:
        yield running
        assert running.output == ""


@pytest.fixture(scope="module")
def patient() -> Iterator[Server]:
    """A demo that ticks and has the usual patience."""
    with running_server("demo", "--autostart", "--speed", "3600", LOG_LEVEL="ERROR") as running:
        yield running
        assert running.output == ""


@pytest.fixture
def trials(server: Server, tmp_path: Path) -> Iterator[Trials]:
    """Trials with a witness that must not miss a tick."""
    made = Trials(server, tmp_path)
    yield made
    made.close()


@pytest.fixture
def patient_trials(patient: Server, tmp_path: Path) -> Iterator[Trials]:
    """The same with the usual patience."""
    made = Trials(patient, tmp_path)
    yield made
    made.close()


@pytest.mark.slow
def test_who_never_answers_a_ping_is_let_go(trials: Trials) -> None:
    """Half-open connections, with and without something unsent, are ended and counted as silent; nobody else notices."""
    result = trials.silent(CLIENTS)
    assert result.disconnects["silent"] + result.disconnects["slow"] == CLIENTS
    assert result.disconnects["silent"] >= CLIENTS // 2


@pytest.mark.slow
def test_who_reads_a_byte_a_second_is_let_go(trials: Trials) -> None:
    """Its pings stay unanswered or its socket full: either ends it."""
    result = trials.trickle(CLIENTS)
    assert result.disconnects["silent"] + result.disconnects["slow"] == CLIENTS


def test_who_never_finishes_a_request_is_let_go(trials: Trials) -> None:
    """No request at all, half a handshake, a body byte by byte, answers that nobody takes: the handles come back."""
    result = trials.unfinished(CLIENTS)
    assert result.most_handles > CLIENTS
    assert not result.disconnects


def test_who_leaves_is_forgotten_however_it_leaves(patient_trials: Trials) -> None:
    """RST, FIN, half a frame, a close without waiting: each is counted once."""
    assert patient_trials.hang_up(CLIENTS).disconnects == {"closed": CLIENTS}


def test_a_storm_gets_its_snapshots(patient_trials: Trials) -> None:
    """Many at once, twice: each has the whole snapshot, all are gone again."""
    result = patient_trials.storm(40, 2)
    assert len(result.snapshot_s) == 80
    assert result.disconnects == {"closed": 80}


def _said(server: Server, request: bytes) -> bytes:
    """Return what is said to a request until the connection ends."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE_S) as one:
        answer = b""
        try:
            one.sendall(request)
            while piece := one.recv(1 << 16):
                answer += piece
        except ConnectionError:
            pass
        return answer


@pytest.mark.parametrize(
    ("extra", "status"),
    [
        (b"X: " + b"y" * 9000 + b"\r\n", b" 431 "),
        (b"X: y\r\n" * 200, b" 431 "),
        (b"Sec-WebSocket-Protocol: ,,a b\r\n", b" 400 "),
    ],
)
def test_handshakes_that_cannot_be_read_are_answered_and_ended(server: Server, extra: bytes, status: bytes) -> None:
    """Uvicorn alone leaves them open without a word."""
    assert status in _said(server, handshake()[:-2] + extra + b"\r\n").partition(b"\r\n")[0]


def test_text_that_is_no_utf_8_ends_its_connection_and_is_no_fault_of_the_server(server: Server) -> None:
    """It is closed with 1007; of errors, which the fixture looks for, nothing is logged."""
    client = RawClient(server.port)
    client.send(frame(TEXT, b"\xc3\x28"))
    said: list[tuple[int, bytes]] = []
    while not said or said[-1][0] != CLOSE:
        frames = client.frames(PATIENCE_S)
        assert frames is not None, "closed without a word"
        said += frames
    assert said[-1][1][:2] == (1007).to_bytes(2, "big")
    client.close()


def test_heads_have_an_end(server: Server) -> None:
    """A header that goes on and on is not kept: the connection ends, the memory stays."""
    before = cost_of(server.process.pid).memory
    head = b"GET /health HTTP/1.1\r\nX: " + b"y" * (200 * MOST_HEAD_BYTES)
    answer = _said(server, head)
    assert not answer or b" 400 " in answer
    assert cost_of(server.process.pid).memory - before < 100 * MOST_HEAD_BYTES


def test_a_large_answer_may_take_its_time(server: Server) -> None:
    """Who reads slowly but goes on reading gets all of it, beyond every limit of patience together."""
    with socket.socket() as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
        one.connect(("127.0.0.1", server.port))
        one.settimeout(PATIENCE_S)
        one.sendall(b"GET /api/map HTTP/1.1\r\nHost: x\r\n\r\n" * 40)
        bodies = received = 0
        tail = b""
        while bodies < 40:
            piece = one.recv(1 << 14)
            assert piece, f"ended after {received} bytes and {bodies} answers"
            received += len(piece)
            bodies += (tail + piece).count(b"HTTP/1.1 200 OK")
            tail = (tail + piece)[-14:]
        assert received > 40 * 10_000


@pytest.mark.slow
def test_there_is_a_handle_for_every_client() -> None:
    """A low soft limit of open files is raised for the clients that are allowed; one that cannot be is told."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (100, hard))
    try:
        with running_server("none", SPINE_MAX_CLIENTS="200") as server:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
            waiting = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(150)]
            for one in waiting:
                one.sendall(handshake())
            wait_until(lambda: metrics_of(server.url)["spine_clients"] == 150)
            for one in waiting:
                one.close()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
