"""Scenarios on a matrix of distances and times instead of roads."""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spine.errors import MatrixError, PlaceError
from spine.scenario.matrix.drawing import laid_out
from spine.scenario.scenario import Scenario
from spine.world import World
from spine.world.events import Event, PackageDelivered, TruckArrived, TruckDeparted
from support.matrices import Pairs, matrices, scenario_of
from support.worlds import check_invariants, run

TRIANGLE: Pairs = {
    ("A", "B"): (10_500.0, 1260.0), ("B", "A"): (10_500.0, 1260.0), ("A", "C"): (0.0, 0.0), ("C", "A"): (0.0, 0.0),
    ("B", "C"): (100_000.0, 9000.0), ("C", "B"): (11_000.0, 1300.0),
}  # fmt: skip


def _order(number: int, origin: str, destination: str) -> dict[str, Any]:
    return {"id": f"o{number}", "origin": origin, "destination": destination, "mass_t": 0.5}


@settings(max_examples=12)
@given(matrices(), st.floats(5.0, 120.0), st.data())
def test_every_drive_takes_the_time_of_its_pair_to_the_second(pairs: Pairs, kph: float, data: st.DataObject) -> None:
    """However fast the trucks, and however the matrix breaks the triangle inequality."""
    names = sorted({name for pair in pairs for name in pair})
    ends = st.sampled_from(sorted(pairs))
    orders = [_order(number, *pair) for number, pair in enumerate(data.draw(st.lists(ends, max_size=6)))]
    happened: list[Event] = []
    with TemporaryDirectory() as folder:
        fleet = [{"count": 2, "start": "sites", "max_speed_kph": kph, "fuel_tank_capacity_l": 5000.0}]
        world = scenario_of(Path(folder), pairs, orders, fleet=fleet, policies={"hours": "unlimited"}).build(
            hear=lambda _, taken: happened.extend(event for order in taken for event in order.happened)
        )
    leaving: dict[str, tuple[int, float]] = {}
    happened += run(world, 24.0, dt=86_400.0)
    for event in happened:
        if isinstance(event, TruckDeparted):
            leaving[event.agent_id] = (event.from_node, event.time)
        elif isinstance(event, TruckArrived):
            node, since = leaving.pop(event.agent_id)
            metres, seconds = pairs[_names_at(world)[node], _names_at(world)[event.node]]
            assert event.time == since + seconds
            assert event.distance_m == metres
    assert sum(isinstance(event, PackageDelivered) for event in happened) == len(orders)
    assert names == sorted(_names_at(world).values())
    check_invariants(world)


def _names_at(world: World) -> dict[int, str]:
    """Return the place at every node."""
    return {site.node_id: site.id for site in world.network.sites}


@settings(max_examples=12)
@given(matrices(complete=False).filter(bool))
def test_missing_pairs_are_no_way_and_nothing_breaks(pairs: Pairs) -> None:
    """Only ways that are listed are driven."""
    names = sorted({name for pair in pairs for name in pair})
    orders = [_order(number, a, b) for number, (a, b) in enumerate((a, b) for a in names for b in names if a != b)]
    with TemporaryDirectory() as folder:
        world = scenario_of(Path(folder), pairs, orders, policies={"hours": "unlimited"}).build()
    driven = {
        (event.from_node, event.to_node) for event in run(world, 48.0, dt=172_800.0) if isinstance(event, TruckDeparted)
    }
    at = _names_at(world)
    assert {(at[tail], at[head]) for tail, head in driven} <= set(pairs)
    check_invariants(world)


def test_a_world_on_a_matrix_goes_on_from_a_checkpoint(tmp_path: Path) -> None:
    """The times are part of it."""
    scenario = scenario_of(tmp_path, TRIANGLE, [_order(1, "A", "B"), _order(2, "B", "C"), _order(3, "C", "A")])
    world, other = scenario.build(), scenario.build()
    whole = run(world, 6.0)
    begun = other.advance_to(1000.0)
    loaded = World.load(other.dump())
    loaded.changes()
    loaded.positions()
    assert begun + loaded.advance_to(6 * 3600.0) == whole


def test_trucks_can_be_seen_at_every_moment_also_on_ways_of_no_length(tmp_path: Path) -> None:
    """Nothing divides by a length or a time of 0."""
    scenario = scenario_of(
        tmp_path, {("A", "B"): (0.0, 600.0), ("B", "A"): (600.0, 0.0)}, [_order(1, "A", "B"), _order(2, "B", "A")]
    )
    world = scenario.build()
    world.changes()
    for _ in range(60):
        world.step(30.0)
        assert np.isfinite(world.positions().x).all()
        for truck in world.truck_ids():
            world.agent(truck)
    assert world.package_counts().delivered == 2


