"""The image of each Python version: what is in it, what is not, and that it runs locked down."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tarfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest

from support.engine import FIGURES, client, docker, free_port, http_get, http_status, inspect, stop, until

SIZE_LIMIT = 190e6


@pytest.fixture(scope="session")
def contents(image: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[tarfile.TarInfo]]:
    """Every file and folder of the image."""
    identity = docker("create", image)
    archive = tmp_path_factory.mktemp("image") / "image.tar"
    docker("export", "--output", archive, identity)
    docker("rm", "--volumes", identity)
    with tarfile.open(archive) as files:
        yield files.getmembers()
    archive.unlink()


def test_image_is_small(image: str, contents: list[tarfile.TarInfo]) -> None:
    """The image is at most 190 MB, uncompressed."""
    parts: dict[str, int] = {}
    for member in contents:
        name = member.name.partition("site-packages/")[2].partition("/")[0]
        if member.name.endswith(".pyc"):
            part = "byte code"
        elif name.endswith(".libs"):
            part = "BLAS and Fortran libraries"
        elif "site-packages/spine/dashboard/" in member.name:
            part = "dashboard"
        elif name in ("numpy", "scipy", "spine"):
            part = name
        elif name:
            part = "other packages"
        else:
            part = "CPython" if "/local/" in member.name else "system libraries"
        parts[part] = parts.get(part, 0) + member.size
    for part, size in sorted(parts.items(), key=lambda item: -item[1]):
        FIGURES[f"  {image}: {part}"] = f"{size / 1e6:.1f} MB"
    assert inspect(image, ".Size") <= SIZE_LIMIT


def test_no_tools_for_an_intruder(contents: list[tarfile.TarInfo]) -> None:
    """No shell, no package manager, no compiler; of package lists just the entries that scanners read."""
    tools = {
        "sh", "bash", "dash", "busybox", "pip", "pip3", "poetry", "apt", "apt-get", "dpkg", "gcc", "cc", "ld", "strip",
        "node", "npm", "curl", "wget",
    }  # fmt: skip
    assert [member.name for member in contents if not member.isdir() and Path(member.name).name in tools] == []
    lists = [member.name for member in contents if member.isfile() and "var/lib/dpkg/" in member.name]
    assert all(name.startswith("var/lib/dpkg/status.d/") for name in lists), "only what scanners read is there"
    assert [member.name for member in contents if "/pip/" in member.name] == []


def test_no_file_gives_more_rights(contents: list[tarfile.TarInfo]) -> None:
    """No setuid or setgid file, and nothing outside the two writable folders belongs to the server's user."""
    assert [member.name for member in contents if member.isfile() and member.mode & 0o6000] == []
    assert [member.name for member in contents if member.uid and member.name != "state"] == []
    writable = {member.name for member in contents if member.mode & 0o002 and not member.issym()}
    assert writable - {"dev/shm", "dev/pts"} == {"tmp", "state"}


def test_byte_code_is_in_the_image(contents: list[tarfile.TarInfo]) -> None:
    """What the server imports was compiled when the image was built; a read-only root never gets it later."""
    names = {member.name.rpartition("/")[2].partition(".")[0] for member in contents if member.name.endswith(".pyc")}
    assert {"asyncio", "fastapi", "app", "errors", "world"} & names >= {"errors", "world"}


def test_image_configuration(image: str, repository: Path) -> None:
    """Numeric user, exec-form entry point, port, volume, stop signal, health check and labels are what users rely on."""
    configuration = inspect(image, ".Config")
    assert configuration["User"] == "10001:10001"
    assert configuration["Entrypoint"] == ["spine", "serve"]
    assert configuration["Healthcheck"]["Test"] == ["CMD", "spine", "healthcheck"]
    assert configuration["StopSignal"] == "SIGTERM"
    assert set(configuration["ExposedPorts"]) == {"8000/tcp"}
    assert set(configuration["Volumes"]) == {"/state"}
    labels = configuration["Labels"]
    for name in ("title", "description", "licenses", "version", "revision", "base.name"):
        assert labels[f"org.opencontainers.image.{name}"]
    project = (repository / "pyproject.toml").read_text()
    assert f'\nversion = "{labels["org.opencontainers.image.version"]}"\n' in project


