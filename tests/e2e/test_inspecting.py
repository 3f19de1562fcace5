"""Looking at one thing: by click, by id, by name; live values, routes, journeys, and following."""

from __future__ import annotations

import math
import re

import pytest
from playwright.sync_api import Browser, expect

from support.dashboard import Dashboard, opened
from support.server import Server, wait_until

pytestmark = pytest.mark.browser

_BUSY_TRUCK = """() => {
  const { fleet } = spine.world;
  const at = fleet.ids.findIndex((_, i) => fleet.activity[i] === 1 && fleet.load[i] > 0);
  return at < 0 ? null : fleet.ids[at];
}"""


def busy_truck(dashboard: Dashboard) -> str:
    """Return a truck that drives with something on board."""
    handle = dashboard.page.wait_for_function(_BUSY_TRUCK)
    return str(handle.json_value())


def test_a_truck_is_clicked_on_and_inspected_live(browser: Browser, depot: Server) -> None:
    """A click on a truck shows its state, tank, cargo, hours, stops ahead, and draws its route."""
    with depot.client() as client:
        client.ask("simulation.start", speed=60)
        client.signal("package.picked_up")
        wait_until(
            lambda: any(
                truck["current_edge"] is not None and truck["delivery_queue"]
                for truck in depot.get("/api/agents")["agents"]
                if truck["kind"] == "truck"
            )
        )
        client.ask("simulation.pause")
        with opened(browser, depot) as dashboard:
            chosen = next(
                truck
                for truck in depot.get("/api/agents")["agents"]
                if truck["kind"] == "truck" and truck["current_edge"] is not None and truck["delivery_queue"]
            )
            dashboard.wait("() => spine.world.fleet.count === 24")
            [place] = [truck for truck in dashboard.trucks() if truck["id"] == chosen["id"]]
            dashboard.approach(place["x"], place["y"], -1.0)
            dashboard.page.mouse.move(*dashboard.screen(place["x"], place["y"]))
            expect(dashboard.page.locator(".tip")).to_contain_text(chosen["id"])
            dashboard.click_map(place["x"], place["y"])
            inspector = dashboard.inspector
            expect(inspector.get_by_role("heading", name=chosen["id"])).to_be_visible()
            expect(inspector.get_by_text("Driving", exact=True)).to_be_visible()
            for meter in ("Cargo", "Fuel", "Driven since the last rest"):
                expect(inspector.get_by_role("meter", name=meter)).to_be_visible()
            expect(inspector.get_by_text(f"of {chosen['fuel_tank_capacity_l']:.0f} L")).to_be_visible()
            stops = inspector.locator(".tasks li")
            expect(stops).to_have_count(len(chosen["delivery_queue"]))
            dashboard.button("Show the whole map").click()
            dashboard.shoot("truck-light")
            # Live: what it says changes as time goes on.
            before = inspector.inner_text()
            client.ask("simulation.resume")
            expect(inspector).not_to_have_text(before, use_inner_text=True)


def test_follow_mode_keeps_a_truck_in_the_middle(browser: Browser, demo: Server) -> None:
    """A followed truck stays in the middle of what is seen of the map, until the map is dragged."""
    with opened(browser, demo) as dashboard:
        dashboard.moving()
        truck = busy_truck(dashboard)
        dashboard.find(truck)
        expect(dashboard.inspector.get_by_role("heading", name=truck)).to_be_visible()
        dashboard.button("Follow").click()
        expect(dashboard.button("Following")).to_be_visible()
        start = dashboard.page.evaluate("() => spine.view.camera")
        dashboard.page.wait_for_function(
            "([x, y]) => Math.hypot(spine.view.camera.x - x, spine.view.camera.y - y) > 150",
            arg=[start["x"], start["y"]],
        )
        off = dashboard.page.evaluate(
            """(id) => new Promise((done) => requestAnimationFrame(() => {
              const { fleet } = spine.world;
              const at = fleet.at(id);
              done(spine.view.toScreen(fleet.x[at], fleet.y[at]));
            }))""",
            truck,
        )
        # The inspector covers the left 356 pixels and the panels the right 404; the bar the top 64.
        assert math.dist(off, (356 + (1280 - 404 - 356) / 2, 64 + (720 - 64 - 12) / 2)) < 60
        dashboard.shoot("follow-light")
        x, y = 600, 600
        dashboard.page.mouse.move(x, y)
        dashboard.page.mouse.down()
        dashboard.page.mouse.move(x + 80, y, steps=4)
        dashboard.page.mouse.up()
        expect(dashboard.button("Follow")).to_be_visible()


