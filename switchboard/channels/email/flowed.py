"""`format=flowed` (RFC 3676): lines that were broken only to fit are one paragraph again."""

_SIGNATURE = "-- "


def unflow(text: str, *, delete_space: bool) -> str:
    """Join each line that ends in a space with the next of the same quote depth (`delete_space` is DelSp=yes)."""
    lines: list[str] = []
    open_depth: int | None = None
    paragraph: list[str] = []
    for line in text.split("\n"):
        depth, content = _taken_apart(line)
        if open_depth is not None and open_depth != depth:
            lines.append(_written(open_depth, paragraph))
            open_depth, paragraph = None, []
        flows = content.endswith(" ") and content != _SIGNATURE
        if content == _SIGNATURE and paragraph:
            lines.append(_written(depth, paragraph))
            paragraph = []
        paragraph.append(content[:-1] if flows and delete_space else content)
        open_depth = depth if flows else None
        if not flows:
            lines.append(_written(depth, paragraph))
            paragraph = []
    if open_depth is not None:
        lines.append(_written(open_depth, paragraph))
    return "\n".join(lines)


def _taken_apart(line: str) -> tuple[int, str]:
    content = line.lstrip(">")
    return len(line) - len(content), content.removeprefix(" ")


def _written(depth: int, paragraph: list[str]) -> str:
    content = "".join(paragraph)
    return f"{'>' * depth} {content}" if depth else content
