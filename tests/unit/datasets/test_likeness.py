"""Copies of a picture are found among many, different pictures are kept apart."""

import io
from pathlib import Path

import cv2
import numpy as np
from PIL import Image
from small_sets import picture

from pyroblur_gui.datasets.likeness import NEAR_BITS, distance, groups, joined
from pyroblur_gui.datasets.reading import likeness_of, read_into


def _likeness(image: Image.Image) -> bytes:
    return likeness_of(np.asarray(image.convert("L")))


def _flipped(likeness: bytes, bits: int, seed: int) -> bytes:
    places = np.random.default_rng(seed).permutation(256)[:bits]
    values = np.unpackbits(np.frombuffer(likeness, np.uint8))
    values[places] ^= 1
    return np.packbits(values).tobytes()


def test_every_pair_that_is_near_is_found_and_no_other() -> None:
    rng = np.random.default_rng(5)
    originals = [rng.bytes(32) for _ in range(400)]
    copies = [_flipped(each, number % 30, number) for number, each in enumerate(originals)]
    found = groups([*originals, *copies])
    for number in range(400):
        is_near = number % 30 <= NEAR_BITS
        assert (found[400 + number] == found[number]) is is_near, f"{number % 30} bits apart"
    assert len(set(found[:400])) == 400


def test_a_group_is_named_by_its_first_picture_and_reaches_over_steps() -> None:
    start = np.random.default_rng(1).bytes(32)
    steps = [start]
    for number in range(5):
        steps.append(_flipped(steps[-1], NEAR_BITS, number))
    assert distance(steps[0], steps[-1]) > NEAR_BITS
    other = np.random.default_rng(2).bytes(32)
    assert groups([other, steps[3], *steps, other]) == [0, 1, 1, 1, 1, 1, 1, 1, 0]


def test_groups_with_a_key_in_common_become_one() -> None:
    assert joined([0, 0, 2, 3, 4, 4], [None, "a", "a", None, None, None]) == [0, 0, 0, 3, 4, 4]
    assert joined([0, 0, 2, 3, 4, 4], ["b", "a", None, "c", "c", "b"]) == [0, 0, 2, 0, 0, 0]
    assert joined([], []) == []


def test_pictures_without_likeness_are_alone() -> None:
    same = bytes(32)
    assert groups([None, same, None, same]) == [0, 1, 2, 1]
    assert groups([]) == []
    assert groups([None]) == [0]


def test_many_equal_pictures_take_no_time() -> None:
    """Ten thousand black frames are one hash, not fifty million pairs."""
    assert set(groups([bytes(32)] * 10_000)) == {0}


def test_copies_are_near_and_other_pictures_are_not() -> None:
    for seed in range(20):
        original = picture(seed, (640, 480))
        encoded = io.BytesIO()
        original.save(encoded, "JPEG", quality=40)
        again = Image.open(encoded)
        smaller = original.resize((448, 336), Image.Resampling.BILINEAR)
        assert distance(_likeness(original), _likeness(again)) < 10
        assert distance(_likeness(original), _likeness(smaller)) < 10
        assert distance(_likeness(original), _likeness(picture(seed + 100, (640, 480)))) > 40


def test_real_photos_are_apart_and_their_copies_near(lab: Path, tmp_path: Path) -> None:
    """Through the door that the intake uses, so that reduced decoding is measured, too."""
    photos = sorted((lab / "val").rglob("*.jpg"))[::4]
    assert len(photos) > 40
    originals, copies = [], []
    for photo in photos:
        pixels = cv2.imread(str(photo))
        copy = tmp_path / photo.name
        cv2.imwrite(str(copy), cv2.resize(pixels, None, fx=0.8, fy=0.8, interpolation=cv2.INTER_AREA), [1, 60])
        originals.append(read_into(tmp_path, photo, name=photo.name).likeness)
        copies.append(read_into(tmp_path, copy, name=photo.name).likeness)
    apart = groups(originals)
    assert len(set(apart)) == len(photos)
    together = groups([*originals, *copies])
    found = sum(together[len(photos) + number] == together[number] for number in range(len(photos)))
    assert found >= 0.97 * len(photos)
