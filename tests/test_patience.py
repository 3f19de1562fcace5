"""One variable makes all the tests wait longer, because no test has a limit of its own."""

from __future__ import annotations

import ast
import itertools
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.patience import FACTOR, PATIENCE_S, VARIABLE, factor

_WAITS_SO_LONG = {"communicate", "frames", "join", "next", "set_default_timeout", "settimeout", "wait"}
"""Take their limit first."""
_WAITS_FOR = {"until", "wait_until"}
"""Take what they wait for first."""
_LIMITS = {"open_timeout", "patience_s", "timeout", "timeout_s"}
_STEP_S = 0.5
"""So long may one look take before the next one; that is no limit."""


def _given(node: ast.AST) -> list[ast.expr]:
    """Return what stands where a wait takes its limit, or is kept as a constant for one."""
    if isinstance(node, ast.Call):
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        waited = node.args[:1] if name in _WAITS_SO_LONG else node.args if name in _WAITS_FOR else []
        return [*waited, *(word.value for word in node.keywords if word.arg in _LIMITS)]
    if isinstance(node, ast.arguments) and node.defaults:
        names = [argument.arg for argument in node.args[-len(node.defaults) :]]
        return [value for name, value in zip(names, node.defaults, strict=True) if name in _LIMITS]
    if isinstance(node, ast.Assign) and any("PATIENCE" in getattr(target, "id", "") for target in node.targets):
        return [node.value]
    return []


def _limits(tree: ast.AST) -> Iterator[ast.Constant]:
    """Return the numbers that are limits."""
    for value in itertools.chain.from_iterable(map(_given, ast.walk(tree))):
        if isinstance(value, ast.Constant) and type(value.value) in (int, float) and value.value > _STEP_S:
            yield value


def test_no_test_has_a_limit_of_its_own(repository: Path) -> None:
    """A number of seconds in a test is right on the machine it was written on only."""
    found = [
        f"{path.relative_to(repository)}:{limit.lineno}: {limit.value}"
        for path in sorted((repository / "tests").rglob("*.py"))
        for limit in _limits(ast.parse(path.read_text("utf-8")))
    ]
    assert found == []


def test_limits_are_found() -> None:
    """What the test above looks for."""
    text = "PATIENCE_S = 30\nwait(5)\nx.join(2.0)\nrun(timeout=9)\ndef f(a, timeout=60.0): ...\nx.wait(0.1)\n', '.join(names)"
    assert [limit.value for limit in _limits(ast.parse(text))] == [30, 5, 2.0, 9, 60.0]


@pytest.mark.parametrize(("text", "value"), [("", 1.0), ("4", 4.0), ("0.5", 0.5)])
def test_the_factor_is_read(text: str, value: float) -> None:
    """Any number above 0."""
    assert factor(text) == value


@pytest.mark.parametrize("text", ["much", "0", "-1", "nan", "inf"])
def test_a_wrong_factor_is_refused_by_name(text: str) -> None:
    """Nobody waits in vain for tests that do not wait."""
    with pytest.raises(ValueError, match=VARIABLE):
        factor(text)


_INNER = """
import os
from support.patience import PATIENCE_S, VARIABLE
def test_it(request):
    assert VARIABLE not in os.environ
    assert request.node.get_closest_marker("timeout").args[0] == {limit}
    assert PATIENCE_S == {patience}
"""


def test_waits_and_the_limit_of_a_test_grow_together(repository: Path, tmp_path: Path) -> None:
    """Seen by a test; programs it starts do not see the variable."""
    (tmp_path / "conftest.py").write_text((repository / "tests" / "conftest.py").read_text("utf-8"), "utf-8")
    inner = tmp_path / "test_inner.py"
    inner.write_text(_INNER.format(limit=700, patience=7 * PATIENCE_S / FACTOR), "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-c", os.devnull, "-p", "no:randomly", "-p", "no:cacheprovider", "-o", "timeout=100",
         "-o", f"pythonpath={repository / 'tests'}", str(inner)],
        cwd=tmp_path, env={**os.environ, VARIABLE: "7"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
