"""Messages and files that are nearly right; `make prove-fuzz` does it a million and a hundred thousand times."""

from __future__ import annotations

from pathlib import Path

import pytest

from spine.errors import SpineError
from support.fuzzing_files import Reader, make_case, run_cases, write_seeds
from support.fuzzing_socket import fuzz_server
from support.scripted import expected
from support.small_files import small_files

MESSAGES = 4000
FILES = 400


@pytest.mark.slow
def test_every_changed_message_is_answered_once_and_the_world_lives_on() -> None:
    """Values, envelopes, bytes, fragments, binary frames, broken frames: one answer each, no fault, no second lost."""
    figures, output = fuzz_server(MESSAGES, 3)
    assert output == ""
    assert set(figures.kinds) == {
        "unchanged", "parameters changed", "envelope changed", "bytes changed", "nested", "binary", "nonsense",
    }  # fmt: skip
    assert figures.answers["error"] < figures.messages
    assert figures.wild_connections > 0


@pytest.mark.parametrize(
    ("text", "is_action", "request_id"),
    [
        (b'{"action": "a.b", "request_id": "x"}', True, "x"),
        (b'{"action": "a.b", "request_id": 7}', True, None),
        (b'{"action": "a.b", "params": [], "request_id": "x"}', False, "x"),
        (b'{"action": "A.b", "request_id": "x"}', False, "x"),
        (b'{"action": "a.b", "params": {"n": NaN}, "request_id": "x"}', False, None),
        (b'{"action": "a.b", "action": "a.b", "request_id": "x"}', False, None),
        (b"[]", False, None),
    ],
)
def test_what_must_come_back_is_worked_out_right(text: bytes, is_action: bool, request_id: str | None) -> None:
    """The proof reads an envelope as docs/protocol.md says, with code of its own."""
    sent = expected(text)
    assert (sent.is_action, sent.request_id) == (is_action, request_id)


@pytest.mark.slow
def test_every_damaged_file_is_taken_or_refused_by_name(tmp_path: Path) -> None:
    """Maps, saves, extracts, graphs, scenarios: never a traceback, a crash, a hang, or memory without bounds."""
    write_seeds(tmp_path, small_files(tmp_path))
    found = run_cases(tmp_path, 0, FILES, longest_s=20.0)
    assert not found.faults, "\n".join(found.faults)
    assert sum(found.files.values()) == FILES
    assert len(found.files) == 8
    assert 0 < sum(found.taken.values()) < FILES


def test_every_good_file_is_taken(tmp_path: Path) -> None:
    """What damaged files are made from is not refused itself; a case makes the same file each time."""
    seeds = small_files(tmp_path)
    reader = Reader(tmp_path)
    for seed in seeds:
        try:
            reader.read(seed.name, seed.data)
        except SpineError as error:
            pytest.fail(f"{seed.name}: {error}")
    assert make_case(seeds, 7) == make_case(seeds, 7)


def test_a_worker_that_is_lost_is_a_fault_of_its_case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A crash is told with the number that repeats it, and the cases behind it are still read."""
    (tmp_path / "sitecustomize.py").write_text(
        "import os, sys\n"
        "def crash(event, arguments):\n"
        "    if event == 'open' and str(arguments[0]).endswith('.smap') and crash.reads == 20:\n"
        "        os.abort()\n"
        "    crash.reads += event == 'open' and str(arguments[0]).endswith('.smap')\n"
        "crash.reads = 0\n"
        "if 'support.fuzzing_files' in sys.orig_argv: sys.addaudithook(crash)\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    write_seeds(tmp_path, [seed for seed in small_files(tmp_path) if seed.name.endswith(".smap")][:1])
    found = run_cases(tmp_path, 0, 12, longest_s=20.0)
    assert found.faults
    assert all("the process ended with -6" in fault for fault in found.faults)
