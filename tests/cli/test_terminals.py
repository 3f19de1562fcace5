"""What is printed survives every encoding of a terminal, pipe or file, and every name a person can give."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from spine.scenario import Scenario, save_map
from support.command_line import spine_here
from support.patience import PATIENCE_S
from support.server import running_server
from support.worlds import grid_network

NAME = "Zażółć 東京 \N{DELIVERY TRUCK} [/bold] [red]"
ENCODINGS = ["ascii", "cp1252", "latin-1", "iso8859-2", "cp037", "utf-16", "utf-8"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A map and a scenario of that name, in files and a folder of such names; the working directory."""
    folder = tmp_path_factory.mktemp("żółw")
    save_map(grid_network(side=4), folder / "łódź.smap")
    save_map(grid_network(side=4), folder / "plain.smap")
    values = {"name": NAME, "map": {"file": "plain.smap"}, "fleet": [{"count": 2, "name": NAME}], "run": {"hours": 1}}
    (folder / "żółw.yaml").write_text(yaml.safe_dump(values, allow_unicode=True), "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        yield folder


def _spine(encoding: str, *arguments: object, code: int = 0) -> tuple[str, str]:
    """Run the command and return what it prints to standard output and error, read strictly in their encoding."""
    return spine_here(*arguments, code=code, encoding=encoding)[1:]


def _escaped(text: str, encoding: str) -> str:
    return text.encode(encoding, "backslashreplace").decode(encoding)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_figures_and_messages_are_printed_in_any_encoding(encoding: str, folder: Path) -> None:
    """The table of a run, the figures of a map, lines about files, complaints: what the encoding lacks is escaped."""
    table, _ = _spine(encoding, "run", "żółw.yaml", "--out", folder / "wyjście")
    assert _escaped(NAME, encoding) in table
    assert _escaped("wyjście", encoding) in table
    _, complaint = _spine(encoding, "scenario", "check", "brak-ż.yaml", code=2)
    assert _escaped("brak-ż.yaml", encoding) in complaint
    figures, _ = _spine(encoding, "map", "info", "łódź.smap")
    assert _escaped("łódź.smap", encoding) in figures
    _spine(encoding, "run", "--żle", code=2)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_what_programs_read_can_be_read_back(encoding: str, folder: Path) -> None:
    """JSON and YAML stay JSON and YAML, with every name as it was."""
    summary, _ = _spine(encoding, "run", "żółw.yaml", "--json")
    assert json.loads(summary)["scenario"] == NAME
    shown, _ = _spine(encoding, "scenario", "show", "żółw.yaml")
    again = folder / f"shown-{encoding}.yaml"
    again.write_text(shown, "utf-8")
    assert Scenario.load(again).spec.name == NAME
    assert Scenario.load(again).spec.fleet == Scenario.load(folder / "żółw.yaml").spec.fleet
    json.loads(_spine(encoding, "map", "info", "łódź.smap", "--json")[0])
    json.loads(_spine(encoding, "scenario", "schema")[0])


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_file_names_that_are_no_text_are_named(encoding: str, tmp_path: Path) -> None:
    """A name from another machine, in bytes that are no UTF-8, is a name all the same."""
    name = os.fsdecode(b"mapa-\xb3.smap")
    save_map(grid_network(side=5), tmp_path / name)
    assert "mapa-" in _spine(encoding, "map", "info", tmp_path / name)[0]
    assert "mapa-" in _spine(encoding, "run", tmp_path / name, "--hours", 1, "--out", tmp_path / name[:6])[0]
    summary, _ = _spine(encoding, "run", tmp_path / name, "--hours", 1, "--json")
    assert json.loads(summary)["packages_created"] >= 0
    assert json.loads((tmp_path / name[:6] / "summary.json").read_text("utf-8"))["packages_created"] >= 0
    _, complaint = _spine(encoding, "map", "info", tmp_path / f"brak-{name}", code=2)
    assert "cannot be read" in complaint


def _in_shell(folder: Path, line: str, **environment: str) -> tuple[str, str]:
    done = subprocess.run(
        ["sh", "-c", line.replace("spine", f"{sys.executable} -m spine")],
        env={**os.environ, **environment}, cwd=folder, capture_output=True, timeout=PATIENCE_S, check=False,
    )  # fmt: skip
    return done.stdout.decode("utf-8"), done.stderr.decode("utf-8")


def test_a_real_process_in_a_real_locale(folder: Path) -> None:
    """The encoding comes from the environment, as it does at a terminal; nobody listening any more is no fault, either."""
    ascii_only = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    output, errors = _in_shell(folder, "spine run żółw.yaml", **ascii_only)
    assert errors == ""
    assert _escaped(NAME, "ascii") in output
    for line in ("spine scenario show żółw.yaml | head -n 1", "spine scenario show żółw.yaml >&-"):
        assert _in_shell(folder, line)[1] == ""


def test_a_server_logs_in_any_encoding(folder: Path) -> None:
    """Lines for people hold names of files; one that the terminal cannot show is escaped and the server serves."""
    with running_server(str(folder / "żółw.yaml"), LOG_FORMAT="console", PYTHONIOENCODING="ascii") as server:
        assert server.status("/ready") == 200
        _, output = server.stop()
    assert output.isascii()
    assert _escaped("żółw.yaml", "ascii") in output
    assert "Traceback" not in output
    assert "Logging error" not in output