@pytest.mark.parametrize(
    ("kind", "facts"),
    [
        (
            "site",
            [
                "Docks taken",
                "Packages waiting",
                "Generated",
                "Picked up",
                "Delivered to here",
                "New packages",
                "Loading",
            ],
        ),
        ("parking", ["Places taken"]),
        ("gas_station", ["Pumps taken", "Revenue", "Price factor", "Fuel price here"]),
    ],
)
def test_a_facility_is_clicked_on_and_inspected(browser: Browser, demo: Server, kind: str, facts: list[str]) -> None:
    """A click on a facility shows who is there, who waits and what it has done."""
    with opened(browser, demo) as dashboard:
        dashboard.moving()
        # One that nothing else covers: the loneliest of its kind.
        places = {name: dashboard.place(name) for name in dashboard.buildings()}
        own = [name for name, its in dashboard.buildings().items() if its == kind]
        chosen = max(own, key=lambda name: min(math.dist(places[name], places[o]) for o in places if o != name))
        dashboard.click_map(*places[chosen])
        inspector = dashboard.inspector
        expect(inspector.get_by_text(chosen).first).to_be_visible()
        for fact in facts:
            expect(inspector.get_by_text(fact, exact=False).first).to_be_visible()
        dashboard.shoot(f"{kind}-light")
        dashboard.button("Close the inspector").click()
        expect(inspector).to_have_count(0)


def test_a_package_is_found_and_its_journey_shown(browser: Browser, demo: Server) -> None:
    """A package born before the page was opened is found by its id; its way is told and leads on."""
    wait_until(lambda: demo.get("/api/summary")["packages_aboard"] > 0)
    with opened(browser, demo) as dashboard:
        dashboard.moving()
        truck = busy_truck(dashboard)
        dashboard.find(truck)
        parcel = dashboard.inspector.get_by_role("button", name=re.compile("^pkg-")).first.inner_text()
        search = dashboard.page.get_by_role("combobox", name="Find a truck, facility or package")
        search.fill(parcel)
        expect(dashboard.page.get_by_role("option", name=parcel)).to_be_visible()
        dashboard.shoot("search-light")
        search.press("Enter")
        inspector = dashboard.inspector
        expect(inspector.get_by_role("heading", name=parcel)).to_be_visible()
        journey = inspector.get_by_role("list", name="Journey")
        expect(journey.get_by_role("listitem")).to_have_count(3)
        for fact in ("Size", "Value", "Priority", "Pick up by", "Deliver by"):
            expect(inspector.get_by_text(fact, exact=True)).to_be_visible()
        dashboard.shoot("package-light")
        journey.get_by_role("button").nth(1).click()
        expect(inspector.get_by_role("heading", name=re.compile("^truck-"))).to_be_visible()


def test_search_by_name_with_keys(browser: Browser, demo: Server) -> None:
    """Sites are found by name, arrow keys choose among what is found, nothing found is said."""
    with opened(browser, demo) as dashboard:
        search = dashboard.page.get_by_role("combobox", name="Find a truck, facility or package")
        search.fill("site 1")
        expect(dashboard.page.get_by_role("option").nth(1)).to_be_visible()
        second = dashboard.page.get_by_role("option").nth(1).locator(".found-text").inner_text()
        search.press("ArrowDown")
        search.press("Enter")
        expect(dashboard.inspector.get_by_role("heading", name=second)).to_be_visible()
        search.fill("zzz")
        expect(dashboard.page.get_by_text("Nothing of that name")).to_be_visible()
        dashboard.find("broker-main")
        expect(dashboard.inspector.get_by_text("Awards so far")).to_be_visible()
        dashboard.shoot("broker-light")
