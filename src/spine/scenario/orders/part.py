"""The `orders` section of a scenario: files with orders, what their columns are called, and orders in the scenario itself."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    Strict,
    field_validator,
    model_validator,
)

from spine.errors import quoted
from spine.scenario.dates import zone_named
from spine.scenario.orders.columns import NUMBERS, columns_with, quantity_name_problem

TAB = "tab"
"""A delimiter that is hard to type, by name."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, frozen=True)


class ColumnSource(_Model):
    """Where a column of ours comes from.

    Attributes:
        column: its name in the file.
        factor: what its numbers are multiplied with, such as 0.001 for kilograms that are to be tonnes; None = they are as they are.
    """

    column: Annotated[str, Strict(), Field(min_length=1)]
    factor: Annotated[float, Strict(), Field(gt=0.0)] | None = None


def _by_name(value: object) -> object:
    return {"column": value} if isinstance(value, str) else value


_Source = Annotated[ColumnSource, BeforeValidator(_by_name)]
_Name = Annotated[str, Strict(), Field(min_length=1)]


def _is_delimiter(text: str) -> str:
    if text != TAB and (len(text) != 1 or text in '"\r\n\0'):
        raise ValueError(f"{quoted(text)} is not a delimiter; use one character, such as ';', or {TAB}")
    return text


def _is_encoding(name: str) -> str:
    try:
        codecs.lookup(name)
        bytes(4).decode(name)  # what is no encoding of text, or has no codec, shows here
    except (LookupError, ValueError):
        raise ValueError(
            f"{quoted(name)} is not an encoding of text; use a name such as utf-8, cp1250 or cp1252"
        ) from None
    return name


def _is_zone(name: str) -> str:
    zone_named(name)
    return name


class OrderFilePart(_Model):
    """A file with orders.

    Attributes:
        path: .csv, .jsonl, .parquet or .xlsx, the first two also with .gz; a relative path is meant from the folder of the scenario file.
        columns: what columns of ours are called in it, and a factor where the unit is another one.
        quantities: further quantities by name, and the columns they stand in.
        keep: columns that become attributes, whatever they are called.
        defaults: values of our columns for empty cells and columns that are not there.
        delimiter: between the cells of a CSV file; None = the one its header shows.
        decimal: the decimal sign of numbers that are texts.
        encoding: of a CSV file without a byte order mark; None = UTF-8.
        time_zone: that of local times in it; None = the scenario's.
        sheet: of an XLSX file; None = the first one.
    """

    path: Path
    columns: dict[str, _Source] = Field(default_factory=dict)
    quantities: dict[str, _Source] = Field(default_factory=dict)
    keep: tuple[_Name, ...] = ()
    defaults: dict[str, Any] = Field(default_factory=dict)
    delimiter: Annotated[str, Strict(), AfterValidator(_is_delimiter)] | None = None
    decimal: Literal[".", ","] = "."
    encoding: Annotated[str, Strict(), AfterValidator(_is_encoding)] | None = None
    time_zone: Annotated[str, Strict(), AfterValidator(_is_zone)] | None = None
    sheet: _Name | None = None

    @field_validator("quantities")
    @classmethod
    def _are_quantities(cls, value: dict[str, ColumnSource]) -> dict[str, ColumnSource]:
        for name in value:
            problem = quantity_name_problem(name)
            if problem is not None:
                raise ValueError(f"{quoted(name)} cannot be a further quantity: {problem}")
        return value

    @model_validator(mode="after")
    def _names_columns(self) -> OrderFilePart:
        known = columns_with(self.quantities)
        for where, names in (("columns", self.columns), ("defaults", self.defaults)):
            for name in names:
                if name not in known:
                    raise ValueError(f"{where}: {quoted(name)} is not a column of orders{_meant(name, known)}")
        for name, source in self.columns.items():
            if source.factor is not None and known[name].kind not in NUMBERS:
                raise ValueError(f"columns: {name} holds no numbers that a factor could convert")
            if name in self.quantities:
                raise ValueError(f"columns: {name} is also under quantities; name it once")
        if "id" in self.defaults:
            raise ValueError("defaults: every order needs an id of its own")
        return self


def _meant(name: str, known: Mapping[str, object]) -> str:
    close = get_close_matches(name, list(known), n=1)
    return f"; did you mean {quoted(close[0])}?" if close else ", and not declared under quantities"


class OrdersPart(_Model):
    """Orders that a planner has listed.

    Attributes:
        files: files with orders, read in this order.
        list: orders that stand here, with our own names of columns; `quantities: {name: amount}` holds further quantities.
        random_demand: whether the sites of the map also send orders of their own, drawn at random.
    """

    files: tuple[OrderFilePart, ...] = ()
    list: tuple[dict[str, Any], ...] = ()
    random_demand: Annotated[bool, Strict()] = False
