"""How long tests wait before they give up: the one place where limits stand.

Nothing that works comes near a limit, even on a busy machine: a test waits for a condition and goes on at once. Where that is not
enough, SPINE_TEST_PATIENCE multiplies every limit: `SPINE_TEST_PATIENCE=4 make test`.
"""

from __future__ import annotations

import math
import os

VARIABLE = "SPINE_TEST_PATIENCE"


def factor(text: str) -> float:
    """Return the factor a value of the variable stands for; nothing stands for 1.

    Raises:
        ValueError: it is no number above 0.
    """
    try:
        value = float(text or 1)
    except ValueError:
        value = math.nan
    if not 0 < value < math.inf:
        raise ValueError(f"{VARIABLE} = {text!r}: a number above 0 is wanted")
    return value


FACTOR = factor(os.environ.get(VARIABLE, ""))
PATIENCE_S = 120.0 * FACTOR
"""For an answer, a condition, the end of a process."""
LONG_PATIENCE_S = 300.0 * FACTOR
"""For what is much work: a long run, a whole generation of data, the end of many connections."""
PATIENCE_MS = 1000.0 * PATIENCE_S
"""For the browser."""
ONE_TRY_S = 10.0 * FACTOR
"""For one of many tries, where a server that does not answer is one of the things the test expects."""
