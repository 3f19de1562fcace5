"""The `policies` section of a scenario: which rules the world follows, their parameters, and further constants of the world."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, Strict, model_validator

from spine.errors import quoted
from spine.world.policies import BUILT_IN, PolicyTable, known_policies, parameter_problem

_Number = Annotated[float, Strict()]
_Whole = Annotated[int, Strict(), Field(ge=1)]
_Positive = Annotated[_Number, Field(gt=0.0)]
_NotNegative = Annotated[_Number, Field(ge=0.0)]

SHORT_FORMS: Final = {
    "candidates": ("dispatch", "candidates"),
    "max_open_stops": ("dispatch", "max_open_stops"),
    "gravity_beta_per_h": ("destinations", "beta_per_h"),
    "price_sigma": ("price", "sigma"),
    "price_reversion_per_day": ("price", "reversion_per_day"),
    "parking_search_s": ("parking", "search_s"),
    "parking_search_kph": ("parking", "search_kph"),
    "roadside_check_share": ("parking", "roadside_check_share"),
    "roadside_fine": ("parking", "roadside_fine"),
}
"""Parameters that may also stand in the section itself, as they did before policies had parameters of their own."""


class PolicyChoice(BaseModel):
    """A policy by name, with its parameters, which the policy's own class declares."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Strict()]
    parameters: dict[str, Any] = Field(default_factory=dict)


def _by_name(value: object) -> object:
    return {"name": value} if isinstance(value, str) else value


_Choice = Annotated[PolicyChoice, BeforeValidator(_by_name)]


class PoliciesPart(BaseModel):
    """Which rules the world follows; fields and defaults are those of `spine.world.WorldConfig`.

    A policy is a name, or a name with parameters: `dispatch: {name: contract_net, parameters: {candidates: 12}}`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    dispatch: _Choice = PolicyChoice(name="contract_net")
    destinations: _Choice = PolicyChoice(name="weights")
    hours: _Choice = PolicyChoice(name="baseline")
    habit: _Choice = PolicyChoice(name="baseline")
    fuel: _Choice = PolicyChoice(name="linear")
    parking: _Choice = PolicyChoice(name="baseline")
    price: _Choice = PolicyChoice(name="mean_reverting")
    orders_expire: Annotated[bool, Strict()] = True
    combined_visits: Annotated[bool, Strict()] = False
    refuse_oversize: Annotated[bool, Strict()] = True
    initial_fuel_price: _Positive = 5.0
    promise_margin_share: Annotated[_Number, Field(ge=0.0, le=1.0)] = 0.1
    offer_interval_s: Annotated[_Number, Field(ge=1.0)] = 60.0
    offers_per_interval: _Whole = 24
    fuel_reserve_share: Annotated[_Number, Field(ge=0.0, lt=1.0)] = 0.08
    rescue_delay_s: _NotNegative = 5400.0
    rescue_fee: _NotNegative = 500.0
    rescue_litres: _Positive = 100.0
    sample_interval_s: Annotated[_Number, Field(ge=1.0)] = 900.0

    @model_validator(mode="before")
    @classmethod
    def _without_short_forms(cls, value: object) -> object:
        """Move short forms to the policy they belong to."""
        if not isinstance(value, dict):
            return value
        section = {key: part for key, part in value.items() if key not in SHORT_FORMS}
        for short, (slot, parameter) in SHORT_FORMS.items():
            if short in value:
                chosen = _by_name(section.get(slot, cls.model_fields[slot].default.name))
                if isinstance(chosen, dict) and isinstance(chosen.get("parameters", {}), dict):
                    section[slot] = {**chosen, "parameters": {parameter: value[short], **chosen.get("parameters", {})}}
        return section

    def settings(self) -> dict[str, Any]:
        """Return the section as arguments of a `WorldConfig`."""
        chosen = {slot: getattr(self, slot) for slot in BUILT_IN}
        numbers = {name: getattr(self, name) for name in type(self).model_fields if name not in chosen}
        return {
            **{slot: choice.name for slot, choice in chosen.items()},
            **numbers,
            "parameters": {slot: choice.parameters for slot, choice in chosen.items() if choice.parameters},
        }


def policy_problems(
    section: object, extra: PolicyTable, hint: Callable[[str, list[str]], str]
) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield what is wrong with the policies a section names: where in it, and what would be right.

    Args:
        section: as it stands in the file.
        extra: policies of other packages.
        hint: returns `; did you mean ...` for a name and the known ones, "" for none.
    """
    if not isinstance(section, dict):
        return
    for slot in BUILT_IN:
        choice = _by_name(section.get(slot, PoliciesPart.model_fields[slot].default.name))
        name = choice.get("name") if isinstance(choice, dict) else None
        if not isinstance(choice, dict) or not isinstance(name, str):
            continue
        known = known_policies(slot, extra)
        if name not in known:
            at: tuple[str, ...] = (slot,) if isinstance(section.get(slot), str) else (slot, "name")
            names = sorted(known)
            listed = hint(name, names) or f"; known are {', '.join(names)}"
            yield at, f"there is no policy {quoted(name)}{listed}"
            continue
        yield from _given_twice(section, slot, choice)
        for place, parameter, value in _parameters(section, slot, choice):
            problem = parameter_problem(name, known[name], {parameter: value})
            if problem is not None:
                yield place, problem


def _given_twice(
    section: Mapping[str, Any], slot: str, choice: Mapping[str, Any]
) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield the short forms whose parameter is given to the policy as well."""
    given = choice.get("parameters", {})
    for short, (of, parameter) in SHORT_FORMS.items():
        if of == slot and short in section and isinstance(given, dict) and parameter in given:
            yield (short,), f"given twice: {slot}.parameters.{parameter} is the same; keep one of them"


def _parameters(
    section: Mapping[str, Any], slot: str, choice: Mapping[str, Any]
) -> Iterator[tuple[tuple[str, ...], str, Any]]:
    """Yield where each parameter of a policy stands, its name and its value."""
    for short, (of, parameter) in SHORT_FORMS.items():
        if of == slot and short in section:
            yield (short,), parameter, section[short]
    given = choice.get("parameters", {})
    if isinstance(given, dict):
        for parameter, value in given.items():
            yield (slot, "parameters", str(parameter)), str(parameter), value
