"""What policies remember: kept in checkpoints, carried over to another map, forgotten with a truck."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from spine.errors import CheckpointError
from spine.world.policies.base import Policies


def policy_states(policies: Policies) -> dict[str, Any]:
    """Return what each policy that remembers something remembers, by slot."""
    found = {}
    for slot in fields(policies):
        policy = _unwrapped(policies, slot.name)
        if hasattr(policy, "dump"):
            found[slot.name] = policy.dump()
    return found


def restore_policy_states(policies: Policies, states: dict[str, Any]) -> None:
    """Give policies back what they remembered.

    Raises:
        CheckpointError: a policy that remembered something is now one that cannot.
    """
    for slot, state in states.items():
        policy = _unwrapped(policies, slot)
        if not hasattr(policy, "load"):
            raise CheckpointError(
                f"checkpoint: the policy of {slot} remembered something, this version of it cannot load that"
            )
        policy.load(state)


def forget_truck(policies: Policies, truck_id: str) -> None:
    """Tell policies that remember things of trucks that one has left the world."""
    for slot in fields(policies):
        policy = _unwrapped(policies, slot.name)
        if hasattr(policy, "forget_truck"):
            policy.forget_truck(truck_id)


def _unwrapped(policies: Policies, slot: str) -> Any:
    policy = getattr(policies, slot)
    return getattr(policy, "policy", policy)
