"""`Playback`: a recording instead of a world - the same protocol, with a time line that can be moved along (`spine replay`)."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final

import msgspec

from spine.engine.handler import ActionHandler
from spine.engine.messages import error_message, message
from spine.engine.playback_series import RecordedSeries
from spine.engine.playback_snapshot import BESIDE, ShownRecording, frame_of, merged
from spine.engine.playback_streams import Between, ReplayStreams
from spine.engine.request import Request
from spine.engine.run_state import Pace, RunState
from spine.engine.series import series_of
from spine.errors import ProtocolError, StorageError, quoted
from spine.ipc import EVERYBODY, MOST_ROWS, NEW_FLEET, PACKAGE_COUNTS, PLAIN, Message
from spine.protocol import actions
from spine.protocol.encode import Json
from spine.protocol.envelope import encode_signal, signal_of
from spine.protocol.params import ActionParams
from spine.storage.recording import Block, Moment, Part, Recording
from spine.world import WorldProblem
from spine.world.calendar import SECONDS_PER_DAY, SECONDS_PER_HOUR

_TICK_RATE: Final = 20
_SPEED: Final = 60.0


class Playback(RunState, ActionHandler):
    """A recording being played.

    Args:
        recording: what is played; must hold something.
        pace: how fast.
        running: whether it starts playing.

    Attributes:
        now: simulated seconds on the recording's clock.
        tick_number: the last tick that was shown.
    """

    not_running = "the recording is not being played"
    not_paused = "the recording is not paused"

    def __init__(self, recording: Recording, pace: Pace, *, running: bool) -> None:
        super().__init__(pace, running=running)
        self.identity = ""
        self.now = recording.begin
        self._recording = recording
        self._series = RecordedSeries(recording)
        self._shown = ShownRecording()
        self._streams = ReplayStreams()
        self._block = -1
        self._ahead: Block | None = None
        self._frame_time = recording.begin
        self._moments: list[Moment] = []
        self._next_moment = 0
        self._complaints: list[str] = []
        self._ticks_to_status = 0
        self._handlers: dict[type[ActionParams], Callable[[Any, Request], object]] = {
            actions.SimulationStart: self.start,
            actions.SimulationStop: self.stop,
            actions.SimulationPause: self.pause,
            actions.SimulationResume: self.resume,
            actions.SimulationUpdate: self.update_pace,
            actions.ReplaySeek: self._seek,
            actions.AgentList: self._list_agents,
            actions.AgentDescribe: self._describe_agent,
            actions.StreamSubscribe: self._subscribe,
            actions.StreamUnsubscribe: self._unsubscribe,
        }
        self.go_to(recording.begin)

    @property
    def agent_count(self) -> int:
        """How many agents a snapshot shows."""
        return self._shown.agent_count

    @property
    def progress(self) -> tuple[float, int]:
        """What moves while a tick is being made."""
        return self.now, self._next_moment

    @property
    def wall_s(self) -> float:
        """The time that is shown, on the recording's clock."""
        return self.now

    # Clients

    def connect(self, client: int) -> list[Message]:
        """Return the snapshot of a client."""
        return self.snapshot(client)

    def disconnect(self, client: int) -> None:
        """Forget a client."""
        self._streams.leave(client)

    def snapshot(self, receiver: int) -> list[Message]:
        """Return what a newcomer needs: what was known at this time, the run state and pace of the playback, where it stands."""
        state = "simulation.started" if self.running else "simulation.updated"
        told = [(encode_signal(state, self.pace.as_json()), "")]
        if self.paused:
            told.append((encode_signal("simulation.paused", {}), ""))
        parts = self._shown.snapshot(told)
        return [*(_recorded(receiver, part) for part in parts), self._status_message(receiver)]

    def _status_message(self, receiver: int = EVERYBODY) -> Message:
        return message("replay.status", self._where(), receiver, "replay status")

    def _where(self) -> Json:
        return {"begin": self._recording.begin, "end": self._recording.end, "now": self.now}

    # Actions

    def perform(self, params: ActionParams, call: Request) -> None:
        """Carry out an action whose parameters are sound."""
        handler = self._handlers.get(type(params))
        if handler is None:
            raise ProtocolError(f"{call.action.name}: this is a recording; it can be played and sought, not changed")
        handler(params, call)

    def start(self, params: actions.SimulationStart, call: Request) -> None:
        """Play, from the beginning again when the end was reached."""
        super().start(params, call)
        self._begin_again(call)

    def resume(self, params: actions.SimulationResume, call: Request) -> bool:
        """Go on, from the beginning again when the end was reached."""
        resumed = super().resume(params, call)
        if resumed:
            self._begin_again(call)
        return resumed

    def _begin_again(self, call: Request) -> None:
        """Who starts at the end starts from the beginning."""
        if self.now >= self._recording.end:
            self.go_to(self._recording.begin)
            self._show_all(call)

    def _show_all(self, call: Request) -> None:
        """Show everybody another time."""
        call.messages += self.snapshot(EVERYBODY)
        call.messages += self._streams.show(self._shown, self._between())
        call.messages += self._complained()

    def _subscribe(self, params: actions.StreamSubscribe, call: Request) -> None:
        self._streams.subscribe_by(call, params, self._standing())
        call.messages += self._streams.show(self._shown, self._between(), call.client)

    def _standing(self) -> Json:
        """Return where the playback stands, as a live world says it."""
        day, time = divmod(self.now, SECONDS_PER_DAY)
        return {
            "id": self.identity,
            "run_state": self.run_state,
            **self.pace.as_json(),
            "tick": self.tick_number,
            "time": time / SECONDS_PER_HOUR,
            "day": int(day) + 1,
            "elapsed_s": None,
        }

    def _unsubscribe(self, _: actions.StreamUnsubscribe, call: Request) -> None:
        self._streams.unsubscribe_by(call)
        call.messages += self.snapshot(call.client)

    def _seek(self, params: actions.ReplaySeek, call: Request) -> None:
        begin, end = self._recording.begin, self._recording.end
        if not begin <= params.time <= end:
            raise ProtocolError(f"time: {params.time:g} is outside the recording, which holds {begin:g} to {end:g}")
        self.go_to(params.time)
        call.answer("replay.status", self._where())
        self._show_all(call)

    def _list_agents(self, params: actions.AgentList, call: Request) -> None:
        call.reply("agent.listed", self._shown.listing(params.agent_kind))

    def _describe_agent(self, params: actions.AgentDescribe, call: Request) -> None:
        described = self._shown.described(params.agent_id, times=self._streams.wants_times(call.client))
        if described is None:
            raise ProtocolError(f"agent_id: there is no agent {quoted(params.agent_id)} at this time of the recording")
        call.reply("agent.described", {**described, "tick": self.tick_number})

    # Playing

    def tick(self) -> list[Message]:
        """Advance the playback by one tick and return what was said meanwhile; at the end it pauses."""
        groups = self._advance(min(self._recording.end, self.now + self.pace.dt))
        messages = [_recorded(PLAIN, part) for part in merged(groups) if part[1] not in BESIDE]
        between = self._between() if self._streams.want_positions() else None
        messages += self._streams.tick(groups, self._shown, between, self.pace.tick_rate)
        messages += self._complained()
        self._ticks_to_status -= 1
        if self.now >= self._recording.end:
            self.paused = True
            messages.append(message("simulation.paused", {}))
            self._ticks_to_status = 0
        if self._ticks_to_status <= 0:
            self._ticks_to_status = self.pace.tick_rate
            messages.append(self._status_message())
        return messages

    def _complained(self) -> list[Message]:
        complaints, self._complaints = self._complaints, []
        told = dict.fromkeys(complaints)
        return [error_message(EVERYBODY, text, self.tick_number) for text in told]

    def go_to(self, time: float) -> None:
        """Go to a time."""
        start = self._recording.start_before(time)
        self._ahead = None
        while self._ahead is None:
            try:
                self._ahead = self._recording.read(start)
            except StorageError as error:
                # The state before the damage is better than none.
                self._complaints.append(str(error))
                if start == 0:
                    break
                start = self._recording.start_at(start - 1)
        self._block = start - 1
        self._moments, self._next_moment = [], 0
        self._shown = ShownRecording()
        self._streams.start_again()
        self._advance(time, telling=False)

    def _advance(self, time: float, *, telling: bool = True) -> list[list[Part]]:
        """Take in everything up to a time; return it, one list for each moment, when it is to be told."""
        groups: list[list[Part]] = []
        while True:
            while self._next_moment < len(self._moments) and self._moments[self._next_moment].time <= time:
                moment = self._moments[self._next_moment]
                self._next_moment += 1
                self._shown.take(moment.parts)
                if frame_of(moment.parts) is not None:
                    self._frame_time = moment.time
                if telling:
                    timed = self._streams.anybody_wants_times()
                    groups.append(self._shown.with_timed_events(moment.parts) if timed else moment.parts)
            if self._next_moment < len(self._moments):
                break
            block = self._next_block(time)
            if block is None:
                break
            if block.snapshot is not None:
                self._shown.begin(block.snapshot)
                if block.gap or not telling:
                    self._frame_time = block.begin
                if block.gap and telling:
                    groups.append(block.snapshot)
        self.now = time
        self.tick_number = self._shown.tick
        return groups

    def _next_block(self, time: float) -> Block | None:
        """Take up the next block that begins by a time; None when there is none. Damaged ones are passed over, and complained of."""
        number = self._block + 1
        while number < self._recording.blocks and self._recording.begin_of(number) <= time:
            try:
                block = (
                    self._ahead
                    if self._ahead is not None and number == self._block + 1
                    else self._recording.read(number)
                )
            except StorageError as error:
                self._complaints.append(str(error))
                number = self._recording.start_after(number)
                continue
            if number != self._block + 1:
                block = replace(block, gap=True)
            self._block, self._ahead = number, None
            self._moments, self._next_moment = block.moments, 0
            return block
        return None

    def _between(self) -> Between | None:
        """Return between which recorded position frames the present time lies; None when none is known."""
        last = self._shown.beside.get("positions")
        if last is None:
            return None
        for moment in chain(islice(self._moments, self._next_moment, None), self._moments_ahead()):
            if any(key not in BESIDE and signal_of(body) in NEW_FLEET for body, key in moment.parts):
                break
            following = frame_of(moment.parts)
            if following is not None:
                span = moment.time - self._frame_time
                return Between(last, following, (self.now - self._frame_time) / span if span > 0.0 else 0.0)
        return Between(last, None, 0.0)

    def _moments_ahead(self) -> Iterator[Moment]:
        """Return the moments of the next block, as long as it goes on without a gap."""
        number = self._block + 1
        if self._ahead is None and number < self._recording.blocks:
            # Damage is complained of when its time has come.
            with contextlib.suppress(StorageError):
                self._ahead = self._recording.read(number)
        if self._ahead is not None and not self._ahead.gap:
            yield from self._ahead.moments

    # Questions

    def query(self, what: str, after_s: float | None = None, most: int = MOST_ROWS) -> Json | msgspec.Raw:
        """Return the answer to a question over HTTP; a recording knows no packages but those it hears of."""
        if what == "series":
            rows, complete = self._series.until(self.now)
            return series_of(rows, after_s, most, complete=complete)
        if what == "problems":
            return {"problems": []}
        if what == "map":
            return self._shown.map_data()
        if what == "agents":
            return self._shown.listing(None)
        if what == "summary":
            return {**self._shown.figures(), "replay": self._where(), "recording": self._recording.about}
        shown = self._shown.tick_data() or {"tick": 0}
        return {
            "run_state": self.run_state,
            **self.pace.as_json(),
            **shown,
            "replay": self._where(),
            "problems": [],
            "agents": list(self._shown.agents().values()),
            "buildings": list(self._shown.buildings().values()),
            "packages": [],
        }

    def problems(self) -> tuple[WorldProblem, ...]:
        """Return nothing: what is recorded has happened, whatever it was."""
        return ()

    def status(self) -> Json:
        """Return what the server process keeps for health, metrics and logs."""
        counts = dict.fromkeys(PACKAGE_COUNTS, 0)
        return {
            "running": self.running,
            "paused": self.paused,
            "tick": self.tick_number,
            **self.pace.as_json(),
            "elapsed_s": self.now,
            "trucks": self._shown.figures().get("trucks", 0),
            **counts,
        }


def _recorded(receiver: int, part: Part) -> Message:
    body, key = part
    return Message(receiver, signal_of(body), body, key)


def open_playback(settings: dict[str, Any]) -> Playback:
    """Return the playback that the settings of an engine ask for.

    Raises:
        StorageError: the file is no recording, or holds nothing.
    """
    recording = Recording(Path(settings["replay"]))
    if not recording.blocks:
        raise StorageError(f"{recording.path}: holds nothing yet")
    pace = Pace(
        settings.get("tick_rate") or _TICK_RATE,
        settings.get("speed") or _SPEED,
    )
    autostart = settings.get("autostart")
    return Playback(recording, pace, running=True if autostart is None else autostart)
