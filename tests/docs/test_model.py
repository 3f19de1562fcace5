"""The numbers of docs/model.md are those of the code, and its sections are those of the ODD protocol."""

from __future__ import annotations

import ast
import inspect
import re
from functools import reduce
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest

from spine.energy import CLASSES
from spine.network.facilities import Site
from spine.scenario import Scenario
from spine.world.activities import FOLLOWED_BY, Activity

_ROW = re.compile(r"^\| `(spine\.[\w.]+)(?:\((.*?)\))?` \| (.+?) \| .*\|$", re.MULTILINE)
_NAMED = re.compile(r"(?<![\d.])(\d+(?:\.\d+)?)(?: [a-z/]+){0,4} \(`(\w+)`[);]")
"""A number of the text with its name behind it, such as: 90 s (`SLACK_S`)."""


@pytest.fixture(scope="module")
def page(repository: Path) -> str:
    """The page."""
    return (repository / "docs/model.md").read_text()


def _of(value: object) -> object:
    """Return a value with lists for tuples, and 1.0 for 1."""
    if isinstance(value, (list, tuple)):
        return [_of(item) for item in value]
    assert isinstance(value, (int, float)), value
    return float(value)


def _in_code(name: str, arguments: str | None) -> object:
    """Return what a dotted name means in the code, or what a call of it returns; classes on the way are made without arguments."""
    parts = name.split(".")
    module = parts[0]
    at = 1
    while inspect.ismodule(import_module(module)) and hasattr(import_module(module), "__path__"):
        longer = f"{module}.{parts[at]}"
        if find_spec(longer) is None:
            break
        module, at = longer, at + 1
    found = reduce(_member, parts[at:], import_module(module))
    if arguments is not None:
        assert callable(found), name
        found = found(*ast.literal_eval(f"({arguments},)"))
    return _of(found)


def _member(owner: object, name: str) -> object:
    return getattr(owner() if inspect.isclass(owner) else owner, name)


def _constants(page: str) -> dict[str, object]:
    return {
        name if arguments is None else f"{name}({arguments})": _of(ast.literal_eval(value))
        for name, arguments, value in (match.groups() for match in _ROW.finditer(page))
    }


def _rows(page: str, head: str) -> list[list[str]]:
    """Return the cells of the table that begins with a head, one list a line."""
    table = page.split(head, 1)[1].split("\n\n", 1)[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]


def test_constants_are_those_of_the_code(page: str) -> None:
    """Every line of the table of constants."""
    stated = _constants(page)
    assert len(stated) == len(_rows(page, "| name | value | unit |"))
    found = {match[0].split("`")[1]: _in_code(match[1], match[2]) for match in _ROW.finditer(page)}
    assert {name: found[name] for name in stated if found[name] != pytest.approx(stated[name])} == {}


def test_numbers_with_a_name_are_those_of_the_table(page: str) -> None:
    """The text says the same as the table."""
    values: dict[str, list[object]] = {}
    for name, value in _constants(page).items():
        values.setdefault(name.rsplit(".", 1)[-1], []).append(value)
    named = _NAMED.findall(" ".join(page.split()))
    assert len(named) >= 35
    assert [(number, name) for number, name in named if float(number) not in values.get(name, [])] == []


def test_the_presets_are_as_large_as_the_page_says(page: str) -> None:
    """Nodes, edges, facilities and trucks of each."""
    rows = _rows(page, "| preset | nodes | edges |")
    assert len(rows) == 3
    for name, *counts, _ in rows:
        scenario = Scenario.load(name.strip("`"))
        network = scenario.network()
        trucks = sum(group.count for group in scenario.spec.fleet or ())
        facilities = (len(network.sites), len(network.parkings), len(network.stations))
        assert [int(count) for count in counts] == [network.node_count, network.edge_count, *facilities, trucks], name


def test_vehicle_classes_are_those_of_the_code(page: str) -> None:
    """Masses and consumption."""
    rows = _rows(page, "| class | gross mass up to, t |")
    assert [[float(cell.replace("more", "inf")) for cell in row[1:]] for row in rows] == [
        list(item) for item in CLASSES
    ]


def test_a_site_has_the_defaults_the_page_says(page: str) -> None:
    """Docks, loading rate, fixed time."""
    site = Site("a", 0, "a", 0.0)
    assert f"fixed time $f$ (default {site.fixed_handling_s:g} s)" in page
    assert f"loading rate $q$ (default {site.loading_rate_t_per_min:g} t/min)" in page
    assert f"Sites have {site.docks} docks by default" in page


def test_transitions_are_those_of_the_code(page: str) -> None:
    """The table of activities names all of them, and what may follow each."""
    stated: dict[Activity, set[Activity]] = {}
    for names, following, *_ in _rows(page, "| activity | may be followed by |"):
        after = (
            set(Activity) - {Activity.STRANDED}
            if following == "any but `stranded`"
            else set(map(Activity, re.findall(r"`(\w+)`", following)))
        )
        for name in re.findall(r"`(\w+)`", names):
            stated[Activity(name)] = after
    assert stated == FOLLOWED_BY


def test_the_page_has_the_sections_of_the_odd_protocol(page: str) -> None:
    """All seven elements in their order, and all eleven design concepts."""
    assert re.findall(r"^## \d (.+)$", page, re.MULTILINE) == [
        "Purpose and patterns",
        "Entities, state variables and scales",
        "Process overview and scheduling",
        "Design concepts",
        "Initialization",
        "Input data",
        "Submodels",
    ]
    concepts = page.split("## 4 Design concepts", 1)[1].split("\n## ", 1)[0]
    assert re.findall(r"^\*\*(.+?)\.\*\*", concepts, re.MULTILINE) == [
        "Basic principles",
        "Emergence",
        "Adaptation",
        "Objectives",
        "Learning",
        "Prediction",
        "Sensing",
        "Interaction",
        "Stochasticity",
        "Collectives",
        "Observation",
    ]
