"""The `places` section of a scenario: files with places, what their columns are called, and places in the scenario itself."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, Strict

from spine.scenario.places.columns import PLACES, PLACES_ANYWHERE
from spine.scenario.tables import FilePart, Schema
from spine.scenario.tables.part import PartModel

FARTHEST_M = 500.0
"""A place further from the nearest road than this is refused where nobody says how far is too far."""


class PlaceFilePart(FilePart):
    """A file with places; .geojson, too."""

    def schema_of_rows(self) -> Schema:
        """See `FilePart.schema_of_rows`."""
        return PLACES


class AnywherePlaceFilePart(PlaceFilePart):
    """A file with places that need not say where they are."""

    def schema_of_rows(self) -> Schema:
        """See `FilePart.schema_of_rows`."""
        return PLACES_ANYWHERE


class PlacesPart(PartModel):
    """Places that a planner has listed: sites, depots, customers.

    Attributes:
        files: files with places, read in this order.
        list: places that stand here, with our own names of columns.
        farthest_m: a place further than this from the nearest usable road is refused, metres.
    """

    files: tuple[PlaceFilePart, ...] = ()
    list: tuple[dict[str, Any], ...] = ()
    farthest_m: Annotated[float, Strict(), Field(gt=0.0, le=1e6)] = FARTHEST_M
