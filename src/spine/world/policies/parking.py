"""What a full parking costs: time, fuel and hours of a search, and the risk of a fine at the roadside."""

from __future__ import annotations

from typing import Annotated

import msgspec


class ParkingParameters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What `baseline` can be told.

    Attributes:
        search_s: mean time a driver drives around a full parking before he gives up, seconds.
        search_kph: how fast.
        roadside_check_share: share of the rests at the roadside that are checked.
        roadside_fine: fine for one that is, ducats.
    """

    search_s: Annotated[float, msgspec.Meta(ge=0.0)] = 1200.0
    search_kph: Annotated[float, msgspec.Meta(ge=0.0, le=100.0)] = 20.0
    roadside_check_share: Annotated[float, msgspec.Meta(ge=0.0, le=1.0)] = 0.25
    roadside_fine: Annotated[float, msgspec.Meta(ge=0.0)] = 200.0


class BaselineParking:
    """A search of half to one and a half times its mean, then the roadside, where a share of the trucks is checked and fined.

    With the mean of 20 minutes a search takes 10 to 30, as drivers report it for the night on busy European corridors, where about
    400 000 trucks look for 300 000 places (European Commission, "Study on safe and secure parking places for trucks", 2019).
    """

    Parameters = ParkingParameters

    def __init__(self, parameters: ParkingParameters) -> None:
        self._parameters = parameters
        self.search_kph = parameters.search_kph

    def search_s(self, uniform: float) -> float:
        """Return a time uniform between half and one and a half times the mean."""
        return self._parameters.search_s * (0.5 + uniform)

    def roadside_fine(self, uniform: float) -> float:
        """Return the fine for the share of the rests that is checked, else 0."""
        return self._parameters.roadside_fine if uniform < self._parameters.roadside_check_share else 0.0
