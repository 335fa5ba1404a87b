"""What covers touch, and what they do not."""

import itertools
import json
from dataclasses import replace

import numpy as np
import pytest
from sheets import LAYOUTS, Sheet, grey_sheet, random_sheet

from pyroblur_gui.blurring.plan import Region, Seen, whole_frame
from pyroblur_gui.blurring.redact import LIGHT_CHANGE, Covers
from pyroblur_gui.blurring.spec import Shape, Style
from pyroblur_gui.core.boxes import Edges, grown
from pyroblur_gui.core.classes import FACE

SIZE = 97, 61
BOXES: dict[str, Edges] = {
    "middle": (20.3, 10.7, 60.5, 50.6),
    "whole pixels": (16, 8, 48, 40),
    "over two borders": (-12.5, -7.5, 20.5, 15.5),
    "over the far borders": (80.0, 45.0, 140.0, 90.0),
    "beyond all borders": (-50, -50, 200, 200),
    "under a pixel": (30.2, 30.2, 30.6, 30.6),
    "a line": (5, 20, 90, 21),
}


def _region(box: Edges, shape: Shape = Shape.BOX, track: int = 0) -> Region:
    return Region(track, FACE, box, shape, Seen.DETECTED, 0.9)


def _covers(style: Style = Style.BLUR, *, feather: float = 0.0, seed: bytes = b"seed", hold: int = 10) -> Covers:
    return Covers(style=style, color="#ff8000", feather=feather, seed=seed, hold=hold)


def _painted(sheet: Sheet, *regions: Region, covers: Covers | None = None) -> Sheet:
    copy = sheet.copy()
    (covers or _covers()).paint(copy, 0, regions)
    return copy


def _touched(plane, box: Edges, shape: Shape, points: int = 9) -> np.ndarray:
    """Which samples the cover reaches, found by probing points all over each sample."""
    height, width = plane.samples.shape
    ys = (np.arange(height * points) + 0.5) / points * plane.step_y
    xs = (np.arange(width * points) + 0.5) / points * plane.step_x
    x1, y1, x2, y2 = box
    if shape is Shape.BOX:
        hit = ((ys > y1) & (ys < y2))[:, None] & ((xs > x1) & (xs < x2))[None]
    else:
        down = (ys - (y1 + y2) / 2) / ((y2 - y1) / 2)
        across = (xs - (x1 + x2) / 2) / ((x2 - x1) / 2)
        hit = down[:, None] ** 2 + across[None] ** 2 < 1
    return hit.reshape(height, points, width, points).any(axis=(1, 3))


@pytest.mark.parametrize("style", Style)
@pytest.mark.parametrize("shape", Shape)
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("where", BOXES)
def test_nothing_is_touched_but_what_the_cover_reaches(style: Style, shape: Shape, layout: str, where: str):
    sheet = random_sheet(LAYOUTS[layout], *SIZE)
    done = _painted(sheet, _region(BOXES[where], shape), covers=_covers(style))
    for before, after in zip(sheet.planes, done.planes, strict=True):
        reached = _touched(before, BOXES[where], shape)
        # An ellipse may reach a sample between the points that were probed.
        wider = reached | _touched(before, grown(BOXES[where], 0.02), shape) if shape is Shape.ELLIPSE else reached
        assert np.array_equal(after.samples[~wider], before.samples[~wider])
        if after.kind == "alpha":
            assert (after.samples[reached] == after.neutral).all()
        assert (after.samples >= after.low).all()
        assert (after.samples <= after.high).all()


@pytest.mark.parametrize("style", Style)
@pytest.mark.parametrize("shape", Shape)
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("where", BOXES)
def test_what_lies_beneath_a_cover_does_not_show_in_it(style: Style, shape: Shape, layout: str, where: str):
    """Two pictures that agree in nothing beneath the cover but in its mean look the same when covered."""
    box = BOXES[where]
    one = random_sheet(LAYOUTS[layout], *SIZE)
    other = one.copy()
    rng = np.random.default_rng(1)
    for plane in other.planes:
        place = plane.samples[_rows(plane, box), _columns(plane, box)]
        flat = place.reshape(-1)
        rng.shuffle(flat)
        place[:] = flat.reshape(place.shape)
    covered = [_painted(sheet, _region(box, shape), covers=_covers(style)) for sheet in (one, other)]
    for plane, first, second in zip(one.planes, covered[0].planes, covered[1].planes, strict=True):
        reached = _touched(plane, box, shape)
        assert np.array_equal(first.samples[reached], second.samples[reached])


