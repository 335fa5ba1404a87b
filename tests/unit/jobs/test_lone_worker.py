"""Workers that need nobody: real processes that outlive who started them, are found again, and stop when asked."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import psutil
import pytest
from ears import Ear, eventually, is_running, wait_until

from pyroblur_gui.core.errors import JobRunningError
from pyroblur_gui.jobs.diary import LASTING_FILE
from pyroblur_gui.jobs.events import Cancelled, Failed, Finished
from pyroblur_gui.jobs.job_folder import JobFolder
from pyroblur_gui.jobs.lone_worker import LoneWorker
from pyroblur_gui.jobs.process import WorkerProcess

GRACE_S = 2.0
PIPE_BYTES = 64 << 10
Make = Callable[..., LoneWorker]


@pytest.fixture
def folder(tmp_path: Path) -> JobFolder:
    """That of a run which has learnt something."""
    (tmp_path / "run" / "weights").mkdir(parents=True)
    return JobFolder.within(tmp_path / "run")


@pytest.fixture
async def make(folder: JobFolder, command: list[str]) -> AsyncIterator[Make]:
    """Workers of one folder; none is left at the end."""
    made: list[LoneWorker] = []

    def one(**options: object) -> LoneWorker:
        made.append(LoneWorker(folder, command=command, grace_s=GRACE_S, **options))  # type: ignore[arg-type]
        return made[-1]

    yield one
    for worker in made:
        await worker.close()
    sitting = folder.sitting()
    if sitting is not None and sitting.owner.is_alive():
        os.kill(sitting.pid, signal.SIGKILL)
    wait_until(lambda: not folder.is_held())


def spec(folder: JobFolder, **values: object) -> dict[str, object]:
    return {"folder": str(folder.path), **values}


async def test_it_does_its_job_and_tells_of_it(make: Make, folder: JobFolder, ear: Ear) -> None:
    end = await make().run("learn", spec(folder, count=5), on_event=ear)
    assert end == Finished(result={"done": 5})
    assert ear.of_type("progress")[-1].done == 5
    assert not folder.is_held()
    assert folder.sitting() is None


async def test_one_that_was_let_go_is_found_again_with_all_that_it_told(make: Make, folder: JobFolder) -> None:
    first, second = Ear(), Ear()
    worker = make()
    end = worker.run("learn", spec(folder, count=80), on_event=first)
    await first.hear("progress")
    worker.let_go()
    with pytest.raises(asyncio.CancelledError):
        await end
    assert folder.is_held()
    pid = folder.sitting().pid
    end = make().run("learn", spec(folder, count=1), on_event=second)
    assert await end == Finished(result={"done": 80}), "the job that runs, not a new one"
    assert second.of_type("progress")
    await eventually(lambda: not is_running(pid))


async def test_it_is_asked_to_stop_and_to_finish_by_whoever_comes(make: Make, folder: JobFolder, ear: Ear) -> None:
    make().run("learn", spec(folder, count=10_000), on_event=ear)
    await ear.hear("progress")
    other = make(may_start=False)
    end = other.run("learn", spec(folder), on_event=lambda _: None)
    await eventually(lambda: other._sitting != "")
    other.finish()
    assert isinstance(await end, Finished)
    end = make().run("count", spec(folder, count=10_000), on_event=ear)
    await eventually(folder.is_held)
    other = make(may_start=False)
    watched = other.run("count", spec(folder), on_event=lambda _: None)
    await other.cancel()
    assert await watched == Cancelled()
    assert await end == Cancelled()
    assert not folder.is_held()


async def test_one_whose_parent_does_not_read_is_stopped_in_order(
    make: Make, folder: JobFolder, command: list[str], ear: Ear, caplog: pytest.LogCaptureFixture
) -> None:
    parent = WorkerProcess(command, grace_s=GRACE_S)
    end = parent.run("tell", spec(folder, count=10_000_000, path=str(folder.path / "told")), on_event=ear)
    await ear.hear("started")
    pipe = parent._pipes.transport.get_pipe_transport(1)
    pipe.pause_reading()
    told = folder.path / LASTING_FILE
    await eventually(lambda: told.stat().st_size > 4 * PIPE_BYTES)
    other = make(may_start=False)
    watched = other.run("tell", spec(folder), on_event=lambda _: None)
    await other.cancel()
    assert await watched == Cancelled()
    assert folder.sitting() is None, "it did not break off"
    pipe.resume_reading()
    assert await end == Cancelled()
    await parent.close()
    assert not caplog.records, "it need not be killed"


async def test_one_that_was_asked_before_it_came_stops(make: Make, folder: JobFolder, ear: Ear) -> None:
    worker = make()
    end = worker.run("count", spec(folder, count=10_000), on_event=ear)
    await asyncio.sleep(0)
    await worker.cancel()
    assert await end == Cancelled()
    assert not folder.is_held()


async def test_one_that_loads_its_libraries_ends_at_once_and_in_order(
    make: Make, folder: JobFolder, ear: Ear, caplog: pytest.LogCaptureFixture
) -> None:
    worker = make()
    end = worker.run("load", spec(folder), on_event=ear)
    await ear.hear("started")
    await worker.cancel()
    assert await end == Cancelled()
    assert not folder.is_held()
    assert folder.sitting() is None, "it did not break off"
    assert not caplog.records, "it need not be killed"


async def test_one_that_does_not_stop_is_ended_with_its_children(make: Make, folder: JobFolder, ear: Ear) -> None:
    worker = make()
    end = worker.run("stubborn", spec(folder), on_event=ear)
    grandchild = int((await ear.hear("log")).text)
    await worker.cancel()
    assert await end == Cancelled()
    await eventually(lambda: not is_running(grandchild))
    assert folder.sitting() is not None, "it broke off, and that is seen"
    assert not folder.is_held()


async def test_one_that_crashes_is_told_with_its_last_words(make: Make, folder: JobFolder, ear: Ear) -> None:
    end = await make().run("crash", spec(folder, text="SIGSEGV"), on_event=ear)
    assert isinstance(end, Failed)
    assert "crashed (SIGSEGV)" in end.message
    assert "the last words" in end.detail
    assert folder.sitting() is not None


async def test_what_it_leaves_running_is_ended_when_it_crashes(make: Make, folder: JobFolder, ear: Ear) -> None:
    end = make().run("family", spec(folder, text="crash"), on_event=ear)
    assert isinstance(await end, Failed)
    grandchild = int(ear.of_type("log")[0].text)
    await eventually(lambda: not is_running(grandchild))


async def test_one_that_fails_before_it_made_anything_leaves_nothing(make: Make, folder: JobFolder, ear: Ear) -> None:
    (folder.path.parent / "weights").rmdir()
    end = await make().run("fail", spec(folder, text="output"), on_event=ear)
    assert end == Failed(code="output", message="No place.", hint="Take another.")
    assert not folder.path.parent.exists(), (folder.is_held(), [p.name for p in folder.path.parent.rglob("*")])


async def test_none_is_started_by_who_only_looks(make: Make, folder: JobFolder, ear: Ear) -> None:
    assert await make(may_start=False).run("count", spec(folder), on_event=ear) == Cancelled()
    assert not folder.path.exists()


async def test_two_never_work_on_one_folder(
    make: Make, folder: JobFolder, command: list[str], ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pyroblur_gui.jobs.job_folder.PATIENCE_S", 0.2)
    make().run("count", spec(folder, count=10_000), on_event=ear)
    await ear.hear("progress")
    with pytest.raises(JobRunningError), folder.hold("mine"):
        pass
    of_a_command_line = WorkerProcess(command, grace_s=GRACE_S)
    end = await of_a_command_line.run("count", spec(folder, count=1), on_event=lambda _: None)
    await of_a_command_line.close()
    assert isinstance(end, Failed)
    assert end.code == "job_running"
    assert str(folder.sitting().pid) in end.message
    assert end.hint


async def test_one_of_a_command_line_is_found_and_stops_with_its_parent(
    make: Make, folder: JobFolder, command: list[str], ear: Ear
) -> None:
    parent = WorkerProcess(command, grace_s=GRACE_S)
    end = parent.run("learn", spec(folder, count=10_000), on_event=ear)
    await ear.hear("progress")
    heard = Ear()
    looker = make(may_start=False)
    seen = looker.run("learn", spec(folder), on_event=heard)
    await heard.hear("progress")
    await parent.close()
    assert await end == Cancelled()
    assert await seen == Cancelled()


async def test_it_goes_on_when_the_process_that_started_it_is_killed(
    make: Make, folder: JobFolder, command: list[str], tmp_path: Path
) -> None:
    script = tmp_path / "parent.py"
    script.write_text(
        "import asyncio, sys, pathlib\n"
        "from pyroblur_gui.jobs.job_folder import JobFolder\n"
        "from pyroblur_gui.jobs.lone_worker import LoneWorker\n"
        "async def main():\n"
        "    folder = JobFolder(pathlib.Path(sys.argv[1]))\n"
        "    worker = LoneWorker(folder, command=sys.argv[2:])\n"
        "    await worker.run('learn', {'count': 150, 'folder': sys.argv[1]}, on_event=lambda _: None)\n"
        "asyncio.run(main())\n"
    )
    parent = psutil.Popen([sys.executable, str(script), str(folder.path), *command])
    await eventually(folder.is_held)
    parent.kill()
    parent.wait()
    assert folder.is_held()
    ear = Ear()
    assert await make(may_start=False).run("learn", spec(folder), on_event=ear) == Finished(result={"done": 150})
    assert ear.of_type("progress")[-1].done == 150


async def test_sigterm_stops_it_in_order(make: Make, folder: JobFolder, ear: Ear) -> None:
    end = make().run("count", spec(folder, count=10_000), on_event=ear)
    await ear.hear("progress")
    os.kill(folder.sitting().pid, signal.SIGTERM)
    assert await end == Cancelled()
    assert folder.sitting() is None


async def test_how_it_ended_is_announced_only_where_nobody_hears_it(make: Make, folder: JobFolder, ear: Ear) -> None:
    announced = folder.path.parent.with_name("announced")
    await make().run("learn", spec(folder, count=1), on_event=ear)  # over before it is looked at for the first time
    assert not announced.exists()
    worker = make()
    end = worker.run("learn", spec(folder, count=20), on_event=Ear())
    await eventually(lambda: folder.is_held() and folder.has_company())
    worker.let_go()
    with pytest.raises(asyncio.CancelledError):
        await end
    await eventually(announced.exists)
    assert announced.read_text() == "learn finished"


async def test_pictures_are_shown_to_who_watches(make: Make, folder: JobFolder, ear: Ear) -> None:
    end = await make().run("show", spec(folder, count=2), previews=True, on_event=ear)
    assert end == Finished(result={"shown": 2})
    assert len(ear.of_type("preview")) == 2
