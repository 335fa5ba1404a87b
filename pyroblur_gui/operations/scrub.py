"""Photos and clips that somebody looks through: any frame at once, small, with what the detector finds in it.

What was decoded and found is remembered: asking again for the same moment costs nothing.
"""

from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from pyroblur_gui.blurring.analyse import Looker, View
from pyroblur_gui.blurring.progress import Upright
from pyroblur_gui.blurring.project import Detection, SourceIdentity
from pyroblur_gui.media.facts import MediaFacts
from pyroblur_gui.media.images import Photo, read_photo
from pyroblur_gui.media.probe import probe
from pyroblur_gui.media.reader import VideoReader
from pyroblur_gui.models.detector import Detector

LEAST_SCORE = 0.03  # detections are remembered down to this score
MOST_FRAMES = 48  # remembered, of 2 MB at most each


@dataclass(frozen=True, slots=True)
class Shown:
    """A decoded frame or page, and how it is seen."""

    picture: Upright
    view: View
    frame: int

    def small(self, width: int, height: int) -> NDArray[np.uint8]:
        """As large as fits into the size, never larger than it is: (h, w, 3) RGB."""
        whole = self.view.size
        scale = min(1.0, width / whole[0], height / whole[1])
        return self.picture.rgb(max(1, round(whole[0] * scale)), max(1, round(whole[1] * scale)))


@dataclass(frozen=True, slots=True)
class Moment:
    """A frame as it is remembered. detections: in pixels of `rgb`, best first."""

    rgb: NDArray[np.uint8]
    frame: int
    detections: tuple[Detection, ...]


class OpenFile:
    """One file that is being looked through. A context manager. Raises what probing and reading raise."""

    def __init__(self, path: Path) -> None:
        self.facts: MediaFacts = probe(path)
        self.identity = SourceIdentity.of(path)
        self._reader: VideoReader | None = None
        self._photo: Photo | None = None
        if self.facts.video is None:
            self._photo = read_photo(path)
        else:
            self._reader = VideoReader(path, facts=self.facts)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        if self._reader is not None:
            self._reader.close()

    @property
    def frames(self) -> int | None:
        """Frames or pages, as far as the container tells."""
        return self.facts.video.frames if self.facts.video else self.facts.pages

    def at(self, time_s: float) -> Shown:
        """What is shown at a time, in seconds from the first frame."""
        if self._reader is not None:
            frame = self._reader.frame_at(time_s)
            return Shown(frame, View.of(self._reader.video), frame.index)
        if self._photo is None:
            raise ValueError("the file is closed")
        ends_s = np.cumsum([page.duration_ms / 1000 for page in self._photo.pages])
        number = min(int(np.searchsorted(ends_s, time_s, side="right")), len(ends_s) - 1)
        if not ends_s[-1]:
            number = 0
        page = self._photo.pages[number]
        return Shown(page, View(page.width, page.height), number)


class Scrubber:
    """Keeps the file that was asked for last open, and remembers frames. A context manager."""

    def __init__(self) -> None:
        self._path: Path | None = None
        self._file: OpenFile | None = None
        self._moments: OrderedDict[tuple[object, ...], Moment] = OrderedDict()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def open(self, path: Path) -> OpenFile:
        """The file, opened anew when it changed. It stays the scrubber's."""
        if self._file is None or path != self._path or SourceIdentity.of(path) != self._file.identity:
            self._close()
            self._file, self._path = OpenFile(path), path
        return self._file

    def moment(
        self, file: OpenFile, time_s: float, size: tuple[int, int], detector: Detector, *, key: tuple[object, ...]
    ) -> Moment:
        """What is shown at a time, within a size, and what is found in it. key: what tells detectors apart."""
        whole_key = (file.identity, time_s, size, *key)
        moment = self._moments.pop(whole_key, None) or _moment(file.at(time_s), size, detector)
        self._moments[whole_key] = moment
        if len(self._moments) > MOST_FRAMES:
            self._moments.popitem(last=False)
        return moment

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


def _moment(shown: Shown, size: tuple[int, int], detector: Detector) -> Moment:
    rgb = shown.small(*size)
    height, width = rgb.shape[:2]
    # Looked at as large as a job would, but told in pixels of the small picture.
    looker = Looker(detector, dict.fromkeys(detector.classes, LEAST_SCORE), shown.view, most_failures=0)
    detector.prepare(*looker.size)
    (looked,) = [*looker.look(shown.frame, looker.picture(shown.picture)), *looker.rest()]
    boxes = shown.view.seen(np.array([found.box for found in looked.detections], np.float32).reshape(-1, 4))
    scaled = np.clip(boxes, 0, 1) * np.array((width, height, width, height), np.float32)
    found = [
        Detection(each.label, (x1, y1, x2, y2), each.score)
        for each, (x1, y1, x2, y2) in zip(looked.detections, scaled.tolist(), strict=True)
    ]
    return Moment(rgb, shown.frame, tuple(sorted(found, key=lambda each: -each.score)))
