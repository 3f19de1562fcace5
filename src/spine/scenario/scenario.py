"""`Scenario`: a scenario file, a preset or a map file, and the world it makes."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from spine.errors import MapFormatError, ScenarioError, quoted
from spine.network import RoadNetwork, RoadNetworkBuilder
from spine.network.generate import GenerationParameters, generate
from spine.scenario.calendar import calendar_of, moments_of
from spine.scenario.costs import Costs, costs_of, problems_of
from spine.scenario.default_fleet import default_fleet
from spine.scenario.demand import Births, DemandBook
from spine.scenario.fleet import fleet_commands, vehicles_of
from spine.scenario.map_source import MapSource
from spine.scenario.maps import is_map_file, load_map, with_default_facilities
from spine.scenario.model import FleetGroup, PlaybackPart, RunPart, ScenarioFile
from spine.scenario.orders import OrderBook
from spine.scenario.places import PlaceBook
from spine.scenario.plugins import plugin_policies
from spine.scenario.reading import ScenarioText, did_you_mean, read_scenario
from spine.scenario.sites import unknown_sites, with_sites, without_random_demand
from spine.scenario.yaml_lines import MOST_BYTES
from spine.scenario.yaml_lines import Path as Place
from spine.world import CreateBroker, World, WorldConfig

if TYPE_CHECKING:
    from spine.scenario.order_commands import TakenOrder

NONE = "none"
"""Name of the scenario without map and agents."""


def preset_names() -> list[str]:
    """Return the names of the scenarios that come with SPINE, alphabetically; `none` is one of them."""
    folder = resources.files("spine.scenario") / "presets"
    files = (item.name for item in folder.iterdir() if item.name.endswith(".yaml"))
    return sorted(name.removesuffix(".yaml") for name in files)


def parse_scenario(data: bytes, source: str) -> ScenarioFile:
    """Return the scenario of a YAML document.

    Raises:
        ScenarioError: every problem on a line of its own: source, line, field, what is wrong.
    """
    return read_scenario(data, source)[0]


@dataclass(frozen=True)
class Scenario:
    """A scenario that has been read and checked.

    Attributes:
        spec: what the file says.
        base: the folder relative paths are meant from.
        text: the file, to name lines in later complaints; None when there is none.
    """

    spec: ScenarioFile
    base: Path = Path()
    text: ScenarioText | None = field(default=None, repr=False, compare=False)

    @classmethod
    def load(cls, name_or_path: str | Path) -> Scenario:
        """Return a preset by name, or the scenario of a scenario file (.yaml, .yml) or map file.

        Raises:
            ScenarioError: there is no such thing, or it is malformed; names source, line and field.
        """
        name = str(name_or_path)
        presets = preset_names()
        if name in presets:
            data = (resources.files("spine.scenario") / "presets" / f"{name}.yaml").read_bytes()
            spec, text = read_scenario(data, f"preset {name}")
            return cls(spec, text=text)
        path = Path(name)
        if not path.is_file():
            hint = did_you_mean(name, presets) or f"; presets are {', '.join(presets)}"
            raise ScenarioError(f"scenario {quoted(name)}: no preset and no file of this name{hint}")
        if is_map_file(path):
            # The name of a file may be bytes that are no text; it goes into results, which are.
            called = os.fsencode(path.name).decode("utf-8", "replace")
            return cls(ScenarioFile(name=called, map=MapSource(file=path.resolve())))
        try:
            with path.open("rb") as file:
                data = file.read(MOST_BYTES + 1)
        except OSError as error:
            raise ScenarioError(f"scenario {quoted(name)}: cannot be read ({error.strerror})") from None
        spec, text = read_scenario(data, name)
        return cls(spec, path.resolve().parent, text)

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

    def as_yaml(self, seed: int | None = None, warmup_hours: float | None = None, *, ascii_only: bool = False) -> str:
        """Return the scenario with every default filled in, as a scenario file that can stand anywhere.

        Args:
            seed: instead of the scenario's own.
            warmup_hours: instead of the scenario's own.
            ascii_only: write everything beyond ASCII as escapes.
        """
        values = self.spec.model_dump(mode="json", exclude_none=True)
        if self.spec.broker is None:
            values["broker"] = None
        if self.spec.start is not None:
            del values["start_time_h"]
        if self.spec.map.file is not None:
            values["map"]["file"] = str(self._full_path(self.spec.map.file))
        if self.spec.map.matrix is not None:
            values["map"]["matrix"]["path"] = str(self._full_path(self.spec.map.matrix.path))
        for file in (
            file for section in ("orders", "places", "demand") for file in values.get(section, {}).get("files", ())
        ):
            file["path"] = str(self._full_path(Path(file["path"])))
        if seed is not None:
            values["seed"] = seed
        if warmup_hours is not None:
            values["run"]["warmup_hours"] = warmup_hours
        text: str = yaml.safe_dump(values, sort_keys=False, allow_unicode=not ascii_only, width=120)
        return text

    def network(self) -> RoadNetwork:
        """Return the road network with its facilities and the places of the scenario, the scenario's changes to its sites made.

        Raises:
            ScenarioError: the scenario names sites the map does not have, or its places cannot be used; MapFormatError for a malformed map
                file.
        """
        demand = self._demand()
        return self._as_it_sends(self._network(self.orders(), demand), demand)

    def _network(self, orders: OrderBook, demand: DemandBook) -> RoadNetwork:
        """Return the network; the rates of its sites hold all demand of tables, also where that becomes listed orders."""
        places = self._gathered(orders)
        matrix = self.spec.map.matrix
        if matrix is not None:
            from spine.scenario.matrix.building import matrix_map

            network = matrix_map(matrix, self.base, places)
        else:
            network = self._map(default_sites=not places.records and self.spec.demand is None)
        if matrix is None and places != PlaceBook():
            from spine.scenario.places.gathering import with_sites_at

            network = with_sites_at(network, places, self.spec.places)
        if self.spec.demand is not None:
            from spine.scenario.demand.sites import with_sites_of_tables

            network = with_sites_of_tables(network, demand, _dropped(network))
        for place, site in unknown_sites(network, self.spec.sites):
            hint = did_you_mean(site, [other.id for other in network.sites])
            raise self._error(place, f"there is no site {quoted(site)} on this map{hint}{_dropped(network)}")
        listed = {record.id for record in places.records}
        network = with_sites(network, self.spec.sites, calendar_of(self.spec), listed)
        sections = (section for section in (self.spec.orders, self.spec.demand) if section is not None)
        if not all(section.random_demand for section in sections):
            network = without_random_demand(network)
        if self.spec.demand is not None:
            from spine.scenario.demand.sites import with_rates

            network = with_rates(network, self.spec.demand, demand)
        return network

    def _demand(self) -> DemandBook:
        """Return the tables of demand, files read now.

        Raises:
            DemandError: they cannot be used.
        """
        if self.spec.demand is None:
            return DemandBook()
        from spine.scenario.demand.reading import read_demand

        book = read_demand(self.spec.demand, self.base)
        book.raise_if_bad()
        return book

    def _as_it_sends(self, network: RoadNetwork, demand: DemandBook) -> RoadNetwork:
        """Return a network on which evenly spaced demand, which becomes listed orders, has no rate."""
        if self.spec.demand is None or self.spec.demand.births is Births.POISSON:
            return network
        from spine.scenario.demand.sites import without_rates

        return without_rates(network, {pair.origin for pair in demand.pairs})

    def _with_spaced(self, book: OrderBook, network: RoadNetwork, demand: DemandBook) -> OrderBook:
        """Return the listed orders and those of evenly spaced demand."""
        part = self.spec.demand
        if part is None or part.births is Births.POISSON:
            return book
        from spine.scenario.demand.spacing import spaced_orders

        hours = self.spec.run.hours if part.hours is None else part.hours
        spaced = spaced_orders(part, demand, network, calendar_of(self.spec), hours)
        return replace(book, records=(*book.records, *spaced))

    def places(self, network: RoadNetwork | None = None, orders: OrderBook | None = None) -> PlaceBook:
        """Return the places that are listed or named by coordinates in orders, files read now, with the nodes at which they stand.

        What is wrong with them is in the book.

        Args:
            network: that of the scenario, where it is at hand: loading a map takes time.
            orders: those of the scenario, where they are at hand.
        """
        book = self._gathered(self.orders() if orders is None else orders)
        if not book.records:
            return book
        if self.spec.map.matrix is not None:
            from spine.scenario.matrix.building import at_the_nodes
            from spine.scenario.matrix.reading import read_matrix

            return at_the_nodes(book, read_matrix(self.spec.map.matrix, self.base))
        from spine.scenario.places.gathering import at_the_roads

        return at_the_roads(book, self.spec.places, self._map(default_sites=False) if network is None else network)

    def _gathered(self, orders: OrderBook) -> PlaceBook:
        if self.spec.places is None and not orders.records:
            return PlaceBook()
        from spine.scenario.places.gathering import gather

        anywhere = self.spec.map.matrix is not None
        return gather(self.spec.places, self.base, calendar_of(self.spec), orders, anywhere=anywhere)

    def _map(self, *, default_sites: bool) -> RoadNetwork:
        """Return the road network of the map, with default facilities of what a map file lacks."""
        source = self.spec.map
        if source.generate is not None:
            values = dict(source.generate)
            return generate(GenerationParameters.preset(str(values.pop("preset", "reference")), **values))
        if source.file is not None:
            try:
                network = load_map(self._full_path(source.file))
            except MapFormatError as error:
                if self.text is None:
                    raise
                raise self._error(("map", "file"), str(error)) from None
            if source.default_facilities:
                network = with_default_facilities(network, seed=self.spec.seed, sites=default_sites)
            return network
        return RoadNetworkBuilder().build()

    def orders(self) -> OrderBook:
        """Return the orders that are listed, files read now; what is wrong with them is in the book."""
        if self.spec.orders is None:
            return OrderBook(())
        from spine.scenario.orders.reading import read_orders

        return read_orders(self.spec.orders, self.base, moments_of(self.spec))

    def costs(self) -> Costs | None:
        """Return what the vehicles of the scenario cost, None when it does not say.

        Raises:
            ScenarioError: a fleet group has no cost sheet, or a cost sheet no group.
        """
        part = self.spec.costs
        if part is None:
            return None
        for place, message in problems_of(part, self.spec.fleet):
            raise self._error(place, message)
        return costs_of(part, vehicles_of(self.spec.fleet or ()))

    def build(
        self,
        seed: int | None = None,
        warmup_hours: float | None = None,
        hear: Callable[[OrderBook, list[TakenOrder]], object] | None = None,
    ) -> World:
        """Return the world: network, broker, fleet and listed orders, at simulated time 0.

        Args:
            seed: instead of the scenario's own; the map and its default facilities stay the same.
            warmup_hours: instead of the scenario's own.
            hear: gets the listed orders, and what became of them when they came.

        Raises:
            ScenarioError, MapFormatError, CommandError: it cannot be made.
        """
        spec = self.spec
        costs = self.costs()
        book = self.orders()
        book.raise_if_bad()
        demand = self._demand()
        rated = self._network(book, demand)
        book = self._with_spaced(book, rated, demand)
        network = self._as_it_sends(rated, demand)
        config = WorldConfig(
            seed=spec.seed if seed is None else seed,
            calendar=calendar_of(spec),
            warmup_s=(spec.run.warmup_hours if warmup_hours is None else warmup_hours) * 3600.0,
            tours=costs is not None or spec.orders is not None,
            **spec.policies.settings(),
        )
        world = World(network, config, extra_policies=plugin_policies())
        if spec.broker is not None:
            world.apply(CreateBroker(spec.broker.id, spec.broker.balance_ducats))
        groups = default_fleet(rated) if spec.fleet is None else spec.fleet
        self._check_starts(groups, network)
        trucks = list(fleet_commands(groups, network, config.seed, config.calendar))
        for command in trucks:
            world.apply(command)
        if book.records:
            from spine.scenario.order_commands import take_orders

            taken = take_orders(world, book, [truck.spec for truck in trucks], in_ducats=costs is None)
            if hear is not None:
                hear(book, taken)
        return world

    def _full_path(self, path: Path) -> Path:
        return path if path.is_absolute() else self.base.absolute() / path

    def _check_starts(self, groups: tuple[FleetGroup, ...], network: RoadNetwork) -> None:
        """Refuse groups of trucks that cannot start where they shall."""
        for index, group in enumerate(groups):
            place: Place = ("fleet", index, "start")
            if group.count == 0:
                continue
            if network.node_count == 0:
                raise self._error(place[:2], "trucks need a map, and this scenario has none")
            depots = [site.id for site in network.sites]
            for field_name in ("depot", "start_site"):
                named = getattr(group, field_name)
                if named is not None and named not in depots:
                    hint = did_you_mean(named, depots)
                    message = f"there is no site {quoted(named)} on this map{hint}{_dropped(network)}"
                    raise self._error((*place[:2], field_name), message)
            if isinstance(group.start, int) and not network.has_node(group.start):
                raise self._error(place, f"node {group.start} is not on this map{_dropped(network)}")
            if (group.start == "sites" and not network.sites) or (group.start == "parkings" and not network.parkings):
                raise self._error(place, f"there are no {group.start} on this map")

    def _error(self, path: Place, message: str) -> ScenarioError:
        if self.text is not None:
            return ScenarioError(self.text.complaint(path, message))
        return ScenarioError(f"scenario {quoted(self.name)}: {'.'.join(map(str, path))}: {message}")


def _dropped(network: RoadNetwork) -> str:
    """Return what a complaint about something that is not on a map should add: that parts of the map were dropped."""
    return "".join(f" ({note})" for note in network.notes if note.startswith("dropped"))
