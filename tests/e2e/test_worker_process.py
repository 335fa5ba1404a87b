"""The real worker, started as the window and the command line start it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from pyroblur_gui import __main__ as doors
from pyroblur_gui.blurring.spec import PreviewSpec, ThumbnailRequest
from pyroblur_gui.core import log
from pyroblur_gui.jobs.events import Event, Failed
from pyroblur_gui.jobs.interactive import InteractiveLane
from pyroblur_gui.jobs.launch import AHEAD, child_environment, launch, worker_command
from pyroblur_gui.jobs.process import WorkerProcess

HEAVY = ("torch", "ultralytics", "cv2", "openvino", "onnxruntime", "onnx", "av", "numpy", "PIL", "PySide6", "qasync")


def ignore(event: Event) -> None:
    """For jobs of which only the end matters."""


async def test_it_serves_jobs_and_ends_when_it_is_closed() -> None:
    worker = WorkerProcess()
    first = await worker.run("blur", {"source": "a.jpg"}, on_event=ignore)
    second = await worker.run("dance", {}, on_event=ignore)
    await worker.close()
    assert isinstance(first, Failed)
    assert first.code == "settings"
    assert "target" in first.message
    assert isinstance(second, Failed)
    assert "dance" in second.message
    assert not worker.is_alive


async def test_a_folder_of_pictures_cannot_bring_its_own_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("json", "pydantic", "pyroblur_gui", "psutil", "av"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('code from the folder was run')")
    monkeypatch.chdir(tmp_path)
    worker = WorkerProcess()
    end = await worker.run("dance", {}, on_event=ignore)
    await worker.close()
    assert isinstance(end, Failed)
    assert end.code == "settings"


def test_its_output_is_events_and_nothing_else() -> None:
    commands = b'garbage\n{"command": "dance"}\n{"command": "run", "kind": "dance", "spec": {}}\n'
    done = subprocess.run(
        [*worker_command(), "pbtest-"],
        input=commands,
        capture_output=True,
        env=child_environment(),
        timeout=60,
        check=True,
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["type"] for line in lines] == ["failed"]
    assert b"garbage" not in done.stdout
    assert b"ignored" in done.stderr
    assert "worker" in log.log_file().read_text(encoding="utf-8")


def test_it_loads_nothing_heavy_until_a_job_needs_it() -> None:
    program = f"import pyroblur_gui.worker, sys; sys.stdout.write(' '.join({HEAVY!r} & sys.modules.keys()))"
    program = program.replace(repr(HEAVY), repr(set(HEAVY)))
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, env=child_environment(), check=True)
    assert done.stdout == b""


def test_started_by_hand_it_says_who_should_start_it() -> None:
    done = subprocess.run(worker_command(), capture_output=True, env=child_environment(), check=False, timeout=60)
    assert done.returncode == 2
    assert b"--help" in done.stderr
    assert done.stdout == b""


@pytest.mark.parametrize(
    ("arguments", "opened"),
    [
        (["pyroblur", "gui"], []),
        (["pyroblur", "gui", "a.jpg", "b.mp4"], ["a.jpg", "b.mp4"]),
    ],
)
def test_the_window_opens_past_the_command_line(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], opened: list[str]
) -> None:
    seen: list[list[str]] = []

    def open_window(files: list[str]) -> int:
        seen.append(files)
        return 0

    monkeypatch.setattr(doors, "_open_window", open_window)
    monkeypatch.setattr(sys, "argv", arguments)
    assert doors.main() == 0
    monkeypatch.setattr(sys, "argv", ["pyroblur-gui", *arguments[2:]])
    assert doors.main_window() == 0
    assert seen == [opened, opened]


def test_a_packaged_program_opens_the_window_only_without_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal:
        def isatty(self) -> bool:
            return True

    assert not doors._was_started_from_a_desktop()
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "stdout", None)
    assert doors._was_started_from_a_desktop()
    monkeypatch.setattr(sys, "stdout", Terminal())
    assert not doors._was_started_from_a_desktop()


async def test_a_worker_that_was_launched_ahead_is_taken_over(pictures: dict[str, Path]) -> None:
    launched = await launch("preview")
    transport = launched.pipes.transport
    assert transport is not None
    lane = InteractiveLane(PreviewSpec(), launched=launched)
    preview, answer = await lane.request(ThumbnailRequest(path=pictures["bus"], width=64, height=64))
    assert answer.error is None
    assert preview is not None
    assert lane._worker is not None
    assert lane._worker.pid == transport.get_pid()
    await lane.close()
    assert launched.pipes.ended.is_set()


async def test_one_that_died_before_is_replaced(pictures: dict[str, Path]) -> None:
    launched = await launch("preview")
    assert launched.pipes.transport is not None
    launched.pipes.transport.kill()
    assert await launched.pipes.ended_within(20)
    lane = InteractiveLane(PreviewSpec(), launched=launched)
    _, answer = await lane.request(ThumbnailRequest(path=pictures["bus"], width=64, height=64))
    assert answer.error is None
    await lane.close()


def test_a_kind_that_nobody_knows_starts_nothing() -> None:
    command = [*worker_command(), "pbtest-", AHEAD, "dance"]
    done = subprocess.run(command, capture_output=True, env=child_environment(), check=False, timeout=60)
    assert done.returncode == 2
    assert b"--help" in done.stderr
