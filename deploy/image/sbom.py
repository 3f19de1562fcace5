"""Writes the bill of materials (CycloneDX 1.6) of the image, from what is in it. Usage: sbom.py OUTPUT PACKAGE_LOCK PART ...

It names the operating system and its packages that libraries were taken from, the interpreter, the Python packages, the npm packages
that the dashboard was bundled from, and every native library as a file with its digest. The same image gives the same bytes.
"""

from __future__ import annotations

import base64
import hashlib
import json
import platform
import re
import sys
import urllib.parse
import uuid
from email.message import Message
from email.parser import Parser
from pathlib import Path
from typing import Any

Component = dict[str, Any]
SITE_PACKAGES = "app/.venv/lib/python*/site-packages"
APPLICATION = "spine-sim"


def purl(kind: str, name: str, version: str, **qualifiers: str) -> str:
    """The address of a package by which scanners know it."""
    query = "&".join(f"{key}={urllib.parse.quote(value, safe='')}" for key, value in sorted(qualifiers.items()))
    return f"pkg:{kind}/{urllib.parse.quote(name, safe='/')}@{urllib.parse.quote(version, safe='')}" + (
        f"?{query}" if query else ""
    )


def component(kind: str, name: str, version: str, address: str, **more: Any) -> Component:
    """One entry, known by its address."""
    return {"type": kind, "bom-ref": address, "name": name, "version": version, "purl": address, **more}


def os_release(parts: list[Path]) -> dict[str, str]:
    """The names the operating system gives itself."""
    (path,) = [path for part in parts if (path := part / "etc/os-release").is_file()]
    rows = (line.partition("=") for line in path.read_text("utf-8").splitlines() if "=" in line)
    return {key: value.strip('"') for key, _, value in rows}


def system_packages(parts: list[Path], system: dict[str, str]) -> list[Component]:
    """The packages of the operating system that something in the image was taken from."""
    entries = {path.name: path for part in parts for path in part.glob("var/lib/dpkg/status.d/*")}
    found = []
    for name, path in sorted(entries.items()):
        about = Parser().parsestr(path.read_text("utf-8"))
        distribution = f"{system['ID']}-{system.get('VERSION_ID', '')}".rstrip("-")
        address = purl(
            "deb", f"{system['ID']}/{name}", about["Version"], arch=about["Architecture"], distro=distribution
        )
        found.append(component("library", name, about["Version"], address))
    return found


def licences(about: Message) -> list[dict[str, Any]]:
    """What the metadata of a Python package say of its licence: an expression, a line of text, or classifiers."""
    if expression := about.get("License-Expression"):
        return [{"expression": expression}]
    text = (about.get("License") or "").strip()
    if text and "\n" not in text and len(text) <= 80:
        return [{"license": {"name": text}}]
    classifiers = [value for value in about.get_all("Classifier") or [] if value.startswith("License ::")]
    return [{"license": {"name": value.rpartition(" :: ")[2]}} for value in classifiers]


def python_packages(parts: list[Path]) -> list[Component]:
    """All distributions in the environment."""
    found = []
    for path in sorted(path for part in parts for path in part.glob(f"{SITE_PACKAGES}/*.dist-info/METADATA")):
        about = Parser().parsestr(path.read_text("utf-8"))
        name = re.sub(r"[-_.]+", "-", about["Name"]).lower()
        address = purl("pypi", name, about["Version"])
        found.append(component("library", about["Name"], about["Version"], address, licenses=licences(about)))
    return found


def npm_packages(lock: Path) -> list[Component]:
    """The packages the page is bundled from, as the lock file of npm names them."""
    found = {}
    for place, entry in json.loads(lock.read_text("utf-8"))["packages"].items():
        name = place.rpartition("node_modules/")[2]
        if not name or entry.get("dev") or entry.get("devOptional") or entry.get("link"):
            continue
        scope, slash, short = name.rpartition("/")
        address = purl("npm", urllib.parse.quote(scope, safe="") + slash + short, entry["version"]).replace("%25", "%")
        more: Component = {}
        if entry.get("license"):
            more["licenses"] = [{"expression": entry["license"]}]
        kind, _, digest = entry.get("integrity", "").partition("-")
        if kind == "sha512":
            more["hashes"] = [{"alg": "SHA-512", "content": base64.b64decode(digest).hex()}]
        found[address] = component("library", name, entry["version"], address, **more)
    return [found[address] for address in sorted(found)]


def native_libraries(parts: list[Path]) -> list[Component]:
    """Every shared library and extension module, as a file with its digest."""
    folders = ((part, part / top) for part in parts for top in ("usr", "app"))
    files = {
        f"/{path.relative_to(part)}": path
        for part, folder in folders
        for path in folder.rglob("*.so*")
        if path.is_file() and not path.is_symlink()
    }
    return [
        {
            "type": "file",
            "bom-ref": f"file:{name}",
            "name": name,
            "hashes": [{"alg": "SHA-256", "content": hashlib.sha256(path.read_bytes()).hexdigest()}],
        }
        for name, path in sorted(files.items())
    ]


def bill(lock: Path, parts: list[Path]) -> Component:
    """The whole document."""
    system = os_release(parts)
    packages = python_packages(parts)
    (own,) = [package for package in packages if package["name"] == APPLICATION]
    components = [
        {
            "type": "operating-system", "bom-ref": "operating-system", "name": system["ID"],
            "version": system.get("VERSION_ID", ""), "description": system.get("PRETTY_NAME", ""),
        },
        component(
            "platform", "python", platform.python_version(), purl("generic", "python", platform.python_version()),
            cpe=f"cpe:2.3:a:python:python:{platform.python_version()}:*:*:*:*:*:*:*",
        ),
        *system_packages(parts, system),
        *(package for package in packages if package is not own),
        *(npm_packages(lock) if any(part.glob(f"{SITE_PACKAGES}/spine/dashboard/dist/index.html") for part in parts) else []),
        *native_libraries(parts),
    ]  # fmt: skip
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": own | {"type": "application"}},
        "components": components,
    }
    identity = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(document, sort_keys=True))
    return {**document, "serialNumber": f"urn:uuid:{identity}"}


def main() -> None:
    """Writes it."""
    output, lock, *parts = map(Path, sys.argv[1:])
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(json.dumps(bill(lock, parts), indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
