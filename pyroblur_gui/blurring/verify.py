"""Opens an output again: is all there that should be, and does the detector still find something in it?

What is missing fails the job, so that the output never gets its name. What is still found is listed for a person to
look at: a finding counts when most of it lies outside all covers (a cover itself may remind a detector of a face).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from pyroblur_gui.blurring.analyse import Looked, Looker, View
from pyroblur_gui.blurring.plan import Region
from pyroblur_gui.blurring.project import Detection
from pyroblur_gui.blurring.spec import Shape, Verify
from pyroblur_gui.blurring.tally import Tally
from pyroblur_gui.core.boxes import Edges
from pyroblur_gui.core.errors import OutputError
from pyroblur_gui.jobs.context import Context
from pyroblur_gui.jobs.meter import Meter
from pyroblur_gui.media.reader import VideoReader

BARE = 0.5  # share of a finding that lies outside all covers
POINTS = 16  # a finding is probed at so many points a side
SAMPLE_EVERY_S = 1
MOST_AROUND_TRACKS = 2  # further looks a second of the clip, around the first and last frames of tracks
MOST_LISTED = 500
MORE_ROUNDS = 2  # of covering what the check of a photo found: covers must not lead to covers without end
TIME_TOLERANCE_S = 0.0011  # Matroska counts in thousandths


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that the detector finds in the output. box: pixels of the upright picture."""

    label: str
    score: float
    frame: int
    time_s: float
    box: Edges


@dataclass(slots=True)
class Verified:
    """What a check showed. again: how often it found something where a cover is. failed: looks that failed.

    rounds: how often the output was made and checked, until the check found nothing more or enough was tried.
    """

    checked: int = 0
    findings: list[Finding] = field(default_factory=list)
    again: int = 0
    failed: int = 0
    rounds: int = 1

    @property
    def needs_look(self) -> bool:
        return bool(self.findings or self.failed)

    def add(self, looked: Looked, regions: Sequence[Region], *, source: View, output: View, time_s: float) -> None:
        """Takes what the detector found in one picture of the output, and what was covered in the source's."""
        self.checked += 1
        self.failed += looked.has_failed
        boxes = _upright([region.box for region in regions], source)
        covers = [(region.shape, box) for region, box in zip(regions, boxes, strict=True)]
        for found, box in zip(looked.detections, _upright([one.box for one in looked.detections], output), strict=True):
            if bare_share(box, covers) <= BARE:
                self.again += 1
            elif len(self.findings) < MOST_LISTED:
                self.findings.append(Finding(found.label, found.score, looked.frame, time_s, box))

    def detections(self) -> list[tuple[int, Detection]]:
        """What was found, by frame; boxes in pixels of the upright picture."""
        return [(one.frame, Detection(one.label, one.box, one.score)) for one in self.findings]


def bare_share(box: Edges, covers: Iterable[tuple[Shape, Edges]]) -> float:
    """How much of a box lies outside all covers."""
    steps = (np.arange(POINTS) + 0.5) / POINTS
    xs = (box[0] + (box[2] - box[0]) * steps)[None]
    ys = (box[1] + (box[3] - box[1]) * steps)[:, None]
    bare = np.ones((POINTS, POINTS), bool)
    for shape, (x1, y1, x2, y2) in covers:
        across = (xs - (x1 + x2) / 2) / max((x2 - x1) / 2, 1e-6)
        down = (ys - (y1 + y2) / 2) / max((y2 - y1) / 2, 1e-6)
        if shape is Shape.ELLIPSE:
            bare &= across**2 + down**2 > 1
        else:
            bare &= (np.abs(across) > 1) | (np.abs(down) > 1)
    return float(bare.mean())


@dataclass(frozen=True, slots=True)
class ClipCheck:
    """What an output is held against. times: of the source's frames, in seconds from the first."""

    source: View
    plans: Iterable[tuple[int, tuple[Region, ...]]]
    times: Iterable[float]
    frames: int
    tolerance_s: float = TIME_TOLERANCE_S


def check_clip(output: VideoReader, check: ClipCheck, samples: "Samples", looker: Looker, context: Context) -> Verified:
    """Decodes every frame of the output and looks at some.

    Raises OutputError when frames are missing, too many, or shown at another time.
    """
    meter = Meter(context, "verify", total=check.frames)
    verified = Verified()
    view = View.of(output.video)
    under_way: dict[int, tuple[tuple[Region, ...], float]] = {}

    def take(found: Iterable[Looked]) -> None:
        for looked in found:
            regions, time_s = under_way.pop(looked.frame)
            verified.add(looked, regions, source=check.source, output=view, time_s=time_s)

    count, first_s = 0, 0.0
    expected = zip(check.plans, check.times, strict=True)
    for frame in output.frames():
        context.check_cancelled()
        (number, regions), time_s = next(expected, ((-1, ()), 0.0))
        if number != frame.index:
            raise broken(output.path, f"it has more than the {check.frames} frames of the source")
        first_s = frame.time_s if number == 0 else first_s
        shown_s = frame.time_s - first_s
        if abs(shown_s - time_s) > max(check.tolerance_s, float(frame.time_base)):
            raise broken(output.path, f"frame {number} is shown at {shown_s:.3f} s instead of {time_s:.3f} s")
        if samples.wants(number, time_s):
            under_way[number] = regions, time_s
            take(looker.look(number, looker.picture(frame)))
        count += 1
        meter.at(count)
    take(looker.rest())
    if count != check.frames:
        raise broken(output.path, f"it has {count} of the source's {check.frames} frames")
    meter.finish(count)
    return verified


class Samples:
    """Which frames of an output are looked at: all, or one a second and those around the ends of tracks."""

    def __init__(self, verify: Verify, tally: Tally, *, duration_s: float) -> None:
        self._is_full = verify is Verify.FULL
        self._next_s = 0.0
        ends = {
            frame for span in tally.spans.values() for frame in (span.first - 1, span.first, span.last, span.last + 1)
        }
        most = max(8, round(MOST_AROUND_TRACKS * duration_s))
        step = max(1, -(-len(ends) // most))
        self._ends = frozenset(sorted(ends)[::step])

    def wants(self, frame: int, time_s: float) -> bool:
        is_due = time_s >= self._next_s
        if is_due:
            self._next_s = time_s + SAMPLE_EVERY_S
        return self._is_full or is_due or frame in self._ends


def broken(output: Path, why: str) -> OutputError:
    """An output that is not what it should be."""
    hint = "Retry with another encoder or container; if it happens again, please report it."
    return OutputError(f"The output came out wrong, so it was not kept: {why}.", hint=hint, path=output)


def _upright(boxes: Sequence[Edges], view: View) -> list[Edges]:
    """Boxes in stored pixels, in pixels of the upright picture (those of the output may be stored upright)."""
    width, height = view.orientation.upright_size(view.width, view.height)
    size = np.array((width, height, width, height), np.float32)
    seen = view.seen(np.array(boxes, np.float32).reshape(-1, 4)) * size
    return [(x1, y1, x2, y2) for x1, y1, x2, y2 in seen.tolist()]
