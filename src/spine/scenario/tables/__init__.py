"""Tables of planners, of whatever they list: files and lists -> rows of cells -> values, with every problem by file, row and column.

What reads them is not imported here (`reading.read_table`): every start of a server would wait for what few scenarios need.
"""

from spine.scenario.tables.columns import Column, Kind
from spine.scenario.tables.part import ColumnSource, FilePart, Schema
from spine.scenario.tables.problem import Problem, Problems, TableError, problem_lines

__all__ = [
    "Column",
    "ColumnSource",
    "FilePart",
    "Kind",
    "Problem",
    "Problems",
    "Schema",
    "TableError",
    "problem_lines",
]
