"""Attacks on covers: telling faces apart by template matching, and putting a moving face together over time.

The attacker has the output and knows where the covers lie, how they move and how they are made; only the noise's seed
is not known.
"""

from pathlib import Path

import cv2
import numpy as np
import pytest
from sheets import Sheet, grey_sheet, photo_sheet

from pyroblur_gui.blurring.plan import Region, Seen
from pyroblur_gui.blurring.redact import Covers
from pyroblur_gui.blurring.spec import Shape, Style
from pyroblur_gui.core.boxes import Edges
from pyroblur_gui.core.classes import FACE

# Faces of the two sample pictures, found by eye: x1 y1 x2 y2.
FACES: dict[str, list[Edges]] = {
    "zidane": [(530, 190, 670, 400), (940, 50, 1070, 240)],
    "bus": [(110, 405, 160, 470), (258, 412, 306, 470)],
}
TEMPLATE = 64  # faces are compared at this size
STYLES = (Style.BLUR, Style.PIXELATE)


def _cover(sheet: Sheet, box: Edges, covers: Covers, frame: int = 0) -> None:
    covers.paint(sheet, frame, [Region(0, FACE, box, Shape.BOX, Seen.DETECTED, 0.9)])


def _covers(style: Style, seed: int, hold: int = 30) -> Covers:
    return Covers(style=style, color="#000000", feather=0, seed=seed.to_bytes(4, "little"), hold=hold)


def _luma(sheet: Sheet, box: Edges) -> np.ndarray:
    x1, y1, x2, y2 = (round(edge) for edge in box)
    return cv2.resize(sheet.luma[y1:y2, x1:x2], (TEMPLATE, TEMPLATE), interpolation=cv2.INTER_AREA)


def _match(one: np.ndarray, other: np.ndarray) -> float:
    """Best normalised correlation of the middle of one, slid over the other."""
    inner = one[4:-4, 4:-4]
    return float(cv2.matchTemplate(other, inner, cv2.TM_CCOEFF_NORMED).max())


