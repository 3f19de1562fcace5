"""Environment variables that no setting reads: most are logged as warnings; one that was meant to protect the server stops the start."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import NamedTuple

from spine.errors import ConfigurationError, shortened

_PREFIX = "SPINE_"
_LIKENESS = 0.8
_PROTECTIVE = ("SPINE_VIEW_TOKEN", "SPINE_CONTROL_TOKEN", "SPINE_ALLOWED_ORIGINS")
_PROTECTIVE_WORDS = frozenset({"AUTH", "CORS", "ORIGIN", "ORIGINS", "PASSWORD", "SECRET", "TOKEN", "TOKENS"})
_SERVICE_LINK = re.compile(r"_SERVICE_(HOST|PORT(_[A-Z0-9_]+)?)|_PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?")
_LINK_ADDRESS = re.compile(r"(tcp|udp|sctp)://")


class UnknownVariable(NamedTuple):
    """A variable that looks like a setting and is none.

    Attributes:
        name: of the variable.
        meant: the setting that was probably meant, None when none is like it.
    """

    name: str
    meant: str | None


def unknown_variables(environment: Mapping[str, str], known: Iterable[str]) -> list[UnknownVariable]:
    """Return the variables that look like settings and are none.

    What an orchestrator sets by itself for a service of this name (``SPINE_SERVICE_HOST``, ``SPINE_PORT_8000_TCP``) is not among
    them, nor is what has no value.

    Args:
        environment: names and values.
        known: the variables that are settings.

    Raises:
        ConfigurationError: one of them was to say who may do what; without it the server would be open.
    """
    settings = sorted(known)
    found = []
    for name, value in sorted(environment.items()):
        upper = name.upper()
        if not value or upper in settings or _is_service_link(upper, value):
            continue
        if upper.startswith(_PREFIX):
            meant = _meant(upper, settings)
        elif close := get_close_matches(upper, _PROTECTIVE, n=1, cutoff=0.9):
            # SPIN_CONTROL_TOKEN: a slip in the prefix itself.
            meant = close[0]
        else:
            continue
        if meant in _PROTECTIVE or (upper.startswith(_PREFIX) and _PROTECTIVE_WORDS & set(upper.split("_"))):
            hint = f"did you mean {meant}?" if meant is not None else f"the settings are {', '.join(_PROTECTIVE)}"
            raise ConfigurationError(
                f"{shortened(name)} is no setting, and the server would be open without it: {hint}"
            )
        found.append(UnknownVariable(name, meant))
    return found


def _meant(name: str, settings: list[str]) -> str | None:
    bare = name.removeprefix(_PREFIX)
    if bare in settings:
        return bare
    close = get_close_matches(name, settings, n=1, cutoff=_LIKENESS)
    return close[0] if close else None


def _is_service_link(name: str, value: str) -> bool:
    """Return whether an orchestrator made this variable: of the service `spine`, or of one whose name begins so."""
    if not name.startswith(_PREFIX):
        return False
    return _SERVICE_LINK.search(name) is not None or (name.endswith("_PORT") and _LINK_ADDRESS.match(value) is not None)
