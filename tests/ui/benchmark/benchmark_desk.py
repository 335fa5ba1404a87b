"""The Benchmark tab in the real window, a small labelled data set, and results as a benchmark leaves them."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from PIL import Image
from rows import make_dataset

from pyroblur_gui.benchmark import report, store
from pyroblur_gui.benchmark.accuracy import Operating, Tally
from pyroblur_gui.benchmark.figures import class_result, class_samples, figures_of, reach, size_results, together
from pyroblur_gui.benchmark.intervals import compared, weights
from pyroblur_gui.benchmark.looking import Found
from pyroblur_gui.benchmark.result import BenchmarkResult, Confusion, DataFacts, ModelResult, SpeedResult, Times
from pyroblur_gui.benchmark.speed import ONE_BY_ONE
from pyroblur_gui.benchmark.truth import LabelledPicture, LabelledSet
from pyroblur_gui.datasets import layout
from pyroblur_gui.datasets.dataset import Box, Picture
from pyroblur_gui.datasets.sample import Split
from pyroblur_gui.ui.session import Session
from pyroblur_gui.ui.tabs.benchmark.tab import BenchmarkTab
from tests.ui.desk import shown, until

TIMES = Times(median_ms=12.3, p95_ms=15.0, p99_ms=21.0, pictures_s=81.0, edges=(9, 12, 21), counts=(3, 5))
# Two faces of the picture "zidane", by eye, as fractions of 1280 x 720.
FACES = ((0.34, 0.26, 0.43, 0.56), (0.71, 0.14, 0.83, 0.4))


def make_faces(pictures: dict[str, Path], name: str = "faces", count: int = 8) -> str:
    """A data set of one real picture, a little darker each time, with its two faces labelled; all of it is val."""
    with make_dataset(name) as dataset:
        rows = []
        for number in range(count):
            file = dataset.folder / "images" / "00" / f"{number:02d}.jpg"
            file.parent.mkdir(parents=True, exist_ok=True)
            with Image.open(pictures["zidane"]) as whole:
                whole.point(lambda value, number=number: round(value * (1 - 0.05 * number))).save(file)
            rows.append(
                Picture(
                    id=0, file=f"images/00/{file.name}", name=file.name, source=1, width=1280, height=720,
                    size_bytes=file.stat().st_size, sha256=hashlib.sha256(file.read_bytes()).hexdigest(),
                    likeness=None, split=Split.VAL, labelled=frozenset({0}), boxes=tuple(Box(0, *box) for box in FACES),
                )
            )  # fmt: skip
        dataset.add(rows)
        layout.write_all(dataset)
    return name


def make_files(pictures: dict[str, Path], folder: Path, count: int = 8) -> Path:
    """The same pictures as files with YOLO labels, in no data set of PyroBlur: the data.yaml that leads to them."""
    for part in ("images", "labels"):
        (folder / part).mkdir(parents=True)
    lines = "".join(f"0 {(a + c) / 2} {(b + d) / 2} {c - a} {d - b}\n" for a, b, c, d in FACES)
    for number in range(count):
        (folder / "images" / f"{number:02d}.jpg").write_bytes(pictures["zidane"].read_bytes())
        (folder / "labels" / f"{number:02d}.txt").write_text(lines)
    file = folder / "data.yaml"
    file.write_text("train: images\nval: images\nnames: {0: face}\n")
    return file


def make_result(
    dataset: str = "faces", *, file: Path | None = None, pictures: int = 8, name: str = "20260102-030405-good-poor"
) -> Path:
    """A result of two models on that data set: one finds both faces, the other one of them and a false alarm.

    file: measured on a data.yaml instead (make_files).
    """
    truth = np.array(FACES) * (1280, 720, 1280, 720)
    labelled = tuple(
        LabelledPicture(Path(f"{number}.jpg"), f"images/{number:02d}.jpg" if file else f"{number:02d}.jpg", 1280, 720,
                        truth, np.zeros(2, np.int64), frozenset({0}), number=None if file else number + 1)
        for number in range(pictures)
    )  # fmt: skip
    data = LabelledSet(dataset, "val", ("face",), labelled, fingerprint="f" * 64, dataset=dataset)
    drawn = weights(pictures, resamples=100, seed=0)
    models, samples = [], []
    for model, rows in (("good", truth), ("poor", np.array([truth[0], (0.0, 0.0, 60.0, 60.0)]))):
        tally = Tally(data, {0: Operating(0.25, 0.3)})
        for number in range(pictures):
            scores = np.array([0.9 - 0.02 * number, 0.6], np.float32)
            tally.add(number, Found(rows, scores, np.zeros(2, np.int64), 10.0 + number))
        table = tally.tables()[0]
        samples.append(together([class_samples(table, drawn)]))
        each = class_result("face", table, class_samples(table, drawn))
        models.append(
            ModelResult(
                model=model, title=model, engine="OpenVINO f32 on the CPU", device="cpu", precision="f32",
                files=("0" * 64,), classes=("face",), figures=figures_of(samples[-1], truths=2 * pictures),
                by_class=(each.model_copy(update={"reach": reach(table, 0.95)}),),
                by_size=size_results({0: table}, drawn), findings=tally.findings(), misses=tally.misses,
                false_alarms=tally.false_alarms, times=TIMES,
                confusion=Confusion(names=("face", "background"), counts=((2, 0), (0, 0))),
            )
        )  # fmt: skip
    comparisons = [compared("good", "poor", figure, samples[0][figure], samples[1][figure]) for figure in samples[0]]
    result = BenchmarkResult(
        made=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        spec={},
        machine={"processor": "a processor"},
        versions={},
        data=DataFacts(
            name=str(file or dataset), dataset=None if file else dataset, split="val", fingerprint="f" * 64,
            pictures=pictures, classes=("face",), truths={"face": 2 * pictures},
        ),
        resamples=100,
        models=tuple(models),
        comparisons=tuple(each for each in comparisons if each is not None),
        speed=tuple(
            SpeedResult(
                model="good", engine="openvino", device="cpu", precision="f32", size=640, batch=batch,
                is_streamed=is_streamed, times=TIMES.model_copy(update={"pictures_s": 81.0 + batch}), load_s=0.2,
                memory_bytes=80_000_000, note="" if batch < 4 else ONE_BY_ONE,
            )
            for batch, is_streamed in ((1, False), (2, False), (4, False), (3, True))
        ),
    )  # fmt: skip
    folder = store.benchmarks_folder() / name
    report.write(result, folder)
    return folder


async def open_tab(session: Session) -> BenchmarkTab:
    """The tab, shown; what there is to choose has been read."""
    window = shown(session)
    window.show_tab("benchmark")
    tab = window.benchmark
    await until(lambda: tab.setup.models.count() > 0)
    return tab


async def open_result(session: Session) -> BenchmarkTab:
    """The tab with the newest result and its charts."""
    tab = await open_tab(session)
    await until(lambda: tab.results.result is not None and len(tab.results._boards) == 2)
    return tab
