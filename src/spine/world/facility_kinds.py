"""The registry of facility kinds: one declaration for each kind, with everything the world must know of it.

A new kind needs a specification in `spine.network.facilities` with its reader and writer in `facility_json`, a record of its state in
`model`, a module with what trucks do there, and its declaration here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from spine.network.facilities import FacilityKind, FuelStation, Parking, ServingFacility, Site
from spine.world import demand, facility_figures, fuel, parking, sites
from spine.world.facility_figures import Figures
from spine.world.model import Facility, ParkingState, SiteState, StationState, Truck
from spine.world.places import PlaceKind
from spine.world.saved import SavedTruck
from spine.world.state import State

_Spec = TypeVar("_Spec", bound=ServingFacility)
_Live = TypeVar("_Live", bound=Facility)


def _nothing(_state: State, _facility: object) -> None:
    """Do nothing."""


def _nothing_more(_facility: object) -> Mapping[str, Any]:
    """Show nothing more."""
    return {}


@dataclass(frozen=True, slots=True)
class KindOfFacility(Generic[_Spec, _Live]):
    """One kind of facility.

    Attributes:
        live: class of its state, made from a specification, a node index and the places.
        sample: a specification of this kind; gives the columns of its table when there is none in the world.
        place: the kind of its places, which names their figures.
        table: name of its table of results.
        settable: attributes of a specification that a command may change.
        check: raises a CommandError for a number of a specification that is out of range, or is none.
        admitted: begins what a truck does when it gets a place after waiting for one.
        resumed: continues what a truck does that a save file puts at one of its places.
        figures: returns a facility's row of the table, given the time and how many of the orders it sent are overdue.
        shown: returns what its view holds besides specification and trucks.
        opened, changed, closed: what else happens when a facility is added, changed or removed.
    """

    live: type[_Live]
    sample: _Spec
    place: PlaceKind
    table: str
    settable: frozenset[str]
    check: Callable[[_Spec], None]
    admitted: Callable[[State, Truck, _Live], None]
    resumed: Callable[[State, Truck, _Live, SavedTruck], None]
    figures: Callable[[_Live, float, int], Figures]
    shown: Callable[[_Live], Mapping[str, Any]] = _nothing_more
    opened: Callable[[State, _Live], None] = _nothing
    changed: Callable[[State, _Live], None] = _nothing
    closed: Callable[[State, _Live], None] = _nothing


_SITE: Final = KindOfFacility(
    live=SiteState,
    sample=Site("", 0, "", 0.0),
    place=PlaceKind.DOCK,
    table="sites",
    settable=frozenset(
        {
            "name",
            "activity_rate",
            "docks",
            "loading_rate_t_per_min",
            "fixed_handling_s",
            "destination_weights",
            "packages",
            "hourly_profile",
            "batch_size_range",
            "attraction",
            "opening",
            "yard_limit",
        }
    ),
    check=sites.check,
    admitted=sites.admitted,
    resumed=sites.resume,
    figures=facility_figures.of_site,
    shown=sites.shown,
    opened=demand.begin_births,
    changed=demand.follow_rate,
    closed=sites.close,
)

_STATION: Final = KindOfFacility(
    live=StationState,
    sample=FuelStation("", 0, 1, 1.0),
    place=PlaceKind.PUMP,
    table="stations",
    settable=frozenset({"capacity", "cost_factor"}),
    check=fuel.check,
    admitted=fuel.admitted,
    resumed=fuel.resume,
    figures=facility_figures.of_station,
    shown=fuel.shown,
    closed=fuel.close,
)

_PARKING: Final = KindOfFacility(
    live=ParkingState,
    sample=Parking("", 0, 1),
    place=PlaceKind.LOT,
    table="parkings",
    settable=frozenset({"capacity"}),
    check=parking.check,
    admitted=parking.admitted,
    resumed=parking.resume,
    figures=facility_figures.of_parking,
)

KINDS: Final[Mapping[FacilityKind, KindOfFacility[Any, Any]]] = {
    FacilityKind.SITE: _SITE,
    FacilityKind.STATION: _STATION,
    FacilityKind.PARKING: _PARKING,
}
"""Every kind of facility with places; tables and figures come in this order."""


def kind_of(spec: ServingFacility) -> KindOfFacility[Any, Any]:
    """Return the declaration of a facility's kind."""
    return KINDS[spec.kind]
