"""Orders that a scenario lists: how they come into the world, and a line in the results for every one of them."""

from __future__ import annotations

import csv
import gzip
import json
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from spine import Simulation
from spine.errors import OrderError, ScenarioError
from spine.scenario import Scenario
from spine.world import World
from spine.world.views import PackageView
from support.towns import town


def listed(scenario: Scenario) -> dict[str, PackageView]:
    """Return the orders of a new world by id, known or not yet."""
    world = scenario.build()
    return {order.id: order for order in (*world.packages(), *world.announced_packages())}


def test_an_order_has_what_its_line_says(tmp_path: Path) -> None:
    """Mass in tonnes, further quantities, windows by the calendar, service times, requirements, priority, revenue."""
    (tmp_path / "orders.csv").write_text(
        "id;origin;destination;mass_t;pallets;known_from;pickup_windows;latest_delivery;pickup_service_min;"
        "delivery_service_min_per_pallets;requirements;priority;revenue\n"
        "A;depot;shop;1,5;4;2026-03-28 08:00;2026-03-28T09:00/2026-03-28T10:00 2026-03-28T12:00/2026-03-28T13:00;"
        "2026-03-29 12:00;10;2;cooling;HIGH;120,50\n"
    )
    dated = "start: 2026-03-28T06:00\ntime_zone: Europe/Warsaw\n"
    scenario = town(tmp_path, 'orders: {files: [{path: orders.csv, decimal: ","}]}', more=dated)
    (order,) = listed(scenario).values()
    assert (order.id, order.origin_site, order.destination_site) == ("A", "depot", "shop")
    assert (order.size, order.others) == (15.0, {"pallets": 4.0})
    assert order.created == 2 * 3600.0
    assert order.pickup_windows == ((3 * 3600.0, 4 * 3600.0), (6 * 3600.0, 7 * 3600.0))
    # Of thirty hours by the clock, the night has eaten one.
    assert order.delivery_deadline == 29 * 3600.0
    assert (order.pickup_service_s, order.delivery_service_s) == (600.0, 480.0)
    assert (order.requirements, order.priority, order.value) == (("cooling",), "HIGH", 120.5)


def test_what_a_line_leaves_open_is_open(tmp_path: Path) -> None:
    """Without times it is known at once and may come at any time; loading has no more time than unloading."""
    orders = listed(
        town(
            tmp_path,
            "orders:\n  list:\n"
            "    - {id: A, origin: depot, destination: shop, pallets: 3}\n"
            '    - {id: B, origin: depot, destination: far, mass_t: 1, latest_delivery: "15:00"}\n',
            more="start_time_h: 6",
        )
    )
    assert orders["A"].size == 0.0
    assert orders["A"].created == 0.0
    assert orders["A"].pickup_deadline > 20 * 365 * 86_400.0
    assert orders["B"].pickup_deadline == orders["B"].delivery_deadline == 9 * 3600.0


def test_the_sites_send_nothing_of_their_own_unless_they_are_asked_to(tmp_path: Path) -> None:
    """Beside a list there is random demand only where the scenario says so."""
    book = "orders:\n  list: [{id: A, origin: depot, destination: shop, pallets: 3}]\n"
    for text, alone in ((book, True), (f"{book}  random_demand: true\n", False), ("", False)):
        world = town(tmp_path, text).build()
        world.advance_to(6 * 3600.0)
        assert (world.package_counts().generated <= 1) == alone


