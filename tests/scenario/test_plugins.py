"""Policies of other packages: a third party adds a rule without touching SPINE."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

_MODULE = '''
from spine.hours import PlainHours
from spine.world.policies.dispatch import ContractNet


class Idle(ContractNet):
    """Awards nothing to anybody."""

    def award(self, state, package):
        return None

    def award_to(self, state, package, truck):
        return None


class LongRest(PlainHours):
    """A rule of its own: two hours of driving, then an hour of rest."""

    limit_s = 7200.0

    def required_rest_s(self, driven_s):
        return 3600.0

    def fine(self, excess_s):
        return 1.0
'''

_SCENARIO = """
map:
  generate: {preset: reference, map_width: 4000, map_height: 4000, num_major_centers: 1, seed: 4}
fleet: [{count: 3}]
policies: {%s}
"""


def _installed(folder: Path, entry_points: str) -> dict[str, str]:
    """Put a package with entry points into a folder, as an installer would; return the environment that finds it."""
    (folder / "elsewhere.py").write_text(_MODULE)
    about = folder / "elsewhere-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: elsewhere\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(f"[spine.policies]\n{entry_points}\n")
    return {**os.environ, "PYTHONPATH": str(folder)}


def _run(folder: Path, environment: dict[str, str], policies: str) -> subprocess.CompletedProcess[str]:
    scenario = folder / "scenario.yaml"
    scenario.write_text(_SCENARIO % policies)
    command = [sys.executable, "-m", "spine", "run", str(scenario), "--hours", "12", "--json"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_a_policy_of_another_package_rules_the_world(tmp_path: Path) -> None:
    """Named in the scenario, the rules of an installed package are the ones that act."""
    environment = _installed(tmp_path, "dispatch.idle = elsewhere:Idle\nhours.long_rest = elsewhere:LongRest")
    idle = json.loads(_run(tmp_path, environment, "dispatch: idle").stdout)
    assert idle["packages_created"] > 0
    assert idle["awards"] == 0
    rested = json.loads(_run(tmp_path, environment, "hours: long_rest").stdout)
    plain = json.loads(_run(tmp_path, environment, "hours: baseline").stdout)
    assert rested["rests"] > plain["rests"]


def test_a_wrong_name_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    """An entry point for no slot, and a policy nobody has, are errors that say what would be right."""
    environment = _installed(tmp_path, "weather.sunny = elsewhere:Idle")
    found = _run(tmp_path, environment, "dispatch: polling")
    assert found.returncode != 0
    assert "weather.sunny" in found.stderr
    assert "dispatch" in found.stderr
    (tmp_path / "elsewhere-1.0.dist-info" / "entry_points.txt").write_text(
        "[spine.policies]\ndispatch.idle = elsewhere:Idle\n"
    )
    unknown = _run(tmp_path, environment, "dispatch: magic")
    assert unknown.returncode != 0
    assert "contract_net, idle, polling" in unknown.stderr
