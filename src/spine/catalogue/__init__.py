"""The catalogue of figures: what each is called, its unit, its definition, and which way is better.

It is plain data and imports nothing of the rest, so that every room, the server process among them, can afford to use it.
"""

from spine.catalogue.figure import Better, Figure, Kind, Output
from spine.catalogue.figures import CATALOGUE, figure, figures_of

__all__ = ["CATALOGUE", "Better", "Figure", "Kind", "Output", "figure", "figures_of"]
