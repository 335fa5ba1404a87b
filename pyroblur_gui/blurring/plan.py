"""What to cover in a frame: a pure function of the tracks, the options and the frame's number.

A frame's plan depends on nothing further away than `Horizon.settle` frames. So frames can be covered while the clip is
still being analysed, and the result is the same as that of a plan made when everything is known.
"""

import math
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import Self

from pyroblur_gui.blurring.spec import BlurOptions, Shape
from pyroblur_gui.core.boxes import Edges, between, centre, grown, hull, moved
from pyroblur_gui.core.classes import LICENSE_PLATE

SLOWEST, FASTEST = Fraction(1), Fraction(240)  # frames a second; what a container claims beyond is no frame rate
UNKNOWN_RATE = Fraction(25)
MOTION_SAMPLES = 3  # observations that tell how a track moves at its ends
STEADY_SAMPLES = 2  # observations on each side whose places are covered along with a frame's own
GROWTH_A_FRAME = 0.02  # of the box's size a side: the further from an observation, the less sure its place
MOST_GROWTH = 0.25
CIRCUMSCRIBED = (math.sqrt(2) - 1) / 2  # margin at which an ellipse in the wider box encloses the box itself
WHOLE_FRAME = -1  # number of the track that stands for a frame that could not be looked at


class Seen(StrEnum):
    """Why a place is covered."""

    DETECTED = "detected"
    FILLED = "filled"  # between two detections of a track
    EXTENDED = "extended"  # before a track's first detection or after its last
    UNKNOWN = "unknown"  # the frame could not be looked at, so all of it is covered


@dataclass(frozen=True, slots=True)
class Observation:
    """Where a track was found in one frame; box in stored pixels."""

    frame: int
    box: Edges
    score: float


@dataclass(slots=True)
class Track:
    """One face or plate through time: its observations by rising frame number, at least one, one a frame at most."""

    number: int
    label: str
    born: int  # the frame whose detection started it; observations before it were found by looking back
    observations: list[Observation] = field(default_factory=list)

    @property
    def first(self) -> Observation:
        return self.observations[0]

    @property
    def last(self) -> Observation:
        return self.observations[-1]


@dataclass(frozen=True, slots=True)
class Region:
    """One place to cover in one frame. box: stored pixels, may reach over the picture's border."""

    track: int
    label: str
    box: Edges
    shape: Shape
    seen: Seen
    score: float


@dataclass(frozen=True, slots=True)
class Horizon:
    """How far a detection reaches, in frames."""

    gap: int  # a track goes on after at most so many frames without it
    extend: int  # covered before the first and after the last observation
    motion: int  # observations this near to an end tell its motion

    @classmethod
    def of(cls, options: BlurOptions, rate: Fraction | None) -> Self:
        """rate: frames a second, None where it is unknown."""
        rate = min(max(rate or UNKNOWN_RATE, SLOWEST), FASTEST)
        step = options.every
        # With every n-th frame looked at, a track must outlast one look that missed it and the frames before the next.
        gap = max(math.ceil(_exact(options.fill_gap_s) * rate), 2 * step - 1 if step > 1 else 0)
        extend = max(math.ceil(_exact(options.extend_s) * rate), step - 1)
        return cls(gap=gap, extend=extend, motion=MOTION_SAMPLES * step)

    @classmethod
    def of_pages(cls) -> Self:
        """For pages that have nothing to do with each other: no track goes on from one to the next."""
        return cls(gap=-1, extend=0, motion=0)

    @property
    def steady(self) -> int:
        """What is covered where a track was found includes where it was so many frames before and after.

        A detector that sees half a face in one frame of many does not lay the other half bare.
        """
        return self.motion // MOTION_SAMPLES * STEADY_SAMPLES

    @property
    def back(self) -> int:
        """A track covers at most so many frames before the one that started it."""
        return max(self.gap, self.extend)

    @property
    def settle(self) -> int:
        """The plan of frame f is final once frame f + settle was looked at."""
        return self.back + self.motion


