"""Covers frames and encodes them in a thread behind, one segment after the other.

A segment is a file of its own, so a killed job loses no more than the one it was writing. Where segments begin depends
on nothing but the frame's number: a resumed job makes the same file as one that was never disturbed.
"""

import queue
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

import av

from pyroblur_gui.blurring.flow import Behind
from pyroblur_gui.blurring.plan import FASTEST, SLOWEST, UNKNOWN_RATE, Region
from pyroblur_gui.blurring.project import Project, SegmentRow
from pyroblur_gui.blurring.redact import Covers
from pyroblur_gui.core.system import usable_cores
from pyroblur_gui.media.encoder import EncoderPlan
from pyroblur_gui.media.facts import MediaFacts
from pyroblur_gui.media.reader import Frame
from pyroblur_gui.media.writer import SegmentEncoder

SEGMENT_S = 10
MOST_THREADS = 8  # of the encoder; each takes the memory of some frames, and the detector computes beside it


def segment_frames(rate: Fraction | None) -> int:
    """How many frames a segment has."""
    return round(min(max(rate or UNKNOWN_RATE, SLOWEST), FASTEST) * SEGMENT_S)


class Renderer:
    """Takes settled frames in order, from the first that no earlier run committed. A context manager."""

    def __init__(
        self, project: Project, covers: Covers, *, plan: EncoderPlan, facts: MediaFacts, length: int, most_waiting: int
    ) -> None:
        """length: frames a segment. most_waiting: how many frames may wait for the encoder."""
        self._project = project
        self._covers = covers
        self._length = length
        self._done: queue.SimpleQueue[SegmentRow] = queue.SimpleQueue()
        committed = project.segments()
        self._number = len(committed)
        self._first = committed[-1].stop if committed else 0
        self._next = self._first
        if committed:
            covers.restore(committed[-1].covers)
        self._encoding = _Encoding(plan, facts, self._done)
        self._behind: Behind[_Encode | SegmentRow] = Behind(self._encoding.take, most=most_waiting, name="encode")

    @property
    def next(self) -> int:
        """The frame that is to be rendered next."""
        return self._next

    def __enter__(self) -> Self:
        self._behind.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._behind.__exit__(kind, error, trace)
        finally:
            self._encoding.abort()

    def render(self, frame: Frame, regions: Sequence[Region]) -> Frame:
        """Covers the frame and hands it on; returns it as it is encoded."""
        if frame.index != self._next:
            message = f"frame {frame.index} came where frame {self._next} was due"
            raise ValueError(message)
        if regions:
            frame = frame.editable()
        self._covers.paint(frame, frame.index, regions)
        self._behind.put(_Encode(frame.image, self._path()))
        self._next += 1
        if self._next % self._length == 0:
            self._end_segment()
        self._commit()
        return frame

    def finish(self) -> None:
        """There are no more frames: returns when all segments are committed."""
        if self._next > self._first:
            self._end_segment()
        self._behind.finish()
        self._commit()

    def _path(self) -> Path:
        return self._project.folder / f"{self._number:05d}.nut"

    def _end_segment(self) -> None:
        self._behind.put(SegmentRow(self._number, self._first, self._next, self._path(), self._covers.state()))
        self._number += 1
        self._first = self._next

    def _commit(self) -> None:
        while True:
            try:
                row = self._done.get_nowait()
            except queue.Empty:
                return
            self._project.commit_segment(row)


@dataclass(frozen=True, slots=True)
class _Encode:
    """A frame, and the file of the segment it belongs to."""

    image: av.VideoFrame
    path: Path


class _Encoding:
    """What the thread behind does: opens a segment with its first frame, completes it when it is told to."""

    def __init__(self, plan: EncoderPlan, facts: MediaFacts, done: "queue.SimpleQueue[SegmentRow]") -> None:
        self._plan = plan
        self._facts = facts
        self._done = done
        self._encoder: SegmentEncoder | None = None

    def take(self, item: _Encode | SegmentRow) -> None:
        if isinstance(item, SegmentRow):
            self._complete(item)
            return
        if self._encoder is None:
            self._encoder = SegmentEncoder(
                self._plan, self._facts, item.path, threads=min(usable_cores(), MOST_THREADS)
            )
        self._encoder.encode(item.image)

    def abort(self) -> None:
        """Drops the segment that was begun. To be called when the thread has ended."""
        if self._encoder is not None:
            self._encoder.abort()
            self._encoder = None

    def _complete(self, segment: SegmentRow) -> None:
        if self._encoder is not None:
            self._encoder.close()
            self._encoder = None
            self._done.put(segment)
