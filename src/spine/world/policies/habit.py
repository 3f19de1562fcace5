"""How a driver uses the room that law and tank leave him."""

from __future__ import annotations

_HOUR = 3600.0


class BaselineHabit:
    """Drivers look for a rest in the last hour they may drive, and for fuel between 30 % and 10 % of the tank: the bolder, the later.

    Fines make a driver more cautious, and rests make him forget them.
    """

    def rest_threshold_s(self, drive_s: float, risk: float, uniform: float) -> float:
        """Return a time uniform between an hour before the limit, put off by `risk` hours, and the limit."""
        earliest = (drive_s / _HOUR - 1.0 + risk) * _HOUR
        return earliest + (drive_s - earliest) * uniform

    def fuel_threshold_share(self, risk: float, uniform: float) -> float:
        """Return a share uniform between 10 % and 30 % - 15 % x risk."""
        highest = 0.30 - 0.15 * risk
        return highest - (highest - 0.10) * uniform

    def risk_after_fine(self, risk: float, uniform: float) -> float:
        """Return risk x U(0.99, 0.995), within 0..1."""
        return min(1.0, max(0.0, risk * (0.99 + 0.005 * uniform)))

    def risk_after_rest(self, risk: float, uniform: float) -> float:
        """Return risk x U(1.005, 1.01), within 0..1."""
        return min(1.0, max(0.0, risk * (1.005 + 0.005 * uniform)))
