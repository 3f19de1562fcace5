"""Drivers' hours as the specification's chapter 7 has them: one counter, eight hours, a rest that grows with the driving."""

from __future__ import annotations

from spine.world.config import DRIVING_LIMIT_S

_HOUR = 3600.0


class BaselineHours:
    """Chapter 7, with the threshold drawn once per driving period instead of a chance per tick (W4, W30)."""

    limit_s = DRIVING_LIMIT_S
    fines = (100.0, 200.0, 500.0)

    def threshold_s(self, risk: float, uniform: float) -> float:
        """Return a threshold uniform between 7 h + risk and 8 h: the baseline's rising chance, drawn once (7.3)."""
        earliest = (7.0 + risk) * _HOUR
        return earliest + (self.limit_s - earliest) * uniform

    def required_rest_s(self, driven_s: float) -> float:
        """Return d hours for d <= 6, else 6 + 2 (d - 6) (7.2)."""
        if driven_s <= 6.0 * _HOUR:
            return driven_s
        return 6.0 * _HOUR + 2.0 * (driven_s - 6.0 * _HOUR)

    def penalty(self, overtime_s: float) -> float:
        """Return 100, 200 or 500 ducats for up to one, two, more hours (7.5)."""
        if overtime_s <= _HOUR:
            return 100.0
        return 200.0 if overtime_s <= 2.0 * _HOUR else 500.0

    def risk_after_penalty(self, risk: float, uniform: float) -> float:
        """Return risk x U(0.99, 0.995), within 0..1 (7.6)."""
        return min(1.0, max(0.0, risk * (0.99 + 0.005 * uniform)))

    def risk_after_rest(self, risk: float, uniform: float) -> float:
        """Return risk x U(1.005, 1.01), within 0..1 (7.6)."""
        return min(1.0, max(0.0, risk * (1.005 + 0.005 * uniform)))
