"""Places of a planner: sites, depots and customers by coordinates -> checked records -> sites at nodes of the map.

`reading.read_places` reads them, `snap.snap_places` finds their nodes; they are not imported here, because every start of a server would
wait for what few scenarios need.
"""

from spine.scenario.places.book import PlaceBook, Snapped
from spine.scenario.places.part import PlaceFilePart, PlacesPart
from spine.scenario.places.record import Degrees, Metres, PlaceRecord, Position

__all__ = [
    "Degrees",
    "Metres",
    "PlaceBook",
    "PlaceFilePart",
    "PlaceRecord",
    "PlacesPart",
    "Position",
    "Snapped",
]
