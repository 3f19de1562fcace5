"""Files that are nearly right, read by workers that can be lost: whatever a file holds, it is taken or refused by name.

A case is a whole number: it decides the kind of file, the one it is made from, and every change. Workers are processes of their own, so
that a crash in a library's C code, a hang, or memory without bounds is seen, and told with the number that repeats it.
"""

from __future__ import annotations

import base64
import contextlib
import gzip
import json
import mmap
import os
import random
import resource
import struct
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from spine.errors import ScenarioError, SpineError
from support.mutating import Chance, mutate_bytes, mutate_pbf, mutate_value, mutate_xml, nested, to_json
from support.patience import PATIENCE_S

LONGEST_S = 1.0
"""Processor time a small file may take."""

LONGEST_S_PER_BYTE = 1.5e-6
"""What it may take longer for every byte: changes can make a file of two megabytes of a small one."""

MOST_GROWTH_BYTES = 256 * 2**20
"""By so much the memory of a worker may grow in one case."""

_ADDRESS_SPACE_BYTES = 4 * 2**30
_LONGEST_MESSAGE = 4000
_PROGRESS = struct.Struct("<Q")


@dataclass(frozen=True)
class Seed:
    """A good file: its name decides how it is read."""

    name: str
    data: bytes
    other: bytes = b""


@dataclass
class Findings:
    """What came of some cases."""

    files: Counter[str] = field(default_factory=Counter)
    taken: Counter[str] = field(default_factory=Counter)
    slowest_s: float = 0.0
    slowest_case: int = 0
    faults: list[str] = field(default_factory=list)

    def add(self, other: Findings) -> None:
        """Take in what another worker has found."""
        self.files += other.files
        self.taken += other.taken
        self.faults += other.faults
        if other.slowest_s > self.slowest_s:
            self.slowest_s, self.slowest_case = other.slowest_s, other.slowest_case


def make_case(seeds: list[Seed], case: int) -> tuple[str, bytes]:
    """Return name and content of the file of a case."""
    chance = random.Random(case)
    seed = seeds[chance.randrange(len(seeds))]
    name = seed.name
    if name.endswith(".gz"):
        inner = _mutate(name.removesuffix(".gz"), gzip.decompress(seed.data), seed.other, chance)
        packed = gzip.compress(inner, 1)
        return name, mutate_bytes(packed, chance) if chance.random() < 0.3 else packed
    return name, _mutate(name, seed.data, seed.other, chance)


def _mutate(name: str, data: bytes, other: bytes, chance: Chance) -> bytes:
    way = chance.random()
    if name.endswith(".pbf"):
        return mutate_pbf(data, chance)
    if name.endswith((".osm", ".graphml")):
        return mutate_xml(data, chance, other)
    if way < 0.25:
        return mutate_bytes(data, chance, other)
    if name.endswith((".yaml", ".yml")):
        return _mutate_yaml(data, chance)
    if way < 0.27:
        return nested(chance, b'{"nodes":', b"}", data[:100])
    return to_json(mutate_value(json.loads(data), chance), chance)


def _mutate_yaml(data: bytes, chance: Chance) -> bytes:
    value = mutate_value(yaml.safe_load(data), chance)
    text = yaml.dump(value, allow_unicode=True, default_flow_style=chance.choice((None, True, False))).encode(
        "utf-8", "surrogatepass"
    )
    match chance.randrange(8):
        case 0:
            levels = b"".join(b"l%d: &l%d [%s]\n" % (n + 1, n + 1, b",".join([b"*l%d" % n] * 9)) for n in range(9))
            return b"l0: &l0 [ha]\n" + levels + text
        case 1:
            return text + b"\nextra: " + nested(chance, *chance.choice(((b"[", b"]"), (b"{a: ", b"}"), (b"- ", b""))))
        case 2:
            tag = chance.choice(
                (b"!!python/object/apply:os.system [true]", b"!!binary x", b"!x y", b"!!timestamp z", b"!!int x")
            )
            return text + b"\nextra: " + tag + b"\n"
        case _:
            return text


