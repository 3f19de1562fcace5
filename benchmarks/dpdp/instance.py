"""An instance: the factories and the drives between them, the fleet, and the day's orders with their pieces."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.dpdp.tables import DataError, Row, quoted, read_table

DAY_S = 86_400
_HANDLING_S_PER_PALLET = 240
_KINDS = (("q_standard", 1.0), ("q_small", 0.5), ("q_box", 0.25))
"""Columns of the pieces of an order, in the sequence in which they are numbered, and the size of one, pallets."""

_FACTORY_COLUMNS = ("factory_id", "longitude", "latitude", "port_num")
_ROUTE_COLUMNS = ("route_code", "start_factory_id", "end_factory_id", "distance", "time")
_VEHICLE_COLUMNS = ("car_num", "capacity", "operation_time", "gps_id")
_ORDER_COLUMNS = (
    "order_id",
    *(column for column, _ in _KINDS),
    "demand",
    "creation_time",
    "committed_completion_time",
    "load_time",
    "unload_time",
    "pickup_id",
    "delivery_id",
)


@dataclass(frozen=True, slots=True)
class Piece:
    """What is loaded and unloaded as one: piece k of order X, counted from 1, is called X-k.

    Attributes:
        id: its name.
        order: id of the order it belongs to.
        size: standard pallets.
        handling_s: seconds to load it, and as many to unload it.
    """

    id: str
    order: str
    size: float
    handling_s: int


@dataclass(frozen=True, slots=True)
class Order:
    """Pieces that go from one factory to another.

    Attributes:
        id: its name.
        pieces: in the sequence in which they are numbered.
        created_s: when it becomes known, seconds since 00:00:00 of the day.
        due_s: when its last piece should arrive, on the same scale; beyond 86 400 on the next day.
        pickup: id of the factory it comes from.
        delivery: id of the factory it goes to.
    """

    id: str
    pieces: tuple[Piece, ...]
    created_s: int
    due_s: int
    pickup: str
    delivery: str

    @property
    def demand(self) -> float:
        """Its size, standard pallets."""
        return sum(piece.size for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class Vehicle:
    """A truck: its name, the pallets it holds, and the id of the factory where it is parked at 00:00:00, empty."""

    id: str
    capacity: float
    start: str


@dataclass(frozen=True, slots=True)
class Factory:
    """A place with docks; longitude and latitude in degrees."""

    id: str
    longitude: float
    latitude: float
    docks: int


@dataclass(frozen=True, slots=True)
class Drive:
    """The way from one factory to another: kilometres and whole seconds."""

    distance_km: float
    time_s: int


_NO_DRIVE = Drive(0.0, 0)


@dataclass(frozen=True)
class Instance:
    """A day to be planned. All mappings are by id, in the order of the files.

    Attributes:
        name: of the instance.
        factories: places.
        vehicles: the fleet; all of one capacity.
        orders: of the day.
        pieces: of all orders.
        drives: between every two different factories, by their ids.
    """

    name: str
    factories: dict[str, Factory]
    vehicles: dict[str, Vehicle]
    orders: dict[str, Order]
    pieces: dict[str, Piece]
    drives: dict[tuple[str, str], Drive]

    @property
    def capacity(self) -> float:
        """What every vehicle holds, standard pallets."""
        return next(iter(self.vehicles.values())).capacity

    def drive(self, start: str, end: str) -> Drive:
        """Return the way between two factories, which may be the same."""
        return _NO_DRIVE if start == end else self.drives[start, end]

    def may_split(self, order: Order) -> bool:
        """Tell whether its pieces may go separately: only an order that is larger than a vehicle."""
        return order.demand > self.capacity


def starting_places(vehicles: int, factories: int) -> list[int]:
    """Return the row of the factory, counted from 0, where each vehicle stands at first, as the official simulator draws it."""
    draw = random.Random(0)
    return [draw.randint(0, factories - 1) for _ in range(vehicles)]


def load_instance(data: Path, name: str) -> Instance:
    """Return an instance.

    Args:
        data: the folder with `factory_info.csv`, `route_info.csv` and `instances/`.
        name: of the folder in `instances/`, which holds `vehicles.csv` and `orders.csv` or `orders.csv.gz`.

    Raises:
        DataError: a file is missing or malformed, or what it says does not fit together.
    """
    folder = data / "instances" / name
    if not folder.is_dir():
        raise DataError(f"there is no instance {quoted(name)}: {folder} is no folder")
    factories = _factories(data / "factory_info.csv")
    drives = _drives(data / "route_info.csv", factories)
    vehicles = _vehicles(folder / "vehicles.csv", list(factories))
    orders = _orders(_orders_file(folder), factories)
    pieces = {piece.id: piece for order in orders.values() for piece in order.pieces}
    for order in orders:
        if order in pieces:
            raise DataError(f"instance {name}: {quoted(order)} is an order, and a piece of order {pieces[order].order}")
    return Instance(name, factories, vehicles, orders, pieces, drives)


def _orders_file(folder: Path) -> Path:
    there = [path for path in (folder / "orders.csv", folder / "orders.csv.gz") if path.is_file()]
    if len(there) != 1:
        raise DataError(
            f"{folder} holds {'both' if there else 'neither'} orders.csv {'and' if there else 'nor'} orders.csv.gz; "
            "right is one of them"
        )
    return there[0]


def _factories(path: Path) -> dict[str, Factory]:
    factories: dict[str, Factory] = {}
    for row in read_table(path, _FACTORY_COLUMNS):
        name = _new_id(row, "factory_id", factories)
        docks = row.whole("port_num")
        if not docks:
            raise row.wrong("port_num", "docks: nobody could ever be served; right is 1 or more")
        factories[name] = Factory(name, row.number_of("longitude"), row.number_of("latitude"), docks)
    if not factories:
        raise DataError(f"{path.name} holds no factory ({path})")
    return factories


def _drives(path: Path, factories: dict[str, Factory]) -> dict[tuple[str, str], Drive]:
    drives: dict[tuple[str, str], Drive] = {}
    for row in read_table(path, _ROUTE_COLUMNS):
        start, end = (_known_factory(row, column, factories) for column in ("start_factory_id", "end_factory_id"))
        if start == end:
            raise row.wrong("end_factory_id", "is where the route starts; right are two different factories")
        if (start, end) in drives:
            raise row.wrong("end_factory_id", f"is reached from {quoted(start)} by an earlier row, too")
        drives[start, end] = Drive(row.number_of("distance", least=0.0), row.whole("time"))
    for start in factories:
        for end in factories:
            if start != end and (start, end) not in drives:
                raise DataError(f"{path.name} holds no route from {quoted(start)} to {quoted(end)} ({path})")
    return drives


def _vehicles(path: Path, factories: list[str]) -> dict[str, Vehicle]:
    """Read the fleet; `operation_time` and `gps_id` have no effect in the official simulator."""
    rows = read_table(path, _VEHICLE_COLUMNS)
    if not rows:
        raise DataError(f"{path.name} holds no vehicle ({path})")
    vehicles: dict[str, Vehicle] = {}
    capacity = rows[0].number_of("capacity", least=0.0)
    for row, place in zip(rows, starting_places(len(rows), len(factories)), strict=True):
        name = _new_id(row, "car_num", vehicles)
        if row.number_of("capacity", least=0.0) != capacity:
            # Whether an order may be split depends on the capacity of the fleet.
            raise row.wrong(
                "capacity", f"differs from the {capacity:g} of the first vehicle; right is one for the whole fleet"
            )
        vehicles[name] = Vehicle(name, capacity, factories[place])
    return vehicles


def _orders(path: Path, factories: dict[str, Factory]) -> dict[str, Order]:
    orders: dict[str, Order] = {}
    for row in read_table(path, _ORDER_COLUMNS):
        name = _new_id(row, "order_id", orders)
        created_s, due_s = row.clock_s("creation_time"), row.clock_s("committed_completion_time")
        pickup, delivery = (_known_factory(row, column, factories) for column in ("pickup_id", "delivery_id"))
        if pickup == delivery:
            raise row.wrong("delivery_id", "is where the order comes from; right are two different factories")
        due_s += DAY_S if due_s < created_s else 0
        orders[name] = Order(name, _pieces(row, name), created_s, due_s, pickup, delivery)
    if not orders:
        raise DataError(f"{path.name} holds no order ({path})")
    return orders


def _pieces(row: Row, order: str) -> tuple[Piece, ...]:
    """Cut an order into pieces; its three sums must agree with them."""
    sizes = [size for column, size in _KINDS for _ in range(row.whole(column))]
    if not sizes:
        raise row.wrong("q_standard", "pallets, and no other piece either: an order has at least one piece")
    for column, of_a_pallet in (
        ("demand", 1),
        ("load_time", _HANDLING_S_PER_PALLET),
        ("unload_time", _HANDLING_S_PER_PALLET),
    ):
        if row.number_of(column) != of_a_pallet * sum(sizes):
            raise row.wrong(column, f"does not fit the pieces; right is {of_a_pallet * sum(sizes):g}")
    return tuple(
        Piece(f"{order}-{number}", order, size, round(size * _HANDLING_S_PER_PALLET))
        for number, size in enumerate(sizes, 1)
    )


def _new_id(row: Row, column: str, known: Iterable[str]) -> str:
    name = row.text(column)
    if name in known:
        raise row.wrong(column, "is there twice")
    if any(character.isspace() for character in name):
        raise row.wrong(column, "has a space in it, which separates names in visit logs")
    return name


def _known_factory(row: Row, column: str, factories: dict[str, Factory]) -> str:
    name = row.text(column)
    if name not in factories:
        raise row.wrong(column, "is no factory of factory_info.csv")
    return name
