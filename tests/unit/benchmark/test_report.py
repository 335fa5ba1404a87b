"""A report that was written is read again: nothing of the pictures is in it, and the page needs nothing else."""

import csv
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from boxes import found, picture, tally

from pyroblur_gui.benchmark import report, store
from pyroblur_gui.benchmark.figures import class_result, class_samples, figures_of, size_results, together
from pyroblur_gui.benchmark.intervals import weights
from pyroblur_gui.benchmark.result import BenchmarkResult, Confusion, DataFacts, ModelResult, SpeedResult, Times
from pyroblur_gui.core.errors import BenchmarkError, OutputError

NAME = "a|<b>$x_1$.onnx"


@pytest.fixture(scope="module")
def result() -> BenchmarkResult:
    made = tally(
        [(picture((0, 10, 10, 30, 30), name="=cmd.jpg"), found((0, 0.9, 10, 10, 30, 30), (0, 0.8, 50, 50, 60, 60)))] * 3
    )
    drawn = weights(3, resamples=20, seed=0)
    tables = made.tables()
    samples = {label: class_samples(table, drawn) for label, table in tables.items()}
    times = Times(median_ms=10, p95_ms=12, p99_ms=13, pictures_s=90, edges=(9, 10, 13), counts=(1, 2))
    model = ModelResult(
        model=NAME,
        title="A model",
        engine="an engine",
        device="cpu",
        precision="f32",
        files=("0" * 64,),
        classes=("face",),
        parameters=1234567,
        figures=figures_of(together([samples[0]]), truths=3),
        by_class=(class_result("face", tables[0], samples[0]),),
        by_size=size_results({0: tables[0]}, drawn),
        confusion=Confusion(names=("face", "background"), counts=((3, 3), (0, 0))),
        findings=made.findings(),
        false_alarms=made.false_alarms,
        times=times,
    )
    speed = SpeedResult(model=NAME, engine="openvino", device="cpu", precision="f32", size=640, batch=1, times=times)
    data = DataFacts(
        name="set", dataset="set", split="val", fingerprint="f" * 64, pictures=3, classes=("face",), truths={"face": 3}
    )
    return BenchmarkResult(
        made=datetime(2026, 1, 2, tzinfo=UTC),
        spec={},
        machine={"processor": "one"},
        versions={"numpy": "2"},
        data=data,
        resamples=20,
        models=(model,),
        speed=(speed,),
    )


@pytest.fixture(scope="module")
def folder(result: BenchmarkResult, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reports") / "new"
    report.write(result, folder)
    return folder


def test_the_json_is_the_result(result: BenchmarkResult, folder: Path) -> None:
    assert store.read(folder) == result


def test_the_page_needs_nothing_else_and_escapes_names(folder: Path) -> None:
    page = (folder / report.HTML_FILE).read_text(encoding="utf-8")
    assert "<script" not in page
    assert "<img" not in page
    assert not re.search(r"(src|href)=\"(?!#)", page)
    assert "<b>" not in page
    assert "a|&lt;b&gt;" in page
    assert page.count("<svg") == len(list((folder / report.CHARTS).iterdir()))
    assert "0.500 (" in page  # precision, with its interval


def test_every_table_is_a_csv_file_and_in_the_markdown(folder: Path) -> None:
    text = (folder / report.MARKDOWN_FILE).read_text(encoding="utf-8")
    for heading in ("## Side by side", "## By class", "## By size", "## Detections and thresholds", "## Speed"):
        assert heading in text
    with (folder / report.TABLES / "models.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["model"] for row in rows] == [NAME]
    assert "1,234,567" in text
    assert all((folder / path).stat().st_size > 5000 for path in re.findall(r"\]\((charts/.*?)\)", text))


def test_findings_name_pictures_and_hold_none(folder: Path) -> None:
    with (folder / report.TABLES / "findings.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {(row["kind"], row["picture"]) for row in rows} == {("false_alarm", "'=cmd.jpg")}
    assert "data:image" not in (folder / report.HTML_FILE).read_text(encoding="utf-8")


def test_a_folder_that_cannot_be_written_is_one_error(result: BenchmarkResult, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError):
        report.write(result, tmp_path / "file" / "below")


def test_a_damaged_result_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "benchmark.json").write_text('{"made": 3}')
    with pytest.raises(BenchmarkError, match="cannot be read"):
        store.read(tmp_path)
