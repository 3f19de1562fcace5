"""Reading what clients send and writing what they get."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine.protocol.envelope import (
    TransportError,
    encode_action_error,
    encode_signal,
    encode_transport_error,
    parse_action,
)

_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | _TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXTS, inner, max_size=4),
    max_leaves=20,
)
_PARAMS = st.dictionaries(_TEXTS, _VALUES, max_size=5)


@given(_PARAMS, st.none() | _TEXTS, st.booleans())
def test_whatever_is_well_formed_is_read(params: dict[str, object], request_id: str | None, ascii_only: bool) -> None:
    """Parameters and request id come through unchanged, whatever they hold."""
    message: dict[str, object] = {"action": "some.thing", "params": params, "extra": [1]}
    if request_id is not None:
        message["request_id"] = request_id
    action = parse_action(json.dumps(message, ensure_ascii=ascii_only))
    assert (action.name, action.params, action.request_id) == ("some.thing", params, request_id)


@given(st.text() | st.binary())
def test_whatever_comes_is_an_action_or_a_transport_error(text: str | bytes) -> None:
    """No input makes anything else happen."""
    with contextlib.suppress(TransportError):
        parse_action(text)


@given(_VALUES)
def test_every_json_value_is_an_action_or_a_transport_error(value: object) -> None:
    """JSON that is no action is refused, and its request id kept when it is text."""
    given_id = value.get("request_id") if isinstance(value, dict) else None
    try:
        read_id = parse_action(json.dumps(value)).request_id
    except TransportError as error:
        read_id = error.request_id
    assert read_id == (given_id if isinstance(given_id, str) else None)


@pytest.mark.parametrize("depth", [60, 64, 65, 1000, 200_000])
@pytest.mark.parametrize("brackets", ["[]", "{}"])
def test_nesting_is_bounded_wherever_it_stands(depth: int, brackets: str) -> None:
    """Nesting beyond 64 is refused by name, brackets inside text do not count."""
    opening = "[" if brackets == "[]" else '{"a":'
    middle = "1" if brackets == "{}" else ""
    text = '{"action": "a.b", "params": {"x": ' + opening * (depth - 2) + middle + brackets[1] * (depth - 2) + "}}"
    if depth <= 64:
        assert parse_action(text).name == "a.b"
    else:
        with pytest.raises(TransportError, match="nested too deeply"):
            parse_action(text)
    quoted = json.dumps({"action": "a.b", "params": {"x": opening * depth, "y\\": '"['}})
    assert parse_action(quoted).params["x"] == opening * depth


@given(_PARAMS)
def test_signals_are_json_and_carry_a_request_id_only_when_there_is_one(data: dict[str, object]) -> None:
    """The key `request_id` is never there with null."""
    assert json.loads(encode_signal("a.b", data)) == {"signal": "a.b", "data": data}
    assert json.loads(encode_signal("a.b", data, "r")) == {"signal": "a.b", "data": data, "request_id": "r"}


def test_errors_have_the_shapes_of_the_page() -> None:
    """Action errors carry the tick, transport errors both shapes, all of them one line."""
    assert json.loads(encode_action_error("a\nb", 7, "r")) == {
        "signal": "error",
        "data": {"code": "GENERIC_ERROR", "message": "a b", "tick": 7},
        "request_id": "r",
    }
    assert json.loads(encode_transport_error("no\n good")) == {
        "signal": "error",
        "data": {"code": "GENERIC_ERROR", "message": "no good"},
        "type": "error",
        "message": "no good",
        "status": "error",
    }