def test_no_shell_can_be_started(image: str) -> None:
    """Asking for a shell fails, because there is none."""
    done = subprocess.run(
        ["docker", "run", "--rm", "--entrypoint", "/bin/sh", image], capture_output=True, text=True, check=False
    )
    assert done.returncode == 127
    assert "no such file" in done.stderr


def test_serves_locked_down(image: str, container: Callable[..., str]) -> None:
    """With a read-only root, no capabilities and 512 MB the server becomes ready and greets a client with the world."""
    port = free_port()
    identity = container("--publish", f"127.0.0.1:{port}:8000", "--env", "SPINE_SCENARIO=demo")
    until(lambda: http_status(port, "/ready") == 200, f"/ready of {image}")
    with client(port) as visitor:
        visitor.expect("map.created")
        visitor.expect("agent.listed")
    docker("exec", identity, "spine", "healthcheck")


_DATED = """
from spine.scenario.calendar import calendar_of
from spine.scenario.scenario import parse_scenario
text = "start: 2026-03-28T06:00\\ntime_zone: Europe/Warsaw\\nholidays: {country: DE, subdivision: BY}\\nmap: {empty: true}\\n"
calendar = calendar_of(parse_scenario(text.encode(), "dated"))
print(calendar.iso(86400.0), len(calendar.holidays) > 400)
"""


def test_time_zones_and_holidays_are_there(image: str) -> None:
    """The image needs none of the system's."""
    told = docker("run", "--rm", "--entrypoint", "python", image, "-c", _DATED)
    assert told == "2026-03-29T07:00:00+02:00 True"


def test_dashboard_is_served(image: str, container: Callable[..., str]) -> None:
    """The page at / was built into the image, loads nothing from elsewhere, and all it asks for is there."""
    port = free_port()
    container("--publish", f"127.0.0.1:{port}:8000", "--env", "SPINE_SCENARIO=none")
    until(lambda: http_status(port, "/ready") == 200, f"/ready of {image}")
    page, headers = http_get(port, "/")
    assert headers["Content-Type"].startswith("text/html")
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    links = re.findall(r'<(?:link|script)[^>]* (?:src|href)="([^"]+)"', page.decode())
    assert links
    assert all(link.startswith("./") for link in links), links
    types = {link: http_get(port, link.removeprefix("."))[1].get_content_type() for link in links}
    # scripts are of type application/javascript up to Python 3.11, text/javascript from 3.12
    assert {kind.partition("/")[2] for kind in types.values()} == {"javascript", "css", "svg+xml"}, types
    assert re.search(r"<title>SPINE</title>", page.decode())


def test_records_and_replays(image: str, container: Callable[..., str]) -> None:
    """A recording made in one container is played by another: the pruned image holds what both import."""
    port, file = free_port(), "/state/demo.recording"
    publish = ("--publish", f"127.0.0.1:{port}:8000")
    recorded = container(*publish, "--env", f"SPINE_RECORD={file}", "--env", "SPINE_AUTOSTART=true")
    until(lambda: http_status(port, "/ready") == 200, "/ready of the recorded server")
    with client(port) as visitor:
        trucks = {agent["id"] for agent in visitor.expect("agent.listed")["agents"]}
        for _ in range(10):
            visitor.expect("tick.end")
    stop(recorded)
    assert inspect(recorded, ".State.ExitCode") == 0
    replay = container(*publish, "--volumes-from", recorded, "--entrypoint", "spine", command=("replay", file))
    until(lambda: http_status(port, "/ready") == 200, "/ready of the replay")
    with client(port) as visitor:
        assert {agent["id"] for agent in visitor.expect("agent.listed")["agents"]} == trucks
        visitor.expect("tick.end")
    docker("exec", replay, "spine", "healthcheck")