def _rows(plane, box: Edges) -> slice:
    return slice(max(0, int(np.floor(box[1] / plane.step_y))), max(0, int(np.ceil(box[3] / plane.step_y))))


def _columns(plane, box: Edges) -> slice:
    return slice(max(0, int(np.floor(box[0] / plane.step_x))), max(0, int(np.ceil(box[2] / plane.step_x))))


@pytest.mark.parametrize("style", Style)
@pytest.mark.parametrize("feather", [0.0, 0.2])
@pytest.mark.parametrize("layout", ["rows bottom-up", "samples side by side", "every other row"])
def test_planes_of_any_memory_layout_are_covered_alike(style: Style, feather: float, layout: str):
    plain = grey_sheet(np.random.default_rng(1).integers(16, 236, (60, 80)).astype(np.uint8))
    memory = np.zeros((120, 80, 3), np.uint8)
    samples = {
        "rows bottom-up": memory[:60, :, 0][::-1],
        "samples side by side": memory[:60, :, 1],
        "every other row": np.zeros((120, 80), np.uint8)[::2],
    }[layout]
    samples[:] = plain.luma
    (plane,) = plain.planes
    other = Sheet([replace(plane, samples=samples)])
    for sheet in (plain, other):
        _covers(style, feather=feather).paint(sheet, 0, [_region((10, 10, 50, 40), Shape.ELLIPSE)])
    assert np.array_equal(samples, plain.luma)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_solid_is_the_colour_that_was_asked_for(layout: str):
    sheet = random_sheet(LAYOUTS[layout], *SIZE)
    done = _painted(sheet, _region((10, 10, 40, 40)), covers=_covers(Style.SOLID))
    for plane, value in zip(done.planes, sheet.fill_values(255, 128, 0), strict=True):
        inside = plane.samples[_rows(plane, (10, 10, 40, 40)), _columns(plane, (10, 10, 40, 40))]
        assert (inside == value).all()


@pytest.mark.parametrize("style", Style)
@pytest.mark.parametrize("shape", Shape)
def test_a_feather_lies_outside_the_cover_and_inside_its_width(style: Style, shape: Shape):
    sheet = random_sheet(LAYOUTS["yuv420p"], *SIZE)
    box, feather = (30.0, 15.0, 60.0, 45.0), 0.2
    hard = _painted(sheet, _region(box, shape), covers=_covers(style))
    soft = _painted(sheet, _region(box, shape), covers=_covers(style, feather=feather))
    changed = 0
    for before, after in zip(sheet.planes, soft.planes, strict=True):
        reached, edge = _touched(before, box, shape), _touched(before, grown(box, feather + 0.02), shape)
        if shape is Shape.BOX:
            edge = _touched(before, grown(box, feather), Shape.BOX)
        assert np.array_equal(after.samples[~edge], before.samples[~edge])
        assert not np.array_equal(after.samples[edge & ~reached], before.samples[edge & ~reached])
        changed += int((after.samples != before.samples).sum())
    assert changed > sum(
        int((after.samples != before.samples).sum()) for before, after in zip(sheet.planes, hard.planes, strict=True)
    )


def test_feathers_of_neighbours_lay_nothing_bare():
    """Nothing beneath either cover shows, whichever is painted first."""
    sheet = grey_sheet(np.full((60, 120), 40, np.uint8))
    regions = [_region((20, 10, 60, 50), track=0), _region((50, 15, 90, 55), Shape.ELLIPSE, track=1)]
    secret = np.zeros((60, 120), bool)
    for region in regions:
        secret |= _touched(sheet.planes[0], region.box, region.shape)
    sheet.luma[secret] = np.where(np.indices(secret.shape).sum(axis=0) % 2 == 0, 255, 0)[secret]
    for order in (regions, regions[::-1]):
        done = _painted(sheet, *order, covers=_covers(Style.SOLID, feather=0.3))
        assert np.ptp(done.luma[secret].astype(int)) == 0


@pytest.mark.parametrize("style", Style)
def test_overlapping_covers_leave_no_gap(style: Style):
    sheet = grey_sheet(np.full((60, 120), 255, np.uint8))
    sheet.luma[::2, ::2] = 0
    boxes = [(10, 10, 50, 50), (40, 20, 80, 55), (45, 5, 60, 30)]
    done = _painted(sheet, *(_region(box, Shape.ELLIPSE, track) for track, box in enumerate(boxes)),
                    covers=_covers(style))  # fmt: skip
    for box in boxes:
        reached = _touched(done.planes[0], box, Shape.ELLIPSE)
        assert not (done.luma[reached] == 255).any()


