"""What a scenario says of a file with a list: where it is, what our columns are called in it, and how its text is to be read."""

from __future__ import annotations

import codecs
from abc import abstractmethod
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, Strict, model_validator

from spine.errors import quoted
from spine.scenario.tables.columns import NUMBERS, Column

TAB = "tab"
"""A delimiter that is hard to type, by name."""


@dataclass(frozen=True, slots=True)
class Schema:
    """What a list may hold.

    Attributes:
        thing: what it lists, one of them, such as `order`.
        columns: every column it may have, by name.
        needed: what every row needs, in words, and the columns of which at least one must be there for it.
        false_friends: names that others use, and which of our columns may be meant.
        undeclared: what messages add about a name that is none of the columns.
    """

    thing: str
    columns: Mapping[str, Column]
    needed: Mapping[str, Collection[str]]
    false_friends: Mapping[str, str] = field(default_factory=dict)
    undeclared: str = ""


class PartModel(BaseModel):
    """Base: strict about names, finite numbers only."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, frozen=True)


class ColumnSource(PartModel):
    """Where a column of ours comes from.

    Attributes:
        column: its name in the file.
        factor: what its numbers are multiplied with, such as 0.001 for kilograms that are to be tonnes; None = they are as they are.
    """

    column: Annotated[str, Strict(), Field(min_length=1)]
    factor: Annotated[float, Strict(), Field(gt=0.0)] | None = None


def _by_name(value: object) -> object:
    return {"column": value} if isinstance(value, str) else value


Source = Annotated[ColumnSource, BeforeValidator(_by_name)]
Name = Annotated[str, Strict(), Field(min_length=1)]


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


class FilePart(PartModel):
    """A file with a list.

    Attributes:
        path: .csv, .jsonl, .parquet or .xlsx, the first two also with .gz; a relative path is meant from the folder of the scenario file.
        columns: what columns of ours are called in it, and a factor where the unit is another one.
        keep: columns that become attributes, whatever they are called.
        defaults: values of our columns for empty cells and columns that are not there.
        delimiter: between the cells of a CSV file; None = the one its header shows.
        decimal: the decimal sign of numbers that are texts.
        encoding: of a CSV file without a byte order mark; None = UTF-8.
        sheet: of an XLSX file; None = the first one.
    """

    path: Path
    columns: dict[str, Source] = Field(default_factory=dict)
    keep: tuple[Name, ...] = ()
    defaults: dict[str, Any] = Field(default_factory=dict)
    delimiter: Annotated[str, Strict(), AfterValidator(_is_delimiter)] | None = None
    decimal: Literal[".", ","] = "."
    encoding: Annotated[str, Strict(), AfterValidator(_is_encoding)] | None = None
    sheet: Name | None = None

    @abstractmethod
    def schema_of_rows(self) -> Schema:
        """Return what its rows may hold."""

    def sources(self) -> dict[str, ColumnSource]:
        """Return where columns come from that have another name in the file, by our name."""
        return dict(self.columns)

    @model_validator(mode="after")
    def _names_columns(self) -> FilePart:
        schema = self.schema_of_rows()
        for where, names in (("columns", self.columns), ("defaults", self.defaults)):
            for name in names:
                if name not in schema.columns:
                    raise ValueError(
                        f"{where}: {quoted(name)} is not a column of {schema.thing}s{_meant(name, schema)}"
                    )
        for name, source in self.columns.items():
            if source.factor is not None and schema.columns[name].kind not in NUMBERS:
                raise ValueError(f"columns: {name} holds no numbers that a factor could convert")
        if "id" in self.defaults:
            raise ValueError(f"defaults: every {schema.thing} needs an id of its own")
        return self


def _meant(name: str, schema: Schema) -> str:
    close = get_close_matches(name, list(schema.columns), n=1)
    meant = close[0] if close else schema.false_friends.get(name)
    return f"; did you mean {quoted(meant)}?" if meant else schema.undeclared
