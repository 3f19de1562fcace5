"""What a truck does next. All decisions of trucks are made here; which activity may follow which is declared in `activities`.

A truck decides only when something has ended (a leg, handling, pumping, a rest, a wait) or its plan has changed. It considers, in this
order: the stop it stands at, fuel, hours, its next stop, waiting for work.
"""

from __future__ import annotations

from spine.world import events, freight, fuel, hours, movement, parking, queues, rests, shift, sites
from spine.world.activities import Activity, Diversion, Followup, Purpose, StuckReason
from spine.world.appointments import plan_anew
from spine.world.causes import ExpiryCause, ReofferReason
from spine.world.facility_kinds import kind_of
from spine.world.leg import Leg
from spine.world.model import ParkingState, Truck
from spine.world.schedule import outlook, update_etas, visit_of_stop
from spine.world.state import State


def decide(state: State, truck: Truck, due: Diversion = Diversion.NONE) -> None:
    """Choose the next activity of a truck that stands at a node with nothing under way.

    Args:
        due: diversion that planning found due at this node: `FUEL`, `REST` or `NONE`.
    """
    if truck.spec.shift is not None and not _is_on_duty(state, truck):
        return
    if truck.plan and _goal_node(state, truck) == truck.node:
        _go_to_stop(state, truck)
        return
    if (due is Diversion.FUEL or fuel.is_due(truck)) and not truck.fuel_ignored and _go_for_fuel(state, truck):
        return
    if due is Diversion.REST or hours.is_due(truck):
        _go_for_rest(state, truck)
        return
    if truck.plan:
        _go_to_stop(state, truck)
        return
    _go_idle(state, truck)
    if truck.spec.shift is not None:
        shift.wait_until_close(state, truck)


def _is_on_duty(state: State, truck: Truck) -> bool:
    """Return whether a truck with a shift goes on to its next stop, or looks for work; else it goes home, or is off duty where it is."""
    there = shift.departure(state, truck, visit_of_stop(state, truck.plan[0]) if truck.plan else None)
    if there.node == truck.node and there.time <= state.now:
        shift.come_on_duty(state, truck)
        if truck.plan and truck.activity is Activity.PARKED:
            _leave_place(state, truck)
        return True
    if there.node == truck.node or not _set_off_to_wait(state, truck, there.node, None, Purpose.HOME):
        shift.go_off_duty(state, truck, there.time)
    return False


def replan(state: State, truck: Truck) -> None:
    """React to a changed plan: stop waiting at once, or leave the route at the next node; anything else is finished first."""
    if truck.plan:
        plan_anew(state, truck)
    activity = truck.activity
    if activity is Activity.WAITING_DOCK:
        site = state.sites.get(truck.building or "")
        if site is None or not truck.plan or not sites.may_handle(state, site, truck.plan[0]):
            queues.leave(state, truck)
            state.set_activity(truck, Activity.IDLE)
            decide(state, truck)
    elif activity in (Activity.IDLE, Activity.PARKED):
        if truck.off_since is not None or (truck.plan and truck.spec.shift is not None):
            decide(state, truck)
        elif truck.plan:
            _end_idling(state, truck)
    elif activity is Activity.DRIVING and truck.leg is not None:
        leg = truck.leg
        if leg.purpose in (Purpose.PARKING, Purpose.HOME) and truck.plan and not _goes_home_first(state, truck):
            movement.cut_at_next_node(state, truck)
        elif leg.purpose is Purpose.STOP:
            goal = state.sites[truck.plan[0].site_id].node if truck.plan else -1
            if goal != leg.goal_node:
                movement.cut_at_next_node(state, truck)


def _goes_home_first(state: State, truck: Truck) -> bool:
    """Return whether the next stop of a truck that drives home does not fit into the shift of its driver."""
    start = outlook(state, truck)
    if truck.spec.shift is None or start is None:
        return False
    here = shift.Standing(start.node, start.time, start.clock, start.rests)
    return shift.sets_off(state, truck, here, visit_of_stop(state, truck.plan[0])) is not here


def _end_idling(state: State, truck: Truck) -> None:
    """Set off from where the truck waited for work; a driver who must rest first does so there, and the time he waited counts."""
    hours.credit_idle_time(state, truck)
    if truck.activity is Activity.PARKED and hours.is_due(truck):
        since = truck.activity_since
        state.set_activity(truck, Activity.RESTING)
        hours.begin_rest(state, truck, since)
        return
    _leave_place(state, truck)
    decide(state, truck)


