"""Who sends a megabyte gets no megabyte back: errors quote what was sent, and no more of it than a reader wants to see."""

from __future__ import annotations

import copy
import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spine.engine.core import EngineCore
from spine.errors import MOST_MESSAGE, MOST_QUOTED, SpineError, quoted, shortened
from spine.protocol.actions import ACTIONS
from spine.scenario.maps import load_map
from spine.scenario.reading import read_scenario
from spine.server.settings import Settings
from support.examples import EXAMPLES
from support.patience import PATIENCE_S
from support.server import Server, as_file, running_server
from support.small_files import small_files
from support.trials import trials
from support.worlds import grid_network, small_world

Json = dict[str, Any]
MEGABYTE = 10**6
MOST_ANSWER_BYTES = 10_000
"""A message stands twice in a transport error, and a character takes up to three bytes in a line of JSON."""

HUGE: list[Any] = [
    "x" * MEGABYTE,
    "\u20ac" * (MEGABYTE // 3),
    "\x00" * MEGABYTE,
    'a"\\' * (MEGABYTE // 3),
    {"x" * MEGABYTE: 1},
    {f"key{number}": number for number in range(5_000)},
    ["x" * MEGABYTE],
    ["x"] * 20_000,
    [[number] for number in range(10_000)],
    10**4000,
]


def _places(value: Any) -> list[tuple[Any, Any]]:
    """Return every place in a document: its holder and its key there."""
    items = (
        list(value.items()) if isinstance(value, dict) else list(enumerate(value)) if isinstance(value, list) else []
    )
    return [place for key, part in items for place in ((value, key), *_places(part))]


@st.composite
def _with_something_huge(draw: st.DrawFn, document: Json) -> Json:
    """The document with one value, or one key, replaced by something huge."""
    changed = copy.deepcopy(document)
    holder, key = draw(st.sampled_from(_places(changed)))
    value = draw(st.sampled_from(HUGE))
    if isinstance(holder, dict) and isinstance(value, str) and draw(st.booleans()):
        holder[value] = holder.pop(key)
    else:
        holder[key] = value
    return changed


def _complaint(attempt: Callable[[], object]) -> str:
    """Return the error of an attempt, "" for none."""
    try:
        attempt()
    except SpineError as error:
        return str(error)
    return ""


def _core() -> EngineCore:
    return EngineCore(small_world(trucks=2, network=grid_network(side=4)))


@pytest.fixture(scope="module")
def core() -> EngineCore:
    """A world that is only asked for what it refuses, or what does not matter here."""
    return _core()


@pytest.mark.parametrize("name", sorted(ACTIONS))
@trials(4)
@given(st.data())
def test_no_action_is_refused_at_length(name: str, core: EngineCore, data: st.DataObject) -> None:
    """Whichever part of an action is huge, its error is short, and says something."""
    action = {"action": name, "request_id": "r", "params": EXAMPLES.get(name, {"anything": 1})}
    sent = data.draw(_with_something_huge(action))
    outcome = core.handle(1, json.dumps(sent))
    if outcome.ok:
        return
    assert outcome.answer is not None
    assert len(outcome.answer.body) < MOST_ANSWER_BYTES
    message = json.loads(outcome.answer.body)["data"]["message"]
    assert 0 < len(message) <= MOST_MESSAGE + 40


def test_the_examples_are_good_actions() -> None:
    """Or nothing but their first fault would be tested."""
    for name, params in EXAMPLES.items():
        outcome = _core().handle(1, json.dumps({"action": name, "params": params}))
        message = "" if outcome.ok or outcome.answer is None else json.loads(outcome.answer.body)["data"]["message"]
        assert outcome.ok or name in (
            "simulation.import_state",
            "map.import",
            "replay.seek",
            "agent.delete",
            "building.delete",
            "order.update",
            "order.cancel",
            "order.describe",
        ), (
            name,
            message,
        )


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Good small files of every kind, by name."""
    return {seed.name: seed.data for seed in small_files(tmp_path_factory.mktemp("seeds"))}


@pytest.mark.parametrize(("name", "action"), [("busy.ssave", "simulation.import_state"), ("town.smap", "map.import")])
@trials(6, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_no_import_is_refused_at_length(
    name: str, action: str, core: EngineCore, seeds: dict[str, bytes], data: st.DataObject
) -> None:
    """Whichever part of a map or a save file is huge."""
    changed = data.draw(_with_something_huge(json.loads(seeds[name])))
    params = {"file_content": as_file(changed)}
    outcome = core.handle(1, json.dumps({"action": action, "params": params}))
    assert outcome.ok or outcome.answer is not None
    if not outcome.ok and outcome.answer is not None:
        assert len(outcome.answer.body) < MOST_ANSWER_BYTES


@pytest.mark.parametrize("name", ["streets.osm", "osmnx.graphml", "planar.graphml", "cities.graphml"])
@pytest.mark.parametrize("quote", ["'", '"'])
def test_no_map_file_is_refused_at_length(name: str, quote: str, seeds: dict[str, bytes], tmp_path: Path) -> None:
    """Whichever attribute or text of it is huge; what is still a map is none of this test's business."""
    pieces = seeds[name].split(quote.encode())
    for at in range(1, min(len(pieces), 60), 2):
        changed = quote.encode().join([*pieces[:at], b"y" * MEGABYTE, *pieces[at + 1 :]])
        file = tmp_path / name
        file.write_bytes(changed)
        assert len(_complaint(partial(load_map, file))) < MOST_MESSAGE + len(str(file))


@pytest.mark.slow
@settings(max_examples=25)
@given(st.data())
def test_no_scenario_is_refused_at_length(data: st.DataObject) -> None:
    """Whichever part of a scenario is huge: at most so many lines, each of which fits a screen."""
    scenario = {
        "name": "a",
        "map": {"generate": {"preset": "reference", "map_width": 2500}},
        "broker": {"id": "b", "balance_ducats": 5000},
        "fleet": [{"count": 6, "capacity": {"choice": [18, 24]}, "start": "parkings"}],
        "policies": {"dispatch": "contract_net"},
        "run": {"hours": 2},
    }
    changed = data.draw(_with_something_huge(scenario))
    lines = _complaint(lambda: read_scenario(json.dumps(changed).encode(), "a.yaml")).splitlines()
    assert len(lines) <= 21
    assert max(map(len, lines), default=0) < MOST_MESSAGE


@pytest.mark.parametrize("field", sorted(set(Settings.model_fields) - {"fresh", "replay"}))
def test_no_setting_is_refused_at_length(field: str) -> None:
    """And a token is not shown at all."""
    complaint = _complaint(lambda: Settings.read(**{field: "x" * MEGABYTE}))
    assert len(complaint) < 600
    assert not ("token" in field and "x" in complaint.replace("max", ""))


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server that only looks may change nothing of."""
    with running_server("demo", "--no-autostart", SPINE_CONTROL_TOKEN="control-token") as running:
        yield running


def _answer(request: urllib.request.Request) -> tuple[int, bytes, int]:
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as response:
            return response.status, response.read(), len(str(response.headers))
    except urllib.error.HTTPError as error:
        return error.code, error.read(), len(str(error.headers))


@pytest.mark.parametrize("long", [1_000, 60_000, MEGABYTE])
def test_no_route_answers_at_length(server: Server, long: int) -> None:
    """Long paths, queries and headers, of every route."""
    routes = list(server.get("/openapi.json")["paths"])
    assert "/api/state" in routes
    for route in [*routes, "/docs", "/ws", "/assets/"]:
        for path in (f"{route}/{'x' * long}", f"{route}x{'%22' * (long // 3)}"):
            status, body, head = _answer(urllib.request.Request(server.url + path))
            assert status >= 400
            assert len(body) + head < MOST_ANSWER_BYTES
    for query in ("after_s", "most", "anything"):
        url = f"{server.url}/api/series?{query}={'x' * long}"
        status, body, head = _answer(urllib.request.Request(url))
        assert status < 400 or len(body) + head < MOST_ANSWER_BYTES
    for name in ("Authorization", "Origin", "X-Request-ID", "X-Forwarded-Prefix", "Accept", "Cookie"):
        _, body, head = _answer(urllib.request.Request(server.url + "/nowhere", headers={name: "x" * long}))
        assert len(body) + head < MOST_ANSWER_BYTES


@pytest.mark.parametrize("token", ["", "Bearer control-token"])
@pytest.mark.parametrize("part", ["action", "request_id", "agent_id", "key", "body"])
def test_no_action_over_http_is_refused_at_length(server: Server, token: str, part: str) -> None:
    """With and without the right to act."""
    huge = "x" * MEGABYTE
    action: Json = {"action": "agent.delete", "params": {"agent_id": "nobody"}, "request_id": "r"}
    if part == "agent_id":
        action["params"]["agent_id"] = huge
    elif part == "key":
        action = {"action": "agent.update", "params": {"agent_id": "nobody", "agent_data": {huge: 1}}, huge: 1}
    else:
        action[part] = f"agent.{huge}"
    body = huge.encode() if part == "body" else json.dumps(action).encode()
    headers = {"Content-Type": "application/json"} | ({"Authorization": token} if token else {})
    status, answer, head = _answer(urllib.request.Request(server.url + "/api/actions", data=body, headers=headers))
    assert status >= 400
    assert len(answer) + head < MOST_ANSWER_BYTES


@pytest.mark.parametrize("part", ["action", "request_id"])
def test_no_refusal_on_the_socket_is_long(server: Server, part: str) -> None:
    """Of a looker, who is refused before the engine hears of it, and of a controller."""
    for subprotocols in (None, ["spine.bearer.control-token"]):
        with server.client(subprotocols=subprotocols) as client:
            client.picky = False
            client.websocket.send(json.dumps({"action": "agent.delete", "params": {}, part: "x.y" * MEGABYTE}))
            error = client.signal("error")
            assert len(json.dumps(error)) < MOST_ANSWER_BYTES


def test_a_request_id_has_a_bound_and_one_within_comes_back() -> None:
    """256 characters come back as they are; one more is refused, by saying so."""
    core = _core()
    answer = core.handle(1, json.dumps({"action": "agent.list", "request_id": "x" * 256})).answer
    assert answer is not None
    assert json.loads(answer.body)["request_id"] == "x" * 256
    refusal = core.handle(1, json.dumps({"action": "agent.list", "request_id": "x" * 257}))
    assert refusal.answer is not None
    assert not refusal.understood
    assert "at most 256" in json.loads(refusal.answer.body)["message"]


@given(st.one_of(st.text(), st.binary(), st.integers(), st.lists(st.text()), st.dictionaries(st.text(), st.text())))
def test_a_short_value_is_quoted_whole(value: object) -> None:
    """As `repr` has it."""
    assert quoted(value) == repr(value) or len(repr(value)) > MOST_QUOTED


@given(st.one_of(st.text(min_size=MOST_QUOTED + 1), st.binary(min_size=MOST_QUOTED + 1)))
def test_a_long_value_is_quoted_by_its_beginning_and_its_length(value: str | bytes) -> None:
    """A reader knows what it was, and that it was more."""
    text = quoted(value)
    assert f"({len(value)} " in text
    assert text.startswith(repr(value[:MOST_QUOTED]))
    assert len(text) < 10 * MOST_QUOTED + 40
    assert len(shortened(str(value))) < MOST_QUOTED + 30
