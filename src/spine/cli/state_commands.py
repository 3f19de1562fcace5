"""`spine state ls|verify|prune|export`: looking after the directories in which servers keep their worlds."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from spine.errors import ConfigurationError, StorageError
from spine.terminal import say

_TABLE_WIDTH = 120

state_app = typer.Typer(no_args_is_help=True)

Directory = Annotated[Path, typer.Argument(metavar="DIR", help="A state directory (--state-dir, SPINE_STATE_DIR).")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


@state_app.command("ls")
def list_state(directory: Directory, as_json: AsJson = False) -> None:
    """Show what is in a state directory: which world, how far it has come, its checkpoints. Changes nothing."""
    content = _content(directory)
    if as_json:
        say(json.dumps(content, indent=2))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    world, journal = content["world"], content["journal"]
    console = Console(highlight=False)
    console.width = max(console.width, _TABLE_WIDTH)
    console.print(
        f"scenario {world.get('scenario')}, seed {world.get('seed')}, begun {world.get('began')} by SPINE {world.get('spine')}\n"
        f"tick {journal['tick']}, {_duration(journal['time_s'])} simulated, {journal['last_action']} actions"
        + (f" (from {journal['first_kept']} on in the journal)" if journal["first_kept"] is not None else ""),
        markup=False,
    )
    table = Table(box=None, padding=(0, 2))
    for name, justify in (("checkpoint", "left"), ("written", "left"), ("tick", "right"), ("simulated", "right"),
                          ("action", "right"), ("trucks", "right"), ("kB", "right"), ("state", "left")):  # fmt: skip
        table.add_column(name, justify="right" if justify == "right" else "left", overflow="fold")
    for item in content["checkpoints"]:
        if item["problem"]:
            table.add_row(
                item["name"], "", "", "", "", "", f"{item['bytes'] / 1000:.0f}", Text(item["problem"], style="red")
            )
        else:
            state = "paused" if item["paused"] else "running" if item["running"] else "stopped"
            table.add_row(
                item["name"], item["written"], str(item["tick"]), _duration(item["time_s"]), str(item["action"]),
                str(item["trucks"]), f"{item['bytes'] / 1000:.0f}", state,
            )  # fmt: skip
    console.print(table)
    for folder in content["set_aside"]:
        console.print(f"set aside: {folder}", markup=False)


def _content(path: Path) -> dict[str, Any]:
    from spine.storage import Journal, StateDirectory, checkpoints

    directory = StateDirectory(path)
    directory.require()
    journal = Journal(directory.journal, read_only=True)
    try:
        progress, first, about = journal.progress, journal.first, journal.about
    finally:
        journal.close()
    items = []
    for file in checkpoints.newest_first(directory.checkpoints):
        item: dict[str, Any] = {"name": file.name, "bytes": file.stat().st_size, "problem": ""}
        try:
            found = checkpoints.read(file).about
        except StorageError as error:
            item["problem"] = str(error).removeprefix(f"checkpoint {file}: ")
        else:
            item |= {
                "written": found.written,
                "tick": found.tick,
                "time_s": found.time,
                "action": found.sequence,
                "trucks": found.trucks,
                "running": found.running,
                "paused": found.paused,
                "spine": found.spine,
            }
            if found.run != about["run"]:
                item["problem"] = "belongs to another world"
        items.append(item)
    return {
        "world": about,
        "journal": {
            "last_action": progress.sequence,
            "first_kept": first,
            "tick": progress.tick,
            "time_s": progress.time,
            "bytes": directory.journal.stat().st_size,
        },
        "checkpoints": items,
        "set_aside": [folder.name for folder in directory.set_aside_folders()],
    }


def _duration(seconds: float) -> str:
    return str(timedelta(seconds=round(seconds)))


@state_app.command()
def verify(directory: Directory, as_json: AsJson = False) -> None:
    """Check every checksum, replay the journal and compare with the checkpoints; exit code 2 when anything is wrong."""
    from spine.engine.verification import verify as look
    from spine.scenario.plugins import plugin_policies
    from spine.storage import StateDirectory

    findings = look(StateDirectory(directory), plugin_policies(), lambda text: say(text, error=True))
    good = all(finding.good for finding in findings)
    if as_json:
        rows = [{"what": item.what, "good": item.good, "text": item.text} for item in findings]
        say(json.dumps({"good": good, "findings": rows}, indent=2))
    else:
        for finding in findings:
            say(f"{'good' if finding.good else 'BAD '}  {finding.what}: {finding.text}")
    if not good:
        raise typer.Exit(2)


@state_app.command()
def prune(
    directory: Directory,
    keep: Annotated[int, typer.Option(min=1, help="So many sound checkpoints stay.")] = 1,
    set_aside: Annotated[
        bool, typer.Option("--set-aside", help="Also delete worlds that --fresh has set aside.")
    ] = False,
) -> None:
    """Delete old and damaged checkpoints and what the journal holds before the oldest that stays; the server must be stopped."""
    from spine.storage import Journal, StateDirectory, checkpoints

    place = StateDirectory(directory)
    place.require()
    place.lock(patience_s=0.0)
    try:
        before = _size(directory)
        place.prepare()
        journal = Journal(place.journal)
        try:
            run = journal.about["run"]
            oldest = checkpoints.prune(place.checkpoints, run, keep)
            if oldest is None:
                raise StorageError(f"state directory {directory}: has no sound checkpoint; nothing was deleted")
            for path in checkpoints.newest_first(place.checkpoints):
                _delete_if_useless(path, run)
            journal.prune(oldest)
            journal.shrink()
        finally:
            journal.close()
        for folder in place.set_aside_folders() if set_aside else []:
            shutil.rmtree(folder)
        say(f"{directory}: {(before - _size(directory)) / 1e6:.1f} MB freed, {_size(directory) / 1e6:.1f} MB left")
    finally:
        place.unlock()


def _delete_if_useless(path: Path, run: str) -> None:
    from spine.storage import checkpoints

    try:
        useless = checkpoints.read(path).about.run != run
    except StorageError:
        useless = True
    if useless:
        path.unlink(missing_ok=True)


def _size(directory: Path) -> int:
    return sum(path.stat().st_size for path in directory.rglob("*") if path.is_file())


@state_app.command()
def export(
    directory: Directory,
    out: Annotated[Path, typer.Argument(help="File to write: .ssave (world), .smap (map) or .spine (checkpoint).")],
    force: Annotated[bool, typer.Option("--force", help="Replace a file that exists.")] = False,
) -> None:
    """Write the world of a state directory, as it is now, to a file; also while a server uses it."""
    from spine.engine.persistence import about_of
    from spine.engine.recovery import take_up
    from spine.files import write_whole
    from spine.network.json_fields import indented_json
    from spine.protocol import encode
    from spine.protocol.savefile_writing import write_save
    from spine.scenario.plugins import plugin_policies
    from spine.storage import StateDirectory, checkpoints

    if out.suffix not in (".ssave", ".smap", checkpoints.SUFFIX):
        raise ConfigurationError(
            f"{out}: the name must end in .ssave, .smap or {checkpoints.SUFFIX}, which says what to write"
        )
    if out.exists() and not force:
        raise ConfigurationError(f"{out}: exists; give --force to replace it")
    place = StateDirectory(directory)
    place.require()
    taken = take_up(place, extra_policies=plugin_policies(), read_only=True)
    if taken is None:
        raise StorageError(f"state directory {directory}: its world was never begun")
    taken.journal.close()
    core = taken.core
    if out.suffix == ".ssave":
        parts = [indented_json(write_save(core.world, core.clock(), core.pace.dt))]
    elif out.suffix == ".smap":
        parts = [indented_json(encode.graph_file_form(core.world))]
    else:
        parts = checkpoints.encode(about_of(core, taken.journal.about["run"], taken.reached), core.world.dump())
    write_whole(out, parts)
    for note in taken.notes:
        say(f"note: {note}", error=True)
    say(f"{out}: tick {core.tick_number}, {len(core.world.truck_ids())} trucks, {core.world.network.node_count} nodes")
