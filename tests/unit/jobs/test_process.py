"""Workers as the parent sees them: real children that obey, crash, refuse to stop, or lose their parent."""

import asyncio
import logging
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from ears import Ear, eventually, is_running, wait_until

from pyroblur_gui.core.errors import JobError
from pyroblur_gui.jobs import launch
from pyroblur_gui.jobs.events import Artifact, Cancelled, Event, Failed, Finished, Log, Metric, Progress
from pyroblur_gui.jobs.pool import WorkerPool
from pyroblur_gui.jobs.process import WorkerProcess

GRACE_S = 0.5  # as in conftest.py
SCRIPT = Path(__file__).with_name("worker_script.py")

posix_only = pytest.mark.skipif(os.name != "posix", reason="signals and process groups")


async def test_one_child_takes_one_job_after_another(worker: WorkerProcess, ear: Ear) -> None:
    first = await worker.run("echo", {"text": "a"}, on_event=ear)
    second = await worker.run("echo", {"text": "b"}, on_event=ear)
    assert isinstance(first, Finished)
    assert isinstance(second, Finished)
    assert first.result["pid"] == second.result["pid"] == worker.pid
    assert [event.type for event in ear.events] == ["started", "artifact"] * 2
    assert worker.is_reusable


async def test_the_child_starts_ahead_of_its_first_job(worker: WorkerProcess, ear: Ear) -> None:
    await worker.start()
    assert worker.is_alive
    assert isinstance(await worker.run("echo", {}, on_event=ear), Finished)


@posix_only
async def test_what_libraries_print_and_read_does_not_touch_the_stream(worker: WorkerProcess, ear: Ear) -> None:
    end = await worker.run("noise", {}, on_event=ear)
    assert end == Finished(result={"read": ""})
    assert ear.events == [Log(level="info", text="heard")]
    assert "C prints" in worker._pipes.last_errors()


async def test_long_lines_arrive_whole(worker: WorkerProcess, ear: Ear) -> None:
    length = 3_000_000
    await worker.run("long_line", {"count": length}, on_event=ear)
    (event,) = ear.events
    assert isinstance(event, Log)
    assert len(event.text) == length


@posix_only
async def test_a_file_name_that_is_no_text_makes_the_round_trip(worker: WorkerProcess, ear: Ear) -> None:
    name = os.fsdecode(b"/pictures/\xff\n\xf0\x9f\x98\x80.jpg")
    end = await worker.run("echo", {"path": name}, on_event=ear)
    assert isinstance(end, Finished)
    assert end.result["path"] == name
    assert ear.of_type("artifact") == [Artifact(path=Path(name), kind="output")]


async def test_a_line_that_is_no_event_is_logged_and_skipped(
    tmp_path: Path, ear: Ear, caplog: pytest.LogCaptureFixture
) -> None:
    script = tmp_path / "stammer.py"
    script.write_text(
        "import sys\n"
        "sys.stdin.readline()\n"
        'print("garbage")\n'
        'print(\'{"type": "nonsense"}\')\n'
        'print(\'{"type": "log", "level": "info", "text": "fine"}\')\n'
        'print(\'{"type": "finished"}\', flush=True)\n'
        "sys.stdin.read()\n"
    )
    worker = WorkerProcess([sys.executable, str(script)])
    with caplog.at_level(logging.WARNING):
        assert await worker.run("any", {}, on_event=ear) == Finished()
    await worker.close()
    assert ear.events == [Log(level="info", text="fine")]
    assert [record.message.count("no event") for record in caplog.records] == [1, 1]


async def test_a_listener_that_fails_does_not_cost_the_job_its_end(
    worker: WorkerProcess, caplog: pytest.LogCaptureFixture
) -> None:
    def listen(event: Event) -> None:
        raise ZeroDivisionError

    assert isinstance(await worker.run("echo", {}, on_event=listen), Finished)
    assert "listener failed" in caplog.text


async def test_settings_that_make_no_sense_are_named(worker: WorkerProcess, ear: Ear) -> None:
    end = await worker.run("echo", {"count": "many", "colour": "red"}, on_event=ear)
    assert isinstance(end, Failed)
    assert end.code == "settings"
    assert "count" in end.message
    assert "colour" in end.message
    assert worker.is_reusable


async def test_an_unknown_kind_is_a_failure_of_the_job_only(worker: WorkerProcess, ear: Ear) -> None:
    end = await worker.run("dance", {}, on_event=ear)
    assert isinstance(end, Failed)
    assert "dance" in end.message
    assert isinstance(await worker.run("echo", {}, on_event=ear), Finished)


