"""Looking at one thing: by click, by id, by name; live values, routes, journeys, and following."""

from __future__ import annotations

import math
import re

import pytest
from playwright.sync_api import Browser, expect

from support.dashboard import DESKTOP, PHONE, Dashboard, opened
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


@pytest.mark.slow
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


@pytest.mark.slow
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


_FACTS = {
    "site": [
        "Docks taken",
        "Packages waiting",
        "Generated",
        "Picked up",
        "Delivered to here",
        "New packages",
        "Loading",
    ],
    "parking": ["Places taken"],
    "gas_station": ["Pumps taken", "Revenue", "Price factor", "Fuel price here"],
}


@pytest.mark.slow
def test_a_facility_is_clicked_on_and_inspected(browser: Browser, resting: Server) -> None:
    """A click on a facility shows who is there, who waits and what it has done."""
    with opened(browser, resting) as dashboard:
        dashboard.ready()
        dashboard.clear_trucks()
        kinds = dashboard.buildings()
        places = {name: dashboard.place(name) for name in kinds}
        for kind, facts in _FACTS.items():
            # One that nothing else covers: the loneliest of its kind.
            own = [name for name, its in kinds.items() if its == kind]
            chosen = max(own, key=lambda name: min(math.dist(places[name], places[o]) for o in places if o != name))
            dashboard.click_map(*places[chosen])
            inspector = dashboard.inspector
            expect(inspector.get_by_text(chosen).first).to_be_visible()
            for fact in facts:
                expect(inspector.get_by_text(fact, exact=False).first).to_be_visible()
            dashboard.shoot(f"{kind}-light")
            dashboard.button("Close the inspector").click()
            expect(inspector).to_have_count(0)
            dashboard.button("Show the whole map").click()


@pytest.mark.slow
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


@pytest.mark.slow
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


@pytest.mark.slow
def test_facilities_at_one_junction_are_each_reached(browser: Browser, depot: Server) -> None:
    """A click on each of them, as drawn, on the map as a whole and near by, leads to that one; each leads to the others."""
    with opened(browser, depot) as dashboard:
        dashboard.wait("() => spine.world.map.value !== null")
        nodes = depot.get("/api/map")["graph"]["nodes"]
        crowded = max(nodes, key=lambda node: len(node["buildings"]))
        names = [building["id"] for building in crowded["buildings"]]
        assert len(names) >= 2
        dashboard.clear_trucks()
        for near in (False, True):
            if near:
                dashboard.approach(crowded["x"], crowded["y"], -1.2)
            for name in names:
                dashboard.screen(0, 0)
                dashboard.page.mouse.click(*dashboard.page.evaluate("(id) => spine.view.facilityOnScreen(id)", name))
                expect(dashboard.inspector).to_contain_text(name)
                others = dashboard.inspector.get_by_text("Also at this junction")
                expect(others).to_be_visible()
                dashboard.shoot(f"one-junction-{'near' if near else 'far'}")
                dashboard.button("Close the inspector").click()


def _covered(dashboard: Dashboard, places: list[tuple[float, float]]) -> list[list[float]]:
    """Return the places of the map, metres, that are not seen for a panel, or are off the page."""
    script = "(all) => all.filter(([x, y]) => document.elementFromPoint(x, y)?.closest('canvas.map') == null)"
    covered: list[list[float]] = dashboard.page.evaluate(script, dashboard.screens(places))
    return covered


@pytest.mark.slow
def test_the_whole_map_is_seen(browser: Browser, resting: Server) -> None:
    """Nothing on the page covers a junction of a map that is shown as a whole, beside an open inspector either."""
    nodes = [(node["x"], node["y"]) for node in resting.get("/api/map")["graph"]["nodes"]]
    with opened(browser, resting) as dashboard:
        dashboard.ready()
        assert _covered(dashboard, nodes) == []
        for width, height in (DESKTOP, (1440, 900), PHONE):
            dashboard.page.set_viewport_size({"width": width, "height": height})
            dashboard.button("Show the whole map").click()
            assert _covered(dashboard, nodes) == []
            dashboard.find("broker-main")
            expect(dashboard.inspector).to_be_visible()
            dashboard.button("Show the whole map").click()
            assert _covered(dashboard, nodes) == []
            dashboard.button("Close the inspector").click()


