"""`Runnable`: what an engine process can run - a live world, or a recording played back."""

from __future__ import annotations

from typing import Protocol

import msgspec

from spine.engine.request import Outcome, PreparedAction
from spine.engine.run_state import Pace
from spine.ipc import MOST_ROWS, Message
from spine.protocol.encode import Json
from spine.world import WorldProblem


class Runnable(Protocol):
    """A live world or a recording of one: what an engine ticks, and clients talk to."""

    pace: Pace
    paused: bool
    identity: str
    tick_number: int

    @property
    def active(self) -> bool:
        """Whether it is to be ticked."""

    @property
    def agent_count(self) -> int:
        """How many agents a snapshot shows."""

    @property
    def progress(self) -> tuple[float, int]:
        """Figures that move while a tick, a snapshot or a listing is being made; may be read from another thread."""

    @property
    def wall_s(self) -> float:
        """Simulated seconds since day 1, 0:00."""

    def prepare(self, client: int, text: str | bytes) -> PreparedAction:
        """Understand what a client sent."""

    def act(self, prepared: PreparedAction) -> Outcome:
        """Carry out what has been prepared."""

    def refuse(self, prepared: PreparedAction, reason: str) -> Outcome:
        """Do not carry out what has been prepared, and say why."""

    def tick(self) -> list[Message]:
        """Advance by one tick."""

    def connect(self, client: int) -> list[Message]:
        """Take note of a client and return its snapshot."""

    def disconnect(self, client: int) -> None:
        """Forget a client."""

    def query(self, what: str, after_s: float | None = None, most: int = MOST_ROWS) -> Json | msgspec.Raw:
        """Return the answer to a question over HTTP; `after_s` and `most` are those of `series_of`."""

    def problems(self) -> tuple[WorldProblem, ...]:
        """Return why the world can never deliver anything, empty when it can."""

    def status(self) -> Json:
        """Return what the server process keeps for health, metrics and logs."""
