"""Prints every module that the code of SPINE imports from elsewhere. Usage: names.py PACKAGE.

The environment in the image depends on these names and not on the code itself: it stays the same, bit for bit, as long as they do.
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path

# What uvicorn and Typer load by name while they run.
LOADED_BY_NAME = {
    "typer.rich_utils", "uvicorn.lifespan.on", "uvicorn.logging", "uvicorn.loops.uvloop", "uvicorn.protocols.http.httptools_impl",
    "uvicorn.protocols.websockets.websockets_sansio_impl",
}  # fmt: skip


def imported_names(package: Path) -> set[str]:
    """Every module that an import statement anywhere in the package names, relative imports left out."""
    names = set()
    for source in package.rglob("*.py"):
        for node in ast.walk(ast.parse(source.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                names.update(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.add(node.module)
                # `from scipy import spatial` names a module only in its second half
                names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


def main() -> None:
    """Prints the names, sorted."""
    package = Path(sys.argv[1])
    own = package.name
    names = {name for name in imported_names(package) if name.partition(".")[0] != own}
    print("\n".join(sorted(names | LOADED_BY_NAME)))


if __name__ == "__main__":
    main()