@pytest.mark.parametrize(
    ("how", "code", "is_reusable"),
    [
        ("output", "output", True),
        ("full", "disk_full", True),
        ("memory", "memory", False),
        ("exit", "internal", False),
        ("unforeseen", "internal", False),
        ("emits its end", "internal", False),
        ("returns no JSON", "internal", False),
    ],
)
async def test_every_exception_becomes_one_failure(
    worker: WorkerProcess, ear: Ear, how: str, code: str, is_reusable: bool
) -> None:
    end = await worker.run("fail", {"text": how}, on_event=ear)
    assert isinstance(end, Failed)
    assert end.code == code
    assert end.message
    assert end.hint
    assert worker.is_reusable is is_reusable
    assert not ear.events


async def test_progress_is_thinned_out_but_its_end_is_told(worker: WorkerProcess, ear: Ear) -> None:
    await worker.run("hurry", {"count": 2000}, on_event=ear)
    assert ear.events[-1] == Progress(stage="hurry", done=2000, total=2000)
    assert len(ear.events) < 1000


async def test_a_parent_that_does_not_read_holds_nothing_up_and_misses_nothing_that_lasts(
    worker: WorkerProcess, ear: Ear, tmp_path: Path
) -> None:
    end = worker.run("tell", {"count": 4000, "path": str(tmp_path / "told")}, on_event=ear)
    await ear.hear("started")
    _ear_of(worker).pause_reading()
    await eventually((tmp_path / "told").exists)
    assert len(ear.events) < 4000, "most of it was told to nobody"
    _ear_of(worker).resume_reading()
    assert await end == Finished(result={"told": 4000})
    lasting = [event.step for event in ear.events if isinstance(event, Metric) and event.name == "mAP50"]
    assert lasting == list(range(4000))
    assert 0 < len(ear.events) - 4000 < 4000, "what is of the moment is not kept for ever"


async def test_cancel_ends_the_job_and_the_child_is_not_used_again(worker: WorkerProcess, ear: Ear) -> None:
    end = worker.run("count", {"count": 10_000}, on_event=ear)
    await ear.hear("progress")
    await worker.cancel()
    assert await end == Cancelled()
    assert worker.is_alive
    assert not worker.is_reusable


async def test_a_job_that_loads_its_libraries_ends_at_once_when_it_is_cancelled(
    worker: WorkerProcess, ear: Ear, caplog: pytest.LogCaptureFixture
) -> None:
    end = worker.run("load", {}, on_event=ear)
    await ear.hear("started")
    await worker.cancel()
    assert await end == Cancelled()
    await eventually(lambda: not worker.is_alive)
    assert not caplog.records, "it need not be killed"


async def test_cancel_before_the_child_has_started(worker: WorkerProcess, ear: Ear) -> None:
    end = worker.run("count", {"count": 10_000}, on_event=ear)
    await worker.cancel()
    assert await end == Cancelled()


async def test_a_job_that_finishes_as_it_is_cancelled_is_finished(worker: WorkerProcess, ear: Ear) -> None:
    end = worker.run("echo", {}, on_event=ear)
    await ear.hear("artifact")
    await worker.cancel()
    assert isinstance(await end, Finished)


@posix_only
async def test_a_stubborn_child_is_killed_with_its_children(worker: WorkerProcess, ear: Ear) -> None:
    end = worker.run("stubborn", {}, on_event=ear)
    heard = await ear.hear("log")
    assert isinstance(heard, Log)
    grandchild = int(heard.text)
    assert is_running(grandchild)
    started = asyncio.get_running_loop().time()
    await worker.cancel()
    assert await end == Cancelled()
    assert asyncio.get_running_loop().time() - started >= GRACE_S
    await eventually(lambda: not is_running(grandchild))
    assert not worker.is_alive


@posix_only
@pytest.mark.parametrize("how", ["cancel", "crash"])
async def test_grandchildren_end_with_the_child(worker: WorkerProcess, ear: Ear, how: str) -> None:
    """They hold the child's stderr open: its death must be noticed all the same."""
    end = worker.run("family", {"text": how}, on_event=ear)
    heard = await ear.hear("log")
    assert isinstance(heard, Log)
    if how == "cancel":
        await worker.cancel()
        await worker.close()
    assert isinstance(await end, Cancelled if how == "cancel" else Failed)
    await eventually(lambda: not is_running(int(heard.text)))


@posix_only
@pytest.mark.parametrize("name", ["SIGKILL", "SIGABRT", "SIGSEGV"])
async def test_a_crash_is_a_failure_with_the_last_words(worker: WorkerProcess, ear: Ear, name: str) -> None:
    end = await worker.run("crash", {"text": name}, on_event=ear)
    assert isinstance(end, Failed)
    assert end.code == "job"
    assert name in end.message
    assert "the last words" in end.detail
    assert "again" in end.hint
    assert not worker.is_reusable
    with pytest.raises(RuntimeError, match="ended"):
        worker.run("echo", {}, on_event=ear)


