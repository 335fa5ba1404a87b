"""YAML that others wrote, as what it is: untrusted text. Plain data within limits, without aliases that grow."""

import yaml

LARGEST_BYTES = 256 * 1024
DEEPEST = 16


def decoded(data: bytes) -> str:
    """Text as other programs write it: UTF-8, with or without a byte order mark, or UTF-16; never an error."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    return data.decode("utf-8-sig", "replace")


def load(data: bytes) -> object:
    """Raises ValueError, which says why: no YAML, too large, too deep, or with aliases."""
    if len(data) > LARGEST_BYTES:
        message = "it is too large"
        raise ValueError(message)
    text = decoded(data)
    try:
        _check_plain(text)
        return yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError) as error:
        message = f"it is no YAML: {str(error).splitlines()[0]}"
        raise ValueError(message) from error


def _check_plain(text: str) -> None:
    """Seen from the events, before anything is built of them."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent):
            message = "it has aliases"
            raise ValueError(message)  # noqa: TRY004 - of what it says, not of its type
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEEPEST:
                message = "it is nested too deeply"
                raise ValueError(message)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
