"""YAML that knows its lines: values beside the line each field stands on, so that complaints can say where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import yaml

from spine.errors import ScenarioError, quoted
from spine.network.text_encoding import without_mark

MOST_BYTES = 2**20
_MOST_DEPTH = 40

_TAG = "tag:yaml.org,2002:"
_PLAIN_SCALARS = frozenset(f"{_TAG}{name}" for name in ("null", "bool", "int", "float", "str"))
_NUMBERS = frozenset({f"{_TAG}int", f"{_TAG}float"})
_TIMESTAMP = f"{_TAG}timestamp"

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


class _Loader(yaml.SafeLoader):
    """Refuses aliases while composing: a few lines of them can stand for gigabytes."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            event = self.get_event()  # type: ignore[no-untyped-call]
            raise yaml.MarkedYAMLError(problem="aliases (*name) are not allowed", problem_mark=event.start_mark)
        return super().compose_node(parent, index)


def parse_yaml(data: bytes, source: str) -> LinedYaml:
    """Parse one YAML document of plain data; aliases, duplicate keys and tags are refused, dates are texts.

    Raises:
        ScenarioError: it is not such a document; the message names source and line.
    """
    if len(data) > MOST_BYTES:
        raise ScenarioError(f"{source}: more than the allowed {MOST_BYTES} bytes")
    try:
        text = without_mark(data).decode("utf-8")
    except UnicodeDecodeError as error:
        raise ScenarioError(f"{source}: not UTF-8 text (byte {error.start})") from None
    except ValueError as error:
        raise ScenarioError(f"{source}: {error}") from None
    try:
        root = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark is not None else 1
        raise ScenarioError(f"{source}:{line}: {error.problem}") from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise ScenarioError(
            f"{source}:{line}: the character U+{ord(text[error.position]):04X} is not allowed"
        ) from None
    except RecursionError:
        raise ScenarioError(f"{source}: nested too deeply") from None
    lines: dict[Path, int] = {}
    value = _build(root, (), lines, source) if root is not None else {}
    return LinedYaml(value, lines)


def _build(node: yaml.Node, path: Path, lines: dict[Path, int], source: str) -> Any:
    here = f"{source}:{node.start_mark.line + 1}"
    lines.setdefault(path, node.start_mark.line + 1)
    if len(path) > _MOST_DEPTH:
        raise ScenarioError(f"{here}: nested too deeply")
    if isinstance(node, yaml.MappingNode) and node.tag == f"{_TAG}map":
        return _build_mapping(node, path, lines, source)
    if isinstance(node, yaml.SequenceNode) and node.tag == f"{_TAG}seq":
        return [_build(item, (*path, index), lines, source) for index, item in enumerate(node.value)]
    if isinstance(node, yaml.ScalarNode) and node.tag in _PLAIN_SCALARS:
        if node.tag in _NUMBERS and ":" in node.value:
            # To YAML 17:00 is a number to the base of 60.
            raise ScenarioError(
                f"{here}: {quoted(node.value)} must stand in quotation marks; without them YAML makes a number of it"
            )
        try:
            return yaml.SafeLoader("").construct_object(node)
        except (ValueError, KeyError, OverflowError):
            raise ScenarioError(f"{here}: {quoted(node.value)} is no {node.tag.removeprefix(_TAG)}") from None
    if isinstance(node, yaml.ScalarNode) and node.tag == _TIMESTAMP:
        return node.value
    raise ScenarioError(f"{here}: the tag {quoted(node.tag.replace(_TAG, '!!'))} is not allowed; plain data only")


def _build_mapping(node: yaml.MappingNode, path: Path, lines: dict[Path, int], source: str) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            raise ScenarioError(f"{source}:{line}: keys must be plain text")
        key = key_node.value
        if key in result:
            raise ScenarioError(f"{source}:{line}: key {quoted(key)} stands twice")
        lines[(*path, key)] = line
        result[key] = _build(value_node, (*path, key), lines, source)
    return result
