"""The fleet with working hours of docs/orders.md carries the orders of the page within them."""

from __future__ import annotations

from pathlib import Path

from spine import Simulation
from spine.network.smap import write_smap
from spine.world import events
from support.lines import line_network, site_at

_HOUR = 3600.0


def _block(page: str, heading: str) -> str:
    return page.partition(f"\n## {heading}\n")[2].partition("```yaml\n")[2].partition("```")[0]


def test_the_fleet_with_working_hours_delivers_within_them(repository: Path, tmp_path: Path) -> None:
    """All three orders of the first list, on two days."""
    page = (repository / "docs" / "orders.md").read_text("utf-8")
    (tmp_path / "orders.csv").write_text(page.split("```text\n")[1].split("```")[0])
    sites = (site_at("depot", 0), site_at("shop-3", 10), site_at("shop-4", 20))
    (tmp_path / "town.smap").write_bytes(write_smap(line_network(1000.0, 20, *sites)))
    day, fleet = _block(page, "A run with a list"), _block(page, "Drivers with working hours")
    before, after = day.split("fleet:\n")
    (tmp_path / "day.yaml").write_text(before + fleet + after[after.index("orders:") :])
    world = Simulation.from_scenario(tmp_path / "day.yaml").world
    log = world.advance_to(48 * _HOUR)
    delivered = [event for event in log if isinstance(event, events.PackageDelivered)]
    assert sorted(event.package_id for event in delivered) == ["A-1", "A-2", "A-3"]
    assert all(event.on_time for event in delivered)
    for event in log:
        if isinstance(event, events.TruckDeparted | events.HandlingStarted):
            assert 6.0 <= (event.time / _HOUR + 6.0) % 24.0 < 15.0
    assert world.summary().as_dict()["shift_overruns"] == 0
