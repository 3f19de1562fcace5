"""An instance as a scenario: a matrix instead of roads, docks, last in, first out, and a dispatcher that decides every ten minutes.

The matrix and the factories are the files of the benchmark as they are. Orders are written anew, because their times are times of day
without a day, and because those larger than a truck are cut into truckloads here, piece by piece: the scenario could split them
only into equal parts.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from benchmarks.dpdp.instance import DAY_S, Instance, Order, Piece

APPROACH_MIN = 30
"""Time of every visit to a dock besides loading and unloading."""

MINUTES_PER_PALLET = 4
DECISION_S = 600.0
SECONDS_PER_KM = 120.0
"""About how long a kilometre takes: what turns the score's price of a kilometre into one of time."""

LATE_SCORE_PER_S = 10_000.0 / 3600.0


@dataclass(frozen=True)
class Written:
    """A scenario that has been written.

    Attributes:
        path: of the scenario file.
        pieces: by the id of an order of the scenario, in the order in which they are loaded.
    """

    path: Path
    pieces: dict[str, tuple[Piece, ...]]


def write_scenario(data: Path, instance: Instance, folder: Path, policy: str, parameters: dict[str, Any]) -> Written:
    """Write the scenario of an instance into a folder.

    Args:
        data: the folder with `factory_info.csv` and `route_info.csv`.
        instance: what is to be run.
        folder: where to write.
        policy: name of the dispatcher.
        parameters: its parameters.
    """
    pieces: dict[str, tuple[Piece, ...]] = {}
    with (folder / "orders.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("id", "origin", "destination", "pallets", "known_from", "latest_delivery"))
        for order in instance.orders.values():
            loads = truckloads(order, instance.capacity)
            for number, load in enumerate(loads, 1):
                name = order.id if len(loads) == 1 else f"{order.id}/{number}"
                pieces[name] = load
                pallets = sum(piece.size for piece in load)
                times = (_moment(order.created_s), _moment(order.due_s))
                rows.writerow((name, order.pickup, order.delivery, pallets, *times))
    ways = {"from": "start_factory_id", "to": "end_factory_id", "distance_km": "distance", "time_s": "time"}
    per_pallet = {f"{side}_service_min_per_pallets": MINUTES_PER_PALLET for side in ("pickup", "delivery")}
    scenario = {
        "name": f"dpdp {instance.name}",
        "start_time_h": 0,
        "map": {"matrix": {"path": str((data / "route_info.csv").absolute()), "columns": ways}},
        "places": {
            "files": [
                {
                    "path": str((data / "factory_info.csv").absolute()),
                    "columns": {"id": "factory_id", "docks": "port_num"},
                    "defaults": {"fixed_handling_min": APPROACH_MIN},
                }
            ]
        },
        "fleet": [
            {
                "count": 1,
                "name": vehicle.id,
                "start_site": vehicle.start,
                "loading": "lifo",
                "capacities": {"pallets": vehicle.capacity},
                "fuel_tank_capacity_l": 5000,
            }
            for vehicle in instance.vehicles.values()
        ],
        "orders": {"files": [{"path": "orders.csv", "defaults": per_pallet}]},
        "policies": {
            "hours": "unlimited",
            "orders_expire": False,
            "combined_visits": True,
            "dispatch": {"name": policy, "parameters": parameters},
        },
    }
    path = folder / "scenario.yaml"
    path.write_text(yaml.safe_dump(scenario, sort_keys=False), encoding="utf-8")
    return Written(path, pieces)


def parameters_for(instance: Instance, policy: str) -> dict[str, Any]:
    """Return what a dispatcher is told of the goals of the benchmark."""
    if policy != "rolling_horizon":
        return {}
    return {
        "every_s": DECISION_S,
        "late_weight": LATE_SCORE_PER_S * SECONDS_PER_KM * len(instance.vehicles),
        "late_at_arrival": True,
        "keep_destination": True,
    }


def truckloads(order: Order, capacity: float) -> list[tuple[Piece, ...]]:
    """Return the pieces of an order, cut into loads that fit a truck where all together do not."""
    loads: list[list[Piece]] = [[]]
    for piece in order.pieces:
        if sum(loaded.size for loaded in loads[-1]) + piece.size > capacity:
            loads.append([])
        loads[-1].append(piece)
    return [tuple(load) for load in loads]


def _moment(seconds: int) -> str:
    """Return a time of the run as order lists write it."""
    day, of_day = divmod(seconds, DAY_S)
    return f"day {day + 1} {of_day // 3600:02d}:{of_day // 60 % 60:02d}:{of_day % 60:02d}"