class Reader:
    """Reads files as the command line and the server would."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, name: str, data: bytes) -> bool:
        """Return whether a file was taken.

        Raises:
            SpineError: it was refused by name.
        """
        path = self._folder / name
        path.write_bytes(data)
        if name.endswith(".ssave"):
            return self._play(data)
        if name.endswith((".yaml", ".yml")):
            self._check_scenario(path)
        else:
            self._read_map(path)
        return True

    def _read_map(self, path: Path) -> None:
        from spine.network.smap import read_smap, write_smap
        from spine.scenario.maps import load_map, with_default_facilities

        network = load_map(path)
        written = write_smap(with_default_facilities(network, seed=1) if network.edge_count else network)
        again = read_smap(written, "written")
        assert write_smap(again) == written, "what was read and written is read otherwise"

    def _check_scenario(self, path: Path) -> None:
        from spine.scenario import Scenario

        scenario = Scenario.load(path)
        size = scenario.spec.map.generate or {}
        trucks = sum(group.count for group in scenario.spec.fleet or ())
        # Large worlds take their time; what is looked for here is nonsense that builds.
        if (
            all(isinstance(size.get(key, 0), (int, float)) and size.get(key, 0) <= 4000 for key in _SIZES)
            and trucks <= 500
        ):
            _within_limits(size)
            world = scenario.build()
            world.advance_to(600.0)

    def _play(self, data: bytes) -> bool:
        from spine.engine.core import EngineCore
        from spine.network import RoadNetworkBuilder
        from spine.world import World

        core = EngineCore(World(RoadNetworkBuilder().build()))
        core.connect(1)
        action = {
            "action": "simulation.import_state",
            "params": {"file_content": base64.b64encode(data).decode()},
            "request_id": "r",
        }
        outcome = core.handle(1, json.dumps(action))
        assert outcome.answer is not None, "an import without an answer"
        answer = json.loads(outcome.answer.body)
        if not outcome.ok:
            message = answer["data"]["message"]
            assert "internal fault" not in message, message
            raise SpineError(message)
        core.running = True
        core.pace.speed, core.pace.tick_rate = 3600.0, 20
        for _ in range(20):
            core.tick()
        core.snapshot(1)
        return True


_SIZES = ("map_width", "map_height")


def _within_limits(values: Any) -> None:
    """Refuse parameters of the generator that ask for more than a small map."""
    for name, value in dict(values).items():
        numbers = value if isinstance(value, (list, tuple)) else [value]
        if any(isinstance(number, (int, float)) and abs(number) > 5000 for number in numbers) and name != "seed":
            raise SpineError(f"{name} is too large to be built here")


def run_case(reader: Reader, seeds: list[Seed], case: int, findings: Findings, allowances: dict[str, float]) -> None:
    """Read the file of a case and note what came of it."""
    name, data = make_case(seeds, case)
    findings.files[_kind(name)] += 1
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun = time.process_time()
    fault = None
    try:
        reader.read(name, data)
        findings.taken[_kind(name)] += 1
    except SpineError as error:
        text = str(error)
        if not text or len(text) > _LONGEST_MESSAGE or ("\n" in text and not isinstance(error, ScenarioError)):
            fault = f"a refusal that is no line: {text[:200]!r}... ({len(text)} characters)"
    except BaseException as error:  # noqa: BLE001 - whatever it is, it is what is looked for
        fault = f"{type(error).__name__}: {str(error)[:300]}"
    took = time.process_time() - begun
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    if took > findings.slowest_s:
        findings.slowest_s, findings.slowest_case = took, case
    if fault is None and took > allowances[name] + len(data) * LONGEST_S_PER_BYTE:
        fault = f"took {took:.2f} s"
    if fault is None and grown > MOST_GROWTH_BYTES:
        fault = f"took {grown >> 20} MiB of memory"
    if fault is not None:
        findings.faults.append(f"case {case} ({name}, {len(data)} bytes): {fault}")


def _kind(name: str) -> str:
    return "." + name.partition(".")[2]


def work(folder: Path, first: int, count: int, longest_s: float) -> None:
    """Run cases in a process of its own, telling by a shared file where it is, and print what was found as JSON."""
    os.environ["TMPDIR"] = str(folder)
    seeds = read_seeds(folder)
    resource.setrlimit(resource.RLIMIT_AS, (_ADDRESS_SPACE_BYTES, _ADDRESS_SPACE_BYTES))
    findings = Findings()
    with tempfile.TemporaryDirectory(dir=folder) as own, Path(folder / f"at-{first}").open("r+b") as file:
        at = mmap.mmap(file.fileno(), _PROGRESS.size)
        reader = Reader(Path(own))
        for seed in seeds:
            # Warm: what is imported at the first use is no fault of the first case.
            with contextlib.suppress(SpineError):
                reader.read(seed.name, seed.data)
        allowances = {seed.name: longest_s + _allowance(reader, seed) for seed in seeds}
        for case in range(first, first + count):
            _PROGRESS.pack_into(at, 0, case)
            run_case(reader, seeds, case, findings, allowances)
    sys.stdout.write(
        json.dumps(
            {
                "files": findings.files,
                "taken": findings.taken,
                "slowest_s": findings.slowest_s,
                "slowest_case": findings.slowest_case,
                "faults": findings.faults,
            }
        )
    )


def _allowance(reader: Reader, seed: Seed) -> float:
    """Return how much longer changes of a file may take because the good one takes long itself."""
    begun = time.process_time()
    with contextlib.suppress(SpineError):
        reader.read(seed.name, seed.data)
    return 3.0 * (time.process_time() - begun)


def write_seeds(folder: Path, seeds: list[Seed]) -> None:
    """Leave the good files where workers find them."""
    for number, seed in enumerate(seeds):
        (folder / f"seed-{number:03}-{seed.name}").write_bytes(seed.data)


def read_seeds(folder: Path) -> list[Seed]:
    """Return the good files; each knows another one of its kind, to take pieces from."""
    paths = sorted(folder.glob("seed-*"))
    files = [(path.name.split("-", 2)[2], path.read_bytes()) for path in paths]
    return [
        Seed(name, data, next((other for there, other in files if _kind(there) == _kind(name) and other != data), b""))
        for name, data in files
    ]


def run_cases(folder: Path, first: int, count: int, longest_s: float = LONGEST_S) -> Findings:
    """Run cases in a worker; when it is lost that is a fault of the case it was at, and another goes on behind it."""
    findings = Findings()
    end = first + count
    while first < end:
        begun_at = folder / f"at-{first}"
        begun_at.write_bytes(_PROGRESS.pack(first))
        command = [
            sys.executable,
            "-m",
            "support.fuzzing_files",
            str(folder),
            str(first),
            str(end - first),
            str(longest_s),
        ]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "OPENBLAS_NUM_THREADS": "1"}
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)
        output, ending = _wait(process, begun_at)
        if not ending:
            found = json.loads(output)
            part = Findings(Counter(found["files"]), Counter(found["taken"]), found["slowest_s"], found["slowest_case"])
            part.faults = found["faults"]
            findings.add(part)
            break
        (case,) = _PROGRESS.unpack(begun_at.read_bytes())
        findings.faults.append(f"case {case}: {ending}")
        first = case + 1
    return findings


def _wait(process: subprocess.Popen[bytes], at: Path) -> tuple[bytes, str]:
    """Return what a worker has printed, and how it ended if not well."""
    last, since = b"", time.monotonic()
    while True:
        try:
            output, errors = process.communicate(timeout=0.5)
            break
        except subprocess.TimeoutExpired:
            now = at.read_bytes()
            if now != last:
                last, since = now, time.monotonic()
            elif time.monotonic() - since > PATIENCE_S:
                process.kill()
                process.communicate()
                return b"", f"hangs: no answer for {PATIENCE_S:g} s"
    if process.returncode == 0:
        return output, ""
    return b"", f"the process ended with {process.returncode}: {errors.decode('utf-8', 'replace')[-500:]}"


if __name__ == "__main__":
    work(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]))
