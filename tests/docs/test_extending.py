"""The worked examples of docs/extending.md do what the page says: its own code is run, inserted where it says."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from spine.world import SAMPLE_COLUMNS
from support.patience import LONG_PATIENCE_S, PATIENCE_S


class Block(NamedTuple):
    """A block of code of the page, and what its note says is done with it.

    `file: NAME`, `insert: PATH before: LINE`, `insert: PATH after: LINE`, or `replace: PATH line: LINE`.
    """

    section: str
    verb: str
    target: str
    side: str
    line: str
    code: str


def _blocks(page: str) -> Iterator[Block]:
    for section in re.split(r"^## ", page, flags=re.MULTILINE)[1:]:
        title = section.splitlines()[0]
        found = re.finditer(
            r"^<!-- (file|insert|replace): (\S+)(?: (before|after|line): (.*?))? -->\n```\w*\n(.*?)^```$",
            section,
            re.MULTILINE | re.DOTALL,
        )
        for match in found:
            yield Block(title, match[1], match[2], match[3] or "", match[4] or "", match[5])


@pytest.fixture(scope="module")
def blocks(repository: Path) -> list[Block]:
    """All blocks with a note."""
    return list(_blocks((repository / "docs/extending.md").read_text()))


def _of(blocks: list[Block], title: str) -> list[Block]:
    found = [block for block in blocks if block.section == title]
    assert found, title
    return found


def _carry_out(root: Path, block: Block) -> None:
    """Write a block to a file of its own, or put it before, after or in place of the one line it names."""
    path = root / block.target
    if block.verb == "file":
        path.write_text(block.code)
        return
    lines = path.read_text().splitlines(keepends=True)
    places = [number for number, line in enumerate(lines) if line.strip() == block.line.strip()]
    assert len(places) == 1, f"{block.target}: {block.line!r} stands there {len(places)} times"
    (at,) = places
    lines[at + (block.side == "after") : at + (block.side != "before")] = [block.code]
    path.write_text("".join(lines))


def _copied(repository: Path, folder: Path) -> Path:
    """Copy the sources into a folder and return where."""
    sources = repository / "src" / "spine"
    shutil.copytree(sources, folder / "src" / "spine", ignore=shutil.ignore_patterns("dist", "__pycache__"))
    return folder


def _run(program: str, root: Path) -> None:
    """Run a program with the sources of a folder."""
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": str(root / "src")},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )
    assert done.returncode == 0, done.stderr


def test_the_policy(blocks: list[Block], tmp_path: Path) -> None:
    """Installed as its pyproject.toml says, it is chosen by the page's scenario, takes its parameter, and orders are delivered."""
    for block in _of(blocks, "A policy"):
        _carry_out(tmp_path, block)
    point = re.search(r'^"(dispatch\.\w+)" = "([\w:]+)"$', (tmp_path / "pyproject.toml").read_text(), re.MULTILINE)
    assert point is not None
    about = tmp_path / "fewest_stops-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: fewest-stops\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(f"[spine.policies]\n{point[1]} = {point[2]}\n")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}

    def spine(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "spine", *arguments]
        return subprocess.run(
            command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=PATIENCE_S
        )

    done = spine("run", "scenario.yaml", "--hours", "4", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["packages_delivered"] > 0
    wrong = (tmp_path / "scenario.yaml").read_text().replace("trucks: 5", "trucks: 0")
    (tmp_path / "wrong.yaml").write_text(wrong)
    refused = spine("scenario", "check", "wrong.yaml")
    assert refused.returncode == 2
    assert "trucks = 0" in refused.stderr + refused.stdout


_ASKING = """
import json
from spine.engine.core import EngineCore
from spine.protocol.actions import QUESTIONS
from spine.protocol.asyncapi import asyncapi_document
from spine.protocol.signals import check_signal
from spine.scenario import Scenario
from spine.server.access import VIEW_ACTIONS

core = EngineCore(Scenario.load("demo").build())
site = core.world.network.sites[0]

def ask(building_id):
    action = {"action": "building.describe", "params": {"building_id": building_id}, "request_id": "1"}
    outcome = core.handle(1, json.dumps(action))
    answer = json.loads(outcome.answer.body)
    check_signal(answer)
    return answer

answer = ask(site.id)
assert answer["signal"] == "building.described", answer
assert answer["data"]["building"]["id"] == site.id
assert "no-such" in ask("no-such")["data"]["message"]
assert "building.describe" in QUESTIONS == VIEW_ACTIONS
assert "building.described" in json.dumps(asyncapi_document())
"""


def test_the_action(blocks: list[Block], repository: Path, tmp_path: Path) -> None:
    """Inserted where the page says, a client asks for a facility, gets an answer of the published form, or hears which one there is not."""
    root = _copied(repository, tmp_path)
    for block in _of(blocks, "An action"):
        _carry_out(root, block)
    _run(_ASKING, root)


_WAITING = """
from dataclasses import replace
from spine.network.facilities import FacilityKind, Yard
from spine.network.smap import read_smap, write_smap
from spine.scenario import Scenario
from spine.world import CreateBroker, CreateTruck, DeleteAgent, TruckSpec, World, WorldConfig
from spine.world.views import Activity

network = Scenario.load("demo").build().network
home = int(network.node_ids[0])
network = replace(network, facilities=(*network.facilities, Yard("yard", home, 2)))
network = read_smap(write_smap(network), "map")
assert [f.id for f in network.facilities if f.kind is FacilityKind.YARD] == ["yard"]
world = World(network, WorldConfig(seed=1))
for index in range(3):
    spec = TruckSpec(start_node=home, home_node=home, returns_home=True)
    world.apply(CreateTruck(f"t{index}", spec))
world.advance_to(60.0)
doing = [world.agent(truck).activity for truck in world.truck_ids()]
assert doing == [Activity.PARKED, Activity.PARKED, Activity.IDLE], doing
assert tuple(world.building("yard").occupants) == ("t0", "t1")
world.apply(CreateBroker("broker"))
world.advance_to(3 * 3600.0)
assert not world.building("yard").occupants
assert world.package_counts().delivered > 0
world.apply(DeleteAgent("broker"))
again = World.load(world.dump())
world.advance_to(9 * 3600.0)
again.advance_to(9 * 3600.0)
assert tuple(world.building("yard").occupants) == tuple(again.building("yard").occupants) != ()
(row,) = world.facility_figures(FacilityKind.YARD)
assert row["parking_served"] > 2, row
"""


def test_the_facility_kind(blocks: list[Block], repository: Path, tmp_path: Path) -> None:
    """Trucks wait in the yard at their home, as many as it has lots, leave it for work and come back; maps and checkpoints hold it."""
    root = _copied(repository, tmp_path)
    for block in _of(blocks, "A facility kind"):
        _carry_out(root, block)
    _run(_WAITING, root)


@pytest.mark.slow
def test_the_chart(blocks: list[Block], repository: Path, tmp_path: Path) -> None:
    """Inserted where the page says, the dashboard's code still fits together, and the server has the columns."""
    (block,) = _of(blocks, "A chart")
    columns = re.search(r"columns: \[(.*?)\]", block.code)
    assert columns is not None
    assert {name.strip(' "') for name in columns[1].split(",")} <= set(SAMPLE_COLUMNS)
    web = repository / "web"
    shutil.copytree(web, tmp_path / "web", ignore=shutil.ignore_patterns("node_modules"))
    _carry_out(tmp_path, block)
    if not (web / "node_modules").is_dir():
        return  # no Node.js here: what could be looked at without it has been
    (tmp_path / "web" / "node_modules").symlink_to(web / "node_modules")
    compiler = [web / "node_modules/.bin/tsc", "--noEmit", "-p", tmp_path / "web"]
    search = f"{repository / 'build/node'}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        compiler,
        env={**os.environ, "PATH": search},
        capture_output=True,
        text=True,
        check=False,
        timeout=LONG_PATIENCE_S,
    )
    assert done.returncode == 0, done.stdout
