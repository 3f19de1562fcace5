"""Every error SPINE raises on purpose, as one tree.

    SpineError
    ├── NetworkError          a road network or a map file is not usable
    │   └── MapFormatError    a map file is malformed (names file, element and field)
    ├── GenerationError       generation parameters are out of range (lists every offending field)
    ├── RoutingError          an unknown node or an unreachable destination
    ├── CommandError          the world refuses a command (nothing has changed)
    ├── CheckpointError       a dumped world cannot be loaded
    ├── ScenarioError         a scenario file or preset is not usable (names line and field)
    ├── ProtocolError         a message cannot be understood
    ├── StorageError          journal, checkpoint or recording cannot be read or written
    ├── ConfigurationError    a setting, flag or environment variable has a value that makes no sense
    └── UnhealthyError        a server that was asked is not alive

Every message names the thing, the value and what would be right, on one line where possible.
"""

from __future__ import annotations


class SpineError(Exception):
    """Base of all errors SPINE raises on purpose."""


class NetworkError(SpineError, ValueError):
    """A road network is not usable; the message names the element and what is wrong with it."""


class MapFormatError(NetworkError):
    """A map file is malformed; the message names the element and the field."""


class GenerationError(SpineError, ValueError):
    """Generation parameters are out of range.

    Attributes:
        problems: one line per offending field.
    """

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class RoutingError(SpineError, LookupError):
    """A route was asked for that cannot exist (unknown node, unreachable destination)."""


class CommandError(SpineError, ValueError):
    """The world refuses a command; nothing has changed."""


class CheckpointError(SpineError, ValueError):
    """A dumped world cannot be loaded; the message says what to do."""


class ScenarioError(SpineError, ValueError):
    """A scenario is not usable; the message names source, line and field."""


class ProtocolError(SpineError, ValueError):
    """A message of the wire protocol cannot be understood."""


class StorageError(SpineError, OSError):
    """Journal, checkpoint or recording cannot be read or written."""


class ConfigurationError(SpineError, ValueError):
    """A setting, flag or environment variable has a value that makes no sense."""


class UnhealthyError(SpineError):
    """The server that was asked whether it is alive is not, or does not answer as it should."""
