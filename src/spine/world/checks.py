"""Checks of numbers in commands; a refusal names the field, the value and what would be right."""

from __future__ import annotations

from math import isfinite

from spine.errors import CommandError, quoted


def checked_number(
    name: str, value: object, *, low: float | None = None, high: float | None = None, above: float | None = None
) -> float:
    """Return a finite number within bounds.

    Raises:
        CommandError: it is not one.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not isfinite(value):
        raise CommandError(f"{name}: {quoted(value)} is not a finite number")
    number = float(value)
    if low is not None and high is not None and not low <= number <= high:
        raise CommandError(f"{name}: {number:g} is outside the allowed range {low:g} to {high:g}")
    if low is not None and number < low:
        raise CommandError(f"{name}: {number:g} must be at least {low:g}")
    if above is not None and number <= above:
        raise CommandError(f"{name}: {number:g} must be greater than {above:g}")
    if high is not None and number > high:
        raise CommandError(f"{name}: {number:g} must be at most {high:g}")
    return number


def check_count(name: str, value: object) -> None:
    """Refuse what is not a whole number of at least 1.

    Raises:
        CommandError: it is not one.
    """
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise CommandError(f"{name}: {quoted(value)} must be a whole number of at least 1")
