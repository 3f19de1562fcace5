"""Maps made of a matrix: distances and times between places, read from a list of pairs, instead of roads.

What reads it is not imported here (`building.matrix_map`): every start of a server would wait for what few scenarios need.
"""

from spine.scenario.matrix.part import MatrixPart

__all__ = ["MatrixPart"]
