"""Copies out of a slim image just the files the server needs. Usage: assemble.py TREE.

The tree gets the interpreter, the part of the standard library a server can use, the environment in /app/.venv without those
SciPy subpackages that nothing of SPINE reaches, the shared libraries all of these load, and the few files of /etc that the C
library reads. What SPINE reaches is found by importing everything that any import statement of its source names.
"""

from __future__ import annotations

import ast
import importlib
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

VENV = Path("/app/.venv")
STDLIB = Path(sysconfig.get_path("stdlib"))
PACKAGES = Path(sysconfig.get_path("purelib", vars={"base": str(VENV), "platbase": str(VENV)}))
USER = 10001

# Of the standard library: what draws, tests, installs, converts or belongs to an interactive terminal.
UNUSED_MODULES = {
    "__phello__", "__pycache__", "config-*", "curses", "dbm", "distutils", "ensurepip", "idlelib", "lib2to3", "msilib",
    "pydoc_data", "site-packages", "test", "tests", "tkinter", "turtle.py", "turtledemo", "venv", "xmlrpc",
    "_curses*.so", "_dbm*.so", "_gdbm*.so", "_test*.so", "_tkinter*.so", "_xxtestfuzz*.so", "_ctypes_test*.so",
    "audioop*.so", "nis*.so", "ossaudiodev*.so", "readline*.so", "xxlimited*.so", "xxsubtype*.so",
}  # fmt: skip

# Of NumPy and SciPy: what only their tests load, and what only other compiled modules link to.
UNUSED_EXTENSIONS = {"_simd.*.so", "_*_tests.*.so", "cython_special.*.so"}

PASSWD = f"root:x:0:0:root:/:/nonexistent\nspine:x:{USER}:{USER}:SPINE:/state:/nonexistent\n"
GROUP = f"root:x:0:\nspine:x:{USER}:\n"
NSSWITCH = "passwd: files\ngroup: files\nhosts: files dns\n"


def imported_names(package: Path) -> set[str]:
    """Every module that an import statement anywhere in the package names, relative imports left out."""
    names = set()
    for source in package.rglob("*.py"):
        for node in ast.walk(ast.parse(source.read_text())):
            if isinstance(node, ast.Import):
                names.update(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.add(node.module)
                # `from scipy import spatial` names a module only in its second half
                names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


def reached_subpackages(library: str) -> set[str]:
    """The direct subpackages of a library that are loaded once everything SPINE names is imported."""
    sys.path.insert(0, str(PACKAGES))
    installed = {path.name for path in PACKAGES.iterdir()}
    for name in sorted(imported_names(PACKAGES / "spine")):
        try:
            importlib.import_module(name)
        except ModuleNotFoundError as error:
            # a name that is no module, or something of an optional extra, which the image does not have
            missing = str(error.name)
            if missing.partition(".")[0] in installed and not name.startswith(missing):
                raise
    return {name.split(".")[1] for name in sys.modules if name.startswith(f"{library}.")}


def copy_environment(tree: Path) -> None:
    """The environment, without subpackages of SciPy that are out of reach."""
    keep = reached_subpackages("scipy")
    scipy = PACKAGES / "scipy"
    unreached = {path for path in scipy.iterdir() if path.is_dir() and path.name not in keep}

    by_name = shutil.ignore_patterns("__pycache__", *UNUSED_EXTENSIONS)

    def ignore(folder: str, names: list[str]) -> set[str]:
        return by_name(folder, names) | {name for name in names if Path(folder, name) in unreached}

    shutil.copytree(VENV, tree / VENV.relative_to("/"), symlinks=True, ignore=ignore)
    print("SciPy, left out:", *sorted(path.name for path in unreached), flush=True)


def copy_interpreter(tree: Path) -> None:
    """The interpreter and its standard library."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    binary = tree / "usr/local/bin"
    binary.mkdir(parents=True)
    shutil.copy2(Path("/usr/local/bin") / version, binary)
    for link in ("python3", "python"):
        (binary / link).symlink_to(version)
    shutil.copytree(
        STDLIB, tree / STDLIB.relative_to("/"), symlinks=True, ignore=shutil.ignore_patterns(*UNUSED_MODULES)
    )


def shared_libraries(tree: Path) -> set[Path]:
    """The shared libraries outside the tree's own folders that anything in the tree loads, the loader included."""
    programs = [
        path
        for path in tree.rglob("*.so*")
        # what lies in *.libs is found by way of the extension modules beside it, not by itself
        if path.is_file() and not path.is_symlink() and not path.parent.name.endswith(".libs")
    ]
    programs.append((tree / "usr/local/bin/python3").resolve())
    found = set()
    for program in programs:
        # seen from its place outside the tree, so that $ORIGIN and the search path are those of the original
        original = Path("/") / program.relative_to(tree)
        listing = subprocess.run(["ldd", original], capture_output=True, text=True, check=False).stdout
        missing = re.findall(r"^\s*(\S+) => not found", listing, re.MULTILINE)
        if missing:
            sys.exit(f"{original} needs {', '.join(missing)}, which the base image does not have")
        found.update(Path(name) for name in re.findall(r"(/\S+) \(0x", listing))
    return {library for library in found if VENV not in library.parents}


def copy_libraries(tree: Path) -> None:
    """The shared libraries under the names they are loaded by, and the loader's cache of them."""
    for name in ("lib", "lib64"):
        (tree / "usr" / name).mkdir(parents=True, exist_ok=True)
        (tree / name).symlink_to(f"usr/{name}")
    for library in sorted(shared_libraries(tree)):
        place = Path("/usr") / library.relative_to("/") if library.parts[1] in ("lib", "lib64") else library
        target = tree / place.relative_to("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(library.resolve(), target)
    shutil.copytree("/etc/ld.so.conf.d", tree / "etc/ld.so.conf.d")
    (tree / "etc/ld.so.conf").write_text("include /etc/ld.so.conf.d/*.conf\n")
    subprocess.run(["ldconfig", "-r", tree], check=True)
    shutil.rmtree(tree / "var", ignore_errors=True)  # ldconfig's own cache


def write_system_files(tree: Path) -> None:
    """Users, name services, and the folders a process may write to."""
    etc = tree / "etc"
    (etc / "passwd").write_text(PASSWD)
    (etc / "group").write_text(GROUP)
    (etc / "nsswitch.conf").write_text(NSSWITCH)
    shutil.copy2("/etc/os-release", etc / "os-release")
    for name in ("tmp", "state"):
        (tree / name).mkdir()
        (tree / name).chmod(0o1777)
    os.chown(tree / "state", USER, USER)


def main() -> None:
    """Assembles the tree named on the command line."""
    tree = Path(sys.argv[1])
    tree.mkdir()
    copy_interpreter(tree)
    copy_environment(tree)
    copy_libraries(tree)
    write_system_files(tree)


if __name__ == "__main__":
    main()
