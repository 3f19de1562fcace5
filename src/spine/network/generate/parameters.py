"""The 26 parameters of the generator, checked all at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from math import isfinite
from typing import Any

from spine.errors import GenerationError, quoted, shortened

MOST_NODES = 400_000
"""A map expected to have more nodes than this is refused."""

_HECTARE_KM2 = 1e-6


@dataclass(frozen=True, slots=True)
class GenerationParameters:
    """Parameters of a map. Lengths are metres, densities per square kilometre, rates packages per simulated hour."""

    map_width: float
    map_height: float
    num_major_centers: int
    minor_per_major: float
    center_separation: float
    urban_sprawl: float
    local_density: float
    rural_density: float
    intra_connectivity: float
    inter_connectivity: int
    arterial_ratio: float
    gridness: float
    ring_road_prob: float
    highway_curviness: float
    rural_settlement_prob: float
    urban_sites_per_km2: float
    rural_sites_per_km2: float
    urban_activity_rate_range: tuple[float, float]
    rural_activity_rate_range: tuple[float, float]
    urban_parkings_per_km2: float
    rural_parkings_per_km2: float
    urban_gas_stations_per_km2: float
    rural_gas_stations_per_km2: float
    gas_station_capacity_range: tuple[int, int]
    gas_station_cost_factor_range: tuple[float, float]
    seed: int

    @classmethod
    def from_mapping(cls, values: Mapping[str, object], most_nodes: int = MOST_NODES) -> GenerationParameters:
        """Return checked parameters; foreign keys are ignored.

        Raises:
            GenerationError: lists every missing or bad field.
        """
        problems: list[str] = []
        checked: dict[str, Any] = {}
        for name, rule in RULES.items():
            if name not in values:
                problems.append(f"{name}: missing")
                continue
            value, problem = rule.check(values[name])
            if problem:
                problems.append(f"{name}: {problem}")
            checked[name] = value
        if not problems:
            expected = _expected_nodes(checked)
            if expected > most_nodes:
                problems.append(
                    f"local_density, rural_density, map_width, map_height: about {expected:.0f} nodes are more than the "
                    f"allowed {most_nodes}"
                )
        if problems:
            raise GenerationError(problems)
        return cls(**checked)

    @classmethod
    def preset(cls, name: str, **changes: object) -> GenerationParameters:
        """Return a named preset (`reference`, `client`, `dense_urban`, `sparse_rural`) with some fields changed.

        Raises:
            GenerationError: the name or a field is unknown, or a value is bad.
        """
        if name not in PRESETS:
            raise GenerationError([f"preset {quoted(name)}: unknown; known are {', '.join(PRESETS)}"])
        unknown = sorted(set(changes) - set(RULES))
        if unknown:
            raise GenerationError([f"{shortened(key)}: is not a generation parameter" for key in unknown])
        return cls.from_mapping({**PRESETS[name], **changes})

    def as_dict(self) -> dict[str, object]:
        """Return the parameters as JSON-ready values, in their order."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


def _expected_nodes(checked: Mapping[str, Any]) -> float:
    area_km2 = checked["map_width"] * checked["map_height"] * _HECTARE_KM2
    centers = checked["num_major_centers"] * (1.0 + checked["minor_per_major"] * 0.2)
    urban_km2 = min(area_km2, centers * 3.2 * (checked["urban_sprawl"] / 1000.0) ** 2)
    rural = area_km2 * checked["rural_density"] * (1.0 + 5.5 * checked["rural_settlement_prob"])
    return float(urban_km2 * checked["local_density"] + rural)


@dataclass(frozen=True, slots=True)
class Rule:
    """What a parameter must be: a number or a range of two, whole or not, within bounds."""

    whole: bool = False
    pair: bool = False
    low: float = 0.0
    open_low: bool = False
    high: float | None = None

    def check(self, value: object) -> tuple[Any, str]:
        """Return the value in its proper type and an error message, "" for none."""
        if not self.pair:
            return self._one(value)
        if not isinstance(value, (list, tuple)) or len(value) != 2:
            return None, f"{quoted(value)} must be a list of two numbers"
        (low, problem_low), (high, problem_high) = self._one(value[0]), self._one(value[1])
        if problem_low or problem_high:
            return None, problem_low or problem_high
        if low > high:
            return None, f"{quoted(list(value))} must be [smallest, largest]"
        return (low, high), ""

    def _one(self, value: object) -> tuple[Any, str]:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return None, f"{quoted(value)} must be a number"
        try:
            number = float(value)
        except OverflowError:
            return None, "is too large"
        if not isfinite(number):
            return None, f"{number} must be finite"
        if self.whole and number != int(number):
            return None, f"{number:g} must be a whole number"
        if number < self.low or (self.open_low and number == self.low):
            return None, f"{number:g} must be {'greater than' if self.open_low else 'at least'} {self.low:g}"
        if self.high is not None and number > self.high:
            return None, f"{number:g} must be at most {self.high:g}"
        return (int(number) if self.whole else number), ""


