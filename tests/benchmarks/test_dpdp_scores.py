"""The table of scores: what is read, compared and averaged."""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmarks.dpdp.scores import as_text, main, score_table
from benchmarks.dpdp.tables import DataError

from support.dpdp import write_table


def _files(folder: Path) -> Path:
    """Write scores of three instances, the first two of one group, and published ones of a fourth."""
    write_table(
        folder / "instances.csv",
        [
            ("instance", "source_orders_file", "orders", "vehicles"),
            ("01", "a", 50, 5),
            ("02", "b", 50, 5),
            ("09", "c", 100, 5),
        ],
    )
    write_table(
        folder / "published_scores.csv",
        [
            ("instance", "gold_A", "silver_A", "bronze_A", "gold_B", "moead_es_B", "gold_runs_B", "gold_runs_min_B"),
            ("01", 134, 2300, 130, 134, 117, 5, 129.5),
            ("02", 96, 30500, 91, 95.6, 100, 5, 90.25),
            ("03", 1, 1, 1, 1, 1, 1, 1),
            ("09", "1.5e+06", 1.77e6, 187000, "", 2e6, 9, 1.2e6),
        ],
    )
    write_table(
        folder / "measured_scores.csv",
        [("instance", "official_demo", "best_insertion"), ("01", 157938.16, 139.5), ("02", 62061.84, "")],
    )
    return folder


def test_the_table_compares(tmp_path: Path) -> None:
    """The best published score is the smallest of all columns but the number of runs."""
    table = score_table(_files(tmp_path), {"01": 120.0, "09": 2000.0})
    assert [(line.name, line.orders, line.vehicles) for line in table.lines] == [
        ("01", 50, 5),
        ("02", 50, 5),
        ("mean", 50, 5),
        ("09", 100, 5),
        ("mean", 100, 5),
    ]
    first, second, mean, third, _ = (line.scores for line in table.lines)
    assert first == {
        "ours": 120.0,
        "gold A": 134.0,
        "gold B": 134.0,
        "silver": 2300.0,
        "bronze": 130.0,
        "best published": 117.0,
        "official_demo": 157938.16,
        "best_insertion": 139.5,
    }
    assert (second["ours"], second["best published"], second["best_insertion"]) == (None, 90.25, None)
    assert (third["gold A"], third["gold B"], third["best published"]) == (1.5e6, None, 187000.0)
    assert third["official_demo"] is None
    # A mean of some of a group would not be comparable.
    assert (mean["gold A"], mean["official_demo"]) == (115.0, pytest.approx(110_000.0))
    assert mean["ours"] is None
    assert mean["best_insertion"] is None


def test_the_table_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As columns and as Markdown, with what is left out."""
    data = _files(tmp_path)
    ours = write_table(tmp_path / "ours.csv", [("instance", "score"), ("01", 120), ("02", 100)])
    assert main(["--data", str(data), "--ours", str(ours)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len({len(line) for line in lines[:6]}) == 1
    assert lines[1].split() == [
        "01",
        "50",
        "5",
        "120.00",
        "134.00",
        "134.00",
        "2,300",
        "130.00",
        "117.00",
        "157,938",
        "139.50",
    ]
    assert lines[3].split() == [
        "mean",
        "50",
        "5",
        "110.00",
        "115.00",
        "114.80",
        "16,400",
        "110.50",
        "103.62",
        "110,000",
        "-",
    ]
    assert lines[-1] == "Left out, because there are published scores only: 03."

    assert main(["--data", str(data), "--markdown"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [cell.strip() for cell in lines[0].strip("|").split("|")][:5] == [
        "instance",
        "orders",
        "vehicles",
        "ours",
        "gold A",
    ]
    assert set(lines[1]) == set("|-:")
    assert lines[2].startswith("|       01 |     50 |")
    assert {line.count("|") for line in lines[:7]} == {12}


def test_a_table_without_instances_has_only_names(tmp_path: Path) -> None:
    """Nothing is made up."""
    data = _files(tmp_path)
    write_table(data / "instances.csv", [("instance", "orders", "vehicles")])
    write_table(data / "measured_scores.csv", [("instance", "official_demo")])
    assert as_text(score_table(data, {})).splitlines()[-1].endswith("only: 01, 02, 03, 09.")


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        ("published_scores.csv", "2300", "many", "published_scores.csv, row 2, column silver_A: 'many' is no number"),
        ("published_scores.csv", "2300", "-1", "row 2, column silver_A: '-1' is no finite number of 0 or more"),
        ("published_scores.csv", "03,", "02,", "row 4, column instance: '02' is there twice"),
        (
            "published_scores.csv",
            "09,",
            "10,",
            "instances.csv, row 4, column instance: '09' has no row in published_scores",
        ),
        ("published_scores.csv", "bronze_A", "copper_A", "published_scores.csv, row 1: column bronze_A is missing"),
        ("measured_scores.csv", "02,", "03,", "measured_scores.csv: '03' is no instance of instances.csv"),
        ("instances.csv", "50,5", "50,five", "instances.csv, row 2, column vehicles: 'five' is no whole number"),
        ("instances.csv", "vehicles", "trucks", "instances.csv, row 1: column vehicles is missing"),
        ("ours.csv", "02,", "01,", "ours.csv, row 3, column instance: '01' is there twice"),
        ("ours.csv", "02,", "03,", "our scores: '03' is no instance of instances.csv"),
    ],
)
def test_what_is_wrong_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], file: str, old: str, new: str, words: str
) -> None:
    """By file, row and column."""
    data = _files(tmp_path)
    ours = write_table(tmp_path / "ours.csv", [("instance", "score"), ("01", 120), ("02", 100)])
    path = tmp_path / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    assert main(["--data", str(data), "--ours", str(ours)]) == 1
    assert words in capsys.readouterr().err


def test_scores_of_unknown_instances_are_refused(tmp_path: Path) -> None:
    """They would be missing in the table."""
    with pytest.raises(DataError, match="our scores: '77' is no instance"):
        score_table(_files(tmp_path), {"77": 1.0})