def test_logs_for_people(container: Callable[..., str]) -> None:
    """LOG_FORMAT=console writes lines for people, and LOG_LEVEL leaves out what is below it."""
    ports = free_port(), free_port()
    console = container("--publish", f"127.0.0.1:{ports[0]}:8000", "--env", "LOG_FORMAT=console")
    quiet = container("--publish", f"127.0.0.1:{ports[1]}:8000", "--env", "LOG_LEVEL=ERROR")
    for port in ports:
        until(lambda port=port: http_status(port, "/ready") == 200, "/ready")
    lines = docker("logs", console).splitlines()
    assert any("serving" in line for line in lines)
    assert not any(line.startswith("{") for line in lines)
    assert docker("logs", quiet) == ""


def test_health_check_fails_for_a_wrong_port(container: Callable[..., str]) -> None:
    """`spine healthcheck` is not satisfied by a process alone: on a port nobody serves it fails."""
    identity = container("--env", "SPINE_SCENARIO=none")
    done = subprocess.run(
        ["docker", "exec", "--env", "PORT=8001", identity, "spine", "healthcheck"], capture_output=True, check=False
    )
    assert done.returncode not in (0, 126, 127)


@pytest.mark.parametrize("variable, value", [("LOG_LEVEL", "loud"), ("LOG_FORMAT", "poem"), ("PORT", "eighty")])
def test_wrong_settings_are_refused_by_name(image: str, variable: str, value: str) -> None:
    """A setting that makes no sense ends the start with its name and value, without a traceback."""
    done = subprocess.run(
        ["docker", "run", "--rm", "--env", f"{variable}={value}", image], capture_output=True, text=True, check=False
    )
    output = done.stdout + done.stderr
    assert done.returncode == 2
    assert variable in output
    assert value in output.lower()
    assert "Traceback" not in output


_PARTS = ("names", "application", "base-part", "dependencies-part", "code-part", "proved", "runtime")


def test_a_release_changes_only_the_small_layers(build: Callable[..., str], repository: Path, tmp_path: Path) -> None:
    """After a change of the code, who has the image pulls the code and its byte code: all other layers are the same, bit for bit."""
    epoch = ("--build-arg", "SOURCE_DATE_EPOCH=1700000000")
    first = build("spine-test:release-1", *epoch)
    changed = tmp_path / "changed"
    ignore = shutil.ignore_patterns(".*", "__pycache__", "node_modules", "build", "tests", "dist")
    shutil.copytree(repository, changed, ignore=ignore)
    shutil.copy2(repository / ".dockerignore", changed)
    with (changed / "src" / "spine" / "errors.py").open("a", encoding="utf-8") as file:
        file.write('\n\nclass ChangedError(SpineError):\n    """Not there before."""\n')
    begun = time.monotonic()
    second = build("spine-test:release-2", *epoch, context=changed)
    FIGURES["build after a change of the code only"] = f"{time.monotonic() - begun:.1f} s"
    before, after = inspect(first, ".RootFS.Layers"), inspect(second, ".RootFS.Layers")
    sizes = _layer_sizes(second)
    assert len(before) == len(after) == len(sizes)
    same = [one == two for one, two in zip(before, after, strict=True)]
    changed_bytes = sum(size for size, kept in zip(sizes, same, strict=True) if not kept)
    FIGURES["layers of the image, base first"] = ", ".join(f"{size / 1e6:.1f} MB" for size in sizes)
    FIGURES["pulled for a release, uncompressed"] = f"{changed_bytes / 1e6:.1f} MB"
    assert same[:2] == [True, True], "interpreter and dependencies"
    assert changed_bytes < 10e6
    program = "from spine.errors import ChangedError; print(ChangedError.__doc__)"
    assert docker("run", "--rm", "--entrypoint", "python", second, "-c", program) == "Not there before."


def _layer_sizes(image: str) -> list[int]:
    """The sizes of the layers with content, the lowest first; COPY and WORKDIR make one each."""
    rows = docker("history", "--no-trunc", "--human=false", "--format", "{{.Size}}\t{{.CreatedBy}}", image).splitlines()
    steps = [row.split("\t") for row in reversed(rows)]
    return [int(size) for size, step in steps if step.startswith(("COPY", "WORKDIR"))]


