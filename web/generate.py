"""Write what the page knows of the server: `make web-data`, or `python web/generate.py > web/src/generated/server.ts`.

Activities, causes, figures, bounds, presets and limits are the server's own; the page and its server are built and shipped together.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any, get_args

from spine.catalogue import Output, figures_of
from spine.catalogue.families import ACTIVITY_LABELS, CAUSE_LABELS
from spine.hours.plain import PlainHours
from spine.network.generate import PRESETS
from spine.network.generate.parameters import RULES, GenerationParameters
from spine.protocol.actions import FASTEST_SPEED
from spine.protocol.order_data import MOST_ORDERS, OrderState
from spine.protocol.order_signals import ORDER_SIGNALS, OrderForm
from spine.scenario import Scenario
from spine.world.truck_fields import CREATED

_HEAD = """// Written by `make web-data` from the server's sources. A test keeps it current: do not edit it.

export interface Bounds {
  min: number;
  max: number;
  /** Whether the value must be greater than `min`. */
  above: boolean;
}

export interface ParameterRule extends Bounds {
  whole: boolean;
  /** Whether it is a range: [smallest, largest]. */
  pair: boolean;
}

export interface TruckField extends Bounds {
  label: string;
  unit: string;
}

export interface FigureText {
  label: string;
  unit: string;
  definition: string;
}
"""

_MAPS = (
    ("County", "two towns and villages", "scenario", "demo"),
    ("City", "three cities on 10 x 10 km", "parameters", "reference"),
    ("Dense urban", "five planned cities, no villages", "parameters", "dense_urban"),
    ("Sparse rural", "two small cities, many villages", "parameters", "sparse_rural"),
    ("Region", "six cities on 60 x 60 km, motorways", "scenario", "region"),
)
"""Maps a person can begin with: those of scenario presets and of the generator's presets."""


def _parameters(source: str, name: str) -> dict[str, object]:
    if source == "parameters":
        return GenerationParameters.from_mapping(PRESETS[name]).as_dict()
    changes = dict(Scenario.load(name).spec.map.generate or {})
    return GenerationParameters.preset(str(changes.pop("preset")), **changes).as_dict()


def _constants() -> Iterator[tuple[str, str, object]]:
    """Yield name, type and value."""
    yield "ACTIVITY_LABELS", "", ACTIVITY_LABELS
    yield "CAUSE_LABELS", "Record<string, string>", {name: label for name, (label, _) in CAUSE_LABELS.items()}
    yield (
        "PARAMETER_RULES",
        "Record<string, ParameterRule>",
        {
            name: {"min": rule.low, "max": rule.high, "above": rule.open_low, "whole": rule.whole, "pair": rule.pair}
            for name, rule in RULES.items()
        },
    )
    yield (
        "MAP_PRESETS",
        "{ name: string; about: string; values: Record<string, number | [number, number]> }[]",
        [{"name": name, "about": about, "values": _parameters(source, key)} for name, about, source, key in _MAPS],
    )
    yield (
        "TRUCK_FIELDS",
        "",
        {
            field.created_as: {
                "label": field.label, "unit": field.unit, "min": field.low, "max": field.high, "above": field.open_low,
            }
            for field in CREATED
        },
    )  # fmt: skip
    yield (
        "FIGURES",
        "Record<string, FigureText>",
        {
            name: {"label": figure.label, "unit": figure.unit, "definition": figure.definition}
            for name, figure in figures_of(Output.SUMMARY).items()
        },
    )
    yield "ORDER_STATES", "", get_args(OrderState)
    yield (
        "LIMITS",
        "",
        {"fastestSpeed": FASTEST_SPEED, "ordersAPage": MOST_ORDERS, "drivingHours": PlainHours.limit_s / 3600.0},
    )


_PLAIN_TYPES = {"string": "string", "number": "number", "integer": "number", "boolean": "boolean", "null": "null"}


def _type(schema: dict[str, Any]) -> str:
    """Return the TypeScript type of a JSON Schema."""
    if "enum" in schema:
        return " | ".join(json.dumps(value) for value in schema["enum"])
    if "const" in schema:
        return json.dumps(schema["const"])
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    if "anyOf" in schema:
        return " | ".join(_type(part) for part in schema["anyOf"])
    if schema["type"] == "array":
        if schema.get("minItems") == schema.get("maxItems") == 2:
            return f"[{', '.join([_type(schema['items'])] * 2)}]"
        return f"{_type(schema['items'])}[]"
    if schema["type"] == "object":
        return f"Record<string, {_type(schema['additionalProperties'])}>"
    return _PLAIN_TYPES[schema["type"]]


def _interfaces() -> Iterator[str]:
    """Yield the data of every `order.*` signal as an interface."""
    for model in (OrderForm, *ORDER_SIGNALS.values()):
        schema = model.model_json_schema()
        lines = [f"/** {(model.__doc__ or '').strip()} */", f"export interface {model.__name__} {{"]
        for name, part in schema["properties"].items():
            if "description" in part:
                lines.append(f"  /** {part['description']} */")
            lines.append(f"  {name}: {_type(part)};")
        yield "\n".join(["", *lines, "}", ""])


def text() -> str:
    """Return the TypeScript."""
    parts = [_HEAD, *_interfaces()]
    for name, kind, value in _constants():
        annotation = f": {kind}" if kind else ""
        parts.append(
            f"\nexport const {name}{annotation} = {json.dumps(value, indent=2)}{'' if kind else ' as const'};\n"
        )
    return "".join(parts)


if __name__ == "__main__":
    sys.stdout.write(text())
