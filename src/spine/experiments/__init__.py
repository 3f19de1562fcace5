"""Headless runs and their results."""

from spine.experiments.results import RunDirectory, event_line
from spine.experiments.simulation import Simulation

__all__ = ["RunDirectory", "Simulation", "event_line"]
