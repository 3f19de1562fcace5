"""YAML that knows its lines: values beside the line each field stands on, so that complaints can say where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import yaml

from spine.errors import ScenarioError

MOST_BYTES = 4 * 2**20
_MOST_DEPTH = 40

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class LinedYaml:
    """A parsed document: its value and the 1-based line of every field by path."""

    value: Any
    lines: dict[Path, int]

    def line_of(self, path: Path) -> int:
        """Return the line of a field, or of the nearest thing around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def parse_yaml(data: bytes, source: str) -> LinedYaml:
    """Parse one YAML document; aliases, duplicate keys and other than plain data are refused.

    Raises:
        ScenarioError: it is not such a document; the message names source and line.
    """
    if len(data) > MOST_BYTES:
        raise ScenarioError(f"{source}: {len(data)} bytes are more than the allowed {MOST_BYTES}")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ScenarioError(f"{source}: not UTF-8 text (byte {error.start})") from None
    try:
        for token in yaml.scan(text, Loader=yaml.SafeLoader):
            if isinstance(token, yaml.AliasToken):
                line = token.start_mark.line + 1
                raise ScenarioError(f"{source}:{line}: aliases (*name) are not allowed")
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark is not None else 1
        raise ScenarioError(f"{source}:{line}: not YAML: {error.problem}") from None
    except (yaml.YAMLError, RecursionError) as error:
        raise ScenarioError(
            f"{source}: not YAML: {str(error).splitlines()[0] if str(error) else 'nested too deeply'}"
        ) from None
    lines: dict[Path, int] = {}
    value = _build(root, (), lines, source) if root is not None else {}
    return LinedYaml(value, lines)


def _build(node: yaml.Node, path: Path, lines: dict[Path, int], source: str) -> Any:
    lines.setdefault(path, node.start_mark.line + 1)
    if len(path) > _MOST_DEPTH:
        raise ScenarioError(f"{source}:{node.start_mark.line + 1}: nested too deeply")
    if isinstance(node, yaml.MappingNode):
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                raise ScenarioError(f"{source}:{line}: keys must be plain text")
            key = key_node.value
            if key in result:
                raise ScenarioError(f"{source}:{line}: key {key!r} stands twice")
            lines[(*path, key)] = line
            result[key] = _build(value_node, (*path, key), lines, source)
        return result
    if isinstance(node, yaml.SequenceNode):
        return [_build(item, (*path, index), lines, source) for index, item in enumerate(node.value)]
    try:
        return yaml.SafeLoader("").construct_object(node)
    except (yaml.YAMLError, ValueError) as error:
        raise ScenarioError(f"{source}:{node.start_mark.line + 1}: {error}") from None
