"""Counting recoveries that did not come to their end, so that an action that kills every engine that replays it is found.

Such an action was written to the journal before it acted, and has never been answered: it killed the engine first. The file is gone
when a recovery is complete, so normally there is none.
"""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Final

CAREFUL_AFTER: Final = 2
"""After this many recoveries that ended early, the next ones note which action they are carrying out."""

DEADLY_AFTER: Final = 3
"""After this many recoveries ended during one action, the action is taken for deadly; one or two may be a killed server's bad luck."""


class Attempts:
    """The file that counts them.

    Args:
        path: of the file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._count = 0
        self._acting: int | None = None
        self._suspect: int | None = None
        self._deaths = 0

    def begin(self) -> int | None:
        """Count a recovery that begins now; return the action during which every one has ended of late, None when there is none."""
        # Whatever cannot be read counts for nothing: the worst that follows is another attempt.
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            content = json.loads(self._path.read_bytes())
            self._count, self._deaths = int(content["count"]), int(content["deaths"])
            self._suspect, acting = content["suspect"], content["acting"]
            if acting is not None:
                self._deaths = self._deaths + 1 if acting == self._suspect else 1
                self._suspect = acting
        self._count += 1
        self._write()
        return self._suspect if self._deaths >= DEADLY_AFTER else None

    def acting(self, sequence: int | None) -> None:
        """Note which action is about to act, None when it has, if there is reason to be careful."""
        if self._count > CAREFUL_AFTER:
            self._acting = sequence
            self._write()

    def finish(self) -> None:
        """Forget everything: a recovery is complete."""
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)

    def _write(self) -> None:
        content = {"count": self._count, "suspect": self._suspect, "deaths": self._deaths, "acting": self._acting}
        # A disk that refuses even this says so where it matters, in the journal.
        with contextlib.suppress(OSError):
            self._path.write_text(json.dumps(content))
