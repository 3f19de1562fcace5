"""Options that say how files with lists are to be read, as what a scenario would say of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from spine.errors import ConfigurationError, quoted

if TYPE_CHECKING:
    from pydantic import BaseModel

    Part = TypeVar("Part", bound=BaseModel)

Columns = Annotated[
    list[str] | None,
    typer.Option(
        help="What a column is called in the files: id=Number, or with a factor mass_t=Weight_kg*0.001; may be repeated."
    ),
]
Keep = Annotated[list[str] | None, typer.Option(help="A column that is kept as an attribute; may be repeated.")]
Delimiter = Annotated[str | None, typer.Option(help="Between the cells of CSV: one character, or tab.")]
DecimalSign = Annotated[str, typer.Option(help="The decimal sign of numbers: . or ,")]
Encoding = Annotated[str | None, typer.Option(help="The encoding of CSV, such as cp1250.")]
Sheet = Annotated[str | None, typer.Option(help="The sheet of XLSX; the first when left out.")]
Limit = Annotated[int, typer.Option(help="So many problems are printed, the others counted.", min=0)]
AsJson = Annotated[bool, typer.Option("--json", help="As JSON.")]


def part_of(model: type[Part], files: list[Path], options: dict[str, Any], **more: Any) -> Part:
    """Return what a scenario would say of some files.

    Args:
        model: the section of the scenario.
        files: the files.
        options: what is said of each of them, by the names of the scenario; None = nothing.
        more: what the section says besides.

    Raises:
        ConfigurationError: an option makes no sense.
    """
    from pydantic import ValidationError

    given = {name: value for name, value in options.items() if value is not None}
    try:
        return model.model_validate({"files": [{"path": path, **given} for path in files], **more})
    except ValidationError as error:
        first = error.errors()[0]
        option = next((str(part) for part in first["loc"] if part in given or part in more), "")
        message = str(first["msg"]).removeprefix("Value error, ").replace("Input should", "must")
        raise ConfigurationError(f"--{option.replace('_', '-')}: {message}" if option else message) from None


def sources(option: str, settings: list[str] | None) -> dict[str, Any]:
    """Return columns by our names from settings such as `mass_t=Weight_kg*0.001`.

    Raises:
        ConfigurationError: one is no such setting.
    """
    found: dict[str, Any] = {}
    for item in settings or ():
        name, equals, column = item.partition("=")
        if not (name and equals and column):
            raise ConfigurationError(f"{option} {quoted(item)}: must be NAME=COLUMN, such as id=Number")
        if name in found:
            raise ConfigurationError(f"{option} {quoted(item)}: {name} is named twice")
        found[name] = _source(column)
    return found


def _source(column: str) -> dict[str, Any]:
    name, times, factor = column.rpartition("*")
    try:
        return {"column": name, "factor": float(factor)} if times and name else {"column": column}
    except ValueError:
        # The name of a column may have an asterisk.
        return {"column": column}
