"""Small instances of the dynamic pickup and delivery benchmark, in memory and as files, and visit logs for them."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.dpdp.instance import Drive, Factory, Instance, Order, Piece, Vehicle
from benchmarks.dpdp.visit_log import Visit

COLUMNS = ("vehicle", "factory", "arrive_s", "leave_s", "picked", "delivered")


@dataclass
class Entry:
    """One line of a visit log, to be changed; `decided_s` is the last decision before the arrival."""

    vehicle: str
    factory: str
    arrive_s: int
    leave_s: int
    picked: list[str] = field(default_factory=list)
    delivered: list[str] = field(default_factory=list)
    decided_s: int = 0


def order(
    name: str, pieces: tuple[int, int, int], created_s: int, due_s: int, pickup: str = "A", delivery: str = "B"
) -> Order:
    """Return an order of so many standard pallets, half pallets and boxes."""
    kinds = [
        kind for kind, count in zip(((1.0, 240), (0.5, 120), (0.25, 60)), pieces, strict=True) for _ in range(count)
    ]
    cut = tuple(Piece(f"{name}-{number}", name, size, handling_s) for number, (size, handling_s) in enumerate(kinds, 1))
    return Order(name, cut, created_s, due_s, pickup, delivery)


def instance(
    orders: Iterable[Order],
    starts: Sequence[str],
    drives: Mapping[str, tuple[float, int]],
    docks: Mapping[str, int] | None = None,
    capacity: float = 15.0,
) -> Instance:
    """Return an instance.

    Args:
        orders: of the day.
        starts: of the vehicles V_1, V_2, ...
        drives: kilometres and seconds of pairs such as `AB`, both ways.
        docks: of factories with another number than one.
        capacity: of every vehicle, pallets.
    """
    places = sorted({place for pair in drives for place in pair})
    both_ways = {(one, other): Drive(*way) for (a, b), way in drives.items() for one, other in ((a, b), (b, a))}
    by_id = {one.id: one for one in orders}
    return Instance(
        "small",
        {place: Factory(place, 116.5, 40.0, (docks or {}).get(place, 1)) for place in places},
        {f"V_{number}": Vehicle(f"V_{number}", capacity, start) for number, start in enumerate(starts, 1)},
        by_id,
        {piece.id: piece for one in by_id.values() for piece in one.pieces},
        both_ways,
    )


def visits_of(day: Instance, entries: Iterable[Entry]) -> dict[str, list[Visit]]:
    """Return the visits of a log by vehicle."""
    visits: dict[str, list[Visit]] = {vehicle: [] for vehicle in day.vehicles}
    for entry in entries:
        picked, delivered = (tuple(day.pieces[name] for name in names) for names in (entry.picked, entry.delivered))
        mine = visits[entry.vehicle]
        mine.append(
            Visit(entry.vehicle, len(mine) + 1, entry.factory, entry.arrive_s, entry.leave_s, picked, delivered)
        )
    return visits


def write_log(path: Path, entries: Iterable[Entry]) -> Path:
    """Write a visit log, piece by piece."""
    rows = [
        (entry.vehicle, entry.factory, entry.arrive_s, entry.leave_s, " ".join(entry.picked), " ".join(entry.delivered))
        for entry in entries
    ]
    return write_table(path, [COLUMNS, *rows])


def write_table(path: Path, rows: Iterable[Sequence[object]]) -> Path:
    """Write rows as CSV."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def write_instance(data: Path, name: str = "01") -> Path:
    """Write the files of an instance with three factories, two vehicles and three orders; return the folder of the data."""
    places = {"A": 2, "B": 1, "C": 1}
    write_table(
        data / "factory_info.csv",
        [
            ("factory_id", "longitude", "latitude", "port_num"),
            *((place, 116.5, 40, docks) for place, docks in places.items()),
        ],
    )
    write_table(
        data / "route_info.csv",
        [
            ("route_code", "start_factory_id", "end_factory_id", "distance", "time"),
            *((f"{one}{other}", one, other, 10.5, 1260) for one in places for other in places if one != other),
        ],
    )
    folder = data / "instances" / name
    write_table(
        folder / "vehicles.csv",
        [("car_num", "capacity", "operation_time", "gps_id"), ("V_1", 15, 24, "G_1"), ("V_2", 15, 24, "G_2")],
    )
    columns = "order_id,q_standard,q_small,q_box,demand,creation_time,committed_completion_time,load_time,unload_time,pickup_id,delivery_id"
    write_table(
        folder / "orders.csv",
        [
            columns.split(","),
            ("X", 1, 1, 1, 1.75, "00:03:48", "04:03:48", 420, 420, "A", "B"),
            ("Y", 0, 0, 1, 0.25, "19:59:59", "23:59:59", 60, 60, "B", "C"),
            ("Z", 16, 0, 0, 16.0, "20:00:00", "00:00:00", 3840, 3840, "C", "A"),
        ],
    )
    return data
