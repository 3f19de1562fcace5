"""Check a visit log: ``python -m benchmarks.dpdp.check --data DIR --instance NN LOG.csv``; ends with 0 if all is right, else with 1."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.dpdp.checker import Report, check
from benchmarks.dpdp.instance import Instance, load_instance
from benchmarks.dpdp.tables import DataError
from benchmarks.dpdp.visit_log import read_visits


def main(arguments: Sequence[str] | None = None) -> int:
    """Check the log that is named; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.dpdp.check", description="Check a visit log and print its score."
    )
    parser.add_argument(
        "--data", type=Path, required=True, help="folder with factory_info.csv, route_info.csv and instances/"
    )
    parser.add_argument("--instance", required=True, help="name of a folder in instances/, such as 01")
    parser.add_argument("log", type=Path, help="the visit log, CSV")
    asked = parser.parse_args(arguments)
    try:
        instance = load_instance(asked.data, asked.instance)
        visits = read_visits(asked.log, instance)
    except DataError as error:
        print(error, file=sys.stderr)
        return 1
    report = check(instance, visits)
    print(_text(instance, report, sum(map(len, visits.values()))))
    return 1 if report.violations else 0


def _text(instance: Instance, report: Report, visits: int) -> str:
    parts = report.parts
    late = sum(seconds > 0 for seconds in parts.late_s.values())
    return "\n".join(
        (
            f"instance {instance.name}: {len(instance.orders)} orders, {len(instance.vehicles)} vehicles, {visits} visits",
            f"violations: {len(report.violations)}",
            *(f"  {violation}" for violation in report.violations),
            f"delivered in full: {len(parts.late_s)} of {len(instance.orders)} orders, {late} late by {parts.all_late_s} s together",
            f"distance: {parts.distance_km:.2f} km, {parts.distance_km / parts.vehicles:.2f} km a vehicle",
            "score: none, because of the violations" if report.score is None else f"score: {report.score:.2f}",
        )
    )


if __name__ == "__main__":
    sys.exit(main())
