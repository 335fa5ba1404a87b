"""Reading and writing without covering, beside FFmpeg's own program: how much of a transcode's speed is left.

    python tests/benchmarks/media_throughput.py [clip ...] [--preset veryfast] [--rounds 3]

Without clips it takes the lab's portrait clip and makes a 1080p clip from it. All contestants encode x264 with the same
preset and quality, drop sound, and run one after the other within a round; the ratio to FFmpeg is taken round by round
and its median shown. On a busy machine the wall clock tells little: the processor time that a contestant used, all its
threads together, tells what the work costs.

How to use reader and writer at full speed: decode in one thread, cover in another, encode in a third, with queues of
about eight frames between them. FFmpeg lets go of Python's lock while it decodes and encodes. Close a segment's encoder
in the encoding thread: flushing it costs a few frames' time, which the queue before it hides.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from queue import Queue

import av
import imageio_ffmpeg
import numpy as np

from pyroblur_gui.media.encoder import plan_encoding
from pyroblur_gui.media.probe import probe
from pyroblur_gui.media.reader import Frame, VideoReader
from pyroblur_gui.media.writer import SegmentEncoder, mux

SEGMENT_S = 10
QUEUE = 8


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clips", nargs="*", type=Path)
    parser.add_argument("--preset", default="veryfast")
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        for clip in chosen.clips or _own_clips(work):
            _compare(clip, work, preset=chosen.preset, rounds=chosen.rounds)


def _compare(clip: Path, work: Path, *, preset: str, rounds: int) -> None:
    facts = probe(clip)
    assert facts.video is not None
    contestants: dict[str, Callable[[Path, Path, str], None]] = {
        "ffmpeg": _ffmpeg,
        "PyAV, one thread": _pyav,
        "ours, one thread": _ours_in_one_thread,
        "ours, two threads": _ours,
    }
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    used: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, run in contestants.items():
            start, used_before = time.perf_counter(), _processor_s()
            run(clip, work, preset)
            seconds[name].append(time.perf_counter() - start)
            used[name].append(_processor_s() - used_before)
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    _say(f"{clip.name}: {facts.width}x{facts.height}, {facts.video.frames} frames, {preset}, load {load:.1f}")
    for name, times in seconds.items():
        rate = (facts.video.frames or 0) / statistics.median(times)
        wall, processor = _ratio(times, seconds["ffmpeg"]), _ratio(used[name], used["ffmpeg"])
        _say(f"  {name:20} {rate:7.1f} frames/s   {wall:5.2f} of ffmpeg's time, {processor:5.2f} of its processor time")


def _ratio(mine: list[float], theirs: list[float]) -> float:
    return statistics.median(first / second for first, second in zip(mine, theirs, strict=True))


def _processor_s() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


# -- contestants


def _ffmpeg(clip: Path, work: Path, preset: str) -> None:
    """The program that imageio-ffmpeg carries; nothing of PyroBlur starts it."""
    options = ["-map", "0:v", "-c:v", "libx264", "-preset", preset, "-crf", "20", "-movflags", "+faststart"]
    program = imageio_ffmpeg.get_ffmpeg_exe()
    subprocess.run([program, "-v", "error", "-y", "-i", str(clip), *options, str(work / "ffmpeg.mp4")], check=True)


def _pyav(clip: Path, work: Path, preset: str) -> None:
    """The plainest loop with PyAV: its default threads, decoding and encoding in turn."""
    with av.open(str(clip)) as source, av.open(str(work / "pyav.mp4"), "w") as output:
        stream = source.streams.video[0]
        target = output.add_stream("libx264", rate=stream.average_rate, options={"preset": preset, "crf": "20"})
        target.width, target.height, target.pix_fmt = stream.width, stream.height, stream.pix_fmt
        for frame in source.decode(stream):
            frame.pict_type = 0
            output.mux(target.encode(frame))
        output.mux(target.encode(None))


def _ours_in_one_thread(clip: Path, work: Path, preset: str) -> None:
    with VideoReader(clip) as reader:
        _write(reader, reader.frames(), work, preset)


def _ours(clip: Path, work: Path, preset: str) -> None:
    queue: Queue[Frame | None] = Queue(QUEUE)

    def decode() -> None:
        try:
            for frame in reader.frames():
                queue.put(frame)
        finally:
            queue.put(None)

    with VideoReader(clip) as reader:
        decoding = threading.Thread(target=decode)
        decoding.start()
        _write(reader, iter(queue.get, None), work, preset)
        decoding.join()


def _write(reader: VideoReader, frames: Iterator[Frame], work: Path, preset: str) -> None:
    facts = reader.facts
    plan = plan_encoding(facts, container_suffix=".mp4", preset=preset, crf=20)
    length = round(SEGMENT_S * float(reader.video.frame_rate or 25))
    segments: list[Path] = []
    encoder: SegmentEncoder | None = None
    for frame in frames:
        if frame.index % length == 0:
            if encoder is not None:
                encoder.close()
            segments.append(work / f"segment{frame.index}.nut")
            encoder = SegmentEncoder(plan, facts, segments[-1])
        assert encoder is not None
        encoder.encode(frame.editable().image)
    assert encoder is not None
    encoder.close()
    mux(
        segments=segments, source=facts.path, facts=facts, plan=plan, target=work / "ours.mp4", container_suffix=".mp4",
        audio="drop",
    )  # fmt: skip


# -- clips


def _own_clips(work: Path) -> list[Path]:
    folder = Path(__file__).resolve().parents[2].parent / "shared" / "data"
    portrait = Path(os.environ.get("PYROBLUR_LAB_DATA", folder)) / "media" / "portrait_608x1080.mp4"
    if not portrait.exists():
        sys.exit("No lab data here: name the clips to compare on.")
    return [portrait, _landscape(portrait, work / "landscape_1920x1080.mp4")]


def _landscape(portrait: Path, path: Path, *, frames: int = 300) -> Path:
    """1920 x 1080 from three times the portrait clip side by side, the middle one mirrored."""
    with av.open(str(portrait)) as source, av.open(str(path), "w") as output:
        stream = source.streams.video[0]
        target = output.add_stream(
            "libx264", rate=30, width=1920, height=1080, time_base=Fraction(1, 15360), options={"crf": "18"}
        )
        target.pix_fmt = "yuv420p"
        for number, frame in enumerate(source.decode(stream)):
            if number == frames:
                break
            picture = frame.to_ndarray(format="rgb24")
            wide = np.concatenate([picture, picture[:, ::-1], picture, picture[:, :96]], axis=1)[:, :1920]
            drawn = av.VideoFrame.from_ndarray(np.ascontiguousarray(wide), "rgb24")
            drawn.pts, drawn.time_base = number * 512, Fraction(1, 15360)
            output.mux(target.encode(drawn))
        output.mux(target.encode(None))
    return path


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
