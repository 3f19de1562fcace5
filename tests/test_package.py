"""What `pip wheel .` makes of a checkout: a package under a name of its own, with the page, or a clear word why not."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import PathDistribution
from pathlib import Path

import pytest


@pytest.fixture
def checkout(repository: Path, tmp_path: Path) -> Path:
    """What a build needs of the repository, the page not built."""
    copy = tmp_path / "checkout"
    shutil.copytree(
        repository / "src", copy / "src", ignore=lambda folder, _: ["dist"] if Path(folder).name == "dashboard" else []
    )
    shutil.copytree(repository / "deploy" / "package", copy / "deploy" / "package")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy2(repository / name, copy)
    return copy


def _build(checkout: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "--quiet", "--no-deps"]
    return subprocess.run(
        [*command, "--no-build-isolation", "--wheel-dir", "wheels", "."],
        cwd=checkout, env={**os.environ, **environment}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_a_package_without_the_page_is_refused_and_says_what_to_do(checkout: Path) -> None:
    """Nobody finds out by an empty browser window; who wants it so says so."""
    done = _build(checkout)
    assert done.returncode != 0
    assert "the dashboard has not been built. Run `make dashboard` first" in done.stderr
    done = _build(checkout, SPINE_WITHOUT_PAGE="1")
    assert done.returncode == 0, done.stderr


def test_the_package_holds_the_page_and_has_a_name_of_its_own(checkout: Path, tmp_path: Path) -> None:
    """It is installed as `spine-sim`, whose extras the hints name; imported, and called, as `spine`."""
    page = checkout / "src" / "spine" / "dashboard" / "dist" / "index.html"
    page.parent.mkdir(parents=True)
    page.write_text("<title>SPINE</title>", "utf-8")
    done = _build(checkout)
    assert done.returncode == 0, done.stderr
    (wheel,) = (checkout / "wheels").iterdir()
    assert wheel.name.startswith("spine_sim-")
    assert wheel.name.endswith("-py3-none-any.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "installed")
    assert (tmp_path / "installed" / "spine" / "dashboard" / "dist" / "index.html").is_file()
    (notes,) = (tmp_path / "installed").glob("*.dist-info")
    about = PathDistribution(notes)
    assert about.metadata["Name"] == "spine-sim"
    assert {"osm", "graphml", "plot"} <= set(about.metadata.get_all("Provides-Extra") or ())
    assert [entry.name for entry in about.entry_points.select(group="console_scripts")] == ["spine"]