@pytest.fixture(scope="module")
def faces(pictures: dict[str, Path]) -> list[tuple[Sheet, Edges]]:
    found = []
    for name, boxes in FACES.items():
        picture = cv2.imread(str(pictures[name]))
        sheet = photo_sheet(picture[: picture.shape[0] // 2 * 2, : picture.shape[1] // 2 * 2])
        found += [(sheet, box) for box in boxes]
    return found


def _covered_patches(faces: list[tuple[Sheet, Edges]], style: Style, seed: int) -> list[np.ndarray]:
    patches = []
    for number, (sheet, box) in enumerate(faces):
        copy = sheet.copy()
        _cover(copy, box, _covers(style, seed * 100 + number))
        patches.append(_luma(copy, box))
    return patches


@pytest.mark.parametrize("style", STYLES)
def test_template_matching_cannot_tell_whose_face_is_covered(faces: list[tuple[Sheet, Edges]], style: Style):
    originals = [_luma(sheet, box) for sheet, box in faces]
    own, others, wins = [], [], []
    for seed in range(12):
        for number, patch in enumerate(_covered_patches(faces, style, seed)):
            scores = [_match(patch, original) for original in originals]
            own.append(scores[number])
            rest = scores[:number] + scores[number + 1 :]
            others += rest
            wins += [scores[number] > score for score in rest]
    assert np.mean(own) < 0.3, "a cover resembles no face"
    assert abs(np.mean(own) - np.mean(others)) < 0.05, "nor its own more than another's"
    assert 0.4 < np.mean(wins) < 0.6, "picking the better match is no better than tossing a coin"


def test_the_attack_works_on_a_plain_mosaic(faces: list[tuple[Sheet, Edges]]):
    """Without this, the test above could pass for an attack that finds nothing anywhere."""
    originals = [_luma(sheet, box) for sheet, box in faces]
    for number, original in enumerate(originals):
        cells = cv2.resize(original, (8, 8), interpolation=cv2.INTER_AREA)
        mosaic = cv2.resize(cells, (TEMPLATE, TEMPLATE), interpolation=cv2.INTER_NEAREST)
        assert int(np.argmax([_match(mosaic, other) for other in originals])) == number


def test_solid_covers_of_two_faces_are_the_same(faces: list[tuple[Sheet, Edges]]):
    first, second = _covered_patches(faces, Style.SOLID, 1)[:2]
    assert np.array_equal(first, second)
    assert np.ptp(first) == 0


@pytest.mark.parametrize("style", Style)
def test_covered_pixels_differ_from_the_source(faces: list[tuple[Sheet, Edges]], style: Style):
    for (sheet, box), patch in zip(faces, _covered_patches(faces, style, 1), strict=True):
        original = _luma(sheet, box).astype(float)
        assert np.abs(original - patch).mean() > 10
        detail = original - cv2.GaussianBlur(original, (0, 0), 3)
        left = patch - cv2.GaussianBlur(patch.astype(float), (0, 0), 3)
        assert abs(_correlation(detail, left)) < 0.15


@pytest.mark.parametrize("style", STYLES)
def test_a_moving_cover_does_not_put_the_picture_together_over_time(style: Style):
    """A cover slides over a textured picture by known steps; averaging and least squares get no detail back."""
    side, frames = 48, 240
    texture = _texture(side * 2)
    rng = np.random.default_rng(2)
    shifts = np.cumsum(rng.integers(-2, 3, (frames, 2)), axis=0) % side
    covers = _covers(style, 7, hold=1)  # the light is looked at in every frame: more than any job does
    shown = []
    for frame, (down, across) in enumerate(shifts.tolist()):
        sheet = grey_sheet(texture)
        box = (across, down, across + side, down + side)
        _cover(sheet, box, covers, frame)
        shown.append(sheet.luma[down : down + side, across : across + side].astype(float))
    ours = _put_together(shown, shifts, texture.shape)
    mosaics = [_mosaic(texture[d : d + side, a : a + side].astype(float)) for d, a in shifts.tolist()]
    theirs = _put_together(mosaics, shifts, texture.shape)
    single = _detail(mosaics[0], texture[shifts[0][0] :, shifts[0][1] :][:side, :side])
    assert _detail(theirs, texture) > single + 0.2, "the attack works on a mosaic of the picture"
    assert _detail(ours, texture) < 0.05, "and finds nothing in ours"
    assert _detail(ours, texture) < single


@pytest.mark.parametrize("style", STYLES)
def test_means_over_time_are_too_coarse_to_be_put_together(style: Style):
    """The one value that follows the picture, over all shifts, against the best linear attack on it."""
    side, size = 24, 40
    texture = _texture(size)
    covers = _covers(style, 9, hold=1)
    shown, exact, windows = [], [], []
    corners = [(down, across) for down in range(size - side + 1) for across in range(size - side + 1)]
    for frame, (down, across) in enumerate(corners):
        sheet = grey_sheet(texture)
        _cover(sheet, (across, down, across + side, down + side), covers, frame)
        place = slice(down, down + side), slice(across, across + side)
        shown.append(sheet.luma[place].mean())
        exact.append(texture[place].mean())
        windows.append(np.zeros(texture.shape))
        windows[-1][place] = 1 / side**2
    design = np.array([window.reshape(-1) for window in windows])
    # A cover shows the light that was seen one frame before.
    ours, plain = _solved(design[:-1], shown[1:]), _solved(design, exact)
    assert _correlation(plain, texture) > 0.5, "the attack works on exact means"
    assert abs(_correlation(ours, texture)) < 0.15
    assert abs(_detail(ours.reshape(texture.shape), texture)) < 0.1


def test_the_same_noise_covers_every_output_of_a_source_on_one_installation(faces: list[tuple[Sheet, Edges]]):
    """Averaging several outputs takes no noise away; another installation's noise is another."""
    sheet, box = faces[0]

    def output(seed: int) -> np.ndarray:
        copy = sheet.copy()
        _cover(copy, box, _covers(Style.BLUR, seed))
        return _luma(copy, box)

    assert np.array_equal(output(1), output(1))
    assert not np.array_equal(output(1), output(2))


def _texture(side: int) -> np.ndarray:
    """Detail at every scale, as a face has."""
    rng = np.random.default_rng(11)
    picture = np.zeros((side, side))
    for scale in (2, 4, 8, 16):
        small = rng.normal(0, 1, (-(-side // scale), -(-side // scale)))
        picture += cv2.resize(small, (side, side), interpolation=cv2.INTER_CUBIC)
    return np.clip(128 + 28 * picture, 0, 255).astype(np.uint8)


def _mosaic(picture: np.ndarray) -> np.ndarray:
    cells = cv2.resize(picture, (8, 8), interpolation=cv2.INTER_AREA)
    return cv2.resize(cells, picture.shape[::-1], interpolation=cv2.INTER_NEAREST)


def _put_together(shown: list[np.ndarray], shifts: np.ndarray, size: tuple[int, ...]) -> np.ndarray:
    """Aligns what is shown by the known shifts, averages it, then sharpens by back projection through the mosaic."""

    def gather(parts: list[np.ndarray]) -> np.ndarray:
        total, count = np.zeros(size), np.zeros(size)
        for part, (down, across) in zip(parts, shifts.tolist(), strict=True):
            total[down : down + part.shape[0], across : across + part.shape[1]] += part
            count[down : down + part.shape[0], across : across + part.shape[1]] += 1
        return total / np.maximum(count, 1)

    side = shown[0].shape[0]
    guess = gather(shown)
    for _ in range(30):
        errors = []
        for part, (down, across) in zip(shown, shifts.tolist(), strict=True):
            errors.append(part - _mosaic(guess[down : down + side, across : across + side]))
        guess = guess + 1.5 * gather(errors)
    return guess


def _detail(guess: np.ndarray, truth: np.ndarray) -> float:
    """How well the fine detail of the guess agrees with the truth's: correlation of what a wide blur takes away."""
    middle = slice(len(truth) // 4, -(len(truth) // 4))
    fine = [p - cv2.GaussianBlur(p, (0, 0), 4) for p in (np.asarray(guess, float), np.asarray(truth, float))]
    return _correlation(fine[0][middle, middle], fine[1][middle, middle])


def _solved(design: np.ndarray, values: list[float]) -> np.ndarray:
    """The smallest picture that explains the values, by ridge regression."""
    centred = np.array(values) - np.mean(values)
    inner = design @ design.T
    return design.T @ np.linalg.solve(inner + 1e-3 * np.trace(inner) / len(inner) * np.eye(len(inner)), centred)


def _correlation(one: np.ndarray, other: np.ndarray) -> float:
    if one.std() < 1e-9 or other.std() < 1e-9:
        return 0.0
    return float(np.corrcoef(np.ravel(one), np.ravel(other))[0, 1])
