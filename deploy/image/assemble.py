"""Copies out of a slim image just the files the server needs, in the parts that become layers of the image.

    assemble.py base TREE                        the interpreter, its standard library, the libraries these load, a few files of /etc
    assemble.py dependencies TREE BASE NAMES     the environment of /app/.venv and the libraries it loads that BASE does not have

Of the environment those parts are left out that nothing of SPINE reaches, which is found by importing everything that the file
NAMES names (names.py). What that loads, of the standard library too, gets its byte code in the part `dependencies`.
"""

from __future__ import annotations

import hashlib
import importlib
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from byte_code import compile_into

VENV = Path("/app/.venv")
STDLIB = Path(sysconfig.get_path("stdlib"))
PACKAGES = Path(sysconfig.get_path("purelib", vars={"base": str(VENV), "platbase": str(VENV)}))
INTERPRETER = Path("/usr/local/bin") / f"python{sys.version_info.major}.{sys.version_info.minor}"
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

# Large packages of which just the modules stay that are loaded: Pygments comes with Rich, which colours no source code here.
ONLY_WHAT_IS_LOADED = {"pygments"}

PASSWD = f"root:x:0:0:root:/:/nonexistent\nspine:x:{USER}:{USER}:SPINE:/state:/nonexistent\n"
GROUP = f"root:x:0:\nspine:x:{USER}:\n"
NSSWITCH = "passwd: files\ngroup: files\nhosts: files dns\n"


# -- base


def copy_interpreter(tree: Path) -> None:
    """The interpreter and its standard library."""
    binary = tree / "usr/local/bin"
    binary.mkdir(parents=True)
    shutil.copy2(INTERPRETER, binary)
    for link in ("python3", "python"):
        (binary / link).symlink_to(INTERPRETER.name)
    shutil.copytree(
        STDLIB, tree / STDLIB.relative_to("/"), symlinks=True, ignore=shutil.ignore_patterns(*UNUSED_MODULES)
    )


def write_system_files(tree: Path) -> None:
    """Users, name services, and the folders a process may write to."""
    etc = tree / "etc"
    (etc / "passwd").write_text(PASSWD)
    (etc / "group").write_text(GROUP)
    (etc / "nsswitch.conf").write_text(NSSWITCH)
    shutil.copy2("/etc/os-release", etc / "os-release")
    shutil.copytree("/etc/ld.so.conf.d", etc / "ld.so.conf.d")
    (etc / "ld.so.conf").write_text("include /etc/ld.so.conf.d/*.conf\n")
    for name in ("tmp", "state"):
        (tree / name).mkdir()
        (tree / name).chmod(0o1777)
    os.chown(tree / "state", USER, USER)


def assemble_base(tree: Path) -> None:
    """The part that changes with the base image only."""
    for name in ("lib", "lib64"):
        (tree / "usr" / name).mkdir(parents=True, exist_ok=True)
        (tree / name).symlink_to(f"usr/{name}")
    (tree / "etc").mkdir()
    copy_interpreter(tree)
    programs = [INTERPRETER, *(Path("/") / path.relative_to(tree) for path in tree.rglob("*.so"))]
    copy_libraries(tree, shared_libraries(programs))
    write_system_files(tree)
    write_library_cache(tree, tree)


# -- dependencies


def load(names: list[str]) -> None:
    """Imports everything that is there of what SPINE imports."""
    sys.path.insert(0, str(PACKAGES))
    installed = {path.name for path in PACKAGES.iterdir()}
    for name in names:
        try:
            importlib.import_module(name)
        except ModuleNotFoundError as error:
            # a name that is no module, or something of an optional extra, which the image does not have
            missing = str(error.name)
            if missing.partition(".")[0] in installed and not name.startswith(missing):
                raise


def loaded_sources() -> set[Path]:
    """The sources of all modules that are loaded, of the environment and the standard library."""
    files = {Path(file) for module in list(sys.modules.values()) if (file := getattr(module, "__file__", None))}
    return {file for file in files if file.suffix == ".py" and (PACKAGES in file.parents or STDLIB in file.parents)}


def copy_environment(tree: Path, sources: set[Path]) -> None:
    """The environment, without subpackages of SciPy that are out of reach, and what else is never loaded."""
    reached = {name.split(".")[1] for name in sys.modules if name.startswith("scipy.")}
    unreached = {path for path in (PACKAGES / "scipy").iterdir() if path.is_dir() and path.name not in reached}
    by_name = shutil.ignore_patterns("__pycache__", *UNUSED_EXTENSIONS)
    sparing = [PACKAGES / name for name in ONLY_WHAT_IS_LOADED]

    def unused(path: Path) -> bool:
        if any(folder in path.parents for folder in sparing):
            return path.is_file() and path not in sources
        return path in unreached

    def ignore(folder: str, names: list[str]) -> set[str]:
        return by_name(folder, names) | {name for name in names if unused(Path(folder, name))}

    shutil.copytree(VENV, tree / VENV.relative_to("/"), symlinks=True, ignore=ignore)
    print("SciPy, left out:", *sorted(path.name for path in unreached), flush=True)


