"""Encodes frames into segments, and joins segments, sound and subtitles into the finished file."""

from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Literal

import av

from pyroblur_gui.media.encoder import EncoderPlan
from pyroblur_gui.media.facts import MediaFacts


class SegmentEncoder:
    """Writes frames to one NUT file with an encoder of its own: the first frame is a key frame, the GOP is closed.

    Used by one thread at a time. close() makes the file complete and durable; abort() removes it.
    """

    frames: int  # given so far

    def __init__(self, plan: EncoderPlan, facts: MediaFacts, path: Path, *, threads: int = 0) -> None:
        raise NotImplementedError

    def encode(self, frame: av.VideoFrame) -> None:
        """The frame's pts and time_base must be set; pts rise strictly. Raises DiskFullError, OutputError."""
        raise NotImplementedError

    def close(self) -> None: ...

    def abort(self) -> None: ...


def mux(
    *,
    segments: Sequence[Path],
    source: Path,
    facts: MediaFacts,
    plan: EncoderPlan,
    target: Path,
    container_suffix: str,
    audio: Literal["keep", "mute", "drop"] = "keep",
    keep_metadata: Collection[str] = (),
    check: Callable[[], None] = lambda: None,
) -> tuple[str, ...]:
    """Writes `target` (a temporary name; container_suffix names the container). Returns what differs, in sentences."""
    raise NotImplementedError
