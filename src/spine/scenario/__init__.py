"""Scenario files, presets and map files -> a World."""

from spine.scenario.maps import load_map, save_map
from spine.scenario.scenario import Scenario, parse_scenario, preset_names

__all__ = ["Scenario", "load_map", "parse_scenario", "preset_names", "save_map"]
