"""Origin-destination tables: what is read of them, what is refused and how, and what sites they make."""

from __future__ import annotations

from math import exp
from pathlib import Path
from typing import Any

import pytest

from spine.errors import DemandError, ScenarioError
from spine.network import Site
from spine.scenario import Scenario
from spine.scenario.demand import DemandPart
from spine.scenario.demand.reading import read_demand
from support.demand_tables import TOWNS, scenario_with, written


def _sites(scenario: Scenario) -> dict[str, Site]:
    return {site.id: site for site in scenario.network().sites}


def _problems(folder: Path, table: str, **options: Any) -> list[str]:
    with pytest.raises(DemandError) as caught:
        scenario_with(folder, table, **options).network()
    return caught.value.problems


def test_row_sums_are_production_and_column_sums_attraction(tmp_path: Path) -> None:
    """Nodes that the table names become sites; all others send nothing."""
    sites = _sites(scenario_with(tmp_path, "origin,destination,volume\n11,12,10\n11,13,30\n12,13,8\n", per="day"))
    assert sorted(sites) == ["11", "12", "13"]
    assert [sites[town].node_id for town in ("11", "12", "13")] == [11, 12, 13]
    assert [sites[town].activity_rate for town in ("11", "12", "13")] == pytest.approx([40 / 24, 8 / 24, 0.0])
    assert [sites[town].attraction for town in ("11", "12", "13")] == pytest.approx([0.0, 10 / 24, 38 / 24])
    weights = sites["11"].destination_weights
    assert weights["13"] / weights["12"] == pytest.approx(3.0)


@pytest.mark.parametrize(
    ("options", "per_hour"),
    [
        ({"per": "hour"}, 876.0),
        ({"per": "day"}, 876.0 / 24.0),
        ({"per": "year"}, 0.1),
        ({"per": "year", "factor": 0.5}, 0.05),
        ({"per": "hour", "unit": "trucks", "shipment_t": 15}, 876.0),
        ({"per": "hour", "unit": "tonnes", "shipment_t": [5, 15]}, 87.6),
    ],
)
def test_volumes_are_rates(tmp_path: Path, options: dict[str, Any], per_hour: float) -> None:
    """Per hour, day or year; in orders, trucks or tonnes; times the factor."""
    sites = _sites(scenario_with(tmp_path, "origin,destination,volume\n11,12,876\n", **options))
    assert sites["11"].activity_rate == pytest.approx(per_hour)
    wanted = options.get("shipment_t")
    if wanted is not None:
        smallest, largest = wanted if isinstance(wanted, list) else (wanted, wanted)
        assert sites["11"].packages.size_range == (10.0 * smallest, 10.0 * largest)


def test_a_profile_spreads_the_volume_and_does_not_change_it(tmp_path: Path) -> None:
    """Multipliers are made to average 1, those of the site as those of the table."""
    profile = [0.0] * 12 + [5.0] * 12
    table = "origin,destination,volume\n11,12,48\n"
    own = scenario_with(tmp_path, table, hourly_profile=profile)
    of_sites = scenario_with(tmp_path, table, sites={"hourly_profile": profile})
    for scenario in (own, of_sites):
        site = _sites(scenario)["11"]
        assert site.activity_rate == pytest.approx(2.0)
        assert site.hourly_profile == tuple([0.0] * 12 + [2.0] * 12)


def test_places_and_sites_are_named_before_nodes(tmp_path: Path) -> None:
    """An id that is a place is that place, wherever it stands; its docks and hours stay."""
    places = {"list": [{"id": "12", "node": 13, "docks": 7}, {"id": "depot", "node": 11, "docks": 4}]}
    sites = _sites(scenario_with(tmp_path, "origin,destination,volume\ndepot,12,5\ndepot,13,5\n", places=places))
    assert (sites["12"].node_id, sites["12"].docks) == (13, 7)
    assert (sites["depot"].node_id, sites["depot"].docks) == (11, 4)
    assert sites["13"].node_id == 13


def test_gravity_draws_by_column_sums(tmp_path: Path) -> None:
    """Pure receivers are supplied: w = attraction x exp(-beta x hours), in closed form on a line of towns."""
    table = "origin,destination,volume\n11,12,10\n11,13,30\n14,13,20\n"
    options = {"destinations": {"name": "gravity", "parameters": {"beta_per_h": 0.7}}}
    world = scenario_with(tmp_path, table, policies=options).build()
    view = world._state.view
    found = dict(
        zip([site.id for site in view.sites], world._state.policies.destinations.weights(view, "11"), strict=True)
    )
    hours = {town: view.site_travel_s("11", town, 80.0, 5000.0) / 3600.0 for town in ("12", "13")}
    wanted = 50.0 / 10.0 * exp(-0.7 * (hours["13"] - hours["12"]))
    assert found["13"] / found["12"] == pytest.approx(wanted)
    assert found["11"] == found["14"] == 0.0


def test_files_of_others_and_lists_in_the_scenario(tmp_path: Path) -> None:
    """Other names of columns, a factor, a decimal comma, columns nobody needs, and pairs in the scenario itself."""
    (tmp_path / "od.csv").write_text("von;nach;t;km\n11;12;1500,5;80\n11;11;7;0\n")
    part = DemandPart.model_validate({
        "files": [{
            "path": "od.csv", "decimal": ",",
            "columns": {"origin": "von", "destination": "nach", "volume": {"column": "t", "factor": 0.001}},
        }],
        "list": [{"origin": "13", "destination": "12", "volume": 2}],
    })  # fmt: skip
    book = read_demand(part, tmp_path)
    book.raise_if_bad()
    assert [(pair.origin, pair.destination, pair.volume) for pair in book.pairs] == [
        ("11", "12", pytest.approx(1.5005)),
        ("13", "12", 2.0),
    ]
    assert any("same origin and destination" in note for note in book.notes)
    assert any("left out: km" in note for note in book.notes)


