"""Headless runs and their results."""

from spine.experiments.results import EventLog, event_line
from spine.experiments.simulation import Simulation

__all__ = ["EventLog", "Simulation", "event_line"]
