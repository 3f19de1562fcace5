"""docs/places.md says what is true: its columns are those of the code, its list is read, its messages come."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from spine.scenario import Scenario, save_map
from spine.scenario.places.columns import COLUMNS
from spine.scenario.places.opening import opening_of
from spine.scenario.places.osm_hours import YEARS
from support.command_line import spine_here
from support.place_lists import DATED, degrees, street_map

LIST, SUMMARY, MESSAGE = range(3)
"""The plain blocks of the page, in their order."""


@pytest.fixture(scope="module")
def page(repository: Path) -> str:
    """The page."""
    return (repository / "docs" / "places.md").read_text()


@pytest.fixture
def folder(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the list of the page and a map for it, in which commands run."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "places.csv").write_text(_blocks(page, "text")[LIST])
    save_map(street_map(), tmp_path / "town.smap")
    return tmp_path


def _blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)


def test_the_table_of_columns_is_that_of_the_code(page: str) -> None:
    """Every column with its unit and its words, in the same order, and no other."""
    section = page.partition("\n## Columns\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `(.*?)` \| (.*?) \| (.*) \|$", section, re.MULTILINE)
    assert rows == [(column.name, column.unit, column.text) for column in COLUMNS]


@pytest.mark.usefixtures("folder")
def test_the_first_list_is_good(page: str) -> None:
    """And the command says of it what the page says."""
    assert spine_here(*_blocks(page, "sh")[0].split()[1:]).stdout == _blocks(page, "text")[SUMMARY]


def test_a_scenario_names_the_list(page: str, folder: Path) -> None:
    """The section of the page, with files as it describes them."""
    where = degrees(2000.0, 0.0)
    (folder / "kunden.csv").write_text(f"Kunde;lat;lon\n7;{where['latitude']};{where['longitude']}\n")
    (folder / "sites.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": []}))
    (folder / "town.yaml").write_text(f"map: {{file: town.smap}}\n{_blocks(page, 'yaml')[0]}")
    book = Scenario.load(folder / "town.yaml").places()
    assert book.problem_lines() == []
    assert [(record.id, record.docks, record.opening is not None) for record in book.records] == [
        ("depot", 4, True),
        ("shop-3", 1, True),
        ("mill", 1, False),
        ("7", 2, True),
        ("depot-2", 4, True),
    ]


def test_the_message_comes(page: str, folder: Path) -> None:
    """With the distance of a place that is not on the map."""
    where = degrees(16_000.0, -100.0)
    with (folder / "places.csv").open("a") as file:
        file.write(f"far,Far away,{where['latitude']},{where['longitude']},,,\n")
    done = spine_here("places", "check", "places.csv", "--map", "town.smap", code=2)
    assert done.stderr == _blocks(page, "text")[MESSAGE]


def test_the_examples_of_opening_hours(page: str) -> None:
    """Both forms of the table mean the same; what is said to be read is read, what is said to be none is refused."""
    section = page.partition("\n## Opening hours\n")[2].partition("\n## ")[0]
    table = re.findall(r"^\| (?:ours|OpenStreetMap).* \| `(.*)` \|$", section, re.MULTILINE)
    ours, theirs = (opening_of(text, DATED) for text in table)
    # Of one year: ours names a single date, theirs one of every year.
    for day in range(365):
        ordinal = DATED.first_date + day
        assert ours.of_day((ordinal - 1) % 7, ordinal) == theirs.of_day((ordinal - 1) % 7, ordinal)
    good, _, rest = section.partition("Nothing is open by guess")
    for text in re.findall(r"`([^`\[]*\d[^`]*)`", good.partition("specification)")[2]):
        opening_of(text, DATED)
    assert f"for {YEARS} years" in rest
    for text in re.findall(r"`([^`]+)`", rest.partition("\n\n")[0]):
        with pytest.raises(ValueError, match=re.escape(text)):
            opening_of(text, DATED)
