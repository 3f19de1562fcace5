"""What the Grafana dashboard and the alert rules ask for is what a server tells; the log overlay knows the fields of its lines."""

from __future__ import annotations

import itertools
import json
import re
import urllib.request
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from support.server import PATIENCE_S, Server, running_server, wait_until

OF_PROMETHEUS = {"up"}
TAKEN: dict[str, tuple[type, ...]] = {"keyword": (str, int), "match_only_text": (str,), "long": (int,)}
"""What Elasticsearch takes for a field of a type; everything else would make it refuse the line."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that does all it can: keeps its world, records it, logs everything, has a client."""
    folder = tmp_path_factory.mktemp("run")
    with running_server(
        "demo", "--autostart", "--state-dir", str(folder / "state"), "--record", str(folder / "run.recording"),
        LOG_LEVEL="DEBUG",
    ) as server, server.client() as client:  # fmt: skip
        client.ask("agent.list")
        client.ask("agent.describe", agent_id="nobody")
        wait_until(lambda: server.metric("spine_recording ") == 1)
        yield server


@pytest.fixture(scope="module")
def panels(repository: Path) -> list[dict[str, Any]]:
    """The panels of the dashboard."""
    document = json.loads((repository / "deploy/monitoring/grafana/dashboards/spine.json").read_text())
    return list(document["panels"])


def metrics_in(expression: str) -> set[str]:
    """The metrics an expression asks for: names outside of strings, labels and ranges that no parenthesis follows."""
    bare = re.sub(r'"[^"]*"|\{[^}]*\}|\[[^]]*\]|\b(by|without) *\([^)]*\)', " ", expression)
    return set(re.findall(r"\b[a-z][a-z0-9]*(?:_[a-z0-9]+)+\b(?! *\()|\bup\b", bare))


def test_every_metric_that_is_asked_for_exists(server: Server, repository: Path, panels: list[dict[str, Any]]) -> None:
    """No panel and no rule asks for a metric that a server does not have."""
    (group,) = yaml.safe_load((repository / "deploy/monitoring/prometheus/rules.yml").read_text())["groups"]
    asked = {f"panel {panel['title']}": target["expr"] for panel in panels for target in panel["targets"]}
    asked |= {f"rule {rule['alert']}": rule["expr"] for rule in group["rules"]}
    with urllib.request.urlopen(f"{server.url}/metrics", timeout=PATIENCE_S) as answer:
        lines = answer.read().decode().splitlines()
    told = {re.split(r"[ {]", line)[0] for line in lines if not line.startswith("#")} | OF_PROMETHEUS
    for place, expression in asked.items():
        names = metrics_in(expression)
        assert names, f"{place} asks for nothing: {expression}"
        assert names <= told, f"{place} asks for {sorted(names - told)}"


def test_panels_are_apart_and_have_their_source(repository: Path, panels: list[dict[str, Any]]) -> None:
    """Panels have ids of their own, do not overlap, and ask the data source that is set up."""
    sources = yaml.safe_load(
        (repository / "deploy/monitoring/grafana/provisioning/datasources/prometheus.yml").read_text()
    )["datasources"]
    assert {panel["datasource"]["uid"] for panel in panels} == {source["uid"] for source in sources}
    assert len({panel["id"] for panel in panels}) == len(panels)
    for one, other in itertools.combinations([panel["gridPos"] for panel in panels], 2):
        beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        above = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert beside or above, (one, other)


def test_log_lines_are_as_the_index_has_them(server: Server, repository: Path) -> None:
    """Elasticsearch would take each line by the index template, and the time is in the layout Filebeat is told."""
    template = json.loads((repository / "deploy/logging/index-template.json").read_text())
    fields = template["template"]["mappings"]["properties"]["spine"]["properties"]
    lines = [json.loads(line) for line in server.output.splitlines()]
    assert lines
    seen = set()
    for line in lines:
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", line["time"])
        assert datetime.fromisoformat(line["time"].removesuffix("Z"))
        for name in fields.keys() & line.keys():
            seen.add(name)
            assert isinstance(line[name], TAKEN[fields[name]["type"]]), (name, line)
    assert seen >= {"level", "event", "logger", "version"}
