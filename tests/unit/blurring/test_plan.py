from fractions import Fraction

import pytest

from pyroblur_gui.blurring.plan import (
    CIRCUMSCRIBED,
    WHOLE_FRAME,
    Covering,
    Horizon,
    Observation,
    Seen,
    Track,
    regions_at,
    whole_frame,
)
from pyroblur_gui.blurring.spec import BlurOptions, Shape
from pyroblur_gui.core.boxes import Edges
from pyroblur_gui.core.classes import FACE, LICENSE_PLATE

HORIZON = Horizon(gap=8, extend=4, motion=3)
BARE = Covering(Shape.BOX, {})


def _track(*seen: tuple[int, Edges], label: str = FACE, born: int | None = None) -> Track:
    observations = [Observation(frame, box, 0.5) for frame, box in seen]
    return Track(0, label, observations[0].frame if born is None else born, observations)


def _only(track: Track, frame: int, covering: Covering = BARE):
    regions = regions_at([track], frame, horizon=HORIZON, covering=covering)
    assert len(regions) <= 1
    return regions[0] if regions else None


def test_a_detected_frame_is_covered_where_it_was_found():
    region = _only(_track((5, (10, 20, 30, 40))), 5)
    assert (region.box, region.seen, region.label) == ((10, 20, 30, 40), Seen.DETECTED, FACE)


def test_half_a_face_in_one_frame_is_covered_as_the_whole():
    whole, half = (0, 0, 40, 40), (10, 20, 30, 40)
    track = _track(*((frame, half if frame == 5 else whole) for frame in range(10)))
    assert _only(track, 5).box == whole
    assert _only(_track((4, whole), (5, half)), 7).box[:2] <= (0, 0), "also where it is lost after that"
    assert regions_at([track], 5, horizon=Horizon.of_pages(), covering=BARE)[0].box == half


def test_a_gap_is_filled_along_the_way_and_a_little_wider():
    track = _track((0, (0, 0, 10, 10)), (4, (40, 0, 50, 10)))
    region = _only(track, 1)
    assert region.seen is Seen.FILLED
    assert region.box == pytest.approx((9.8, -0.2, 20.2, 10.2))
    assert _only(track, 2).box[0] < 20
    assert _only(track, 2).box[2] > 30


def test_both_ends_are_extended_no_further_than_asked():
    track = _track((10, (0, 0, 10, 10)), (11, (0, 0, 10, 10)))
    seen = {frame: _only(track, frame) for frame in range(30)}
    covered = [frame for frame, region in seen.items() if region]
    assert covered == list(range(6, 16))
    assert {seen[frame].seen for frame in (6, 9, 12, 15)} == {Seen.EXTENDED}


def test_a_thing_seen_once_is_covered_before_and_after():
    track = _track((10, (0, 0, 10, 10)))
    assert [frame for frame in range(30) if _only(track, frame)] == list(range(6, 15))


def test_an_extended_end_covers_the_way_that_the_motion_leads():
    track = _track((0, (0, 0, 10, 10)), (1, (5, 0, 15, 10)), (2, (10, 0, 20, 10)))
    after, before = _only(track, 4).box, _only(track, -2).box
    assert after[0] <= 10
    assert after[2] >= 30
    assert before[0] <= -10
    assert before[2] >= 10


def test_nothing_is_covered_further_before_a_birth_than_the_horizon_reaches():
    track = _track((2, (0, 0, 10, 10)), (10, (0, 0, 10, 10)), born=10)
    assert [frame for frame in range(-10, 3) if _only(track, frame)] == [2]


def test_margins_are_shares_of_the_box_a_side_by_class():
    covering = Covering(Shape.BOX, {FACE: 0.5, LICENSE_PLATE: 0.1})
    assert _only(_track((0, (0, 0, 10, 20))), 0, covering).box == (-5, -10, 15, 30)
    assert _only(_track((0, (0, 0, 10, 20)), label=LICENSE_PLATE), 0, covering).box == (-1, -2, 11, 22)


def test_an_ellipse_encloses_all_that_was_found_even_without_margin():
    region = _only(_track((0, (0, 0, 10, 20))), 0, Covering(Shape.ELLIPSE, {FACE: 0.0}))
    x1, y1, x2, y2 = region.box
    half_width, half_height = (x2 - x1) / 2, (y2 - y1) / 2
    assert region.shape is Shape.ELLIPSE
    for x, y in ((0, 0), (10, 0), (0, 20), (10, 20)):
        assert ((x - 5) / half_width) ** 2 + ((y - 10) / half_height) ** 2 <= 1 + 1e-9


def test_an_ellipse_takes_the_wider_of_margin_and_enclosure():
    covering = Covering(Shape.ELLIPSE, {FACE: CIRCUMSCRIBED * 2})
    assert _only(_track((0, (0, 0, 10, 10))), 0, covering).box[0] == pytest.approx(-20 * CIRCUMSCRIBED)


def test_plates_are_always_covered_as_a_box():
    region = _only(_track((0, (0, 0, 40, 10)), label=LICENSE_PLATE), 0, Covering(Shape.ELLIPSE, {}))
    assert region.shape is Shape.BOX


def test_regions_come_by_track_number():
    tracks = [Track(number, FACE, 0, [Observation(0, (0, 0, 5, 5), 0.4)]) for number in (3, 1, 2)]
    assert [region.track for region in regions_at(tracks, 0, horizon=HORIZON, covering=BARE)] == [1, 2, 3]


def test_a_frame_that_could_not_be_looked_at_is_covered_as_a_whole():
    region = whole_frame(64, 48)
    assert (region.track, region.box, region.seen) == (WHOLE_FRAME, (0, 0, 64, 48), Seen.UNKNOWN)


def test_horizon_is_counted_in_frames_of_the_clip():
    horizon = Horizon.of(BlurOptions(fill_gap_s=0.8, extend_s=0.2), Fraction(30000, 1001))
    assert (horizon.gap, horizon.extend) == (24, 6)
    assert horizon.settle >= horizon.gap + horizon.motion


def test_horizon_outlasts_a_missed_look_when_frames_are_skipped():
    horizon = Horizon.of(BlurOptions(fill_gap_s=0, extend_s=0, every=5), Fraction(30))
    assert horizon.gap >= 9
    assert horizon.extend >= 4


@pytest.mark.parametrize("rate", [None, Fraction(0), Fraction(90_000), Fraction(1, 100)])
def test_horizon_stays_small_whatever_rate_a_container_claims(rate: Fraction | None):
    assert 1 <= Horizon.of(BlurOptions(), rate).gap <= 192
