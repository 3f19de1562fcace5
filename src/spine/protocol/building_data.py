"""What `building.create` and `building.update` take for each type of building."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from spine.protocol.params import ActionParams, Integer, Number


class ParkingData(ActionParams):
    """What a new parking needs beside id and node."""

    capacity: Annotated[Integer, Field(gt=0, le=10**9, description="places of a parking, pumps of a gas station")]


class StationData(ParkingData):
    """What a new gas station needs beside id and node."""

    cost_factor: Annotated[Number, Field(gt=0.0, le=1e6, description="of a gas station, multiplies the fuel price")]


class SiteData(ActionParams):
    """What a new site needs beside id and node."""

    name: Annotated[str, Field(strict=True, description="of a site")]
    activity_rate: Annotated[Number, Field(gt=0.0, le=1e6, description="of a site, packages per simulated hour")]
    destination_weights: dict[str, Annotated[Number, Field(ge=0.0)]] = Field(
        default_factory=dict, description="of a site, site id -> relative weight"
    )
    docks: Annotated[Integer, Field(gt=0, le=10**9, description="of a site (beyond the plain protocol)")] = 3
    loading_rate_tonnes_per_min: Annotated[
        Number, Field(gt=0.0, description="of a site (beyond the plain protocol)")
    ] = 0.5
    fixed_handling_s: Annotated[
        Number,
        Field(
            ge=0.0,
            le=86_400.0,
            description="of a site, seconds a visit to a dock takes besides (beyond the plain protocol)",
        ),
    ] = 0.0
    package_config: dict[str, Any] = Field(
        default_factory=dict,
        description="of a site, as in building objects; defaults for what is left out (beyond the plain protocol)",
    )
    hourly_profile: list[Number] = Field(
        default=[], description="of a site, 24 or 168 multipliers of the rate (beyond the plain protocol)"
    )
    batch_size_range: Annotated[list[Integer], Field(min_length=2, max_length=2)] = Field(
        default=[1, 1], description="of a site, packages born together (beyond the plain protocol)"
    )
    attraction: (
        Annotated[Number, Field(ge=0.0, description="of a site, pull where gravity decides; absent: as its docks")]
        | None
    ) = None


BUILDING_DATA: dict[str, type[ActionParams]] = {"parking": ParkingData, "gas_station": StationData, "site": SiteData}
"""What each type of building needs beyond the parameters of `BuildingCreate`."""
