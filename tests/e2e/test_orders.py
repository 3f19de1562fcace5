"""Orders on the page: the list, its filters, an order in the inspector, and one that is cancelled."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from support.dashboard import opened
from support.server import Server

pytestmark = pytest.mark.browser


@pytest.mark.slow
def test_orders_are_listed_inspected_and_cancelled(browser: Browser, depot: Server) -> None:
    """An order from a program appears with its fields; the list finds it by text and status; cancelled here, it is gone for everybody."""
    with depot.client() as client, opened(browser, depot) as dashboard:
        dashboard.ready()
        sites = [item["id"] for item in depot.get("/api/state")["buildings"] if item["type"] == "site"]
        client.ask("stream.subscribe", orders=True)
        for number in range(3):
            created = client.ask(
                "order.create",
                order_id=f"acme-{number}",
                origin=sites[0],
                destination=sites[1],
                mass_t=0.8,
                pallets=0 if number else 0.0,
                known_from=7200.0 if number == 2 else None,
                delivery_windows=[[3600, 7200], [14_400, 18_000]],
                pickup_service_min=15,
                requirements=["tail_lift"] if number == 1 else [],
                priority="HIGH",
                revenue=120,
            )
            assert created["signal"] == "order.created", created
        panel = dashboard.panel("Orders")
        table = panel.get_by_role("region", name="Orders")
        expect(table.get_by_role("row")).to_have_count(4)
        dashboard.shoot("orders-light")
        panel.get_by_label("Status").select_option("announced")
        expect(table.get_by_role("row")).to_have_count(2)
        expect(table.get_by_role("row").nth(1)).to_contain_text("acme-2")
        panel.get_by_label("Status").select_option("all")
        panel.get_by_label("Mentions").fill("ACME-1")
        expect(table.get_by_role("row")).to_have_count(2)
        expect(table.get_by_role("row").nth(1)).to_contain_text("Open")
        table.get_by_role("button", name="acme-1").click()
        inspector = dashboard.inspector
        expect(inspector.get_by_role("heading", name="acme-1")).to_be_visible()
        for fact in ("Waiting for a truck", "tail_lift", "15 min on top", "120 ducats", "0.80 t"):
            expect(inspector.get_by_text(fact)).to_be_visible()
        expect(inspector.get_by_role("listitem").filter(has_text=re.compile(" to ")).first).to_be_visible()
        dashboard.shoot("order-light")
        dashboard.button("Cancel this order").click()
        dashboard.button("Keep").click()
        dashboard.button("Cancel this order").click()
        dashboard.button("Cancel the order").click()
        dashboard.notice("Cancelled order acme-1.")
        expect(panel.get_by_text("No order of this status mentions that.")).to_be_visible()
        assert client.ask("order.describe", order_id="acme-1")["signal"] == "error"
        dashboard.button("Start").click()
        assert client.signal("order.cancelled")["data"]["order_id"] == "acme-1"
        panel.get_by_label("Status").select_option("ended")
        expect(table.get_by_role("row").nth(1)).to_contain_text("Cancelled")
        panel.get_by_label("Mentions").fill("acme-0")
        panel.get_by_label("Status").select_option("aboard")
        expect(table.get_by_role("row").nth(1)).to_contain_text("Aboard")
        table.get_by_role("button", name="acme-0").click()
        expect(inspector.get_by_text("On its way")).to_be_visible()
        expect(dashboard.button("Cancel this order")).to_have_count(0)
        dashboard.shoot("orders-running-light")
