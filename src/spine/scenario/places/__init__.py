"""Places of a planner: sites, depots and customers by coordinates -> checked records -> sites at nodes of the map."""

from spine.scenario.places.book import PlaceBook, Snapped
from spine.scenario.places.from_orders import place_id_of, places_of_orders
from spine.scenario.places.part import PlaceFilePart, PlacesPart
from spine.scenario.places.reading import read_places
from spine.scenario.places.record import Degrees, Metres, PlaceRecord, Position
from spine.scenario.places.snap import snap_places

__all__ = [
    "Degrees",
    "Metres",
    "PlaceBook",
    "PlaceFilePart",
    "PlaceRecord",
    "PlacesPart",
    "Position",
    "Snapped",
    "place_id_of",
    "places_of_orders",
    "read_places",
    "snap_places",
]
