"""`WorldRun`: a world in its run, with the clients that listen to it. What actions are carried out on; it knows none of them."""

from __future__ import annotations

from spine.engine.messages import message
from spine.engine.request import Limits, Request
from spine.engine.run_state import Pace
from spine.engine.snapshot import ShownWorld
from spine.engine.streams import Streams
from spine.ipc import Message
from spine.protocol.encode import TickClock
from spine.world import World
from spine.world.commands import Command
from spine.world.events import Event
from spine.world.policies import PolicyTable


class WorldRun(ShownWorld):
    """A world, its run state, its tick counter and its clients.

    Args:
        world: what is simulated.
        pace: how fast it is to be played.
        running: whether it starts running.
        limits: what one action may ask for.
        tick_number: the last completed tick.
        extra_policies: policies beyond the built-in ones, for worlds taken up from files.
    """

    def __init__(
        self,
        world: World,
        pace: Pace | None = None,
        *,
        running: bool = False,
        limits: Limits | None = None,
        tick_number: int = 0,
        extra_policies: PolicyTable | None = None,
    ) -> None:
        super().__init__(world, pace or Pace(), running=running, tick_number=tick_number)
        self.limits = limits or Limits()
        self.extra_policies = extra_policies
        self._pending: list[Event] = []
        self._clients: set[int] = set()
        self._streams = Streams()

    def connect(self, client: int) -> list[Message]:
        """Take note of a client and return its snapshot."""
        if not self._clients:
            # Without listeners nothing was kept to be sent; the snapshot has everything.
            self.world.changes()
            self.forget_diffs()
        self._clients.add(client)
        return self.snapshot(client)

    def disconnect(self, client: int) -> None:
        """Forget a client."""
        self._clients.discard(client)
        self._streams.leave(client)

    def take_up(self, world: World, tick_number: int) -> None:
        """Show another world from here on, as of its own tick."""
        self.world = world
        self.tick_number = tick_number
        self.begin_anew()
        self._pending = world.untold_events()
        self.forget_diffs()

    def carry_out(self, command: Command) -> list[Event]:
        """Apply a command and return what it caused; that is sent with the next tick."""
        happened = self.world.apply(command)
        self._pending += happened
        return happened

    def auto_stop(self, call: Request) -> None:
        """Stop an active run before an import, and say so."""
        if self.running:
            self.running = self.paused = False
            call.messages.append(message("simulation.stopped", {}))

    def told_clock(self, client: int) -> TickClock:
        """Return the clock for messages to a client: with times if it has asked for them."""
        return self.clock(times=self._streams.wants_times(client))
