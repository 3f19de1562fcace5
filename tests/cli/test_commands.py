"""The `spine` command as people use it: real processes, real files."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest


def _spine(*arguments: object, code: int = 0, **environment: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "spine", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=100,
        env={**os.environ, **environment},
        check=False,
    )
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done


def _events(folder: Path) -> list[dict[str, object]]:
    with gzip.open(folder / "events.jsonl.gz", "rt") as file:
        return [json.loads(line) for line in file]


def test_a_run_leaves_summary_events_and_tables(tmp_path: Path) -> None:
    """Figures for programs and people, events with time and type named as on the wire."""
    done = _spine("run", "demo", "--hours", 3, "--out", tmp_path)
    assert "delivered" in done.stdout
    summary = json.loads((tmp_path / "summary.json").read_text())
    log = _events(tmp_path)
    kinds = [event["type"] for event in log]
    for name in ("created", "picked_up", "delivered", "expired"):
        assert summary[f"packages_{name}"] == kinds.count(f"package.{name}")
    assert summary["packages_delivered"] > 0
    assert summary["real_time_factor"] > 1.0
    assert summary["simulated_hours"] == 3.0
    times = [event["time"] for event in log]
    assert times == sorted(times)  # type: ignore[type-var]
    assert {path.name for path in tmp_path.iterdir()} == {
        "summary.json", "events.jsonl.gz", "time_series.csv", "trucks.csv", "sites.csv", "stations.csv", "parkings.csv",
    }  # fmt: skip
    assert len((tmp_path / "trucks.csv").read_text().splitlines()) == 21


def test_the_same_run_gives_the_same_bytes(tmp_path: Path) -> None:
    """Neither process nor string hashing nor step changes the event log."""
    for name, seed, dt in (("a", "0", 60), ("b", "77", 60), ("c", "5", 7200)):
        _spine("run", "demo", "--hours", 2, "--dt", dt, "--out", tmp_path / name, PYTHONHASHSEED=seed)
    assert (tmp_path / "a/events.jsonl.gz").read_bytes() == (tmp_path / "b/events.jsonl.gz").read_bytes()
    assert _events(tmp_path / "c") == _events(tmp_path / "a")


def test_json_prints_the_summary_and_nothing_else() -> None:
    """For scripts."""
    done = _spine("run", "demo", "--hours", 1, "--seed", 9, "--json")
    assert json.loads(done.stdout)["seed"] == 9
    assert done.stderr == ""


def test_an_interrupted_run_keeps_what_it_has(tmp_path: Path) -> None:
    """Ctrl-C ends with the figures so far and exit code 130."""
    process = subprocess.Popen(
        [sys.executable, "-m", "spine", "run", "city", "--hours", "5000", "--out", str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    part = tmp_path / ".events.jsonl.gz.part"
    while process.poll() is None and not (part.exists() and part.stat().st_size > 10_000):
        pass
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in errors
    assert json.loads((tmp_path / "summary.json").read_text())["simulated_hours"] > 0
    assert _events(tmp_path)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("run", "nowhere"), "no preset and no file"),
        (("run", "demo", "--hours", "-1"), "--hours"),
        (("run", "demo", "--seed", "-1"), "--seed"),
        (("map", "info", "missing.smap"), "missing.smap: cannot be read"),
        (("map", "plot", "demo", "-o", "x.gif"), "must end in .png or .svg"),
        (("map", "generate", "-o", "x.smap", "-s", "gridness=7"), "gridness"),
        (("map", "generate", "-o", "x.smap", "-s", "moons=7"), "moons"),
        (("map", "generate", "-o", "/nonexistent/x.smap"), "cannot be written"),
        (("run", "demo", "--out", "/proc/nowhere"), "cannot be written to"),
        (("scenario", "check", "nothing.yaml"), "no preset and no file"),
    ],
)
def test_mistakes_end_in_one_clear_message_and_code_2(arguments: tuple[str, ...], message: str, tmp_path: Path) -> None:
    """No traceback, ever."""
    done = _spine(*arguments, code=2)
    assert message in done.stderr


def test_maps_go_through_all_commands(tmp_path: Path) -> None:
    """Generate -> info -> plot -> import -> run."""
    made = tmp_path / "made.smap"
    _spine(
        "map",
        "generate",
        "-o",
        made,
        "--seed",
        4,
        "-s",
        "map_width=3000",
        "-s",
        "map_height=2000",
        "-s",
        "num_major_centers=1",
    )
    figures = json.loads(_spine("map", "info", made, "--json").stdout)
    assert figures["nodes"] > 20
    assert figures["largest_strongly_connected_share"] == 1.0
    assert "in the largest strongly connected part" in _spine("map", "info", made).stdout
    for name in ("made.png", "made.svg"):
        _spine("map", "plot", made, "-o", tmp_path / name)
        assert (tmp_path / name).stat().st_size > 5000
    _spine("map", "import", made, "-o", tmp_path / "again.smap")
    assert (tmp_path / "again.smap").read_bytes() == made.read_bytes()
    assert json.loads(_spine("run", made, "--hours", 1, "--json").stdout)["trucks"] >= 1


def test_scenarios_are_listed_shown_and_checked(tmp_path: Path) -> None:
    """What `show` prints is a scenario file itself."""
    assert "demo" in _spine("scenario", "list").stdout
    shown = _spine("scenario", "show", "demo").stdout
    (tmp_path / "mine.yaml").write_text(shown)
    assert "20 trucks" in _spine("scenario", "check", tmp_path / "mine.yaml").stdout


def test_a_polish_city_is_served(shared_data: Path, tmp_path: Path) -> None:
    """Two hours on the real network of Rzeszow deliver packages."""
    done = _spine("run", shared_data / "osm/rzeszow_region.osm.pbf", "--hours", 2, "--json", "--out", tmp_path)
    assert json.loads(done.stdout)["packages_delivered"] > 50


def test_help_is_there() -> None:
    """Every command explains itself."""
    assert "freight" in _spine("--help").stdout
    for command in ("run", "serve", "map", "scenario", "healthcheck"):
        assert "Usage" in _spine(command, "--help").stdout
