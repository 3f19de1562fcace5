"""`Scenario`: a scenario file, a preset or a map file, and the world it makes."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from spine.errors import GenerationError, ScenarioError
from spine.network import PackageProfile, RoadNetwork, RoadNetworkBuilder, Site
from spine.network.generate import GenerationParameters, generate
from spine.scenario.fleet import fleet_commands
from spine.scenario.maps import is_map_file, load_map, with_default_facilities
from spine.scenario.model import FleetGroup, MapSource, PlaybackPart, RunPart, ScenarioFile, SitesPart
from spine.scenario.plugins import plugin_policies
from spine.scenario.yaml_lines import LinedYaml, parse_yaml
from spine.world import CreateBroker, World, WorldConfig

_HOUR = 3600.0
NONE = "none"
"""Name of the scenario without map and agents."""

DEMAND_PER_TRUCK_PER_HOUR = 1.5
"""Packages an hour one truck of the default fleet is meant for, when a bare map file is run."""


def preset_names() -> list[str]:
    """Return the names of the scenarios that come with SPINE, alphabetically."""
    folder = resources.files("spine.scenario") / "presets"
    return sorted(item.name.removesuffix(".yaml") for item in folder.iterdir() if item.name.endswith(".yaml"))


@dataclass(frozen=True)
class Scenario:
    """A scenario that has been read and checked.

    Attributes:
        spec: what the file says.
        base: the folder relative paths are meant from.
    """

    spec: ScenarioFile
    base: Path

    @classmethod
    def load(cls, name_or_path: str | Path) -> Scenario:
        """Return a preset by name, or the scenario of a scenario file (.yaml, .yml) or map file.

        Raises:
            ScenarioError: there is no such thing, or it is malformed; names source, line and field.
        """
        name = str(name_or_path)
        if name == NONE:
            return cls(ScenarioFile(name=NONE, map=MapSource(empty=True), broker=None), Path())
        if name in preset_names():
            data = (resources.files("spine.scenario") / "presets" / f"{name}.yaml").read_bytes()
            return cls(parse_scenario(data, f"preset {name}"), Path())
        path = Path(name)
        if not path.is_file():
            known = [*preset_names(), NONE]
            close = difflib.get_close_matches(name, known, n=1)
            hint = f"; did you mean {close[0]!r}?" if close else f"; presets are {', '.join(known)}"
            raise ScenarioError(f"scenario {name!r}: no preset and no file of this name{hint}")
        if is_map_file(path):
            return cls(ScenarioFile(name=path.name, map=MapSource(file=path.resolve())), Path())
        try:
            data = path.read_bytes()
        except OSError as error:
            raise ScenarioError(f"scenario {name!r}: cannot be read ({error.strerror})") from None
        return cls(parse_scenario(data, name), path.resolve().parent)

    @property
    def name(self) -> str:
        """Name of the scenario."""
        return self.spec.name

    @property
    def run(self) -> RunPart:
        """Length and step of a headless run."""
        return self.spec.run

    @property
    def playback(self) -> PlaybackPart:
        """How a server plays it."""
        return self.spec.playback

    def network(self) -> RoadNetwork:
        """Return the road network with its facilities.

        Raises:
            ScenarioError: the map cannot be made; MapFormatError for a malformed map file.
        """
        source = self.spec.map
        if source.empty:
            return RoadNetworkBuilder().build()
        if source.generate is not None:
            values = dict(source.generate)
            preset = str(values.pop("preset", "reference"))
            try:
                network = generate(GenerationParameters.preset(preset, **values))
            except GenerationError as error:
                raise ScenarioError(f"scenario {self.name!r}: map.generate: {error}") from None
        else:
            path = source.file or Path()
            network = load_map(path if path.is_absolute() else self.base / path)
            if source.default_facilities:
                network = with_default_facilities(network, seed=self.spec.seed)
        return _with_sites(network, self.spec.sites)

    def build(self, seed: int | None = None) -> World:
        """Return the world: network, broker and fleet, at simulated time 0.

        Args:
            seed: instead of the scenario's own.

        Raises:
            ScenarioError, MapFormatError, ConfigurationError: it cannot be made.
        """
        spec = self.spec
        network = self.network()
        policies = spec.policies
        config = WorldConfig(
            seed=spec.seed if seed is None else seed,
            start_of_day_s=spec.start_time_h * _HOUR,
            dispatch=policies.dispatch,
            destinations=policies.destinations,
            hours=policies.hours,
            fuel=policies.fuel,
            price=policies.price,
            initial_fuel_price=policies.initial_fuel_price,
            refuse_oversize=policies.refuse_oversize,
        )
        world = World(network, config, extra_policies=plugin_policies())
        if spec.broker is not None:
            world.apply(CreateBroker(spec.broker.id, spec.broker.balance_ducats))
        groups = spec.fleet
        if not groups and spec.map.file is not None:
            groups = [default_fleet(network)]
        for command in fleet_commands(groups, network, config.seed):
            world.apply(command)
        return world


def default_fleet(network: RoadNetwork) -> FleetGroup:
    """Return a fleet sized from the demand of a map: one truck per `DEMAND_PER_TRUCK_PER_HOUR`, 1 to 2000."""
    demand = sum(site.activity_rate for site in network.sites)
    return FleetGroup(count=max(1, min(2000, round(demand / DEMAND_PER_TRUCK_PER_HOUR))), start="parkings")


def parse_scenario(data: bytes, source: str) -> ScenarioFile:
    """Return the scenario of a YAML document.

    Raises:
        ScenarioError: every problem on a line of its own: source, line, field, what is wrong.
    """
    document = parse_yaml(data, source)
    if not isinstance(document.value, dict):
        raise ScenarioError(f"{source}:1: a scenario is a mapping of fields such as map, fleet, run")
    try:
        return ScenarioFile.model_validate(document.value)
    except ValidationError as error:
        problems = sorted({_problem(document, source, item) for item in error.errors()})
        raise ScenarioError("\n".join(text for _, text in problems)) from None


def _problem(document: LinedYaml, source: str, item: Any) -> tuple[int, str]:
    # Pydantic names the tried members of a union in the path; only what stands in the file is shown.
    path: tuple[str | int, ...] = ()
    for part in item["loc"]:
        if (*path, part) in document.lines:
            path = (*path, part)
    field = ".".join(str(part) for part in path)
    line = document.line_of(path)
    message = str(item["msg"]).removeprefix("Value error, ")
    if item["type"] == "extra_forbidden":
        message = "unknown field" + _hint(str(path[-1]), path[:-1])
    elif item["type"] == "missing":
        field = ".".join(str(part) for part in item["loc"])
        message = "missing"
    return line, f"{source}:{line}: {field or 'scenario'}: {message}"


def _hint(name: str, around: tuple[str | int, ...]) -> str:
    known: dict[str, type[Any]] = {
        "": ScenarioFile,
        "map": MapSource,
        "fleet": FleetGroup,
        "sites": SitesPart,
        "run": RunPart,
        "playback": PlaybackPart,
    }
    model = known.get(str(around[0]) if around else "")
    close = difflib.get_close_matches(name, model.model_fields, n=1) if model is not None else []
    return f"; did you mean {close[0]!r}?" if close else ""


def _with_sites(network: RoadNetwork, changes: SitesPart) -> RoadNetwork:
    """Return the network with the scenario's changes to its sites."""
    unknown = sorted(set(changes.by_id) - {site.id for site in network.sites})
    if unknown:
        raise ScenarioError(f"sites.by_id: there is no site {unknown[0]!r} on this map")
    facilities = tuple(
        _changed_site(_changed_site(item, changes), changes.by_id.get(item.id)) if isinstance(item, Site) else item
        for item in network.facilities
    )
    return replace(network, facilities=facilities)


def _changed_site(site: Site, changes: SitesPart | None) -> Site:
    if changes is None:
        return site
    rate = site.activity_rate if changes.activity_rate is None else changes.activity_rate
    profile = site.packages
    return replace(
        site,
        activity_rate=rate * changes.activity_scale,
        docks=changes.docks or site.docks,
        loading_rate_t_per_min=changes.loading_rate_t_per_min or site.loading_rate_t_per_min,
        hourly_profile=tuple(changes.hourly_profile or site.hourly_profile),
        batch_size_range=changes.batch_size_range or site.batch_size_range,
        packages=PackageProfile(
            size_range=changes.size_range or profile.size_range,
            value_range=changes.value_range or profile.value_range,
            pickup_window_s=_seconds(changes.pickup_window_h) or profile.pickup_window_s,
            delivery_window_s=_seconds(changes.delivery_window_h) or profile.delivery_window_s,
            priority_weights=profile.priority_weights,
            urgency_weights=profile.urgency_weights,
        ),
    )


def _seconds(hours: tuple[float, float] | None) -> tuple[float, float] | None:
    return None if hours is None else (hours[0] * _HOUR, hours[1] * _HOUR)
