"""The `.ssave` save file: everything a client can see of a world, as JSON. Reading it; `savefile_writing` writes it.

Reading checks everything before anything is built; every complaint is one line that names the element. Beyond the plain protocol SPINE
writes `metadata.start_of_day_s`, the time of day at simulated time 0, and reads noon where it is missing, and
`metadata.calendar`, the dates of a world that has some.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from spine.errors import ProtocolError, quoted, shortened
from spine.network import RoadNetwork
from spine.network.smap import MapLimits, network_from_json
from spine.network.text_encoding import without_mark
from spine.protocol.encode import Json
from spine.protocol.envelope import read_json
from spine.protocol.savefile_form import (
    BrokerForm,
    BuildingAgentForm,
    MetadataForm,
    PackageForm,
    PartForm,
    StatisticsForm,
    TruckForm,
)
from spine.world import SavedBroker, SavedBuildingAgent, SavedPackage, SavedTruck, SavedWorld, quantities
from spine.world.activities import Purpose
from spine.world.calendar import Calendar
from spine.world.truck_fields import SAVED
from spine.world.views import SiteStatistics

_WITH_PLACES = ("parking", "site", "gas_station")
_KINDS: dict[str, type[PartForm]] = {"truck": TruckForm, "broker": BrokerForm, "building": BuildingAgentForm}


@dataclass(frozen=True, slots=True)
class SaveFile:
    """A save file that has been read and checked.

    Attributes:
        network: the map.
        saved: what is on it.
        tick: the last completed tick.
        calendar: the time of day at simulated time 0, and its date where there is one.
    """

    network: RoadNetwork
    saved: SavedWorld
    tick: int
    calendar: Calendar


def read_save(data: bytes, source: str, limits: MapLimits) -> SaveFile:
    """Return what a save file holds.

    Raises:
        ProtocolError, MapFormatError: it is malformed; one line that names the element.
    """
    try:
        data = without_mark(data)
    except ValueError as error:
        raise ProtocolError(f"{source}: {error}") from None
    top = read_json(data, source)
    if not isinstance(top, dict):
        raise ProtocolError(f"{source}: must be a JSON object")
    for name, kind in (("graph", dict), ("agents", list), ("packages", list), ("metadata", dict)):
        if not isinstance(top.get(name), kind):
            word = "missing" if name not in top else f"must be {'an object' if kind is dict else 'an array'}"
            raise ProtocolError(f"{source}: {name}: {word}")
    # As it was: trucks may stand anywhere on it.
    network = network_from_json(top["graph"], f"{source}: graph", limits, core_only=False)
    metadata = _checked(MetadataForm, top["metadata"], f"{source}: metadata")
    now = metadata.elapsed_s if metadata.elapsed_s is not None else metadata.tick * metadata.dt_s
    buildings = {item["id"]: (node["id"], item) for node, item in _buildings(top["graph"])}
    inside = {
        truck: building_id
        for building_id, (_, item) in buildings.items()
        if item.get("type") in _WITH_PLACES
        for truck in item.get("current_agents", [])
    }
    saved = SavedWorld(
        now=now,
        fuel_price=metadata.global_fuel_price,
        agents=[_agent(item, index, source, buildings, inside) for index, item in _known_agents(top["agents"], source)],
        packages=[
            package for item in top["packages"] for package in _package(item, metadata, now, f"{source}: package")
        ],
        site_statistics={
            building_id: _statistics(item, f"{source}: building {quoted(building_id)}")
            for building_id, (_, item) in buildings.items()
            if item.get("type") == "site"
        },
        station_balances={
            building_id: float(item.get("balance_ducats", 0.0))
            for building_id, (_, item) in buildings.items()
            if item.get("type") == "gas_station"
        },
    )
    return SaveFile(network, saved, metadata.tick, _calendar(metadata))


def _calendar(metadata: MetadataForm) -> Calendar:
    start_of_day_s = float(metadata.start_of_day_s)
    dates = metadata.calendar
    return Calendar(start_of_day_s) if dates is None else dates.calendar(start_of_day_s)


def _buildings(graph: Json) -> Iterator[tuple[Json, Json]]:
    for node in graph["nodes"]:
        for item in node.get("buildings", []):
            yield node, item


def _statistics(item: Json, where: str) -> SiteStatistics:
    figures = _checked(StatisticsForm, item.get("statistics", {}), f"{where}: statistics")
    return SiteStatistics(**figures.model_dump())


def _known_agents(items: list[Any], source: str) -> Iterator[tuple[int, Json]]:
    """Yield the agents of known kinds; others are skipped."""
    seen: set[str] = set()
    for index, item in enumerate(items):
        if not isinstance(item, dict):
            raise ProtocolError(f"{source}: agent {index + 1}: must be an object")
        kind = item.get("kind")
        if not isinstance(kind, str) or kind not in _KINDS:
            continue
        agent_id = item.get("id")
        if isinstance(agent_id, str):
            if agent_id in seen:
                raise ProtocolError(f"{source}: agent {quoted(agent_id)}: this id is used twice")
            seen.add(agent_id)
        yield index, item


Buildings = Mapping[str, tuple[Any, Json]]


def _agent(
    item: Json, index: int, source: str, buildings: Buildings, inside: Mapping[str, str]
) -> SavedTruck | SavedBroker | SavedBuildingAgent:
    where = f"{source}: agent {quoted(item.get('id', index + 1))}"
    part = _checked(_KINDS[item["kind"]], item, where)
    if isinstance(part, TruckForm):
        return _truck(part, buildings, inside)
    if isinstance(part, BrokerForm):
        queue = tuple(part.package_queue)
        if part.active_negotiation is not None:
            queue = (part.active_negotiation.package_id, *queue)
        balance = part.balance_ducats if part.balance_ducats_signed is None else part.balance_ducats_signed
        return SavedBroker(part.id, balance, queue, part.assigned_packages, part.tags)
    assert isinstance(part, BuildingAgentForm)
    return SavedBuildingAgent(part.id, part.tags)


def _sought(part: TruckForm) -> Purpose | None:
    """Return why a truck drives somewhere else than to a stop."""
    if part.is_seeking_gas_station:
        return Purpose.FUEL
    if part.is_seeking_parking:
        return Purpose.REST
    return Purpose.PARKING if part.is_seeking_idle_parking else None


def _truck(part: TruckForm, buildings: Buildings, inside: Mapping[str, str]) -> SavedTruck:
    # Where file and building disagree the building's list wins.
    building = inside.get(part.id, part.current_building_id)
    node, edge = part.current_node, part.current_edge
    if building is not None and building in buildings:
        node, edge = int(buildings[building][0]), None
    elif node is None and edge is None:
        # Some servers lose the edge of a truck that was imported before; it goes on where its route does.
        node = part.route[0] if part.route else part.route_start_node
    return SavedTruck(
        current_node=node,
        current_edge=edge,
        current_building_id=building,
        route=tuple(part.route),
        met_broker=part.broker_id is not None,
        equipment=tuple(part.equipment),
        loaded_packages=tuple(part.loaded_packages),
        delivery_queue=tuple(
            (task.site_id, task.task_type == "PICKUP", tuple(task.package_ids)) for task in part.delivery_queue
        ),
        seeks=_sought(part),
        **{name: getattr(part, name) for name in _SAME},
    )


_SAME = (
    "id",
    *(field.name for field in SAVED),
    "co2_emitted_kg",
    "edge_progress_m",
    "route_start_node",
    "route_end_node",
    "driving_time_s",
    "resting_time_s",
    "required_rest_s",
    "is_resting",
    "is_fueling",
    "is_loading",
    "is_unloading",
    "fueling_liters_needed",
    "loading_progress_s",
    "loading_target_s",
    "capacities",
    "loading",
    "shift",
    "back_by_shift_end",
    "home_node",
    "returns_home",
    "tags",
)


def _package(item: Any, metadata: MetadataForm, now: float, where: str) -> Iterator[SavedPackage]:
    """Yield the package unless it has left the world: what is delivered or expired is no longer there."""
    name = item.get("id") if isinstance(item, dict) else None
    part = _checked(PackageForm, item, f"{where} {quoted(name)}")

    def time_of(tick: int) -> float:
        return now + (tick - metadata.tick) * metadata.dt_s

    if part.status in ("ANNOUNCED", "WAITING_PICKUP", "IN_TRANSIT"):
        yield SavedPackage(
            id=part.id,
            origin_site=part.origin_site,
            destination_site=part.destination_site,
            size=part.size,
            value=part.value_currency,
            priority=part.priority,
            urgency=part.urgency,
            created=time_of(part.spawn_tick),
            pickup_deadline=time_of(part.pickup_deadline_tick),
            delivery_deadline=time_of(part.delivery_deadline_tick),
            aboard=part.status == "IN_TRANSIT",
            announced=part.status == "ANNOUNCED",
            quantities=part.quantities,
            earliest_pickup=part.earliest_pickup_s,
            earliest_delivery=part.earliest_delivery_s,
            pickup_windows=part.pickup_windows,
            delivery_windows=part.delivery_windows,
            pickup_service_s=part.pickup_service_s,
            delivery_service_s=part.delivery_service_s,
            requirements=quantities.checked_names("requirements", part.requirements),
            late_loss_per_s=part.late_loss_per_s,
            failure_fine_share=part.failure_fine_share,
        )


def _checked(model: type[PartForm], item: Any, where: str) -> Any:
    try:
        return model.model_validate(item)
    except ValidationError as error:
        problem = error.errors(include_url=False, include_input=False)[0]
        path = ".".join(shortened(str(part)) for part in problem["loc"])
        raise ProtocolError(f"{where}: {path}: {problem['msg']}" if path else f"{where}: {problem['msg']}") from None
