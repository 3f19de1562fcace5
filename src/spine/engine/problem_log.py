"""`ProblemLog`: says in the log what keeps a world from ever delivering, once each time that changes."""

from __future__ import annotations

import logging
from typing import Any

from spine.engine.runnable import Runnable
from spine.world import ProblemCode, WorldProblem

LogLine = tuple[int, str, dict[str, Any]]
"""Level, event and fields of a line."""


class ProblemLog:
    """Compares the problems of a world with those last told.

    Args:
        core: whose problems.
    """

    def __init__(self, core: Runnable) -> None:
        self._core = core
        self._told: tuple[WorldProblem, ...] = ()
        self._stale = True

    def world_changed(self) -> None:
        """Take note of an action: only actions, never time, make or mend problems."""
        self._stale = True

    def lines(self) -> list[LogLine]:
        """Return what the log must be told now: a warning per problem when they have changed, a line when there are none any more."""
        if not self._stale:
            return []
        self._stale = False
        problems = self._core.problems()
        if not self._core.active and [problem.code for problem in problems] == [ProblemCode.NO_MAP]:
            # A server that waits for its first client to bring a map.
            problems = ()
        if problems == self._told:
            return []
        self._told = problems
        if not problems:
            return [(logging.INFO, "the world can deliver", {})]
        return [
            (logging.WARNING, "the world can never deliver", {"problem": problem.code.value, "reason": problem.text})
            for problem in problems
        ]
