"""Fuel price processes (domain 8.5, W38)."""

from __future__ import annotations

from math import cos, exp, log, pi, sqrt

from spine.world.config import WorldConfig


class MeanRevertingPrice:
    """Ornstein-Uhlenbeck log price: one step a day towards the initial price, normal noise (domain 20.8)."""

    def next_price(self, price: float, config: WorldConfig, uniforms: list[float]) -> float:
        """Return the next day's price; the normal deviate comes from Box and Muller's transform."""
        normal = sqrt(-2.0 * log(1.0 - uniforms[0])) * cos(2.0 * pi * uniforms[1])
        pull = config.price_reversion_per_day * (log(config.initial_fuel_price) - log(price))
        return price * exp(pull + config.price_sigma * normal)


class RandomWalkPrice:
    """The baseline: price x (1 + U(-v, +v)) with v = 0.1, undamped."""

    volatility = 0.1

    def next_price(self, price: float, config: WorldConfig, uniforms: list[float]) -> float:  # noqa: ARG002 - the protocol's
        """Return the next day's price."""
        return price * (1.0 + self.volatility * (2.0 * uniforms[0] - 1.0))
