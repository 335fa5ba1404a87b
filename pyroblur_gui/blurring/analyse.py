"""Finds faces and plates frame by frame: hands small upright pictures to the detector, several at once, and places what
it finds in the stored picture.

Fails closed: a picture whose detection failed twice is marked as failed, so that all of it is covered; where the
detector fails again and again, the job does.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Self

import numpy as np
from numpy.typing import NDArray

from pyroblur_gui.blurring.plan import Covering
from pyroblur_gui.blurring.progress import Upright
from pyroblur_gui.blurring.project import Detection, FrameRow, Project
from pyroblur_gui.blurring.spec import BlurOptions
from pyroblur_gui.core.boxes import clipped
from pyroblur_gui.core.classes import FACE, LICENSE_PLATE
from pyroblur_gui.core.errors import EngineError, ModelError
from pyroblur_gui.media.facts import VideoFacts
from pyroblur_gui.media.orientation import Orientation, Rotation
from pyroblur_gui.media.reader import Frame
from pyroblur_gui.models.detector import Detections, Detector, Pending, Picture

WEAK = 0.5  # share of the threshold at which a detection may carry a track on
LEAST_WEAK = 0.03
MOST_FAILURES = 8  # frames in a row that the detector may fail on before the job is given up
PERCENT = 100
OURS = frozenset({FACE, LICENSE_PLATE})  # classes that every cover is for unless one chooses
UPRIGHT = Orientation()
TURNED_BACK: dict[Rotation, Rotation] = {0: 0, 90: 270, 180: 180, 270: 90}

Boxes = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Thresholds:
    """By class: `sure` detections are covered, `weak` ones only carry a track on."""

    sure: Mapping[str, float]
    weak: Mapping[str, float]

    @classmethod
    def of(cls, options: BlurOptions, detector: Detector) -> Self:
        """Raises ModelError when the model knows none of the classes that are wanted, or one is known to none.

        That a model for faces alone does not find plates, which are wanted unless one says so, is no error.
        """
        wanted = [label for label in options.classes if label in detector.classes]
        missing = [label for label in options.classes if label not in detector.classes]
        if not wanted or not OURS.issuperset(missing):
            hint = f"It finds {', '.join(detector.classes)}: choose among these, or another model."
            raise ModelError(f"This model does not find {' or '.join(missing)}.", hint=hint)
        sure = {label: options.confidence_for(label) or detector.threshold(label) for label in wanted}
        weak = {label: min(score, max(LEAST_WEAK, score * WEAK)) for label, score in sure.items()}
        return cls(sure, weak)


def covering_of(options: BlurOptions, detector: Detector) -> Covering:
    """How wide and in what shape: the user's margin, or the model's own for each class."""
    asked = options.margin
    margins = {
        label: detector.margin(label) if asked is None else asked / PERCENT
        for label in options.classes
        if label in detector.classes
    }
    return Covering(options.shape, margins)


@dataclass(frozen=True, slots=True)
class View:
    """How a stored picture of this size is seen: upright and with square pixels."""

    width: int  # as stored
    height: int
    orientation: Orientation = UPRIGHT
    stretch: float = 1.0  # of the stored width, for pixels that are not square

    @classmethod
    def of(cls, facts: VideoFacts) -> Self:
        aspect = facts.sample_aspect_ratio
        # What a container says beyond is a fault of it; the detector copes with pixels that are a little off.
        stretch = float(aspect) if aspect and Fraction(1, 4) <= aspect <= 4 else 1.0
        return cls(facts.width, facts.height, Orientation(facts.rotation, facts.mirrored), stretch)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the picture that is seen."""
        return self.orientation.upright_size(max(1, round(self.width * self.stretch)), self.height)

    def stored(self, boxes: Boxes, *, width: int, height: int) -> Boxes:
        """Boxes found in the picture that is seen, at this size, in stored pixels: (n, 4) both."""
        across, down = self.orientation.upright_size(self.width, self.height)
        scale = np.array((across / width, down / height) * 2, np.float32)
        placed = self.orientation.stored_boxes(boxes * scale, width=across, height=down)
        return clipped(placed, width=self.width, height=self.height)

    def seen(self, boxes: Boxes) -> Boxes:
        """Boxes in stored pixels, as shares of the picture that is seen (0..1 within it): (n, 4) both."""
        turn, is_mirrored = self.orientation.rotation, self.orientation.mirrored
        # Turning back is turning the other way round; what is mirrored undoes itself.
        back = Orientation(turn if is_mirrored else TURNED_BACK[turn], is_mirrored)
        upright = back.stored_boxes(boxes, width=self.width, height=self.height)
        across, down = self.orientation.upright_size(self.width, self.height)
        return np.asarray(upright / np.array((across, down) * 2, np.float32), np.float32)


