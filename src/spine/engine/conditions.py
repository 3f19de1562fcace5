"""`Condition`: something that goes wrong for a while, with one line in the log when it begins and one when it is over."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final

from spine.engine.problem_log import LogLine

SETTLED_S: Final = 5.0
"""So long all must have been well before that is said: a disk that is nearly full takes a small write and refuses the next."""


class Condition:
    """One thing that can go wrong.

    Args:
        began: the event when it goes wrong.
        ended: the event when it is well again.
        clock: real seconds.

    Attributes:
        refused: how many actions were refused because of it, since it began.
    """

    def __init__(self, began: str, ended: str, clock: Callable[[], float]) -> None:
        self.refused = 0
        self._began = began
        self._ended = ended
        self._clock = clock
        self._since: float | None = None
        self._well_since: float | None = None

    def look(self, problem: str) -> list[LogLine]:
        """Return what the log must be told now; to be called often.

        Args:
            problem: what is wrong at present, "" when all is well.
        """
        now = self._clock()
        if problem:
            self._well_since = None
            if self._since is None:
                self._since = now
                return [(logging.ERROR, self._began, {"reason": problem})]
        elif self._since is not None:
            self._well_since = now if self._well_since is None else self._well_since
            if now - self._well_since >= SETTLED_S:
                fields = {"seconds": round(self._well_since - self._since, 1), "actions_refused": self.refused}
                self._since, self.refused = None, 0
                return [(logging.INFO, self._ended, fields)]
        return []
