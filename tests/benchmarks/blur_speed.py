"""Speed and memory of `pyroblur blur` beside deface and a plain transcode: one machine, one run, alternating order.

    make bench                                    # all contestants on both clips, three times each
    make bench BENCH="--repeats 1 --frames 60"    # a quick look; figures of so short clips mean little
    make bench BENCH="--write docs/benchmarks.md" # keep the figures

Whole processes are timed, start-up included, each with a fresh PYROBLUR_HOME, so that no run can use what an earlier
one found. All encode x264 with the same preset and crf. PyroBlur runs with --verify off, because the others check
nothing either. Memory is the largest sum of the resident memory of a process and all its children (pages that they
share count twice), looked at ten times a second. Ratios are made from medians.
"""

import argparse
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import av
import imageio_ffmpeg
import psutil
from figures import HEADING, write_sections

from pyroblur_gui.core.system import platform_facts

REPOSITORY = Path(__file__).resolve().parents[2]
LAB = Path(os.environ.get("PYROBLUR_LAB_DATA", REPOSITORY.parent / "shared" / "data"))
CLIP = LAB / "media" / "portrait_608x1080.mp4"
FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()
PRESET, CRF = "veryfast", "20"
SAMPLE_S = 0.1
LARGE_FRAMES = 300

Command = Callable[[Path, Path], list[str]]  # (source, target) -> what to run

# What the issue asks for: (contestant, other, how many times as fast) on each clip.
GOALS = {
    "608x1080": [("fast", "deface", 5.0), ("thorough", "deface", 2.5), ("fast", "transcode", 1 / 2.8)],
    "1920x1080": [("fast", "deface", 9.0), ("thorough", "deface", 2.5), ("fast", "transcode", 1 / 1.6)],
}

GOAL_MB = 600
OURS = {"fast", "thorough"}


@dataclass
class Figures:
    """Of one contestant on one clip."""

    seconds: list[float] = field(default_factory=list)
    memory_bytes: int = 0
    frames: int = 0

    @property
    def median_s(self) -> float:
        return statistics.median(self.seconds)


def pyroblur(model: str) -> Command:
    def command(source: Path, target: Path) -> list[str]:
        options = ["--model", model, "--verify", "off", "--preset", PRESET, "--crf", CRF, "--json"]
        return [sys.executable, "-m", "pyroblur_gui", "blur", str(source), "-o", str(target), *options]

    return command


def deface(source: Path, target: Path) -> list[str]:
    encoding = f'{{"codec": "libx264", "quality": null, "output_params": ["-preset", "{PRESET}", "-crf", "{CRF}"]}}'
    run = "from deface.deface import main; main()"
    return [sys.executable, "-c", run, str(source), "-o", str(target), "--ffmpeg-config", encoding]


def transcode(source: Path, target: Path) -> list[str]:
    encoding = ["-map", "0:v:0", "-map", "0:a?", "-c:v", "libx264", "-preset", PRESET, "-crf", CRF, "-c:a", "copy"]
    return [FFMPEG, "-v", "error", "-y", "-i", str(source), *encoding, str(target)]


CONTESTANTS: dict[str, Command] = {
    "transcode": transcode,
    "fast": pyroblur("fast"),
    "thorough": pyroblur("thorough"),
    "deface": deface,
}


def main() -> int:
    arguments = _arguments()
    if not CLIP.is_file():
        sys.stderr.write(f"The clip {CLIP} is missing: set PYROBLUR_LAB_DATA to the folder of the lab data.\n")
        return 1
    with tempfile.TemporaryDirectory(prefix="pyroblur-bench-") as folder:
        work = Path(folder)
        clips = {name: clip for name, clip in _clips(work, arguments.frames).items() if name in arguments.clips}
        results = {name: _compare(clip, work, arguments) for name, clip in clips.items()}
        growth = _growth(clips, work) if arguments.memory else ""
    text = _report(results, arguments) + growth
    sys.stdout.write(text)
    if arguments.write:
        head, *parts = text.split(HEADING)
        write_sections(arguments.write, dict(part.split("\n", 1) for part in parts), head=head)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--frames", type=int, help="use only the first so many frames of each clip")
    parser.add_argument("--only", nargs="+", choices=list(CONTESTANTS), default=list(CONTESTANTS))
    parser.add_argument("--clips", nargs="+", choices=list(GOALS), default=list(GOALS))
    parser.add_argument("--memory", action="store_true", help="also run `fast` on ten times the frames")
    parser.add_argument("--write", type=Path, help="write the figures to this file, too")
    return parser.parse_args()


def _clips(work: Path, frames: int | None) -> dict[str, Path]:
    """The lab's clip, and 300 frames of it at 1920x1080: its middle, enlarged."""
    small, large = work / "608x1080.mp4", work / "1920x1080.mp4"
    start = [FFMPEG, "-v", "error", "-y", "-i", str(CLIP)]
    if frames is None:
        shutil.copyfile(CLIP, small)
    else:
        encoding = ["-frames:v", str(frames), "-c:v", "libx264", "-preset", "fast", "-crf", "14"]
        subprocess.run([*start, *encoding, str(small)], check=True)
    enlarge = ["-frames:v", str(frames or LARGE_FRAMES), "-vf", "crop=608:342:0:120,scale=1920:1080:flags=bicubic"]
    subprocess.run(
        [*start, *enlarge, "-an", "-c:v", "libx264", "-preset", "fast", "-crf", "18", str(large)], check=True
    )
    return {"608x1080": small, "1920x1080": large}