def test_parquet_with_whole_numbers_as_ids(tmp_path: Path) -> None:
    """Ids that are numbers in the file name nodes."""
    duckdb = pytest.importorskip("duckdb")
    with duckdb.connect() as connection:
        select = "SELECT 11 AS origin, 12 AS destination, 3.5 AS volume"
        connection.execute(f"COPY ({select}) TO '{tmp_path / 'od.parquet'}' (FORMAT parquet)")
    book = read_demand(DemandPart.model_validate({"files": [{"path": "od.parquet"}]}), tmp_path)
    assert [pair[:3] for pair in book.pairs] == [("11", "12", 3.5)]


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        ("origin,destination,volume\n11,12,-1\n", "od.csv, row 2, column volume: '-1' is outside the allowed range 0 to"),
        ("origin,destination,volume\n11,12,x\n", "od.csv, row 2, column volume: 'x' is not a number"),
        ("origin,destination,volume\n11,12,\n", "od.csv, row 2, column volume: is missing"),
        ("origin,destination,volume\n,12,5\n", "od.csv, row 2, column origin: is missing"),
        ("origin,destination,volume\n11,12,5\n11,12,6\n", "od.csv, row 3: the pair '11' to '12' is also in od.csv, row 2"),
        ("origin,destination\n11,12\n", "od.csv: there is no column volume"),
        ("from,destination,volume\n11,12,1\n", "did you mean 'origin'?"),
        ("origin,destination,volume\n11,99,5\n12,99,5\n", "column destination: there is no site and no node '99' on this map (2 rows)"),
        ("", "od.csv: is empty"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(tmp_path: Path, table: str, problem: str) -> None:
    """File, row, column, and what would be right."""
    assert any(problem in line for line in _problems(tmp_path, table))


def test_unknown_ids_are_all_listed_up_to_a_limit(tmp_path: Path) -> None:
    """One line for every id, however many rows name it; the others are counted."""
    rows = "".join(f"x{n},11,1\nx{n},12,1\n" for n in range(150))
    problems = _problems(tmp_path, f"origin,destination,volume\n{rows}")
    assert len(problems) == 101
    assert problems[0] == "od.csv, row 2, column origin: there is no site and no node 'x0' on this map (2 rows)"
    assert problems[-1] == "... and 50 more"


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"unit": "trucks"}, "needs shipment_t, the load of one in tonnes"),
        ({"unit": "tonnes"}, "needs shipment_t"),
        ({"hours": 5.0}, "hours is only for births: fixed"),
        ({"per": "week"}, "demand.per"),
        ({"shipment_t": [9, 5]}, "must be [smallest, largest]"),
        ({"hourly_profile": [1, 2]}, "24 multipliers"),
        ({"perr": "day"}, "did you mean 'per'?"),
    ],
)
def test_options_are_checked(tmp_path: Path, options: dict[str, Any], problem: str) -> None:
    """A section that says too little or nonsense is refused with its line."""
    with pytest.raises(ScenarioError) as caught:
        scenario_with(tmp_path, "origin,destination,volume\n", **options)
    assert problem in str(caught.value)


def test_a_scenario_with_a_table_can_be_written_and_read_again(tmp_path: Path) -> None:
    """What `spine run --out` keeps makes the same world, from anywhere."""
    scenario = scenario_with(tmp_path, "origin,destination,volume\n11,12,5\n", unit="trucks", shipment_t=15)
    (tmp_path / "elsewhere").mkdir()
    again = tmp_path / "elsewhere" / "scenario.yaml"
    again.write_text(scenario.as_yaml())
    assert Scenario.load(again).network().facilities == scenario.network().facilities


def test_real_tables_of_countries(shared_data: Path, tmp_path: Path) -> None:
    """Every id of the freight tables names a node of its network; every volume above 0 is sent."""
    for country, pairs in (("PL", 1297), ("CZ", 546), ("SK", 201), ("LT", 124)):
        folder = shared_data / "freight" / country
        scenario = written(
            tmp_path, {
                "map": {"file": str(folder / "graph.graphml")},
                "demand": {
                    "files": [{"path": str(folder / "traffic.csv")}], "per": "year", "unit": "trucks", "shipment_t": 15
                },
            }
        )  # fmt: skip
        sites = _sites(scenario)
        assert sum(len(site.destination_weights) for site in sites.values()) == pairs
        rows = [line.split(",") for line in (folder / "traffic.csv").read_text().split()[1:]]
        total = sum(float(volume) for _, _, volume in rows)
        assert sum(site.activity_rate for site in sites.values()) == pytest.approx(total / 8760.0)
        for origin, destination, volume in rows[:50]:
            site = sites[origin]
            share = site.destination_weights[destination] / sum(site.destination_weights.values())
            assert site.activity_rate * share == pytest.approx(float(volume) / 8760.0)


def test_nodes_keep_their_ids(tmp_path: Path) -> None:
    """Tables name the nodes of a network of cities by the ids of its file."""
    assert scenario_with(tmp_path, "origin,destination,volume\n").network().node_ids.tolist() == list(TOWNS)