_LENGTH = Rule(open_low=True, high=2_000_000.0)
_SHARE = Rule(high=1.0)
_DENSITY = Rule(high=100_000.0)

RULES: dict[str, Rule] = {
    "map_width": _LENGTH,
    "map_height": _LENGTH,
    "num_major_centers": Rule(whole=True, low=1, high=10_000),
    "minor_per_major": Rule(high=1000.0),
    "center_separation": _LENGTH,
    "urban_sprawl": _LENGTH,
    "local_density": Rule(open_low=True, high=100_000.0),
    "rural_density": _DENSITY,
    "intra_connectivity": _SHARE,
    "inter_connectivity": Rule(whole=True, low=1, high=1000),
    "arterial_ratio": _SHARE,
    "gridness": _SHARE,
    "ring_road_prob": _SHARE,
    "highway_curviness": _SHARE,
    "rural_settlement_prob": _SHARE,
    "urban_sites_per_km2": _DENSITY,
    "rural_sites_per_km2": _DENSITY,
    "urban_activity_rate_range": Rule(pair=True, high=1e6),
    "rural_activity_rate_range": Rule(pair=True, high=1e6),
    "urban_parkings_per_km2": _DENSITY,
    "rural_parkings_per_km2": _DENSITY,
    "urban_gas_stations_per_km2": _DENSITY,
    "rural_gas_stations_per_km2": _DENSITY,
    "gas_station_capacity_range": Rule(pair=True, whole=True, low=1, high=100_000),
    "gas_station_cost_factor_range": Rule(pair=True, open_low=True, high=1000.0),
    "seed": Rule(whole=True, high=2**32 - 1),
}
"""What each parameter must be, by name."""

_REFERENCE: dict[str, object] = {
    "map_width": 10_000.0,
    "map_height": 10_000.0,
    "num_major_centers": 3,
    "minor_per_major": 2.0,
    "center_separation": 2500.0,
    "urban_sprawl": 800.0,
    "local_density": 50.0,
    "rural_density": 5.0,
    "intra_connectivity": 0.3,
    "inter_connectivity": 2,
    "arterial_ratio": 0.2,
    "gridness": 0.3,
    "ring_road_prob": 0.5,
    "highway_curviness": 0.2,
    "rural_settlement_prob": 0.15,
    "urban_sites_per_km2": 5.0,
    "rural_sites_per_km2": 1.0,
    "urban_activity_rate_range": (5.0, 20.0),
    "rural_activity_rate_range": (1.0, 8.0),
    "urban_parkings_per_km2": 2.0,
    "rural_parkings_per_km2": 0.5,
    "urban_gas_stations_per_km2": 0.5,
    "rural_gas_stations_per_km2": 0.1,
    "gas_station_capacity_range": (2, 6),
    "gas_station_cost_factor_range": (0.9, 1.2),
    "seed": 42,
}

_CLIENT: dict[str, object] = {
    **_REFERENCE,
    "map_width": 1000.0,
    "map_height": 1000.0,
    "ring_road_prob": 0.1,
    "urban_sites_per_km2": 2.0,
    "rural_sites_per_km2": 0.5,
    "urban_activity_rate_range": (100.0, 400.0),
    "rural_activity_rate_range": (50.0, 200.0),
    "urban_gas_stations_per_km2": 1.0,
    "rural_gas_stations_per_km2": 0.2,
    "gas_station_capacity_range": (10, 50),
    "gas_station_cost_factor_range": (1.0, 2.0),
}

PRESETS: dict[str, dict[str, object]] = {
    "reference": _REFERENCE,
    "client": _CLIENT,
    "dense_urban": {
        **_REFERENCE,
        "num_major_centers": 5,
        "local_density": 80.0,
        "rural_density": 0.0,
        "gridness": 0.7,
        "ring_road_prob": 1.0,
    },
    "sparse_rural": {
        **_REFERENCE,
        "num_major_centers": 2,
        "local_density": 20.0,
        "rural_density": 10.0,
        "gridness": 0.0,
        "rural_settlement_prob": 0.3,
    },
}
"""Parameter sets by name: the reference example, the client's form, and the two client presets."""
