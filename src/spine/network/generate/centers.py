"""Phase 0: urban centres."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from spine.network.generate.draft import Center, Draft

_TRIES_PER_CENTER = 2000


def place_centers(draft: Draft, draws: Generator) -> None:
    """Place major centres at least `center_separation` apart, and minor ones around them; unmet wishes are noted."""
    parameters = draft.parameters
    width, height = parameters.map_width, parameters.map_height
    wanted = parameters.num_major_centers
    spots: list[tuple[float, float]] = []
    for _ in range(_TRIES_PER_CENTER):
        if len(spots) == wanted:
            break
        # Majors keep off the rim by up to half their reach, so that less of a city falls off the map.
        rim = min(parameters.urban_sprawl / 2.0, width / 4.0, height / 4.0)
        x, y = draws.uniform(rim, width - rim), draws.uniform(rim, height - rim)
        if all(np.hypot(x - ox, y - oy) >= parameters.center_separation for ox, oy in spots):
            spots.append((x, y))
    if len(spots) < wanted:
        draft.notes.append(
            f"{len(spots)} of {wanted} major centres fit at a separation of {parameters.center_separation:g} m"
        )
    sprawl = parameters.urban_sprawl
    for x, y in spots:
        radius = max(draws.normal(sprawl, 0.3 * sprawl), 0.5 * sprawl)
        draft.centers.append(Center(x, y, float(radius), major=True))
    off_map = 0
    for major in list(draft.centers):
        for _ in range(int(draws.poisson(parameters.minor_per_major))):
            angle = draws.uniform(0.0, 2.0 * np.pi)
            distance = max(draws.normal(2.5 * major.radius, 0.5 * major.radius), 1.5 * major.radius)
            radius = max(draws.normal(0.4 * sprawl, 0.1 * sprawl), 0.2 * sprawl)
            x, y = major.x + distance * np.cos(angle), major.y + distance * np.sin(angle)
            if draft.inside(x, y):
                draft.centers.append(Center(float(x), float(y), float(radius), major=False))
            else:
                off_map += 1
    if off_map:
        draft.notes.append(f"{off_map} minor centres fell off the map")
