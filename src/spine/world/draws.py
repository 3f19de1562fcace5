"""Random numbers as a pure function of (seed, stream, entity, index).

Every draw has its own block of Philox counters, so no stream has a hidden position: a world only remembers how many draws an
entity has made, one more truck cannot change which orders are drawn, and a loaded world continues exactly.
Philox is counter-based (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011).
"""

from __future__ import annotations

from enum import Enum
from hashlib import blake2b

import numpy as np
from numpy.random import Philox


class Stream(str, Enum):
    """What numbers are drawn for; each is a stream of its own."""

    ARRIVAL = "arrival"
    """When a site's next order comes, and how many packages it is."""
    PACKAGE = "package"
    """Destination, size, value and windows of an order."""
    PRICE = "price"
    """The fuel price of a day."""
    FLEET = "fleet"
    """Attributes of a scenario's trucks."""
    PLACEMENT = "placement"
    """Where a truck without a start node begins."""
    FUEL = "fuel"
    """At which level a driver looks for fuel."""
    HOURS = "hours"
    """After which driving time the driver looks for a parking."""
    RISK = "risk"
    """How a fine or a rest changes the driver's willingness to take risks."""
    PARKING = "parking"
    """How long the driver searches for a parking space, and whether he is fined at the roadside."""


_TO_UNIT = 1.0 / 9007199254740992.0
_DROP = np.uint64(11)


def _stable_hash(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little")


class Draws:
    """Source of uniform numbers of one world.

    Args:
        seed: the seed of the scenario, any integer.
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._generator = Philox(key=np.zeros(2, dtype=np.uint64))
        self._state = self._generator.state
        self._key: np.ndarray[tuple[int], np.dtype[np.uint64]] = self._state["state"]["key"]
        self._counter: np.ndarray[tuple[int], np.dtype[np.uint64]] = self._state["state"]["counter"]
        self._keys: dict[tuple[Stream, str], tuple[int, int]] = {}

    def uniforms(self, stream: Stream, entity: str, index: int, count: int) -> list[float]:
        """Return `count` numbers, uniform on [0, 1), the same for the same arguments in every process.

        Args:
            stream: what they are for.
            entity: whose they are, such as a site id.
            index: running number of the draw, >= 0.
            count: how many, <= 64.
        """
        name = (stream, entity)
        key = self._keys.get(name)
        if key is None:
            key = self._keys[name] = (_stable_hash(f"{self.seed}/{stream.value}"), _stable_hash(entity))
        # Resetting the state of one generator costs 1.6 us; making a new one per draw would cost 9.
        self._key[0], self._key[1] = key
        self._counter[:] = 0
        self._counter[1] = index
        self._state["buffer_pos"] = 4
        self._generator.state = self._state
        raw = self._generator.random_raw(count)
        numbers: list[float] = ((raw >> _DROP) * _TO_UNIT).tolist()
        return numbers


def pick(weights: tuple[float, ...], uniform: float) -> int:
    """Return the index drawn with the given relative weights; the last one with a positive weight closes rounding gaps."""
    target = uniform * sum(weights)
    chosen = 0
    total = 0.0
    for index, weight in enumerate(weights):
        if weight <= 0.0:
            continue
        chosen = index
        total += weight
        if target < total:
            break
    return chosen
