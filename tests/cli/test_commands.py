"""The `spine` command as people use it: real processes, real files."""

from __future__ import annotations

import gzip
import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from support.command_line import spine_here, spine_process
from support.extract import town_xml
from support.patience import PATIENCE_S
from support.server import wait_until


def _events(folder: Path) -> list[dict[str, object]]:
    with gzip.open(folder / "events.jsonl.gz", "rt") as file:
        return [json.loads(line) for line in file]


def test_a_run_leaves_summary_events_and_tables(tmp_path: Path) -> None:
    """Figures for programs and people, events with time and type named as on the wire."""
    done = spine_process("run", "demo", "--hours", 3, "--out", tmp_path)
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
        "summary.json", "events.jsonl.gz", "orders.csv", "order_parts.csv", "places.csv", "scenario.yaml", "time_series.csv", "trucks.csv",
        "sites.csv", "stations.csv", "parkings.csv",
    }  # fmt: skip
    assert len((tmp_path / "trucks.csv").read_text().splitlines()) == 25


_TOWN = """\
name: town
seed: 5
map:
  generate: {preset: client, map_width: 2500, map_height: 2500, num_major_centers: 1, urban_activity_rate_range: [30, 60]}
fleet: [{count: 4, fuel_tank_capacity_l: 40}]
sites: {size_range: [1, 4]}
run: {hours: 1}
"""


def test_the_same_run_gives_the_same_bytes(tmp_path: Path) -> None:
    """Processes with different string hashing write the same log, byte for byte."""
    for name, seed in (("a", "0"), ("b", "77")):
        spine_process("run", "demo", "--hours", 2, "--out", tmp_path / name, PYTHONHASHSEED=seed)
    for file in ("events.jsonl.gz", "time_series.csv", "trucks.csv", "sites.csv", "scenario.yaml"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def test_the_step_changes_nothing(tmp_path: Path) -> None:
    """Steps of 0.05, 1 and 60 s and one of an hour give the same events at the same simulated times."""
    (tmp_path / "town.yaml").write_text(_TOWN)
    logs = []
    for dt in (0.05, 1, 60, 3600):
        spine_here("run", tmp_path / "town.yaml", "--dt", dt, "--out", tmp_path / str(dt))
        logs.append(_events(tmp_path / str(dt)))
    assert [event["type"] for event in logs[0]].count("package.delivered") > 10
    assert all(log == logs[0] for log in logs)


def test_json_prints_the_summary_and_nothing_else() -> None:
    """For scripts."""
    done = spine_here("run", "demo", "--hours", 1, "--seed", 9, "--json")
    assert json.loads(done.stdout)["seed"] == 9
    assert done.stderr == ""


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_run_keeps_what_it_has(tmp_path: Path, number: signal.Signals, code: int) -> None:
    """Ctrl-C, or a request to end, ends with the figures so far; summary and log agree."""
    process = subprocess.Popen(
        [sys.executable, "-m", "spine", "run", "city", "--hours", "5000", "--out", str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A test run in the background of a shell inherits an ignored SIGINT; a person at a terminal does not.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - no threads are running here
    )
    part = tmp_path / ".events.jsonl.gz.part"
    wait_until(lambda: process.poll() is not None or (part.exists() and part.stat().st_size > 10_000))
    process.send_signal(number)
    output, errors = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == code
    assert errors == "spine: interrupted; the figures are those up to here\n"
    assert "delivered" in output
    summary = json.loads((tmp_path / "summary.json").read_text())
    created = [event for event in _events(tmp_path) if event["type"] == "package.created"]
    assert 0 < summary["packages_created"] == len(created)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("run", "nowhere"), "no preset and no file"),
        (("run", "demo", "--hours", "-1"), "--hours"),
        (("run", "demo", "--hours", "inf"), "--hours"),
        (("run", "demo", "--hours", "soon"), "--hours"),
        (("run", "demo", "--dt", "0"), "--dt"),
        (("run", "demo", "--seed", "-1"), "--seed"),
        (("run", "demo", "--sed", "1"), "No such option"),
        (("run",), "Missing argument"),
        (("rum", "demo"), "No such command"),
        (("serve", "--port", "99999"), "PORT = 99999"),
        (("serve", "--speed", "0"), "SPINE_SPEED = 0.0"),
        (("scenario", "show", "dmeo"), "did you mean 'demo'?"),
        (("map", "info", "missing.smap"), "missing.smap: cannot be read"),
        (("map", "plot", "demo", "-o", "x.gif"), "must end in .png or .svg"),
        (("map", "generate", "-o", "x.smap", "-s", "gridness=7"), "gridness"),
        (("map", "generate", "-o", "x.smap", "-s", "moons=7"), "moons"),
        (("map", "generate", "-o", "/nonexistent/x.smap"), "cannot be written"),
        (("run", "demo", "--out", "/proc/nowhere"), "cannot be written to"),
        (("run", "demo", "--out", __file__), "cannot be written to"),
        (("scenario", "check", "nothing.yaml"), "no preset and no file"),
    ],
)
def test_mistakes_end_in_one_clear_message_and_code_2(arguments: tuple[str, ...], message: str, tmp_path: Path) -> None:
    """No traceback, ever."""
    # What a server would leave behind in the process is not for the tests that follow.
    done = (spine_process if arguments[0] == "serve" else spine_here)(*arguments, code=2)
    assert message in done.stderr


