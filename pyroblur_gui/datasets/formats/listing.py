"""What lies in a folder: read once, looked at by every format. Only names are read; nothing is opened, moved or run.

Paths in a listing are text below its root with "/" between folders ("images/train/a.jpg"), which is also what samples
are named by: the same on every system and wherever the folder lies.
"""

import itertools
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Self

from pyroblur_gui.core.errors import DatasetError
from pyroblur_gui.core.plain_yaml import decoded

PICTURE_SUFFIXES = frozenset(
    (".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".bmp", ".webp", ".tif", ".tiff", ".heic", ".heif", ".avif")
)
DEEPEST = 8
QUICK_ENTRIES = 400_000  # of all folders, in a quick look; reading 200,000 names takes about 0.3 s
QUICK_ENTRIES_A_FOLDER = 200_000
HEAD_BYTES = 64 * 1024


@dataclass(frozen=True)
class Listing:
    """folders: names of the files of each folder, in alphabetical order. is_whole: False when a quick look ended early.

    read(path, most): the first bytes of a file, by its path below the root. is_on_disk: False for an archive.
    """

    root: Path
    folders: Mapping[str, tuple[str, ...]]
    is_whole: bool
    read: Callable[[str, int], bytes] = field(repr=False)
    is_on_disk: bool = True

    @classmethod
    def of(cls, root: Path, *, quick: bool, check_cancelled: Callable[[], None] = lambda: None) -> Self:
        """quick: stops at so many entries. Raises DatasetError when the folder cannot be read."""
        walk = _Walk(QUICK_ENTRIES if quick else None, check_cancelled)
        try:
            folders = walk.read(root)
        except OSError as exc:
            message = f"The folder {root} cannot be read: {exc.strerror or exc}."
            raise DatasetError(message, hint="Check that it is there and that you may read it.", path=root) from exc
        return cls(root, folders, walk.is_whole, lambda path, most: read_head(root / path, most))

    def path(self, path: str) -> Path:
        return self.root / path

    def has(self, path: str) -> bool:
        """Whether there is such a file, without asking the disk."""
        folder, _, name = path.rpartition("/")
        return name in self._names.get(folder, frozenset())

    def files(self, *endings: str) -> Iterator[str]:
        """Paths of the files whose names end so (in lower case, with a dot in it), those of upper folders first."""
        kinds = sorted({ending[ending.rindex(".") :] for ending in endings})
        found: Iterable[str] = itertools.chain.from_iterable(self._by_kind.get(kind, ()) for kind in kinds)
        if len(kinds) > 1:
            found = sorted(found, key=_shallow_first)
        return (path for path in found if path.lower().endswith(endings))

    def pictures(self, folder: str) -> list[str]:
        """Paths of the pictures right in a folder."""
        return [joined(folder, name) for name in self.folders.get(folder, ()) if is_picture_name(name)]

    def pictures_below(self, folder: str) -> Iterator[str]:
        """Paths of all pictures in a folder and in those below it."""
        for each in self.below(folder):
            yield from self.pictures(each)

    def below(self, folder: str) -> list[str]:
        """The folder, if there is one of that name, and those below it."""
        start = f"{folder}/" if folder else ""
        return [each for each in self.shallow_first if each == folder or each.startswith(start)]

    def count(self, folder: str = "") -> int | None:
        """How many pictures lie in it; None when not everything was looked at."""
        return sum(1 for _ in self.pictures_below(folder)) if self.is_whole else None

    def text(self, path: str, most: int = HEAD_BYTES) -> str:
        return decoded(self.read(path, most))

    def end(self, path: str, most: int) -> bytes:
        """The last bytes of a file; nothing of one in an archive, which would have to be unpacked for that."""
        return read_end(self.path(path), most) if self.is_on_disk else b""

    @cached_property
    def shallow_first(self) -> tuple[str, ...]:
        return tuple(sorted(self.folders, key=lambda folder: (bool(folder), *_shallow_first(folder))))

    @cached_property
    def _names(self) -> Mapping[str, frozenset[str]]:
        return {folder: frozenset(names) for folder, names in self.folders.items()}

    @cached_property
    def _by_kind(self) -> Mapping[str, Sequence[str]]:
        """Paths by the last ending of their names, in lower case."""
        found: dict[str, list[str]] = {}
        for folder in self.shallow_first:
            for name in self.folders[folder]:
                found.setdefault(name[max(name.rfind("."), 0) :].lower(), []).append(joined(folder, name))
        return found

    @cached_property
    def by_name(self) -> Mapping[str, tuple[str, ...]]:
        """Paths of all pictures by their own names, for labels that do not say where a picture lies."""
        found: dict[str, tuple[str, ...]] = {}
        for path in self.pictures_below(""):
            name = path.rpartition("/")[2]
            found[name] = (*found.get(name, ()), path)
        return found


def _shallow_first(path: str) -> tuple[int, str]:
    return path.count("/"), path


class _Walk:
    """Links to folders are followed, since people gather big data by them; a circle ends at the depth that is read."""

    def __init__(self, most: int | None, check_cancelled: Callable[[], None]) -> None:
        self.is_whole = True
        self._most = most
        self._check_cancelled = check_cancelled

    def read(self, root: Path) -> dict[str, tuple[str, ...]]:
        """Breadth first, so that what ends early has seen the upper folders, which say what it is."""
        found: dict[str, tuple[str, ...]] = {}
        seen: set[str] = set()
        waiting = [""]
        while waiting:
            folder = waiting.pop(0)
            self._check_cancelled()
            place = os.path.realpath(root / folder)
            if place in seen:
                continue
            seen.add(place)
            files, below = self._entries(root / folder, is_root=not folder)
            found[folder] = tuple(sorted(files))
            if folder.count("/") < DEEPEST - 1:
                waiting += [joined(folder, name) for name in sorted(below)]
            else:
                self.is_whole = self.is_whole and not below
        return found

    def _entries(self, folder: Path, *, is_root: bool) -> tuple[list[str], list[str]]:
        files: list[str] = []
        below: list[str] = []
        try:
            with os.scandir(folder) as entries:
                for number, entry in enumerate(entries):
                    if self._is_enough(number):
                        break
                    if entry.name.startswith((".", "__MACOSX")):
                        continue
                    if entry.is_dir():
                        below.append(entry.name)
                    elif entry.is_file():  # not a pipe, which would be waited for, and no link that leads nowhere
                        files.append(entry.name)
        except OSError:
            if is_root:
                raise
            self.is_whole = False
        if self._most is not None:
            self._most -= len(files) + len(below)
        return files, below

    def _is_enough(self, number: int) -> bool:
        if self._most is None or number < min(self._most, QUICK_ENTRIES_A_FOLDER):
            return False
        self.is_whole = False
        return True


def read_head(path: Path, most: int) -> bytes:
    """The first bytes of a file. Raises DatasetError."""
    with _opened(path) as file:
        return file.read(most)


def read_end(path: Path, most: int) -> bytes:
    """The last bytes of a file. Raises DatasetError."""
    with _opened(path) as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - most))
        return file.read(most)


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    try:
        with path.open("rb") as file:
            yield file
    except OSError as exc:
        message = f"{path.name} cannot be read: {exc.strerror or exc}."
        raise DatasetError(message, hint="Check that you may read it.", path=path) from exc


def is_picture_name(name: str) -> bool:
    return os.path.splitext(name)[1].lower() in PICTURE_SUFFIXES  # noqa: PTH122 - called for every file


def joined(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


def inside(folder: str, entry: str) -> str | None:
    """The path below the root that `entry`, written in a file of `folder`, means; None when it leads out of the root.

    Slashes of both kinds part folders; drive letters and leading slashes lead out.
    """
    text = entry.replace("\\", "/")
    if text.startswith("/") or ":" in text.partition("/")[0]:
        return None
    parts: list[str] = list(PurePosixPath(folder).parts) if folder else []
    for part in text.split("/"):
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part not in {"", "."}:
            parts.append(part)
    return "/".join(parts)