def tidy_vendored_libraries(tree: Path) -> None:
    """Of the libraries that wheels bring in their `*.libs` folders, those stay that something left loads, equal ones once."""
    packages = tree / PACKAGES.relative_to("/")
    folders = sorted(packages.glob("*.libs"))
    extensions = [path for path in packages.rglob("*.so*") if path.parent not in folders and not path.is_symlink()]
    wanted = shared_libraries([Path("/") / path.relative_to(tree) for path in extensions])
    first: dict[str, Path] = {}
    for folder in folders:
        for path in sorted(folder.iterdir()):
            if Path("/") / path.relative_to(tree) not in wanted:
                print(f"not loaded, left out: {folder.name}/{path.name}", flush=True)
                path.unlink()
                continue
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            if digest in first:
                path.unlink()
                path.symlink_to(os.path.relpath(first[digest], folder))
            first.setdefault(digest, path)


def assemble_dependencies(tree: Path, base: Path, names: list[str]) -> None:
    """The part that changes with the lock file, or with the names that SPINE imports."""
    load(names)
    sources = loaded_sources()
    copy_environment(tree, sources)
    tidy_vendored_libraries(tree)
    programs = [
        Path("/") / path.relative_to(tree) for path in tree.rglob("*.so*") if not path.parent.name.endswith(".libs")
    ]
    libraries = {path for path in shared_libraries(programs) if VENV not in path.parents}
    copy_libraries(tree, {path for path in libraries if not (base / place_of(path)).exists()})
    write_library_cache(tree, base, tree)
    compile_into(
        tree, [path for path in sources if any((part / path.relative_to("/")).exists() for part in (base, tree))]
    )


# -- libraries of the operating system


def shared_libraries(programs: list[Path]) -> set[Path]:
    """The shared libraries that programs and extension modules load, the loader included."""
    found = set()
    for program in programs:
        listing = subprocess.run(["ldd", program], capture_output=True, text=True, check=False).stdout
        missing = re.findall(r"^\s*(\S+) => not found", listing, re.MULTILINE)
        if missing:
            sys.exit(f"{program} needs {', '.join(missing)}, which the base image does not have")
        found.update(Path(os.path.normpath(name)) for name in re.findall(r"(/\S+) \(0x", listing))
    return found


def place_of(library: Path) -> Path:
    """Where a library goes in a tree: /lib is /usr/lib."""
    return Path("usr" if library.parts[1] in ("lib", "lib64") else "") / library.relative_to("/")


def copy_libraries(tree: Path, libraries: set[Path]) -> None:
    """Libraries under the names they are loaded by, with what Debian's package manager knows of the packages they are from."""
    for library in sorted(libraries):
        target = tree / place_of(library)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(library.resolve(), target)
        if (package := owner(library)) is not None:
            describe_package(tree, package)


def owner(library: Path) -> str | None:
    """The package a file is from, None for one that was not installed as part of a package."""
    for path in (library, Path("/") / place_of(library), library.resolve()):
        done = subprocess.run(["dpkg-query", "--search", path], capture_output=True, text=True, check=False)
        for line in done.stdout.splitlines():
            if not line.startswith("diversion by "):
                return line.partition(": ")[0]
    return None


def describe_package(tree: Path, package: str) -> None:
    """The package's entry where scanners look for it in images without a package manager, and its copyright notice."""
    entry = subprocess.run(["dpkg-query", "--status", package], capture_output=True, text=True, check=True).stdout
    name = package.partition(":")[0]
    place = tree / "var/lib/dpkg/status.d" / name
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(entry)
    notice = Path("/usr/share/doc", name, "copyright")
    if notice.is_file():
        target = tree / notice.relative_to("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(notice, target)


def write_library_cache(tree: Path, *parts: Path) -> None:
    """The loader's cache of all libraries that are in some parts, into one of them."""
    whole = tree.with_name(f"{tree.name}-whole")
    for part in parts:
        for folder in ("etc", "usr/lib", "usr/lib64", "usr/local/lib", "lib", "lib64"):
            if (part / folder).is_dir() and not (part / folder).is_symlink():
                shutil.copytree(part / folder, whole / folder, symlinks=True, dirs_exist_ok=True)
    for name in ("lib", "lib64"):
        if not (whole / name).exists():
            (whole / name).symlink_to(f"usr/{name}")
    subprocess.run(["ldconfig", "-r", whole], check=True)
    (tree / "etc").mkdir(exist_ok=True)
    shutil.copy2(whole / "etc/ld.so.cache", tree / "etc/ld.so.cache")
    shutil.rmtree(whole)


def settle(tree: Path) -> None:
    """One time for all files: the same sources give the same layer, bit for bit."""
    for path in [tree, *tree.rglob("*")]:
        os.utime(path, (0, 0), follow_symlinks=False)


def main() -> None:
    """Assembles the part named on the command line."""
    part, tree = sys.argv[1], Path(sys.argv[2])
    tree.mkdir()
    if part == "base":
        assemble_base(tree)
    else:
        assemble_dependencies(tree, Path(sys.argv[3]), Path(sys.argv[4]).read_text().split())
    settle(tree)


if __name__ == "__main__":
    main()
