"""A line of towns as a map, and scenarios with a table of demand between them."""

from __future__ import annotations

import io
from itertools import pairwise
from pathlib import Path
from typing import Any

import networkx as nx
import yaml

from spine.scenario import Scenario

TOWNS = (11, 12, 13, 14)
"""Ids of the nodes of `towns`, 60 km apart."""

_SECTIONS = ("places", "orders", "sites", "policies", "fleet", "broker", "run", "start", "time_zone")


def towns() -> bytes:
    """Return a GraphML file in the flavour of the freight networks."""
    graph = nx.DiGraph()
    for at, town in enumerate(TOWNS):
        graph.add_node(str(town), position_x=20.0 + 0.8 * at, position_y=50.0)
    for one, other in pairwise(TOWNS):
        graph.add_edge(str(one), str(other), distance=60.0)
    file = io.BytesIO()
    nx.write_graphml(graph, file)
    return file.getvalue()


def scenario_with(folder: Path, table: str, **options: Any) -> Scenario:
    """Return a scenario of the towns without trucks, whose demand is a table.

    Args:
        folder: where its files are written.
        table: the CSV file.
        options: of the section `demand`, and further sections of the scenario.
    """
    (folder / "towns.graphml").write_bytes(towns())
    (folder / "od.csv").write_text(table)
    sections = {name: options.pop(name) for name in _SECTIONS if name in options}
    values = {
        "map": {"file": "towns.graphml", "default_facilities": False},
        "fleet": [],
        "demand": {"files": [{"path": "od.csv"}], **options},
        **sections,
    }
    return written(folder, values)


def written(folder: Path, values: dict[str, Any]) -> Scenario:
    """Return a scenario by way of its file."""
    path = folder / "scenario.yaml"
    path.write_text(yaml.safe_dump(values))
    return Scenario.load(path)
