"""How the fuel price moves from day to day."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, exp, log, pi, sqrt
from typing import Annotated

import msgspec


class MeanRevertingParameters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What `mean_reverting` can be told.

    Attributes:
        sigma: standard deviation of the daily step of the log price.
        reversion_per_day: share of the log distance to the initial price that is made good in a day.
    """

    sigma: Annotated[float, msgspec.Meta(ge=0.0)] = 0.015
    reversion_per_day: Annotated[float, msgspec.Meta(ge=0.0, le=1.0)] = 0.02


class MeanRevertingPrice:
    """An Ornstein-Uhlenbeck process of the log price: one step a day towards the initial price, with normal noise."""

    Parameters = MeanRevertingParameters

    def __init__(self, parameters: MeanRevertingParameters) -> None:
        self._parameters = parameters

    def next_price(self, price: float, initial_price: float, uniforms: Sequence[float]) -> float:
        """Return the next day's price; the normal deviate comes from Box and Muller's transform."""
        normal = sqrt(-2.0 * log(1.0 - uniforms[0])) * cos(2.0 * pi * uniforms[1])
        pull = self._parameters.reversion_per_day * (log(initial_price) - log(price))
        return price * exp(pull + self._parameters.sigma * normal)


class RandomWalkParameters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What `random_walk` can be told.

    Attributes:
        volatility: largest step of a day, as a share of the price.
    """

    volatility: Annotated[float, msgspec.Meta(ge=0.0, lt=1.0)] = 0.1


class RandomWalkPrice:
    """price x (1 + U(-v, +v)) a day, undamped: it has no level it returns to."""

    Parameters = RandomWalkParameters

    def __init__(self, parameters: RandomWalkParameters) -> None:
        self._volatility = parameters.volatility

    def next_price(self, price: float, initial_price: float, uniforms: Sequence[float]) -> float:  # noqa: ARG002 - the protocol's
        """Return the next day's price."""
        return price * (1.0 + self._volatility * (2.0 * uniforms[0] - 1.0))