@dataclass(frozen=True, slots=True)
class Covering:
    """How wide and in what shape each class is covered. margins: share of the box's size a side."""

    shape: Shape
    margins: Mapping[str, float]

    def cover(self, label: str, box: Edges) -> tuple[Edges, Shape]:
        """The box of the cover. An ellipse is wide enough to enclose all that was found, not only its middle."""
        shape = Shape.BOX if label == LICENSE_PLATE else self.shape
        margin = self.margins.get(label, 0.0)
        if shape is Shape.ELLIPSE:
            margin = max(margin, CIRCUMSCRIBED)
        return grown(box, margin), shape


def regions_at(tracks: Iterable[Track], frame: int, *, horizon: Horizon, covering: Covering) -> tuple[Region, ...]:
    """The places to cover in a frame, by track number."""
    regions = []
    for track in tracks:
        place = place_at(track, frame, horizon)
        if place is not None:
            box, seen, score = place
            cover, shape = covering.cover(track.label, box)
            regions.append(Region(track.number, track.label, cover, shape, seen, score))
    return tuple(sorted(regions, key=lambda region: region.track))


def whole_frame(width: int, height: int) -> Region:
    """The cover of a frame that could not be looked at: nothing of it may be written clear."""
    return Region(WHOLE_FRAME, "", (0.0, 0.0, float(width), float(height)), Shape.BOX, Seen.UNKNOWN, 0.0)


def place_at(track: Track, frame: int, horizon: Horizon) -> tuple[Edges, Seen, float] | None:
    """Where a track is in a frame, before margins; None where it reaches no further."""
    observations = track.observations
    after = bisect_left(observations, frame, key=lambda seen: seen.frame)
    if after < len(observations) and observations[after].frame == frame:
        return _steady(observations, after, horizon), Seen.DETECTED, observations[after].score
    if after == 0:
        return _before(track, frame, horizon)
    if after == len(observations):
        return _after(track, frame, horizon)
    return _within(observations[after - 1], observations[after], frame)


def _before(track: Track, frame: int, horizon: Horizon) -> tuple[Edges, Seen, float] | None:
    first = track.first
    if first.frame - frame > horizon.extend or track.born - frame > horizon.back:
        return None
    near = [seen for seen in track.observations if seen.frame <= first.frame + horizon.motion]
    return _extended(first, near[-1], frame, box=_steady(track.observations, 0, horizon))


def _after(track: Track, frame: int, horizon: Horizon) -> tuple[Edges, Seen, float] | None:
    last = track.last
    if frame - last.frame > horizon.extend:
        return None
    near = [seen for seen in track.observations if seen.frame >= last.frame - horizon.motion]
    box = _steady(track.observations, len(track.observations) - 1, horizon)
    return _extended(last, near[0], frame, box=box)


def _within(one: Observation, other: Observation, frame: int) -> tuple[Edges, Seen, float]:
    share = (frame - one.frame) / (other.frame - one.frame)
    box = between(one.box, other.box, share)
    away = min(frame - one.frame, other.frame - frame)
    return grown(box, _growth(away)), Seen.FILLED, min(one.score, other.score)


def _extended(end: Observation, inner: Observation, frame: int, *, box: Edges) -> tuple[Edges, Seen, float]:
    """Carries the motion between two observations on past the end, and covers the way as well as the place.

    box: what is covered at the end itself.
    """
    away = frame - end.frame
    if inner.frame == end.frame:
        across = down = 0.0
    else:
        (x, y), (inner_x, inner_y) = centre(end.box), centre(inner.box)
        share = away / (end.frame - inner.frame)
        across, down = (x - inner_x) * share, (y - inner_y) * share
    carried = grown(moved(end.box, across, down), _growth(abs(away)))
    return hull(box, carried), Seen.EXTENDED, end.score


def _steady(observations: Sequence[Observation], index: int, horizon: Horizon) -> Edges:
    """The box of an observation together with those near it in time."""
    box, frame = observations[index].box, observations[index].frame
    for step in (-1, 1):
        near = index + step
        while 0 <= near < len(observations) and abs(observations[near].frame - frame) <= horizon.steady:
            box = hull(box, observations[near].box)
            near += step
    return box


def _growth(frames_away: int) -> float:
    return min(GROWTH_A_FRAME * frames_away, MOST_GROWTH)


def _exact(seconds: float) -> Fraction:
    """0.8 as it is written, not as the float a hair above it."""
    return Fraction(seconds).limit_denominator(1000)
