"""A command that is stopped in mid-clip: it goes at once, takes its worker along and leaves nothing half-written."""

import os
import re
import signal
import subprocess
import time
from pathlib import Path

import psutil
import pytest
from door import Snapshot
from places import QUICK, Place, files, make_place
from scenes import Scene, moving_face
from seeing import frames

GONE_S = 10.0  # a command that takes longer has not listened
FRAMES = 240  # a second or two of work


@pytest.fixture(scope="module")
def scene(pictures: dict[str, Path]) -> Scene:
    few = moving_face(pictures["zidane"], frames=24)
    return Scene(few.pictures * (FRAMES // 24), few.faces * (FRAMES // 24))


@pytest.fixture
def place(tmp_path: Path, scene: Scene) -> Place:
    return make_place(tmp_path, scene)


@pytest.mark.parametrize("to", ["the command alone", "the whole group, as a terminal does"])
def test_ctrl_c_ends_all_and_leaves_nothing(place: Place, to: str) -> None:
    before = Snapshot.of(place.folder)
    process = place.door.start("blur", place.clip, place.photo, "-o", place.out, *QUICK)
    seen = _until_progress(process)
    asked_at = time.monotonic()
    if to == "the command alone":
        process.send_signal(signal.SIGINT)
    else:
        os.killpg(process.pid, signal.SIGINT)
    rest, err = process.communicate(timeout=60)
    took_s = time.monotonic() - asked_at
    answer = place.door.answer(process.returncode, seen + rest, err)
    assert answer.status == 130, answer.err
    assert took_s < GONE_S
    assert not answer.strays
    assert answer.last(place.clip)["type"] == "cancelled"
    assert not files(place.out), "half-written files were left"
    assert Snapshot.of(place.folder) == before
    assert not answer.litter
    assert "Traceback" not in answer.err


def test_a_killed_command_takes_its_worker_along(place: Place) -> None:
    process = place.door.start("blur", place.clip, "-o", place.out, *QUICK)
    _until_progress(process)
    assert len(place.door.processes()) >= 2, "the work must be done in a child"
    process.kill()
    process.communicate(timeout=60)
    _gone, alive = psutil.wait_procs(place.door.processes(), timeout=GONE_S)
    assert not alive
    assert not {name for name in files(place.out) if not Path(name).name.startswith(".")}
    again = place.blur(place.clip, "-o", place.out)
    assert again.status == 0
    assert files(place.out) == {"clip_blurred.mp4"}, "what the killed command left must be gone"
    assert len(frames(again.output(place.clip))) == FRAMES


def test_a_worker_that_dies_fails_its_file_only(place: Place) -> None:
    """As when the system is out of memory: the command stays, says so, and does the next file with a fresh worker."""
    process = place.door.start("blur", place.clip, place.photo, "-o", place.out, *QUICK)
    seen = _until_progress(process)
    workers = [child for child in place.door.processes() if "worker" in child.cmdline()]
    assert len(workers) == 1
    workers[0].kill()
    rest, err = process.communicate(timeout=120)
    answer = place.door.answer(process.returncode, seen + rest, err)
    assert answer.status == 1
    end = answer.failed(place.clip)
    assert end["code"] == "job", end
    assert end["hint"]
    assert answer.finished(place.photo)
    assert files(place.out) == {"photo_blurred.png"}
    assert not answer.strays


def test_sigterm_cancels(place: Place) -> None:
    process = place.door.start("blur", place.clip, "-o", place.out, *QUICK)
    seen = _until_progress(process)
    process.terminate()
    rest, err = process.communicate(timeout=60)
    answer = place.door.answer(process.returncode, seen + rest, err)
    assert answer.status == 143
    assert not answer.strays
    assert not files(place.out)


def _until_progress(process: "subprocess.Popen[bytes]") -> bytes:
    """Standard output up to the first line that tells of a frame done."""
    assert process.stdout is not None
    seen = b""
    for line in iter(process.stdout.readline, b""):
        seen += line
        if b'"progress"' in line and not re.search(rb'"done": ?0(\.0)?[,}]', line):
            return seen
    message = f"the command ended before a frame was done: {seen.decode()}"
    raise AssertionError(message)
