"""Counts what was covered: by class, and track by track with its time span."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pyroblur_gui.blurring.plan import Region, Seen


@dataclass(slots=True)
class Span:
    """One track as it was covered: from frame `first` to frame `last`."""

    number: int
    label: str
    first: int
    last: int
    detected: int = 0  # frames in which it was found
    covered: int = 0  # frames in which it was covered


class Tally:
    """Takes the plan of every frame, in order."""

    def __init__(self) -> None:
        self.spans: dict[int, Span] = {}
        self.detections: Counter[str] = Counter()
        self.frames = 0
        self.failed = 0  # frames that could not be looked at and were covered as a whole

    def add(self, frame: int, regions: Sequence[Region]) -> None:
        self.frames += 1
        self.add_more(frame, regions)

    def add_more(self, frame: int, regions: Sequence[Region]) -> None:
        """Takes what a frame that was taken before is covered with besides."""
        for region in regions:
            if region.seen is Seen.UNKNOWN:
                self.failed += 1
                continue
            span = self.spans.setdefault(region.track, Span(region.track, region.label, frame, frame))
            span.last = frame
            span.covered += 1
            if region.seen is Seen.DETECTED:
                span.detected += 1
                self.detections[region.label] += 1

    @property
    def tracks(self) -> dict[str, int]:
        """How many tracks of each class."""
        return dict(Counter(span.label for span in self.spans.values()))
