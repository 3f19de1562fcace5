"""Where packages go (domain 5.2 draw 1, W21)."""

from __future__ import annotations

from math import exp, isfinite
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spine.world.model import SiteState
    from spine.world.state import State

_GRAVITY_SPEED_KPH = 80.0
_GRAVITY_MASS_KG = 5000.0


class UniformDestinations:
    """Every other site is as likely as any."""

    def weights(self, state: State, origin: SiteState) -> list[float]:
        """Return 1 for every other site."""
        return [0.0 if site is origin else 1.0 for site in state.sites.values()]


class WeightedDestinations:
    """The site's own weights restricted to existing sites; uniform when none of them is usable."""

    def weights(self, state: State, origin: SiteState) -> list[float]:
        """Return the origin's weights in the order of the sites."""
        own = origin.spec.destination_weights
        found = [0.0 if site is origin else float(own.get(site_id, 0.0)) for site_id, site in state.sites.items()]
        if sum(found) > 0.0:
            return found
        return UniformDestinations().weights(state, origin)


class GravityDestinations:
    """w = attraction of the destination x exp(-beta x travel hours); what a site sends has no part in what it draws."""

    def weights(self, state: State, origin: SiteState) -> list[float]:
        """Return gravity weights; unreachable sites get 0."""
        profile = state.router.profile(_GRAVITY_SPEED_KPH, _GRAVITY_MASS_KG)
        pulls = []
        for site in state.sites.values():
            hours = state.router.travel_time_s(origin.node, site.node, profile) / 3600.0
            pulls.append((0.0 if site is origin or not isfinite(hours) else _attraction(site), hours))
        # Hours beyond the nearest give the same shares, and do not all vanish where every destination is far away.
        nearest = min((hours for attraction, hours in pulls if attraction > 0.0), default=0.0)
        beta = state.config.gravity_beta_per_h
        return [attraction * exp(-beta * (hours - nearest)) if attraction > 0.0 else 0.0 for attraction, hours in pulls]


def _attraction(site: SiteState) -> float:
    """Return how strongly a site draws packages: as given, else by how many trucks it can take."""
    return float(site.spec.docks) if site.spec.attraction is None else site.spec.attraction