def test_the_bill_of_materials_is_that_of_the_image(image: str) -> None:
    """It is valid CycloneDX; Python packages, packages of the operating system and native libraries are those that are there."""
    # Of a group that only `make image-test` installs; the module is collected without it, too.
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    text = docker("run", "--rm", "--entrypoint", "python", image, "-c", _READ)
    bill, packages, entries, libraries = json.loads(text)
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(bill)) is None
    addresses = {item["purl"] for item in bill["components"] if "purl" in item}
    own = bill["metadata"]["component"]
    assert own["purl"].startswith("pkg:pypi/spine-sim@")
    pypi = {address for address in addresses | {own["purl"]} if address.startswith("pkg:pypi/")}
    assert pypi == {f"pkg:pypi/{re.sub(r'[-_.]+', '-', name).lower()}@{version}" for name, version in packages}
    debian = {
        unquote(address.partition("@")[0].rpartition("/")[2]) for address in addresses if address.startswith("pkg:deb/")
    }
    assert debian == set(entries)
    assert "libc6" in debian
    assert any(address.startswith("pkg:generic/python@3.") for address in addresses)
    assert any(address.startswith("pkg:npm/") for address in addresses)
    files = {item["name"]: item["hashes"][0]["content"] for item in bill["components"] if item["type"] == "file"}
    assert files == libraries
    assert any(name.endswith("libc.so.6") for name in files)


_READ = """
import hashlib, json, os, pathlib
from importlib.metadata import distributions
bill = json.loads(pathlib.Path("/usr/share/sbom/spine.cdx.json").read_text())
packages = [(one.metadata["Name"], one.version) for one in distributions()]
entries = os.listdir("/var/lib/dpkg/status.d")
libraries = {}
for top in ("/usr", "/app"):
    for path in pathlib.Path(top).rglob("*.so*"):
        if path.is_file() and not path.is_symlink():
            libraries[str(path)] = hashlib.sha256(path.read_bytes()).hexdigest()
print(json.dumps([bill, packages, entries, libraries]))
"""


def test_same_sources_give_the_same_image(build: Callable[..., str]) -> None:
    """Built twice, the image is the same, bit for bit."""
    epoch = ("--build-arg", "SOURCE_DATE_EPOCH=1700000000")
    first = build("spine-test:first", *epoch)
    second = build("spine-test:second", *epoch, "--no-cache-filter", ",".join(_PARTS))
    assert inspect(first, ".RootFS.Layers") == inspect(second, ".RootFS.Layers")
    assert inspect(first, ".Id") == inspect(second, ".Id")


def test_inline_cache_is_accepted(build: Callable[..., str]) -> None:
    """The build argument that asks for cache data inside the image does no harm."""
    build("spine-test:inline", "--build-arg", "BUILDKIT_INLINE_CACHE=1")


def test_dashboard_built_elsewhere_comes_in(build: Callable[..., str], tmp_path: Path) -> None:
    """A folder given as the build context `dashboard` ends up in the package."""
    (tmp_path / "index.html").write_text("<title>SPINE</title>")
    tag = build("spine-test:dashboard", "--build-context", f"dashboard={tmp_path}")
    program = "import importlib.resources as r; print((r.files('spine') / 'dashboard/dist/index.html').read_text())"
    assert docker("run", "--rm", "--entrypoint", "python", tag, "-c", program) == "<title>SPINE</title>"


def test_debug_image_has_a_shell(build: Callable[..., str]) -> None:
    """The debug target is the same program on the slim base, for those who need to look around."""
    tag = build("spine-test:debug", "--target", "debug")
    FIGURES["image size, debug target"] = f"{inspect(tag, '.Size') / 1e6:.1f} MB"
    assert docker("run", "--rm", "--entrypoint", "sh", tag, "-c", "id -u; spine --version").splitlines()[0] == "10001"
