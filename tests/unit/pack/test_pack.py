"""The training pack is made whole or not at all, goes on where it stopped, and is mended by what is damaged."""

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest
from packed import base_python
from server import Always, Server, Silent, Slow, Status, closed_port
from shelf import TORCH_BYTES, make_shipped, make_wheel, make_wheels, serve
from stage import Stage

from pyroblur_gui.core.errors import (
    AccessError,
    DiskFullError,
    JobCancelledError,
    JobRunningError,
    NetworkError,
    OutputError,
    PackError,
    SourceError,
)
from pyroblur_gui.core.training_part import pack_folder
from pyroblur_gui.jobs.events import Progress
from pyroblur_gui.jobs.job import Job, JobState
from pyroblur_gui.operations import pack_workers
from pyroblur_gui.operations.lone_workers import lone_worker_of
from pyroblur_gui.operations.pack import install as install_job
from pyroblur_gui.pack import install, place, uv
from pyroblur_gui.pack.place import State
from pyroblur_gui.pack.spec import PackInstallSpec, Sources
from pyroblur_gui.training import recipes
from pyroblur_gui.training.spec import TrainSpec

PYTHON = base_python()


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program that was packaged without torch."""
    folder = tmp_path / "bundle" / "pyroblur_gui" / "resources" / "pack"
    make_shipped(folder)
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path / "bundle"), raising=False)
    for module in (place, pack_workers):
        monkeypatch.setattr(module, "has_training", lambda: False)
    monkeypatch.setattr(uv, "RETRIES", 0)
    return folder


@pytest.fixture
def wheels(tmp_path: Path) -> list[Path]:
    return make_wheels(tmp_path / "wheels")


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        yield server


def sources(index: str) -> Sources:
    return Sources(index=index, python=PYTHON)


def environments() -> list[str]:
    return sorted(path.name for path in pack_folder().glob("environment-*"))


def stopped_when(stage: str, done: float = 0) -> Stage:
    """A job that is cancelled once that stage is so far."""
    context = Stage()

    def look(_count: int) -> None:
        last = context.events[-1] if context.events else None
        if isinstance(last, Progress) and last.stage == stage and last.done >= done:
            raise JobCancelledError

    context.on_check = look
    return context


@pytest.mark.usefixtures("shipped")
def test_a_pack_is_made_from_an_index_and_its_python_runs_what_was_shipped(server: Server, wheels: list[Path]) -> None:
    index = serve(server, wheels)
    assert place.status().state is State.ABSENT
    context = Stage()
    planned, kept = install.plan(sources(index), context)
    assert not server.asked(f"/files/{wheels[0].name}"), "a plan fetches no package"
    assert planned.hosts == ("127.0.0.1",)
    assert planned.torch == "2.14.1"
    assert planned.fetch_bytes(kept) == sum(wheel.stat().st_size for wheel in wheels)
    manifest = install.install(sources(index), context)
    assert place.status().state is State.READY
    stages = list(dict.fromkeys(event.stage for event in context.events if isinstance(event, Progress)))
    assert stages == ["python", "resolve", "download", "install", "trial"]
    python = pack_workers.interpreter_for("train", {}).python
    asked = subprocess.run(
        [python, "-I", "-c", "import torch, pyroblur_gui; print(torch.__version__)"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert asked.stdout.strip() == "2.14.1"
    assert manifest.size_bytes > TORCH_BYTES
    assert environments() == [manifest.environment]
    assert not (pack_folder() / place.WHEELS).exists(), "what was fetched is not kept twice"


@pytest.mark.usefixtures("shipped")
def test_a_pack_is_made_from_a_folder_without_the_network(wheels: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{closed_port()}")
    install.install(Sources(wheels=wheels[0].parent, python=PYTHON), Stage())
    assert place.status().state is State.READY


@pytest.mark.usefixtures("shipped")
def test_cancelled_while_it_fetches_it_goes_on_within_the_file(server: Server, wheels: list[Path]) -> None:
    index = serve(server, wheels, {"torch": [Slow(piece=40_000, every_s=0.1)]})
    with pytest.raises(JobCancelledError):
        install.install(sources(index), stopped_when("download", 100_000))
    status = place.status()
    assert status.state is State.UNFINISHED
    assert 0 < status.left_bytes < TORCH_BYTES
    assert environments() == []
    install.install(sources(index), Stage())
    assert place.status().state is State.READY
    again = server.asked(f"/files/{wheels[0].name}")[-1]
    assert int(again.headers["Range"].removeprefix("bytes=").rstrip("-")) > 0


@pytest.mark.usefixtures("shipped")
@pytest.mark.parametrize("stage", ["resolve", "install", "trial"])
def test_cancelled_in_any_stage_nothing_half_made_counts(server: Server, wheels: list[Path], stage: str) -> None:
    index = serve(server, wheels)
    with pytest.raises(JobCancelledError):
        install.install(sources(index), stopped_when(stage))
    assert environments() == []
    assert place.status().state in {State.ABSENT, State.UNFINISHED}
    assert not [each for each in psutil.Process().children(recursive=True) if "uv" in each.name()]


@pytest.mark.usefixtures("shipped")
def test_a_damaged_pack_is_noticed_and_mended_by_what_is_damaged(server: Server, wheels: list[Path]) -> None:
    index = serve(server, wheels)
    before = install.install(sources(index), Stage())
    assert install.check(Stage()) == []
    (before.site_packages / "torchvision" / "__init__.py").write_text("# changed\n", encoding="utf-8")
    server.requests.clear()
    problems = install.check(Stage())
    assert len(problems) == 1
    assert "torchvision" in problems[0]
    status = place.status()
    assert status.state is State.BROKEN
    assert "torchvision" in status.reason
    assert pack_workers.interpreter_for("train", {}) is None, "no training begins in a damaged pack"
    install.install(sources(index), Stage())
    assert place.status().state is State.READY
    fetched = {request.path for request in server.requests if request.path.endswith(".whl")}
    assert fetched == {f"/files/{wheel.name}" for wheel in wheels if wheel.name.startswith("torchvision")}
    assert install.check(Stage()) == []
    assert before.environment not in environments()


@pytest.mark.usefixtures("shipped")
def test_a_python_that_is_gone_and_a_package_that_is_gone_are_noticed_at_once(wheels: list[Path]) -> None:
    made = install.install(Sources(wheels=wheels[0].parent, python=PYTHON), Stage())
    record = made.site_packages / "ultralytics-8.4.190.dist-info" / "RECORD"
    kept = record.read_bytes()
    record.unlink()
    assert "ultralytics" in place.status().reason
    record.write_bytes(kept)
    python = made.interpreter.python
    python.unlink()
    python.symlink_to("/nowhere/python3")
    status = place.status()
    assert status.state is State.BROKEN
    assert "Python" in status.reason
    (pack_folder() / place.MANIFEST_FILE).write_text("{", encoding="utf-8")
    assert place.status().state is State.BROKEN
    install.install(Sources(wheels=wheels[0].parent, python=PYTHON), Stage())
    assert place.status().state is State.READY


def test_a_pack_of_another_version_is_noticed_and_only_what_changed_is_made_anew(
    shipped: Path, server: Server, wheels: list[Path]
) -> None:
    index = serve(server, wheels)
    install.install(sources(index), Stage())
    make_shipped(shipped, remark="a later build")
    assert place.status().state is State.OUTDATED
    assert pack_workers.interpreter_for("train", {}) is None
    server.requests.clear()
    made = install.install(sources(index), Stage())
    assert place.status().state is State.READY
    assert not [request for request in server.requests if request.path.endswith(".whl")]
    assert "a later build" in (made.site_packages / "pyroblur_gui" / "__init__.py").read_text(encoding="utf-8")


@pytest.mark.usefixtures("shipped")
def test_a_mirror_that_does_not_answer_is_named(server: Server, wheels: list[Path], monkeypatch) -> None:
    monkeypatch.setattr(uv, "TIMEOUT_S", 2)
    with pytest.raises(NetworkError, match=r"127\.0\.0\.1 could not be reached"):
        install.install(sources(f"http://127.0.0.1:{closed_port()}/simple"), Stage())
    index = serve(server, wheels)
    server.put("/simple/torch/", b"", Always(Silent()))
    with pytest.raises(NetworkError, match=r"127\.0\.0\.1"):
        install.install(sources(index), Stage())
    server.put("/simple/torch/", b"", Always(Status(403)))
    with pytest.raises(AccessError):
        install.install(sources(index), Stage())
    del server.resources["/simple/torch/"]
    with pytest.raises(SourceError, match="torch"):
        install.install(sources(index), Stage())
    assert place.status().state is State.ABSENT
    assert environments() == []


@pytest.mark.usefixtures("shipped")
def test_a_file_that_is_not_the_indexs_is_refused(server: Server, wheels: list[Path]) -> None:
    index = serve(server, wheels)
    other = bytes(reversed(wheels[0].read_bytes()))
    server.put(f"/files/{wheels[0].name}", other)
    with pytest.raises(SourceError, match="checksum"):
        install.install(sources(index), Stage())
    assert environments() == []


@pytest.mark.usefixtures("shipped")
def test_a_pack_that_could_not_train_is_not_kept(tmp_path: Path, wheels: list[Path]) -> None:
    wheels[1].unlink()
    make_wheel(wheels[0].parent, "torchvision", "0.29.1", {"torchvision/__init__.py": b"raise OSError('mismatch')\n"})
    with pytest.raises(PackError, match="mismatch"):
        install.install(Sources(wheels=wheels[0].parent, python=PYTHON), Stage())
    assert place.status().state in {State.ABSENT, State.UNFINISHED}
    assert environments() == []


@pytest.mark.usefixtures("shipped")
def test_a_disk_without_room_and_a_folder_that_cannot_be_are_told(
    wheels: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Sources(wheels=wheels[0].parent, python=PYTHON)
    with monkeypatch.context() as small:
        small.setattr("pyroblur_gui.core.files.free_space", lambda _folder: 1000)
        with pytest.raises(DiskFullError, match="MB left"):
            install.install(folder, Stage())
    assert environments() == []
    for left in pack_folder().iterdir():
        place.remove_tree(left) if left.is_dir() else left.unlink()
    pack_folder().rmdir()
    pack_folder().write_text("in the way", encoding="utf-8")
    with pytest.raises(OutputError):
        install.install(folder, Stage())


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("error: failed to write\n  cause: No space left on device (os error 28)", DiskFullError),
        ("error: Permission denied (os error 13)", OutputError),
        ("error: Failed to fetch: `https://user:secret@mirror.example/simple/torch/`\n cause: timed out", NetworkError),
        ("error: something else", PackError),
    ],
)
def test_what_uv_complains_of_becomes_an_error_without_secrets(said: str, kind: type[Exception]) -> None:
    from pyroblur_gui.jobs.program import Ended

    error = uv.explained(Ended(2, "", said))
    assert isinstance(error, kind)
    assert "secret" not in f"{error.message} {error.hint}"


@pytest.mark.usefixtures("shipped")
def test_without_a_python_one_is_asked_of_the_mirror(
    server: Server, wheels: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    index = serve(server, wheels)
    wanted = Sources(index=index, python_mirror=f"{server.address}/pythons")
    planned, kept = install.plan(wanted, Stage())
    assert planned.python.path is None
    assert planned.fetch_bytes(kept) > planned.estimate_bytes > 100_000_000, "the Python's size is told as well"
    with pytest.raises((PackError, SourceError, NetworkError)) as refused:
        install.install(wanted, Stage())
    assert refused.value.hint
    assert any("cpython-3.13" in request.path for request in server.requests)
    with pytest.raises(PackError, match="no Python that fits"):
        install.install(Sources(wheels=wheels[0].parent), Stage())


@pytest.mark.usefixtures("shipped")
def test_a_python_that_was_named_and_is_none_is_refused(wheels: list[Path], tmp_path: Path) -> None:
    for named in (tmp_path / "absent", wheels[0]):
        with pytest.raises(PackError, match=named.name):
            install.install(Sources(wheels=wheels[0].parent, python=str(named)), Stage())


@pytest.mark.usefixtures("shipped")
def test_one_at_a_time_and_not_without_consent(wheels: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pyroblur_gui.operations.pack.has_training", lambda: False)
    with pytest.raises(AccessError):
        install_job(PackInstallSpec(sources=Sources(wheels=wheels[0].parent)), Stage())
    with install.held(), pytest.raises(JobRunningError):
        install.install(Sources(wheels=wheels[0].parent), Stage())


@pytest.mark.usefixtures("shipped")
def test_a_pack_is_removed_whole_but_not_under_a_training(wheels: list[Path]) -> None:
    made = install.install(Sources(wheels=wheels[0].parent, python=PYTHON), Stage())
    running = subprocess.Popen(
        [made.interpreter.python, "-I", "-c", "import sys; print(1, flush=True); sys.stdin.read()"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    try:
        assert running.stdout.readline()
        with pytest.raises(JobRunningError):
            install.remove()
    finally:
        running.communicate()
    assert install.remove() > TORCH_BYTES
    assert place.status().state is State.ABSENT
    assert environments() == []


def test_a_uv_that_was_changed_is_unpacked_anew_and_a_damaged_one_is_told(shipped: Path, wheels: list[Path]) -> None:
    sources = Sources(wheels=wheels[0].parent, python=PYTHON)
    unpacked = pack_folder() / "uv"
    unpacked.parent.mkdir(parents=True)
    unpacked.write_bytes(b"#!/bin/sh\nexit 1\n")
    install.install(sources, Stage())
    assert place.status().state is State.READY
    unpacked.unlink()
    packed = shipped / "uv.xz"
    packed.write_bytes(packed.read_bytes()[:-1000])
    with pytest.raises(PackError, match=r"uv\.xz, which came with PyroBlur, is damaged") as told:
        install.install(sources, Stage())
    assert told.value.hint == "Install PyroBlur again."


@pytest.mark.usefixtures("shipped")
def test_the_windows_training_goes_to_the_packs_python(wheels: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    made = install.install(Sources(wheels=wheels[0].parent, python=PYTHON), Stage())
    monkeypatch.setenv("PYTHONPATH", "/somewhere")
    spec = TrainSpec(run="first", recipe=recipes.recipe("quick"), data="street")
    now = datetime.now(UTC)
    job = Job(
        id=1, kind="train", spec=spec.model_dump(mode="json"), lane="gpu", state=JobState.QUEUED, position=0,
        created=now, updated=now,
    )  # fmt: skip
    worker = lone_worker_of(job)
    assert worker is not None
    assert worker._command == [str(made.interpreter.python), "-I", "-X", "utf8", "-m", "pyroblur_gui", "worker"]
    assert worker._environment["PYTHONPATH"] is None, "nothing of this program's own Python reaches the pack's"


def test_a_damaged_shipment_is_refused(shipped: Path, wheels: list[Path]) -> None:
    (shipped / "constraints.txt").write_text("torch\n", encoding="utf-8")
    with pytest.raises(PackError, match=r"constraints\.txt"):
        install.install(Sources(wheels=wheels[0].parent, python=PYTHON), Stage())


@pytest.mark.parametrize(
    ("kind", "spec", "is_needed"),
    [
        ("train", {}, True), ("full", {}, True), ("preflight", {}, True), ("blur", {}, False),
        ("import_model", {"source": "a.pt"}, True), ("import_model", {"source": "a.onnx"}, False),
        ("export_model", {"format": "torchscript"}, True), ("export_model", {"format": "onnx"}, False),
        ("benchmark", {"models": ["fast", "own.pt"]}, True), ("benchmark", {"models": ["fast"]}, False),
        ("benchmark", {"models": ["fast"], "options": {"engine": "torch"}}, True),
    ],
)  # fmt: skip
def test_which_jobs_run_in_the_pack(kind: str, spec: dict, is_needed: bool) -> None:
    assert pack_workers.needs_torch(kind, json.loads(json.dumps(spec))) is is_needed


@pytest.mark.parametrize("host", ["mirror.example", "localhost.mirror.example", "127.0.0.1@mirror.example"])
def test_an_address_that_is_not_secure_is_refused(host: str) -> None:
    with pytest.raises(ValueError, match="https"):
        Sources(index=f"http://{host}/simple")
