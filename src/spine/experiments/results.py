"""What a run leaves on disk: `summary.json`, `events.jsonl.gz`, `time_series.csv` and one table per kind of thing."""

from __future__ import annotations

import csv
import gzip
import io
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType

import msgspec

from spine.errors import StorageError
from spine.scenario.maps import write_atomically
from spine.world import SAMPLE_COLUMNS, World
from spine.world.events import Event

_PARTIAL = ".events.jsonl.gz.part"


def event_line(event: Event) -> bytes:
    """Return an event as one JSON line: `time` in simulated seconds, `type` named as on the wire, then its ids and figures."""
    fields = msgspec.to_builtins(event)
    time = fields.pop("time")
    return msgspec.json.encode({"time": time, "type": event.type_name, **fields}) + b"\n"


class RunDirectory:
    """A directory being filled by a run; the event log is there whole when the run has ended, however it ended.

    Args:
        path: made when missing; files of an earlier run in it are replaced.

    Raises:
        StorageError: it cannot be written to.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            path.mkdir(parents=True, exist_ok=True)
            self._raw = (path / _PARTIAL).open("wb")
        except OSError as error:
            raise StorageError(f"{path}: cannot be written to ({error.strerror})") from None
        # No name and no time stamp in the header: the same run gives the same bytes.
        self._events = gzip.GzipFile(filename="", mode="wb", fileobj=self._raw, mtime=0, compresslevel=5)

    def __enter__(self) -> RunDirectory:  # noqa: PYI034 - typing.Self needs Python 3.11
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._events.close()
        self._raw.flush()
        os.fsync(self._raw.fileno())
        self._raw.close()
        (self.path / _PARTIAL).replace(self.path / "events.jsonl.gz")

    def add_events(self, events: Iterable[Event]) -> None:
        """Append events to the log."""
        self._events.write(b"".join(event_line(event) for event in events))

    def write_results(self, world: World, summary: Mapping[str, object]) -> None:
        """Write the summary, the time series and the tables."""
        write_atomically(
            self.path / "summary.json", msgspec.json.format(msgspec.json.encode(summary), indent=2) + b"\n"
        )
        series = [(sample.time, *sample.values) for sample in world.time_series()]
        write_atomically(self.path / "time_series.csv", _csv(("time", *SAMPLE_COLUMNS), series))
        tables = {
            "trucks": world.truck_figures(),
            **{f"{kind}s": world.facility_figures(kind) for kind in ("site", "station", "parking")},
        }
        for name, rows in tables.items():
            columns = list(rows[0]) if rows else ["id"]
            write_atomically(
                self.path / f"{name}.csv", _csv(columns, [[row[column] for column in columns] for row in rows])
            )


def _csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode()
