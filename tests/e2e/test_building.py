"""Making and changing the world: maps, files, brokers, fleets, facilities, and deleting them."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from support.dashboard import Dashboard, opened
from support.server import Json, Server, wait_until

pytestmark = pytest.mark.browser

_DROP = """([name, content]) => {
  const transfer = new DataTransfer();
  transfer.items.add(new File([content], name));
  const canvas = document.querySelector("canvas.map");
  canvas.dispatchEvent(new DragEvent("dragover", { dataTransfer: transfer, bubbles: true, cancelable: true }));
  return new Promise((done) => requestAnimationFrame(() => {
    const held = document.querySelector(".drop-here") !== null;
    canvas.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
    done(held);
  }));
}"""
_CLOSE_AND_DROP = """async ([name, content]) => {
  const transfer = new DataTransfer();
  transfer.items.add(new File([content], name));
  document.querySelector("dialog .dialog-head button").click();
  // Within one task of the browser: what it has to tell of the first dialog comes after the second was asked for.
  for (let turn = 0; turn < 50 && document.querySelector("dialog") !== null; turn += 1) await null;
  const closed = document.querySelector("dialog") === null;
  window.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, cancelable: true }));
  return closed;
}"""


def drop(dashboard: Dashboard, name: str, content: bytes) -> None:
    """Drop a file on the map; while it is held over the page, the page says where it may go."""
    assert dashboard.page.evaluate(_DROP, [name, content.decode()])


def agents(server: Server, kind: str) -> list[Json]:
    """Return the agents of a kind the server has."""
    return [agent for agent in server.get("/api/agents")["agents"] if agent["kind"] == kind]


@pytest.mark.slow
def test_an_empty_world_is_filled(browser: Browser, empty: Server) -> None:
    """From nothing to a running fleet: a map from a preset, a broker, one truck, a fleet, start."""
    with opened(browser, empty) as dashboard:
        expect(dashboard.page.get_by_role("heading", name="The world is empty")).to_be_visible()
        dashboard.shoot("empty-light")
        dashboard.button("Make a map").click()
        form = dashboard.build("Map")
        preview = form.get_by_role("region", name="What will come out")
        expect(preview).to_contain_text("junctions")
        county = preview.inner_text()
        form.get_by_role("button", name="City", exact=True).click()
        expect(preview).not_to_have_text(county, use_inner_text=True)
        city = preview.inner_text()
        form.get_by_role("button", name="County", exact=True).click()
        expect(preview).not_to_have_text(city, use_inner_text=True)
        for group in ("Roads", "Sites and demand", "Parkings and fuel"):
            form.get_by_text(group, exact=True).click()
        expect(form.get_by_role("spinbutton")).to_have_count(26 + 4)
        width = form.get_by_label("Width")
        width.fill("-5")
        expect(form.get_by_text("Please look at: width.")).to_be_visible()
        expect(dashboard.button("Make this map")).to_be_disabled()
        expect(preview).to_have_text("The preview waits for values that can be used.")
        dashboard.shoot("map-form-light")
        width.fill("6000")
        expect(preview).to_contain_text("junctions")
        about, sites, parkings = (
            int(re.sub(r"\D", "", re.findall(rf"([\d,]+) {name}", preview.inner_text())[0]))
            for name in ("junctions", "sites?", "parkings?")
        )
        dashboard.button("Make this map").click()
        dashboard.notice(re.compile("A new map of"))
        made = empty.get("/api/map")
        assert made["generated_nodes"] == pytest.approx(about, rel=0.2)
        assert (made["generated_sites"], made["generated_parkings"]) == (sites, parkings)

        fleet = dashboard.build("Fleet")
        fleet.get_by_label("Id", exact=True).fill("house")
        dashboard.button("Create the broker").click()
        dashboard.notice("Created the broker house.")
        fleet.get_by_label("How many").fill("1")
        fleet.get_by_label("Truck id").fill("lorry")
        dashboard.button("Create the truck").click()
        dashboard.notice("Created the truck lorry.")
        fleet.get_by_label("How many").fill("12")
        fleet.get_by_label("Ids begin with").fill("van-")
        fleet.get_by_label("Distribution of top speed").select_option(label="evenly between")
        fleet.get_by_label("Top speed, least").fill("70")
        fleet.get_by_label("Top speed, most").fill("75")
        fleet.get_by_label("Distribution of capacity").select_option(label="all the same")
        fleet.get_by_label("Capacity", exact=True).fill("20")
        dashboard.shoot("fleet-form-light")
        dashboard.button("Create 12 trucks").click()
        dashboard.notice("Created 12 trucks.")
        trucks = {truck["id"]: truck for truck in agents(empty, "truck")}
        vans = [truck for name, truck in trucks.items() if name.startswith("van-")]
        assert len(trucks) == 13
        assert len(vans) == 12
        assert all(70 <= van["max_speed_kph"] <= 75 for van in vans)
        assert len({van["max_speed_kph"] for van in vans}) > 3
        assert {van["capacity"] for van in vans} == {20}
        assert agents(empty, "broker")[0]["id"] == "house"
        dashboard.button("Start").click()
        dashboard.moving()


@pytest.mark.slow
def test_a_facility_is_put_on_the_map_and_deleted(browser: Browser, depot: Server) -> None:
    """A click chooses the nearest junction; what is added is on the map of the server; deleting asks once more."""
    with opened(browser, depot) as dashboard:
        form = dashboard.build("Facilities")
        for kind, stored in (("Site", "site"), ("Parking", "parking"), ("Fuel station", "gas_station")):
            form.get_by_text(kind, exact=True).click()
            dashboard.button("Choose a place on the map").click()
            nodes = depot.get("/api/map")["graph"]["nodes"]
            free = next(node for node in nodes if not node["buildings"] and node["x"] > 1500)
            dashboard.click_map(free["x"], free["y"])
            expect(form.get_by_label("Junction")).to_have_value(free["id"])
            dashboard.shoot(f"placing-{stored}-light")
            own = f"my-own-{stored}"
            form.get_by_label(re.compile("^Id")).fill(own)
            dashboard.button(f"Add the {kind.lower()}").click()
            dashboard.notice(f"Added {own}.")
            expect(dashboard.inspector).to_be_visible()
            [made] = next(n for n in depot.get("/api/map")["graph"]["nodes"] if n["id"] == free["id"])["buildings"]
            assert (made["id"], made["type"]) == (own, stored)
            dashboard.button("Delete this facility").click()
            dashboard.button("Keep").click()
            dashboard.button("Delete this facility").click()
            dashboard.button("Delete").click()
            dashboard.notice(f"Deleted facility {own}.")
            expect(dashboard.inspector).to_have_count(0)
            assert own not in json.dumps(depot.get("/api/map"))


@pytest.mark.slow
def test_a_truck_and_the_broker_are_deleted(browser: Browser, depot: Server) -> None:
    """Agents go when they are deleted; a name that is taken is refused in the form."""
    with opened(browser, depot) as dashboard:
        dashboard.find("truck-0003")
        dashboard.button("Delete this truck").click()
        dashboard.shoot("delete-light")
        dashboard.button("Delete").click()
        dashboard.notice("Deleted truck truck-0003.")
        assert "truck-0003" not in {truck["id"] for truck in agents(depot, "truck")}
        dashboard.find("broker-main")
        dashboard.button("Delete this broker").click()
        dashboard.button("Delete").click()
        dashboard.notice("Deleted broker broker-main.")
        assert agents(depot, "broker") == []
        fleet = dashboard.build("Fleet")
        fleet.get_by_label("How many").fill("1")
        fleet.get_by_label("Truck id").fill("truck.0001")
        dashboard.button("Create the truck").click()
        dashboard.notice("Created the truck truck.0001.")
        dashboard.button("Create the truck").click()
        problem = fleet.get_by_role("form", name="New trucks").get_by_role("alert")
        expect(problem).to_contain_text("truck.0001")
        dashboard.shoot("error-in-the-form-light")


@pytest.mark.slow
def test_maps_and_saves_go_out_and_come_in(browser: Browser, depot: Server, tmp_path: Path) -> None:
    """Exports are what the server exports; files come in by choosing and by dropping, after a question."""
    with opened(browser, depot) as dashboard:
        files = dashboard.build("Files")
        smap = dashboard.download(dashboard.button("Save the map"))
        ssave = dashboard.download(dashboard.button("Save everything"))
        with depot.client() as client:
            same = base64.b64decode(client.ask("map.export", filename="x")["data"]["file_content"])
        assert json.loads(smap) == json.loads(same)
        dashboard.find("truck-0003")
        dashboard.button("Delete this truck").click()
        dashboard.button("Delete").click()
        wait_until(lambda: len(agents(depot, "truck")) == 23)

        drop(dashboard, "before.ssave", ssave)
        dialog = dashboard.page.get_by_role("dialog")
        expect(dialog.get_by_role("heading", name="Import before.ssave?")).to_be_visible()
        dashboard.shoot("import-light")
        dialog.get_by_role("button", name="Cancel").click()
        assert len(agents(depot, "truck")) == 23
        drop(dashboard, "before.ssave", ssave)
        dialog.get_by_role("button", name="Import", exact=True).click()
        dashboard.notice("Imported before.ssave.")
        assert len(agents(depot, "truck")) == 24

        small = json.loads(smap)
        path = tmp_path / "again.smap"
        path.write_text(json.dumps(small))
        files.get_by_label("A .smap or .ssave file").set_input_files(path)
        dialog.get_by_role("button", name="Import", exact=True).click()
        dashboard.notice("Imported again.smap.")

        drop(dashboard, "notes.txt", b"milk, bread")
        expect(dialog).to_contain_text("notes.txt is neither a map (.smap) nor a save (.ssave).")
        assert dashboard.page.evaluate(_CLOSE_AND_DROP, ["broken.smap", "{}"])
        dialog.get_by_role("button", name="Import", exact=True).click()
        expect(dialog.get_by_role("alert")).not_to_be_empty()
        dashboard.shoot("import-refused-light")
