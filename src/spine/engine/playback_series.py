"""The time series of a recording: the figures that were recorded every few seconds, gathered block by block."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

import msgspec
import numpy as np

from spine.engine.series import Row
from spine.errors import StorageError
from spine.ipc import SUMMARY_KEY
from spine.protocol.positions import decode_positions
from spine.storage.recording import Recording
from spine.world import SAMPLE_COLUMNS
from spine.world.activities import Activity

WORK_S: Final = 0.05
"""Reading ahead stops after this long, real seconds, so that the playback does not stall."""


class RecordedSeries:
    """Finds the rows of a recording, a stretch at each look; what has been found is kept.

    Args:
        recording: where they are.
        clock: real seconds.
    """

    def __init__(self, recording: Recording, clock: Callable[[], float] = time.perf_counter) -> None:
        self._recording = recording
        self._clock = clock
        self._next = 0
        self._rows: list[Row] = []

    def until(self, now_s: float) -> tuple[list[Row], bool]:
        """Return the rows up to a time of the recording that have been found, and whether those are all."""
        deadline = self._clock() + WORK_S
        while not self._reaches(now_s) and self._clock() < deadline:
            self._read_on()
        return [row for row in self._rows if row[0] <= now_s], self._reaches(now_s)

    def _reaches(self, now_s: float) -> bool:
        return self._next >= self._recording.blocks or self._recording.begin_of(self._next) > now_s

    def _read_on(self) -> None:
        number, self._next = self._next, self._next + 1
        try:
            block = self._recording.read(number)
        except StorageError:
            # The playback complains of damage when it comes there.
            return
        positions: bytes | None = None
        for moment in block.moments:
            for body, key in moment.parts:
                if key == "positions":
                    positions = body
                elif key == SUMMARY_KEY:
                    self._rows.append((moment.time, _values(body, positions)))


def _values(figures: bytes, positions: bytes | None) -> tuple[float | None, ...]:
    """Return the figures of a row; how many trucks do what is known from a position frame."""
    found: dict[str, float | None] = msgspec.json.decode(figures)
    if positions is not None:
        counts = np.bincount(decode_positions(positions).activity, minlength=len(Activity))
        found |= {
            f"trucks_{activity.value}": float(count) for activity, count in zip(Activity, counts.tolist(), strict=False)
        }
    return tuple(found.get(name) for name in SAMPLE_COLUMNS)
