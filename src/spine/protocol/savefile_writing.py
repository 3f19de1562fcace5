"""Writing a save file; see `savefile` for what it is."""

from __future__ import annotations

from math import floor

from spine.protocol.calendar_form import calendar_form
from spine.protocol.encode import Json, TickClock, agent_full, graph_file_form, package_form
from spine.world import World
from spine.world.terms import EXPIRY_FINE_SHARE, LATE_LOSS_PER_S
from spine.world.views import AgentView, PackageView, TruckView

_DAY_S = 86_400


def write_save(world: World, clock: TickClock, dt: float) -> Json:
    """Return the content of a save file.

    Args:
        clock: ticks of the moment.
        dt: simulated seconds per tick.
    """
    dates = calendar_form(world.config.calendar)
    return {
        "graph": graph_file_form(world),
        "agents": [_agent_form(world.agent(agent_id), clock) for agent_id in world.agents()],
        "packages": [_order_form(view, clock) for view in (*world.packages(), *world.announced_packages())],
        "metadata": {
            "tick": clock.tick,
            "dt_s": dt,
            "now_s": floor(world.now),
            "time_min": floor(world.now / 60.0),
            "global_fuel_price": world.fuel_price,
            "current_day": floor(world.now / _DAY_S),
            "elapsed_s": world.now,
            "start_of_day_s": world.config.calendar.start_of_day_s,
            **({"calendar": dates} if dates is not None else {}),
        },
    }


def _agent_form(view: AgentView, clock: TickClock) -> Json:
    """Return an agent as files have it: with its true balance, which only signals must not show negative."""
    agent = agent_full(view, clock)
    if "balance_ducats_signed" in agent:
        agent["balance_ducats"] = agent.pop("balance_ducats_signed")
    if isinstance(view, TruckView):
        agent |= {name: value for name in ("capacities", "equipment") if (value := getattr(view, name))}
    return agent


def _order_form(view: PackageView, clock: TickClock) -> Json:
    """Return an order as files have it: what orders of the dice never have is left out where an order has none of it."""
    form = package_form(view, clock)
    if view.others:
        form["quantities"] = dict(view.others)
    if view.earliest_pickup > view.created:
        form["earliest_pickup_s"] = view.earliest_pickup
    if view.earliest_delivery > view.created:
        form["earliest_delivery_s"] = view.earliest_delivery
    for name in ("pickup_windows", "delivery_windows"):
        if windows := getattr(view, name):
            form[name] = [list(window) for window in windows]
    if view.requirements:
        form["requirements"] = list(view.requirements)
    for name, usual in (
        ("pickup_service_s", 0.0),
        ("delivery_service_s", 0.0),
        ("late_loss_per_s", LATE_LOSS_PER_S),
        ("failure_fine_share", EXPIRY_FINE_SHARE),
    ):
        if (value := getattr(view, name)) != usual:
            form[name] = value
    return form
