"""YAML with the lines that its fields stand on. The functions don't carry PyYAML: only for people's files."""

from collections.abc import Iterator

import yaml

from switchboard.policy.values import Where


class _Loader(yaml.SafeLoader):
    """Leaves dates as text: pydantic says of a wrong one where it is."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, form) for tag, form in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


class Lines:
    """A YAML text as plain values, and where each of them is.

    Raises `yaml.YAMLError`, also for a key given twice, and `ValueError` for a value that isn't of the type it names.
    """

    def __init__(self, text: str) -> None:
        loader = _Loader(text)
        try:
            self._root = loader.get_single_node()
            for node in _nodes(self._root):
                _refuse_repeated(node)
            self.document: object = loader.construct_document(self._root) if self._root else None
        finally:
            loader.dispose()

    def line(self, where: Where) -> int:
        """The line of a field, or of the nearest thing that it belongs to; the first is 1."""
        node, line = self._root, 1
        for key in where:
            found = _step(node, key)
            if found is None:
                break
            line, node = found
        return line


def _step(node: yaml.Node | None, key: str | int) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        found = ((name.start_mark.line + 1, value) for name, value in node.value if name.value == str(key))
        return next(found, None)
    if isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
        return node.value[key].start_mark.line + 1, node.value[key]
    return None


def _nodes(root: yaml.Node | None) -> Iterator[yaml.Node]:
    """All of them once, whatever refers to itself."""
    left, seen = [root], set[int]()
    while left:
        node = left.pop()
        if node is None or id(node) in seen:
            continue
        seen.add(id(node))
        yield node
        if isinstance(node, yaml.MappingNode):
            left.extend(value for _, value in node.value)
        elif isinstance(node, yaml.SequenceNode):
            left.extend(node.value)


def _refuse_repeated(node: yaml.Node) -> None:
    """YAML itself forbids it, but PyYAML lets the last one win without a word."""
    if not isinstance(node, yaml.MappingNode):
        return
    seen: dict[object, int] = {}
    for key, _ in node.value:
        line = key.start_mark.line + 1
        if key.value in seen:
            problem = f"{key.value!r} is given a second time, after line {seen[key.value]}: join the two"
            raise yaml.constructor.ConstructorError(None, None, problem, key.start_mark)
        seen[str(key.value)] = line
