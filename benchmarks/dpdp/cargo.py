"""What is aboard: a vehicle is a stack of pieces, with a capacity. Pieces come and go at the arrival, unloading before loading."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.dpdp.instance import Piece, Vehicle
from benchmarks.dpdp.violations import Violation, at_visit
from benchmarks.dpdp.visit_log import Visit


def replay_cargo(vehicle: Vehicle, visits: Sequence[Visit]) -> tuple[list[Violation], list[bool]]:
    """Load and unload a vehicle as its visits say.

    Returns:
        What is wrong, and for each visit whether anything is aboard after it.
    """
    stack: list[Piece] = []
    violations: list[Violation] = []
    loaded = []
    for visit in visits:
        violations += [at_visit(visit, wrong) for piece in visit.delivered if (wrong := _unload(stack, piece))]
        for piece in visit.picked:
            stack.append(piece)
            load = sum(aboard.size for aboard in stack)
            if load > vehicle.capacity:
                violations.append(
                    at_visit(
                        visit,
                        f"loads {piece.id} and holds {load:g} pallets, more than its capacity of {vehicle.capacity:g}",
                    )
                )
        loaded.append(bool(stack))
    if stack:
        last = visits[-1]
        violations.append(
            Violation(f"ends its day with {names(stack)} still aboard", vehicle.id, last.number, last.leave_s)
        )
    return violations, loaded


def names(pieces: Sequence[Piece]) -> str:
    """Return some pieces as they are named in a message: of many only the first."""
    listed = ", ".join(piece.id for piece in pieces[:5])
    return listed if len(pieces) <= 5 else f"{listed} and {len(pieces) - 5} more"


def _unload(stack: list[Piece], piece: Piece) -> str | None:
    """Take a piece from the stack, wherever in it it lies; return what is wrong with that."""
    if piece not in stack:
        return f"unloads {piece.id}, which is not aboard"
    depth = stack[::-1].index(piece)
    del stack[-1 - depth]
    if depth:
        return f"unloads {piece.id}, which is not on top of the stack: first comes {names(stack[: -1 - depth : -1])}"
    return None
