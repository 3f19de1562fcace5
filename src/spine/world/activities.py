"""What a truck does: its activities, the table of how one may follow another, and why it drives or stops driving."""

from __future__ import annotations

from enum import Enum
from typing import Final

from spine.hours import Duty


class Activity(str, Enum):
    """What a truck is doing; the value is the name shown to people."""

    IDLE = "idle"
    DRIVING = "driving"
    WAITING_DOCK = "waiting_dock"
    LOADING = "loading"
    UNLOADING = "unloading"
    WAITING_PUMP = "waiting_pump"
    FUELLING = "fuelling"
    WAITING_PARKING = "waiting_parking"
    RESTING = "resting"
    PARKED = "parked"
    STRANDED = "stranded"


class Purpose(str, Enum):
    """Why a truck drives a leg."""

    STOP = "stop"
    """To the next stop of its plan."""
    REST = "rest"
    """To a parking, for a rest the driver must take."""
    FUEL = "fuel"
    """To a fuel station."""
    PARKING = "parking"
    """To a parking, to wait there for work."""
    HOME = "home"
    """To its home node, to wait there for work."""


class Diversion(str, Enum):
    """Why a drive ends before its goal, or cannot begin."""

    NONE = ""
    FUEL = "fuel"
    """The driver must look for fuel."""
    REST = "rest"
    """The driver must look for a place to rest."""
    AWARD = "award"
    """The plan has changed: the truck decides anew at the next node."""
    UNREACHABLE = "unreachable"
    """No road leads to the goal."""


class TaskType(str, Enum):
    """What a truck comes to a site for."""

    PICKUP = "PICKUP"
    DELIVERY = "DELIVERY"


class StuckReason(str, Enum):
    """Why a truck cannot do what its plan or its driver's needs ask for."""

    UNREACHABLE = "unreachable"
    NO_STATION = "no_station"
    NO_PARKING = "no_parking"
    """No parking in reach."""
    PARKING_FULL = "parking_full"
    """The parkings it has tried are full."""


class Followup(str, Enum):
    """What is to be done as soon as the present entry of the agenda is settled; each names an order or a truck."""

    OFFER = "offer"
    """Offer the package to the fleet again."""
    ADMITTED = "admitted"
    """The truck has been let in from a queue."""
    REPLAN = "replan"
    """The truck's plan has changed."""
    FREE = "free"
    """The truck has nothing to do: it may choose among the open packages around it."""
    NEXT = "next"
    """The truck decides what to do next."""


FOLLOWED_BY: Final[dict[Activity, frozenset[Activity]]] = {
    Activity.IDLE: frozenset(
        {
            Activity.IDLE,  # leaves a building it stood in without doing anything
            Activity.DRIVING,
            Activity.WAITING_DOCK,
            Activity.LOADING,
            Activity.UNLOADING,
            Activity.WAITING_PUMP,
            Activity.FUELLING,
            Activity.WAITING_PARKING,
            Activity.RESTING,
            Activity.PARKED,
        }
    ),
    Activity.DRIVING: frozenset({Activity.IDLE, Activity.STRANDED}),
    Activity.STRANDED: frozenset({Activity.DRIVING, Activity.IDLE}),  # idle: removed from the world
    Activity.WAITING_DOCK: frozenset({Activity.LOADING, Activity.UNLOADING, Activity.IDLE}),
    Activity.LOADING: frozenset({Activity.IDLE}),
    Activity.UNLOADING: frozenset({Activity.IDLE}),
    Activity.WAITING_PUMP: frozenset({Activity.FUELLING, Activity.IDLE}),
    Activity.FUELLING: frozenset({Activity.IDLE}),
    Activity.WAITING_PARKING: frozenset({Activity.RESTING, Activity.IDLE}),
    # A rest ends where it was taken: in the parking, or at the roadside.
    Activity.RESTING: frozenset({Activity.PARKED, Activity.IDLE}),
    # Resting: awarded work while it waits, its driver must rest first, and rests where he is.
    Activity.PARKED: frozenset({Activity.IDLE, Activity.RESTING}),
}
"""Which activities may follow each; `State.set_activity` asserts it. Commands may end any activity: the truck is then idle."""

DUTY_OF: Final[dict[Activity, Duty]] = {
    Activity.IDLE: Duty.AVAILABILITY,
    Activity.LOADING: Duty.WORK,
    Activity.UNLOADING: Duty.WORK,
    Activity.FUELLING: Duty.WORK,
    Activity.WAITING_DOCK: Duty.AVAILABILITY,
    Activity.WAITING_PUMP: Duty.AVAILABILITY,
}
"""What an activity that ends is to the law, where the activity alone decides it.

Driving is booked with the leg or the search it belongs to, rests by `hours`.
"""
