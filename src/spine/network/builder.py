"""`RoadNetworkBuilder`: collects nodes, edges and facilities, checks them all, makes an immutable `RoadNetwork`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spine.errors import NetworkError, quoted
from spine.network.connectivity import largest_part
from spine.network.facilities import Facility
from spine.network.facility_checks import check_facility
from spine.network.graph import MOST_PLACES, NO_WEIGHT_LIMIT, RoadNetwork
from spine.network.roads import RoadClass

_LARGEST_ID = 2**53 - 1
_MOST_LANES = 127


@dataclass
class _Columns:
    """Chunks of columns: one per bulk call, and one for nodes or edges added singly."""

    chunks: list[dict[str, NDArray[np.generic]]] = field(default_factory=list)
    single: dict[str, list[float]] = field(default_factory=dict)

    def add(self, **values: float) -> None:
        for name, value in values.items():
            self.single.setdefault(name, []).append(value)

    def add_chunk(self, thing: str, chunk: dict[str, NDArray[np.generic]]) -> None:
        shape = chunk["id"].shape
        for name, values in chunk.items():
            if values.shape != shape or values.ndim != 1:
                raise NetworkError(
                    f"{thing}s: column {name} has shape {values.shape}; all columns must be one row as long as the ids, {shape}"
                )
        self.flush()
        self.chunks.append(chunk)

    def flush(self) -> None:
        if self.single:
            self.chunks.append({name: np.asarray(values) for name, values in self.single.items()})
            self.single = {}

    def column(self, thing: str, name: str) -> NDArray[np.float64]:
        """Return a whole column as floats, in which every allowed id is exact."""
        self.flush()
        try:
            parts = [np.asarray(chunk[name]).astype(np.float64) for chunk in self.chunks]
        except (TypeError, ValueError, OverflowError) as error:
            raise NetworkError(f"{thing}s: column {name} must hold numbers ({error})") from None
        return np.concatenate(parts) if parts else np.zeros(0)


class RoadNetworkBuilder:
    """Collects the parts of a road network; `build` validates them together.

    Nodes and edges are given by external id (whole numbers 0..2^53-1, unique each). Order is kept.
    """

    def __init__(self) -> None:
        self._nodes = _Columns()
        self._edges = _Columns()
        self._shapes: list[Sequence[tuple[float, float]] | NDArray[np.float64]] = []
        self._facilities: list[Facility] = []
        self._notes: list[str] = []

    def add_node(self, node_id: int, x: float, y: float) -> None:
        """Add a node at planar metres (x, y)."""
        self._nodes.add(id=node_id, x=x, y=y)

    def add_edge(
        self,
        edge_id: int,
        from_node: int,
        to_node: int,
        *,
        length_m: float,
        road_class: RoadClass,
        lanes: int = 1,
        max_speed_kph: float,
        weight_limit_kg: float | None = None,
        shape: Sequence[tuple[float, float]] | NDArray[np.float64] = (),
        time_s: float | None = None,
    ) -> None:
        """Add a directed edge; `shape` are intermediate points in planar metres, only for drawing; `time_s` as in `add_edges`."""
        self._edges.add(
            id=edge_id,
            tail=from_node,
            head=to_node,
            length=length_m,
            road_class=int(road_class),
            lanes=lanes,
            speed=max_speed_kph,
            limit=NO_WEIGHT_LIMIT if weight_limit_kg is None else weight_limit_kg,
            time=np.nan if time_s is None else time_s,
        )
        self._shapes.append(shape)

    def add_nodes(self, ids: ArrayLike, x: ArrayLike, y: ArrayLike) -> None:
        """Add many nodes at once; three columns of equal length."""
        self._nodes.add_chunk("node", {"id": np.asarray(ids), "x": np.asarray(x), "y": np.asarray(y)})

    def add_edges(
        self,
        ids: ArrayLike,
        from_nodes: ArrayLike,
        to_nodes: ArrayLike,
        *,
        length_m: ArrayLike,
        road_class: ArrayLike,
        lanes: ArrayLike,
        max_speed_kph: ArrayLike,
        weight_limit_kg: ArrayLike,
        shapes: Sequence[NDArray[np.float64]] | None = None,
        time_s: ArrayLike | None = None,
    ) -> None:
        """Add many edges at once, as columns of equal length.

        Args:
            weight_limit_kg: `inf` for none.
            shapes: one (points, 2) array an edge.
            time_s: how long each takes, seconds, where lengths and speeds do not tell: for all edges of a network, or none.
        """
        count = len(np.asarray(ids))
        if shapes is not None and len(shapes) != count:
            raise NetworkError(f"edges: {len(shapes)} shapes for {count} edges; each edge needs one, empty for none")
        self._edges.add_chunk(
            "edge",
            {
                "id": np.asarray(ids),
                "tail": np.asarray(from_nodes),
                "head": np.asarray(to_nodes),
                "length": np.asarray(length_m),
                "road_class": np.asarray(road_class),
                "lanes": np.asarray(lanes),
                "speed": np.asarray(max_speed_kph),
                "limit": np.asarray(weight_limit_kg),
                "time": np.full(count, np.nan) if time_s is None else np.asarray(time_s),
            },
        )
        self._shapes.extend(shapes if shapes is not None else [()] * count)

    def add_facility(self, facility: Facility) -> None:
        """Add a site, parking, fuel station or generic building at a node that is or will be added."""
        self._facilities.append(facility)

    def note(self, text: str) -> None:
        """Add a note about what was dropped or could not be met."""
        self._notes.append(text)

    def build(
        self,
        *,
        core_only: bool = False,
        core_for_kg: float = 0.0,
        generation: Mapping[str, object] | None = None,
        attribution: str = "",
        origin: tuple[float, float] | None = None,
    ) -> RoadNetwork:
        """Validate everything and return the network.

        Args:
            core_only: keep only the largest strongly connected part, as every import does: a truck cannot reach the rest, or cannot leave
                it. Either way it is counted in the notes.
            core_for_kg: gross weight of the vehicle for which it must be connected, kilograms.
            generation: parameters of the generator, for generated networks.
            attribution: notice that must be shown with the data.
            origin: longitude and latitude of the planar origin, degrees.

        Raises:
            NetworkError: something is wrong; the message names the element, the value and what would be right.
        """
        node_ids, x, y = self._checked_nodes()
        edge_ids = _ids(self._edges.column("edge", "id"), "edge")
        tail, head = self._checked_ends(node_ids, edge_ids)
        columns = self._checked_edge_columns(edge_ids)
        if "time" in columns and len(node_ids) > MOST_PLACES:
            raise NetworkError(
                f"edges that bring their times may join {MOST_PLACES} nodes at the most, not {len(node_ids)}"
            )
        facilities = self._checked_facilities(node_ids)
        shape_offsets, shape_xy = self._shape_columns(edge_ids)
        network = RoadNetwork(
            node_ids=node_ids,
            node_x=x,
            node_y=y,
            edge_ids=edge_ids,
            edge_from=tail,
            edge_to=head,
            edge_length_m=columns["length"],
            edge_class=columns["road_class"].astype(np.int8),
            edge_lanes=columns["lanes"].astype(np.int8),
            edge_max_speed_kph=columns["speed"],
            edge_weight_limit_kg=columns["limit"],
            facilities=facilities,
            shape_offsets=shape_offsets,
            shape_xy=shape_xy,
            generation=generation,
            notes=tuple(self._notes),
            attribution=attribution,
            origin=origin,
            edge_time_s=columns.get("time"),
        )
        network = _reduce_to_core(network, core_for_kg, drop=core_only)
        _freeze(network)
        return network

    def _checked_nodes(self) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
        ids = _ids(self._nodes.column("node", "id"), "node")
        x, y = self._nodes.column("node", "x"), self._nodes.column("node", "y")
        for name, column in (("x", x), ("y", y)):
            _check(np.isfinite(column), ids, column, "node", name, "must be a finite number of metres")
        return ids, x, y

    def _checked_ends(
        self, node_ids: NDArray[np.int64], edge_ids: NDArray[np.int64]
    ) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        order = np.argsort(node_ids, kind="stable")
        ordered = node_ids[order]
        ends = []
        for name, key in (("from_node", "tail"), ("to_node", "head")):
            given = self._edges.column("edge", key)
            whole = (np.abs(given) <= _LARGEST_ID) & (given == np.floor(given))
            _check(whole, edge_ids, given, "edge", name, "must be the id of a node of this map")
            wanted = given.astype(np.int64)
            at = np.searchsorted(ordered, wanted)
            at_known = np.minimum(at, max(len(ordered) - 1, 0))
            known = ordered[at_known] == wanted if len(ordered) else np.zeros(len(wanted), dtype=bool)
            _check(known, edge_ids, wanted, "edge", name, "must be the id of a node of this map")
            ends.append(order[at_known].astype(np.int32) if len(wanted) else np.zeros(0, dtype=np.int32))
        return ends[0], ends[1]

    def _checked_edge_columns(self, ids: NDArray[np.int64]) -> dict[str, NDArray[np.float64]]:
        names = ("length", "road_class", "lanes", "speed", "limit")
        columns = {name: self._edges.column("edge", name) for name in names}
        length, speed, limit, lanes = (columns[name] for name in ("length", "speed", "limit", "lanes"))
        times = self._edges.column("edge", "time")
        if not np.isnan(times).all():
            columns["time"] = times
            rule = "must be finite and at least 0, of every edge or of none"
            _check(np.isfinite(times) & (times >= 0.0), ids, times, "edge", "time_s", rule)
            longer, rule = length >= 0.0, "must be finite and at least 0"
        else:
            longer, rule = length > 0.0, "must be finite and greater than 0"
        _check(np.isfinite(length) & longer, ids, length, "edge", "length_m", rule)
        _check(
            np.isfinite(speed) & (speed > 0.0), ids, speed, "edge", "max_speed_kph", "must be finite and greater than 0"
        )
        _check(limit > 0.0, ids, limit, "edge", "weight_limit_kg", "must be greater than 0, or none")
        whole = (lanes >= 1) & (lanes <= _MOST_LANES) & (lanes == np.floor(lanes))
        _check(whole, ids, lanes, "edge", "lanes", f"must be a whole number from 1 to {_MOST_LANES}")
        known = np.isin(columns["road_class"], [int(c) for c in RoadClass])
        _check(known, ids, columns["road_class"], "edge", "road_class", "must be one of A, S, GP, G, Z, L, D")
        return columns

    def _checked_facilities(self, node_ids: NDArray[np.int64]) -> tuple[Facility, ...]:
        nodes = set(node_ids.tolist())
        seen: set[str] = set()
        for facility in self._facilities:
            name = f"building {quoted(facility.id)}"
            if not facility.id:
                raise NetworkError(f"building at node {facility.node_id}: id must not be empty")
            if facility.id in seen:
                raise NetworkError(f"{name}: this id is used twice")
            seen.add(facility.id)
            if facility.node_id not in nodes:
                raise NetworkError(f"{name}: node {facility.node_id} is not on this map")
            check_facility(facility)
        return tuple(self._facilities)

    def _shape_columns(self, edge_ids: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        counts = np.fromiter((len(shape) for shape in self._shapes), dtype=np.int64, count=len(self._shapes))
        offsets = np.zeros(len(edge_ids) + 1, dtype=np.int64)
        np.cumsum(counts, out=offsets[1:])
        parts = []
        for edge in np.flatnonzero(counts).tolist():
            try:
                part = np.asarray(self._shapes[edge], dtype=np.float64)
            except (TypeError, ValueError):
                part = np.zeros(0)
            if part.ndim != 2 or part.shape[1] != 2 or not np.isfinite(part).all():
                raise NetworkError(f"edge {edge_ids[edge]}: shape must be points, each a pair of finite numbers")
            parts.append(part)
        return offsets, np.concatenate(parts) if parts else np.zeros((0, 2))


def _ids(column: NDArray[np.generic], thing: str) -> NDArray[np.int64]:
    numbers = np.asarray(column, dtype=np.float64)
    good = np.isfinite(numbers) & (numbers >= 0) & (numbers <= _LARGEST_ID) & (numbers == np.floor(numbers))
    if not good.all():
        raise NetworkError(f"{thing} id {numbers[~good][0]:g}: must be a whole number from 0 to {_LARGEST_ID}")
    ids = numbers.astype(np.int64)
    unique, counts = np.unique(ids, return_counts=True)
    if (counts > 1).any():
        raise NetworkError(f"{thing} {unique[counts > 1][0]}: this id is used twice")
    return ids


def _check(
    good: NDArray[np.bool_], ids: NDArray[np.int64], values: NDArray[np.generic], thing: str, field_name: str, rule: str
) -> None:
    if not good.all():
        at = int(np.argmin(good))
        raise NetworkError(f"{thing} {ids[at]}: {field_name} = {values[at]} {rule}")


def _reduce_to_core(network: RoadNetwork, gross_weight_kg: float, *, drop: bool) -> RoadNetwork:
    """Drop, or only note, what lies outside the largest strongly connected part; nothing is dropped if that part is a single node."""
    inside = largest_part(network, gross_weight_kg)
    kept = int(inside.sum())
    outside = network.node_count - kept
    if outside == 0:
        return network
    kept_ids = set(network.node_ids[inside].tolist())
    facilities = tuple(facility for facility in network.facilities if facility.node_id in kept_ids)
    lost = len(network.facilities) - len(facilities)
    vehicles = f"trucks of {gross_weight_kg / 1000.0:g} t" if gross_weight_kg > 0.0 else "trucks"
    where = f"outside the largest strongly connected part: {vehicles} cannot get there, or not away"
    if kept == 1 or not drop:
        note = f"{outside} of {network.node_count} nodes and {lost} of {len(network.facilities)} facilities lie {where}"
        return replace(network, notes=(*network.notes, note))
    kept_nodes = np.flatnonzero(inside)
    new_index = np.full(network.node_count, -1, dtype=np.int32)
    new_index[kept_nodes] = np.arange(len(kept_nodes), dtype=np.int32)
    kept_edges = np.flatnonzero(inside[network.edge_from] & inside[network.edge_to])
    note = f"dropped {outside} of {network.node_count} nodes, {network.edge_count - len(kept_edges)} edges and {lost} facilities {where}"
    counts = np.diff(network.shape_offsets)[kept_edges]
    offsets = np.zeros(len(kept_edges) + 1, dtype=np.int64)
    np.cumsum(counts, out=offsets[1:])
    points = np.repeat(network.shape_offsets[kept_edges] - offsets[:-1], counts) + np.arange(int(offsets[-1]))
    return replace(
        network,
        node_ids=network.node_ids[kept_nodes],
        node_x=network.node_x[kept_nodes],
        node_y=network.node_y[kept_nodes],
        edge_from=new_index[network.edge_from[kept_edges]],
        edge_to=new_index[network.edge_to[kept_edges]],
        **{
            name: getattr(network, name)[kept_edges]
            for name in (
                "edge_ids",
                "edge_length_m",
                "edge_class",
                "edge_lanes",
                "edge_max_speed_kph",
                "edge_weight_limit_kg",
            )
        },
        facilities=facilities,
        shape_offsets=offsets,
        shape_xy=network.shape_xy[points],
        edge_time_s=None if network.edge_time_s is None else network.edge_time_s[kept_edges],
        notes=(*network.notes, note),
    )


def _freeze(network: RoadNetwork) -> None:
    for name in network.__dataclass_fields__:
        value = getattr(network, name)
        if isinstance(value, np.ndarray):
            value.setflags(write=False)
