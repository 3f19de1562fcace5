"""What a run leaves on disk: `summary.json`, `events.jsonl.gz`, `scenario.yaml`, `time_series.csv` and one table per kind of thing."""

from __future__ import annotations

import csv
import gzip
import io
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

import msgspec

from spine.errors import StorageError
from spine.experiments.cost_results import Accounts
from spine.experiments.cost_tables import DAY_COLUMNS, VEHICLE_COLUMNS, day_rows, vehicle_rows
from spine.experiments.order_line import TIMES
from spine.experiments.order_results import OrderResults
from spine.experiments.site_places import place_table, site_places
from spine.files import FOR_ALL, write_whole
from spine.scenario.places import PlaceBook
from spine.world import SAMPLE_COLUMNS, World
from spine.world.calendar import Calendar
from spine.world.events import Event
from spine.world.facility_kinds import KINDS

NO_PLACES = PlaceBook()
EVENTS_FILE = "events.jsonl.gz"
_PARTIAL = ".events.jsonl.gz.part"


def event_line(event: Event, calendar: Calendar) -> bytes:
    """Return an event as one JSON line.

    It has `time` in simulated seconds, `at` as ISO 8601 when the calendar has dates, `type` named as on the wire, then its ids and figures.
    """
    fields = msgspec.to_builtins(event)
    time = fields.pop("time")
    dated = {"at": calendar.iso(time)} if calendar.is_dated else {}
    return msgspec.json.encode({"time": time, **dated, "type": event.type_name, **fields}) + b"\n"


class EventLog:
    """The event log of a run in a directory; it is there whole when the run has ended, however it ended.

    Args:
        folder: made when missing; the log of an earlier run in it is replaced at the end.
        calendar: of the world whose events they are.

    Raises:
        StorageError: it cannot be written to; so do the methods.
    """

    def __init__(self, folder: Path, calendar: Calendar) -> None:
        self.folder = folder
        self._calendar = calendar
        with _storage_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
            self._raw = (folder / _PARTIAL).open("wb")
        # No name and no time stamp in the header: the same run gives the same bytes.
        self._packed = gzip.GzipFile(filename="", mode="wb", fileobj=self._raw, mtime=0, compresslevel=5)

    def __enter__(self) -> EventLog:  # noqa: PYI034 - typing.Self needs Python 3.11
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with _storage_errors(self.folder), self._raw:
            self._packed.close()
            self._raw.flush()
            os.fsync(self._raw.fileno())
            (self.folder / _PARTIAL).replace(self.folder / EVENTS_FILE)

    def add(self, events: Iterable[Event]) -> None:
        """Append events."""
        with _storage_errors(self.folder):
            self._packed.write(b"".join(event_line(event, self._calendar) for event in events))


def write_results(
    folder: Path,
    world: World,
    summary: Mapping[str, object],
    orders: OrderResults,
    scenario: str | None = None,
    listed: PlaceBook = NO_PLACES,
    accounts: Accounts | None = None,
) -> None:
    """Write the summary, the orders, the scenario (YAML) when there is one, the time series and the tables, each file atomically.

    Args:
        listed: the places of a planner's lists.
        accounts: what the run cost, also in the lines of the orders; None when nothing is known of it.

    Raises:
        StorageError: the folder, made when missing, cannot be written to.
    """
    calendar = world.config.calendar
    at = ("at",) if calendar.is_dated else ()
    series = [(sample.time, *(calendar.iso(sample.time) for _ in at), *sample.values) for sample in world.time_series()]
    places = site_places(world.network, listed)
    files = {
        "summary.json": msgspec.json.format(msgspec.json.encode(summary), indent=2) + b"\n",
        "time_series.csv": _csv(("time", *at, *SAMPLE_COLUMNS), series),
        "orders.csv": _table(orders.columns(), _dated(orders.rows(places), calendar)),
        "order_parts.csv": _table(["whole", *orders.columns()], _dated(orders.part_rows(places), calendar)),
        "places.csv": _table(*place_table(world.network, listed)),
        "trucks.csv": _table(world.truck_columns(), world.truck_figures()),
        **{
            f"{declaration.table}.csv": _table(world.facility_columns(kind), world.facility_figures(kind))
            for kind, declaration in KINDS.items()
        },
    }
    if accounts is not None and accounts.costs is not None:
        files["costs.csv"] = _table(VEHICLE_COLUMNS, vehicle_rows(accounts))
        files["costs_by_day.csv"] = _table(DAY_COLUMNS, day_rows(accounts))
    if scenario is not None:
        files["scenario.yaml"] = scenario.encode()
    with _storage_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in files.items():
            write_whole(folder / name, [data], mode=FOR_ALL)


@contextmanager
def _storage_errors(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageError(f"{folder}: cannot be written to ({error.strerror or error})") from None


def _dated(rows: Iterable[Mapping[str, object]], calendar: Calendar) -> Iterator[Mapping[str, object]]:
    """Yield rows of the table of orders with dates instead of simulated seconds, where there are some."""
    for row in rows:
        times = {name: time for name in TIMES if isinstance(time := row[name], float)} if calendar.is_dated else {}
        yield {**row, **{name: calendar.iso(time) for name, time in times.items()}}


def _table(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> bytes:
    return _csv(columns, [[row[column] for column in columns] for row in rows])


def _csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode()
