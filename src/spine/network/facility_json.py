"""Facilities as building objects: the JSON of map files, save files and signals.

Beyond the plain protocol SPINE writes optional keys of a site when they are not the default: `fixed_handling_s`, `hourly_profile`,
`batch_size_range`, `attraction`, `opening_hours`, `yard_limit` and `appointments`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from spine.errors import MapFormatError, quoted
from spine.network.appointments import USUAL_TOLERANCE_S, Appointments
from spine.network.facilities import (
    HOURLY_PROFILE_LENGTHS,
    PRIORITIES,
    URGENCIES,
    Facility,
    FacilityKind,
    FuelStation,
    GenericBuilding,
    PackageProfile,
    Parking,
    Site,
)
from spine.network.json_fields import LARGEST_INT, Json, JsonReader, is_number
from spine.network.opening import OpeningHours

_QUALIFIED = {"priority_weights": "Priority.", "urgency_weights": "DeliveryUrgency."}
_DOCKS = 3
_NO_STATISTICS = {
    "packages_generated": 0,
    "packages_picked_up": 0,
    "packages_delivered": 0,
    "packages_expired": 0,
    "total_value_delivered": 0.0,
    "total_value_expired": 0.0,
}


def facility_from_json(item: object, node_id: int, where: str = "building") -> Facility:
    """Return the facility of a building object in file or signal spelling.

    One of an unknown type, or without a type, is a building without a function.

    Raises:
        MapFormatError: it is malformed.
    """
    reader = JsonReader(item, f"{where}: building")
    building_id = reader.text("id")
    reader.where = f"{where}: building {quoted(building_id)}"
    if not building_id:
        raise MapFormatError(f"{reader.where}: id must not be empty")
    kind = reader.item.get("type")
    read = _READERS.get(kind) if isinstance(kind, str) else None
    return read(reader, building_id, node_id) if read is not None else GenericBuilding(building_id, node_id)


def facility_to_json(
    facility: Facility,
    *,
    occupants: Sequence[str] = (),
    active_packages: Sequence[str] = (),
    statistics: Mapping[str, float] | None = None,
    balance_ducats: float = 0.0,
    qualified: bool = False,
) -> Json:
    """Return the building object of a facility with what is there now.

    Args:
        occupants: trucks inside, sorted.
        active_packages: packages waiting at a site.
        statistics: the six figures of a site; zeros when None.
        balance_ducats: revenue of a station.
        qualified: whether weight keys take the spelling of signals.
    """
    item: Json = {"id": facility.id, "type": facility.kind.value}
    if isinstance(facility, GenericBuilding):
        return item
    item["capacity"], item["current_agents"] = facility.places, list(occupants)
    if isinstance(facility, FuelStation):
        item["cost_factor"], item["balance_ducats"] = facility.cost_factor, balance_ducats
    elif isinstance(facility, Site):
        item |= _site_to_json(facility, active_packages, statistics or _NO_STATISTICS, qualified=qualified)
    return item


def _read_places(reader: JsonReader, default: int | None = None) -> int:
    """Return how many places there are; the trucks in them are checked and not kept."""
    places = reader.whole("capacity", 1, LARGEST_INT, default=default)
    occupants = reader.texts("current_agents")
    if len(occupants) > places:
        raise MapFormatError(f"{reader.where}: {len(occupants)} current_agents are more than its capacity {places}")
    return places


def _read_parking(reader: JsonReader, building_id: str, node_id: int) -> Parking:
    return Parking(building_id, node_id, _read_places(reader))


def _read_station(reader: JsonReader, building_id: str, node_id: int) -> FuelStation:
    capacity = _read_places(reader)
    reader.number("balance_ducats", 0.0)
    cost_factor = reader.number("cost_factor")
    if cost_factor <= 0.0:
        raise MapFormatError(f"{reader.where}: cost_factor = {cost_factor:g} must be greater than 0")
    return FuelStation(building_id, node_id, capacity, cost_factor)


def _read_site(reader: JsonReader, building_id: str, node_id: int) -> Site:
    docks = _read_places(reader, default=_DOCKS)
    reader.texts("active_packages")
    for name, value in reader.object("statistics").items():
        if not is_number(value):
            raise MapFormatError(f"{reader.where}: statistics[{quoted(name)}] = {quoted(value)} must be finite")
    rate, fixed_handling_s = reader.at_least_0("activity_rate"), reader.at_least_0("fixed_handling_s", 0.0)
    loading_rate = reader.number("loading_rate_tonnes_per_min", 0.5)
    if loading_rate <= 0.0:
        raise MapFormatError(f"{reader.where}: loading_rate_tonnes_per_min = {loading_rate:g} must be greater than 0")
    profile = reader.array("hourly_profile", optional=True)
    fits = len(profile) in HOURLY_PROFILE_LENGTHS and all(is_number(v) and v >= 0 for v in profile) and any(profile)
    if profile and not fits:
        raise MapFormatError(f"{reader.where}: hourly_profile must be 24 or 168 numbers of at least 0, not all 0")
    attraction = None if reader.item.get("attraction") is None else reader.at_least_0("attraction")
    batch = reader.pair("batch_size_range", (1.0, 1.0))
    if batch[0] < 1 or any(value != int(value) for value in batch):
        raise MapFormatError(f"{reader.where}: batch_size_range must be two whole numbers of at least 1")
    return Site(
        id=building_id,
        node_id=node_id,
        name=reader.text("name"),
        activity_rate=rate,
        docks=docks,
        loading_rate_t_per_min=loading_rate,
        fixed_handling_s=fixed_handling_s,
        destination_weights=reader.weights("destination_weights"),
        packages=_read_profile(JsonReader(reader.object("package_config"), f"{reader.where}: package_config")),
        hourly_profile=tuple(float(value) for value in profile),
        batch_size_range=(int(batch[0]), int(batch[1])),
        attraction=attraction,
        opening=_read_opening(reader),
        yard_limit=None if reader.item.get("yard_limit") is None else reader.whole("yard_limit", 1, LARGEST_INT),
        appointments=_read_appointments(reader),
    )


def _read_opening(reader: JsonReader) -> OpeningHours | None:
    """Read `opening_hours`: `weekly`, intervals in seconds since Monday 0:00, and `dates` with those of single days."""
    if reader.item.get("opening_hours") is None:
        return None
    return opening_from_json(reader.object("opening_hours"), f"{reader.where}: opening_hours")


def opening_from_json(value: object, where: str) -> OpeningHours:
    """Return opening hours, or the hours of a shift, from their object: `weekly` and `dates`.

    Raises:
        MapFormatError: it is malformed.
    """
    item = JsonReader(value, where)
    dates = {}
    for name, intervals in item.object("dates").items():
        try:
            day = date.fromisoformat(name)
        except ValueError:
            raise MapFormatError(f"{where}: dates: {quoted(name)} is no date such as 2026-12-24") from None
        dates[day.toordinal()] = _read_intervals(intervals, f"{where}: {name}")
    return OpeningHours(_read_intervals(item.array("weekly"), f"{where}: weekly"), dates)


def _read_appointments(reader: JsonReader) -> Appointments | None:
    """Read `appointments`: `slot_s`, and `per_slot` and `tolerance_s` where they are not the default."""
    if reader.item.get("appointments") is None:
        return None
    item = JsonReader(reader.object("appointments"), f"{reader.where}: appointments")
    per_slot = None if item.item.get("per_slot") is None else item.whole("per_slot", 1, LARGEST_INT)
    return Appointments(item.number("slot_s"), per_slot, item.number("tolerance_s", USUAL_TOLERANCE_S))


def _read_intervals(value: object, where: str) -> tuple[tuple[float, float], ...]:
    if not isinstance(value, list):
        raise MapFormatError(f"{where}: must be an array of [opens, closes] in seconds")
    found = []
    for pair in value:
        if not (isinstance(pair, list) and len(pair) == 2 and is_number(pair[0]) and is_number(pair[1])):
            raise MapFormatError(f"{where}: {quoted(pair)} is no pair [opens, closes] in seconds")
        found.append((float(pair[0]), float(pair[1])))
    return tuple(found)


def _read_profile(reader: JsonReader) -> PackageProfile:
    plain = PackageProfile()
    return PackageProfile(
        size_range=reader.pair("size_range", plain.size_range),
        value_range=reader.pair("value_range_currency", plain.value_range),
        pickup_window_s=reader.pair("pickup_deadline_range_ticks", plain.pickup_window_s),
        delivery_window_s=reader.pair("delivery_deadline_range_ticks", plain.delivery_window_s),
        priority_weights=_read_weights(reader, "priority_weights", PRIORITIES, plain.priority_weights),  # type: ignore[arg-type]
        urgency_weights=_read_weights(reader, "urgency_weights", URGENCIES, plain.urgency_weights),  # type: ignore[arg-type]
    )


def _read_weights(
    reader: JsonReader, name: str, allowed: Sequence[str], default: tuple[float, ...]
) -> tuple[float, ...]:
    """Read weights under bare or qualified names; names left out weigh 0."""
    found = reader.weights(name)
    if not found:
        return default
    weights = dict.fromkeys(allowed, 0.0)
    for key, value in found.items():
        bare = key.removeprefix(_QUALIFIED[name])
        if bare not in weights:
            raise MapFormatError(f"{reader.where}: {name}[{quoted(key)}] is unknown; known are {', '.join(allowed)}")
        weights[bare] = value
    if not any(weights.values()):
        raise MapFormatError(f"{reader.where}: {name} must not be all 0")
    return tuple(weights.values())


_READERS: Mapping[str, Callable[[JsonReader, str, int], Facility]] = {
    FacilityKind.SITE: _read_site,
    FacilityKind.PARKING: _read_parking,
    FacilityKind.STATION: _read_station,
}


def _site_to_json(
    site: Site, active_packages: Sequence[str], statistics: Mapping[str, float], *, qualified: bool
) -> Json:
    item: Json = {
        "name": site.name,
        "activity_rate": site.activity_rate,
        "loading_rate_tonnes_per_min": site.loading_rate_t_per_min,
        "destination_weights": dict(site.destination_weights),
        "package_config": _profile_to_json(site.packages, qualified=qualified),
        "active_packages": list(active_packages),
        "statistics": dict(statistics),
    }
    if site.fixed_handling_s:
        item["fixed_handling_s"] = site.fixed_handling_s
    if site.hourly_profile:
        item["hourly_profile"] = list(site.hourly_profile)
    if site.batch_size_range != (1, 1):
        item["batch_size_range"] = list(site.batch_size_range)
    if site.attraction is not None:
        item["attraction"] = site.attraction
    if site.opening is not None:
        item["opening_hours"] = opening_to_json(site.opening)
    if site.yard_limit is not None:
        item["yard_limit"] = site.yard_limit
    if site.appointments is not None:
        item["appointments"] = _appointments_to_json(site.appointments)
    return item


def _appointments_to_json(appointments: Appointments) -> Json:
    item: Json = {"slot_s": appointments.slot_s, "tolerance_s": appointments.tolerance_s}
    if appointments.per_slot is not None:
        item["per_slot"] = appointments.per_slot
    return item


def opening_to_json(opening: OpeningHours) -> Json:
    """Return the object of opening hours, or of the hours of a shift."""
    return {
        "weekly": [list(interval) for interval in opening.weekly],
        "dates": {
            date.fromordinal(day).isoformat(): [list(interval) for interval in intervals]
            for day, intervals in opening.dates.items()
        },
    }


def _profile_to_json(profile: PackageProfile, *, qualified: bool) -> Json:
    def weights(name: str, names: Sequence[str], values: Sequence[float]) -> Json:
        prefix = _QUALIFIED[name] if qualified else ""
        return {prefix + key: value for key, value in zip(names, values, strict=True)}

    return {
        "size_range": list(profile.size_range),
        "value_range_currency": list(profile.value_range),
        # One tick of the file is one simulated second; whole numbers stay whole (front ends want integers).
        "pickup_deadline_range_ticks": [_plain(value) for value in profile.pickup_window_s],
        "delivery_deadline_range_ticks": [_plain(value) for value in profile.delivery_window_s],
        "priority_weights": weights("priority_weights", PRIORITIES, profile.priority_weights),
        "urgency_weights": weights("urgency_weights", URGENCIES, profile.urgency_weights),
    }


def _plain(seconds: float) -> int:
    return round(seconds)
