"""Joins detections of the same face or plate through time, so that a miss in one frame does not lay it bare.

Causal, with one look back: detections surer than the threshold start tracks, weaker ones only carry a track on
(forward as they come, backward when a track is born). A wrong link costs nothing: every detection of a track is
covered where it was seen, and links only add covers between. `Plans` hands each frame's plan out as soon as nothing
that comes later can change it.
"""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from pyroblur_gui.blurring.plan import Covering, Horizon, Observation, Region, Track, regions_at, whole_frame
from pyroblur_gui.blurring.project import Detection
from pyroblur_gui.core.boxes import Edges, areas, centre, hull, intersections, ious

T = TypeVar("T")

# How far apart two boxes of one thing may be, in sizes of the thing. A track seen once has no motion yet.
REACH_SURE, REACH_NEW, REACH_WEAK = 1.0, 1.5, 0.6
REACH_A_MISSED_FRAME, MOST_REACH = 0.15, 2.0
IOU_SURE, IOU_WEAK = 0.1, 0.2  # boxes that overlap so much may be joined however far their middles are
MOST_RESIZE = 2.0  # a thing's width or height does not change more from one look to the next
PART = 0.95  # share of a box that lies within another when it is a part of it
SAME = 0.5  # of the union of two boxes of one frame: one thing seen twice
NEW_MOTION = 0.5  # weight of the latest step in a track's motion


class Tracker:
    """Takes detections frame by frame, in order, and keeps the tracks that may still matter."""

    def __init__(self, horizon: Horizon, thresholds: Mapping[str, float]) -> None:
        """thresholds: the score at which a detection of a class starts a track."""
        self._horizon = horizon
        self._thresholds = thresholds
        self._live: list[_Live] = []
        self._ended: list[Track] = []
        self._loose: deque[tuple[int, list[Detection]]] = deque()  # weak ones that no track took
        self._born = 0

    def update(self, frame: int, detections: Sequence[Detection]) -> None:
        """What was found in a frame that was looked at; frames come in rising order, some may be left out."""
        self._end_lost(frame)
        sure = [found for found in detections if self._is_sure(found)]
        weak = [found for found in detections if not self._is_sure(found)]
        waiting = self._live
        waiting, unclaimed = _join(waiting, sure, frame, is_sure=True)
        _, loose = _join(waiting, weak, frame, is_sure=False)
        claimed = [one for one in sure if not any(one is other for other in unclaimed)]
        for found in unclaimed:
            if self._widen(frame, found) or _lies_within(found, claimed):
                continue
            self._start(frame, found)
            claimed.append(found)
        self._loose.append((frame, loose))
        while self._loose and self._loose[0][0] <= frame - self._horizon.back:
            self._loose.popleft()

    def tracks(self) -> Iterator[Track]:
        """All tracks that were not forgotten, in no order."""
        return chain(self._ended, (live.track for live in self._live))

    def may_change(self, frame: int, latest: int) -> bool:
        """Whether what comes after `latest` may still change a frame's plan; frame + extend, + steady <= latest."""
        horizon = self._horizon
        oldest, newest = latest + 1 - horizon.back, frame + horizon.extend
        if any(loose and oldest <= number <= newest for number, loose in self._loose):
            return True  # a track that is born later may look back as far as there
        for live in self._live:
            first, last = live.track.first.frame, live.track.last.frame
            if last < frame and latest - last <= horizon.gap:
                return True  # lost, and may be found again
            if frame < first <= newest and latest < first + horizon.motion:
                return True  # its motion is not known yet
        return False

    def forget(self, frame: int) -> None:
        """Drops what no plan from this frame on needs, so that memory does not grow with the clip."""
        horizon = self._horizon
        self._ended = [track for track in self._ended if track.last.frame + horizon.extend >= frame]
        oldest = frame - horizon.gap - horizon.motion - 1
        for live in self._live:
            observations = live.track.observations
            if observations[0].frame < oldest - 64:  # in lots, not one a frame
                keep = next((i for i, seen in enumerate(observations) if seen.frame >= oldest), len(observations) - 1)
                del observations[: min(keep, len(observations) - 1)]

    def _is_sure(self, found: Detection) -> bool:
        return found.score >= self._thresholds[found.label]

    def _end_lost(self, frame: int) -> None:
        still = []
        for live in self._live:
            if frame - live.track.last.frame - 1 > self._horizon.gap:
                self._ended.append(live.track)
            else:
                still.append(live)
        self._live = still

    def _widen(self, frame: int, found: Detection) -> bool:
        """Whether this is a second box around what a track has in this frame; the track then covers both.

        A track of its own would be joined to whatever turns up beside it, and cover the way there and on.
        """
        seen = [live.track for live in self._live if live.track.label == found.label and live.track.last.frame == frame]
        if not seen:
            return False
        overlap = ious(np.array([found.box], np.float64), np.array([track.last.box for track in seen], np.float64))[0]
        best = int(overlap.argmax())
        if overlap[best] < SAME:
            return False
        last = seen[best].last
        seen[best].observations[-1] = replace(last, box=hull(last.box, found.box))
        return True

    def _start(self, frame: int, found: Detection) -> None:
        track = Track(self._born, found.label, frame, [Observation(frame, found.box, found.score)])
        self._born += 1
        self._look_back(track)
        self._live.append(_Live(track))

    def _look_back(self, track: Track) -> None:
        """Links weak detections of the frames before, nearest first, while none is further than a gap away."""
        for frame, loose in reversed(self._loose):
            first = track.first
            if frame < track.born - self._horizon.back or first.frame - frame - 1 > self._horizon.gap:
                return
            same = [found for found in loose if found.label == track.label]
            pairs = _pairs([first.box], [REACH_WEAK], [found.box for found in same], IOU_WEAK)
            if pairs:
                found = same[pairs[0][1]]
                loose.remove(found)
                track.observations.insert(0, Observation(frame, found.box, found.score))


