"""SPINE: simulation of freight logistics - trucks, drivers, sites, packages, parkings, fuel stations and a broker on a road network.

from spine import Simulation
figures = Simulation.from_scenario("city", seed=7).run(hours=24).summary()
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spine.experiments import Simulation

__version__ = "0.1.0"
__all__ = ["Simulation", "__version__"]


def __getattr__(name: str) -> Any:
    # Importing the engine takes half a second; commands that do not need it must not wait for it.
    if name == "Simulation":
        from spine.experiments import Simulation

        return Simulation
    raise AttributeError(f"module 'spine' has no attribute {name!r}")