def test_columns_units_and_decimal_commas_are_those_of_any_list(tmp_path: Path) -> None:
    """And the scenario can be written again with everything in it."""
    (tmp_path / "ways.csv").write_text("von;nach;km;minuten\nA;B;1,5;2\nB;A;2;0,5\n")
    (tmp_path / "s.yaml").write_text(
        "map: {matrix: {path: ways.csv, columns: {from: von, to: nach, distance_km: km, time_min: minuten}, decimal: ','}}\n"
        "places: {list: [{id: A, latitude: 50.0, longitude: 22.0}, {id: B}]}\n"
    )
    network = Scenario.load(tmp_path / "s.yaml").network()
    assert network.edge_length_m.tolist() == [1500.0, 2000.0]
    assert network.edge_time_s is not None
    assert network.edge_time_s.tolist() == [120.0, 30.0]
    assert network.origin == (22.0, 50.0)
    again = Scenario.load(tmp_path / "s.yaml").as_yaml()
    (tmp_path / "elsewhere.yaml").write_text(again)
    assert Scenario.load(tmp_path / "elsewhere.yaml").network().edge_length_m.tolist() == [1500.0, 2000.0]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("from,to,distance_km,time_s\nA,B,x,1\n", "pairs.csv, row 2, column distance_km: 'x' is not a number"),
        ("from,to,distance_km,time_s\nA,B,1,-1\n", "row 2, column time_s: '-1' is outside the allowed range 0 to"),
        (
            "from,to,distance_km,time_s\nA,B,1,\n",
            "row 2: has no time_s or time_min; leave the row out where there is no way",
        ),
        ("from,to,distance_km,time_s\n,B,1,1\n", "row 2, column from: is missing"),
        ("from,to,distance_km,time_s\nA,B,1,1\nA,B,1,1\n", "row 3: from 'A' to 'B' stands in row 2, too"),
        ("from,to,distance_km,time_s\nA,A,1,1\n", "row 2: leads from 'A' to itself"),
        ("from,to,distance_km,distance_m,time_s\nA,B,1,1,1\n", "column distance_m: stands beside distance_km"),
        ("from,to,time_s\nA,B,1\n", "there is no column distance_km or distance_m"),
        ("origin,to,distance_km,time_s\nA,B,1,1\n", "is no column of pairs; did you mean 'from'?"),
        ("", "pairs.csv: is empty"),
    ],
)
def test_every_problem_is_named_with_file_row_and_column(tmp_path: Path, text: str, complaint: str) -> None:
    """Also what would be right."""
    scenario = scenario_of(tmp_path, TRIANGLE)
    (tmp_path / "pairs.csv").write_text(text)
    with pytest.raises(MatrixError) as caught:
        scenario.network()
    assert complaint in str(caught.value)


def test_a_matrix_of_too_many_places_is_refused(tmp_path: Path) -> None:
    """At the row at which there are too many."""
    scenario = scenario_of(tmp_path, TRIANGLE)
    rows = [f"P{number},P{number + 1},1,1" for number in range(1000)]
    (tmp_path / "pairs.csv").write_text("\n".join(["from,to,distance_km,time_s", *rows]))
    with pytest.raises(MatrixError, match="row 1001: 'P1000' is one place more than the allowed 1000"):
        scenario.network()


def test_a_place_that_the_matrix_does_not_name_is_refused(tmp_path: Path) -> None:
    """Nobody could go there."""
    with pytest.raises(PlaceError, match=r"places.list, row 2: 'X' is not named in the matrix"):
        scenario_of(tmp_path, TRIANGLE, places={"list": [{"id": "A"}, {"id": "X"}]}).network()


def test_places_without_coordinates_are_laid_out_by_their_distances() -> None:
    """Distances in a plane give this plane again, but for turns."""
    spots = np.array([[0.0, 0.0], [3000.0, 0.0], [3000.0, 4000.0], [-1000.0, 2000.0]])
    metres = np.hypot(*(spots[:, None] - spots[None]).transpose(2, 0, 1))
    drawn = laid_out(metres)
    assert np.abs(np.hypot(*(drawn[:, None] - drawn[None]).transpose(2, 0, 1)) - metres).max() < 2.0


def test_the_page_says_what_is_true(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its scenario runs with its matrix."""
    section = (
        (repository / "docs" / "scenarios.md")
        .read_text()
        .partition("## A matrix instead of roads")[2]
        .partition("\n## ")[0]
    )
    (yaml_block,) = re.findall(r"^```yaml\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    (text_block,) = re.findall(r"^```text\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    (tmp_path / "ways.csv").write_text(text_block)
    (tmp_path / "page.yaml").write_text(yaml_block)
    network = Scenario.load(tmp_path / "page.yaml").network()
    assert network.edge_length_m.tolist() == [10_500.0, 11_200.0]
    assert network.edge_time_s is not None
    assert network.edge_time_s.tolist() == [1260.0, 1440.0]
