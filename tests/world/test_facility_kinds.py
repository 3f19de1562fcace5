"""The registry of facility kinds: complete, and enough to put a facility of any kind into a world, change it and take it out."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from tests.support.worlds import small_world

from spine.network.facilities import SPECIFICATIONS, FacilityKind
from spine.network.facility_json import facility_from_json, facility_to_json
from spine.world import CreateBuilding, DeleteBuilding, UpdateBuilding, World, events
from spine.world.facility_kinds import KINDS

KIND = pytest.mark.parametrize("kind", list(KINDS))


def test_every_kind_with_places_is_declared() -> None:
    """All but buildings without a function; no two kinds share the name of their places or of their table."""
    assert set(KINDS) == set(FacilityKind) - {FacilityKind.GENERIC} == set(SPECIFICATIONS) - {FacilityKind.GENERIC}
    for name in ("place", "table", "live"):
        assert len({getattr(declaration, name) for declaration in KINDS.values()}) == len(KINDS)


@KIND
def test_what_may_be_set_is_an_attribute(kind: FacilityKind) -> None:
    """Commands may change attributes of a specification, never its id or its node."""
    names = {field.name for field in fields(SPECIFICATIONS[kind])}
    assert KINDS[kind].settable <= names - {"id", "node_id"}


@KIND
def test_a_building_object_says_all_of_a_facility(kind: FacilityKind) -> None:
    """Written and read again, a facility of any kind is the same."""
    spec = replace(KINDS[kind].sample, id="new", node_id=3)
    item = facility_to_json(spec)
    assert item["type"] == kind.value
    assert facility_from_json(item, 3) == spec


@KIND
def test_a_facility_comes_changes_and_goes(kind: FacilityKind) -> None:
    """It is in its table, survives a checkpoint as it was changed, and leaves nothing behind."""
    world = small_world(trucks=0)
    before = [row["id"] for row in world.facility_figures(kind)]
    node = int(world.network.node_ids[0])
    (added,) = world.apply(CreateBuilding(replace(KINDS[kind].sample, id="new", node_id=node)))
    assert isinstance(added, events.BuildingAdded)
    assert (added.building_id, added.kind) == ("new", kind.value)
    assert [row["id"] for row in world.facility_figures(kind)] == [*before, "new"]
    places = "docks" if "docks" in KINDS[kind].settable else "capacity"
    world.apply(UpdateBuilding("new", {places: 7}))
    loaded = World.load(world.dump())
    spec = loaded.building("new").spec
    assert getattr(spec, places) == 7
    assert spec == world.building("new").spec
    assert list(loaded.facility_figures(kind)[-1]) == loaded.facility_columns(kind)
    loaded.apply(DeleteBuilding("new"))
    assert [row["id"] for row in loaded.facility_figures(kind)] == before
    assert "new" not in loaded.building_ids()