@pytest.mark.parametrize("style", Style)
def test_a_picture_of_one_pixel_can_be_covered(style: Style):
    sheet = random_sheet(LAYOUTS["yuv420p"], 1, 1)
    _painted(sheet, _region((0, 0, 1, 1), Shape.ELLIPSE), covers=_covers(style, feather=0.5))


def test_a_region_outside_the_picture_changes_nothing():
    sheet = random_sheet(LAYOUTS["yuv420p"], *SIZE)
    for box in ((200, 10, 220, 30), (-50, -50, -1, -1), (10, 62, 20, 80)):
        done = _painted(sheet, _region(box))
        for before, after in zip(sheet.planes, done.planes, strict=True):
            assert np.array_equal(before.samples, after.samples)


def test_a_frame_that_could_not_be_looked_at_is_one_colour_whatever_the_style():
    sheet = random_sheet(LAYOUTS["yuv420p"], *SIZE)
    done = _painted(sheet, whole_frame(*SIZE), covers=_covers(Style.PIXELATE))
    for plane in done.planes:
        assert len(np.unique(plane.samples)) == 1


def test_cells_fit_the_size_and_never_pass_eight_a_side():
    for side, most in ((200, 8), (12, 4), (2, 1)):
        sheet = grey_sheet(np.full((220, 220), 128, np.uint8))
        done = _painted(sheet, _region((0, 0, side, side)), covers=_covers(Style.PIXELATE))
        place = done.luma[:side, :side]
        steps = (np.diff(place.astype(int), axis=1) != 0).any(axis=0).sum()
        assert steps + 1 <= most


@pytest.mark.parametrize("style", Style)
def test_painting_goes_on_from_a_kept_state_as_if_never_stopped(style: Style):
    rng = np.random.default_rng(3)
    frames = [grey_sheet(rng.integers(0, 255, (80, 120)).astype(np.uint8) // 4 * (1 + n // 10)) for n in range(40)]

    def regions(frame: int) -> list[Region]:
        walking = _region((frame + 5.0, 10, frame + 35.0, 50), Shape.ELLIPSE, track=1)
        return [walking] if frame < 18 else [walking, _region((60, 20, 90, 70), track=2)]

    def run(start: int, covers: Covers) -> list[np.ndarray]:
        painted = []
        for frame in range(start, 40):
            sheet = frames[frame].copy()
            covers.paint(sheet, frame, regions(frame))
            painted.append(sheet.luma)
        return painted

    whole = run(0, _covers(style))
    for stop in (1, 9, 23, 30):
        first = _covers(style)
        for frame in range(stop):
            first.paint(frames[frame].copy(), frame, regions(frame))
        state = json.loads(json.dumps(first.state()))
        second = _covers(style)
        second.restore(state)
        for after_a_kill, undisturbed in zip(run(stop, second), whole[stop:], strict=True):
            assert np.array_equal(after_a_kill, undisturbed)


def test_a_cover_follows_the_light_but_no_small_change():
    covers, region = _covers(Style.PIXELATE, hold=5), _region((10, 10, 50, 50))

    def mean(frame: int, light: float) -> float:
        sheet = grey_sheet(np.full((60, 60), round(light), np.uint8))
        covers.paint(sheet, frame, [region])
        return float(sheet.luma[10:50, 10:50].mean())

    dark = mean(0, 60)
    assert {mean(frame, 60 + LIGHT_CHANGE * 255 / 3) for frame in range(1, 12)} == {dark}
    bright = [mean(frame, 180) for frame in range(12, 30)]
    assert abs(bright[-1] - dark - 120) < 10
    assert max(abs(after - before) for before, after in itertools.pairwise(bright)) < 30, "it fades"


def test_state_of_a_track_goes_when_the_track_does():
    covers = _covers()
    sheet = random_sheet(LAYOUTS["yuv420p"], *SIZE)
    covers.paint(sheet, 0, [_region(BOXES["middle"], track=1), _region((0, 0, 9, 9), track=2)])
    covers.paint(sheet, 1, [_region((0, 0, 9, 9), track=2)])
    assert list(covers.state()) == ["2"]
    covers.paint(sheet, 2, [])
    assert covers.state() == {}
