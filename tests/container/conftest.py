"""A real engine and images built from the checkout, once a session."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.engine import FIGURES, Project, docker, inspect, run

PYTHONS = os.environ.get("SPINE_IMAGE_PYTHONS", "3.13 3.10").split()
SIZE_LIMIT_MB = 200


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here needs an engine."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.container)
            # images are built on the way
            item.add_marker(pytest.mark.timeout(1800))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Prints what was measured."""
    if FIGURES:
        terminalreporter.section("measured")
        for name, value in FIGURES.items():
            terminalreporter.write_line(f"{name:<60} {value}")


@pytest.fixture(scope="session")
def engine() -> None:
    """A container engine that answers; without one these tests fail, they are not skipped."""
    done = subprocess.run(["docker", "info"], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.fail(f"no container engine: {done.stderr.strip()}")


@pytest.fixture(scope="session")
def build(engine: None, repository: Path) -> Callable[..., str]:
    """Builds the image: `build(tag, *arguments)`, of another checkout with `context`; returns the tag."""

    def build_image(tag: str, *arguments: str, context: Path | None = None) -> str:
        # attestations of the builder differ from run to run, and the classic image store cannot hold them
        run(
            "docker", "buildx", "build", "--load", "--progress=plain", "--provenance=false",
            "--tag", tag, *arguments, context or repository,
        )  # fmt: skip
        return tag

    return build_image


@pytest.fixture(scope="session", params=PYTHONS)
def image(request: pytest.FixtureRequest, build: Callable[..., str]) -> str:
    """The default image, for each Python version."""
    tag = build(f"spine-test:{request.param}", "--build-arg", f"PYTHON_VERSION={request.param}")
    FIGURES[f"image size, Python {request.param}"] = f"{inspect(tag, '.Size') / 1e6:.1f} MB"
    return tag


@pytest.fixture(scope="session")
def newest_image(build: Callable[..., str]) -> str:
    """The image as compose names it, of the first of the Python versions."""
    return build("spine:latest", "--build-arg", f"PYTHON_VERSION={PYTHONS[0]}")


@pytest.fixture
def new_project(
    newest_image: str, repository: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Project]]:
    """Makes compose projects: `new_project(*overlays)`; each is taken down after the test."""
    projects: list[Project] = []

    def make(*overlays: str) -> Project:
        folder = tmp_path / f"project{len(projects)}"
        folder.mkdir()
        project = Project(repository, folder, f"spine-test-{len(projects)}", overlays)
        projects.append(project)
        return project

    yield make
    for project in projects:
        project.down()


@pytest.fixture(scope="module")
def world(newest_image: str, repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """One running project that the tests of a module look at and leave as it is."""
    project = Project(repository, tmp_path_factory.mktemp("world"), "spine-test-world")
    project.up()
    yield project
    project.down()


@pytest.fixture(scope="session")
def tools() -> Callable[[str], str]:
    """Finds a command of the environment these tests run in."""

    def find(name: str) -> str:
        place = shutil.which(name, path=str(Path(sys.executable).parent))
        if place is None:
            pytest.fail(f"{name} is missing; `make image-test` installs it")
        return place

    return find


@pytest.fixture
def container(image: str) -> Iterator[Callable[..., str]]:
    """Starts containers of the image with everything locked: `container(*options, command=())`; removed after the test."""
    started: list[str] = []

    def start(*options: str, command: tuple[str, ...] = ()) -> str:
        started.append(
            docker(
                "run", "--detach", "--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL", "--memory", "512m",
                "--security-opt", "no-new-privileges", *options, image, *command,
            )
        )  # fmt: skip
        return started[-1]

    yield start
    for identity in started:
        docker("rm", "--force", "--volumes", identity)
