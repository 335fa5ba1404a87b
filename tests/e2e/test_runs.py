"""Runs from the command line: PyroBlur's own store, a real MLflow server, and stores that are away or broken."""

import csv
import io
import json
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from door import Door
from run_folders import add_epochs, make_run
from runs_server import mlflow_server

from pyroblur_gui.training.run import RunState

pytestmark = [pytest.mark.usefixtures("tracking_part"), pytest.mark.timeout(900)]
LIMIT_S = 400.0  # of one command, on a machine that is busy with others


@pytest.fixture
def door(tmp_path: Path) -> Door:
    return Door(tmp_path / "user")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with mlflow_server(tmp_path_factory.mktemp("server")) as address:
        yield address


def listed(door: Door, *arguments: str, **options: object) -> dict[str, dict[str, object]]:
    answer = door.run("runs", "list", "--json", *arguments, limit_s=LIMIT_S, **options)  # type: ignore[arg-type]
    assert answer.status == 0, answer.out + answer.err
    return {run["name"]: run for run in answer.lines[-1]["runs"]}


def test_what_was_trained_is_listed_compared_noted_exported_and_taken_out_and_back(door: Door, tmp_path: Path) -> None:
    for number, seed in enumerate((1, 42)):
        make_run(door.home / "runs", f"small-{seed}", best=0.3 + number / 10, number=number, imgsz=320, seed=seed)
    make_run(door.home / "runs", "large", best=0.6, number=2, imgsz=416, seed=1)
    make_run(door.home / "runs", "broken", best=0.1, state=RunState.FAILED, number=3)

    runs = listed(door)
    assert [*runs] == ["broken", "large", "small-42", "small-1"]
    large = runs["large"]
    assert (large["state"], large["data"], large["fingerprint"]) == ("done", "street", f"{2:064x}")
    assert large["params"]["imgsz"] == "416"
    assert large["metrics"]["best/mAP50-95"] == 0.6
    assert large["ended"] - large["started"] == pytest.approx(31.5)
    chosen = listed(door, "--where", "best/mAP50-95>0.2 imgsz=320", "--sort", "best/mAP50-95")
    assert [*chosen] == ["small-1", "small-42"]

    compared = door.run("runs", "compare", "small-1", "small-42", "large", "--json", limit_s=LIMIT_S).lines[-1]
    assert compared["params"]["imgsz"] == [320, 320, 416]
    assert compared["curves"]["mAP50-95"]["large"] == [[1, 2, 3], pytest.approx([0.2, 0.4, 0.6])]
    pair = next(each for each in compared["spread"] if len(each["runs"]) == 2)
    assert pair["mean"] == pytest.approx(0.35)
    assert pair["deviation"] == pytest.approx(0.0707, abs=1e-4)  # of 0.3 and 0.4: 0.1 / sqrt 2

    assert door.run("runs", "note", "large", "for the =market", limit_s=LIMIT_S).status == 0
    assert door.run("runs", "tag", "large", "who=Ana", limit_s=LIMIT_S).status == 0
    assert listed(door, "--where", "market who=ana")["large"]["note"] == "for the =market"
    table = tmp_path / "runs.csv"
    assert door.run("runs", "export", table, limit_s=LIMIT_S).status == 0
    lines = {line["run"]: line for line in csv.DictReader(io.StringIO(table.read_text()))}
    assert lines["large"]["best/mAP50-95"] == "0.6"
    assert lines["large"]["started"] == "2026-11-29T14:00:00+00:00"

    assert door.run("runs", "delete", "large", "broken", limit_s=LIMIT_S).status == 0
    assert [*listed(door)] == ["small-42", "small-1"]
    assert {*listed(door, "--deleted")} == {"large", "broken"}
    assert door.run("runs", "restore", "large", limit_s=LIMIT_S).status == 0
    assert door.run("runs", "empty", "--yes", limit_s=LIMIT_S).status == 0
    assert listed(door, "--deleted") == {}
    assert [*listed(door)] == ["large", "small-42", "small-1"], "an erased run is not logged again"
    kept = [path.name for path in (door.home / "data" / "mlflow" / "artifacts").rglob("best.pt")]
    assert len(kept) == 3


def test_a_run_that_goes_on_is_logged_further_and_no_point_twice(door: Door) -> None:
    folder = make_run(door.home / "runs", "long", epochs=2, best=0.2, state=RunState.STOPPED)
    assert listed(door)["long"]["state"] == "stopped"
    add_epochs(folder, 5, best=0.5)
    record = folder.record()
    folder.keep(record.model_copy(update={"state": RunState.DONE, "last_epoch": 5}))
    assert listed(door)["long"]["state"] == "done"
    (folder.path / "logged.json").unlink()  # as if PyroBlur was killed before it could note it
    listed(door)
    with closing(sqlite3.connect(door.home / "data" / "mlflow" / "runs.db")) as store:
        runs = store.execute("SELECT COUNT(*) FROM runs").fetchone()[0]
        points = store.execute("SELECT step FROM metrics WHERE key = 'mAP50-95' ORDER BY step").fetchall()
    assert runs == 1
    assert points == [(1,), (2,), (3,), (4,), (5,)]