def leg_ended(state: State, truck: Truck) -> None:
    """A truck has reached the end of its leg."""
    leg = movement.arrive(state, truck)
    heading_to = truck.heading_to
    truck.heading_to = None
    at_goal = truck.node == leg.goal_node
    if at_goal:
        truck.route_start = truck.route_end = -1
    if at_goal and heading_to is not None:
        if leg.purpose is Purpose.FUEL and heading_to in state.stations:
            fuel.go_to_pump(state, truck, state.stations[heading_to])
            return
        if leg.purpose is Purpose.REST and heading_to in state.parkings:
            _try_to_rest(state, truck, state.parkings[heading_to])
            return
        idles = not truck.plan and not hours.is_due(truck)
        if leg.purpose is Purpose.PARKING and heading_to in state.parkings and idles:
            rest_area = state.parkings[heading_to]
            if parking.enter_for_idling(state, truck, rest_area):
                state.followups.append((Followup.FREE, truck.id))
                if truck.spec.shift is not None:
                    state.followups.append((Followup.NEXT, truck.id))
                return
    if truck.spec.shift is not None and leg.purpose is Purpose.STOP and _may_handle_here(state, truck):
        # What is under way is finished, though it may have taken longer than foreseen.
        _go_to_stop(state, truck)
        return
    decide(state, truck, leg.divert if leg.divert in (Diversion.FUEL, Diversion.REST) else Diversion.NONE)


def _may_handle_here(state: State, truck: Truck) -> bool:
    return _goal_node(state, truck) == truck.node and sites.opens_at(state, truck.plan[0]) <= state.now


def handling_ended(state: State, truck: Truck) -> None:
    """A truck has finished loading, or unloading a package."""
    if not sites.finish_handling(state, truck):
        return
    truck.fuel_ignored = False
    if truck.plan:
        update_etas(state, truck)
    else:
        state.followups.append((Followup.FREE, truck.id))
    state.followups.append((Followup.NEXT, truck.id))


def fuelling_ended(state: State, truck: Truck) -> None:
    """A truck has filled its tank."""
    fuel.finish_pumping(state, truck)
    decide(state, truck)


def search_ended(state: State, truck: Truck) -> None:
    """The search for a parking space has lasted long enough: go to another parking within reach, else rest at the roadside."""
    parking.give_up_search(state, truck)
    if parking.another_within_hours(state, truck, _goal_node(state, truck)):
        _go_for_rest(state, truck)
    else:
        parking.rest_at_roadside(state, truck)


def rest_ended(state: State, truck: Truck) -> None:
    """A driver has rested long enough."""
    hours.end_rest(state, truck)
    if truck.spec.shift is not None:
        shift.rest_over(state, truck)
    if truck.plan:
        if truck.spec.shift is None:
            _leave_place(state, truck)
        decide(state, truck)
    else:
        state.followups.append((Followup.FREE, truck.id))
        state.followups.append((Followup.NEXT, truck.id))


def admitted(state: State, truck: Truck) -> None:
    """A truck that waited for a place has been let in."""
    facility = state.buildings[truck.building or ""]
    kind_of(facility.spec).admitted(state, truck, facility)


def begin(state: State, truck: Truck) -> None:
    """A new truck looks for work, then decides."""
    state.followups.append((Followup.FREE, truck.id))
    state.followups.append((Followup.NEXT, truck.id))


def next_thing(state: State, truck: Truck) -> None:
    """Decide for a truck that has become idle, unless an award has set it off meanwhile.

    A parked one decides, too, when its shift begins or ends.
    """
    if truck.activity is Activity.IDLE or (truck.activity is Activity.PARKED and truck.spec.shift is not None):
        decide(state, truck)


def _goal_node(state: State, truck: Truck) -> int | None:
    return state.sites[truck.plan[0].site_id].node if truck.plan else None


def _leave_place(state: State, truck: Truck) -> None:
    """Leave the facility in which a truck waited for work; waiting long enough counts as a rest."""
    hours.credit_idle_time(state, truck)
    queues.leave(state, truck)
    state.set_activity(truck, Activity.IDLE)


def _set_off(state: State, truck: Truck, leg: Leg, heading_to: str | None) -> None:
    if truck.building is not None:
        _leave_place(state, truck)
    truck.heading_to = heading_to
    goal = _goal_node(state, truck)
    if leg.purpose in (Purpose.FUEL, Purpose.REST) and truck.put_aside_node < 0 and goal is not None:
        truck.put_aside_node = goal
    movement.depart(state, truck, leg)


def _go_for_fuel(state: State, truck: Truck) -> bool:
    """Set off for a fuel station, after a rest if one is due first; False, with one event, when no station can be reached."""
    station = fuel.choose_station(state, truck, _goal_node(state, truck))
    divert = Diversion.NONE
    if station is not None and station.node == truck.node:
        _leave_place(state, truck)
        fuel.go_to_pump(state, truck, station)
        return True
    if station is not None:
        heed_hours = not rests.within_hours(state, truck, station.node)
        leg, divert = movement.plan_leg(state, truck, station.node, Purpose.FUEL, heed_hours=heed_hours)
        if leg is not None:
            _set_off(state, truck, leg, station.spec.id)
            return True
    if divert is Diversion.REST:
        _go_for_rest(state, truck, heed_fuel=False)
        return True
    truck.fuel_ignored = True
    state.emit(events.TruckStuck(state.now, truck.id, state.node_id(truck.node), StuckReason.NO_STATION))
    return False


