"""Whatever says or shows what a truck is has the fields, bounds and defaults of one table."""

from __future__ import annotations

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine.errors import CommandError, ProtocolError
from spine.protocol.actions import TruckData
from spine.protocol.asyncapi import asyncapi_document
from spine.protocol.params import validated
from spine.protocol.savefile import SavedTruck
from spine.scenario.model import FleetGroup
from spine.world import CreateTruck, TruckSpec, UpdateAgent
from spine.world.agents import TRUCK_ATTRIBUTES
from spine.world.truck_fields import CARGO_UNIT, CREATED, DRAWN, SAVED, SETTABLE, TRUCK_FIELDS, TruckField
from support.worlds import small_world


def _outside(field: TruckField) -> list[float]:
    below = field.low if field.open_low else field.low - max(1.0, abs(field.low) * 0.01)
    return [below, field.high + max(1.0, abs(field.high) * 0.01)]


@pytest.mark.parametrize("field", CREATED, ids=lambda field: field.created_as)
def test_creating_takes_the_bounds_of_the_table(field: TruckField) -> None:
    """Its smallest and largest value are taken, what is outside is refused by name, and the default is that of the table."""
    assert getattr(validated(TruckData, {}), field.created_as) == field.default
    assert getattr(validated(TruckData, {field.created_as: field.high}), field.created_as) == field.high
    for value in _outside(field):
        with pytest.raises(ProtocolError, match=field.created_as):
            validated(TruckData, {field.created_as: value})


@pytest.mark.parametrize("field", SETTABLE, ids=lambda field: field.name)
def test_updating_takes_the_bounds_of_the_table(field: TruckField) -> None:
    """So that no update makes a truck that could not be created, or not be loaded from a save file."""
    world = small_world()
    world.apply(CreateTruck("changed", TruckSpec()))
    for value in _outside(field):
        with pytest.raises(CommandError, match=field.name):
            world.apply(UpdateAgent("changed", {field.name: value}))
    if field.name != "current_fuel_l":
        world.apply(UpdateAgent("changed", {field.name: field.high}))
        assert getattr(world.agent("changed"), field.name) == field.high


@pytest.mark.parametrize("name", DRAWN)
def test_scenarios_take_the_bounds_of_the_table(name: str) -> None:
    """And their defaults are those of the table."""
    drawn = DRAWN[name]
    assert getattr(FleetGroup(count=1), name) == drawn.default
    for value in (drawn.low, drawn.high):
        assert getattr(FleetGroup.model_validate({"count": 1, name: value}), name) == value
    for value in (drawn.low - 1.0, drawn.high + 1.0):
        with pytest.raises(ValueError, match="outside the allowed range"):
            FleetGroup.model_validate({"count": 1, name: value})


@given(st.data())
def test_what_a_scenario_may_draw_can_be_created(data: st.DataObject) -> None:
    """The bounds of scenarios lie within those of the protocol."""
    field = data.draw(st.sampled_from([field for field in CREATED if field.drawn is not None]))
    assert field.drawn is not None
    value = data.draw(st.floats(field.drawn.low, field.drawn.high))
    assert getattr(validated(TruckData, {field.created_as: value}), field.created_as) == value


def test_every_consumer_knows_every_field() -> None:
    """The world's own record of a truck, save files and the schemas."""
    spec = {field.name: field.default for field in fields(TruckSpec)}
    for field in TRUCK_FIELDS:
        if field.created_as:
            assert field.name in spec
            assert field.default is None or spec[field.name] == field.default
    assert {field.name for field in SAVED} <= {field.name for field in fields(SavedTruck)}
    assert {field.name for field in SETTABLE} <= TRUCK_ATTRIBUTES


def test_schemas_say_what_the_table_says() -> None:
    """Description with the unit, bounds, and above all the unit of a capacity."""
    schemas = asyncapi_document()["components"]["schemas"]
    described = schemas["TruckData"]["properties"]
    for field in CREATED:
        schema = described[field.created_as]
        schema = next(part for part in schema.get("anyOf", [schema]) if part.get("type") != "null")
        assert schema["exclusiveMinimum" if field.open_low else "minimum"] == field.low
        assert schema["maximum"] == field.high
        assert schema["description"] == field.text
    for model in ("TruckData", "TruckDescribed", "TruckFull", "TruckListed", "TruckUpdated"):
        assert CARGO_UNIT in schemas[model]["properties"]["capacity"]["description"]
    assert CARGO_UNIT in FleetGroup.model_json_schema()["properties"]["capacity"]["description"]
