"""A visit log: what every vehicle did at every factory it came to, in its order."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from benchmarks.dpdp.instance import Instance, Piece
from benchmarks.dpdp.tables import Row, quoted, read_table

_COLUMNS = ("vehicle", "factory", "arrive_s", "leave_s", "picked", "delivered")


@dataclass(frozen=True, slots=True)
class Visit:
    """A vehicle at a factory.

    Attributes:
        vehicle: id.
        number: of this visit among those of the vehicle, from 1.
        factory: id.
        arrive_s: when it arrives, seconds since 00:00:00 of the day.
        leave_s: when its dock time ends, on the same scale.
        picked: pieces in loading order.
        delivered: pieces in unloading order; unloading comes before loading.
    """

    vehicle: str
    number: int
    factory: str
    arrive_s: int
    leave_s: int
    picked: tuple[Piece, ...]
    delivered: tuple[Piece, ...]


def read_visits(path: Path, instance: Instance) -> dict[str, list[Visit]]:
    """Return the visits of a log by vehicle, every vehicle of the fleet included, in the order of the lines.

    An order id stands for all its pieces: loaded from the first to the last, unloaded from the last to the first.

    Raises:
        DataError: the file cannot be read, a value is none, or a vehicle, factory, order or piece is unknown.
    """
    visits: dict[str, list[Visit]] = defaultdict(list)
    for row in read_table(path, _COLUMNS):
        vehicle, factory = row.text("vehicle"), row.text("factory")
        if vehicle not in instance.vehicles:
            raise row.wrong("vehicle", f"is not in the fleet of instance {instance.name}")
        if factory not in instance.factories:
            raise row.wrong("factory", "is no factory of factory_info.csv")
        visits[vehicle].append(
            Visit(
                vehicle,
                len(visits[vehicle]) + 1,
                factory,
                row.whole("arrive_s"),
                row.whole("leave_s"),
                _pieces(row, "picked", instance),
                _pieces(row, "delivered", instance),
            )
        )
    return {vehicle: visits[vehicle] for vehicle in instance.vehicles}


def _pieces(row: Row, column: str, instance: Instance) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    for name in row.fields[column].split():
        if name in instance.orders:
            whole = instance.orders[name].pieces
            pieces += whole if column == "picked" else reversed(whole)
        elif name in instance.pieces:
            pieces.append(instance.pieces[name])
        else:
            raise row.wrong(
                column, f"names {quoted(name)}, which is neither an order nor a piece of instance {instance.name}"
            )
    return tuple(pieces)