def test_maps_go_through_all_commands(tmp_path: Path) -> None:
    """Generate -> info -> plot -> import -> run."""
    made = tmp_path / "made.smap"
    spine_here(
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
    figures = json.loads(spine_here("map", "info", made, "--json").stdout)
    assert figures["nodes"] > 20
    assert figures["largest_strongly_connected_share"] == 1.0
    assert "in the largest strongly connected part" in spine_here("map", "info", made).stdout
    for name in ("made.png", "made.svg"):
        spine_here("map", "plot", made, "-o", tmp_path / name)
        assert (tmp_path / name).stat().st_size > 5000
    spine_here("map", "import", made, "-o", tmp_path / "again.smap")
    assert (tmp_path / "again.smap").read_bytes() == made.read_bytes()
    assert json.loads(spine_here("run", made, "--hours", 1, "--json").stdout)["trucks"] >= 1


def test_scenarios_are_listed_shown_and_checked(tmp_path: Path) -> None:
    """What `show` prints is a scenario file itself."""
    listed = spine_here("scenario", "list").stdout
    assert all(name in listed for name in ("city", "demo", "none", "region"))
    shown = spine_here("scenario", "show", "demo").stdout
    (tmp_path / "mine.yaml").write_text(shown)
    assert "24 trucks" in spine_here("scenario", "check", tmp_path / "mine.yaml").stdout


def test_the_page_on_scenarios_is_right(repository: Path, tmp_path: Path) -> None:
    """The examples of the documentation are scenarios, and together they show every field of the schema."""
    page = (repository / "docs/scenarios.md").read_text()
    whole, _matrix, shifts, dates = (part.split("```")[0] for part in page.split("```yaml\n")[1:])
    without_start_time = "".join(
        line for line in whole.splitlines(keepends=True) if not line.startswith("start_time_h")
    )
    path = tmp_path / "example.yaml"
    for text in (whole, dates + without_start_time):
        path.write_text(text)
        assert "26 trucks" in spine_here("scenario", "check", path).stdout
    with_shifts = {**yaml.safe_load(without_start_time), **yaml.safe_load(dates), **yaml.safe_load(shifts)}
    path.write_text(yaml.safe_dump(with_shifts))
    assert "3 trucks" in spine_here("scenario", "check", path).stdout
    schema = json.loads(spine_here("scenario", "schema").stdout)
    assert {*yaml.safe_load(whole), *yaml.safe_load(dates), "orders", "places", "demand", "costs"} == set(
        schema["properties"]
    )
    assert "\n# orders: " in whole
    assert "\n# places: " in whole
    assert "\n# demand: " in whole
    assert "\n# costs: " in whole


def test_a_broken_scenario_is_told_line_by_line(tmp_path: Path) -> None:
    """File, line and field of every mistake, nothing else."""
    path = tmp_path / "broken.yaml"
    path.write_text(_TOWN.replace("seed: 5", "sede: 5").replace("hours: 1", "hours: 0"))
    assert spine_here("run", path, code=2).stderr.splitlines() == [
        f"spine: {path}:2: sede: unknown field; did you mean 'seed'?",
        f"{path}:7: run.hours: must be greater than 0",
    ]


def test_small_commands_do_not_load_the_engine() -> None:
    """The command line starts without what only a run or a server needs."""
    script = "import sys, spine.cli; print([name for name in ('numpy', 'scipy', 'pydantic', 'fastapi') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
    assert spine_process("--version").stdout.startswith("spine ")


def test_an_extract_is_served(tmp_path: Path) -> None:
    """Two hours on the streets of a small OpenStreetMap extract deliver packages."""
    (tmp_path / "streets.osm").write_bytes(town_xml())
    done = spine_here("run", tmp_path / "streets.osm", "--hours", 2, "--json", "--out", tmp_path / "out")
    assert json.loads(done.stdout)["packages_delivered"] > 0


def test_a_polish_city_is_served(shared_data: Path, tmp_path: Path) -> None:
    """Two hours on the real network of Rzeszow deliver packages."""
    done = spine_here("run", shared_data / "osm/rzeszow_region.osm.pbf", "--hours", 2, "--json", "--out", tmp_path)
    assert json.loads(done.stdout)["packages_delivered"] > 50


def test_help_is_there() -> None:
    """Every command explains itself."""
    assert "freight" in spine_here("--help").stdout
    for command in ("run", "serve", "map", "scenario", "healthcheck"):
        assert "Usage" in spine_here(command, "--help").stdout


def test_a_world_that_can_never_deliver_is_warned_of(tmp_path: Path) -> None:
    """By the run and by the check, on standard error; the answer itself stays what it is."""
    path = tmp_path / "dead.yaml"
    path.write_text(_TOWN.replace("fleet: [{count: 4, fuel_tank_capacity_l: 40}]", "fleet: []\nbroker: null"))
    expected = ["(no_broker)", "(no_trucks)"]
    for arguments in (("run", path, "--json"), ("run", path, "--quiet"), ("scenario", "check", path)):
        done = spine_here(*arguments)
        assert [line.split()[-1] for line in done.stderr.splitlines()] == expected
        assert all(line.startswith("warning: the world can never deliver: ") for line in done.stderr.splitlines())
        assert done.stdout


def test_refused_demand_is_warned_of(tmp_path: Path) -> None:
    """By the check before, and by the run after; not where next to nothing is refused."""
    path = tmp_path / "large.yaml"
    for largest, refused in ((14, True), (10, False)):
        town = _TOWN.replace("count: 4,", "count: 4, capacity: 10,")
        path.write_text(town.replace("size_range: [1, 4]", f"size_range: [4, {largest}]"))
        check = spine_here("scenario", "check", path)
        run = spine_here("run", path, "--json")
        if refused:
            assert check.stderr.startswith("warning: 40.0% of the demand will be refused at birth: 40.0% larger than")
            share = json.loads(run.stdout)["rejected_share"]
            assert run.stderr.startswith(f"warning: {share:.1%} of the demand was refused at birth: ")
        else:
            assert not check.stderr
            assert not run.stderr


def test_a_warmup_gives_figures_a_column_of_their_own() -> None:
    """On the terminal and in JSON; a warm-up that is not over when the run ends gives none."""
    shown = spine_here("run", "demo", "--hours", 3, "--warmup", 1, "--quiet").stdout
    assert re.search(r"whole run +after 1.00 h", shown)
    figures = json.loads(spine_here("run", "demo", "--hours", 3, "--warmup", 1, "--json").stdout)
    line = next(line for line in shown.splitlines() if "OTIF" in line)
    assert line.split()[-3:] == [f"{100 * part['otif_share']:.1f}" for part in (figures, figures["window"])] + ["%"]
    assert "window" not in json.loads(spine_here("run", "demo", "--hours", 1, "--warmup", 2, "--json").stdout)
    assert "--warmup" in spine_here("run", "demo", "--warmup", -1, code=2).stderr