@dataclass(frozen=True, slots=True)
class Looked:
    """What came of looking at a frame; nothing is known of one that failed."""

    frame: int
    detections: tuple[Detection, ...]
    has_failed: bool = False


class Looker:
    """Looks at pictures of the size `size`, in order, with as many under way as the detector has use for."""

    def __init__(
        self, detector: Detector, confidence: Mapping[str, float], view: View, *, most_failures: int = MOST_FAILURES
    ) -> None:
        """confidence: by class, the score from which on a detection is told.

        most_failures: pictures in a row that may fail before it raises EngineError.
        """
        self._detector = detector
        self._confidence = dict(confidence)
        self._view = view
        self._under_way: deque[tuple[int, Picture, Pending]] = deque()
        self._failures = 0  # in a row
        self._most_failures = most_failures
        self.size = detector.preferred_size(*view.size)

    def picture(self, frame: Upright) -> Picture:
        """The frame as `look` wants it; worth doing in the thread that decodes."""
        return frame.rgb(*self.size)

    def look(self, frame: int, picture: Picture) -> Iterator[Looked]:
        """Starts looking at a picture; tells what came of earlier ones."""
        self._under_way.append((frame, picture, self._start(picture)))
        while len(self._under_way) > max(1, self._detector.in_flight):
            yield self._next()

    def rest(self) -> Iterator[Looked]:
        """Waits for all that is under way."""
        while self._under_way:
            yield self._next()

    def _start(self, picture: Picture) -> Pending:
        return self._detector.submit(picture, confidence=self._confidence)

    def _next(self) -> Looked:
        frame, picture, pending = self._under_way.popleft()
        try:
            try:
                found = pending.result()
            except EngineError:
                found = self._start(picture).result()
        except EngineError:
            self._failures += 1
            if self._failures > self._most_failures:
                raise
            return Looked(frame, (), has_failed=True)
        self._failures = 0
        height, width = picture.shape[:2]
        return Looked(frame, in_stored_pixels(found, self._detector.classes, self._view, width=width, height=height))


class Analysis:
    """Looks at every n-th frame of a clip, and keeps what it found in the project."""

    def __init__(self, looker: Looker, project: Project, *, every: int, start: int) -> None:
        """start: the first frame that will be added. What an earlier run knew of it and those after is taken over."""
        self._looker = looker
        self._project = project
        self._every = every
        self._known = project.recorded
        self._kept = project.frames(start, stop=self._known)
        self._waiting: deque[_Waiting] = deque()
        self._looked: dict[int, Looked] = {}

    def picture(self, frame: Frame) -> Picture | None:
        """What `add` wants of a frame, None where it need not be looked at; may be asked by the thread that decodes."""
        if frame.index < self._known or frame.index % self._every:
            return None
        return self._looker.picture(frame)

    def add(self, frame: Frame, picture: Picture | None) -> Iterator[FrameRow]:
        """Takes the next frame; tells, in order, of the frames that all is known of now."""
        if frame.index < self._known:
            yield next(self._kept)
            return
        self._waiting.append(_Waiting(frame.index, frame.pts, bool(frame.image.key_frame), picture is not None))
        if picture is not None:
            for looked in self._looker.look(frame.index, picture):
                self._looked[looked.frame] = looked
        yield from self._recorded()

    def rest(self) -> Iterator[FrameRow]:
        """There are no more frames."""
        for looked in self._looker.rest():
            self._looked[looked.frame] = looked
        yield from self._recorded()

    def _recorded(self) -> Iterator[FrameRow]:
        while self._waiting and (not self._waiting[0].is_looked_at or self._waiting[0].number in self._looked):
            waiting = self._waiting.popleft()
            looked = self._looked.pop(waiting.number, None)
            row = FrameRow(
                waiting.number,
                waiting.pts,
                waiting.is_key,
                looked.detections if looked else None,
                looked.has_failed if looked else False,
            )
            self._project.record(row)
            yield row


@dataclass(frozen=True, slots=True)
class _Waiting:
    number: int
    pts: int
    is_key: bool
    is_looked_at: bool


def in_stored_pixels(
    found: Detections, classes: tuple[str, ...], view: View, *, width: int, height: int
) -> tuple[Detection, ...]:
    """What was found in the picture that is seen, at this size."""
    boxes = view.stored(np.asarray(found.boxes, np.float32).reshape(-1, 4), width=width, height=height)
    return tuple(
        Detection(classes[label], (x1, y1, x2, y2), score)
        for (x1, y1, x2, y2), score, label in zip(
            boxes.tolist(), found.scores.tolist(), found.labels.tolist(), strict=True
        )
    )
