"""docs/demand.md says what is true: its table and scenario run, its messages come, its fields are those of the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from spine.scenario.demand import DemandPart
from support.command_line import spine_here
from support.demand_tables import towns

TABLE, SUMMARY, MESSAGE = range(3)
"""The plain blocks of the page, in their order."""


@pytest.fixture
def page(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The page; its files are in the folder in which commands run."""
    text = (repository / "docs" / "demand.md").read_text()
    monkeypatch.chdir(tmp_path)
    Path("towns.graphml").write_bytes(towns())
    Path("flows.csv").write_text(_blocks(text, "text")[TABLE])
    Path("mine.yaml").write_text(_blocks(text, "yaml")[0])
    return text


def _blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)


def test_the_first_table_makes_a_world(page: str) -> None:
    """And the command says of it what the page says."""
    assert _blocks(page, "text")[SUMMARY] in spine_here("scenario", "check", "mine.yaml").stdout


def test_the_fields_are_those_of_the_section(page: str) -> None:
    """Every one has its line."""
    rows = re.findall(r"^\| (`.*?`(?:, `.*?`)*) \|", page, re.MULTILINE)
    assert [name for row in rows for name in re.findall("`(.*?)`", row)] == list(DemandPart.model_fields)


def test_the_message_comes(page: str) -> None:
    """An id that is nowhere, in two rows."""
    Path("flows.csv").write_text("origin,destination,volume\n11,12,1\n11,13,1\n11,99,5\n12,99,5\n")
    assert _blocks(page, "text")[MESSAGE].strip() in spine_here("scenario", "check", "mine.yaml", code=2).stderr
