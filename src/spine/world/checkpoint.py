"""Dumping a world to bytes and loading it again, bit for bit.

Only data that cannot be derived are written: the network's columns, the records of `model`, the agenda and counters. Trees, caches
and the viewers' columns are made anew. The bytes are MessagePack behind a header with version and digest; loading checks both
and every type, and runs no code.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, fields, replace
from hashlib import blake2b
from typing import Any

import msgspec
import numpy as np

from spine.errors import CheckpointError, SpineError
from spine.network import RoadNetwork
from spine.network.facilities import SPECIFICATIONS, FacilityKind, GenericBuilding
from spine.world.activities import Diversion, Purpose
from spine.world.agenda import Agenda
from spine.world.agent_kinds import AgentKind
from spine.world.config import WorldConfig
from spine.world.facility_kinds import KINDS
from spine.world.leg import Leg
from spine.world.model import (
    Broker,
    Facility,
    Ledger,
    Totals,
    Truck,
    TruckFigures,
)
from spine.world.orders import Order
from spine.world.policies.memory import policy_states, restore_policy_states
from spine.world.state import Sample, State
from spine.world.tally import Tally
from spine.world.tours import TourBook

VERSION = 10
_MAGIC = b"SPINEWLD"
_DIGEST_BYTES = 16
_HEADER_BYTES = len(_MAGIC) + 2 + _DIGEST_BYTES
_COLUMNS = (
    "node_ids",
    "node_x",
    "node_y",
    "edge_ids",
    "edge_from",
    "edge_to",
    "edge_length_m",
    "edge_class",
    "edge_lanes",
    "edge_max_speed_kph",
    "edge_weight_limit_kg",
    "shape_offsets",
    "shape_xy",
)


@dataclass(slots=True)
class _Column:
    dtype: str
    shape: list[int]
    data: bytes


@dataclass(slots=True)
class _Network:
    columns: dict[str, _Column]
    facilities: list[tuple[FacilityKind, Any]]
    generation: dict[str, Any] | None
    notes: list[str]
    attribution: str
    origin: tuple[float, float] | None


@dataclass(slots=True)
class _Live:
    """A facility; `on_map` is the id of its specification when that is still the one of the network, which is not written twice."""

    kind: FacilityKind
    on_map: str
    state: Any


@dataclass(slots=True)
class _Snapshot:
    network: _Network
    config: WorldConfig
    now: float
    sequence: int
    agenda: list[tuple[float, int, int, str, int]]
    trucks: list[Truck]
    orders: list[Order]
    announced: list[Order]
    facilities: list[_Live]
    generics: list[GenericBuilding]
    broker: Broker | None
    building_agents: dict[str, dict[str, Any]]
    agents: dict[str, AgentKind]
    rows: list[str | None]
    free_rows: list[int]
    fuel_price: float
    price_days: int
    placements: int
    ledger: Ledger
    totals: Totals
    retired: TruckFigures
    retired_fuel_l: float
    samples: list[Sample]
    warmed_up: Tally | None
    tours: TourBook | None
    policies: dict[str, Any]


def dump(state: State) -> bytes:
    """Return a state as bytes. Costs about 10 microseconds a truck."""
    on_map = {id(facility) for facility in state.network.facilities}
    snapshot = _Snapshot(
        network=_pack_network(state.network),
        config=state.config,
        now=state.now,
        sequence=state.agenda.sequence,
        agenda=state.agenda.entries(),
        trucks=list(state.trucks.values()),
        orders=list(state.orders.values()),
        announced=list(state.announced.values()),
        facilities=[_pack_facility(facility, on_map) for facility in state.buildings.values()],
        generics=list(state.generics.values()),
        broker=state.broker,
        building_agents=state.building_agents,
        agents=state.agents,
        rows=state.rows,
        free_rows=state.free_rows,
        fuel_price=state.fuel_price,
        price_days=state.price_days,
        placements=state.placements,
        ledger=state.ledger,
        totals=state.totals,
        retired=state.retired,
        retired_fuel_l=state.retired_fuel_l,
        samples=state.samples,
        warmed_up=state.warmed_up,
        tours=state.tours,
        policies=policy_states(state.policies),
    )
    payload = msgspec.msgpack.encode(snapshot, enc_hook=_encode)
    digest = blake2b(payload, digest_size=_DIGEST_BYTES).digest()
    return _MAGIC + VERSION.to_bytes(2, "little") + digest + payload


def load(data: bytes, begin: Callable[[RoadNetwork, WorldConfig, float], State]) -> State:
    """Return the state that was dumped.

    Args:
        begin: makes an empty state for a network, a configuration and a time.

    Raises:
        CheckpointError: the data are damaged or of another version.
    """
    if len(data) < _HEADER_BYTES or not data.startswith(_MAGIC):
        raise CheckpointError("checkpoint: this is not a dumped world (wrong first bytes)")
    version = int.from_bytes(data[len(_MAGIC) : len(_MAGIC) + 2], "little")
    if version != VERSION:
        raise CheckpointError(
            f"checkpoint: written in format {version}, this SPINE reads {VERSION}; load it with the SPINE that wrote it and export a .ssave"
        )
    payload = data[_HEADER_BYTES:]
    if blake2b(payload, digest_size=_DIGEST_BYTES).digest() != data[_HEADER_BYTES - _DIGEST_BYTES : _HEADER_BYTES]:
        raise CheckpointError("checkpoint: damaged (the digest does not match); use the one before it")
    try:
        snapshot = msgspec.msgpack.decode(payload, type=_Snapshot, dec_hook=_decode)
        return _restore(snapshot, begin)
    except (msgspec.MsgspecError, SpineError, KeyError, ValueError) as error:
        raise CheckpointError(f"checkpoint: content does not fit together ({error})") from error


def _restore(snapshot: _Snapshot, begin: Callable[[RoadNetwork, WorldConfig, float], State]) -> State:
    network = _unpack_network(snapshot.network)
    state = begin(network, snapshot.config, snapshot.now)
    state.agenda = Agenda(list(snapshot.agenda), snapshot.sequence)
    state.trucks = {truck.id: truck for truck in snapshot.trucks}
    state.orders = {order.id: order for order in snapshot.orders}
    state.announced = {order.id: order for order in snapshot.announced}
    on_map = {facility.id: facility for facility in network.facilities}
    for packed in snapshot.facilities:
        facility = msgspec.convert(packed.state, KINDS[packed.kind].live)
        if packed.on_map:
            facility.spec = on_map[packed.on_map]
        state.add_facility(facility)
    state.generics = {generic.id: generic for generic in snapshot.generics}
    for name in (
        "broker",
        "building_agents",
        "agents",
        "rows",
        "free_rows",
        "fuel_price",
        "price_days",
        "placements",
        "ledger",
        "totals",
        "retired",
        "retired_fuel_l",
        "samples",
        "warmed_up",
        "tours",
    ):
        setattr(state, name, getattr(snapshot, name))
    for truck in state.trucks.values():
        leg = truck.leg
        state.fleet.put(truck.row, truck.node if leg is None else int(network.edge_to[leg.edges[-1]]))
        truck.profile = state.profile_of(truck.max_speed_kph, truck.empty_mass_t, truck.capacity)
    restore_policy_states(state.policies, snapshot.policies)
    state.update_largest_capacity()
    state.forget_facilities()
    state.changed_agents = dict.fromkeys(state.agents)
    state.changed_buildings = dict.fromkeys(state.buildings)
    return state


def _pack_facility(facility: Facility, on_map: Container[int]) -> _Live:
    kind = facility.spec.kind
    if id(facility.spec) not in on_map:
        return _Live(kind, "", facility)
    return _Live(kind, facility.spec.id, replace(facility, spec=KINDS[kind].sample))


def _encode(value: object) -> object:
    if isinstance(value, Leg):
        return (
            value.purpose,
            value.start_time,
            value.start_node,
            value.goal_node,
            value.edges.astype(np.int32).tobytes(),
            value.seconds.tobytes(),
            value.metres.tobytes(),
            value.litres.tobytes(),
            value.load,
            value.divert,
            value.dry_at_m,
            value.halted,
            value.beyond,
            value.priced_from_l,
            value.burnt_cost,
            value.toll.tobytes() if value.toll is not None else None,
        )
    if isinstance(value, Mapping):
        return dict(value)
    raise NotImplementedError(f"a {type(value).__name__} cannot be part of a checkpoint")


def _decode(kind: type, value: Any) -> object:
    if kind is not Leg:
        raise NotImplementedError(f"a {kind.__name__} cannot be part of a checkpoint")
    purpose, start_time, start_node, goal_node, edges, seconds, metres, *rest = value
    litres, load_cu, divert, dry_at_m, halted, beyond, priced_from_l, burnt_cost, toll = rest
    return Leg(
        Purpose(purpose),
        start_time,
        start_node,
        goal_node,
        np.frombuffer(edges, dtype=np.int32),
        np.frombuffer(seconds, dtype=np.float64),
        np.frombuffer(metres, dtype=np.float64),
        np.frombuffer(litres, dtype=np.float64),
        load_cu,
        Diversion(divert),
        dry_at_m,
        halted,
        tuple(beyond),
        priced_from_l,
        burnt_cost,
        np.frombuffer(toll, dtype=np.float64) if toll is not None else None,
    )


def _pack_network(network: RoadNetwork) -> _Network:
    columns = {}
    for name in _COLUMNS if network.edge_time_s is None else (*_COLUMNS, "edge_time_s"):
        column = np.ascontiguousarray(getattr(network, name))
        columns[name] = _Column(column.dtype.str, list(column.shape), column.tobytes())
    return _Network(
        columns=columns,
        facilities=[(facility.kind, facility) for facility in network.facilities],
        generation=dict(network.generation) if network.generation is not None else None,
        notes=list(network.notes),
        attribution=network.attribution,
        origin=network.origin,
    )


def _unpack_network(packed: _Network) -> RoadNetwork:
    columns = {}
    for name, column in packed.columns.items():
        array = np.frombuffer(column.data, dtype=np.dtype(column.dtype)).reshape(column.shape)
        columns[name] = array
    unknown = set(columns) - {field.name for field in fields(RoadNetwork)}
    if unknown:
        raise CheckpointError(f"checkpoint: unknown network columns {sorted(unknown)}")
    return RoadNetwork(
        **columns,
        facilities=tuple(msgspec.convert(item, SPECIFICATIONS[kind]) for kind, item in packed.facilities),
        generation=packed.generation,
        notes=tuple(packed.notes),
        attribution=packed.attribution,
        origin=packed.origin,
    )
