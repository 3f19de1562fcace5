"""Prometheus metrics of the server process; the engine's figures come with its status reports."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from math import nan
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

from spine import __version__, memory
from spine.catalogue import Output, figure

_TICK_BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
_OUTCOMES = ("delivered", "expired", "rejected")
DISCONNECT_REASONS = ("closed", "slow", "silent", "error", "refused", "shutdown")


def _defined(name: str) -> str:
    """Return what the catalogue of figures says of a metric."""
    return figure(name, Output.METRICS).definition


class Metrics:
    """All metrics of one server; each server has its own registry."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        register: dict[str, Any] = {"registry": self.registry}
        info = Gauge("spine_build_info", "Version of this server.", ["version"], **register)
        info.labels(__version__).set(1)
        self.running = Gauge("spine_simulation_running", "1 while the world advances.", **register)
        self.ticks = Counter("spine_ticks", "Ticks run.", **register)
        self.tick_duration = Histogram(
            "spine_tick_duration_seconds", "Time one tick took in the engine.", buckets=_TICK_BUCKETS, **register
        )
        self.lag = Gauge(
            "spine_tick_lag_seconds",
            "How far the tick loop is behind its plan; what exceeds a second is given up.",
            **register,
        )
        self.rate_wanted = Gauge(
            "spine_tick_rate_wanted", "Ticks a second that are asked for, 0 while the world stands.", **register
        )
        self.rate_kept = Gauge("spine_tick_rate_kept", "Ticks a second of the last ten seconds.", **register)
        self.simulated = Gauge("spine_simulated_seconds", _defined("spine_simulated_seconds"), **register)
        self.clients = Gauge("spine_clients", "Open WebSocket connections.", **register)
        self.disconnects = Counter("spine_client_disconnects", "Connections ended.", ["reason"], **register)
        for reason in DISCONNECT_REASONS:
            self.disconnects.labels(reason)
        self.bytes_sent = Counter("spine_bytes_sent", "Bytes of messages sent to clients.", **register)
        self.queued = Gauge("spine_client_queue_bytes", "Bytes waiting in all client queues.", **register)
        self.merged = Counter("spine_updates_merged", "Updates dropped because a later one replaced them.", **register)
        self.dropped = Counter("spine_updates_dropped", "Messages dropped because a client fell behind.", **register)
        self.resnapshots = Counter(
            "spine_client_resnapshots", "Slow clients caught up by a fresh snapshot.", **register
        )
        self.actions = Counter("spine_actions", "Actions handled.", ["action", "outcome"], **register)
        for outcome in ("ok", "error"):
            self.actions.labels("agent.list", outcome)
        self.action_duration = Histogram(
            "spine_action_duration_seconds", "Time one action took in the engine.", buckets=_TICK_BUCKETS, **register
        )
        self.trucks = Gauge("spine_trucks", _defined("spine_trucks"), **register)
        self.packages = Gauge("spine_packages", _defined("spine_packages"), ["state"], **register)
        self.finished = Counter("spine_packages_finished", _defined("spine_packages_finished"), ["outcome"], **register)
        for outcome in _OUTCOMES:
            self.finished.labels(outcome)
        self.due = Gauge("spine_packages_due", _defined("spine_packages_due"), **register)
        self.overdue = Gauge("spine_packages_overdue", _defined("spine_packages_overdue"), **register)
        self.on_time = Gauge("spine_packages_on_time", _defined("spine_packages_on_time"), **register)
        self.otif = Gauge(
            "spine_otif_ratio",
            _defined("spine_otif_ratio"),
            **register,
        )
        self.otif.set(nan)
        self.restarts = Counter("spine_engine_restarts", "Times the engine was started again.", **register)
        self.most_queued = Gauge(
            "spine_client_queue_bytes_max", "Bytes waiting in the longest client queue.", **register
        )
        self.engine_queue = Gauge("spine_engine_queue_bytes", "Bytes of actions waiting for the engine.", **register)
        self.recording_wanted = Gauge("spine_recording_wanted", "1 when the stream is to be recorded.", **register)
        self.recording = Gauge("spine_recording", "1 while the stream is being recorded.", **register)
        self.recorded_bytes = Counter("spine_recorded_bytes", "Bytes written to the recording.", **register)
        self.recording_gaps = Counter(
            "spine_recording_gaps", "Gaps in the recording: disk too slow or full.", **register
        )
        self._memory_limit = Gauge(
            "spine_memory_limit_bytes",
            "Memory the server may use: its container's limit, or the machine's.",
            **register,
        )
        self._memory_used = Gauge(
            "spine_memory_used_bytes",
            "Memory that counts against the limit: of server, engine and checkpoints.",
            **register,
        )
        self._last: dict[str, float] = {}
        self._journal: JournalMetrics | None = None
        self._engine_pid: Callable[[], int | None] = lambda: None

    def watch_engine(self, pid: Callable[[], int | None]) -> None:
        """Export memory, processor time and handles of the engine as well, as `spine_engine_process_...`.

        Args:
            pid: returns its process id, None while there is none.
        """
        self._engine_pid = pid
        ProcessCollector(namespace="spine_engine", pid=lambda: pid() or "none", registry=self.registry)

    def take_status(self, status: Mapping[str, Any]) -> None:
        """Book a status report of the engine."""
        self.running.set(status["running"] and not status["paused"])
        self.lag.set(status["lag_s"])
        self.rate_wanted.set(status["tick_rate_wanted"])
        self.rate_kept.set(status["tick_rate_kept"])
        self.simulated.set(status["elapsed_s"])
        self.trucks.set(status["trucks"])
        for state in ("waiting", "awarded", "aboard"):
            self.packages.labels(state).set(status[state])
        for seconds in status["tick_durations"]:
            self.tick_duration.observe(seconds)
        self.ticks.inc(len(status["tick_durations"]))
        self.due.set(status["due"])
        self.overdue.set(status["overdue"])
        self.on_time.set(status["on_time"])
        self.otif.set(status["on_time"] / status["due"] if status["due"] else nan)
        for outcome in _OUTCOMES:
            # The world's counter falls back to 0 with a new map; what left the world before stays counted.
            grown = status[outcome] - self._last.get(outcome, 0.0)
            self.finished.labels(outcome).inc(grown if grown >= 0 else status[outcome])
            self._last[outcome] = status[outcome]

        journal = status.get("journal")
        if journal is not None:
            # Only a server that keeps its world has these.
            if self._journal is None:
                self._journal = JournalMetrics(self.registry)
            self._journal.take(journal)

    def render(self) -> bytes:
        """Return all metrics in the text format of Prometheus."""
        now = memory.look(pid for pid in (os.getpid(), self._engine_pid()) if pid is not None)
        self._memory_used.set(now.used)
        self._memory_limit.set(now.limit)
        return generate_latest(self.registry)


class JournalMetrics:
    """Metrics of journal and checkpoints.

    Args:
        registry: where to register them.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        register: dict[str, Any] = {"registry": registry}
        self._healthy = Gauge("spine_journal_healthy", "1 while accepted actions reach the disk.", **register)
        self._actions = Gauge("spine_journal_last_action", "Number of the last action in the journal.", **register)
        self._checkpoint_healthy = Gauge(
            "spine_checkpoint_healthy", "1 unless the last checkpoint could not be written.", **register
        )
        self._age = Gauge("spine_checkpoint_age_seconds", "Time since the newest checkpoint was written.", **register)

    def take(self, journal: Mapping[str, Any]) -> None:
        """Book a report of the engine."""
        self._healthy.set(journal["healthy"])
        self._actions.set(journal["sequence"])
        self._checkpoint_healthy.set(journal["checkpoint_healthy"])
        self._age.set(journal["checkpoint_age_s"])
