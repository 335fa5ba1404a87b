"""A clip read, not covered, encoded in segments and joined, as rendering does it; and the result opened again."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Literal, Protocol

import av
import numpy as np
from clips import samples_of
from numpy.typing import NDArray

from pyroblur_gui.media.encoder import EncoderPlan, output_suffix, plan_encoding
from pyroblur_gui.media.facts import MediaFacts, VideoFacts
from pyroblur_gui.media.probe import probe
from pyroblur_gui.media.reader import VideoReader
from pyroblur_gui.media.writer import SegmentEncoder, mux


@dataclass(frozen=True)
class Rendered:
    path: Path
    plan: EncoderPlan
    notes: tuple[str, ...]
    source_times: list[Fraction]
    times: list[Fraction]
    facts: MediaFacts
    source_samples: list[list[NDArray[np.uint8] | NDArray[np.uint16]]]
    samples: list[list[NDArray[np.uint8] | NDArray[np.uint16]]]

    @property
    def video(self) -> VideoFacts:
        assert self.facts.video is not None
        return self.facts.video


class Render(Protocol):
    def __call__(
        self,
        source: Path,
        suffix: str = "",
        *,
        segment: int = 10,
        encoder: str = "auto",
        crf: int = 20,
        preset: str = "veryfast",
        audio: Literal["keep", "mute", "drop"] = "keep",
        keep_metadata: Collection[str] = (),
        check: Callable[[], None] = lambda: None,
    ) -> Rendered: ...


def render_clip(
    folder: Path,
    source: Path,
    suffix: str = "",
    *,
    segment: int = 10,
    encoder: str = "auto",
    crf: int = 20,
    preset: str = "veryfast",
    audio: Literal["keep", "mute", "drop"] = "keep",
    keep_metadata: Collection[str] = (),
    check: Callable[[], None] = lambda: None,
) -> Rendered:
    """In segments of `segment` frames; the result lies in `folder`."""
    facts = probe(source)
    suffix = suffix or output_suffix(facts)
    plan = plan_encoding(facts, container_suffix=suffix, encoder=encoder, preset=preset, crf=crf)
    segments: list[Path] = []
    times: list[Fraction] = []
    originals = []
    current: SegmentEncoder | None = None
    with VideoReader(source, facts=facts) as reader:
        for frame in reader.frames():
            if frame.index % segment == 0:
                if current is not None:
                    current.close()
                segments.append(folder / f"segment{frame.index}.nut")
                current = SegmentEncoder(plan, facts, segments[-1])
            times.append(frame.pts * frame.time_base)
            editable = frame.editable()
            originals.append(samples_of(editable.image))
            assert current is not None
            current.encode(editable.image)
    assert current is not None
    current.close()
    target = folder / f".{source.stem}.part"
    notes = mux(
        segments=segments, source=source, facts=facts, plan=plan, target=target, container_suffix=suffix,
        audio=audio, keep_metadata=keep_metadata, check=check,
    )  # fmt: skip
    path = target.rename(folder / f"{source.stem}_out{suffix}")
    with VideoReader(path) as reader:
        written = [(frame.pts * frame.time_base, samples_of(frame.image)) for frame in reader.frames()]
    return Rendered(
        path=path, plan=plan, notes=plan.notes + notes, source_times=times, times=[time for time, _ in written],
        facts=probe(path), source_samples=originals, samples=[samples for _, samples in written],
    )  # fmt: skip


def packets_of(path: Path, kind: str, number: int = 0) -> list[bytes]:
    """The coded data of one stream, packet by packet."""
    with av.open(str(path)) as container:
        stream = [found for found in container.streams if found.type == kind][number]
        return [bytes(packet) for packet in container.demux(stream) if packet.size]
