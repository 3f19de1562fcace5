"""The tables of a run that are written as Parquet, and their columns."""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import msgspec

from spine.energy import MASS_PER_CARGO_UNIT_T
from spine.experiments.order_line import COLUMNS, TIMES, OrderLine
from spine.experiments.order_results import OrderResults, row_of
from spine.experiments.parquet import Column, ColumnType, ParquetTable
from spine.experiments.site_places import NOWHERE, SitePlace
from spine.experiments.visits import SiteVisit
from spine.world import World
from spine.world.activities import DUTY_OF, Activity

_TEXT, _NUMBER, _COUNT, _JSON, _TIME = (
    ColumnType.TEXT,
    ColumnType.NUMBER,
    ColumnType.COUNT,
    ColumnType.JSON,
    ColumnType.TIME,
)

_TEXTS = ("order_id", "status", "reason", "vehicle", "origin", "origin_name", "destination", "destination_name")


def _type_of(column: str) -> ColumnType:
    if column in TIMES:
        return _TIME
    return _TEXT if column in _TEXTS else _COUNT if column == "parts" else _NUMBER


ORDERS: Final = (*(Column(name, _type_of(name)) for name in COLUMNS), Column("attributes", _JSON))
"""As `orders.csv`, the attributes in one column: an object of texts."""

ORDER_PARTS: Final = (Column("whole", _TEXT), *ORDERS)

LEGS: Final = (
    Column("truck", _TEXT),
    Column("start", _TIME),
    Column("end", _TIME),
    Column("from_node", _COUNT),
    Column("to_node", _COUNT),
    Column("purpose", _TEXT),
    Column("metres", _NUMBER),
    Column("litres", _NUMBER),
    Column("load_t", _NUMBER),
)
"""Every drive; one that goes on has no `end`."""

STOPS: Final = (
    Column("truck", _TEXT),
    Column("site", _TEXT),
    Column("site_name", _TEXT),
    Column("task", _TEXT),
    Column("arrived", _TIME),
    Column("docked", _TIME),
    Column("left", _TIME),
    Column("waited_s", _NUMBER),
    Column("orders", _JSON),
)
"""Every visit to a dock; one that goes on has not `left`."""

DUTIES: Final = (
    Column("truck", _TEXT),
    Column("start", _TIME),
    Column("end", _TIME),
    Column("activity", _TEXT),
    Column("duty", _TEXT),
    Column("node", _COUNT),
)
"""Everything trucks do, one after the other; what goes on has no `end`."""

EVENTS: Final = (
    Column("time", _TIME),
    Column("type", _TEXT),
    Column("truck", _TEXT),
    Column("order", _TEXT),
    Column("facility", _TEXT),
    Column("data", _JSON),
)
"""Every event; what it holds besides is an object in `data`."""

_NAMES: Final = {
    "agent_id": "truck",
    "package_id": "order",
    "order_id": "order",
    "site_id": "facility",
    "building_id": "facility",
    "station_id": "facility",
}
"""Fields of events that have columns of their own."""


def tables_of(
    world: World,
    orders: OrderResults,
    places: Mapping[str, SitePlace],
    log: Path | None,
) -> Iterator[ParquetTable]:
    """Yield the tables of a run.

    Args:
        world: at the end of the run, with a trace.
        orders: with visits that were kept.
        places: names of sites, by id.
        log: the event log; None when there is none, and then no table of events.
    """
    yield ParquetTable("orders", ORDERS, (_order(line, places) for line in orders.orders))
    yield ParquetTable("order_parts", ORDER_PARTS, ((whole, *_order(line, places)) for whole, line in orders.parts))
    trace = world.trace()
    yield ParquetTable(
        "legs",
        LEGS,
        (
            (
                leg.truck,
                leg.start,
                leg.end,
                leg.from_node,
                leg.to_node,
                leg.purpose,
                leg.metres,
                leg.litres,
                leg.load * MASS_PER_CARGO_UNIT_T,
            )
            for leg in trace.legs
        ),
    )
    visits = (*orders.visits.done, *orders.visits.present.values())
    yield ParquetTable("stops", STOPS, (_stop(visit, places) for visit in visits))
    yield ParquetTable(
        "duties",
        DUTIES,
        (
            (spell.truck, spell.start, spell.end, spell.activity.value, _duty(spell.activity), spell.node)
            for spell in trace.spells
        ),
    )
    if log is not None:
        yield ParquetTable("events", EVENTS, _events(log))


def _order(line: OrderLine, places: Mapping[str, SitePlace]) -> tuple[object, ...]:
    return (*row_of(line, places, ()).values(), dict(line.attributes))


def _stop(visit: SiteVisit, places: Mapping[str, SitePlace]) -> tuple[object, ...]:
    name = places.get(visit.site, NOWHERE).name
    times = (visit.arrived, visit.docked, visit.left, visit.waited_s)
    return visit.truck, visit.site, name, visit.task.value, *times, visit.orders


def _duty(activity: Activity) -> str | None:
    """Return what an activity counts as for the driver's hours; None where it is not the activity that decides."""
    if activity is Activity.DRIVING:
        return "driving"
    if activity is Activity.RESTING:
        return "rest"
    duty = DUTY_OF.get(activity)
    return None if duty is None else duty.value


def _events(log: Path) -> Iterator[tuple[object, ...]]:
    with gzip.open(log, "rb") as lines:
        for line in lines:
            fields = msgspec.json.decode(line, type=dict[str, object])
            time, kind = fields.pop("time"), fields.pop("type")
            fields.pop("at", None)
            own: dict[str, object] = dict.fromkeys(("truck", "order", "facility"))
            for name in [name for name in fields if name in _NAMES]:
                own[_NAMES[name]] = fields.pop(name)
            yield float(str(time)), kind, *own.values(), fields
