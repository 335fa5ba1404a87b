"""Libraries that the packaged program carries compressed: large, and needed by few. Unpacked once, into the cache.

packaging/compress.py makes what is read here. A checkout and an ordinary installation carry none, and import as ever.
"""

import lzma
import shutil
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from importlib.abc import MetaPathFinder
from importlib.machinery import ExtensionFileLoader, ModuleSpec
from importlib.util import spec_from_file_location
from pathlib import Path
from types import ModuleType

from pydantic import BaseModel, ConfigDict, ValidationError

from pyroblur_gui.core.errors import EngineError, OutputError, UnreadableMediaError
from pyroblur_gui.core.files import PartFile, require_free_space, sha256, writing
from pyroblur_gui.core.paths import folders, resource

PACKED = "packed"  # their folder, among the resources
LIBRARIES = "libraries"  # where they are unpacked to, in the cache
ELSEWHERE = (
    "Choose another engine, or move PyroBlur's own files to another disk: name a folder with PYROBLUR_HOME or --home."
)
_one_at_a_time = threading.Lock()


class PackedLibrary(BaseModel):
    """module: the whole name under which Python imports it. library, packed: names of files; size, hash: unpacked."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    module: str
    version: str
    library: str
    packed: str
    size_bytes: int
    sha256: str

    @property
    def place(self) -> Path:
        """Where it is once it is unpacked: another version or another build has another folder."""
        return folders().cache / LIBRARIES / f"{self.module}-{self.version}-{self.sha256[:16]}" / self.library

    def unpacked(self) -> Path:
        """The library, whole; unpacked now where it is not there, or not what it was.

        Raises EngineError where the program's own files are damaged, OutputError, DiskFullError.
        """
        place = self.place
        with _one_at_a_time:  # two processes each write their own, and one replaces the other by the same
            if not self._is_whole(place):
                try:
                    self._unpack(place)
                except OutputError as error:
                    raise type(error)(error.message, hint=ELSEWHERE, path=place) from error
                self._remove_others(place.parent)
        return place

    def _is_whole(self, place: Path) -> bool:
        try:
            return place.stat().st_size == self.size_bytes and sha256(place) == self.sha256
        except (OSError, UnreadableMediaError):
            return False

    def _unpack(self, place: Path) -> None:
        require_free_space(folders().cache, self.size_bytes)
        try:
            data = lzma.decompress(resource(PACKED, self.packed).read_bytes())
        except (OSError, EOFError, lzma.LZMAError) as error:
            raise _damaged(self.packed) from error
        with PartFile(place) as part:
            with writing(place):
                part.path.write_bytes(data)
            if sha256(part.path) != self.sha256:
                raise _damaged(self.packed)
            part.commit()

    def _remove_others(self, mine: Path) -> None:
        """What other versions of the program unpacked. What cannot be removed (on Windows, while it is used) stays."""
        with suppress(OSError):
            for other in mine.parent.glob(f"{self.module}-*"):
                if other != mine:
                    shutil.rmtree(other, ignore_errors=True)


class _Loader(ExtensionFileLoader):
    """Says what an import cannot: a disk from which no program may run holds no library either."""

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        try:
            return super().create_module(spec)
        except ImportError as error:
            title = self.name.partition(".")[0]
            message = f"{title} cannot be loaded from PyroBlur's cache: {error}"
            raise EngineError(message, hint=ELSEWHERE) from error


class _Finder(MetaPathFinder):
    """Finds one module in the cache."""

    def __init__(self, library: PackedLibrary) -> None:
        self.library = library

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        del path, target
        if fullname != self.library.module:
            return None
        place = str(self.library.unpacked())
        return spec_from_file_location(fullname, place, loader=_Loader(fullname, place))


def make_importable(module: str) -> None:
    """Lets `module` be imported where the program carries it compressed; does nothing where it does not.

    It is unpacked when it is imported. The import raises EngineError, OutputError or DiskFullError where that fails.
    """
    try:
        path = resource(PACKED, f"{module}.json")
    except FileNotFoundError:
        return
    if any(isinstance(each, _Finder) and each.library.module == module for each in sys.meta_path):
        return
    try:
        library = PackedLibrary.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise _damaged(path.name) from error
    sys.meta_path.insert(0, _Finder(library))


def _damaged(name: str) -> EngineError:
    message = f"{name}, which came with PyroBlur, is damaged."
    return EngineError(message, hint="Install PyroBlur again, or choose another engine.")
