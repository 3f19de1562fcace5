"""The table of scores: ``python -m benchmarks.dpdp.scores --data DIR [--ours FILE.csv] [--markdown]``. Smaller is better.

One row an instance, and the mean of each group of instances that are alike. Columns: our score, the first three teams of the
competition, the best of all published scores, and what was measured for this project with the official simulator.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from benchmarks.dpdp.tables import DataError, Row, read_table

_TEAMS = {"gold A": "gold_A", "gold B": "gold_B", "silver": "silver_A", "bronze": "bronze_A"}
"""Column of the table, and of the published scores. The two repositories often give the first team different scores."""

_COUNTS = ("gold_runs_B",)
"""Columns of the published scores that are no scores."""

_NONE = "-"


@dataclass(frozen=True)
class Line:
    """One row of the table: an instance or the mean of a group; a score of None is not known."""

    name: str
    orders: int
    vehicles: int
    scores: dict[str, float | None]


@dataclass(frozen=True)
class ScoreTable:
    """The table, and the names of instances that have published scores only, because their data are left out."""

    lines: list[Line]
    left_out: list[str]


def score_table(data: Path, ours: Mapping[str, float]) -> ScoreTable:
    """Return the table.

    Args:
        data: the folder with `instances.csv`, `published_scores.csv` and `measured_scores.csv`.
        ours: our scores by instance.

    Raises:
        DataError: a file is missing or malformed, or a score belongs to no instance.
    """
    instances = read_table(data / "instances.csv", ("instance", "orders", "vehicles"), others=True)
    published = _by_instance(data / "published_scores.csv", needed=tuple(_TEAMS.values()))
    measured = _by_instance(data / "measured_scores.csv")
    lines = []
    for row in instances:
        name = row.text("instance")
        if name not in published:
            raise row.wrong("instance", "has no row in published_scores.csv")
        scores: dict[str, float | None] = {"ours": ours.get(name)}
        scores |= {team: published[name][column] for team, column in _TEAMS.items()}
        known = [score for column, score in published[name].items() if column not in _COUNTS and score is not None]
        scores["best published"] = min(known, default=None)
        columns = next(iter(measured.values()), {})
        scores |= measured.get(name, dict.fromkeys(columns))
        lines.append(Line(name, row.whole("orders"), row.whole("vehicles"), scores))
    known_names = [line.name for line in lines]
    for source, given in (("our scores", ours), ("measured_scores.csv", measured)):
        for name in given:
            if name not in known_names:
                raise DataError(f"{source}: {name!r} is no instance of instances.csv")
    return ScoreTable(_with_means(lines), [name for name in published if name not in known_names])


def _by_instance(path: Path, needed: Sequence[str] = ()) -> dict[str, dict[str, float | None]]:
    """Read a file of scores, with whatever columns it has beside those needed: by instance and column; an empty field is None."""
    scores: dict[str, dict[str, float | None]] = {}
    for row in read_table(path, ("instance", *needed), others=True):
        name = row.text("instance")
        if name in scores:
            raise row.wrong("instance", "is there twice")
        scores[name] = {column: _score(row, column) for column in row.fields if column != "instance"}
    return scores


def _score(row: Row, column: str) -> float | None:
    return row.number_of(column, least=0.0) if row.fields[column].strip() else None


def read_ours(path: Path) -> dict[str, float]:
    """Return our scores from a CSV file with the columns `instance` and `score`."""
    scores: dict[str, float] = {}
    for row in read_table(path, ("instance", "score")):
        if row.text("instance") in scores:
            raise row.wrong("instance", "is there twice")
        scores[row.text("instance")] = row.number_of("score", least=0.0)
    return scores


def _with_means(lines: Sequence[Line]) -> list[Line]:
    """Add the mean behind each group of as many orders and vehicles; it is known if all scores of the group are."""
    groups: dict[tuple[int, int], list[Line]] = {}
    for line in lines:
        groups.setdefault((line.orders, line.vehicles), []).append(line)
    table = []
    for (orders, vehicles), group in groups.items():
        means: dict[str, float | None] = {}
        for column in group[0].scores:
            known = [score for line in group if (score := line.scores[column]) is not None]
            means[column] = fmean(known) if len(known) == len(group) else None
        table += [*group, Line("mean", orders, vehicles, means)]
    return table


def as_text(table: ScoreTable, markdown: bool = False) -> str:
    """Return the table as lines of text, in columns or as Markdown."""
    header = ["instance", "orders", "vehicles", *table.lines[0].scores] if table.lines else []
    rows = [header]
    rows += [
        [line.name, str(line.orders), str(line.vehicles), *map(_figure, line.scores.values())] for line in table.lines
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    padded = [[cell.rjust(width) for cell, width in zip(row, widths, strict=True)] for row in rows]
    if markdown:
        text = [f"| {' | '.join(row)} |" for row in padded]
        text.insert(1, f"|{'|'.join('-' * (width + 1) + ':' for width in widths)}|")
    else:
        text = ["  ".join(row) for row in padded]
    if table.left_out:
        text += ["", f"Left out, because there are published scores only: {', '.join(table.left_out)}."]
    return "\n".join(text)


def _figure(score: float | None) -> str:
    if score is None:
        return _NONE
    return f"{score:,.2f}" if score < 1000 else f"{score:,.0f}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table that is asked for; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.dpdp.scores", description="Print the table of scores.")
    parser.add_argument("--data", type=Path, required=True, help="folder with instances.csv and the files of scores")
    parser.add_argument("--ours", type=Path, help="our scores: CSV with the columns instance and score")
    parser.add_argument("--markdown", action="store_true", help="as a Markdown table")
    asked = parser.parse_args(arguments)
    try:
        table = score_table(asked.data, read_ours(asked.ours) if asked.ours else {})
    except DataError as error:
        print(error, file=sys.stderr)
        return 1
    print(as_text(table, asked.markdown))
    return 0


if __name__ == "__main__":
    sys.exit(main())