class Plans:
    """Takes what was found in every frame, hands out what to cover in it once that is final."""

    def __init__(
        self, tracker: Tracker, *, horizon: Horizon, covering: Covering, width: int, height: int, start: int = 0
    ) -> None:
        """start: the first frame whose plan is wanted; width, height: stored size of the pictures."""
        self._tracker = tracker
        self._horizon = horizon
        self._covering = covering
        self._size = width, height
        self._next = start
        self._failed: set[int] = set()

    def add(self, frame: int, detections: Sequence[Detection] | None, *, has_failed: bool = False) -> None:
        """detections: None for a frame that was not looked at. A failed frame is covered as a whole."""
        if has_failed:
            self._failed.add(frame)
        elif detections is not None:
            self._tracker.update(frame, detections)

    def settled(self, latest: int) -> Iterator[tuple[int, tuple[Region, ...]]]:
        """Frames and their regions that are final now that all up to `latest` were added, each handed out once."""
        horizon, tracker = self._horizon, self._tracker
        least = max(horizon.extend, horizon.steady)
        while self._next <= latest - horizon.settle or (
            self._next <= latest - least and not tracker.may_change(self._next, latest)
        ):
            yield self._taken()

    def rest(self, latest: int) -> Iterator[tuple[int, tuple[Region, ...]]]:
        """The frames up to the last, `latest`, when there will be no more."""
        while self._next <= latest:
            yield self._taken()

    def _taken(self) -> tuple[int, tuple[Region, ...]]:
        frame = self._next
        self._next += 1
        regions = self._regions(frame)
        self._tracker.forget(frame + 1)
        return frame, regions

    def _regions(self, frame: int) -> tuple[Region, ...]:
        if frame in self._failed:
            self._failed.remove(frame)
            return (whole_frame(*self._size),)
        return regions_at(self._tracker.tracks(), frame, horizon=self._horizon, covering=self._covering)


