"""The `orders` section of a scenario: files with orders, what their columns are called, and orders in the scenario itself."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, Field, Strict, field_validator, model_validator

from spine.errors import quoted
from spine.scenario.dates import zone_named
from spine.scenario.orders.columns import orders_with, quantity_name_problem
from spine.scenario.tables import ColumnSource, FilePart, Schema
from spine.scenario.tables.part import PartModel, Source


def _is_zone(name: str) -> str:
    zone_named(name)
    return name


class OrderFilePart(FilePart):
    """A file with orders, which may say two things more than any other list.

    Attributes:
        quantities: further quantities by name, and the columns they stand in.
        time_zone: that of local times in it; None = the scenario's.
    """

    quantities: dict[str, Source] = Field(default_factory=dict)
    time_zone: Annotated[str, Strict(), AfterValidator(_is_zone)] | None = None

    def schema_of_rows(self) -> Schema:
        """See `FilePart.schema_of_rows`."""
        return orders_with(self.quantities)

    def sources(self) -> dict[str, ColumnSource]:
        """See `FilePart.sources`."""
        return {**self.columns, **self.quantities}

    @field_validator("quantities")
    @classmethod
    def _are_quantities(cls, value: dict[str, ColumnSource]) -> dict[str, ColumnSource]:
        for name in value:
            problem = quantity_name_problem(name)
            if problem is not None:
                raise ValueError(f"{quoted(name)} cannot be a further quantity: {problem}")
        return value

    @model_validator(mode="after")
    def _names_once(self) -> OrderFilePart:
        for name in self.columns:
            if name in self.quantities:
                raise ValueError(f"columns: {name} is also under quantities; name it once")
        return self


class OrdersPart(PartModel):
    """Orders that a planner has listed.

    Attributes:
        files: files with orders, read in this order.
        list: orders that stand here, with our own names of columns; `quantities: {name: amount}` holds further quantities.
        random_demand: whether the sites of the map also send orders of their own, drawn at random.
    """

    files: tuple[OrderFilePart, ...] = ()
    list: tuple[dict[str, Any], ...] = ()
    random_demand: Annotated[bool, Strict()] = False
