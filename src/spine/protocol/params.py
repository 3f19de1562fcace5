"""What the parameters of actions are made of: checked numbers, texts and names, and refusals that name every bad field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from spine.errors import ProtocolError, quoted, shortened

if TYPE_CHECKING:
    # At run time the server process, which imports this module, must stay free of the world and NumPy.
    from spine.world.truck_fields import TruckField

_UNION_MEMBERS = ("float", "int", "str", "list")
_MOST_PROBLEMS = 20
LONGEST_ID = 256
"""Characters of an id at most that an action gives."""

SLOWEST_HZ = 0.01
"""The lowest rate of a subscription, Hz: events are kept between two ticks that are sent, so there must be a limit."""


def _number(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{quoted(value)} must be a number")  # noqa: TRY004 - pydantic collects ValueErrors
    return value


def _whole(value: object) -> object:
    value = _number(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _plain_name(value: str) -> str:
    if value in (".", "..") or any(character in "/\\" or ord(character) < 32 for character in value):
        raise ValueError("must be a plain file name without folders")
    return value


def as_text(value: object) -> object:
    """Refuse what is no text; for fields that may be absent but not null."""
    if not isinstance(value, str):
        raise ValueError("must be text")  # noqa: TRY004 - pydantic collects ValueErrors
    return value


Number = Annotated[float, BeforeValidator(_number)]
Integer = Annotated[int, BeforeValidator(_whole)]
Identifier = Annotated[str, Field(min_length=1, max_length=LONGEST_ID, strict=True)]
Text = Annotated[str, Field(strict=True)]
FileName = Annotated[str, Field(strict=True, min_length=1, max_length=255), AfterValidator(_plain_name)]


class ActionParams(BaseModel):
    """Base of all action parameters. The class declares the action itself, too.

    Attributes:
        action: its name.
        answer: the signal that answers it.
        question: whether it changes nothing in the world: role `view` may ask it, and no journal needs it.
        slow: whether it may take long, with a large map or world, without a figure that shows how far it has come.
    """

    model_config = ConfigDict(extra="ignore", allow_inf_nan=False, frozen=True)
    action: ClassVar[str]
    answer: ClassVar[str]
    question: ClassVar[bool] = False
    slow: ClassVar[bool] = False


def validated(model: type[ActionParams], params: dict[str, Any], prefix: str = "") -> Any:
    """Return a validated model; `prefix` goes before field names in complaints.

    Raises:
        ProtocolError: names every bad field.
    """
    try:
        return model.model_validate(params)
    except ValidationError as error:
        problems = []
        for item in error.errors(include_url=False, include_input=False):
            # Pydantic names the tried member of a union in the path; only names of fields are shown.
            path = [str(part) for part in item["loc"] if isinstance(part, int) or part.isidentifier()]
            field = prefix + ".".join(shortened(part) for part in path if part not in _UNION_MEMBERS)
            problems.append(f"{field or 'params'}: {str(item['msg']).removeprefix('Value error, ')}")
        unique = list(dict.fromkeys(problems))
        if len(unique) > _MOST_PROBLEMS:
            unique[_MOST_PROBLEMS:] = [f"and {len(unique) - _MOST_PROBLEMS} more"]
        raise ProtocolError("; ".join(unique)) from None


def truck_number(field: TruckField) -> Any:
    """Return the type of a field of a truck: a number within its bounds, or none where the default depends on the rest."""
    low: dict[str, Any] = {"gt": field.low} if field.open_low else {"ge": field.low}
    number: Any = Annotated[Number, Field(**low, le=field.high, description=field.text)]
    return number if field.default is not None else number | None
