import numpy as np
import pytest

from pyroblur_gui.blurring.plan import Covering, Horizon, Region, Seen, regions_at
from pyroblur_gui.blurring.project import Detection
from pyroblur_gui.blurring.spec import Shape
from pyroblur_gui.blurring.track import Plans, Tracker
from pyroblur_gui.core.boxes import Edges
from pyroblur_gui.core.classes import FACE, LICENSE_PLATE

HORIZON = Horizon(gap=8, extend=3, motion=3)
SURE = {FACE: 0.5, LICENSE_PLATE: 0.5}
BARE = Covering(Shape.BOX, {})


def _face(x: float, y: float, size: float = 10, score: float = 0.9, label: str = FACE) -> Detection:
    return Detection(label, (x, y, x + size, y + size), score)


def _tracked(frames: dict[int, list[Detection]], horizon: Horizon = HORIZON) -> Tracker:
    tracker = Tracker(horizon, SURE)
    for frame, found in sorted(frames.items()):
        tracker.update(frame, found)
    return tracker


def _spans(tracker: Tracker) -> list[list[int]]:
    return [[seen.frame for seen in track.observations] for track in sorted(tracker.tracks(), key=lambda t: t.number)]


def _planned(frames: list[list[Detection] | None], horizon: Horizon = HORIZON) -> list[tuple[Region, ...]]:
    plans = Plans(Tracker(horizon, SURE), horizon=horizon, covering=BARE, width=1000, height=1000)
    done: list[tuple[Region, ...]] = []
    for frame, found in enumerate(frames):
        plans.add(frame, found)
        done += [regions for _, regions in plans.settled(frame)]
    return done + [regions for _, regions in plans.rest(len(frames) - 1)]


def test_one_face_that_moves_is_one_track():
    assert _spans(_tracked({frame: [_face(frame * 4, 0)] for frame in range(20)})) == [list(range(20))]


def test_a_small_thing_faster_than_its_own_size_is_one_track():
    frames = {frame: [_face(frame * 14.0, frame * 3.0)] for frame in range(12)}
    assert _spans(_tracked(frames)) == [list(range(12))]


def test_a_growing_face_is_one_track():
    frames = {frame: [_face(100 - frame * 4, 100 - frame * 4, 10 + frame * 8)] for frame in range(20)}
    assert len(_spans(_tracked(frames))) == 1


def test_two_faces_that_cross_stay_two_tracks():
    frames = {frame: [_face(frame * 5, 0), _face(200 - frame * 5, 12)] for frame in range(41)}
    tracks = list(_tracked(frames).tracks())
    assert len(tracks) == 2
    assert {round(track.last.box[0]) for track in tracks if track.observations[0].box[0] == 0} == {200}


def test_a_plate_never_continues_a_face():
    frames = {0: [_face(0, 0)], 1: [_face(0, 0, label=LICENSE_PLATE)]}
    assert _spans(_tracked(frames)) == [[0], [1]]


def test_a_box_within_the_box_of_a_face_is_no_face_of_its_own():
    whole, mouth, beside = _face(100, 100, 40, score=0.7), _face(110, 120, 15, score=0.6), _face(135, 135, 15)
    assert _spans(_tracked({0: [whole, mouth], 1: [whole, mouth]})) == [[0, 1]]
    assert len(_spans(_tracked({0: [whole, beside]}))) == 2, "it reaches out"


def test_a_second_box_around_a_face_widens_its_cover_and_leads_nowhere():
    """As a detector saw it: a wider box around the face in one frame, later a double of what is beside the face."""
    face, beside = Detection(FACE, (120, 68, 209, 174), 0.9), Detection(FACE, (206, 0, 320, 240), 0.8)
    wider, double = Detection(FACE, (111, 66, 212, 207), 0.6), Detection(FACE, (212, 66, 320, 238), 0.6)
    frames: list[list[Detection] | None] = [[face, beside] for _ in range(12)]
    frames[5] = [face, beside, wider]
    frames[8] = [face, beside, double]
    done = _planned(frames)
    assert {len(regions) for regions in done} == {2}
    assert any(region.box[0] <= 111 and region.box[3] >= 207 for region in done[5]), "both boxes are covered"
    assert min(region.box[0] for regions in done for region in regions) >= 111, "and nothing beyond them"


