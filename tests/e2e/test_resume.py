"""A worker that is killed in mid-clip: the same job goes on from the last committed frame, to the same output."""

import asyncio
import os
import signal
from pathlib import Path

import av
import pytest
from scenes import moving_face
from seeing import assert_covered, frames
from unusual_media import ClipForm, write_clip

from pyroblur_gui.blurring.spec import BlurOptions, BlurSpec, Verify
from pyroblur_gui.core.paths import folders
from pyroblur_gui.jobs.events import EndEvent, Event, Failed, Finished
from pyroblur_gui.jobs.process import WorkerProcess

RATE = 24
SEGMENT = 10 * RATE  # frames
COUNT = 2 * SEGMENT + 60
LIMIT_S = 120


@pytest.fixture(scope="module")
def clip(pictures: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A face that moves to and fro, with sound, for a little more than two segments."""
    path = tmp_path_factory.mktemp("resume") / "clip.mp4"
    there = moving_face(pictures["zidane"], frames=60).pictures
    whole = (there + there[::-1]) * (COUNT // 120 + 1)
    write_clip(path, whole[:COUNT], ClipForm(rate=RATE, sound=("fra",), options={"preset": "ultrafast"}))
    return path


def test_a_killed_job_goes_on_from_the_last_committed_frame(
    clip: Path, pictures: dict[str, Path], tmp_path: Path
) -> None:
    killed, undisturbed = _spec(clip, tmp_path / "killed.mp4"), _spec(clip, tmp_path / "undisturbed.mp4")
    before = clip.read_bytes()
    end = asyncio.run(_killed(killed, SEGMENT + 30))
    assert isinstance(end, Failed)
    assert end.code == "job"
    assert not killed.target.exists(), "nothing half-written lies under the final name"
    assert list(folders().projects.glob("*/*.nut")), "what was committed is kept"

    events: list[Event] = []
    resumed = asyncio.run(_run(killed, events))
    at = resumed.result["resumed_at"]
    assert isinstance(at, int)
    assert at > 0
    assert at % SEGMENT == 0
    assert events[0].type == "started"
    assert events[0].detail["resumed_at"] == at
    assert min(event.done for event in events if event.type == "progress") >= at
    assert not list(folders().projects.rglob("*")), "the job is done: nothing of it is kept"
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")], "nor what the killed one had begun"

    whole = asyncio.run(_run(undisturbed, []))
    assert whole.result["resumed_at"] == 0
    assert _packets(killed.target) == _packets(undisturbed.target)
    assert killed.target.read_bytes() == undisturbed.target.read_bytes()
    assert resumed.result["detections"] == whole.result["detections"]
    assert resumed.result["tracks"] == whole.result["tracks"]
    assert clip.read_bytes() == before

    faces = moving_face(pictures["zidane"], frames=60).faces
    there_and_back = (faces + faces[::-1]) * (COUNT // 120 + 1)
    seams = [number for number in range(COUNT) if number % SEGMENT in {0, 1, SEGMENT - 1}]
    source, output = frames(clip), frames(killed.target)
    assert len(output) == COUNT
    assert_covered(
        [source[number].pixels for number in seams],
        [output[number].pixels for number in seams],
        [[there_and_back[number]] for number in seams],
    )


async def _killed(spec: BlurSpec, at: int) -> EndEvent:
    """Runs the job and kills its worker, as the system does, once so many frames are done."""
    worker = WorkerProcess()

    def kill(event: Event) -> None:
        if event.type == "progress" and event.done > at and worker.pid is not None and worker.is_alive:
            os.kill(worker.pid, signal.SIGKILL)

    try:
        async with asyncio.timeout(LIMIT_S):
            return await worker.run("blur", spec.model_dump(mode="json"), on_event=kill)
    finally:
        await worker.close()


async def _run(spec: BlurSpec, events: list[Event]) -> Finished:
    worker = WorkerProcess()
    try:
        async with asyncio.timeout(LIMIT_S):
            end = await worker.run("blur", spec.model_dump(mode="json"), on_event=events.append)
    finally:
        await worker.close()
    assert isinstance(end, Finished), end
    return end


def _spec(source: Path, target: Path) -> BlurSpec:
    options = BlurOptions(model="centerface", classes=("face",), verify=Verify.OFF)
    return BlurSpec(source=source, target=target, options=options)


def _packets(path: Path) -> list[tuple[int, int | None, int | None, bytes]]:
    with av.open(path) as container:
        return [(p.stream_index, p.pts, p.dts, bytes(p)) for p in container.demux() if p.size]
