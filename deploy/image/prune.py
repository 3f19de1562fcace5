"""Takes out of a virtual environment what no program needs at run time. Usage: prune.py VENV.

Tests, type stubs, headers, sources of compiled modules, installers' notes and commands other than ours go; licence texts stay.
Extension modules are stripped, but never what lies in a `*.libs` folder: the loader refuses those afterwards.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

TRANSLATIONS = "holidays/locale"
"""Names of holidays in further languages; SPINE asks for dates only."""
FOLDERS = {"tests", "test", "include", "__pycache__", "pkgconfig"}
SUFFIXES = {".a", ".c", ".cpp", ".f90", ".h", ".hpp", ".pxd", ".pxi", ".pyi", ".pyx", ".typed"}
INSTALLER_NOTES = {"RECORD", "INSTALLER", "REQUESTED", "direct_url.json", "WHEEL", "top_level.txt"}
COMMANDS = {"python", "python3", "spine"}
# numpy.testing of NumPy 2.2 (the last for Python 3.10), which SciPy imports, takes this out of the tests.
KEPT = "numpy/_core/tests/_natype.py"


def prune(environment: Path) -> None:
    """Prunes and strips the environment in place."""
    packages = next(environment.glob("lib/python3.*/site-packages"))
    for path in sorted(packages.rglob("*"), reverse=True):
        if path.is_dir() and (path.name in FOLDERS or path == packages / TRANSLATIONS):
            kept = packages / KEPT
            text = kept.read_text() if path == kept.parent and kept.exists() else None
            shutil.rmtree(path)
            if text is not None:
                path.mkdir()
                kept.write_text(text)
        elif path.is_file() and (
            path.suffix in SUFFIXES or (path.parent.suffix == ".dist-info" and path.name in INSTALLER_NOTES)
        ):
            path.unlink()
    for path in (environment / "bin").iterdir():
        if path.name not in COMMANDS and not path.name.startswith("python3."):
            path.unlink()
    shared = [path for path in packages.rglob("*.so") if not any(part.endswith(".libs") for part in path.parts)]
    if shared:
        subprocess.run(["strip", "--strip-unneeded", *shared], check=True)


if __name__ == "__main__":
    prune(Path(sys.argv[1]))
