"""How many examples costly property tests try: a few usually, ten times as many with HYPOTHESIS_PROFILE=thorough."""

from __future__ import annotations

import os
from typing import Any

from hypothesis import settings

_FACTOR = 10 if os.environ.get("HYPOTHESIS_PROFILE") == "thorough" else 1


def trials(usually: int, **further: Any) -> settings:
    """Return the settings of a property test whose examples take a good part of a second each.

    Args:
        usually: examples of a usual run.
        further: what else Hypothesis can be told, such as `stateful_step_count`.
    """
    return settings(max_examples=usually * _FACTOR, deadline=None, **further)
