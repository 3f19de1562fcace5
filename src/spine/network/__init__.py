"""The road network: data and algorithms; knows no truck.

Importing OpenStreetMap extracts and GraphML needs extras and lives in `spine.network.osm` and `spine.network.graphml`.
"""

from spine.network.builder import RoadNetworkBuilder
from spine.network.connectivity import largest_part, strong_components
from spine.network.direct import DirectRouter, router_for
from spine.network.facilities import (
    Facility,
    FuelStation,
    GenericBuilding,
    PackageProfile,
    Parking,
    Site,
)
from spine.network.graph import RoadNetwork
from spine.network.roads import RoadClass
from spine.network.routing import Router, TreeRouter
from spine.network.traffic import Traffic

__all__ = [
    "DirectRouter",
    "Facility",
    "FuelStation",
    "GenericBuilding",
    "PackageProfile",
    "Parking",
    "RoadClass",
    "RoadNetwork",
    "RoadNetworkBuilder",
    "Router",
    "Site",
    "Traffic",
    "TreeRouter",
    "largest_part",
    "router_for",
    "strong_components",
]
