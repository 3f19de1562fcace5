"""Run instances: ``python -m benchmarks.dpdp [--data DIR] [--instances 1,2,...] [--policy NAME] [--log DIR]``.

Prints the table of scores (`scores`); ends with 1 if the checker finds anything wrong.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.dpdp.checker import check
from benchmarks.dpdp.instance import load_instance
from benchmarks.dpdp.running import run_instance, write_log
from benchmarks.dpdp.scores import as_text, score_table
from benchmarks.dpdp.tables import DataError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what is asked for; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.dpdp", description="Run instances and print their scores."
    )
    parser.add_argument(
        "--data",
        type=Path,
        default=Path(os.environ.get("SPINE_DPDP_DATA", "dpdp")),
        help="folder with factory_info.csv, route_info.csv and instances/ [env SPINE_DPDP_DATA, default ./dpdp]",
    )
    parser.add_argument("--instances", help="numbers, such as 1,2,9; all of DIR when left out")
    parser.add_argument("--policy", default="rolling_horizon", help="dispatcher of the scenarios")
    parser.add_argument("--log", type=Path, help="folder for visit logs, NN.csv")
    parser.add_argument("--markdown", action="store_true", help="the table as Markdown")
    asked = parser.parse_args(arguments)
    try:
        names = _names(asked.data, asked.instances)
        scores, wrong = _run(asked.data, names, asked.policy, asked.log)
        print(_table(asked.data, names, scores, markdown=asked.markdown))
    except DataError as error:
        print(error, file=sys.stderr)
        return 1
    return 1 if wrong else 0


def _names(data: Path, wanted: str | None) -> list[str]:
    """Return the folders of the instances that are asked for."""
    folder = data / "instances"
    if not folder.is_dir():
        raise DataError(f"there are no instances: {folder} is no folder; --data says where the benchmark is")
    there = sorted(path.name for path in folder.iterdir() if path.is_dir())
    if wanted is None:
        return there
    names = [f"{int(number):02d}" if number.strip().isdigit() else number.strip() for number in wanted.split(",")]
    for name in names:
        if name not in there:
            raise DataError(f"there is no instance {name!r} in {folder}; there are {', '.join(there)}")
    return names


def _run(data: Path, names: Sequence[str], policy: str, logs: Path | None) -> tuple[dict[str, float], bool]:
    scores: dict[str, float] = {}
    wrong = False
    for name in names:
        begun = time.perf_counter()
        instance = load_instance(data, name)
        visits = run_instance(data, instance, policy)
        if logs is not None:
            logs.mkdir(parents=True, exist_ok=True)
            write_log(logs / f"{name}.csv", visits)
        report = check(instance, visits)
        seconds = time.perf_counter() - begun
        print(f"... {name}: score {_shown(report.score)}, {seconds:.0f} s", file=sys.stderr, flush=True)
        for violation in report.violations[:5]:
            print(f"    {violation}", file=sys.stderr)
        wrong = wrong or bool(report.violations)
        if report.score is not None:
            scores[name] = report.score
    return scores, wrong


def _table(data: Path, names: Sequence[str], scores: Mapping[str, float], *, markdown: bool) -> str:
    """Return the scores as a table, beside the published and measured ones where the data have them."""
    if not (data / "instances.csv").is_file():
        return "\n".join(f"{name}  {_shown(scores.get(name))}" for name in names)
    table = score_table(data, scores)
    if len(names) < sum(line.name != "mean" for line in table.lines):
        table = replace(table, lines=[line for line in table.lines if line.name in names], left_out=[])
    return as_text(table, markdown)


def _shown(score: float | None) -> str:
    return "none" if score is None else f"{score:,.2f}"


if __name__ == "__main__":
    sys.exit(main())
