"""What a full parking costs: time, fuel and hours of a search, and the risk of a fine at the roadside."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spine.world.config import WorldConfig


class BaselineParking:
    """A search of half to one and a half times its mean, then the roadside, where a share of the trucks is checked and fined.

    With the mean of 20 minutes a search takes 10 to 30, as drivers report it for the night on busy European corridors, where about
    400 000 trucks look for 300 000 places (European Commission, "Study on safe and secure parking places for trucks", 2019).
    """

    def search_s(self, config: WorldConfig, uniform: float) -> float:
        """Return a time uniform between half and one and a half times the mean."""
        return config.parking_search_s * (0.5 + uniform)

    def search_kph(self, config: WorldConfig) -> float:
        """Return the speed of the configuration."""
        return config.parking_search_kph

    def roadside_fine(self, config: WorldConfig, uniform: float) -> float:
        """Return the fine for the share of the rests that is checked, else 0."""
        return config.roadside_fine if uniform < config.roadside_check_share else 0.0
