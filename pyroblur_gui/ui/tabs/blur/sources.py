"""Which files come of what was dropped, and where results go. Runs in a thread: folders may be large or remote."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pyroblur_gui.core.files import fitted_name
from pyroblur_gui.media.facts import MEDIA_SUFFIXES, find_media, is_media_name


@dataclass(frozen=True, slots=True)
class Source:
    """place: where below an output folder the result goes, as a relative folder."""

    path: Path
    size_bytes: int = 0
    place: Path = Path()


@dataclass(frozen=True, slots=True)
class Found:
    """left_out: files named one by one that are neither photo nor clip. results: earlier results met in folders."""

    sources: tuple[Source, ...] = ()
    left_out: tuple[Path, ...] = ()
    results: tuple[Path, ...] = ()
    unreadable: tuple[Path, ...] = ()
    empty: tuple[Path, ...] = ()


def find_sources(inputs: Sequence[Path], pattern: str, *, take_any_file: bool = False) -> Found:
    """Files as given, and the photos and clips of folders without what earlier runs left there under `pattern`.

    take_any_file: also files that by their names are no media; the user chose them one by one.
    """
    sources: dict[str, Source] = {}
    left_out: list[Path] = []
    results: list[Path] = []
    unreadable: list[Path] = []
    empty: list[Path] = []
    for given in inputs:
        if given.is_dir():
            before = len(sources) + len(results) + len(unreadable)
            for path in find_media(given, unreadable=lambda path, _error: unreadable.append(path)):
                if is_result(path, pattern):
                    results.append(path)
                else:
                    place = Path(given.name) / path.parent.relative_to(given)
                    sources.setdefault(identity(path), Source(path, _size(path), place))
            if before == len(sources) + len(results) + len(unreadable):
                empty.append(given)
        elif take_any_file or is_media_name(given.name):
            sources.setdefault(identity(given), Source(given, _size(given)))
        else:
            left_out.append(given)
    return Found(tuple(sources.values()), tuple(left_out), tuple(results), tuple(unreadable), tuple(empty))


def is_result(path: Path, pattern: str) -> bool:
    """Whether the name is one that `pattern` gives to a photo or clip that lies beside it, a number allowed."""
    stem_pattern = pattern.removesuffix(".{ext}")
    before, _, after = stem_pattern.partition("{stem}")
    stem = path.stem
    if stem.endswith(")") and " (" in stem:
        bare, _, number = stem[:-1].rpartition(" (")
        stem = bare if number.isdecimal() else stem
    if not (stem.startswith(before) and stem.endswith(after) and len(stem) > len(before) + len(after)):
        return False
    source = stem[len(before) : len(stem) - len(after)]
    suffixes = {path.suffix, *MEDIA_SUFFIXES, *(suffix.upper() for suffix in MEDIA_SUFFIXES)}
    return any(path.with_name(source + suffix).is_file() for suffix in suffixes)


def plan_targets(
    sources: Iterable[Source], *, folder: Path | None, pattern: str, taken: Iterable[Path], own: Mapping[Path, Path]
) -> list[Path]:
    """Where each result goes: never a file that is there already, a source, or another's target.

    folder: None for beside the source. taken: targets of other files. own: source -> its own earlier result, which
    may be replaced.
    """
    sources = tuple(sources)
    used = {identity(path) for path in taken} | {identity(source.path) for source in sources}
    targets: list[Path] = []
    for source in sources:
        place = source.path.parent if folder is None else folder / source.place
        mine = own.get(source.path)
        target = next(
            candidate
            for candidate in _names(source.path, place, pattern)
            if identity(candidate) not in used and (candidate == mine or not os.path.lexists(candidate))
        )
        used.add(identity(target))
        targets.append(target)
    return targets


def identity(path: Path) -> str:
    """The same for two spellings of one place, also where upper and lower case do not differ."""
    return os.path.abspath(path).casefold()  # noqa: PTH100 - resolves no links: two links are two files


def _names(source: Path, folder: Path, pattern: str) -> Iterable[Path]:
    before, _, after = pattern.removesuffix(".{ext}").partition("{stem}")
    after = after.replace("{stem}", source.stem)
    number = 1
    while True:
        count = "" if number == 1 else f" ({number})"
        yield folder / fitted_name(before + source.stem, f"{after}{count}{source.suffix}")
        number += 1


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # the job will say what is wrong with it
        return 0