def _go_for_rest(state: State, truck: Truck, *, heed_fuel: bool = True) -> None:
    """Set off for a parking to rest in, or rest at the roadside when there is none.

    Args:
        heed_fuel: whether to refuel first when fuel would run low on the way.
    """
    rest_area = rests.choose_for_truck(state, truck, _goal_node(state, truck))
    if rest_area is None:
        _leave_place(state, truck)
        parking.rest_at_roadside(state, truck)
        return
    if rest_area.node == truck.node:
        _try_to_rest(state, truck, rest_area)
        return
    leg, divert = movement.plan_leg(state, truck, rest_area.node, Purpose.REST, heed_fuel=heed_fuel)
    if leg is not None and not leg.runs_dry:
        _set_off(state, truck, leg, rest_area.spec.id)
    elif divert is not Diversion.FUEL or not _go_for_fuel(state, truck):
        _leave_place(state, truck)
        parking.rest_at_roadside(state, truck)


def _try_to_rest(state: State, truck: Truck, rest_area: ParkingState) -> None:
    """Rest in a parking at the truck's node; when it is full go to the next best within the limit, else search for a space."""
    if truck.building == rest_area.spec.id:
        state.set_activity(truck, Activity.RESTING)
        hours.begin_rest(state, truck, state.now)
        return
    if truck.building is not None:
        _leave_place(state, truck)
    if rest_area.places.has_room:
        parking.enter_for_rest(state, truck, rest_area)
        return
    truck.tried.append(rest_area.spec.id)
    another = parking.another_within_hours(state, truck, _goal_node(state, truck))
    truck.tried.pop()
    if another:
        parking.turn_away(truck, rest_area)
        _go_for_rest(state, truck)
    else:
        parking.begin_search(state, truck, rest_area)


def _go_to_stop(state: State, truck: Truck) -> None:
    """Dock at the next stop, or drive there."""
    site = state.sites[truck.plan[0].site_id]
    if site.node == truck.node:
        if truck.building is not None:
            _leave_place(state, truck)
        sites.dock(state, truck)
        return
    leg, divert = movement.plan_leg(state, truck, site.node, Purpose.STOP)
    if leg is not None:
        _set_off(state, truck, leg, None)
    elif divert is Diversion.UNREACHABLE:
        _give_up_stop(state, truck)
    elif divert is Diversion.FUEL:
        if not _go_for_fuel(state, truck):
            _go_to_stop(state, truck)
    else:
        _go_for_rest(state, truck)


def _give_up_stop(state: State, truck: Truck) -> None:
    """Drop a stop that cannot be reached from here: its order is offered again, or lost when it is aboard."""
    state.emit(events.TruckStuck(state.now, truck.id, state.node_id(truck.node), StuckReason.UNREACHABLE))
    order = state.orders[truck.plan[0].package_id]
    if order.aboard:
        freight.expire(state, order, ExpiryCause.UNREACHABLE)
    else:
        freight.withdraw_award(state, order, ReofferReason.UNREACHABLE)
    state.followups.append((Followup.NEXT, truck.id))


def _go_idle(state: State, truck: Truck) -> None:
    """Wait for work: in the parking the truck is in, at home, in the nearest parking with room, or right here."""
    if truck.building is not None:
        if truck.activity is not Activity.PARKED:
            state.set_activity(truck, Activity.PARKED)
        return
    goal, heading_to, purpose = truck.home_node, None, Purpose.HOME
    if not truck.returns_home:
        rest_area = parking.choose_for_idling(state, truck)
        if rest_area is None:
            truck.tried.clear()
            return
        if rest_area.node == truck.node:
            parking.enter_for_idling(state, truck, rest_area)
            return
        goal, heading_to, purpose = rest_area.node, rest_area.spec.id, Purpose.PARKING
    if truck.spec.shift is not None and not truck.spec.back_by_shift_end:
        seconds = state.travel_s(truck.node, goal, truck.profile)
        if not shift.has_time(state, truck, shift.here(state, truck), seconds):
            return
    _set_off_to_wait(state, truck, goal, heading_to, purpose)


def _set_off_to_wait(state: State, truck: Truck, goal: int, heading_to: str | None, purpose: Purpose) -> bool:
    """Set off for where a truck waits for work, or for a rest or fuel on the way; False when it stays where it is."""
    if goal == truck.node or not state.parts_of(truck.profile).may_go(truck.node, goal):
        return False
    leg, divert = movement.plan_leg(state, truck, goal, purpose)
    if leg is not None:
        _set_off(state, truck, leg, heading_to)
    elif divert is Diversion.REST:
        _go_for_rest(state, truck)
    else:
        return divert is Diversion.FUEL and _go_for_fuel(state, truck)
    return True
