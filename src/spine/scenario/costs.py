"""The `costs` section of a scenario: what vehicles, drivers and roads cost, in a currency of one's own, and for which vehicles it holds.

A cost sheet says what it says; what it leaves out is taken from a more general one. The most special comes first: that of the fleet group,
that of the type of vehicle, the typical values of the type (`presets`), the default.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, Strict, model_validator

from spine.errors import quoted
from spine.network.roads import RoadClass
from spine.scenario.tables.part import PartModel
from spine.scenario.vehicle_types import TYPICAL_COSTS, TYPICAL_CURRENCY, VEHICLE_TYPES

if TYPE_CHECKING:
    from spine.scenario.model import FleetGroup

_Amount = Annotated[float, Strict(), Field(ge=0.0, le=1e9)]
_Flag = Annotated[bool, Strict()]
_ROAD_CLASSES = tuple(road_class.name for road_class in RoadClass)


def _currency(code: str) -> str:
    if len(code) != 3 or not (code.isascii() and code.isalpha() and code.isupper()):
        raise ValueError(f"{quoted(code)} is not the code of a currency; ISO 4217 has three capitals, such as EUR")
    return code


class WagesPart(PartModel):
    """What an hour of a driver's time costs, by what he does (`spine.world.tours.Spell`); a number alone is that of all time on duty.

    Attributes:
        driving: at the wheel.
        work: loading, unloading, fuelling.
        availability: waiting on the way, with work ahead.
        standby: waiting for work.
        rest: breaks and rests.
    """

    driving: _Amount = 0.0
    work: _Amount = 0.0
    availability: _Amount = 0.0
    standby: _Amount = 0.0
    rest: _Amount = 0.0


class OvertimePart(PartModel):
    """Time on duty beyond `after_hours` on one local day is paid `factor` times."""

    after_hours: Annotated[float, Strict(), Field(ge=0.0, le=24.0)]
    factor: Annotated[float, Strict(), Field(ge=1.0, le=100.0)]


class ParkingPart(PartModel):
    """What a place in a parking costs: for each stay, and for each hour of it."""

    per_stay: _Amount = 0.0
    per_hour: _Amount = 0.0


def _on_duty(value: object) -> object:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return {"driving": value, "work": value, "availability": value}
    return value


class SheetPart(PartModel):
    """A cost sheet; None where it says nothing.

    Attributes:
        per_km: for each kilometre driven.
        per_hour: for each hour of the driver's duty: driving, work and availability.
        per_day: for each local day on which the vehicle drives or its driver works.
        per_vehicle: once for each vehicle, whatever it does.
        wage_per_hour: of the driver.
        overtime: of the driver.
        toll_per_km: by road class.
        parking: fees of parkings.
    """

    per_km: _Amount | None = None
    per_hour: _Amount | None = None
    per_day: _Amount | None = None
    per_vehicle: _Amount | None = None
    wage_per_hour: Annotated[WagesPart | None, BeforeValidator(_on_duty)] = None
    overtime: OvertimePart | None = None
    toll_per_km: dict[Literal[_ROAD_CLASSES], _Amount] | None = None  # type: ignore[valid-type]
    parking: ParkingPart | None = None


class PenaltiesPart(PartModel):
    """What is paid for orders that fail: for each late delivery, for each hour of its lateness, for each order that is not served."""

    late_per_order: _Amount = 0.0
    late_per_hour: _Amount = 0.0
    not_served_per_order: _Amount = 0.0


class CostsPart(PartModel):
    """The costs of a scenario.

    Attributes:
        currency: in which all amounts are, by its code (ISO 4217).
        fuel_price_per_l: of what is burnt.
        presets: whether vehicles of a named type have its typical costs, in EUR, where no sheet says otherwise.
        default: the sheet of all vehicles.
        by_type: sheets of the vehicles of a type.
        by_group: sheets of the vehicles of fleet groups, by their name.
        penalties: for orders that fail.
    """

    currency: Annotated[str, Strict(), AfterValidator(_currency)]
    fuel_price_per_l: _Amount
    presets: _Flag = False
    default: SheetPart | None = None
    by_type: dict[Literal[tuple(VEHICLE_TYPES)], SheetPart] = Field(default_factory=dict)  # type: ignore[valid-type]
    by_group: dict[str, SheetPart] = Field(default_factory=dict)
    penalties: PenaltiesPart = Field(default_factory=PenaltiesPart)

    @model_validator(mode="after")
    def _one_currency(self) -> CostsPart:
        if self.presets and self.currency != TYPICAL_CURRENCY:
            raise ValueError(
                f"presets: typical costs are in {TYPICAL_CURRENCY}, not in {self.currency}; leave presets out and give sheets"
            )
        return self


_NESTED: Final[dict[str, type[BaseModel]]] = {
    "penalties": PenaltiesPart,
    "wage_per_hour": WagesPart,
    "overtime": OvertimePart,
    "parking": ParkingPart,
}


def model_at(path: tuple[object, ...]) -> type[BaseModel]:
    """Return the model whose fields stand at a path within a scenario file that begins with `costs`."""
    return CostsPart if len(path) < 2 else _NESTED.get(str(path[-1]), SheetPart)


@dataclass(frozen=True, slots=True)
class CostSheet:
    """What a vehicle costs, nothing left open; the fields are those of `SheetPart`, amounts in the currency of its `Costs`."""

    per_km: float = 0.0
    per_hour: float = 0.0
    per_day: float = 0.0
    per_vehicle: float = 0.0
    wage_per_hour: WagesPart = field(default_factory=WagesPart)
    overtime: OvertimePart | None = None
    toll_per_km: Mapping[str, float] = field(default_factory=dict)
    parking: ParkingPart = field(default_factory=ParkingPart)


@dataclass(frozen=True, slots=True)
class Costs:
    """The costs of a scenario, for every vehicle of its fleet.

    Attributes:
        currency: its code.
        fuel_price_per_l: of what is burnt.
        penalties: for orders that fail.
        default: the sheet of vehicles that came later.
        sheets: those of the fleet, by vehicle id.
    """

    currency: str
    fuel_price_per_l: float
    penalties: PenaltiesPart
    default: CostSheet
    sheets: Mapping[str, CostSheet]

    def sheet_of(self, vehicle: str) -> CostSheet:
        """Return the sheet of a vehicle."""
        return self.sheets.get(vehicle, self.default)


def costs_of(part: CostsPart, vehicles: Iterator[tuple[str, FleetGroup]]) -> Costs:
    """Return the costs of a scenario.

    Args:
        vehicles: id and group of every vehicle of the fleet; without problems (`problems_of`).
    """
    by_kind: dict[tuple[str, str | None], CostSheet] = {}
    sheets = {}
    for vehicle, group in vehicles:
        kind = (group.name, group.type)
        if kind not in by_kind:
            by_kind[kind] = _merged(_sheets_for(part, *kind))
        sheets[vehicle] = by_kind[kind]
    default = _merged([part.default] if part.default is not None else [])
    return Costs(part.currency, part.fuel_price_per_l, part.penalties, default, sheets)


def problems_of(part: CostsPart, groups: tuple[FleetGroup, ...] | None) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield what does not fit between costs and the fleet: where it stands in the scenario, and what is wrong.

    Args:
        groups: of the fleet; None for the default fleet, whose only group is called truck and has no type.
    """
    names = ["truck"] if groups is None else [group.name for group in groups]
    for name in part.by_group:
        if name not in names:
            known = ", ".join(dict.fromkeys(map(quoted, names))) or "none"
            yield ("costs", "by_group", name), f"there is no fleet group {quoted(name)}; there are {known}"
    if part.default is not None or not (part.presets or part.by_type or part.by_group):
        return
    kinds = [("truck", None)] if groups is None else [(group.name, group.type) for group in groups]
    for name, type_name in dict.fromkeys(kinds):
        if not _sheets_for(part, name, type_name):
            kind = "that have no type" if type_name is None else f"of the type {type_name}"
            yield (
                ("costs",),
                f"there is no cost sheet for the trucks {quoted(name)} {kind}; add one under default or by_group",
            )


