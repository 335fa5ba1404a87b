"""Pictures are divided by shares, class by class, and what looks alike never parts."""

from collections import Counter
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from rows import box, row

from pyroblur_gui.datasets.dataset import Picture
from pyroblur_gui.datasets.sample import Origin, Split
from pyroblur_gui.datasets.split import split

RATIOS = (70, 20, 10)


def _many(count: int) -> list[Picture]:
    """Half show a face, a third a plate, some both, some nothing."""
    boxes = [(box(0),), (box(1),), (box(0),), (), (box(0), box(1)), (box(1),)]
    return [row(number, *boxes[number % 6]) for number in range(1, count + 1)]


def _shares(result: dict[int, Split], pictures: list[Picture]) -> list[float]:
    counts = Counter(result[each.id] for each in pictures)
    return [counts[name] / len(pictures) for name in Split]


@pytest.mark.parametrize("count", [500, 1234])
@pytest.mark.parametrize("ratios", [(70, 20, 10), (80, 20, 0), (100, 0, 0), (34, 33, 33)])
def test_shares_are_kept_within_a_hundredth(count: int, ratios: tuple[int, int, int]) -> None:
    pictures = _many(count)
    result = split(pictures, ratios=ratios, seed=1)
    assert result.keys() == {each.id for each in pictures}
    assert _shares(result, pictures) == pytest.approx([each / 100 for each in ratios], abs=0.01)
    assert [name for name, ratio in zip(Split, ratios, strict=True) if not ratio and name in result.values()] == []


def test_every_split_shows_every_class_by_its_share() -> None:
    pictures = [row(number, *([box(1)] if number % 20 == 0 else [box(0)])) for number in range(1, 1001)]
    plates = [each for each in pictures if each.boxes[0].label == 1]
    result = split(pictures, ratios=RATIOS, seed=3)
    assert Counter(result[each.id] for each in plates) == {Split.TRAIN: 35, Split.VAL: 10, Split.TEST: 5}


def test_sources_are_mixed_alike_into_the_splits() -> None:
    pictures = [replace(row(number, box()), source=1 + number % 2) for number in range(1, 401)]
    result = split(pictures, ratios=RATIOS, seed=3)
    for source in (1, 2):
        assert _shares(result, [each for each in pictures if each.source == source]) == pytest.approx(
            [0.7, 0.2, 0.1], abs=0.01
        )


def test_the_seed_decides_and_the_order_of_rows_does_not() -> None:
    pictures = _many(300)
    shuffled = [pictures[place] for place in np.random.default_rng(4).permutation(len(pictures))]
    first = split(pictures, ratios=RATIOS, seed=7)
    assert split(shuffled, ratios=RATIOS, seed=7) == first
    renumbered = [replace(each, id=1000 - each.id) for each in pictures]
    assert {1000 - number: name for number, name in split(renumbered, ratios=RATIOS, seed=7).items()} == first
    other = split(pictures, ratios=RATIOS, seed=8)
    assert sum(first[number] is not other[number] for number in first) > 50


def test_near_duplicates_stay_together_whatever_they_show() -> None:
    rng = np.random.default_rng(0)
    pictures = []
    for scene in range(150):
        bits = np.unpackbits(np.frombuffer(rng.bytes(32), np.uint8))
        for take in range(4):
            bits[(take * 7) % 256] ^= 1
            number = scene * 4 + take + 1
            likeness = np.packbits(bits).tobytes()
            pictures.append(row(number, *([box(take % 2)] if take else []), likeness=likeness))
    result = split(pictures, ratios=RATIOS, seed=0)
    for scene in range(150):
        assert len({result[scene * 4 + take + 1] for take in range(4)}) == 1
    assert _shares(result, pictures) == pytest.approx([0.7, 0.2, 0.1], abs=0.01)


def test_what_roboflow_made_of_one_picture_stays_together() -> None:
    """Turned and recoloured: no hash sees that it is the same picture."""
    pictures = []
    for number in range(300):
        name = f"train/images/car-{number // 3}_jpg.rf.{number:032x}.jpg"
        pictures.append(replace(row(number + 1, box()), name=name))
    result = split(pictures, ratios=RATIOS, seed=0)
    for first in range(1, 301, 3):
        assert len({result[first + take] for take in range(3)}) == 1
    assert _shares(result, pictures) == pytest.approx([0.7, 0.2, 0.1], abs=0.01)
    other = [replace(each, source=2) if each.id % 3 else each for each in pictures]
    apart = split(other, ratios=RATIOS, seed=0)
    assert any(apart[first] is not apart[first + 2] for first in range(1, 301, 3)), "names count within a source"


def test_unreadable_and_removed_pictures_are_in_no_split() -> None:
    pictures = [row(1, box()), row(2, error="It is empty."), row(3, box(), is_removed=True), row(4, box())]
    assert split(pictures, ratios=RATIOS, seed=0).keys() == {1, 4}


@pytest.mark.parametrize(
    ("count", "expected"), [(0, (0, 0, 0)), (1, (1, 0, 0)), (2, (1, 1, 0)), (3, (2, 1, 0)), (5, (3, 1, 1))]
)
def test_a_few_pictures_are_first_of_all_for_training_then_for_val(count: int, expected: tuple[int, ...]) -> None:
    result = split([row(number, box()) for number in range(1, count + 1)], ratios=RATIOS, seed=0)
    assert tuple(Counter(result.values())[name] for name in Split) == expected


def test_val_gets_one_even_of_a_small_share() -> None:
    result = split([row(number, box()) for number in range(1, 4)], ratios=(98, 1, 1), seed=0)
    assert Counter(result.values())[Split.VAL] == 1
    assert Split.VAL not in split([row(number) for number in range(1, 4)], ratios=(100, 0, 0), seed=0).values()


def test_a_kept_split_stays_and_new_pictures_join_their_near_duplicates() -> None:
    kept = [row(number, box(), split=list(Split)[number % 3]) for number in range(1, 31)]
    alike = [replace(row(100 + each.id, box(), split=None), likeness=each.likeness) for each in kept]
    others = [row(number, box(), split=None) for number in range(200, 300)]
    result = split([*alike, *others, *kept], ratios=RATIOS, seed=0, keeps=True)
    for old, new in zip(kept, alike, strict=True):
        assert result[old.id] is old.split
        assert result[new.id] is old.split
    assert _shares(result, others) == pytest.approx([0.7, 0.2, 0.1], abs=0.01)


def test_a_suggestion_is_no_class_that_a_picture_shows() -> None:
    """Accepting or not, running a teacher must not move pictures."""
    plain = [row(number, box(0)) for number in range(1, 101)]
    hinted = [replace(each, boxes=(*each.boxes, box(1, origin=Origin.SUGGESTED))) for each in plain[::2]] + plain[1::2]
    assert split(hinted, ratios=RATIOS, seed=0) == split(plain, ratios=RATIOS, seed=0)


def test_shares_grow_together() -> None:
    """No class is dealt out to train first and to test last: a prefix of a sorted set is mixed, too."""
    pictures = [row(number, *[box(0)] * (number % 2)) for number in range(1, 2001)]
    result = split(pictures, ratios=RATIOS, seed=0)
    tests = [each.id for each in pictures if result[each.id] is Split.TEST]
    assert max(after - before for before, after in pairwise(tests)) < 120
