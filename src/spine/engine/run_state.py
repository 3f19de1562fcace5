"""Stopped, running or paused, and at which pace: the actions that live worlds and recordings have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from spine.engine.request import Request
from spine.errors import ProtocolError
from spine.ipc import EVERYBODY, Message
from spine.protocol import actions
from spine.protocol.encode import Json


@dataclass(slots=True)
class Pace:
    """Ticks per real second and simulated seconds per real second."""

    tick_rate: int = 20
    speed: float = 1.0

    @property
    def dt(self) -> float:
        """Simulated seconds per tick."""
        return self.speed / self.tick_rate

    def as_json(self) -> Json:
        """Return SimulationParams."""
        return {"tick_rate": self.tick_rate, "speed": self.speed}


class RunState(ABC):
    """What can be started, paused, resumed and stopped.

    Args:
        pace: how fast it goes.
        running: whether it runs.
    """

    not_running: ClassVar[str] = "the simulation is not running"
    not_paused: ClassVar[str] = "the simulation is not paused"

    def __init__(self, pace: Pace, *, running: bool) -> None:
        self.pace = pace
        self.running = running
        self.paused = False

    @property
    def active(self) -> bool:
        """Whether it goes on."""
        return self.running and not self.paused

    @property
    def run_state(self) -> str:
        """`stopped`, `running` or `paused`."""
        return "paused" if self.paused else "running" if self.running else "stopped"

    @abstractmethod
    def snapshot(self, receiver: int) -> list[Message]:
        """Return what a newcomer needs."""

    def start(self, params: actions.SimulationStart, call: Request) -> None:
        """Carry out `simulation.start`."""
        self._set_pace(params)
        self.running, self.paused = True, False
        call.answer("simulation.started", self.pace.as_json())

    def stop(self, _: actions.SimulationStop, call: Request) -> None:
        """Carry out `simulation.stop`."""
        self.running = self.paused = False
        call.answer("simulation.stopped", {})
        call.messages += self.snapshot(EVERYBODY)

    def pause(self, params: actions.SimulationPause, call: Request) -> None:
        """Carry out `simulation.pause`."""
        if self.running:
            self.paused = True
            call.answer("simulation.paused", {})
        else:
            _refuse(call, f"{params.action}: {self.not_running}")

    def resume(self, params: actions.SimulationResume, call: Request) -> bool:
        """Carry out `simulation.resume`; return whether it goes on from here."""
        if not self.paused:
            _refuse(call, f"{params.action}: {self.not_paused}")
            return False
        self.paused = False
        call.answer("simulation.resumed", {})
        return True

    def update_pace(self, params: actions.SimulationUpdate, call: Request) -> None:
        """Carry out `simulation.update`."""
        self._set_pace(params)
        call.answer("simulation.updated", self.pace.as_json())

    def _set_pace(self, params: actions.SimulationStart | actions.SimulationUpdate) -> None:
        if params.tick_rate is not None:
            self.pace.tick_rate = params.tick_rate
        if params.speed is not None:
            self.pace.speed = max(actions.SLOWEST_SPEED, params.speed)


def _refuse(call: Request, reason: str) -> None:
    """Refuse a pause or resume without effect: only a sender who correlates answers hears of it.

    Raises:
        ProtocolError: the sender does.
    """
    if call.action.request_id is not None:
        raise ProtocolError(reason)