async def test_a_program_that_is_not_there_fails_the_job(tmp_path: Path, ear: Ear) -> None:
    worker = WorkerProcess([str(tmp_path / "absent")])
    end = await worker.run("echo", {}, on_event=ear)
    assert isinstance(end, Failed)
    assert end.code == "job"
    await worker.close()
    with pytest.raises(JobError, match="could not be started"):
        await worker.start()


async def test_a_program_that_ends_at_once_fails_the_job(ear: Ear) -> None:
    worker = WorkerProcess([sys.executable, "-c", "raise SystemExit(7)"])
    end = await worker.run("echo", {}, on_event=ear)
    assert isinstance(end, Failed)
    assert "exit status 7" in end.message
    await worker.close()


async def test_pause_holds_a_job_until_it_is_resumed(worker: WorkerProcess, ear: Ear) -> None:
    end = worker.run("count", {"count": 40}, on_event=ear)
    await ear.hear("progress")
    worker.pause()
    await asyncio.sleep(0.3)
    heard = len(ear.events)
    await asyncio.sleep(0.3)
    assert len(ear.events) == heard
    assert not end.done()
    worker.resume()
    assert await end == Finished(result={"count": 40})


async def test_a_job_that_is_asked_to_finish_ends_early_with_a_result(worker: WorkerProcess, ear: Ear) -> None:
    end = worker.run("learn", {"count": 10_000}, on_event=ear)
    await ear.hear("progress")
    worker.finish()
    finished = await end
    assert isinstance(finished, Finished)
    assert 0 < int(str(finished.result["done"])) < 10_000
    assert worker.is_reusable
    again = await worker.run("learn", {"count": 3}, on_event=ear)
    assert again == Finished(result={"done": 3}), "the wish was for the job before"


async def test_a_job_that_knows_no_early_end_goes_on(worker: WorkerProcess, ear: Ear) -> None:
    end = worker.run("count", {"count": 20}, on_event=ear)
    worker.finish()
    assert await end == Finished(result={"count": 20})


async def test_the_workers_of_a_lane_have_its_variables(command: list[str], ear: Ear) -> None:
    pool = WorkerPool(command, grace_s=GRACE_S, environments={"gpu": {"PYROBLUR_TEST": "of the lane"}})
    found = []
    for lane in ("gpu", "cpu"):
        worker = pool.take(lane)
        found.append(await worker.run("variable", {"text": "PYROBLUR_TEST"}, on_event=ear))
        pool.give_back(worker, lane)
    await pool.close()
    assert found == [Finished(result={"value": "of the lane"}), Finished(result={"value": None})]


async def test_a_paused_job_can_be_cancelled(worker: WorkerProcess, ear: Ear) -> None:
    end = worker.run("count", {"count": 10_000}, on_event=ear)
    await ear.hear("progress")
    worker.pause()
    await worker.cancel()
    assert await end == Cancelled()


async def test_closing_a_busy_worker_cancels_its_job(worker: WorkerProcess, ear: Ear) -> None:
    end = worker.run("count", {"count": 10_000}, on_event=ear)
    await ear.hear("progress")
    await worker.close()
    assert await end == Cancelled()
    assert not worker.is_alive


async def test_a_thread_that_lingers_does_not_keep_the_child_alive(worker: WorkerProcess, ear: Ear) -> None:
    await worker.run("linger", {}, on_event=ear)
    await worker.close()
    assert not worker.is_alive


@posix_only
@pytest.mark.parametrize("kind", ["count", "stubborn"])
def test_the_child_stops_when_its_parent_is_killed(kind: str) -> None:
    parent = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("parent_script.py")), str(SCRIPT), kind],
        env=launch.child_environment(),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout is not None
    pids = [int(word) for word in parent.stdout.readline().split()]
    assert pids
    assert all(is_running(pid) for pid in pids)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    wait_until(lambda: not any(is_running(pid) for pid in pids))


def _ear_of(worker: WorkerProcess) -> asyncio.ReadTransport:
    """The pipe from the child, as its parent reads it."""
    assert worker._pipes.transport is not None
    pipe = worker._pipes.transport.get_pipe_transport(1)
    assert isinstance(pipe, asyncio.ReadTransport)
    return pipe


def test_the_environment_of_a_child(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM_PLUGIN_PATH", "/cv2/qt/plugins")
    monkeypatch.setenv("QT_QPA_FONTDIR", "/cv2/qt/fonts")
    environment = launch.child_environment()
    assert "QT_QPA_PLATFORM_PLUGIN_PATH" not in environment
    assert "QT_QPA_FONTDIR" not in environment
    assert environment["PYTHONUTF8"] == "1"


def test_a_packaged_program_starts_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", "/opt/pyroblur/pyroblur")
    assert launch.worker_command() == ["/opt/pyroblur/pyroblur", "worker"]
