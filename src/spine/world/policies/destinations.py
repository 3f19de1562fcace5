"""Where orders go: evenly, by weights of the origin, or by attraction and travel time."""

from __future__ import annotations

from math import exp, isfinite
from typing import Annotated

import msgspec

from spine.network.facilities import Site
from spine.world.policies.view import WorldView

_GRAVITY_SPEED_KPH = 80.0
_GRAVITY_MASS_KG = 5000.0


class UniformDestinations:
    """Every other site is as likely as any."""

    def weights(self, view: WorldView, origin: str) -> list[float]:
        """Return 1 for every other site."""
        return [0.0 if site.id == origin else 1.0 for site in view.sites]


class WeightedDestinations:
    """The site's own weights restricted to existing sites; uniform when none of them is usable."""

    def weights(self, view: WorldView, origin: str) -> list[float]:
        """Return the origin's weights in the order of the sites."""
        own = next(site for site in view.sites if site.id == origin).destination_weights
        found = [0.0 if site.id == origin else float(own.get(site.id, 0.0)) for site in view.sites]
        if sum(found) > 0.0:
            return found
        return UniformDestinations().weights(view, origin)


class GravityParameters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What `gravity` can be told.

    Attributes:
        beta_per_h: decay of the weights per hour of travel.
    """

    beta_per_h: Annotated[float, msgspec.Meta(ge=0.0)] = 2.0


class GravityDestinations:
    """w = attraction of the destination x exp(-beta x travel hours); what a site sends has no part in what it draws.

    The production-constrained gravity model of trip distribution (Ortúzar and Willumsen, "Modelling Transport", chapter 5).
    """

    Parameters = GravityParameters

    def __init__(self, parameters: GravityParameters) -> None:
        self._beta_per_h = parameters.beta_per_h

    def weights(self, view: WorldView, origin: str) -> list[float]:
        """Return gravity weights; unreachable sites get 0."""
        pulls = []
        for site in view.sites:
            hours = view.site_travel_s(origin, site.id, _GRAVITY_SPEED_KPH, _GRAVITY_MASS_KG) / 3600.0
            pulls.append((0.0 if site.id == origin or not isfinite(hours) else _attraction(site), hours))
        # Hours beyond the nearest give the same shares, and do not all vanish where every destination is far away.
        nearest = min((hours for attraction, hours in pulls if attraction > 0.0), default=0.0)
        beta = self._beta_per_h
        return [attraction * exp(-beta * (hours - nearest)) if attraction > 0.0 else 0.0 for attraction, hours in pulls]


def _attraction(site: Site) -> float:
    """Return how strongly a site draws orders: as given, else by how many trucks it can take."""
    return float(site.docks) if site.attraction is None else site.attraction
