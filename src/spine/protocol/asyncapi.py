"""The protocol described for programs: JSON Schemas of all actions and signals, and an AsyncAPI 3 document made of them."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from spine import __version__
from spine.network.generate import PRESETS, GenerationParameters
from spine.protocol.actions import ACTIONS, BrokerData, MapCreate, MapPreview, TruckData
from spine.protocol.building_data import BUILDING_DATA
from spine.protocol.envelope import LONGEST_REQUEST_ID
from spine.protocol.signals import ASKER_ALONE, SIGNALS

Json = dict[str, Any]

_ABOUT = """One JSON object per text frame. Clients send actions, the server sends signals. A new client gets a snapshot first
(`map.created`, `agent.listed`, the run state, where everything is) and then every signal. An answer carries the `request_id` of its action;
a failed action yields exactly one `error`. Answers are broadcast, except errors, exports and answers to questions, which go to the
asker alone. Binary frames are only sent to clients that subscribed to positions."""


def asyncapi_document(server_url: str = "localhost:8000") -> Json:
    """Return the AsyncAPI 3 document of the WebSocket.

    Args:
        server_url: host and port the server is reached at.
    """
    schemas = _schemas()
    messages: Json = {}
    for name, model in ACTIONS.items():
        messages[f"action.{name}"] = _message(name, model, schemas["actions"][name], _action_payload)
    for name, signal_model in SIGNALS.items():
        messages[f"signal.{name}"] = _message(name, signal_model, schemas["signals"][name], _signal_payload)
    messages["positions"] = {
        "name": "positions",
        "title": "Positions of trucks",
        "contentType": "application/octet-stream",
        "summary": "Binary frame of columns, version 1; see docs/protocol.md.",
    }
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "SPINE", "version": __version__, "description": _ABOUT},
        "defaultContentType": "application/json",
        "servers": {"here": {"host": server_url, "protocol": "ws", "pathname": "/ws"}},
        "channels": {
            "world": {
                "address": "/ws",
                "description": "The live world.",
                "messages": {_key(name): {"$ref": f"#/components/messages/{_key(name)}"} for name in messages},
            }
        },
        "operations": _operations(),
        "components": {
            "messages": {_key(name): message for name, message in messages.items()},
            "schemas": schemas["definitions"],
        },
    }


def _operations() -> Json:
    operations: Json = {}
    for name, model in ACTIONS.items():
        replies = [model.answer, "error"]
        operations[_key(f"send.{name}")] = {
            "action": "receive",
            "channel": {"$ref": "#/channels/world"},
            "summary": _summary(model),
            "messages": [_in_channel(f"action.{name}")],
            "reply": {
                "channel": {"$ref": "#/channels/world"},
                "messages": [_in_channel(f"signal.{reply}") for reply in replies],
            },
        }
    operations["hear"] = {
        "action": "send",
        "channel": {"$ref": "#/channels/world"},
        "summary": "Everything that happens.",
        "messages": [*(_in_channel(f"signal.{name}") for name in SIGNALS), _in_channel("positions")],
    }
    return operations


def _in_channel(name: str) -> Json:
    return {"$ref": f"#/channels/world/messages/{_key(name)}"}


def _key(name: str) -> str:
    return name.replace(".", "_")


def _summary(model: type[BaseModel]) -> str:
    return (model.__doc__ or "").strip().splitlines()[0]


def _message(name: str, model: type[BaseModel], schema: Json, payload: Any) -> Json:
    message = {"name": name, "title": name, "summary": _summary(model), "payload": payload(name, schema)}
    if name in ASKER_ALONE:
        message["tags"] = [{"name": "asker alone", "description": "As an answer it goes to the asker alone."}]
    return message


def _action_payload(name: str, schema: Json) -> Json:
    return {
        "type": "object",
        "required": ["action"],
        "properties": {
            "action": {"const": name},
            "params": schema,
            "request_id": {
                "type": "string",
                "maxLength": LONGEST_REQUEST_ID,
                "description": "chosen by the client, comes back with the answer",
            },
        },
    }


def _signal_payload(name: str, schema: Json) -> Json:
    return {
        "type": "object",
        "required": ["signal", "data"],
        "properties": {
            "signal": {"const": name},
            "data": schema,
            "request_id": {"type": "string", "description": "only on the direct answer to an action"},
        },
    }


def _schemas() -> Json:
    """Return a schema per action and signal that points into common definitions."""
    models: list[type[BaseModel]] = [*ACTIONS.values(), TruckData, BrokerData, *BUILDING_DATA.values()]
    inputs, definitions = models_json_schema(
        [(model, "validation") for model in models], ref_template="#/components/schemas/{model}"
    )
    outputs, more = models_json_schema(
        [(model, "serialization") for model in dict.fromkeys(SIGNALS.values())],
        ref_template="#/components/schemas/{model}",
    )
    found: Json = {**definitions.get("$defs", {}), **more.get("$defs", {})}
    found["MapCreate"] = _map_parameters_schema(MapCreate, found["MapData"])
    found["MapPreview"] = _map_parameters_schema(MapPreview, found["MapData"])
    found["AgentCreate"]["properties"]["agent_data"] = {
        "description": "what the agent is to be; a building agent has no keys",
        "anyOf": [{"$ref": "#/components/schemas/TruckData"}, {"$ref": "#/components/schemas/BrokerData"}],
    }
    # Which of them a building needs, and may change, depends on its type.
    details: Json = {}
    for model in BUILDING_DATA.values():
        details |= found.pop(model.__name__)["properties"]
    found["BuildingCreate"]["properties"] |= details
    found["BuildingUpdate"]["properties"]["building_data"] |= {"additionalProperties": False, "properties": details}
    _correct(found)
    by_input = {model: inputs[(model, "validation")] for model in models}
    by_output = {model: outputs[(model, "serialization")] for model in SIGNALS.values()}
    return {
        "actions": {name: by_input[model] for name, model in ACTIONS.items()},
        "signals": {name: by_output[model] for name, model in SIGNALS.items()},
        "definitions": found,
    }


_BOUNDS = {"ge": "minimum", "gt": "exclusiveMinimum", "le": "maximum", "lt": "exclusiveMaximum"}


def _correct(schema: object) -> None:
    """Put right what pydantic writes that is no JSON Schema of AsyncAPI.

    Bounds of numbers that have a validator before them stand under its own names. Discriminators are those of OpenAPI, which AsyncAPI
    reads differently; the constants of `kind` and `type` say as much.
    """
    if isinstance(schema, dict):
        if isinstance(schema.get("discriminator"), dict):
            del schema["discriminator"]
        for name, right in _BOUNDS.items():
            if isinstance(schema.get(name), (int, float)):
                schema[right] = schema.pop(name)
        for part in schema.values():
            _correct(part)
    elif isinstance(schema, list):
        for part in schema:
            _correct(part)


def _map_parameters_schema(model: type[BaseModel], map_data: Json) -> Json:
    """Return the schema of an action that takes a map's parameters: the 26 `map.created` echoes, foreign keys ignored."""
    names = list(GenerationParameters.__dataclass_fields__)
    return {
        "title": model.__name__,
        "description": _summary(model),
        "type": "object",
        "required": names,
        "properties": {name: map_data["properties"][name] for name in names},
        "examples": [dict(PRESETS["reference"])],
    }