def test_weak_detections_carry_a_track_on_but_start_none():
    frames = {frame: [_face(0, 0, score=0.9 if frame == 5 else 0.3), _face(500, 500, score=0.3)] for frame in range(12)}
    assert _spans(_tracked(frames)) == [list(range(12))]


def test_looking_back_ends_at_a_gap_and_at_the_horizon():
    frames = {frame: [_face(0, 0, score=0.3)] for frame in range(30)} | {30: [_face(0, 0)]}
    assert _spans(_tracked(frames)) == [list(range(30 - HORIZON.back, 31))]
    frames = {0: [_face(0, 0, score=0.3)], **{frame: [] for frame in range(1, 5)}, 5: [_face(0, 0)]}
    assert _spans(_tracked(frames, Horizon(gap=3, extend=9, motion=0))) == [[5]]


def test_a_gap_longer_than_allowed_starts_a_new_track():
    at_the_limit, beyond = HORIZON.gap + 1, HORIZON.gap + 2
    assert len(_spans(_tracked({0: [_face(0, 0)], at_the_limit: [_face(0, 0)]}))) == 1
    assert len(_spans(_tracked({0: [_face(0, 0)], beyond: [_face(0, 0)]}))) == 2


def test_a_face_missed_for_a_few_frames_is_covered_in_between_and_at_the_ends():
    frames: list[list[Detection] | None] = [[] for _ in range(30)]
    for frame in (10, 11, 17, 18):
        frames[frame] = [_face(100, 100)]
    planned = _planned(frames)
    seen = [regions[0].seen if regions else None for regions in planned]
    assert seen[:7] == [None] * 7
    assert seen[7:22] == (
        [Seen.EXTENDED] * 3 + [Seen.DETECTED] * 2 + [Seen.FILLED] * 5 + [Seen.DETECTED] * 2 + [Seen.EXTENDED] * 3
    )
    assert seen[22:] == [None] * 8


def test_pages_have_nothing_to_do_with_each_other():
    planned = _planned([[_face(0, 0)], [], [_face(0, 0)], [_face(1, 1)]], Horizon.of_pages())
    assert [[region.track for region in regions] for regions in planned] == [[0], [], [1], [2]]
    assert {region.seen for regions in planned for region in regions} == {Seen.DETECTED}


def test_frames_that_were_not_looked_at_are_filled():
    horizon = Horizon(gap=5, extend=2, motion=9)
    frames = [[_face(frame * 2.0, 0)] if frame % 3 == 0 else None for frame in range(31)]
    planned = _planned(frames, horizon)
    assert all(len(regions) == 1 for regions in planned)
    for frame, (region,) in enumerate(planned):
        assert region.box[0] <= frame * 2.0 + 1e-6
        assert region.box[2] >= frame * 2.0 + 10 - 1e-6


def test_a_failed_frame_is_covered_as_a_whole():
    plans = Plans(Tracker(HORIZON, SURE), horizon=HORIZON, covering=BARE, width=64, height=48)
    for frame in range(3):
        plans.add(frame, [], has_failed=frame == 1)
    assert [[region.box for region in regions] for _, regions in plans.rest(2)] == [[], [(0, 0, 64, 48)], []]


def test_each_detection_is_covered_where_it_was_found_however_tracks_are_joined():
    frames = _noise(np.random.default_rng(5), 80)
    for found, regions in zip(frames, _planned(frames), strict=True):
        for one in found or ():
            if one.score >= SURE[one.label]:
                assert any(_holds(region.box, one.box) for region in regions)