def test_a_run_whose_worker_was_killed_is_listed_as_interrupted_and_goes_on_later(door: Door) -> None:
    folder = make_run(door.home / "runs", "mine", state=RunState.RUNNING)
    with folder.job.hold("train"):
        assert listed(door)["mine"]["state"] == "running"
    assert listed(door)["mine"]["state"] == "interrupted"  # nothing in its folder has changed but that nobody is there
    assert listed(door)["mine"]["ended"] is not None
    assert folder.record().state is RunState.RUNNING, "what it says itself is left to who resumes it"
    folder.keep(folder.record().model_copy(update={"state": RunState.DONE}))
    assert listed(door)["mine"]["state"] == "done"


def test_two_processes_at_once_log_every_run_once(door: Door) -> None:
    for number in range(4):
        make_run(door.home / "runs", f"run-{number}", number=number)
    both = [door.start("runs", "list", "--json") for _ in range(2)]
    for process in both:
        out, err = process.communicate(timeout=LIMIT_S)
        assert process.returncode == 0, err
        assert len(json.loads(out.splitlines()[-1])["runs"]) == 4
    with closing(sqlite3.connect(door.home / "data" / "mlflow" / "runs.db")) as store:
        assert store.execute("SELECT COUNT(*) FROM runs").fetchone()[0] == 4


def test_a_real_server_gets_the_runs_and_one_that_was_away_gets_them_later(door: Door, server: str) -> None:
    make_run(door.home / "runs", "early", best=0.4)
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        nobody = f"http://127.0.0.1:{taken.getsockname()[1]}"
    away = door.run("runs", "list", environment={"MLFLOW_TRACKING_URI": nobody}, limit_s=LIMIT_S)
    assert away.status == 1
    assert "does not answer" in away.err
    assert "logged when it is back" in away.err

    environment = {"MLFLOW_TRACKING_URI": server, "MLFLOW_HTTP_REQUEST_TIMEOUT": "60"}
    runs = listed(door, environment=environment)
    assert runs["early"]["metrics"]["best/mAP50-95"] == 0.4
    assert not (door.home / "data" / "mlflow" / "runs.db").exists(), "the server has it, nobody else"
    make_run(door.home / "runs", "late", best=0.5, number=1)
    answer = door.run("runs", "compare", "early", "late", "--json", environment=environment, limit_s=LIMIT_S).lines[-1]
    assert answer["curves"]["mAP50-95"]["late"][0] == [1, 2, 3]
    assert door.run("runs", "delete", "late", environment=environment, limit_s=LIMIT_S).status == 0
    refused = door.run("runs", "empty", "--yes", environment=environment, limit_s=LIMIT_S)
    assert refused.status == 1
    assert "mlflow gc" in refused.err


@pytest.mark.parametrize("manner", ["hangs", "drops"])
def test_a_server_that_hangs_or_drops_is_given_up_and_loses_nothing(door: Door, manner: str) -> None:
    make_run(door.home / "runs", "mine")
    with _bad_server(manner) as address:
        environment = {"MLFLOW_TRACKING_URI": address, "MLFLOW_HTTP_REQUEST_TIMEOUT": "2"}
        answer = door.run("runs", "list", environment=environment, limit_s=LIMIT_S)
    assert answer.status == 1
    assert "does not answer" in answer.err
    assert "Traceback" not in answer.err
    assert [*listed(door)] == ["mine"]


def test_a_store_of_a_newer_schema_or_a_broken_one_is_said_and_left_as_it_is(door: Door) -> None:
    make_run(door.home / "runs", "mine")
    listed(door)
    database = door.home / "data" / "mlflow" / "runs.db"
    with closing(sqlite3.connect(database)) as store:
        store.execute("UPDATE alembic_version SET version_num = 'fffffffffff0'")
        store.commit()
    newer = door.run("runs", "list", limit_s=LIMIT_S)
    assert newer.status == 1
    assert "another version of MLflow" in newer.err
    database.write_bytes(b"this is no database" * 100)
    make_run(door.home / "runs", "next", number=1)
    broken = door.run("runs", "list", "--json", limit_s=LIMIT_S)
    assert broken.status == 1
    assert broken.lines[-1]["code"] == "run_store"
    assert database.read_bytes().startswith(b"this is no database")
    database.rename(database.with_suffix(".old"))
    assert {*listed(door)} == {"mine", "next"}, "moved away, as the hint says: all is logged again"


def test_nothing_but_the_chosen_address_is_reached(door: Door) -> None:
    make_run(door.home / "runs", "mine")
    code = (
        "import sys, socket\n"
        "def guard(event, args):\n"
        "    if event == 'socket.connect' and args[0].family != socket.AF_UNIX: raise SystemExit(f'reached {args}')\n"
        "    if event == 'socket.getaddrinfo': raise SystemExit(f'looked up {args}')\n"
        "sys.addaudithook(guard)\n"
        "from pyroblur_gui.operations.runs_sync import run\n"
        "from pyroblur_gui.runs.spec import SyncSpec\n"
        "class Quiet:\n"
        "    def emit(self, event): pass\n"
        "    def check_cancelled(self): pass\n"
        "print(run(SyncSpec(), Quiet())['logged'])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=door.environment(),
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    assert done.stdout.strip() == "['mine']", done.stdout + done.stderr


class _bad_server:  # noqa: N801 - used as a function is
    """Takes connections and never answers, or closes them at once."""

    def __init__(self, manner: str) -> None:
        self._manner = manner
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._held: list[socket.socket] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> str:
        self._thread.start()
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def __exit__(self, *_: object) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()
        for held in self._held:
            held.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            if self._manner == "drops":
                connection.close()
            else:
                self._held.append(connection)
