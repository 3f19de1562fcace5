"""Running an instance: the scenario is simulated until everything is delivered, and its events become a visit log."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.dpdp.instance import Instance, Piece
from benchmarks.dpdp.scenario import DECISION_S, parameters_for, write_scenario
from benchmarks.dpdp.visit_log import Visit
from spine.scenario.scenario import Scenario
from spine.world.events import Event, HandlingFinished, HandlingStarted, PackageDelivered, PackagePickedUp

LONGEST_S = 30 * 86_400.0
"""A run that has not delivered everything by then ends without."""

COLUMNS = ("vehicle", "factory", "arrive_s", "leave_s", "picked", "delivered")


@dataclass
class _Stay:
    """A truck at a dock, until it leaves."""

    factory: str
    arrived: float
    left: float = 0.0
    picked: list[Piece] = field(default_factory=list)
    delivered: list[Piece] = field(default_factory=list)


def run_instance(data: Path, instance: Instance, policy: str) -> dict[str, list[Visit]]:
    """Run an instance and return the visits of every vehicle.

    Args:
        data: the folder of the benchmark.
        instance: what is run.
        policy: name of the dispatcher.
    """
    with TemporaryDirectory() as folder:
        written = write_scenario(data, instance, Path(folder), policy, parameters_for(instance, policy))
        world = Scenario.load(written.path).build()
    book = LogBook(written.pieces)
    while world.now < LONGEST_S:
        book.read(world.advance_to(world.now + DECISION_S))
        if not world.packages() and not world.announced_packages():
            break
    return book.visits(instance)


class LogBook:
    """Makes visits of events.

    Args:
        pieces: of every order of the scenario.
    """

    def __init__(self, pieces: dict[str, tuple[Piece, ...]]) -> None:
        self._pieces = pieces
        self._stays: dict[str, list[_Stay]] = {}
        self._begun: dict[str, tuple[float, float, float]] = {}
        self._handled: dict[str, list[tuple[bool, str]]] = {}

    def read(self, events: Iterable[Event]) -> None:
        """Read what has happened."""
        for event in events:
            if isinstance(event, HandlingStarted):
                self._begun[event.agent_id] = (event.time - event.waited_s, event.time, event.duration_s)
                self._handled[event.agent_id] = []
            elif isinstance(event, PackagePickedUp):
                self._handled[event.agent_id].append((True, event.package_id))
            elif isinstance(event, PackageDelivered):
                self._handled[event.agent_id].append((False, event.package_id))
            elif isinstance(event, HandlingFinished):
                self._finish(event)

    def _finish(self, event: HandlingFinished) -> None:
        arrived, begun, duration = self._begun.pop(event.agent_id)
        handled = self._handled.pop(event.agent_id)
        stays = self._stays.setdefault(event.agent_id, [])
        service = sum(piece.handling_s for _, name in handled for piece in self._pieces[name])
        # Without the approach to the dock it is the second task of the visit under way.
        if abs(duration - service) > 1.0 or not stays or stays[-1].left != begun:
            stays.append(_Stay(event.site_id, arrived))
        stay = stays[-1]
        stay.left = event.time
        for pickup, name in handled:
            if pickup:
                stay.picked += self._pieces[name]
            else:
                stay.delivered += reversed(self._pieces[name])

    def visits(self, instance: Instance) -> dict[str, list[Visit]]:
        """Return the visits of every vehicle."""
        return {
            vehicle: [
                Visit(
                    vehicle,
                    number,
                    stay.factory,
                    round(stay.arrived),
                    round(stay.left),
                    tuple(stay.picked),
                    tuple(stay.delivered),
                )
                for number, stay in enumerate(self._stays.get(f"{vehicle}-0001", ()), 1)
            ]
            for vehicle in instance.vehicles
        }


def write_log(path: Path, visits: dict[str, list[Visit]]) -> None:
    """Write a visit log."""
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(COLUMNS)
        for of_vehicle in visits.values():
            for visit in of_vehicle:
                picked, delivered = (
                    " ".join(piece.id for piece in pieces) for pieces in (visit.picked, visit.delivered)
                )
                rows.writerow((visit.vehicle, visit.factory, visit.arrive_s, visit.leave_s, picked, delivered))