def test_an_order_larger_than_every_truck_is_split_only_if_it_may_be(tmp_path: Path) -> None:
    """Into as many equal parts as the truck needs that needs fewest; in every quantity each part fits."""
    big = "origin: depot, destination: shop, mass_t: 20, pallets: 40"
    text = (
        "orders:\n  list:\n"
        f"    - {{id: Whole, {big}}}\n"
        f"    - {{id: Parts, {big}, may_split: true}}\n"
        "    - {id: Small, origin: depot, destination: shop, mass_t: 1, may_split: true}\n"
        f"    - {{id: Cold, {big}, requirements: cooling, may_split: true}}\n"
        f"    - {{id: Nobody, {big}, requirements: crane, may_split: true}}\n"
    )
    simulation = Simulation.from_scenario(town(tmp_path, text)).run(hours=48, out=tmp_path / "out")
    rows = {str(row["order_id"]): row for row in simulation.orders()}
    with (tmp_path / "out/order_parts.csv").open() as file:
        parts = {row["order_id"]: row for row in csv.DictReader(file)}
    assert list(rows) == ["Whole", "Parts", "Small", "Cold", "Nobody"]
    # 20 t in trucks of 6 t; 40 pallets in cold ones of 12, which carry 4 t.
    assert list(parts) == [*(f"Parts/{n}" for n in range(1, 5)), *(f"Cold/{n}" for n in range(1, 6))]
    assert [row["parts"] for row in rows.values()] == [1, 4, 1, 5, 1]
    assert (rows["Whole"]["status"], rows["Whole"]["reason"]) == ("not_served", "capacity: mass, pallets")
    assert rows["Nobody"]["status"] == "not_served"
    assert rows["Nobody"]["reason"] == "capacity: mass, pallets; skill: crane"
    assert {row["status"] for row in parts.values()} | {rows["Small"]["status"]} == {"delivered"}
    assert {row["vehicle"] for name, row in parts.items() if name.startswith("Cold/")} == {"cold-0001"}
    for whole in ("Parts", "Cold"):
        of = [row for row in parts.values() if row["whole"] == whole]
        assert rows[whole]["delivered"] == max(float(row["delivered"]) for row in of)
        assert rows[whole]["vehicle"] == "|".join(dict.fromkeys(row["vehicle"] for row in of))


def _book(folder: Path) -> None:
    """Write a day of forty orders, some of which cannot be served."""
    with (folder / "orders.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(
            ["id", "origin", "destination", "mass_t", "known_from", "latest_pickup", "latest_delivery", "requirements"]
        )
        for number in range(40):
            hour = 6 + number % 12
            needs = "crane" if number % 13 == 5 else "cooling" if number % 7 == 3 else ""
            to = ("shop", "far")[number % 2]
            latest = f"2026-03-28 {hour + 3:02d}:00"
            table.writerow(
                [f"N{number}", "depot", to, 0.5 + number % 9, f"2026-03-28 {hour:02d}:00", latest, latest, needs]
            )
        table.writerow(["Late", "depot", "shop", 1, "2026-03-28 19:45", "2026-03-28 23:00", "2026-03-28 23:30", ""])


def test_every_order_has_a_line_that_agrees_with_the_events(tmp_path: Path) -> None:
    """Outcome, reason, vehicle, times and lateness, worked out again from the event log; sums as in the summary."""
    _book(tmp_path)
    scenario = town(tmp_path, "orders: {files: [{path: orders.csv}]}", more="start: 2026-03-28T06:00+01:00")
    simulation = Simulation.from_scenario(scenario).run(hours=14, out=tmp_path / "out")
    with (tmp_path / "out/orders.csv").open() as file:
        rows = {row["order_id"]: row for row in csv.DictReader(file)}
    with (tmp_path / "orders.csv").open() as file:
        assert list(rows) == [row["id"] for row in csv.DictReader(file)]
    expected: dict[str, dict[str, Any]] = {name: {"status": "open", "vehicle": ""} for name in rows}
    with gzip.open(tmp_path / "out/events.jsonl.gz", "rt") as log:
        for event in map(json.loads, log):
            known = expected.get(event.get("package_id") or event.get("order_id", ""), {})
            match event["type"]:
                case "package.assigned":
                    known["vehicle"] = event["agent_id"]
                case "package.reoffered":
                    known["vehicle"] = ""
                case "package.picked_up":
                    known["picked_up"] = event["at"]
                case "package.delivered":
                    known |= {"delivered": event["at"], "status": "delivered" if event["on_time"] else "late"}
                case "package.expired":
                    known["status"] = "not_served"
                case "order.refused":
                    known["status"] = "not_served"
                case "order.not_served":
                    known["reason"] = event["reason"]
    for name, row in rows.items():
        known = {"reason": "", "picked_up": "", "delivered": "", **expected[name]}
        assert {column: row[column] for column in known} == known, name
        if row["delivered"]:
            late = datetime.fromisoformat(row["delivered"]) - datetime.fromisoformat(row["latest_delivery"])
            assert abs(max(timedelta(0), late) - timedelta(seconds=float(row["lateness_s"]))) <= timedelta(seconds=1)
    counts = Counter(row["status"] for row in rows.values())
    summary = simulation.summary()
    assert counts["delivered"] + counts["late"] == summary["packages_delivered"]
    assert counts["delivered"] == summary["packages_on_time"]
    assert counts["not_served"] == summary["packages_expired"] + summary["packages_rejected"]
    assert rows["Late"]["status"] == "open"
    # Those that need a crane.
    assert {rows[f"N{number}"]["status"] for number in (5, 18, 31)} == {"not_served"}
    assert rows["N5"]["reason"] == "skill: crane"


