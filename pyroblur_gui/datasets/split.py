"""Divides pictures into train, val and test: seeded, the same share of every class, near-duplicates together.

So are pictures that a source has made of one another, as far as their names say so.
"""

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from pyroblur_gui.datasets.dataset import Picture
from pyroblur_gui.datasets.likeness import groups, joined
from pyroblur_gui.datasets.sample import Split

_Stratum = tuple[tuple[int, ...], tuple[int, ...]]

# Roboflow names the pictures that it makes of one (turned, cut, recoloured, so that their likeness differs) by it.
_MADE_OF = re.compile(r"(.+)\.rf\.[0-9A-Za-z]{16,40}$")


@dataclass(frozen=True, slots=True)
class _Light:
    """What the split needs of a picture: 100,000 of these are kept in memory."""

    id: int
    sha256: bytes
    likeness: bytes | None
    made_of: tuple[int, str] | None  # pictures that were made of one another have this in common
    labels: tuple[int, ...]
    source: int
    split: Split | None


@dataclass(frozen=True, slots=True)
class _Unit:
    """Pictures that go the same way."""

    members: tuple[int, ...]
    rank: bytes
    stratum: _Stratum
    kept: Split | None


def split(
    pictures: Iterable[Picture], *, ratios: tuple[int, int, int], seed: int, keeps: bool = False
) -> dict[int, Split]:
    """The split of each picture by its number; unreadable and removed ones have none.

    ratios: percent of train, val and test; a share of 0 gets nothing. Pictures are dealt out within strata (the classes
    they show and their source), so that each split shows each class as often as its share says. The order of the
    pictures has no influence. Two pictures that are no near-duplicates are enough for train and val to have one each.
    keeps: pictures that are in a split stay there, and the others join their near-duplicates or are dealt out.
    """
    light = [_light(picture) for picture in pictures if not picture.error and not picture.is_removed]
    units = _units(light, seed, keeps=keeps)
    result = {picture.id: picture.split for picture in light if keeps and picture.split is not None}
    free = [unit for unit in units if unit.kept is None]
    dealt = _dealt(free, ratios)
    if not any(unit.kept for unit in units):
        _fill_val(free, dealt, ratios)
    for unit in units:
        target = unit.kept or dealt[unit.rank]
        for member in unit.members:
            result.setdefault(member, target)
    return result


def _light(picture: Picture) -> _Light:
    labels = tuple(sorted({box.label for box in picture.boxes if box.is_truth}))
    digest = bytes.fromhex(picture.sha256)
    found = _MADE_OF.match(PurePosixPath(picture.name).stem)
    made_of = None if found is None else (picture.source, found[1])
    return _Light(picture.id, digest, picture.likeness, made_of, labels, picture.source, picture.split)


def _units(pictures: list[_Light], seed: int, *, keeps: bool) -> list[_Unit]:
    together: dict[int, list[_Light]] = defaultdict(list)
    alike = joined(groups([each.likeness for each in pictures]), [each.made_of for each in pictures])
    for picture, group in zip(pictures, alike, strict=True):
        together[group].append(picture)
    units = [_unit(members, seed, keeps=keeps) for members in together.values()]
    return sorted(units, key=lambda unit: (unit.stratum, -len(unit.members), unit.rank))


def _unit(members: list[_Light], seed: int, *, keeps: bool) -> _Unit:
    labels = tuple(sorted({label for each in members for label in each.labels}))
    sources = tuple(sorted({each.source for each in members}))
    splits = Counter(each.split for each in members if keeps and each.split is not None)
    # Of near-duplicates that the source has in several splits, a new one joins where most are.
    kept = min(splits, key=lambda name: (-splits[name], list(Split).index(name))) if splits else None
    first = min(each.sha256 for each in members)
    rank = hashlib.blake2b(f"{seed}\0".encode() + first, digest_size=16).digest()
    return _Unit(tuple(each.id for each in members), rank, (labels, sources), kept)


def _dealt(units: list[_Unit], ratios: tuple[int, int, int]) -> dict[bytes, Split]:
    """Each unit goes where most is missing; what a stratum leaves over is carried into the next.

    Counted in hundredths of pictures, so that equal is equal. Of equals, an empty split comes first.
    """
    shares = {name: ratio for name, ratio in zip(Split, ratios, strict=True) if ratio}
    sizes: Counter[_Stratum] = Counter()
    for unit in units:
        sizes[unit.stratum] += len(unit.members)
    missing = dict.fromkeys(shares, 0)
    has_any = dict.fromkeys(shares, False)
    dealt: dict[bytes, Split] = {}
    stratum: _Stratum | None = None
    for unit in units:
        if unit.stratum != stratum:
            stratum = unit.stratum
            for name, share in shares.items():
                missing[name] += share * sizes[stratum]
        target = max(shares, key=lambda name: (missing[name], not has_any[name]))
        missing[target] -= 100 * len(unit.members)
        has_any[target] = True
        dealt[unit.rank] = target
    return dealt


def _fill_val(units: list[_Unit], dealt: dict[bytes, Split], ratios: tuple[int, int, int]) -> None:
    """A training cannot be watched without val: of two units or more, the smallest of train goes there."""
    if not ratios[1] or len(units) < 2 or Split.VAL in dealt.values():
        return
    spare = [unit for unit in units if dealt[unit.rank] is Split.TRAIN]
    if len(spare) > 1:
        smallest = min(spare, key=lambda unit: (len(unit.members), unit.rank))
        dealt[smallest.rank] = Split.VAL
