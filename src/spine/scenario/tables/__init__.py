"""Tables of planners, of whatever they list: files and lists -> rows of cells -> values, with every problem by file, row and column."""

from spine.scenario.tables.cells import Cell, Cells, Convert
from spine.scenario.tables.columns import Column, Kind
from spine.scenario.tables.layout import Layout, layout_of
from spine.scenario.tables.part import ColumnSource, FilePart, Schema
from spine.scenario.tables.problem import Problem, Problems, TableError, problem_lines
from spine.scenario.tables.reading import read_table
from spine.scenario.tables.row_values import RowValues
from spine.scenario.tables.table import Row, Table, of_mappings

__all__ = [
    "Cell",
    "Cells",
    "Column",
    "ColumnSource",
    "Convert",
    "FilePart",
    "Kind",
    "Layout",
    "Problem",
    "Problems",
    "Row",
    "RowValues",
    "Schema",
    "Table",
    "TableError",
    "layout_of",
    "of_mappings",
    "problem_lines",
    "read_table",
]
