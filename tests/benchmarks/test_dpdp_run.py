"""``python -m benchmarks.dpdp``: instances become scenarios, run, and give visit logs that the checker accepts."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from benchmarks.dpdp import check as check_command
from benchmarks.dpdp.__main__ import main
from benchmarks.dpdp.instance import load_instance
from benchmarks.dpdp.scenario import parameters_for, truckloads, write_scenario
from hypothesis import given, settings
from hypothesis import strategies as st

from support.dpdp import order, write_instance


def test_a_run_gives_a_log_that_the_checker_accepts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One order of three kinds of pieces, one that becomes known in the evening, one larger than a truck."""
    data = write_instance(tmp_path / "data")
    assert main(["--data", str(data), "--instances", "1", "--log", str(tmp_path / "logs")]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("01  ")
    assert check_command.main(["--data", str(data), "--instance", "01", str(tmp_path / "logs" / "01.csv")]) == 0
    assert f"score: {printed.split()[1].replace(',', '')}" in capsys.readouterr().out


def test_all_instances_of_a_folder_are_run_when_none_is_named(tmp_path: Path) -> None:
    """Each with its log."""
    data = write_instance(write_instance(tmp_path / "data", "01"), "07")
    assert main(["--data", str(data), "--log", str(tmp_path)]) == 0
    assert sorted(path.name for path in tmp_path.glob("*.csv")) == ["01.csv", "07.csv"]


@pytest.mark.parametrize(
    ("arguments", "complaint"), [(["--instances", "9"], "there is no instance '09'"), ([], "no folder")]
)
def test_what_is_not_there_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], complaint: str
) -> None:
    """The exit code is 1."""
    data = write_instance(tmp_path / "data") if arguments else tmp_path / "nowhere"
    assert main(["--data", str(data), *arguments]) == 1
    assert complaint in capsys.readouterr().err


def test_the_scenario_says_the_rules(tmp_path: Path) -> None:
    """Without anything that a scenario of a planner could not say."""
    data = write_instance(tmp_path / "data")
    instance = load_instance(data, "01")
    written = write_scenario(data, instance, tmp_path, "rolling_horizon", parameters_for(instance, "rolling_horizon"))
    scenario = yaml.safe_load(written.path.read_text())
    assert scenario["policies"]["dispatch"]["parameters"]["every_s"] == 600.0
    assert scenario["fleet"][0]["loading"] == "lifo"
    assert scenario["places"]["files"][0]["defaults"] == {"fixed_handling_min": 30}
    assert {name: sum(piece.size for piece in pieces) for name, pieces in written.pieces.items()} == {
        "X": 1.75, "Y": 0.25, "Z/1": 15.0, "Z/2": 1.0,
    }  # fmt: skip


@settings(max_examples=50)
@given(st.tuples(st.integers(0, 40), st.integers(0, 40), st.integers(0, 40)).filter(any))
def test_truckloads_hold_all_pieces_in_their_sequence(counts: tuple[int, int, int]) -> None:
    """None is larger than a truck, and what fits one truck is not cut."""
    whole = order("X", counts, 0, 14_400)
    loads = truckloads(whole, 15.0)
    assert tuple(piece for load in loads for piece in load) == whole.pieces
    assert all(0.0 < sum(piece.size for piece in load) <= 15.0 for load in loads)
    assert (len(loads) == 1) == (whole.demand <= 15.0)
