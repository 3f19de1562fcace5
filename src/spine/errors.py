"""Every error SPINE raises on purpose, as one tree.

    SpineError
    ├── NetworkError          a road network or a map file is not usable
    │   └── MapFormatError    a map file is malformed (names file, element and field)
    ├── GenerationError       generation parameters are out of range (lists every offending field)
    ├── RoutingError          an unknown node or an unreachable destination
    ├── HoursError            a log or a rule of drivers' hours makes no sense
    ├── CommandError          the world refuses a command (nothing has changed)
    ├── PolicyError           a policy returns what the world cannot use (names the policy)
    ├── CheckpointError       a dumped world cannot be loaded
    ├── ScenarioError         a scenario file or preset is not usable (names line and field)
    │   ├── OrderError        order lists are not usable (lists every problem: file, row, column)
    │   ├── PlaceError        lists of places are not usable (lists every problem: file, row, column)
    │   ├── DemandError       tables of demand are not usable (lists every problem: file, row, column)
    │   └── MatrixError       a matrix of distances and times is not usable (lists every problem: file, row, column)
    ├── InputFileError        a file that somebody gives cannot be read (scenario/input_file.py)
    ├── ProtocolError         a message cannot be understood
    ├── StorageError          journal, checkpoint or recording cannot be read or written
    ├── ConfigurationError    a setting, flag or environment variable has a value that makes no sense
    └── UnhealthyError        a server that was asked is not alive

Every message names the thing, the value and what would be right, on one line where possible. What comes from outside stands in it
as `quoted` gives it, or `shortened`: who sends a megabyte gets no megabyte back.
"""

from __future__ import annotations

MOST_QUOTED = 80
"""Characters of one value that stand in a message at most."""

MOST_MESSAGE = 2000
"""Characters of a whole message at most, however many things are wrong."""


def quoted(value: object) -> str:
    """Return a value as it is quoted in a message: its `repr`, of what is long only the beginning, and how long it is."""
    if isinstance(value, str | bytes) and len(value) > MOST_QUOTED:
        return f"{value[:MOST_QUOTED]!r}... ({len(value)} {'characters' if isinstance(value, str) else 'bytes'})"
    return shortened(repr(value))


def shortened(text: str, most: int = MOST_QUOTED) -> str:
    """Return a text, or the beginning of a long one and its length."""
    return text if len(text) <= most else f"{text[:most]}... ({len(text)} characters)"


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


class HoursError(SpineError, ValueError):
    """A log of drivers' hours is not in order, or a rule allows a driver nothing at all."""


class CommandError(SpineError, ValueError):
    """The world refuses a command; nothing has changed."""


class PolicyError(SpineError, ValueError):
    """A policy returns what the world cannot use; the message names the policy, what it returned and what would be right."""


class CheckpointError(SpineError, ValueError):
    """A dumped world cannot be loaded; the message says what to do."""


class ScenarioError(SpineError, ValueError):
    """A scenario is not usable; the message names source, line and field."""


class OrderError(ScenarioError):
    """Order lists are not usable.

    Attributes:
        problems: one line per problem: file, row, column, what is wrong and what would be right.
    """

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class PlaceError(ScenarioError):
    """Lists of places are not usable.

    Attributes:
        problems: one line per problem: file, row, column, what is wrong and what would be right.
    """

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class DemandError(ScenarioError):
    """Tables of demand are not usable.

    Attributes:
        problems: one line per problem: file, row, column, what is wrong and what would be right.
    """

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class MatrixError(ScenarioError):
    """A matrix of distances and times is not usable.

    Attributes:
        problems: one line per problem: file, row, column, what is wrong and what would be right.
    """

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class ProtocolError(SpineError, ValueError):
    """A message of the wire protocol cannot be understood."""


class StorageError(SpineError, OSError):
    """Journal, checkpoint or recording cannot be read or written."""


class ConfigurationError(SpineError, ValueError):
    """A setting, flag or environment variable has a value that makes no sense."""


class UnhealthyError(SpineError):
    """The server that was asked whether it is alive is not, or does not answer as it should."""
