"""Pictures by shared memory: whole or not at all, and gone with the worker, however it ends."""

import asyncio
import errno
import logging
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from ears import Ear, wait_until

from pyroblur_gui.core.errors import JobError
from pyroblur_gui.jobs import shared_images
from pyroblur_gui.jobs.child import ChildContext
from pyroblur_gui.jobs.events import Finished, Preview, SharedImage
from pyroblur_gui.jobs.launch import child_environment, new_prefix
from pyroblur_gui.jobs.process import WorkerProcess
from pyroblur_gui.jobs.shared_images import (
    RING,
    SharedImages,
    read,
    remove_abandoned,
    remove_leftovers,
    serial_of,
)

MEMORY = shared_images._MEMORY_FOLDER
linux_only = pytest.mark.skipif(not MEMORY.is_dir(), reason="shows its shared memory in /dev/shm")


def blocks_of(worker: WorkerProcess) -> list[Path]:
    return list(MEMORY.glob(f"{worker._prefix}*"))


def test_a_picture_arrives_as_it_was_put() -> None:
    images = SharedImages(new_prefix())
    picture = np.arange(5 * 7 * 3, dtype=np.uint8).reshape(5, 7, 3)
    (image,) = images.put(picture, width=7, height=5)
    assert read(image) == picture.tobytes()
    images.close()


def test_two_pictures_share_a_block() -> None:
    images = SharedImages(new_prefix())
    first, second = images.put(b"a" * 12, b"b" * 12, width=2, height=2)
    assert first.name == second.name
    assert (read(first), read(second)) == (b"a" * 12, b"b" * 12)
    images.close()


def test_a_view_with_gaps_is_put_together() -> None:
    images = SharedImages(new_prefix())
    picture = np.arange(4 * 8 * 3, dtype=np.uint8).reshape(4, 8, 3)[:, ::2]
    (image,) = images.put(picture, width=4, height=4)
    assert read(image) == picture.tobytes()
    images.close()


def test_a_picture_of_another_size_is_refused() -> None:
    images = SharedImages(new_prefix())
    with pytest.raises(ValueError, match="12 bytes"):
        images.put(b"a" * 12, width=3, height=3)
    images.close()


def test_late_readers_get_none_rather_than_a_newer_picture() -> None:
    images = SharedImages(new_prefix())
    shown = [images.put(bytes([value]) * 3, width=1, height=1)[0] for value in range(RING + 2)]
    assert [read(image) for image in shown] == [None, None] + [bytes([value]) * 3 for value in range(2, RING + 2)]
    images.close()
    assert [read(image) for image in shown] == [None] * (RING + 2)


def test_an_image_that_claims_more_than_there_is_reads_as_none() -> None:
    images = SharedImages(new_prefix())
    (image,) = images.put(b"a" * 12, width=2, height=2)
    assert read(image.model_copy(update={"width": 2000, "height": 2000})) is None
    images.close()


def test_names_fit_macos() -> None:
    assert len(f"/{new_prefix()}999999999") <= 31


def test_the_serial_is_read_from_the_name() -> None:
    assert serial_of(SharedImage(name="pb1-12", width=1, height=1), "pb1-") == 12
    assert serial_of(SharedImage(name="other-12", width=1, height=1), "pb1-") == -1


def test_a_name_that_is_taken_is_passed_over() -> None:
    prefix = new_prefix()
    first, second = SharedImages(prefix), SharedImages(prefix)
    first.put(b"abc", width=1, height=1)
    (image,) = second.put(b"xyz", width=1, height=1)
    assert read(image) == b"xyz"
    first.close()
    second.close()


@linux_only
def test_leftovers_are_removed_also_one_that_was_never_told_of() -> None:
    prefix = new_prefix()
    images = SharedImages(prefix)
    shown = [images.put(b"abc", width=1, height=1)[0] for _ in range(RING + 3)]
    remove_leftovers(prefix, serial_of(shown[-2], prefix))
    assert not list(MEMORY.glob(f"{prefix}*"))
    images.close()


@linux_only
def test_what_a_killed_pair_left_is_removed_by_the_next_worker() -> None:
    gone = 2**22 + 1  # above Linux's highest process number
    ours, fresh, old, foreign = (
        MEMORY / name for name in (f"{new_prefix()}0", f"pb{gone:x}-00000000-1", f"pb{gone:x}-00000000-0", "pbtest")
    )
    for path in (ours, fresh, old, foreign):
        path.write_bytes(b"picture")
    for path in (ours, old, foreign):
        os.utime(path, (0, 0))
    remove_abandoned()
    assert [path.exists() for path in (ours, fresh, old, foreign)] == [True, True, False, True]
    for path in (ours, fresh, foreign):
        path.unlink()


