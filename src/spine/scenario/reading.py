"""From the bytes of a scenario file to a checked `ScenarioFile`; every complaint says file, line, field and what is wrong."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError

from spine.errors import GenerationError, ScenarioError, quoted, shortened
from spine.network.generate import PRESETS, GenerationParameters
from spine.scenario import model
from spine.scenario.costs import CostsPart, model_at
from spine.scenario.demand import DemandPart
from spine.scenario.demand.part import DemandFilePart
from spine.scenario.map_source import MapSource
from spine.scenario.orders import OrderFilePart, OrdersPart
from spine.scenario.places import PlaceFilePart, PlacesPart
from spine.scenario.plugins import plugin_policies
from spine.scenario.policies import PoliciesPart, policy_problems
from spine.scenario.yaml_lines import LinedYaml, Path, parse_yaml

_SECTIONS: dict[str, type[BaseModel]] = {
    "map": MapSource,
    "fleet": model.FleetGroup,
    "broker": model.BrokerPart,
    "holidays": model.HolidaysPart,
    "orders": OrdersPart,
    "costs": CostsPart,
    "places": PlacesPart,
    "demand": DemandPart,
    "sites": model.SitesPart,
    "policies": PoliciesPart,
    "run": model.RunPart,
    "playback": model.PlaybackPart,
}
_FILES: dict[type[BaseModel], type[BaseModel]] = {
    OrdersPart: OrderFilePart,
    PlacesPart: PlaceFilePart,
    DemandPart: DemandFilePart,
}
_PLAIN_WORDS = {
    "float_type": "must be a number",
    "int_type": "must be a whole number",
    "bool_type": "must be true or false",
    "string_type": "must be a text",
    "dict_type": "must be a mapping",
    "model_type": "must be a mapping",
    "model_attributes_type": "must be a mapping",
    "tuple_type": "must be a list",
    "finite_number": "must be finite",
}
_MOST_COMPLAINTS = 20
_LONGEST_TEXT = 400
_GENERATE: Path = ("map", "generate")


@dataclass(frozen=True, slots=True)
class ScenarioText:
    """Where a scenario comes from, to say in which line something is wrong that only shows when the world is made.

    Attributes:
        source: name of the file.
        document: its content with lines.
    """

    source: str
    document: LinedYaml

    def complaint(self, path: Path, message: str) -> str:
        """Return `source:line: field: message`."""
        field = ".".join(str(part) for part in path) or "scenario"
        return f"{self.source}:{self.document.line_of(path)}: {shortened(field, _LONGEST_TEXT)}: {shortened(message, _LONGEST_TEXT)}"


def read_scenario(data: bytes, source: str) -> tuple[model.ScenarioFile, ScenarioText]:
    """Return the scenario of a YAML document, and its text for later complaints.

    Raises:
        ScenarioError: every problem on a line of its own, in the order of the file: source, line, field, what is wrong.
    """
    document = parse_yaml(data, source)
    text = ScenarioText(source, document)
    if not isinstance(document.value, dict):
        raise ScenarioError(f"{source}:1: a scenario is a mapping of fields such as map, fleet, run")
    named = policy_problems(document.value.get("policies"), plugin_policies(), did_you_mean)
    problems = [*_generation_problems(document.value), *((("policies", *place), text) for place, text in named)]
    spec: model.ScenarioFile | None = None
    try:
        spec = model.ScenarioFile.model_validate(document.value)
    except ValidationError as error:
        problems += [_problem(document, item) for item in error.errors()]
    if problems or spec is None:
        ordered = sorted({(document.line_of(path), text.complaint(path, message)) for path, message in problems})
        lines = [complaint for _, complaint in ordered[:_MOST_COMPLAINTS]]
        if len(ordered) > _MOST_COMPLAINTS:
            lines.append(f"{source}: and {len(ordered) - _MOST_COMPLAINTS} more")
        raise ScenarioError("\n".join(lines))
    return spec, text


def did_you_mean(name: str, known: list[str]) -> str:
    """Return `; did you mean 'x'?` when a known name is close, "" otherwise."""
    close = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean {quoted(close[0])}?" if close else ""


def _problem(document: LinedYaml, item: Any) -> tuple[Path, str]:
    # Pydantic puts the tried members of a union into the path; only what stands in the file is shown.
    path: Path = ()
    for part in item["loc"]:
        if (*path, part) in document.lines:
            path = (*path, part)
    kind = str(item["type"])
    if kind == "extra_forbidden":
        return path, "unknown field" + did_you_mean(str(path[-1]), _fields_beside(path))
    if kind == "missing":
        return (*path, str(item["loc"][-1])), "missing"
    message = _PLAIN_WORDS.get(kind) or str(item["msg"]).removeprefix("Value error, ").replace(
        "Input should be", "must be"
    )
    if kind == "float_type" and "number" in item["loc"]:
        message += ", or one of {uniform: [a, b]}, {normal: [mean, deviation]}, {choice: [a, b, ...]}"
    return path, message


def _fields_beside(path: Path) -> list[str]:
    """Return the names of the fields there are where an unknown one was found."""
    around = path[:-1]
    if not around:
        return list(model.ScenarioFile.model_fields)
    section = _SECTIONS.get(str(around[0]))
    if section is model.FleetGroup and len(around) > 2:
        section = model.Distribution
    elif section is model.SitesPart and len(around) > 2:
        section = model.SiteChanges
    elif section is CostsPart:
        section = model_at(around)
    elif section in _FILES and len(around) > 2:
        section = _FILES[section]
    return list(section.model_fields) if section is not None else []


def _generation_problems(document: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """Check the parameters of the generator, each in its own line."""
    source = document.get("map")
    wanted = source.get("generate") if isinstance(source, dict) else None
    if not isinstance(wanted, dict):
        return
    known = ["preset", *PRESETS["reference"]]
    for name in wanted:
        if name not in known:
            yield (*_GENERATE, name), "unknown field" + did_you_mean(name, known)
    preset = wanted.get("preset", "reference")
    if not isinstance(preset, str) or preset not in PRESETS:
        yield (*_GENERATE, "preset"), f"there is no preset {quoted(preset)}; known are {', '.join(PRESETS)}"
        preset = "reference"
    values = {name: value for name, value in wanted.items() if name in PRESETS[preset]}
    try:
        GenerationParameters.preset(preset, **values)
    except GenerationError as error:
        for problem in error.problems:
            name, _, message = problem.partition(": ")
            # A problem of several parameters together stands at the section.
            yield ((*_GENERATE, name), message) if name in values else (_GENERATE, problem)