def _sheets_for(part: CostsPart, group: str, type_name: str | None) -> list[SheetPart]:
    """Return the sheets that hold for some vehicles, the most special first."""
    typical = SheetPart(**_typical(type_name)) if part.presets and type_name is not None else None
    special = part.by_type.get(type_name) if type_name is not None else None
    return [sheet for sheet in (part.by_group.get(group), special, typical, part.default) if sheet is not None]


def _typical(type_name: str) -> dict[str, Any]:
    """Return the typical costs of a type as a cost sheet."""
    costs = TYPICAL_COSTS[type_name]
    return {
        "per_km": costs.per_km,
        "per_day": costs.per_day,
        "wage_per_hour": costs.wage_per_hour,
        "overtime": {"after_hours": costs.overtime_after_hours, "factor": costs.overtime_factor},
        "toll_per_km": dict.fromkeys((RoadClass.A.name, RoadClass.S.name), costs.toll_per_km),
        "parking": {"per_hour": costs.parking_per_hour},
    }


def _merged(sheets: list[SheetPart]) -> CostSheet:
    """Return one sheet: each field as the first sheet has it that says something of it."""
    values: dict[str, Any] = {}
    for name in SheetPart.model_fields:
        said = [value for sheet in sheets if (value := getattr(sheet, name)) is not None]
        if said:
            values[name] = said[0]
    return CostSheet(**values)