@linux_only
def test_used_up_memory_is_an_error_and_no_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    images = SharedImages(new_prefix())
    monkeypatch.setattr(shared_images.shutil, "disk_usage", lambda _: SimpleNamespace(free=1000))
    with pytest.raises(OSError, match="shared memory") as caught:
        images.put(b"abc", width=1, height=1)
    assert caught.value.errno == errno.ENOSPC
    images.close()


def test_no_tracker_process_and_no_noise() -> None:
    """Python before 3.13 starts a process for shared memory that prints warnings and removes what is in use."""
    program = (
        "import psutil\n"
        "from pyroblur_gui.jobs.shared_images import SharedImages, read\n"
        "from pyroblur_gui.jobs.launch import new_prefix\n"
        "images = SharedImages(new_prefix())\n"
        "image, = images.put(b'abc', width=1, height=1)\n"
        "assert read(image) == b'abc'\n"
        "assert not psutil.Process().children()\n"
        "images.close()\n"
    )
    root = Path(shared_images.__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


async def test_previews_come_only_while_somebody_watches(worker: WorkerProcess, ear: Ear) -> None:
    end = worker.run("show", {"count": 2}, on_event=ear)
    await asyncio.sleep(0.5)
    assert not ear.events
    pictures = []
    ear.also = lambda event: pictures.append(read(event.image)) if isinstance(event, Preview) else None
    worker.watch(previews=True)
    assert await end == Finished(result={"shown": 2})
    assert [picture[0] for picture in pictures if picture] == [0, 1]
    assert [event.frame for event in ear.events if isinstance(event, Preview)] == [0, 1]


@linux_only
async def test_shared_memory_is_free_when_the_worker_is_closed(worker: WorkerProcess, ear: Ear) -> None:
    await worker.run("show", {"count": 2}, previews=True, on_event=ear)
    assert blocks_of(worker)
    await worker.close()
    assert not blocks_of(worker)


@linux_only
async def test_shared_memory_is_free_when_the_worker_was_killed(worker: WorkerProcess, ear: Ear) -> None:
    await worker.run("show", {"count": 1, "text": "SIGKILL"}, previews=True, on_event=ear)
    assert ear.of_type("preview")
    await worker.close()
    assert not blocks_of(worker)


@linux_only
@pytest.mark.parametrize("also_the_worker", [False, True])
def test_shared_memory_is_free_when_the_parent_was_killed(*, also_the_worker: bool) -> None:
    """A logout sends SIGTERM to both at once."""
    before = set(MEMORY.iterdir())
    script = Path(__file__).with_name("parent_script.py")
    worker = Path(__file__).with_name("worker_script.py")
    command = [sys.executable, str(script), str(worker), "show"]
    parent = subprocess.Popen(command, env=child_environment(), stdout=subprocess.PIPE)
    assert parent.stdout is not None
    (child,) = parent.stdout.readline().split()
    made = {entry for entry in set(MEMORY.iterdir()) - before if entry.name.startswith(f"pb{parent.pid:x}-")}
    assert made
    os.kill(parent.pid, signal.SIGKILL)
    if also_the_worker:
        os.kill(int(child), signal.SIGTERM)
    parent.wait()
    parent.stdout.close()
    wait_until(lambda: not any(path.exists() for path in made))


def test_a_preview_that_has_no_memory_is_left_out(caplog: pytest.LogCaptureFixture) -> None:
    class Full:
        def put(self, *_: object, **__: object) -> None:
            raise OSError(errno.ENOSPC, "no shared memory left")

    job = SimpleNamespace(is_watched=True, is_cancelled=False)
    context = ChildContext(job, SimpleNamespace(), Full())
    with caplog.at_level(logging.WARNING):
        context.show(b"abc", width=1, height=1, frame=7, time_s=0.0, boxes=())
    assert "no preview of frame 7" in caplog.text
    with pytest.raises(JobError, match="shared memory"):
        context.answer(1, rgb=b"abc", covered=None, width=1, height=1, frame=0, time_s=0.0, boxes=())
