"""The procedural generator keeps what it promises: connected, dense as asked, repeatable, and shaped like a country."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spine.errors import GenerationError
from spine.network import RoadClass, RoadNetwork, strong_components
from spine.network.generate import PRESETS, GenerationParameters, generate, preview
from spine.network.smap import write_smap

HEAVIEST_KG = 44_000.0

_parameters = st.fixed_dictionaries(
    {
        "map_width": st.floats(500, 9000),
        "map_height": st.floats(500, 9000),
        "num_major_centers": st.integers(1, 4),
        "minor_per_major": st.floats(0, 3),
        "center_separation": st.floats(500, 4000),
        "urban_sprawl": st.floats(150, 1500),
        "local_density": st.floats(5, 90),
        "rural_density": st.floats(0, 12),
        "intra_connectivity": st.floats(0, 1),
        "inter_connectivity": st.integers(1, 4),
        "arterial_ratio": st.floats(0, 1),
        "gridness": st.floats(0, 1),
        "ring_road_prob": st.floats(0, 1),
        "highway_curviness": st.floats(0, 1),
        "rural_settlement_prob": st.floats(0, 1),
        "seed": st.integers(0, 2**32 - 1),
    }
)


@settings(max_examples=40)
@given(_parameters)
def test_every_map_is_whole(changes: dict[str, Any]) -> None:
    """Whatever is asked for: strongly connected for the heaviest truck, no tiny edges, everything on the map, ids apart."""
    parameters = GenerationParameters.preset("reference", **changes)
    network = generate(parameters)
    assert network.node_count > 0
    assert strong_components(network, HEAVIEST_KG)[0] == 1
    if network.edge_count:
        assert network.edge_length_m.min() >= 1.0
        assert network.edge_ids.min() > network.node_ids.max()
    assert network.node_x.min() >= 0.0
    assert network.node_y.min() >= 0.0
    assert network.node_x.max() <= parameters.map_width
    assert network.node_y.max() <= parameters.map_height
    for site in network.sites:
        assert site.id not in site.destination_weights
        assert not site.destination_weights or np.isclose(sum(site.destination_weights.values()), 1.0)


def test_the_same_parameters_give_the_same_bytes_in_every_process() -> None:
    """String hashing and process have no say in a map."""
    script = (
        "import hashlib; from spine.network.generate import *; from spine.network.smap import write_smap;"
        "print(hashlib.sha256(write_smap(generate(GenerationParameters.preset('dense_urban')))).hexdigest())"
    )
    expected = hashlib.sha256(write_smap(generate(GenerationParameters.preset("dense_urban")))).hexdigest()
    for seed in ("0", "99"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        done = subprocess.run(
            [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True
        )
        assert done.stdout.strip() == expected


def _km2(discs: list[tuple[float, float, float]], width: float, height: float) -> float:
    """Return the area of the union of discs on the map, by counting points of a fine grid."""
    x, y = np.meshgrid(np.arange(5.0, width, 10.0), np.arange(5.0, height, 10.0))
    covered = np.zeros_like(x, dtype=bool)
    for cx, cy, radius in discs:
        covered |= np.hypot(x - cx, y - cy) <= radius
    return float(covered.mean()) * width * height / 1e6


@pytest.mark.parametrize("gridness", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("density", [20.0, 60.0])
def test_densities_are_those_asked_for(gridness: float, density: float) -> None:
    """Town nodes per square kilometre of town, and rural nodes per square kilometre of country, are within 10 %."""
    from spine.network.generate.centers import place_centers
    from spine.network.generate.draft import Draft, phase_draws
    from spine.network.generate.nodes import place_nodes

    parameters = GenerationParameters.preset(
        "reference", gridness=gridness, local_density=density, urban_sprawl=1500, rural_density=6, minor_per_major=3
    )
    draft = Draft(parameters)
    place_centers(draft, phase_draws(parameters, 0))
    place_nodes(draft, phase_draws(parameters, 1))
    town = _km2([(c.x, c.y, c.radius) for c in draft.centers], parameters.map_width, parameters.map_height)
    in_towns = sum(len(center.nodes) for center in draft.centers)
    assert in_towns / town == pytest.approx(density, rel=0.1)
    country = parameters.map_width * parameters.map_height / 1e6 - town
    assert len(draft.rural) / country == pytest.approx(6, rel=0.1)


def _densities(values: float) -> dict[str, float]:
    kinds = ("sites", "parkings", "gas_stations")
    return {f"{area}_{kind}_per_km2": values for area in ("urban", "rural") for kind in kinds}


def test_facilities_are_as_dense_as_asked_on_average() -> None:
    """Over many maps the counts of each kind in towns and in the country add up to density times area, none rounded away."""
    from spine.network.generate.centers import place_centers
    from spine.network.generate.counts import facility_counts
    from spine.network.generate.draft import Draft, phase_draws
    from spine.network.generate.nodes import urban_area_m2

    counts, areas = np.zeros((3, 2)), np.zeros(2)
    for seed in range(150):
        parameters = GenerationParameters.preset(
            "reference", map_width=3000, map_height=3000, num_major_centers=1, seed=seed, **_densities(0.9)
        )
        draft = Draft(parameters)
        place_centers(draft, phase_draws(parameters, 0))
        town = _km2([(c.x, c.y, c.radius) for c in draft.centers], 3000, 3000)
        areas += (town, 9.0 - town)
        counts += list(facility_counts(parameters, urban_area_m2(draft) / 1e6).values())
    assert counts / areas == pytest.approx(np.full((3, 2), 0.9), rel=0.06)


_FEWEST = {"sites": 2, "parkings": 1, "stations": 1}


@settings(max_examples=60)
@given(
    st.fixed_dictionaries(
        {
            "map_width": st.floats(1, 800),
            "map_height": st.floats(1, 800),
            "urban_sprawl": st.floats(1, 900),
            "local_density": st.floats(0.1, 90),
            "rural_density": st.floats(0, 12),
            "seed": st.integers(0, 2**32 - 1),
        }
    ),
    st.dictionaries(st.sampled_from(sorted(_densities(0.0))), st.floats(1e-6, 3.0)),
)
def test_what_is_asked_for_is_there_on_the_smallest_maps(changes: dict[str, float], asked: dict[str, float]) -> None:
    """Two sites, a parking and a fuel station at least, if any are asked for, and none otherwise."""
    network = generate(GenerationParameters.preset("reference", **{**changes, **_densities(0.0), **asked}))
    for kind, fewest in _FEWEST.items():
        name = "gas_stations" if kind == "stations" else kind
        wanted = any(f"{area}_{name}_per_km2" in asked for area in ("urban", "rural"))
        found = getattr(network, kind)
        assert len(found) >= fewest if wanted else not found
    assert len({item.id for item in network.facilities}) == len(network.facilities)
    assert all(len(site.destination_weights) == len(network.sites) - 1 for site in network.sites)


_REGION = {
    "map_width": 60_000, "map_height": 60_000, "num_major_centers": 6, "center_separation": 14_000, "urban_sprawl": 2000,
    "local_density": 25, "rural_density": 0.8, "urban_sites_per_km2": 0.9, "rural_sites_per_km2": 0.02,
}  # fmt: skip


@pytest.mark.parametrize(
    ("preset", "changes"),
    [*((preset, {"seed": seed}) for preset in PRESETS for seed in (1, 2)), ("reference", _REGION)],
)
def test_the_preview_tells_what_will_come_out(preset: str, changes: dict[str, Any]) -> None:
    """Facilities one by one, about where there are too few nodes for them; junctions, roads and demand about."""
    parameters = GenerationParameters.preset(preset, **changes)
    told, network = preview(parameters), generate(parameters)
    found = (len(network.sites), len(network.parkings), len(network.stations))
    too_few_nodes = any("found a node of their own" in note for note in network.notes)
    assert (told.sites, told.parkings, told.gas_stations) == pytest.approx(found, rel=0.2 if too_few_nodes else 0.0)
    assert told.nodes == pytest.approx(network.node_count, rel=0.15)
    assert told.edges == pytest.approx(network.edge_count, rel=0.2)
    sent = sum(site.activity_rate for site in network.sites)
    assert told.packages_per_hour == pytest.approx(sent, rel=0.6 if len(network.sites) < 10 else 0.2)
    assert 0.0 < told.town_km2 <= told.area_km2
    assert set(told.notes) <= set(network.notes)


@settings(max_examples=25)
@given(_parameters)
def test_the_preview_is_never_absurd(changes: dict[str, Any]) -> None:
    """No area or count below zero, towns within the map, no more facilities than nodes to put them at."""
    told = preview(GenerationParameters.preset("client", **changes))
    assert 0.0 <= told.town_km2 <= told.area_km2 * 1.001
    assert told.sites >= 2
    assert min(told.parkings, told.gas_stations) >= 1
    assert told.sites <= max(2, told.nodes)


def test_a_preview_of_very_many_towns_is_refused() -> None:
    """It would keep a running world waiting."""
    with pytest.raises(GenerationError, match="3000 towns are too many for a preview"):
        preview(GenerationParameters.preset("client", num_major_centers=1000))


def _highways(network: RoadNetwork) -> np.ndarray[Any, Any]:
    return np.flatnonzero(network.edge_class <= RoadClass.S)


def test_motorways_survive_and_have_junctions() -> None:
    """Where majors lie far apart there are motorways of several pieces, and other roads meet them on the way."""
    network = generate(
        GenerationParameters.preset(
            "reference", map_width=40_000, map_height=40_000, center_separation=15_000, rural_density=1.0, seed=3
        )
    )
    motorway = np.flatnonzero(network.edge_class == RoadClass.A)
    assert len(motorway) > 20
    nodes = set(network.edge_from[motorway].tolist()) | set(network.edge_to[motorway].tolist())
    junctions = [
        node
        for node in nodes
        if any(
            network.edge_class[edge] > RoadClass.S
            for edge in network.out_edges[network.out_offsets[node] : network.out_offsets[node + 1]]
        )
    ]
    assert len(junctions) >= 3
    assert len(junctions) < len(nodes) / 2


def test_curviness_makes_highways_longer() -> None:
    """Straight at 0, clearly longer than the straight line at 1, never absurd."""
    lengths = []
    for curviness in (0.0, 1.0):
        network = generate(
            GenerationParameters.preset(
                "reference",
                map_width=30_000,
                map_height=30_000,
                center_separation=12_000,
                highway_curviness=curviness,
                rural_density=0.5,
                seed=8,
            )
        )
        lengths.append(float(network.edge_length_m[_highways(network)].sum()))
    assert 1.04 < lengths[1] / lengths[0] < 1.45


def test_ring_roads_are_tied_into_the_streets() -> None:
    """A ring meets the streets of its town at many junctions."""
    network = generate(
        GenerationParameters.preset(
            "reference", num_major_centers=1, minor_per_major=0, rural_density=0, ring_road_prob=1.0, urban_sprawl=1200
        )
    )
    ring = np.flatnonzero((network.edge_class == RoadClass.Z) & (network.edge_max_speed_kph == 90.0))
    ring_nodes = set(network.edge_from[ring].tolist())
    street = np.flatnonzero(np.isin(network.edge_class, [RoadClass.G, RoadClass.L, RoadClass.D]))
    tied = ring_nodes & (set(network.edge_from[street].tolist()) | set(network.edge_to[street].tolist()))
    assert len(tied) >= 4


def test_village_streets_stay_in_their_village() -> None:
    """No street of 20 or 50 km/h crosses the country."""
    network = generate(GenerationParameters.preset("sparse_rural", rural_settlement_prob=1.0))
    slow = np.isin(network.edge_class, [RoadClass.L, RoadClass.D])
    assert float(network.edge_length_m[slow].max()) < 1000.0


def test_weight_limits_exist_but_bind_no_facility() -> None:
    """Some local roads are limited as the table says, and the heaviest truck still reaches every site."""
    network = generate(GenerationParameters.preset("reference"))
    limited = np.isfinite(network.edge_weight_limit_kg)
    assert 0.02 < limited.mean() < 0.3
    assert set(network.edge_class[limited].tolist()) <= {int(RoadClass.L), int(RoadClass.D)}
    assert network.edge_weight_limit_kg[limited].min() >= 3500.0
    assert network.edge_weight_limit_kg[limited].max() <= 7500.0


def test_unmet_wishes_are_reported() -> None:
    """A map too small for its centres says so."""
    network = generate(GenerationParameters.preset("client"))
    assert any("1 of 3 major centres fit" in note for note in network.notes)


def test_every_bad_field_is_named_at_once() -> None:
    """One error lists all problems; foreign keys are ignored."""
    values = {**PRESETS["reference"], "graph": {"nodes": []}, "generated_nodes": 3}
    assert GenerationParameters.from_mapping(values) == GenerationParameters.preset("reference")
    bad = {
        **values,
        "map_width": 0,
        "num_major_centers": 1.5,
        "gridness": True,
        "seed": -1,
        "urban_activity_rate_range": [9, 3],
        "gas_station_capacity_range": [0, 4],
        "local_density": float("nan"),
    }
    del bad["arterial_ratio"]
    with pytest.raises(GenerationError) as caught:
        GenerationParameters.from_mapping(bad)
    named = {problem.split(":")[0] for problem in caught.value.problems}
    assert named == {
        "map_width",
        "num_major_centers",
        "gridness",
        "seed",
        "urban_activity_rate_range",
        "gas_station_capacity_range",
        "local_density",
        "arterial_ratio",
    }


def test_a_map_of_a_billion_nodes_is_refused() -> None:
    """Size is limited before anything is made."""
    with pytest.raises(GenerationError, match="nodes are more than the allowed"):
        GenerationParameters.preset("reference", map_width=1_000_000, map_height=1_000_000, rural_density=1000)
