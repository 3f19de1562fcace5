"""Families of figures: one per cause, activity, kind of place or percentile."""

from __future__ import annotations

from collections.abc import Iterator

from spine.catalogue.entry import COUNT, DERIVED, DOWN, NEITHER, SERIES, SHARE, SUMMARY, SUMS, TIME, TRUCKS, Entry
from spine.catalogue.figure import Better, Kind, Output

ACTIVITY_LABELS = {
    "idle": "idle",
    "driving": "driving",
    "waiting_dock": "waiting for a dock",
    "loading": "loading",
    "unloading": "unloading",
    "waiting_pump": "waiting for a pump",
    "fuelling": "fuelling",
    "waiting_parking": "waiting for a parking place",
    "resting": "resting",
    "parked": "parked, no work",
    "stranded": "stranded without fuel",
}
"""What trucks do, in the order of `spine.world.model.ACTIVITIES`, which is that of position frames."""

CAUSE_LABELS = {
    "rejected_oversize": ("larger than every truck", "refused at birth: larger than the largest truck"),
    "rejected_no_destination": ("no site it could go to", "refused at birth: no site it could go to"),
    "rejected_site_removed": (
        "its site was removed",
        "refused: its origin or destination was removed before it became known",
    ),
    "expired_no_broker": ("no broker", "expired: there was no broker"),
    "expired_no_truck": ("no trucks", "expired: there were no trucks"),
    "expired_too_large": ("no truck is large enough", "expired: no truck had the capacity"),
    "expired_no_equipment": (
        "no truck has the equipment",
        "expired: no truck large enough had everything the order requires",
    ),
    "expired_weight_limit": (
        "a weight limit on every way",
        "expired: every truck large enough exceeded a weight limit on every way, a light vehicle would not have",
    ),
    "expired_no_way_there": (
        "no way there",
        "expired: no road led from its origin to its destination, or from any truck large enough to its origin",
    ),
    "expired_no_way_back": ("no way back", "expired: a truck could have delivered it, but never left the destination"),
    "expired_fleet_trapped": (
        "the fleet is trapped",
        "expired: every truck that could carry it stood where no road leads back to where it started",
    ),
    "expired_window_too_short": (
        "too little time to drive there",
        "expired: driving and handling alone take longer than the time from birth to the delivery deadline",
    ),
    "expired_too_far": ("free trucks were too far away", "expired: trucks were free, but none could be there in time"),
    "expired_hours": (
        "the drivers' hours were short",
        "expired: a truck had the time, but its driver had to rest (orders from outside; others count as fleet_busy)",
    ),
    "expired_fleet_busy": ("the fleet was busy", "expired: trucks had other work, or drivers who had to rest"),
    "expired_not_awarded": (
        "the dispatcher gave it to none",
        "expired: a free truck could have carried it, and the dispatcher gave it to none (orders from outside)",
    ),
    "expired_truck_late": ("its truck came too late", "expired: it was awarded, but not picked up in time"),
    "expired_unreachable": (
        "destination cut off on the way",
        "lost: it was aboard when its destination could no longer be reached",
    ),
    "expired_truck_removed": ("its truck was removed", "lost: its truck was removed with it aboard"),
    "expired_site_removed": ("its site was removed", "expired or lost: its origin or destination was removed"),
}
"""Why packages were refused or expired: label and definition."""

PLACE_LABELS = {
    "dock": ("docks", "a dock", Output.SITES),
    "pump": ("pumps", "a pump", Output.STATIONS),
    "parking": ("parkings", "a place", Output.PARKINGS),
}
"""Kinds of places trucks take: of several, of one, and the table with a row for each facility that has them."""

PERCENTILES = (50, 90, 95, 99)
"""Percentiles of waiting and lead times."""


def _of_activities() -> Iterator[Entry]:
    for activity, label in ACTIVITY_LABELS.items():
        hours, now = f"time of trucks in the activity: {label}", f"trucks in the activity now: {label}"
        yield f"hours_{activity}", label, "h", TIME, NEITHER, hours, (*SUMS, TRUCKS)
        yield f"trucks_{activity}", label, "trucks", COUNT, NEITHER, now, (SERIES,)


def _of_uses(kind: str) -> Iterator[Entry]:
    places, one, table = PLACE_LABELS[kind]
    figures: tuple[tuple[str, str, str, Kind, Better, str], ...] = (
        ("served", "visits", "visits", COUNT, NEITHER, f"trucks that took {one}"),
        ("waited", "visits with a wait", "visits", COUNT, DOWN, f"trucks that took {one} after a wait"),
        (
            "turned_away",
            "turned away",
            "trucks",
            COUNT,
            DOWN,
            f"times a truck came for {one}, found none free and left",
        ),
        ("mean_wait_min", "mean wait", "min", TIME, DOWN, "time spent waiting / visits, those without a wait included"),
        ("mean_dwell_min", "mean stay", "min", TIME, NEITHER, f"mean time {one} was held by trucks that have left"),
        (
            "utilisation",
            "utilisation",
            "",
            SHARE,
            NEITHER,
            "time they were held / time they were there, at their present number",
        ),
    )
    for name, label, unit, sort, better, definition in figures:
        yield f"{kind}_{name}", f"{places}, {label}", unit, sort, better, definition, (*SUMS, table)
    longest = f"longest wait for {one} so far, of waits that have ended"
    yield f"{kind}_longest_wait_min", f"{places}, longest wait", "min", TIME, DOWN, longest, (SUMMARY, table)


def _of_lead_times() -> Iterator[Entry]:
    for prefix, label, end in (("pickup_wait", "wait for pickup", "pickup"), ("lead_time", "lead time", "delivery")):
        for percentile in PERCENTILES:
            name, definition = (
                f"{prefix}_p{percentile}_min",
                f"time from birth to {end} that {percentile} % do not exceed",
            )
            yield name, f"{label} of {percentile} %, at most", "min", TIME, DOWN, definition, DERIVED


CAUSE_FIGURES: tuple[Entry, ...] = tuple(
    (name, label, "packages", COUNT, DOWN, definition, SUMS) for name, (label, definition) in CAUSE_LABELS.items()
)
ACTIVITY_FIGURES: tuple[Entry, ...] = tuple(_of_activities())
USE_FIGURES: tuple[Entry, ...] = tuple(entry for kind in PLACE_LABELS for entry in _of_uses(kind))
LEAD_TIME_FIGURES: tuple[Entry, ...] = tuple(_of_lead_times())