@pytest.mark.slow
@pytest.mark.parametrize("size", [(1440, 900), PHONE])
def test_what_is_found_first_is_seen_with_its_whole_way(
    browser: Browser, resting: Server, size: tuple[int, int]
) -> None:
    """On a fresh page, a facility is in the free part of the map, and so are a truck, the roads ahead of it and its stops."""
    agents = resting.get("/api/agents")["agents"]
    truck = max((a for a in agents if a["kind"] == "truck"), key=lambda a: (len(a["delivery_queue"]), len(a["route"])))
    assert truck["delivery_queue"]
    with opened(browser, resting, size=size) as dashboard:
        dashboard.ready()
        site = next(name for name, kind in dashboard.buildings().items() if kind == "site")
        dashboard.find(site)
        expect(dashboard.inspector).to_be_visible()
        assert _covered(dashboard, [dashboard.place(site)]) == []
    with opened(browser, resting, size=size) as dashboard:
        dashboard.ready()
        dashboard.find(truck["id"])
        expect(dashboard.inspector.locator(".tasks li")).to_have_count(len(truck["delivery_queue"]))
        [place] = [found for found in dashboard.trucks() if found["id"] == truck["id"]]
        ahead = [dashboard.place(task["site_id"]) for task in truck["delivery_queue"]]
        ahead += [(place["x"], place["y"])]
        nodes = {int(node["id"]): (node["x"], node["y"]) for node in resting.get("/api/map")["graph"]["nodes"]}
        ahead += [nodes[node] for node in truck["route"]]
        assert _covered(dashboard, ahead) == []
        dashboard.shoot(f"found-{size[0]}")


@pytest.mark.slow
def test_times_do_not_depend_on_the_pace(browser: Browser, depot: Server) -> None:
    """When a package was born, its deadlines and a truck's arrivals stay what they are when the pace changes, on a new page too."""
    with depot.client() as client:
        client.ask("simulation.start", speed=60)
        born = client.signal("package.created")["data"]["id"]
        wait_until(lambda: any(a.get("delivery_queue") for a in depot.get("/api/agents")["agents"]))
        client.ask("simulation.update", speed=3600)
        with opened(browser, depot) as early:
            client.ask("simulation.pause")
            client.ask("simulation.update", speed=1)
            with opened(browser, depot) as late:
                state = depot.get("/api/state")
                package = next((item for item in state["packages"] if item["id"] == born), state["packages"][0])
                truck = next(agent for agent in state["agents"] if agent.get("delivery_queue"))
                for dashboard in (early, late):
                    _find_package(dashboard, package["id"])
                    for text in (f"Born {_clock(package['spawn_time_s'])}", _clock(package["delivery_deadline_s"])):
                        expect(dashboard.inspector).to_contain_text(text)
                    dashboard.find(truck["id"])
                    arrivals = [
                        task["estimated_arrival_s"] for task in truck["delivery_queue"] if task["status"] == "PENDING"
                    ]
                    for time in arrivals:
                        if time is not None:
                            expect(dashboard.inspector.locator(".tasks")).to_contain_text(f"about {_clock(time)[-5:]}")
                client.ask("simulation.update", speed=300)
                _find_package(late, package["id"])
                expect(late.inspector).to_contain_text(f"Born {_clock(package['spawn_time_s'])}")


def _find_package(dashboard: Dashboard, package: str) -> None:
    search = dashboard.page.get_by_role("combobox", name="Find a truck, facility or package")
    search.fill(package)
    # What a page has not heard of is looked up; its list is made anew by the next key.
    dashboard.wait("(id) => spine.world.packages.get(id) !== undefined", package)
    search.fill(package[:-1])
    search.fill(package)
    expect(dashboard.page.get_by_role("option", name=package, exact=False).first).to_be_visible()
    search.press("Enter")


def _clock(time_s: float) -> str:
    """Return clock seconds as people read them."""
    return f"day {int(time_s // 86_400) + 1}, {int(time_s % 86_400) // 3600:02}:{int(time_s % 3600) // 60:02}"
