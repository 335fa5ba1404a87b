"""What lies in a zip or tar, as a listing: so that it can be recognised and shown before gigabytes are unpacked."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pyroblur_gui.datasets.formats.listing import QUICK_ENTRIES, Listing, inside
from pyroblur_gui.datasets.packed import Archive, Entry, opened, reading

_LONGEST_LOOK_S = 5.0  # a tar has no list of what is in it: it is read from its start, for so long
_TEXT = (".txt", ".yaml", ".yml", ".json", ".xml", ".names", ".labels")
_KEPT_BYTES = 64 * 2**20  # of a tar's text files, since it cannot be gone back in
_LARGEST_KEPT_BYTES = 24 * 2**20


@contextmanager
def listing_of(archive: Path, check_cancelled: Callable[[], None] = lambda: None) -> Iterator[Listing]:
    """Within the `with`, files in it can be read. Raises ArchiveError and the like, as archive.extract does."""
    with opened(archive) as source, reading(archive):
        walk = _Walk(source, check_cancelled)
        yield Listing(archive, walk.folders(), walk.is_whole, walk.read, is_on_disk=False)


class _Walk:
    def __init__(self, source: Archive, check_cancelled: Callable[[], None]) -> None:
        self.is_whole = True
        self._source = source
        self._check_cancelled = check_cancelled
        self._kept: dict[str, bytes] = {}
        self._entries: dict[str, Entry] = {}
        self._can_go_back = source.size_bytes(None) is not None
        self._room = _KEPT_BYTES

    def folders(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {"": []}
        start = time.monotonic()
        for number, entry in enumerate(self._source.entries()):
            self._check_cancelled()
            if number >= QUICK_ENTRIES or time.monotonic() - start > _LONGEST_LOOK_S:
                self.is_whole = False
                break
            path = inside("", entry.name) if entry.is_file else None
            if path and not any(part.startswith((".", "__MACOSX")) for part in path.split("/")):
                folder, _, name = path.rpartition("/")
                found.setdefault(folder, []).append(name)
                self._keep(path, entry)
        return {folder: tuple(sorted(names)) for folder, names in found.items()}

    def read(self, path: str, most: int) -> bytes:
        """Nothing where a text was too large to be kept, or is protected: unpacking will tell."""
        if path in self._kept:
            return self._kept[path][:most]
        if path not in self._entries:
            return b""
        with self._entries[path].opens() as file:
            return file.read(most)

    def _keep(self, path: str, entry: Entry) -> None:
        if entry.is_protected or not path.lower().endswith(_TEXT):
            return
        if self._can_go_back:
            self._entries[path] = entry
        elif entry.size_bytes <= min(self._room, _LARGEST_KEPT_BYTES):
            self._room -= entry.size_bytes
            with entry.opens() as file:
                self._kept[path] = file.read(entry.size_bytes)
