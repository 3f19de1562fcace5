"""Documentation pages for people, made from the same documents programs get; no script, nothing from other hosts."""

from __future__ import annotations

import re
from html import escape
from typing import Any

Json = dict[str, Any]

_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;margin:0 auto;max-width:60rem;padding:1rem 1.5rem 4rem;color:#1d2733;background:#fff}
h1,h2{line-height:1.2}h2{margin-top:2.5rem;border-bottom:1px solid #d5dbe3}h3{margin:1.6rem 0 .2rem}
code,h3{font-family:ui-monospace,monospace}table{border-collapse:collapse;width:100%;font-size:.9rem}
th,td{text-align:left;vertical-align:top;padding:.25rem .6rem;border-bottom:1px solid #e6eaf0}th{background:#f4f6f9}
details{margin:.4rem 0}summary{cursor:pointer}nav a{margin-right:.8rem}.tag{background:#e8eef7;border-radius:.6rem;padding:0 .5rem}
.tag{font-size:.85rem}
@media (prefers-color-scheme:dark){
body{color:#dfe6ee;background:#12171d}th{background:#1c242d}th,td,h2{border-color:#2b3641}a{color:#7db7ff}
.tag{background:#24405f}}
"""


def websocket_page(document: Json) -> str:
    """Return the AsyncAPI document as a page."""
    messages = document["components"]["messages"]
    schemas = document["components"]["schemas"]
    parts = [
        _paragraphs(document["info"]["description"]),
        '<p class="links"><a href="../asyncapi.json">AsyncAPI document</a> · <a href="../docs">HTTP interface</a></p>',
    ]
    for title, prefix, payload in (("Actions", "action_", "params"), ("Signals", "signal_", "data")):
        chosen = {key: message for key, message in messages.items() if key.startswith(prefix)}
        links = " ".join(f'<a href="#{key}"><code>{escape(item["name"])}</code></a>' for key, item in chosen.items())
        parts.append(f"<h2>{title}</h2><nav>{links}</nav>")
        for key, message in chosen.items():
            tags = "".join(f' <span class="tag">{escape(tag["name"])}</span>' for tag in message.get("tags", []))
            parts.append(f'<h3 id="{key}">{escape(message["name"])}{tags}</h3><p>{_text(message["summary"])}</p>')
            parts.append(_table(message["payload"]["properties"][payload], schemas))
    parts.append("<h2>Objects</h2>")
    for name, schema in schemas.items():
        if schema.get("properties"):
            about = _text(schema.get("description", ""))
            parts.append(f'<h3 id="{escape(name)}">{escape(name)}</h3><p>{about}</p>{_table(schema, schemas)}')
    return _page("SPINE WebSocket", parts)


def http_page(document: Json) -> str:
    """Return the OpenAPI document as a page."""
    parts = [
        _paragraphs(document["info"].get("description", "")),
        '<p><a href="openapi.json">OpenAPI document</a> · <a href="docs/ws">WebSocket</a></p>',
    ]
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            parts.append(f"<h3>{method.upper()} {escape(path)}</h3>")
            parts.append(_paragraphs(operation.get("description", operation.get("summary", ""))))
            rows = "".join(
                f"<tr><td><code>{escape(status)}</code></td><td>{_text(answer.get('description', ''))}</td></tr>"
                for status, answer in sorted(operation["responses"].items())
            )
            body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
            if "schema" in body:
                parts.append(f"<p>Body, JSON:</p>{_table(body['schema'], {})}<p>Answers:</p>")
            parts.append(f"<table><tr><th>status</th><th>meaning</th></tr>{rows}</table>")
    return _page("SPINE HTTP interface", parts)


def _page(title: str, parts: list[str]) -> str:
    body = "\n".join(parts)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style></head>'
        f"<body><h1>{title}</h1>\n{body}\n</body></html>"
    )


def _text(text: str) -> str:
    """Return a text with what stands between backticks as code."""
    return re.sub(r"`([^`]*)`", r"<code>\1</code>", escape(text))


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{_text(part.strip())}</p>" for part in text.split("\n\n") if part.strip())


def _table(schema: Json, schemas: Json) -> str:
    """Return the keys of an object schema as a table; of a union, one line that names its members."""
    name = schema.get("$ref", "").rpartition("/")[2]
    resolved = schemas.get(name, schema)
    properties = resolved.get("properties")
    if not properties:
        union = resolved.get("oneOf") or resolved.get("anyOf")
        return f"<p>One of {', '.join(map(_type, union))}.</p>".replace(" or ", ", ") if union else "<p>No keys.</p>"
    required = set(resolved.get("required", []))
    rows = []
    for key, item in properties.items():
        # What may be null has its description where its type is.
        described: Json = next((part for part in (item, *item.get("anyOf", ())) if "description" in part), {})
        about = _text(described.get("description", ""))
        if "default" in item and item["default"] is not None:
            about += f" default <code>{escape(str(item['default']))}</code>"
        need = "yes" if key in required else "no"
        rows.append(
            f"<tr><td><code>{escape(key)}</code></td><td>{_type(item)}</td><td>{need}</td><td>{about}</td></tr>"
        )
    head = "<tr><th>key</th><th>type</th><th>always there</th><th>meaning</th></tr>"
    return f"<table>{head}{''.join(rows)}</table>"


def _type(schema: Json) -> str:
    """Return a short readable type with its bounds."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#{name}">{name}</a>'
    union = schema.get("anyOf") or schema.get("oneOf")
    if union:
        return " or ".join(_type(item) for item in union)
    if "const" in schema:
        return f"<code>{escape(str(schema['const']))}</code>"
    if "enum" in schema:
        return " ".join(f"<code>{escape(str(value))}</code>" for value in schema["enum"])
    kind = str(schema.get("type", "any"))
    if kind == "array":
        return f"list of {_type(schema.get('items', {}))}"
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"map of {_type(schema['additionalProperties'])}"
    bounds = [
        f"{sign} {schema[name]:g}"
        for name, sign in (
            ("minimum", "≥"),
            ("exclusiveMinimum", "&gt;"),
            ("maximum", "≤"),
            ("exclusiveMaximum", "&lt;"),
        )
        if name in schema and abs(schema[name]) < 1e15
    ]
    return escape(kind) + (f" {', '.join(bounds)}" if bounds else "")
