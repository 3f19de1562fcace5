"""Figures of the accounts of a run: costs in the scenario's currency, and emissions by order."""

from __future__ import annotations

from collections.abc import Iterator

from spine.catalogue.entry import (
    COSTS,
    COUNT,
    DAY_COSTS,
    DOWN,
    LABEL,
    MONEY,
    NEITHER,
    QUANTITY,
    RATE,
    TOURS,
    UP,
    VEHICLE_COSTS,
    Entry,
)

CURRENCY = "currency"
"""The unit of amounts in the currency that `currency` names."""

COST_LABELS = {
    "fuel": ("fuel", "litres burnt, bought or not, x `fuel_price_per_l`"),
    "distance": ("distance", "kilometres driven x `per_km`"),
    "time": ("time on duty", "hours of driving, work and availability x `per_hour`"),
    "days": ("vehicle days", "local days on which a vehicle drives or its driver works x `per_day`"),
    "vehicles": ("vehicles", "`per_vehicle` for every vehicle there was"),
    "wages": ("wages", "hours of drivers x `wage_per_hour`, by what they did, without what overtime adds"),
    "overtime": ("overtime", "what is paid more for duty beyond `after_hours` of a local day"),
    "tolls": ("tolls", "kilometres x `toll_per_km` of their road class"),
    "parking": ("parking", "stays in parkings x `per_stay` + hours there x `per_hour`"),
    "lateness": ("late deliveries", "`late_per_order` for each late delivery + hours late x `late_per_hour`"),
    "not_served": ("orders not served", "`not_served_per_order` for each order refused, expired or lost"),
}
"""What is paid for: label and definition."""

_EVERYWHERE = (COSTS, VEHICLE_COSTS, DAY_COSTS)


def _listed() -> Iterator[Entry]:
    yield "currency", "currency", "", LABEL, NEITHER, "code (ISO 4217) of the currency of all these amounts", (COSTS,)
    yield "vehicle", "vehicle", "", LABEL, NEITHER, "id; empty for what no vehicle is to blame for", (VEHICLE_COSTS,)
    yield "day", "day", "", LABEL, NEITHER, "local day of the run, the first is 1", (DAY_COSTS,)
    yield "date", "date", "", LABEL, NEITHER, "its date; empty in a scenario without dates", (DAY_COSTS,)
    for item, (label, definition) in COST_LABELS.items():
        yield f"cost_{item}", f"cost of {label}", CURRENCY, MONEY, DOWN, definition, _EVERYWHERE
    yield "total_cost", "total cost", CURRENCY, MONEY, DOWN, "sum of all costs", _EVERYWHERE
    earned = (
        "revenue of the orders delivered, late ones included; of listed orders only: what the dice make is worth ducats"
    )
    yield "total_revenue", "total revenue", CURRENCY, MONEY, UP, earned, (COSTS,)
    yield "total_margin", "total margin", CURRENCY, MONEY, UP, "total revenue - total cost", (COSTS,)
    yield "revenue", "revenue", CURRENCY, MONEY, UP, earned, (VEHICLE_COSTS, DAY_COSTS)
    yield "margin", "margin", CURRENCY, MONEY, UP, "revenue - total cost", (VEHICLE_COSTS, DAY_COSTS)
    borne = "sum of the column `cost` of `orders.csv`: total cost - what no order bears"
    yield "orders_cost", "cost of orders", CURRENCY, MONEY, NEITHER, borne, (COSTS,)
    unborne = "what no order bears: 0, unless nothing was carried at all"
    yield "unallocated_cost", "cost without orders", CURRENCY, MONEY, DOWN, unborne, (COSTS,)
    per_km = "total cost / kilometres driven"
    yield "cost_per_km_driven", "cost per kilometre driven", "currency/km", RATE, DOWN, per_km, (COSTS,)
    per_tkm = "total cost / activity tonne-kilometres"
    yield "cost_per_tonne_km", "cost per tonne-kilometre", "currency/t km", RATE, DOWN, per_tkm, (COSTS,)
    per_order = "total cost / packages delivered"
    yield "cost_per_order_delivered", "cost per order delivered", "currency", RATE, DOWN, per_order, (COSTS,)
    activity = "mass x shortest distance from origin to destination of every order that was aboard (EN 16258)"
    yield "activity_tonne_km", "tonne-kilometres of orders", "t km", QUANTITY, UP, activity, (TOURS,)
    emitted = "CO2 equivalent of the fuel burnt, its production included: litres x 3.24 kg (EN 16258, diesel)"
    yield "total_co2e_kg", "CO2e, well to wheel", "kg", QUANTITY, DOWN, f"{emitted}, to the gram", (TOURS,)
    shared = "sum of the column `co2e_kg` of `orders.csv`: total CO2e - what no order bears"
    yield "orders_co2e_kg", "CO2e of orders", "kg", QUANTITY, NEITHER, shared, (TOURS,)
    yield "unallocated_co2e_kg", "CO2e without orders", "kg", QUANTITY, DOWN, unborne, (TOURS,)
    intensity = "total CO2e / activity tonne-kilometres (EN 16258, ISO 14083)"
    yield "co2e_g_per_activity_tonne_km", "CO2e per tonne-kilometre", "g/t km", RATE, DOWN, intensity, (TOURS,)
    yield "km", "distance", "km", QUANTITY, NEITHER, "kilometres driven", (VEHICLE_COSTS,)
    of_vehicle = "activity tonne-kilometres of the orders it carried"
    yield "tonne_km", "tonne-kilometres", "t km", QUANTITY, UP, of_vehicle, (VEHICLE_COSTS,)
    yield "orders_carried", "orders", "orders", COUNT, UP, "orders that were aboard", (VEHICLE_COSTS,)
    yield "co2e_kg", "CO2e", "kg", QUANTITY, DOWN, emitted, (VEHICLE_COSTS,)


COST_FIGURES: tuple[Entry, ...] = tuple(_listed())
