"""Which files a command works on, and where each result goes.

Rules, which the help of `blur` repeats in short: an input is a file or a folder, searched recursively. A result is
named STEM_blurred.EXT and lies beside its source, or below the folder that -o names: there, the content of the one
folder given lies as it was; where several inputs are given, each folder keeps its own name. Names that would be the
same get a number, and no result ever takes the name of a source. -o names the file itself when the only input is a
file and -o has a suffix.
"""

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from pyroblur_gui.core.errors import MissingFileError, PyroblurError, UnreadableMediaError
from pyroblur_gui.core.files import fitted_name
from pyroblur_gui.media.facts import MEDIA_SUFFIXES, find_media

MARK = "_blurred"
FILES = frozenset({".onnx", ".pt", ".yaml", ".yml"})


@dataclass(frozen=True, slots=True)
class Source:
    """A file to work on. `place`: where below an output folder its result goes, as a relative folder."""

    path: Path
    place: Path = Path()


@dataclass(frozen=True, slots=True)
class Found:
    """What the inputs come to. `passed_over`: results of earlier runs that a search met."""

    sources: tuple[Source, ...]
    passed_over: tuple[Path, ...] = ()
    failures: tuple[PyroblurError, ...] = ()


@dataclass(slots=True)
class _Search:
    sources: list[Source] = field(default_factory=list)
    passed_over: list[Path] = field(default_factory=list)
    failures: list[PyroblurError] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    def add(self, source: Source) -> None:
        """Takes a file once, however often and by which input it is named."""
        identity = os.path.abspath(source.path)  # noqa: PTH100 - resolves no links: two links are two files
        if identity not in self.seen:
            self.seen.add(identity)
            self.sources.append(source)


def find_sources(inputs: Sequence[Path], *, output: Path | None = None, skip_results: bool = True) -> Found:
    """Files as named, and the photos and clips of folders.

    skip_results: folders are searched without what earlier runs left there: files of the output folder, and X_blurred
    beside X. A file that is named itself is always taken; whether it can be read is for the job to say.
    """
    search = _Search()
    for given in inputs:
        if given.is_dir():
            root = Path(given.resolve().name) if len(inputs) > 1 else Path()
            _search_folder(
                given, root, search, partial(_is_result, folder=given, output=output) if skip_results else _never
            )
        else:
            search.add(Source(given))
    return Found(tuple(search.sources), tuple(search.passed_over), tuple(search.failures))


def names_one_file(inputs: Sequence[Path], output: Path | None) -> bool:
    """Whether -o is the name of the result rather than of a folder for it."""
    return (
        output is not None
        and len(inputs) == 1
        and not inputs[0].is_dir()
        and output.suffix != ""
        and not output.is_dir()
    )


def targets_of(sources: Iterable[Source], *, output: Path | None) -> list[Path]:
    """Where each source's result goes; all differ, also where upper and lower case do not, and none is a source."""
    sources = tuple(sources)
    taken = {_identity(source.path) for source in sources}
    targets: list[Path] = []
    for source in sources:
        folder = source.path.parent if output is None else output / source.place
        target, number = folder / _blurred_name(source.path, 1), 1
        while _identity(target) in taken:
            number += 1
            target = folder / _blurred_name(source.path, number)
        taken.add(_identity(target))
        targets.append(target)
    return targets


def _search_folder(folder: Path, root: Path, search: _Search, is_result: Callable[[Path], bool]) -> None:
    def note_unreadable(path: Path, error: OSError) -> None:
        message = f"The folder {path} cannot be read: {error.strerror or error}."
        search.failures.append(UnreadableMediaError(message, hint="Check that you may open it.", path=path))

    failures_before, is_empty = len(search.failures), True
    for path in find_media(folder, unreadable=note_unreadable):
        is_empty = False
        if is_result(path):
            search.passed_over.append(path)
        else:
            search.add(Source(path, root / path.parent.relative_to(folder)))
    if is_empty and len(search.failures) == failures_before:
        message = f"There is no photo or clip in {folder}."
        hint = (
            "Folders are searched for the endings "
            + " ".join(sorted(MEDIA_SUFFIXES))
            + "; name other files one by one."
        )
        search.failures.append(MissingFileError(message, hint=hint, path=folder))


def _is_result(path: Path, folder: Path, output: Path | None) -> bool:
    return _is_named_as_result(path) or (output is not None and _lies_in_output(path, folder, output))


def _never(_path: Path) -> bool:
    return False


def _is_named_as_result(path: Path) -> bool:
    """X_blurred.EXT or X_blurred (2).EXT beside a photo or clip X."""
    stem, mark, rest = path.stem.rpartition(MARK)
    is_numbered = rest.startswith(" (") and rest.endswith(")") and rest[2:-1].isdecimal()
    if not (stem and mark and (not rest or is_numbered)):
        return False
    suffixes = {path.suffix, *MEDIA_SUFFIXES, *(suffix.upper() for suffix in MEDIA_SUFFIXES)}
    return any(path.with_name(stem + suffix).is_file() for suffix in suffixes)


def _lies_in_output(path: Path, folder: Path, output: Path) -> bool:
    """True below an output folder that is itself below the searched one."""
    home = output.resolve()
    return home != folder.resolve() and home in path.resolve().parents


def _blurred_name(source: Path, number: int) -> str:
    return fitted_name(source.stem, f"{MARK}{'' if number == 1 else f' ({number})'}{source.suffix}")


def _identity(path: Path) -> str:
    return os.path.abspath(path).casefold()  # noqa: PTH100 - the target need not exist, and links stay what they are


def absolute(named: str) -> str:
    """A model or data set that is named by its file: found from anywhere, as a worker need not run in this folder."""
    is_path = os.sep in named or Path(named).suffix.lower() in FILES
    return str(Path(named).expanduser().absolute()) if is_path else named
