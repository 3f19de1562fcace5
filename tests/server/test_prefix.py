"""Behind a reverse proxy, under a path: the page, its assets, the documents and the socket, with nginx too where it is installed."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import AbstractContextManager
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
import yaml
from websockets.sync.client import connect

from support.patience import PATIENCE_S
from support.proxy import NOT_FOUND, Answer, Forward, Route, reverse_proxy, under
from support.server import Client, Server, free_port, running_server, wait_until

PREFIX = "/sim"


class _Addresses(HTMLParser):
    """Collects what a page refers to."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - its form is the parser's
        self.found += [value for name, value in attrs if name in ("href", "src") and value is not None]


def _addresses(html: str) -> list[str]:
    parser = _Addresses()
    parser.feed(html)
    return [address for address in parser.found if not address.startswith("#")]


def _get(url: str, **headers: str) -> tuple[str, str, Any]:
    """Return where a request ends after all redirections, the text, the headers."""
    request = urllib.request.Request(url, headers={name.replace("_", "-"): value for name, value in headers.items()})
    with urllib.request.urlopen(request, timeout=PATIENCE_S) as response:
        return response.url, response.read().decode("utf-8", "replace"), response.headers


def _status(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE_S) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code


def _listens(port: int) -> bool:
    with contextlib.suppress(OSError):
        return _status(f"http://127.0.0.1:{port}/") > 0
    return False


@contextlib.contextmanager
def _nginx(upstream: int, repository: Path, folder: Path) -> Iterator[int]:
    """Run nginx with the project's own configuration; only addresses are changed. Yields its port."""
    port = free_port()
    text = (repository / "deploy" / "proxy" / "nginx" / "nginx.conf").read_text("utf-8")
    for ours, here in (
        ("listen 8080", f"listen 127.0.0.1:{port}"),
        ("spine-backend:8000", f"127.0.0.1:{upstream}"),
        ("/tmp/", f"{folder}/"),
        ("/dev/stdout", f"{folder}/access.log"),
        ("/dev/stderr", f"{folder}/error.log"),
    ):
        assert ours in text
        text = text.replace(ours, here)
    configuration = folder / "nginx.conf"
    configuration.write_text(text, "utf-8")
    command = [
        "nginx",
        "-e",
        str(folder / "error.log"),
        "-c",
        str(configuration),
        "-g",
        "daemon off; master_process off;",
    ]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            wait_until(lambda: process.poll() is not None or _listens(port))
            assert process.poll() is None, (folder / "error.log").read_text("utf-8")
            yield port
        finally:
            process.terminate()


def _traefik(repository: Path) -> Route:
    """Return what the project's configuration of Traefik does with a request; the program itself is not to be had here."""
    folder = repository / "deploy" / "proxy" / "traefik"
    http = yaml.safe_load((folder / "spine.yml").read_text("utf-8"))["http"]
    static = yaml.safe_load((folder / "traefik.yml").read_text("utf-8"))
    assert http["services"]["spine"]["loadBalancer"]["servers"] == [{"url": "http://spine-backend:8000"}]
    for router in http["routers"].values():
        assert set(router["entryPoints"]) <= set(static["entryPoints"])
        assert set(router["middlewares"]) <= set(http["middlewares"])
        assert router["service"] in {*http["services"], "noop@internal"}
    (prefix,) = http["middlewares"]["spine-prefix"]["stripPrefix"]["prefixes"]
    redirect = http["middlewares"]["spine-slash"]["redirectRegex"]
    rules = {
        name: re.fullmatch(r"(Path|PathPrefix)\(`(.*)`\)", router["rule"]) for name, router in http["routers"].items()
    }

    def route(target: str) -> Forward | Answer:
        path = target.partition("?")[0]
        for name, rule in rules.items():
            assert rule is not None
            kind, value = rule.groups()
            if not (path == value if kind == "Path" else path.startswith(value)):
                continue
            if http["routers"][name]["middlewares"] == ["spine-prefix"]:
                return Forward(target.removeprefix(prefix), (f"X-Forwarded-Prefix: {prefix}",))
            replacement = re.sub(r"\$\{(\d)\}", r"\\\1", redirect["replacement"])
            location = re.sub(redirect["regex"], replacement, f"http://proxy.example{target}")
            return Answer("308 Permanent Redirect", (f"Location: {location.removeprefix('http://proxy.example')}",))
        return NOT_FOUND

    return route


KINDS = ("strips and tells", "strips and is silent", "strips, and the server knows", "passes on", "traefik", "nginx")


