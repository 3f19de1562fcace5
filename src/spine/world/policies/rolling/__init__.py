"""`rolling_horizon`: a dispatcher that plans the whole fleet anew at fixed times."""

from spine.world.policies.rolling.planner import RollingHorizon

__all__ = ["RollingHorizon"]
