"""The life of a training on the command line: one worker a run, watched and stopped from another, moved and resumed."""

import json
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from desktop_bus import desktop
from door import Door
from small_runs import NETWORK
from test_cli_train import labelled  # noqa: F401 - a fixture

pytestmark = [pytest.mark.usefixtures("training_part", "one_core"), pytest.mark.timeout(1800)]

LIMIT_S = 400.0
SETTINGS = ("--set", "imgsz=64", "--set", "batch=4", "--set", "save_period=-1", "--set", "patience=0")
TRAIN = (
    "--data", "street", "--recipe", "quick", "--model", str(NETWORK), "--from-scratch", "--device", "cpu", *SETTINGS,
)  # fmt: skip


@pytest.fixture
def door(labelled: Path, tmp_path: Path) -> Door:  # noqa: F811
    door = Door(tmp_path / "user")
    imported = door.run("dataset", "import", labelled, "--name", "street", "--json")
    assert imported.status == 0, imported.err
    return door


def record(door: Door, name: str) -> dict[str, Any]:
    path = door.home / "runs" / name / "run.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def until(condition: Any) -> None:
    end = time.monotonic() + LIMIT_S
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.1)


def test_a_run_is_trained_by_one_worker_and_watched_stopped_moved_and_resumed_from_anywhere(
    door: Door, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with desktop(monkeypatch) as there:
        _live(door, tmp_path)
    assert there.members().count("Inhibit") == 2, "the computer stays awake over each sitting"
    assert there.members().count("UnInhibit") == 2
    assert "Notify" not in there.members(), "a command says itself how it ended"


class Heard:
    """A command and what it says, read while it says it: one whose pipe is full waits for its reader."""

    def __init__(self, command: "subprocess.Popen[bytes]") -> None:
        self.command = command
        self.lines: list[dict[str, Any]] = []
        self._status: int | None = None
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def to_its_end(self) -> int | None:
        self._reader.join(LIMIT_S)
        self.command.communicate(timeout=LIMIT_S)
        return self._status

    def _read(self) -> None:
        assert self.command.stdout is not None
        self.lines.extend(map(json.loads, self.command.stdout))
        self._status = self.command.wait()  # at once: who looks for strays would take the status away


def _live(door: Door, tmp_path: Path) -> None:
    first = Heard(door.start("train", *TRAIN, "--set", "epochs=10000", "--name", "Mine", "--json"))
    until(lambda: record(door, "Mine").get("last_epoch", 0) >= 2)

    second = door.run("train", "--resume", "Mine", "--json", limit_s=LIMIT_S)
    assert second.status == 1
    assert second.lines[-1]["code"] == "job_running"
    assert second.lines[-1]["hint"]

    watched = Heard(door.start("train", "--follow", "last", "--json"))
    until(lambda: watched.lines)  # it has come to the run before that is stopped
    stopped = door.run("train", "--stop", "Mine", "--json", limit_s=LIMIT_S)
    assert stopped.status == 0, stopped.err
    assert stopped.lines[-1]["type"] == "cancelled"
    assert watched.to_its_end() == 0
    assert watched.lines[-1]["type"] == "cancelled"
    steps = [line["step"] for line in watched.lines if line["type"] == "metric" and line["name"] == "mAP50-95"]
    assert steps[:2] == [1, 2], "from the beginning, although it came later"
    assert first.to_its_end() == 130
    assert first.lines[-1]["type"] == "cancelled"
    assert not door.strays()
    kept = record(door, "Mine")
    assert kept["state"] == "stopped"
    assert kept["last_epoch"] >= 2

    again = door.run("train", "--stop", "Mine")
    assert again.status == 1
    assert "is not being trained now" in again.err

    (door.home / "data" / "datasets" / "street").rename(door.home / "data" / "datasets" / "avenue")
    lost = door.run("train", "--resume", "Mine", "--json", limit_s=LIMIT_S)
    assert lost.status == 1
    assert lost.lines[-1]["code"] == "dataset"
    moved = tmp_path / "elsewhere" / "Mine"
    moved.parent.mkdir()
    (door.home / "runs" / "Mine").rename(moved)
    going = Heard(door.start("train", "--resume", moved, "--data", "avenue", "--json"))
    until(lambda: json.loads((moved / "run.json").read_text())["last_epoch"] > kept["last_epoch"])
    ended = door.run("train", "--stop-after-epoch", moved, "--json", limit_s=LIMIT_S)
    assert going.to_its_end() == 0
    end = going.lines[-1]
    assert end["type"] == "finished"
    assert end["first_epoch"] == kept["last_epoch"] + 1
    assert end["run_dir"] == str(moved)
    assert ended.lines[-1]["type"] == "finished"
    assert json.loads((moved / "run.json").read_text())["data"] == "avenue"
    assert not door.strays()
