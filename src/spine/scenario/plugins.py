"""Policies of other packages: entry points of the group ``spine.policies``, named ``<slot>.<name>``."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib.metadata import entry_points

from spine.errors import ConfigurationError, quoted
from spine.world.policies import BUILT_IN

GROUP = "spine.policies"


@cache
def plugin_policies() -> dict[str, dict[str, Callable[[], object]]]:
    """Return installed policies by slot and name.

    Raises:
        ConfigurationError: an entry point is not named ``<slot>.<name>`` with a known slot.
    """
    found: dict[str, dict[str, Callable[[], object]]] = {}
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        slot, _, name = point.name.partition(".")
        if slot not in BUILT_IN or not name:
            raise ConfigurationError(
                f"entry point {quoted(point.name)} of {GROUP}: must be <slot>.<name>, slots are {', '.join(BUILT_IN)}"
            )
        found.setdefault(slot, {})[name] = point.load()
    return found