def test_orders_are_part_of_a_served_world_and_its_checkpoints(tmp_path: Path) -> None:
    """Known and announced ones go on after a restart as without one."""
    _book(tmp_path)
    scenario = town(tmp_path, "orders: {files: [{path: orders.csv}]}", more="start: 2026-03-28T06:00+01:00")
    world = scenario.build()
    world.advance_to(3 * 3600.0)
    again = World.load(world.dump())
    assert again.advance_to(14 * 3600.0) == world.advance_to(14 * 3600.0)


@pytest.mark.parametrize(
    ("order", "words"),
    [
        ("id: A, origin: depo, destination: shop, mass_t: 1", "orders.list, row 1: origin: there is no site 'depo'"),
        (
            "id: A, origin: depot, destination: shops, mass_t: 1",
            "orders.list, row 1: destination: there is no site 'shops'",
        ),
        ("id: pkg-1, origin: depot, destination: shop, mass_t: 1", "'pkg-1' begins with 'pkg-'"),
        (
            "id: A, origin: depot, destination_latitude: 50, destination_longitude: 20, mass_t: 1",
            "this map has no coordinates",
        ),
        ("id: A, origin: depot, destination: shop, mass_t: x", "'x'"),
    ],
)
def test_orders_that_cannot_be_of_this_world_are_refused(tmp_path: Path, order: str, words: str) -> None:
    """By file and row, before anything runs."""
    with pytest.raises(ScenarioError) as refused:
        town(tmp_path, f"orders: {{list: [{{{order}}}]}}").build()
    assert words in str(refused.value)


def test_all_unknown_sites_are_named_up_to_a_limit(tmp_path: Path) -> None:
    """A hundred problems, and how many more there are."""
    (tmp_path / "orders.csv").write_text(
        "id,origin,destination,mass_t\n" + "".join(f"A{n},depot,nowhere{n},1\n" for n in range(150))
    )
    with pytest.raises(OrderError) as refused:
        town(tmp_path, "orders: {files: [{path: orders.csv}]}").build()
    assert len(refused.value.problems) == 101
    assert refused.value.problems[0] == "orders.csv, row 2: destination: there is no site 'nowhere0'"
    assert refused.value.problems[-1] == "... and 50 more"


def test_the_tutorial_runs(tmp_path: Path, repository: Path) -> None:
    """Its list and its scenario as they stand, on a map with the sites it names; the results repeat the run from anywhere."""
    page = (repository / "docs/orders.md").read_text("utf-8")
    (tmp_path / "orders.csv").write_text(page.split("```text\n")[1].split("```")[0])
    scenario = page.split("## A run with a list")[1].split("```yaml\n")[1].split("```")[0]
    town(tmp_path, "", sites={"depot": 0, "shop-3": 10, "shop-4": 20})
    (tmp_path / "day.yaml").write_text(scenario)
    first = Simulation.from_scenario(tmp_path / "day.yaml").run(hours=48, out=tmp_path / "out")
    assert [(row["order_id"], row["status"]) for row in first.orders()] == [
        ("A-1", "delivered"),
        ("A-2", "delivered"),
        ("A-3", "delivered"),
    ]
    with (tmp_path / "out/orders.csv").open() as file:
        table = page.split("`results/orders.csv` has a line")[1].split("\n\n")[1]
        described = [
            name
            for row in table.splitlines()[2:]
            for name in row.split("|")[1].replace("`", "").replace(",", " ").split()
        ]
        assert next(csv.reader(file)) == described
    again = Simulation.from_scenario(tmp_path / "out/scenario.yaml").run(hours=48)
    assert list(again.orders()) == list(first.orders())


def test_a_world_taken_up_in_the_middle_goes_on(tmp_path: Path) -> None:
    """Orders it knew before have no line; those that become known later have one."""
    _book(tmp_path)
    world = town(tmp_path, "orders: {files: [{path: orders.csv}]}", more="start: 2026-03-28T06:00+01:00").build()
    world.advance_to(3.01 * 3600.0)
    before = {order.id for order in world.packages()}
    later = {order.id for order in world.announced_packages()}
    rows = {str(row["order_id"]) for row in Simulation(World.load(world.dump())).run(hours=20).orders()}
    assert before
    assert rows == later
