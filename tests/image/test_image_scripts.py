"""The programs that make the container image, without a container engine: what decides about layers, and what is told when it fails."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from support.patience import PATIENCE_S

_SPINE = """#!/bin/sh
if [ "$1" = serve ]; then
  trap 'exit 0' TERM
  {server}
  while :; do sleep 0.1; done
fi
echo asked >> {folder}/asked
[ $(wc -l < {folder}/asked) -gt 3 ] && {{ echo healthy; exit 0; }}
echo "unhealthy: the journal is on fire"
exit 1
"""


def _run(script: Path, *arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-B", str(script), *map(str, arguments)],
        env={**os.environ, **environment}, capture_output=True, text=True, timeout=PATIENCE_S, check=False,
    )  # fmt: skip


@pytest.fixture(scope="session")
def scripts(repository: Path) -> Path:
    """Where the programs are."""
    return repository / "deploy" / "image"


def _prove(scripts: Path, folder: Path, server: str = ":") -> subprocess.CompletedProcess[str]:
    (folder / "bin").mkdir()
    command = folder / "bin" / "spine"
    command.write_text(_SPINE.format(server=server, folder=folder))
    command.chmod(0o755)
    path = f"{command.parent}{os.pathsep}{os.environ['PATH']}"
    return _run(scripts / "prove.py", folder / "byte-code", PATH=path, TMPDIR=str(folder))


@pytest.mark.slow
def test_the_proof_waits_for_the_server_and_tells_what_the_checks_say(scripts: Path, tmp_path: Path) -> None:
    """A check that fails is asked again, and its reason is part of the build's output."""
    done = _prove(scripts, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "spine healthcheck, exit code 1: unhealthy: the journal is on fire" in done.stdout
    assert "spine healthcheck, exit code 0: healthy" in done.stdout


def test_the_proof_ends_with_its_server(scripts: Path, tmp_path: Path) -> None:
    """Nobody waits for a server that has gone; the build fails with its exit code and its last words."""
    done = _prove(scripts, tmp_path, server="echo last words; exit 3")
    assert done.returncode != 0
    assert "last words" in done.stdout
    assert "exit code 3" in done.stderr


def test_the_environment_depends_on_names_and_not_on_code(scripts: Path, tmp_path: Path) -> None:
    """More code that imports the same leaves the list of names as it is; what is its own is not in it."""
    package = tmp_path / "spine"
    package.mkdir()
    (package / "a.py").write_text("import json\nfrom spine.b import x\nfrom scipy import spatial\n")
    before = _run(scripts / "names.py", package).stdout
    (package / "b.py").write_text("def x():\n    import json\n    return json.dumps(1)\n")
    assert _run(scripts / "names.py", package).stdout == before
    names = before.split()
    assert {"json", "scipy", "scipy.spatial"} <= set(names)
    assert not any(name.startswith("spine") for name in names)
    assert names == sorted(names)


def test_the_bill_of_materials_names_all_kinds(scripts: Path, tmp_path: Path) -> None:
    """Operating system, its packages, interpreter, Python and npm packages, native libraries; the same parts give the same bytes."""
    packages = tmp_path / "part" / "app" / ".venv" / "lib" / "python3.13" / "site-packages"
    for name, extra in (
        ("spine_sim", "License-Expression: MIT\n"),
        ("Some_Thing", "Classifier: License :: OSI Approved :: BSD License\n"),
    ):
        (packages / f"{name}-1.2.dist-info").mkdir(parents=True)
        (packages / f"{name}-1.2.dist-info" / "METADATA").write_text(
            f"Name: {name.replace('_', '-')}\nVersion: 1.2\n{extra}"
        )
    (packages / "spine" / "dashboard" / "dist").mkdir(parents=True)
    (packages / "spine" / "dashboard" / "dist" / "index.html").touch()
    library = tmp_path / "part" / "usr" / "lib" / "libx.so.1"
    library.parent.mkdir(parents=True)
    library.write_bytes(b"machine code")
    entries = tmp_path / "part" / "var" / "lib" / "dpkg" / "status.d"
    entries.mkdir(parents=True)
    (entries / "libx1").write_text("Package: libx1\nArchitecture: amd64\nVersion: 1:2.0+deb13u1\n")
    (tmp_path / "part" / "etc").mkdir()
    (tmp_path / "part" / "etc" / "os-release").write_text('ID=debian\nVERSION_ID="13"\nPRETTY_NAME="Debian 13"\n')
    lock = tmp_path / "package-lock.json"
    lock.write_text(
        json.dumps(
            {
                "packages": {
                    "": {},
                    "node_modules/@a/b": {"version": "3.0.0"},
                    "node_modules/c": {"version": "1.0.0", "dev": True},
                }
            }
        )
    )
    texts = set()
    for name in ("one.json", "two.json"):
        done = _run(scripts / "sbom.py", tmp_path / name, lock, tmp_path / "part")
        assert done.returncode == 0, done.stderr
        texts.add((tmp_path / name).read_text("utf-8"))
    (text,) = texts
    bill = json.loads(text)
    assert bill["metadata"]["component"]["purl"] == "pkg:pypi/spine-sim@1.2"
    found = [item.get("purl") or item["name"] for item in bill["components"]]
    version = ".".join(map(str, sys.version_info[:3]))
    assert found == [
        "debian", f"pkg:generic/python@{version}", "pkg:deb/debian/libx1@1%3A2.0%2Bdeb13u1?arch=amd64&distro=debian-13",
        "pkg:pypi/some-thing@1.2", "pkg:npm/%40a/b@3.0.0", "/usr/lib/libx.so.1",
    ]  # fmt: skip
    assert bill["components"][-1]["hashes"][0]["content"] == hashlib.sha256(b"machine code").hexdigest()
