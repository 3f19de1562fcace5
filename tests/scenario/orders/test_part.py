"""The `orders` section of a scenario: what it may say, and what is refused by the name of the field."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from spine.scenario.orders import ColumnSource, OrderFilePart, OrdersPart
from spine.scenario.yaml_lines import parse_yaml

_FULL = """\
files:
  - path: orders.csv
    columns: {id: Auftragsnr, mass_t: {column: Gewicht_kg, factor: 0.001}}
    delimiter: ";"
    decimal: ","
    encoding: cp1250
    time_zone: Europe/Warsaw
    sheet: Sheet1
    quantities: {liters: Liter}
    keep: [remark]
    defaults: {priority: HIGH, pickup_service_min: 10, pickup_service_min_per_liters: 0.1}
list:
  - {id: A-1, origin: depot, destination: shop-3, mass_t: 1.2, latest_delivery: "17:00"}
"""


def test_everything_a_section_may_say() -> None:
    """A column by its name alone is one without a factor."""
    part = OrdersPart.model_validate(parse_yaml(_FULL.encode(), "x.yaml").value)
    (file,) = part.files
    assert file.columns == {
        "id": ColumnSource(column="Auftragsnr"),
        "mass_t": ColumnSource(column="Gewicht_kg", factor=0.001),
    }
    assert file.quantities == {"liters": ColumnSource(column="Liter")}
    assert (file.delimiter, file.decimal, file.encoding, file.time_zone) == (";", ",", "cp1250", "Europe/Warsaw")
    assert part.list[0]["latest_delivery"] == "17:00"


def test_a_section_written_with_its_defaults_reads_back_equal() -> None:
    """As `spine scenario show` writes whole scenarios."""
    part = OrdersPart.model_validate(parse_yaml(_FULL.encode(), "x.yaml").value)
    assert OrdersPart.model_validate(part.model_dump(mode="json", exclude_none=True)) == part
    assert OrdersPart() == OrdersPart.model_validate({})


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"colums": {}}, "Extra inputs are not permitted"),
        ({"columns": {"mas_t": "x"}}, "columns: 'mas_t' is not a column of orders; did you mean 'mass_t'?"),
        ({"columns": {"xyz": "x"}}, "columns: 'xyz' is not a column of orders, and not declared under quantities"),
        ({"columns": {"id": ""}}, "at least 1 character"),
        ({"columns": {"id": 7}}, "valid dictionary or instance of ColumnSource"),
        ({"columns": {"mass_t": {"column": "x", "factor": 0}}}, "greater than 0"),
        ({"columns": {"mass_t": {"column": "x", "factor": float("inf")}}}, "finite number"),
        (
            {"columns": {"id": {"column": "x", "factor": 2.0}}},
            "columns: id holds no numbers that a factor could convert",
        ),
        ({"columns": {"latest_pickup": {"column": "x", "factor": 2.0}}}, "columns: latest_pickup holds no numbers"),
        (
            {"columns": {"pickup_service_min_per_liters": "x"}},
            "columns: 'pickup_service_min_per_liters' is not a column of orders",
        ),
        (
            {"quantities": {"size": "x"}},
            "'size' cannot be a further quantity: the mass is given as 'mass_t', in tonnes",
        ),
        (
            {"quantities": {"mass_t": "x"}},
            "'mass_t' cannot be a further quantity: this is a column every list may have",
        ),
        ({"quantities": {"pickup_service_min_per_x": "x"}}, "this is a column every list may have"),
        (
            {"quantities": {"Liter": "x"}},
            "'Liter' cannot be a further quantity: a quantity is named with small letters",
        ),
        (
            {"quantities": {"liters": "x"}, "columns": {"liters": "y"}},
            "columns: liters is also under quantities; name it once",
        ),
        ({"defaults": {"id": "x"}}, "defaults: every order needs an id of its own"),
        ({"defaults": {"prio": "x"}}, "defaults: 'prio' is not a column of orders; did you mean 'priority'?"),
        ({"keep": [""]}, "at least 1 character"),
        ({"delimiter": ";;"}, "';;' is not a delimiter; use one character, such as ';', or tab"),
        ({"delimiter": '"'}, "'\"' is not a delimiter"),
        ({"delimiter": "\n"}, "'\\n' is not a delimiter"),
        ({"decimal": "'"}, "Input should be '.' or ','"),
        ({"encoding": "cp9999"}, "'cp9999' is not an encoding of text; use a name such as utf-8, cp1250 or cp1252"),
        ({"encoding": "hex"}, "'hex' is not an encoding of text"),
        ({"encoding": "rot13"}, "'rot13' is not an encoding of text"),
        ({"encoding": "a\0b"}, "'a\\x00b' is not an encoding of text"),
        ({"time_zone": "Warsaw"}, "there is no time zone 'Warsaw'; use a name such as Europe/Warsaw"),
        ({"sheet": 1}, "valid string"),
    ],
)
def test_what_a_file_may_not_say(fields: dict[str, Any], message: str) -> None:
    """Unknown names, values that make no sense, and two that contradict each other."""
    with pytest.raises(ValidationError) as caught:
        OrderFilePart.model_validate({"path": "a.csv", **fields})
    assert message in str(caught.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "latin-1", "cp1252", "shift_jis"])
def test_encodings(encoding: str) -> None:
    """All that Python knows."""
    assert OrderFilePart.model_validate({"path": "a.csv", "encoding": encoding}).encoding == encoding


def test_a_file_needs_a_path() -> None:
    """Nothing else is needed."""
    with pytest.raises(ValidationError, match="path"):
        OrderFilePart.model_validate({})
    assert OrdersPart.model_validate({"files": [{"path": "a.csv"}]}).files[0].columns == {}
