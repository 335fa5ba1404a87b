"""data.yaml of YOLO data sets, read as what it is when others wrote it: untrusted text.

It may name a program to run (`download:`), aliases that grow without end, and files anywhere on the disk. None of that
is followed: it is loaded as plain data, within limits, and only names and paths are taken from it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from pyroblur_gui.core import plain_yaml
from pyroblur_gui.datasets.sample import Split

MOST_CLASSES = 10_000
_KEYS = {"train": Split.TRAIN, "val": Split.VAL, "valid": Split.VAL, "validation": Split.VAL, "test": Split.TEST}


@dataclass(frozen=True)
class DataYaml:
    """names: None when the file does not name its classes. entries: (split, folder or list file), as they stand there.

    key_points: values of key points after each box. has_download: it asks for a program to be run.
    """

    names: tuple[str, ...] | None
    path: str
    entries: tuple[tuple[Split, str], ...]
    key_points: int = 0
    has_download: bool = False


def parse(data: bytes) -> DataYaml | None:
    """None for what is no description of a data set, or is not to be trusted: too large, too deep, with aliases."""
    try:
        content = plain_yaml.load(data)
    except ValueError:  # also of dates that do not exist
        return None
    if not isinstance(content, dict):
        return None
    entries = tuple((split, entry) for key, split in _KEYS.items() for entry in _texts(content.get(key)))
    names = _names(content.get("names"))
    if names is None and not (entries and "nc" in content):
        return None
    path = content.get("path")
    return DataYaml(
        names,
        path if isinstance(path, str) else "",
        entries,
        _key_points(content.get("kpt_shape")),
        bool(content.get("download")),
    )


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value] if value.strip() else []
    return [each for each in value if isinstance(each, str) and each.strip()] if isinstance(value, list) else []


def _names(value: object) -> tuple[str, ...] | None:
    """A list, or a mapping of numbers; numbers that are left out get their number as their name."""
    if isinstance(value, list) and 0 < len(value) <= MOST_CLASSES:
        return tuple(_name(each, number) for number, each in enumerate(value))
    if isinstance(value, Mapping) and value:
        numbered = {int(key): each for key, each in value.items() if str(key).isdecimal()}
        if numbered and max(numbered) < MOST_CLASSES:
            return tuple(_name(numbered.get(number), number) for number in range(max(numbered) + 1))
    return None


def _name(value: object, number: int) -> str:
    text = str(value).strip() if isinstance(value, str | int | float) else ""
    return text or str(number)


def _key_points(value: object) -> int:
    if isinstance(value, list) and len(value) == 2 and all(isinstance(each, int) and 0 < each < 1000 for each in value):
        return int(value[0] * value[1])
    return 0
