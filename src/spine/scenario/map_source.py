"""`map` of a scenario: where its map comes from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Strict, model_validator

from spine.scenario.matrix import MatrixPart

_Flag = Annotated[bool, Strict()]


def _by_path(value: object) -> object:
    return {"path": value} if isinstance(value, str) else value


class MapSource(BaseModel):
    """Where the map comes from: exactly one of `generate`, `file`, `matrix`, `empty`.

    Attributes:
        generate: `preset` and any of the 26 parameters of the generator that shall differ from it.
        file: a map file; a relative path is meant from the folder of the scenario file.
        matrix: a list of distances and times between places instead of roads: its path, or that and what its columns are called.
        empty: no map at all.
        default_facilities: place sites, parkings or fuel stations on a map file that has none of a kind.
    """

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, frozen=True)

    generate: dict[str, Any] | None = None
    file: Path | None = None
    matrix: Annotated[MatrixPart | None, BeforeValidator(_by_path)] = None
    empty: _Flag = False
    default_facilities: _Flag = True

    @model_validator(mode="after")
    def _exactly_one(self) -> MapSource:
        sources = (self.generate, self.file, self.matrix)
        if sum(source is not None for source in sources) + self.empty != 1:
            raise ValueError("needs exactly one of: generate, file, matrix, empty: true")
        return self
