"""The repository keeps its own promises: lock file, import direction, file sizes, no traces of one machine."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from support.repository import tracked


def test_lock_file_names_no_package_index(repository: Path) -> None:
    """The lock file works with every package index, because it names none."""
    lock = (repository / "poetry.lock").read_text()
    assert "[package.source]" not in lock
    assert not re.search(r"^url = ", lock, re.MULTILINE)


def test_lock_file_has_a_hash_for_every_package(repository: Path) -> None:
    """Every locked package can be installed with hashes required."""
    packages = (repository / "poetry.lock").read_text().split("[[package]]")[1:]
    assert packages
    bare = [package.splitlines()[1] for package in packages if 'hash = "sha256:' not in package]
    assert bare == []


def test_import_direction() -> None:
    """Imports point one way, and the pure packages stay pure (the contracts are in pyproject.toml)."""
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter, "--no-cache"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_server_process_stays_light() -> None:
    """NumPy, SciPy and the world are the engine's business: in the server they would cost 45 MB and half a second of the start."""
    code = "import sys, spine.server.process; print([name for name in ('numpy', 'scipy', 'spine.world') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_modules_are_short(repository: Path) -> None:
    """A module that passes 400 lines is asking to be two."""
    lengths = {path: len(path.read_text().splitlines()) for path in tracked(repository, "src/*.py")}
    assert {str(path): length for path, length in lengths.items() if length > 400} == {}


def test_no_traces_of_one_machine(repository: Path) -> None:
    """No committed file names a folder of the machine it was written on."""
    machine = re.compile(rb"(?<![\w.$}>-])/(?:work|root)/[\w.]")
    suspects = [path for path in tracked(repository) if path != Path(__file__).resolve()]
    assert [str(path) for path in suspects if machine.search(path.read_bytes())] == []


def test_nothing_refers_to_documents_elsewhere(repository: Path) -> None:
    """Whoever has the repository has all of it: no rule, chapter or formula is cited by the number it has in a document not in here."""
    elsewhere = re.compile(
        r"\b[WR]\d{1,3}\b|\b(?i:domain|protocol|specification)(?i:,? chapter)? \d|\b(?i:the specification)\b"
        r"|[a-z] \(\d{1,2}\.\d{1,2}(?:, [WR]?\d[\d.]*)*\)[.;\"]"
    )
    found = []
    for path in tracked(repository):
        if (
            path.suffix not in (".py", ".ts", ".tsx", ".md", ".css", ".toml", ".yaml", ".sh", "")
            or path == Path(__file__).resolve()
        ):
            continue
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if elsewhere.search(line):
                found.append(f"{path.relative_to(repository)}:{number}: {line.strip()[:100]}")
    assert found == []


def test_typing_marker_is_shipped(repository: Path) -> None:
    """Type checkers of other projects see our annotations."""
    assert (repository / "src" / "spine" / "py.typed").is_file()