@pytest.fixture(scope="module", params=KINDS)
def proxied(
    request: pytest.FixtureRequest, repository: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Server]]:
    """The address of the page under a prefix, and the server behind."""
    kind: str = request.param
    if kind == "nginx" and shutil.which("nginx") is None:
        pytest.skip("NGINX IS NOT TESTED: there is no nginx (Debian: apt install nginx-light)")
    routes = {
        "strips and tells": under(PREFIX, strips=True, tells=True),
        "strips and is silent": under(PREFIX, strips=True, tells=False),
        "strips, and the server knows": under(PREFIX, strips=True, tells=False),
        "passes on": under(PREFIX, strips=False, tells=False),
    }
    told = {} if kind in ("strips and tells", "strips and is silent", "traefik") else {"SPINE_ROOT_PATH": PREFIX}
    with running_server("demo", **told) as server:
        proxy: AbstractContextManager[int]
        if kind == "nginx":
            proxy = _nginx(server.port, repository, tmp_path_factory.mktemp("nginx"))
        else:
            proxy = reverse_proxy(server.port, _traefik(repository) if kind == "traefik" else routes[kind])
        with proxy as port:
            assert _status(f"http://127.0.0.1:{port}/health") == 404, "the proxy shows more than the prefix"
            yield f"http://127.0.0.1:{port}{PREFIX}/", server


def test_everything_a_page_refers_to_is_there(proxied: tuple[str, Server]) -> None:
    """Scripts, styles, icon and links of the page and of both documents lead to something below the prefix."""
    base, _ = proxied
    for page in ("", "docs", "docs/ws"):
        url, html, _ = _get(base + page)
        addresses = _addresses(html)
        assert addresses
        for address in addresses:
            target = urljoin(url, address)
            assert target.startswith(base), f"{page}: {address} leaves the prefix"
            assert _status(target) == 200, f"{page}: {address}"


def test_the_world_is_there(proxied: tuple[str, Server]) -> None:
    """The socket and the HTTP interface answer below the prefix."""
    base, _ = proxied
    assert json.loads(_get(base + "api/summary")[1])["trucks"] > 0
    with connect(base.replace("http", "ws", 1) + "ws", max_size=None, max_queue=None) as websocket:
        assert Client(websocket).ask("agent.list")["signal"] == "agent.listed"
    body = json.dumps({"action": "agent.list"}).encode()
    request = urllib.request.Request(base + "api/actions", data=body, headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=PATIENCE_S) as response:
        assert json.load(response)["signal"] == "agent.listed"


def test_a_slash_too_many_or_too_few_leads_to_the_page(proxied: tuple[str, Server]) -> None:
    """Redirections stay below the prefix."""
    base, _ = proxied
    assert _get(base.rstrip("/"))[0] == base
    assert _get(base + "docs/")[0] == base + "docs"
    assert _get(base + "api/summary/?a=1")[0] == base + "api/summary?a=1"


def test_documents_name_addresses_that_are_right(proxied: tuple[str, Server], request: pytest.FixtureRequest) -> None:
    """OpenAPI and AsyncAPI name the prefix where the server can know it, and what AsyncAPI names answers."""
    base, _ = proxied
    openapi = json.loads(_get(base + "openapi.json")[1])
    address = json.loads(_get(base + "asyncapi.json")[1])["servers"]["here"]
    if "strips and is silent" in request.node.name:
        assert address["pathname"] == "/ws"
        return
    assert openapi["servers"] == [{"url": PREFIX}]
    assert urlsplit(base).port == int(address["host"].rpartition(":")[2])
    socket = f"{address['protocol']}://{address['host']}{address['pathname']}"
    with connect(socket, max_size=None, max_queue=None) as websocket:
        assert websocket.recv(PATIENCE_S)


def test_a_forwarded_prefix_changes_only_addresses() -> None:
    """Anybody can send the header: it neither opens other paths nor gets into a page, and nobody else sees it."""
    with running_server() as server:
        evil = {"X_Forwarded_Prefix": "/evil"}
        assert json.loads(_get(server.url + "/openapi.json", **evil)[1])["servers"] == [{"url": "/evil"}]
        assert "servers" not in json.loads(_get(server.url + "/openapi.json")[1])
        assert server.status("/evil/api/state", **{"X-Forwarded-Prefix": "/evil"}) == 404
        for wrong in ('/"><script>', "//evil.example", "/a/../b", "https://evil.example", "/a b", "/" + "a" * 5000):
            document = _get(server.url + "/openapi.json", X_Forwarded_Prefix=wrong)[1]
            assert "servers" not in json.loads(document)
        assert "evil" not in _get(server.url + "/", **evil)[1]


def test_a_known_prefix_does_not_hide_the_server_from_its_own_machine() -> None:
    """The health check of the container asks without a prefix; what only begins like the prefix is another path."""
    with running_server("none", "--root-path", PREFIX) as server:
        assert server.status("/health") == server.status(f"{PREFIX}/health") == 200
        assert server.status(f"{PREFIX}ulation/health") == server.status(f"{PREFIX}{PREFIX}/health") == 404
        assert any(line.get("websocket", "").endswith(f"{PREFIX}/ws") for line in server.lines())
