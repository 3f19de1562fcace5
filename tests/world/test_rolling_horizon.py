"""The rolling horizon's search: held against trying everything, and its docks against a queue that is simulated second by second."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from spine.world.policies.rolling.docks import late_s, traffic
from spine.world.policies.rolling.problem import Goals, Job, Problem
from spine.world.policies.rolling.route import Route, Start, Stop
from spine.world.policies.rolling.search import Fleet
from spine.world.policies.view import TruckOutlook

SITES, TRUCKS, ROOM = 3, 2, 3.0


@st.composite
def problems(draw: st.DrawFn) -> tuple[Problem, Goals, list[Job]]:
    """Draw three sites with any times between them, two trucks that are free at some time, and jobs, the last one in no route."""
    count = draw(st.integers(2, 6))
    sites = st.integers(0, SITES - 1)
    jobs = []
    for number in range(count):
        origin, destination = draw(st.tuples(sites, sites).filter(lambda pair: pair[0] != pair[1]))
        size, due = float(draw(st.integers(1, 2))), float(draw(st.integers(0, 4000)))
        jobs.append(Job(f"j{number}", origin, destination, due, 10.0 * size, 20.0 * size, (size,), ()))
    table = [[float(draw(st.integers(0, 900))) for _ in range(SITES)] for _ in range(SITES + TRUCKS)]
    for site in range(SITES):
        table[site][site] = 0.0
    lifo = draw(st.booleans())
    free_at = [float(draw(st.integers(0, 500))) for _ in range(TRUCKS)]
    outlooks = [
        TruckOutlook(f"t{truck}", free_at[truck], np.zeros(SITES, dtype=np.float32), 0, (), (), (), ROOM, {}, (), lifo)
        for truck in range(TRUCKS)
    ]
    fixed = [float(draw(st.sampled_from([0, 100, 1800]))) for _ in range(SITES)]
    problem = Problem(
        {job.id: job for job in jobs},
        outlooks,
        np.full((TRUCKS, 1), ROOM),
        np.array(fixed),
        fixed,
        np.array(table),
        table,
        [0] * TRUCKS,
        [SITES + truck for truck in range(TRUCKS)],
        free_at,
        [[0.0] * draw(st.integers(1, 2)) for _ in range(SITES)],
        [None] * SITES,
        np.zeros(SITES),
        draw(st.booleans()),
    )
    return problem, Goals(float(draw(st.sampled_from([0, 1, 50]))), draw(st.booleans())), jobs


def _filled(problem: Problem, goals: Goals, jobs: list[Job]) -> Fleet:
    """Return a fleet with all jobs but the last one, each where the search puts it."""
    fleet = Fleet(problem, goals, [Route(Start(problem, goals, truck, pinned=False), []) for truck in range(TRUCKS)])
    for job in jobs[:-1]:
        found = fleet.best_insertion(job)
        assert found is not None
        fleet.insert(found)
    return fleet


def _may_be(stops: list[Stop], *, lifo: bool) -> bool:
    """Return whether a truck may have a plan: capacity and stack, written anew."""
    stack: list[Job] = []
    for job, pickup in stops:
        if pickup:
            stack.append(job)
            if sum(aboard.amounts[0] for aboard in stack) > ROOM:
                return False
        elif lifo and stack[-1] is not job:
            return False
        else:
            stack.remove(job)
    return True


@settings(max_examples=60)
@given(problems())
def test_the_cheapest_insertion_is_found(drawn: tuple[Problem, Goals, list[Job]]) -> None:
    """Compared with every pair of places of every truck."""
    problem, goals, jobs = drawn
    fleet = _filled(problem, goals, jobs)
    new = jobs[-1]
    costs = []
    for route in fleet.routes:
        stops = route.stops
        for at in range(len(stops) + 1):
            for then in range(at, len(stops) + 1):
                plan = [*stops[:at], (new, True), *stops[at:then], (new, False), *stops[then:]]
                if _may_be(plan, lifo=problem.trucks[0].last_in_first_out):
                    costs.append(Route(route.start, plan).cost - route.cost)
    found = fleet.best_insertion(new)
    assert found is not None
    assert found.cost <= min(costs) + 1e-6 or len(costs) > 24
    assert _may_be(found.stops, lifo=problem.trucks[0].last_in_first_out)


@settings(max_examples=60)
@given(problems())
def test_docks_are_given_out_first_come_first_served(drawn: tuple[Problem, Goals, list[Job]]) -> None:
    """Both ways of driving all routes agree with a simulation that looks for the next arrival again and again."""
    problem, goals, jobs = drawn
    fleet = _filled(problem, goals, jobs)
    docks = [list(free) for free in problem.docks_free_at]
    coming = {
        truck: (route.start.free_at + route.visits[0][1], 0) for truck, route in enumerate(fleet.routes) if route.visits
    }
    late = 0.0
    while coming:
        truck = min(coming, key=lambda truck: (coming[truck][0], truck))
        arrival, at = coming.pop(truck)
        visits = fleet.routes[truck].visits
        site, _, service, dues = visits[at]
        dock = docks[site].index(min(docks[site]))
        granted = max(arrival, docks[site][dock])
        docks[site][dock] = granted + service
        late += sum(max(0.0, (arrival if goals.late_at_arrival else granted) - due) for due in dues)
        if at + 1 < len(visits):
            coming[truck] = (granted + service + visits[at + 1][1], at + 1)
    assert abs(late_s(problem, fleet.routes) - late) < 1e-6
    seen = traffic(problem, fleet.routes)
    assert abs(seen.late_s - late) < 1e-6
    assert all(one[0] <= other[0] for arrivals in seen.arrivals for one, other in pairwise(arrivals))
