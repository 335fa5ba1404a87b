"""A worker that is killed while it makes a data set: the same job, run again, gives what it gives undisturbed."""

import asyncio
import io
import json
import os
import signal
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trustme
from server import Server, Slow, serving
from small_sets import picture

from pyroblur_gui.datasets import store
from pyroblur_gui.datasets.fingerprint import fingerprint
from pyroblur_gui.datasets.sample import Split
from pyroblur_gui.datasets.spec import DownloadSpec, ImportSpec, IntakeOptions, SourceOptions, SplitOptions, SplitSpec
from pyroblur_gui.jobs.events import EndEvent, Event, Failed, Finished
from pyroblur_gui.jobs.process import WorkerProcess
from pyroblur_gui.jobs.spec import Spec

pytestmark = pytest.mark.skipif(os.name == "nt", reason="SIGKILL is what is tested")

LIMIT_S = 120
COUNT = 700
TRIES = 5
KEY = "rf-very-secret"
EXPORT = "/exports/plates.zip"


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A zip of a YOLO data set: many small pictures, every third of them twice with other quality."""
    path = tmp_path_factory.mktemp("packed") / "plates.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(COUNT):
            written = io.BytesIO()
            picture(number - (number % 3 == 0 and number > 0), (96, 72)).save(written, "JPEG", quality=80 + number % 9)
            archive.writestr(f"train/images/{number:05}.jpg", written.getvalue())
            archive.writestr(f"train/labels/{number:05}.txt", f"{number % 2} 0.5 0.5 0.{1 + number % 8} 0.25\n")
        archive.writestr("data.yaml", "train: train/images\nval: valid/images\nnames: [license-plate, face]\n")
    return path


@pytest.fixture
def roboflow(packed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """Stands in for Roboflow: a worker asks it by the real addresses. The export dribbles."""
    monkeypatch.setenv("ROBOFLOW_API_KEY", KEY)
    with serving(authority=trustme.CA()) as server:
        for name, value in server.environment(tmp_path / "ca.pem").items():
            monkeypatch.setenv(name, value)
        options = SourceOptions()
        link = f"https://storage.example.com{EXPORT}?signature={KEY}"
        answer = json.dumps({"export": {"link": link}}).encode()
        server.put(f"/{options.project}/{options.version}/yolov11", answer, kind="application/json")
        data = packed.read_bytes()
        server.put(EXPORT, data, Slow(piece=len(data) // 40, every_s=0.05))
        yield server


@pytest.mark.parametrize("stage", ["extract", "read", "split", "write"])
def test_an_import_that_was_killed_goes_on_to_the_same_data_set(stage: str, packed: Path) -> None:
    options = IntakeOptions(max_samples=0)
    spec = ImportSpec(paths=(packed,), name="killed", options=options)
    before = packed.read_bytes()
    _kill(spec, at=lambda event: event.type == "progress" and event.stage == stage and event.done > 0)
    assert store.names() == [], "nothing that looks complete"
    assert store.unfinished() == ["killed"]
    resumed = _finish(spec)
    whole = _finish(ImportSpec(paths=(packed,), name="whole", options=options))
    _assert_same(resumed, whole)
    assert packed.read_bytes() == before


def test_an_import_that_is_killed_again_and_again_goes_on(packed: Path) -> None:
    spec = ImportSpec(paths=(packed,), name="killed", options=IntakeOptions(max_samples=400))
    done = []
    for share in (0.3, 0.6, 0.9):

        def at(event: Event, share: float = share) -> bool:
            is_far = event.type == "progress" and event.stage == "read" and event.done > share * 500
            if is_far:
                done.append(event.done)
            return is_far

        _kill(spec, at=at)
    resumed = _finish(spec)
    whole = _finish(ImportSpec(paths=(packed,), name="whole", options=spec.options))
    _assert_same(resumed, whole)
    assert len(done) >= 3


def test_a_download_that_was_killed_fetches_only_the_rest(roboflow: Server, packed: Path) -> None:
    spec = DownloadSpec(source="roboflow", name="killed", options=SourceOptions(max_samples=0), has_accepted=True)
    size = packed.stat().st_size
    _kill(spec, at=lambda event: event.type == "progress" and event.stage == "download" and event.done > size / 4)
    assert store.names() == []
    resumed = _finish(spec)
    first, second = roboflow.asked(EXPORT)
    assert "Range" not in first.headers
    assert int(second.headers["Range"].removeprefix("bytes=").rstrip("-")) > 0
    whole = _finish(DownloadSpec(source="roboflow", name="whole", options=spec.options, has_accepted=True))
    _assert_same(resumed, whole)
    local = _finish(ImportSpec(paths=(packed,), name="local", options=IntakeOptions(max_samples=0)))
    assert local["boxes"] == whole["boxes"]
    _assert_nowhere(KEY)


def test_a_split_that_was_killed_is_the_old_one_or_the_new_one(packed: Path) -> None:
    for name in ("killed", "whole"):
        _finish(ImportSpec(paths=(packed,), name=name, options=IntakeOptions(max_samples=0)))
    options = SplitOptions(ratios=(50, 30, 20), seed=7)
    for stage in ("split", "check"):
        spec = SplitSpec(name="killed", options=options if stage == "split" else SplitOptions(seed=8))
        _kill(spec, at=lambda event, stage=stage: event.type == "progress" and event.stage == stage)
        with store.open_dataset("killed") as dataset:
            assert len(dataset.ids()) == len(list(dataset.every_picture()))
    resumed = _finish(SplitSpec(name="killed", options=options))
    whole = _finish(SplitSpec(name="whole", options=options))
    _assert_same(resumed, whole)


def _assert_same(one: dict, other: dict) -> None:
    """The same pictures, labels, lists and rows, and nothing besides."""
    assert one["fingerprint"] == other["fingerprint"]
    assert (one["images"], one["boxes"], one["problems"]) == (other["images"], other["boxes"], other["problems"])
    first, second = (store.folder_of(str(each["name"])) for each in (one, other))
    assert _files(first) == _files(second)
    for folder in (first, second):
        listed = [line for split in Split for line in (folder / f"{split}.txt").read_text().split()]
        assert sorted(listed) == sorted(f"./{path}" for path in _files(folder) if path.startswith("images/"))
    with store.open_dataset(first.name) as dataset:
        assert fingerprint(dataset) == one["fingerprint"]
    assert store.unfinished() == []
    assert not [path for path in store.datasets_folder().iterdir() if path.name.startswith((".building", ".old"))]


def _files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith("dataset.sqlite")
    }


def _assert_nowhere(secret: str) -> None:
    home = Path(os.environ["PYROBLUR_HOME"])
    for path in home.rglob("*"):
        assert not path.is_file() or secret.encode() not in path.read_bytes(), path


def _kill(spec: Spec, *, at: Callable[[Event], bool]) -> None:
    """Runs the job and kills its worker, as the system does, at the first event that fits.

    On a busy machine a short job may be done before the kill comes: then it is run from the start again.
    """
    for _ in range(TRIES):
        end = _killed(spec, at=at)
        if isinstance(end, Failed):
            assert end.code == "job"
            return
        assert isinstance(end, Finished), end
        if not isinstance(spec, SplitSpec):
            store.remove(str(end.result["name"]))
    pytest.fail("the job was always done before it was killed")


def _killed(spec: Spec, *, at: Callable[[Event], bool]) -> EndEvent:
    async def run() -> EndEvent:
        worker = WorkerProcess()

        def look(event: Event) -> None:
            if at(event) and worker.pid is not None and worker.is_alive:
                os.kill(worker.pid, signal.SIGKILL)

        try:
            async with asyncio.timeout(LIMIT_S):
                return await worker.run(spec.kind, spec.model_dump(mode="json"), on_event=look)
        finally:
            await worker.close()

    return asyncio.run(run())


def _finish(spec: Spec) -> dict:
    async def run() -> EndEvent:
        worker = WorkerProcess()
        try:
            async with asyncio.timeout(LIMIT_S):
                return await worker.run(spec.kind, spec.model_dump(mode="json"), on_event=lambda _event: None)
        finally:
            await worker.close()

    end = asyncio.run(run())
    assert isinstance(end, Finished), end
    return end.result