class _Live:
    """A track that may go on, and its motion in pixels a frame."""

    __slots__ = ("is_new", "motion", "track")

    def __init__(self, track: Track) -> None:
        self.track = track
        self.motion = (0.0, 0.0)
        self.is_new = True  # nothing is known of its motion

    def expected(self, frame: int) -> Edges:
        steps = frame - self.track.last.frame
        across, down = self.motion[0] * steps, self.motion[1] * steps
        x1, y1, x2, y2 = self.track.last.box
        return x1 + across, y1 + down, x2 + across, y2 + down

    def reach(self, frame: int, *, is_sure: bool) -> float:
        if not is_sure:
            return REACH_WEAK
        base = REACH_NEW if self.is_new else REACH_SURE
        return min(base + REACH_A_MISSED_FRAME * (frame - self.track.last.frame - 1), MOST_REACH)

    def take(self, frame: int, found: Detection) -> None:
        last = self.track.last
        (x, y), (old_x, old_y) = centre(found.box), centre(last.box)
        steps = frame - last.frame
        across, down = (x - old_x) / steps, (y - old_y) / steps
        if self.is_new:
            self.motion = across, down
            self.is_new = False
        else:
            self.motion = (
                self.motion[0] + NEW_MOTION * (across - self.motion[0]),
                self.motion[1] + NEW_MOTION * (down - self.motion[1]),
            )
        self.track.observations.append(Observation(frame, found.box, found.score))


def _join(
    tracks: list[_Live], found: list[Detection], frame: int, *, is_sure: bool
) -> tuple[list[_Live], list[Detection]]:
    """Gives each track the nearest detection of its class; returns the tracks and detections left over."""
    free_tracks, free_found = [], []
    for label in sorted({live.track.label for live in tracks} | {one.label for one in found}):
        ours = [live for live in tracks if live.track.label == label]
        theirs = [one for one in found if one.label == label]
        pairs = _pairs(
            [live.expected(frame) for live in ours],
            [live.reach(frame, is_sure=is_sure) for live in ours],
            [one.box for one in theirs],
            IOU_SURE if is_sure else IOU_WEAK,
        )
        for track, detection in pairs:
            ours[track].take(frame, theirs[detection])
        free_tracks += _without(ours, {track for track, _ in pairs})
        free_found += _without(theirs, {detection for _, detection in pairs})
    return free_tracks, free_found


def _lies_within(found: Detection, others: Sequence[Detection]) -> bool:
    """Whether something is seen as part of another: a second box around a mouth is no face of its own.

    It is covered with the other; a track of its own would only stay open for as long as a lost face may come back.
    """
    boxes = [other.box for other in others if other.label == found.label]
    if not boxes:
        return False
    own = np.array([found.box], np.float64)
    shared = intersections(own, np.array(boxes, np.float64))
    return bool((shared >= PART * areas(own)[:, None]).any())


def _without(items: list[T], taken: set[int]) -> list[T]:
    return [item for index, item in enumerate(items) if index not in taken]


def _pairs(expected: list[Edges], reaches: list[float], found: list[Edges], least_iou: float) -> list[tuple[int, int]]:
    """Joins boxes that may be the same thing, nearest first, each at most once."""
    if not expected or not found:
        return []
    ours, theirs = np.array(expected, np.float64), np.array(found, np.float64)
    overlap = ious(ours, theirs)
    distance, resize = _apart(ours, theirs)
    may_join = (overlap >= least_iou) | ((distance <= np.array(reaches)[:, None]) & (resize <= MOST_RESIZE))
    rows, columns = np.nonzero(may_join)
    order = np.argsort((distance - overlap)[rows, columns], kind="stable")
    pairs: list[tuple[int, int]] = []
    used_rows, used_columns = set(), set()
    for row, column in zip(rows[order].tolist(), columns[order].tolist(), strict=True):
        if row not in used_rows and column not in used_columns:
            used_rows.add(row)
            used_columns.add(column)
            pairs.append((row, column))
    return pairs


def _apart(ours: NDArray[np.float64], theirs: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """How many sizes lie between the middles, and by what factor width or height differs: (n, m) each."""
    our_sides = np.maximum(ours[:, 2:] - ours[:, :2], 1e-6)
    their_sides = np.maximum(theirs[:, 2:] - theirs[:, :2], 1e-6)
    middles = (ours[:, :2] + ours[:, 2:])[:, None] / 2 - (theirs[:, :2] + theirs[:, 2:])[None] / 2
    size = (our_sides.sum(axis=1)[:, None] + their_sides.sum(axis=1)[None]) / 4
    factor = our_sides[:, None] / their_sides[None]
    return np.hypot(middles[..., 0], middles[..., 1]) / size, np.maximum(factor, 1 / factor).max(axis=2)
