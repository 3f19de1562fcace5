"""Good parameters for every action that has any, for a world of `grid_network` with two trucks."""

from __future__ import annotations

from typing import Any

from spine.network.generate import PRESETS

EXAMPLES: dict[str, dict[str, Any]] = {
    "simulation.start": {"tick_rate": 20, "speed": 60.0},
    "simulation.update": {"tick_rate": 20, "speed": 60.0},
    "simulation.export_state": {"filename": "save"},
    "simulation.import_state": {"file_content": "e30=", "filename": "a.ssave"},
    "map.create": dict(PRESETS["client"]),
    "map.preview": dict(PRESETS["client"]),
    "map.export": {"filename": "map"},
    "map.import": {"file_content": "e30=", "filename": "a.smap"},
    "agent.create": {"agent_id": "new", "agent_kind": "truck", "agent_data": {"capacity": 20, "start_node": 0}},
    "agent.update": {"agent_id": "truck-1", "agent_data": {"capacity": 20.0, "tags": {"a": 1}}},
    "agent.delete": {"agent_id": "nobody"},
    "agent.describe": {"agent_id": "truck-1"},
    "agent.list": {"agent_kind": "truck"},
    "building.create": {"building_type": "site", "building_id": "new", "node_id": 0, "name": "New", "activity_rate": 2.0,
                        "destination_weights": {"a": 1.0}, "docks": 2, "package_config": {"size_range": [1, 2]}},
    "building.update": {"building_id": "site-0", "building_data": {"activity_rate": 2.0, "docks": 3}},
    "building.delete": {"building_id": "nothing"},
    "order.create": {"order_id": "A-1", "origin": "site-0", "destination": "site-1", "mass_t": 1.5, "pallets": 2,
                     "quantities": {"boxes": 7}, "latest_pickup": 9000, "delivery_windows": [[7200.0, 10800], [14400, 20000]],
                     "pickup_service_min": 5, "requirements": ["tail_lift"], "priority": "HIGH", "revenue": 120},
    "order.update": {"order_id": "nothing", "order_data": {"latest_delivery": "2026-03-02T15:10+01:00", "mass_t": 2.0}},
    "order.cancel": {"order_id": "nothing"},
    "order.describe": {"order_id": "nothing"},
    "order.list": {"status": ["open", "aboard"], "text": "a", "offset": 0, "most": 10},
    "stream.subscribe": {"rate_hz": 5, "area": [0, 0, 1, 1], "agent_kinds": ["truck"], "fields": ["id"], "positions_hz": 5},
    "replay.seek": {"time": 5.0},
}  # fmt: skip