def _holds(cover: Edges, box: Edges) -> bool:
    """Whether nearly all of a box is covered."""
    across = max(0.0, min(cover[2], box[2]) - max(cover[0], box[0]))
    down = max(0.0, min(cover[3], box[3]) - max(cover[1], box[1]))
    return across * down >= 0.95 * (box[2] - box[0]) * (box[3] - box[1])


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    "horizon",
    [HORIZON, Horizon(0, 0, 0), Horizon(0, 6, 3), Horizon(12, 0, 3), Horizon(2, 9, 6)],
    ids=lambda horizon: f"gap{horizon.gap}-extend{horizon.extend}-motion{horizon.motion}",
)
@pytest.mark.parametrize("least_score", [0.1, 0.45, 0.6], ids=lambda score: f"from{score}")
def test_plans_made_on_the_way_equal_plans_made_at_the_end(seed: int, horizon: Horizon, least_score: float):
    frames = _noise(np.random.default_rng(seed), 120, every=1 + seed % 3, least_score=least_score)
    tracker = Tracker(horizon, SURE)
    for frame, found in enumerate(frames):
        if found is not None:
            tracker.update(frame, found)
    tracks = list(tracker.tracks())
    at_the_end = [regions_at(tracks, frame, horizon=horizon, covering=BARE) for frame in range(len(frames))]
    assert _planned(frames, horizon) == at_the_end


def test_memory_does_not_grow_with_the_clip():
    tracker = Tracker(HORIZON, SURE)
    plans = Plans(tracker, horizon=HORIZON, covering=BARE, width=1000, height=1000)
    for frame in range(3000):
        plans.add(frame, [_face(100, 100), _face(frame * 37.0 % 900, 500)])
        for _ in plans.settled(frame):
            pass
    tracks = list(tracker.tracks())
    assert len(tracks) < 40
    assert max(len(track.observations) for track in tracks) < 150


def test_a_plan_is_final_as_soon_as_nothing_can_change_it():
    plans = Plans(Tracker(HORIZON, SURE), horizon=HORIZON, covering=BARE, width=1000, height=1000)

    def settled_after(frame: int, *found: Detection) -> list[int]:
        plans.add(frame, list(found))
        return [number for number, _ in plans.settled(frame)]

    steady = _face(100, 100)
    for frame in range(10):
        settled_after(frame, steady)
    assert settled_after(10, steady) == [10 - HORIZON.extend], "a face that is there can only begin later"
    assert [settled_after(frame) for frame in range(11, 14)] == [[8], [9], [10]]
    assert settled_after(14) == [], "lost in frame 11, it may be found again"
    assert settled_after(15, steady) == [11, 12]
    weak = _face(500, 500, score=0.3)
    later = [settled_after(16, steady, weak), *(settled_after(frame, steady) for frame in range(17, 16 + HORIZON.back))]
    assert later == [[]] * HORIZON.back, "a later birth may look back to the weak detection in frame 16"
    assert settled_after(16 + HORIZON.back, steady) == list(range(13, 14 + HORIZON.back))


def _noise(
    rng: np.random.Generator, count: int, every: int = 1, least_score: float = 0.1
) -> list[list[Detection] | None]:
    """Things that walk about, blink, jump and are seen with any score, among false alarms."""
    things = [rng.uniform(0, 900, 2) for _ in range(6)]
    speeds = [rng.normal(0, 6, 2) for _ in things]
    frames: list[list[Detection] | None] = []
    for frame in range(count):
        found = []
        for index, speed in enumerate(speeds):
            things[index] = things[index] + speed + rng.normal(0, 1, 2)
            if rng.random() < 0.7:
                found.append(_random(rng, things[index], LICENSE_PLATE if index == 0 else FACE, least_score))
        found += [_random(rng, rng.uniform(0, 900, 2), FACE, least_score) for _ in range(rng.poisson(0.5))]
        frames.append(found if frame % every == 0 else None)
    return frames


def _random(rng: np.random.Generator, corner: np.ndarray, label: str, least_score: float) -> Detection:
    x, y = (float(value) for value in corner)
    width, height = (float(value) for value in rng.uniform(15, 40, 2))
    box: Edges = (x, y, x + width, y + height)
    return Detection(label, box, float(rng.uniform(least_score, 1)))