def _compare(clip: Path, work: Path, arguments: argparse.Namespace) -> dict[str, Figures]:
    """Runs all contestants in turn, another one first each time."""
    results = {name: Figures() for name in arguments.only}
    for repeat in range(arguments.repeats):
        shift = repeat % len(arguments.only)
        for name in [*arguments.only[shift:], *arguments.only[:shift]]:
            _measure(CONTESTANTS[name], clip, work, results[name])
            sys.stderr.write(f"{clip.stem} {name}: {results[name].seconds[-1]:.2f} s\n")
    return results


def _measure(command: Command, clip: Path, work: Path, figures: Figures) -> None:
    target = work / "out.mp4"
    target.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(dir=work) as home:
        environment = {**os.environ, "PYROBLUR_HOME": home}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)  # else PyroBlur alone, which lies here, is compiled each time
        started = time.perf_counter()
        with subprocess.Popen(
            command(clip, target), env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=REPOSITORY
        ) as process:
            watch = _MemoryWatch(process.pid)
            _, errors = process.communicate()
            seconds = time.perf_counter() - started
            memory = watch.stop()
    if process.returncode != 0 or not target.is_file():
        message = f"{command(clip, target)[:4]} failed: {errors.decode(errors='replace')[-2000:]}"
        raise RuntimeError(message)
    figures.seconds.append(seconds)
    figures.memory_bytes = max(figures.memory_bytes, memory)
    figures.frames = _frames(target)


class _MemoryWatch:
    """The largest resident memory of a process tree."""

    def __init__(self, pid: int) -> None:
        self._root = psutil.Process(pid)
        self._peak = 0
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def stop(self) -> int:
        self._end.set()
        self._thread.join()
        return self._peak

    def _look(self) -> None:
        while not self._end.wait(SAMPLE_S):
            total = 0
            try:
                tree = [self._root, *self._root.children(recursive=True)]
            except psutil.Error:
                return
            for process in tree:
                try:
                    total += process.memory_info().rss
                except psutil.Error:
                    continue
            self._peak = max(self._peak, total)


def _frames(path: Path) -> int:
    with av.open(str(path)) as container:
        return sum(1 for packet in container.demux(video=0) if packet.size)


def _growth(clips: dict[str, Path], work: Path) -> str:
    lines = ["", "## Memory of `fast` with the length", "", "| clip | frames | peak MB |", "|---|---|---|"]
    for name, clip in clips.items():
        long = work / f"long-{clip.name}"
        subprocess.run(
            [FFMPEG, "-v", "error", "-y", "-stream_loop", "9", "-i", str(clip), "-c", "copy", str(long)], check=True
        )
        for source in (clip, long):
            figures = Figures()
            _measure(CONTESTANTS["fast"], source, work, figures)
            lines.append(f"| {name} | {figures.frames} | {figures.memory_bytes / 1e6:.0f} |")
    return "\n".join(lines) + "\n"


def _report(results: dict[str, dict[str, Figures]], arguments: argparse.Namespace) -> str:
    facts = platform_facts()
    lines = [
        "# Speed and memory beside other programs",
        "",
        f"Measured {datetime.now(UTC):%Y-%m-%d} by tests/benchmarks/blur_speed.py: medians of {arguments.repeats} runs "
        "a contestant, in alternating order, whole processes with their start. "
        f"x264 {PRESET}, crf {CRF}; PyroBlur with --verify off and every frame detected.",
        "",
        f"{facts['processor']}, {facts['cores']} cores; {platform.system()}, Python {facts['python']}; "
        f"openvino {version('openvino')}, av {version('av')}, deface {version('deface')}, "
        f"onnxruntime {version('onnxruntime')}, {Path(FFMPEG).name}.",
    ]
    for clip, figures in results.items():
        lines += [
            "",
            f"## {clip}",
            "",
            "| | s | frames | frames/s | slowest, fastest s | peak MB |",
            "|---|---|---|---|---|---|",
        ]
        for name, own in figures.items():
            lines.append(
                f"| {name} | {own.median_s:.2f} | {own.frames} | {own.frames / own.median_s:.1f} "
                f"| {max(own.seconds):.2f}, {min(own.seconds):.2f} | {own.memory_bytes / 1e6:.0f} |"
            )
        lines += ["", *_ratios(clip, figures)]
    return "\n".join(lines) + "\n"


def _ratios(clip: str, figures: dict[str, Figures]) -> list[str]:
    lines: list[str] = []
    for own, other, goal in GOALS[clip]:
        if own not in figures or other not in figures:
            continue
        speed = figures[other].median_s / figures[own].median_s
        verdict = "reached" if speed >= goal else "NOT reached"
        if goal < 1:
            lines.append(f"- {own} takes {1 / speed:.2f} times the time of {other} (at most {1 / goal:.1f}: {verdict})")
        else:
            lines.append(f"- {own} is {speed:.2f} times as fast as {other} (at least {goal:.1f}: {verdict})")
    for own in OURS.intersection(figures):
        peak_mb = figures[own].memory_bytes / 1e6
        verdict = "kept" if peak_mb <= GOAL_MB else "NOT kept"
        lines.append(f"- {own} took {peak_mb:.0f} MB at most (at most {GOAL_MB}: {verdict})")
    return lines


if __name__ == "__main__":
    sys.exit(main())
