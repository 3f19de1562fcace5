"""Shapes of maps and their buildings on the wire, as pydantic models; see `schema`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from spine.protocol.schema import Amount, DecimalId, Natural, Shape, Share, _optional


class ParkingShape(Shape):
    """A truck parking."""

    id: str
    type: Literal["parking"]
    capacity: Annotated[int, Field(gt=0)]
    current_agents: list[str]


class GasStationShape(Shape):
    """A fuel station."""

    id: str
    type: Literal["gas_station"]
    capacity: Annotated[int, Field(gt=0)]
    current_agents: list[str]
    cost_factor: Annotated[float, Field(gt=0.0)]
    balance_ducats: Amount


class PackageConfig(Shape):
    """What kind of packages a site gives birth to; weight keys are qualified in signals."""

    size_range: Annotated[list[Amount], Field(min_length=2, max_length=2)]
    value_range_currency: Annotated[list[Amount], Field(min_length=2, max_length=2)]
    pickup_deadline_range_ticks: Annotated[list[Natural], Field(min_length=2, max_length=2)]
    delivery_deadline_range_ticks: Annotated[list[Natural], Field(min_length=2, max_length=2)]
    priority_weights: dict[Annotated[str, Field(pattern=r"^Priority\.")], Amount]
    urgency_weights: dict[Annotated[str, Field(pattern=r"^DeliveryUrgency\.")], Amount]


class SiteStatistics(Shape):
    """Cumulative figures of a site."""

    packages_generated: Natural
    packages_picked_up: Natural
    packages_delivered: Natural
    packages_expired: Natural
    total_value_delivered: Amount
    total_value_expired: Amount


class OpeningShape(Shape):
    """Opening hours: intervals of a week in seconds since Monday 0:00, and of dates that differ in seconds since their midnight."""

    weekly: list[list[Amount]]
    dates: dict[str, list[list[Amount]]]


class AppointmentsShape(Shape):
    """Slots of a site; without `per_slot` each takes as many trucks as there are docks."""

    slot_s: Annotated[float, Field(gt=0.0)]
    tolerance_s: Amount
    per_slot: Natural = Field(default=0, description="trucks in a slot", json_schema_extra=_optional)


class SiteShape(Shape):
    """A pickup and delivery point; the last keys go beyond the plain protocol and are there only when not the default."""

    id: str
    type: Literal["site"]
    capacity: Annotated[int, Field(gt=0)] = Field(description="docks")
    current_agents: list[str]
    name: str
    activity_rate: Amount = Field(description="packages per simulated hour")
    loading_rate_tonnes_per_min: Annotated[float, Field(gt=0.0)]
    destination_weights: dict[str, Amount]
    package_config: PackageConfig
    active_packages: list[str]
    statistics: SiteStatistics
    fixed_handling_s: Amount = Field(
        default=0.0, description="seconds every visit to a dock takes besides", json_schema_extra=_optional
    )
    hourly_profile: list[Amount] = Field(
        default=[], description="24 multipliers of the activity rate, or 168 of a week", json_schema_extra=_optional
    )
    batch_size_range: list[Natural] = Field(
        default=[], description="packages born together", json_schema_extra=_optional
    )
    attraction: Amount = Field(
        default=0.0, description="pull on packages of other sites where gravity decides", json_schema_extra=_optional
    )
    opening_hours: OpeningShape = Field(
        default=OpeningShape(weekly=[], dates={}), description="when it is open", json_schema_extra=_optional
    )
    yard_limit: Natural = Field(
        default=0, description="trucks on the premises at most, docks included", json_schema_extra=_optional
    )
    appointments: AppointmentsShape = Field(
        default=AppointmentsShape(slot_s=60.0, tolerance_s=0.0),
        description="slots that trucks book",
        json_schema_extra=_optional,
    )


BuildingShape = Annotated[ParkingShape | SiteShape | GasStationShape, Field(discriminator="type")]


class NodeShape(Shape):
    """A node of the graph with what stands there."""

    id: DecimalId
    x: float
    y: float
    buildings: list[BuildingShape]


class EdgeShape(Shape):
    """A directed edge of the graph."""

    id: DecimalId
    from_node: DecimalId
    to_node: DecimalId
    length_m: Annotated[float, Field(gt=0.0)]
    mode: Literal[1]
    road_class: Literal["A", "S", "GP", "G", "Z", "L", "D"]
    lanes: Annotated[int, Field(ge=1)]
    max_speed_kph: Annotated[float, Field(gt=0.0)]
    weight_limit_kg: Annotated[float, Field(gt=0.0)] | None


class GraphShape(Shape):
    """The road network."""

    nodes: list[NodeShape]
    edges: list[EdgeShape]


class MapData(Shape):
    """The map: the 26 parameters of its generation, four counts, the graph; exactly 31 keys."""

    map_width: Annotated[float, Field(gt=0.0)]
    map_height: Annotated[float, Field(gt=0.0)]
    num_major_centers: Annotated[int, Field(ge=1)]
    minor_per_major: Amount
    center_separation: Annotated[float, Field(gt=0.0)]
    urban_sprawl: Annotated[float, Field(gt=0.0)]
    local_density: Annotated[float, Field(gt=0.0)]
    rural_density: Amount
    intra_connectivity: Share
    inter_connectivity: Annotated[int, Field(ge=1)]
    arterial_ratio: Share
    gridness: Share
    ring_road_prob: Share
    highway_curviness: Share
    rural_settlement_prob: Share
    urban_sites_per_km2: Amount
    rural_sites_per_km2: Amount
    urban_parkings_per_km2: Amount
    rural_parkings_per_km2: Amount
    urban_gas_stations_per_km2: Amount
    rural_gas_stations_per_km2: Amount
    urban_activity_rate_range: Annotated[list[Amount], Field(min_length=2, max_length=2)]
    rural_activity_rate_range: Annotated[list[Amount], Field(min_length=2, max_length=2)]
    gas_station_capacity_range: Annotated[list[Annotated[int, Field(ge=1)]], Field(min_length=2, max_length=2)]
    gas_station_cost_factor_range: Annotated[list[Amount], Field(min_length=2, max_length=2)]
    seed: Annotated[int, Field(ge=0, le=2**32 - 1)]
    generated_nodes: Natural
    generated_edges: Natural
    generated_sites: Natural
    generated_parkings: Natural
    graph: GraphShape
